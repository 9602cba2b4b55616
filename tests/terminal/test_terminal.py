"""The shell with the real engine and the real services, and hand-made screen, timers, clock and links."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from drivers.contract.commands import DeviceResult, PrintDocument, PrintReceipt, ReadIdCard
from drivers.contract.errors import DeviceFailure
from drivers.contract.panel import FlashRate, GuideLight
from drivers.contract.status import DeviceReport, DeviceRole, DeviceState
from drivers.contract.values import CardLayout, IdCard, Receipt, TextBlock
from kiosk.folders import CONFIG
from kiosk.intents import Begun, Confirmed, LeavePressed, ServiceChosen, TechnicianPressed, Touched
from kiosk.ipc import ConnectionLost, NeverSent, NoAnswer, RemoteError
from kiosk.journey.catalogue import load_catalogue
from kiosk.journey.context import Context, TerminalFacts
from kiosk.journey.effects import RunDevice, RunStore
from kiosk.journey.events import DeviceDone, OutcomeArrived
from kiosk.settings import load_settings
from kiosk.terminal.links import (
    KeyArrived,
    LineArrived,
    Post,
    ReportArrived,
    StatusArrived,
    StoreLink,
    device_failure,
    store_failure,
)
from kiosk.terminal.pin import PinGuard
from kiosk.terminal.terminal import Library, Meant, Terminal
from kiosk.texts import Texts, load_texts
from kiosk.views import AnyView, AttractView, CardView, CodeView, GoodbyeView, MenuView, OutOfServiceView, ServiceView
from offline_cache.contract import (
    Accept,
    Draft,
    GetStatus,
    LineState,
    Outcome,
    StoreFailure,
    StoreStatus,
    TransactionState,
)

ROLES = (DeviceRole.ID_CARD, DeviceRole.RECEIPT, DeviceRole.DOCUMENT, DeviceRole.CAMERA)


class Screen:
    """Remembers the pages."""

    def __init__(self) -> None:
        self.views: list[AnyView] = []
        self.keys: list[tuple[str, float]] = []

    def show_view(self, view: AnyView) -> None:
        self.views.append(view)

    def use_texts(self, texts: Texts) -> None:
        self.texts = texts

    def press_key(self, key: str, held_s: float) -> None:
        self.keys.append((key, held_s))

    @property
    def now(self) -> AnyView:
        return self.views[-1]


class Timers:
    """Timers that ring when told."""

    def __init__(self) -> None:
        self.running: set[str] = set()

    def start(self, timer_id: str, after_s: float) -> None:
        self.running.add(timer_id)

    def cancel(self, timer_id: str) -> None:
        self.running.discard(timer_id)


class Clock:
    """Stands still; ids count."""

    def __init__(self) -> None:
        self.ids = 0

    def today(self) -> str:
        return "2026-11-23"

    def hour(self) -> int:
        return 10

    def new_id(self) -> str:
        self.ids += 1
        return f"01a206df-0560-732a-9017-{self.ids:012d}"


class Links:
    """Remembers what was asked; answers when told."""

    def __init__(self) -> None:
        self.asked: list[RunDevice | RunStore] = []
        self.posts: list[Post] = []
        self.cancelled: list[int] = []
        self.status_asked = 0
        self.told: list[tuple[str, DeviceState]] = []
        self.lights: list[tuple[GuideLight, FlashRate]] = []

    def run_device(self, effect: RunDevice, post: Post) -> Callable[[], None]:
        return self._run(effect, post)

    def run_store(self, effect: RunStore, post: Post) -> Callable[[], None]:
        return self._run(effect, post)

    def ask_status(self, devices: Sequence[DeviceReport]) -> None:
        self.status_asked += 1
        self.told = [(report.role, report.state) for report in devices]

    def shine(self, light: GuideLight, rate: FlashRate) -> None:
        self.lights.append((light, rate))

    def _run(self, effect: RunDevice | RunStore, post: Post) -> Callable[[], None]:
        self.asked.append(effect)
        self.posts.append(post)
        return lambda: self.cancelled.append(effect.command_id)


class Bench:
    """One terminal between hand-made neighbours."""

    def __init__(self, library: Library | None = None) -> None:
        texts = load_texts(CONFIG / "texts")
        settings = load_settings(CONFIG / "terminals" / "dev.toml")
        facts = TerminalFacts("GZ-TH-0001", "440106", settings.terminal.place)
        self.screen, self.timers, self.links = Screen(), Timers(), Links()
        context = Context(load_catalogue(CONFIG, texts), texts, facts)
        guard = PinGuard(settings.technician.pin, lambda: 0.0)
        self.terminal = Terminal(context, self.screen, self.timers, Clock(), guard)
        self.terminal.start(self.links, self.terminal.handle_word, library)  # type: ignore[arg-type]  # a hand-made neighbour
        for role in ROLES:
            self.news(ReportArrived(DeviceReport(role, DeviceState.ONLINE)))
        self.news(LineArrived(LineState.ONLINE))
        self.news(StatusArrived(StoreStatus(LineState.ONLINE, 0, 0.0, 0, True, 0)))

    def news(self, word: Any) -> None:
        self.terminal.handle_word(Meant(0, word))

    def go_to_card(self) -> None:
        """As far as the page that asks for the card."""
        self.terminal.handle_intent(Begun())
        self.terminal.handle_intent(ServiceChosen("hrss/enrolment-certificate"))
        assert isinstance(self.screen.now, ServiceView)
        self.terminal.handle_intent(Confirmed())
        self.terminal.handle_intent(Confirmed())
        assert isinstance(self.screen.now, CardView)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def card() -> DeviceResult:
    return IdCard(CardLayout.RESIDENT, name="王𬭎", number="440106199512249114", birth="1995-12-24")


def test_a_touch_on_the_attract_page_begins_a_session_and_mere_movement_does_not(bench: Bench) -> None:
    assert isinstance(bench.screen.now, AttractView)
    bench.terminal.handle_intent(Touched())
    assert isinstance(bench.screen.now, AttractView)
    bench.terminal.handle_intent(Begun())
    assert isinstance(bench.screen.now, MenuView)


def test_keys_of_the_pad_reach_the_screen(bench: Bench) -> None:
    bench.news(KeyArrived("5", 0.0))
    bench.news(KeyArrived("5", 2.0))
    assert bench.screen.keys == [("5", 0.0), ("5", 2.0)]


def test_headphones_plugged_in_while_nobody_is_here_begin_a_session_that_speaks(bench: Bench) -> None:
    def panel(plug: str) -> ReportArrived:
        return ReportArrived(DeviceReport(DeviceRole.PANEL, DeviceState.ONLINE, sensors={"headphones": plug}))

    bench.news(panel("out"))
    assert isinstance(bench.screen.now, AttractView)
    bench.news(panel("in"))
    assert isinstance(bench.screen.now, MenuView)
    assert bench.screen.now.chrome.voice.on
    assert bench.screen.now.chrome.voice.private


def test_headphones_that_were_there_when_the_terminal_started_begin_nothing(bench: Bench) -> None:
    bench.news(ReportArrived(DeviceReport(DeviceRole.PANEL, DeviceState.ONLINE, sensors={"headphones": "in"})))
    assert isinstance(bench.screen.now, AttractView)


def test_a_card_that_was_read_moves_the_page_on(bench: Bench) -> None:
    bench.go_to_card()
    asked = bench.links.asked[-1]
    assert isinstance(asked, RunDevice)
    assert isinstance(asked.command, ReadIdCard)
    bench.links.posts[-1](DeviceDone(asked.command_id, card()))
    assert not isinstance(bench.screen.now, CardView)


def test_the_light_beside_the_reader_flashes_while_the_page_asks_for_the_card(bench: Bench) -> None:
    bench.go_to_card()
    assert bench.links.lights == [(GuideLight.ID_CARD, FlashRate.MEDIUM)]
    asked = bench.links.asked[-1]
    bench.links.posts[-1](DeviceDone(asked.command_id, card()))
    assert bench.links.lights[1:] == [(GuideLight.ID_CARD, FlashRate.OFF)]


def test_the_card_of_a_citizen_who_left_never_moves_the_next_one_s_page(bench: Bench) -> None:
    bench.go_to_card()
    late, command_id = bench.links.posts[-1], bench.links.asked[-1].command_id
    bench.terminal.handle_intent(LeavePressed())
    while not isinstance(bench.screen.now, AttractView):
        bench.terminal.handle_intent(Confirmed())
    assert command_id in bench.links.cancelled
    bench.go_to_card()
    late(DeviceDone(command_id, card()))
    assert isinstance(bench.screen.now, CardView)


def test_the_end_of_a_session_stops_its_timers_and_its_commands(bench: Bench) -> None:
    bench.go_to_card()
    assert len(bench.timers.running) > 1
    bench.terminal.handle_intent(LeavePressed())
    assert isinstance(bench.screen.now, GoodbyeView)
    while not isinstance(bench.screen.now, AttractView):
        bench.terminal.handle_intent(Confirmed())
    assert bench.timers.running == {"store-status"}


def test_a_timer_of_an_earlier_session_is_nobody_s(bench: Bench) -> None:
    bench.go_to_card()
    old = set(bench.timers.running) - {"store-status"}
    bench.terminal.handle_intent(LeavePressed())
    while not isinstance(bench.screen.now, AttractView):
        bench.terminal.handle_intent(Confirmed())
    bench.go_to_card()
    before = len(bench.screen.views)
    for timer_id in old - bench.timers.running:
        bench.terminal.handle_timer(timer_id)
    assert len(bench.screen.views) == before


def test_news_that_says_nothing_new_paints_nothing(bench: Bench) -> None:
    before = len(bench.screen.views)
    bench.news(LineArrived(LineState.ONLINE))
    bench.news(ReportArrived(DeviceReport(DeviceRole.CAMERA, DeviceState.ONLINE)))
    assert len(bench.screen.views) == before
    bench.news(LineArrived(LineState.OFFLINE))
    assert len(bench.screen.views) == before + 1


def test_a_driver_that_dies_again_and_again_is_told_as_gone_once_and_as_back_once(bench: Bench) -> None:
    painted = len(bench.screen.views)
    for _ in range(5):
        bench.news(ReportArrived(DeviceReport(ROLES[0], DeviceState.OFFLINE, reason="offline")))
        bench.news(ReportArrived(DeviceReport(ROLES[0], DeviceState.STARTING)))
    gone = len(bench.screen.views)
    bench.news(ReportArrived(DeviceReport(ROLES[0], DeviceState.ONLINE)))
    assert gone - painted <= 1
    assert len(bench.screen.views) - gone <= 1


def test_a_store_that_goes_away_is_asked_again_when_it_is_back(bench: Bench) -> None:
    asked = bench.links.status_asked
    bench.news(StoreLink(False))
    assert isinstance(bench.screen.now, OutOfServiceView)
    bench.news(StoreLink(True))
    assert bench.links.status_asked == asked + 1
    bench.terminal.handle_timer("store-status")
    assert bench.links.status_asked == asked + 2
    bench.news(ReportArrived(DeviceReport(ROLES[0], DeviceState.HARDWARE_ERROR)))
    bench.terminal.handle_timer("store-status")
    assert (ROLES[0], DeviceState.HARDWARE_ERROR) in bench.links.told  # and the centre is told by the store


def test_the_outcome_of_an_earlier_citizen_s_case_disturbs_nobody(bench: Bench) -> None:
    before = list(bench.screen.views)
    bench.news(OutcomeArrived(Outcome("x", TransactionState.ACCEPTED, "440106-1")))
    assert bench.screen.views == before


def test_the_hidden_door_asks_for_a_pin_and_says_when_it_is_wrong(bench: Bench) -> None:
    from kiosk.intents import Answered

    bench.terminal.handle_intent(TechnicianPressed())
    assert isinstance(bench.screen.now, CodeView)
    bench.terminal.handle_intent(Answered("000000"))
    assert isinstance(bench.screen.now, CodeView)
    assert bench.screen.now.problem
    bench.terminal.handle_intent(Answered("246810"))
    assert not isinstance(bench.screen.now, CodeView)


@pytest.mark.parametrize(
    ("error", "command", "kind"),
    [
        (RemoteError(DeviceFailure("paper_out")), PrintDocument(b""), "paper_out"),
        (ConnectionLost("x"), PrintDocument(b""), "outcome_unknown"),
        (NeverSent("x"), PrintDocument(b""), "offline"),
        (NoAnswer("x"), PrintReceipt(Receipt((TextBlock("x"),))), "outcome_unknown"),
        (ConnectionLost("x"), ReadIdCard(), "offline"),
        (NoAnswer("x"), ReadIdCard(), "timeout"),
    ],
)
def test_a_driver_that_dies_with_a_print_in_its_hands_leaves_the_outcome_unknown(
    error: Exception, command: Any, kind: str
) -> None:
    assert device_failure(error, command).kind == kind


DRAFT = Draft("id", "application", "s", 1, "440106", "", "", "", ())


@pytest.mark.parametrize(
    ("error", "command", "kind"),
    [
        (RemoteError(StoreFailure("refused", "token")), GetStatus(), "refused"),
        (ConnectionLost("x"), Accept(DRAFT), "timeout"),
        (NoAnswer("x"), Accept(DRAFT), "timeout"),
        (ConnectionLost("x"), GetStatus(), "offline"),
    ],
)
def test_a_store_that_dies_may_have_kept_what_it_was_given(error: Exception, command: Any, kind: str) -> None:
    assert store_failure(error, command).kind == kind
