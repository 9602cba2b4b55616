"""Somebody who sees nothing: presses the twelve keys, hears what the terminal says, and decides by that alone."""

from __future__ import annotations

from dataclasses import dataclass, field

from kiosk import intents as do
from kiosk.views import (
    ChoicesView,
    ChoiceView,
    CodeView,
    DateView,
    DocumentView,
    GoodbyeView,
    MenuView,
    NoticeView,
    RatingView,
    RecordsView,
    ResultView,
    ReviewView,
    ServiceView,
    SignatureView,
    TextView,
    View,
)
from tests.journeys.citizen import Citizen
from ui.app import running_app
from ui.gallery import settle
from ui.window import KioskWindow

MOST_KEYS = 400


class FakeSpeaker:
    """Keeps what it was told to say."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str, int]] = []
        self.speaking = False

    def say(self, text: str, voice: str, volume: int) -> None:
        self.said.append((text, voice, volume))

    def stop(self) -> None:
        self.speaking = False

    @property
    def last(self) -> str:
        """The last sentence; "" before the first."""
        return self.said[-1][0] if self.said else ""


@dataclass
class Blind:
    """One visit. `keys`: all keys pressed so far; `titles`: the pages that were painted."""

    window: KioskWindow
    speaker: FakeSpeaker
    citizen: Citizen
    keys: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.window.intent.connect(self._feed)
        self.paint()

    def _feed(self, intent: do.Intent) -> None:
        self.citizen.does(intent)

    def paint(self) -> None:
        """A healthy machine answers what runs; the page that is there then is shown."""
        self.citizen.serve()
        self.window.show_view(self.citizen.view)
        self.titles.append(self.citizen.view.title)
        settle(running_app())

    def press(self, key: str) -> None:
        """One key; then whatever the machine does by itself."""
        assert len(self.keys) < MOST_KEYS, self.speaker.said[-4:]
        self.keys.append(key)
        self.window.press_key(key)
        self.paint()

    def find(self, name: str) -> None:
        """Move on until that name is heard, and press it."""
        for _ in range(80):
            self.press("6")
            if self.speaker.last.startswith(name):
                self.press("5")
                return
        raise AssertionError(f"{name} is never said; last: {self.speaker.last}")

    def write(self, digits: str) -> None:
        """Write digits, end with #, and press the main button that is then said."""
        for digit in digits:
            self.press(digit)
        self.press("#")
        self.press("5")

    def walk(self, service: str) -> None:
        """From the menu to the goodbye."""
        for _ in range(40):
            if isinstance(self.citizen.view, GoodbyeView):
                return
            self.answer(service)
        raise AssertionError(f"stuck on {self.citizen.view.title}")

    def answer(self, service: str) -> None:
        """Do the one sensible thing on the present page."""
        view = self.citizen.view
        match view:
            case CodeView(length=length):
                self.write("123456"[:length])
            case ChoicesView(options=options):
                self.find(options[0].label)
                self.find("下一步")
            case DateView():
                self._pick_a_day(view)
            case TextView(keyboard="phone" | "number" | "id_number"):
                self.write("13000000001")
            case TextView(keyboard="plate"):
                for sign in "粤A12345":
                    self.find(sign)
                self.find("下一步")
            case SignatureView(cannot=cannot):
                self.find(cannot)
            case _:
                self.find(self._wanted(view, service))

    def _wanted(self, view: View, service: str) -> str:
        """The name of the control that leads on."""
        if isinstance(view, MenuView):
            return self.citizen.context.catalogue.services[service].title.of(view.chrome.language)
        if isinstance(view, ServiceView):
            return "开始办理"
        if isinstance(view, NoticeView):
            return view.agree
        if isinstance(view, ChoiceView | RatingView):
            return view.options[0].label
        assert isinstance(view, RecordsView | DocumentView | ReviewView | ResultView), view.title
        return view.confirm

    def _pick_a_day(self, view: DateView) -> None:
        for _ in range(8):
            ready = [button for button in self.window.pilot.targets() if button.accessibleName() == "下一步"]
            if ready:
                self.find("下一步")
                return
            keys = [b for b in self.window.pilot.targets() if type(b).__name__ == "Key"]
            self.find(keys[0].accessibleName())
        raise AssertionError(view.title)
