"""The twelve keys below the glass: 2 and 4 go back, 8 and 6 go on, 5 presses, * is one step back, # helps, 0 repeats.

In a grid of keys the four arrows follow the grid. Where digits are asked for, the keys write them: # ends the writing,
* takes one back. Not responsible for how keys arrive (drivers.panel) nor for what a press means (the screens).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QScrollArea, QWidget

from kiosk.intents import BackPressed, Declined, HelpPressed, Intent, SettingChosen, StillHere, Touched
from kiosk.texts import Texts
from kiosk.views import AttractView, DisplayView, HelpView, StillThereView, View
from ui.components.button import Key as GridKey
from ui.keyboard.key import Key as BoardKey
from ui.keyboard.walk import neighbour
from ui.speech.narration import control_words, digit_words, takes_digits
from ui.speech.narrator import Narrator

STEPS = {"2": (0, -1), "8": (0, 1), "4": (-1, 0), "6": (1, 0)}
"""Keys that move: steps right and down."""
HELD_S = 2.0
"""How long 5 is held to switch the voice on or off."""


class WritesDigits(Protocol):
    """A screen on which the pad writes."""

    def write_digit(self, digit: str) -> None:
        """Add one digit."""

    def take_back(self) -> None:
        """Take the last sign back."""


@dataclass(frozen=True)
class Cockpit:
    """What the pilot steers: the window, its two places for controls, and how it reports."""

    window: QWidget
    page: Callable[[], QWidget | None]
    frame: tuple[QWidget, ...]
    emit: Callable[[Intent], None]


class Pilot:
    """Moves a focus that Qt paints and the narrator says."""

    def __init__(self, cockpit: Cockpit, narrator: Narrator, texts: Texts) -> None:
        self._cockpit, self._narrator, self._texts = cockpit, narrator, texts
        self._view: View | None = None
        self._writing = False
        self._at = ""
        self.used = False
        """Whether this citizen moves by the pad."""

    def use_texts(self, texts: Texts) -> None:
        """Take the words from here."""
        self._texts = texts

    def page_shown(self, view: View) -> None:
        """A page came up, or its content changed under the focus."""
        before, self._view = self._view, view
        if isinstance(view, AttractView):
            self.used = False
            self._cockpit.window.setProperty("by_key", False)  # the next citizen shall see no ring
        is_new = before is None or (type(before), before.title) != (type(view), view.title)
        if is_new:
            self._writing, self._at = takes_digits(view), ""
        if self.used and not self._writing:
            self._settle(quiet=is_new)

    def _settle(self, quiet: bool) -> None:
        """Stand on the control that was left, or on the page's first; Qt draws no ring for a widget that is gone."""
        found = self.targets()
        if found:
            same = [target for target in found if self._at and target.accessibleName() == self._at]
            self._move_to((same or found)[0], quiet=quiet or bool(same))

    def targets(self) -> list[QAbstractButton]:
        """Everything that can be pressed now: the page from top to bottom, then the row of languages and help."""
        page = self._cockpit.page()
        places = [page] if page is not None else []
        found = [button for place in (*places, *self._cockpit.frame) for button in place.findChildren(QAbstractButton)]
        return [button for button in found if self._can_press(button)]

    def _can_press(self, button: QAbstractButton) -> bool:
        if not (button.isVisible() and button.isEnabled() and button.accessibleName()):
            return False
        is_digit = self._view is not None and takes_digits(self._view) and button.text().isdigit()
        return not is_digit  # the pad writes digits itself, and nobody nearby shall hear which

    def press(self, key: str, held_s: float = 0.0) -> None:
        """A key of the pad went down."""
        view = self._view
        if view is None:
            return
        self.used = True
        self._cockpit.window.setProperty("by_key", True)
        if isinstance(view, AttractView) or held_s >= HELD_S:
            on = isinstance(view, AttractView) or not view.chrome.voice.on
            self._cockpit.emit(SettingChosen("voice", "on" if on else "off"))
        elif held_s > 0:
            return
        elif self._writing and self._write(key):
            self._cockpit.emit(Touched())
        else:
            self._steer(key, view)

    def _write(self, key: str) -> bool:
        """Write a digit, take one back, or end the writing. False where the page cannot be written on."""
        screen, view = self._cockpit.page(), self._view
        if view is None or not (hasattr(screen, "write_digit") and hasattr(screen, "take_back")):
            return False
        writer: WritesDigits = screen  # type: ignore[assignment]  # it has both, as just seen
        if key.isdigit():
            writer.write_digit(key)
            self._narrator.say(digit_words(view, key, self._texts))
        elif key == "*":
            writer.take_back()
            self._narrator.say(self._texts("ui.speech.taken_back", view.chrome.language))
        else:
            self._writing = False
            main = [target for target in self.targets() if getattr(target, "look", "") == "main"]
            self._move_to((main or self.targets())[0])
        return True

    def _steer(self, key: str, view: View) -> None:
        match key:
            case "5":
                self._choose()
            case "0":
                self._narrator.repeat()
                self._cockpit.emit(Touched())
            case "*":
                over = isinstance(view, HelpView | DisplayView)
                self._cockpit.emit(
                    StillHere() if isinstance(view, StillThereView) else Declined() if over else BackPressed()
                )
            case "#":
                self._cockpit.emit(HelpPressed())
            case _ if key in STEPS:
                self._move(STEPS[key])
                self._cockpit.emit(Touched())

    def _choose(self) -> None:
        here = self._here()
        if here is None:
            self._settle(quiet=False)
        else:
            here.click()

    def _here(self) -> QAbstractButton | None:
        focus = self._cockpit.window.focusWidget()
        return focus if isinstance(focus, QAbstractButton) and focus in self.targets() else None

    def _move(self, step: tuple[int, int]) -> None:
        found, here = self.targets(), self._here()
        if not found:
            return
        if here is None:
            self._move_to(found[0])
            return
        grid = [key for key in found if type(key) is type(here)] if isinstance(here, GridKey | BoardKey) else []
        beside = neighbour(grid, here, step, self._cockpit.window)
        if beside is None:
            way = 1 if step in {(0, 1), (1, 0)} else -1
            beside = found[(found.index(here) + way) % len(found)]
        self._move_to(beside)

    def _move_to(self, target: QAbstractButton, quiet: bool = False) -> None:
        found = self.targets()
        self._at = target.accessibleName()
        _show(target)
        target.setFocus(Qt.FocusReason.TabFocusReason)
        target.update()
        if self._view is not None and not quiet:
            place = (found.index(target) + 1, len(found))
            description = target.accessibleDescription()
            language = self._view.chrome.language
            self._narrator.say(control_words(self._at, description, place, self._texts, language))


def _show(target: QWidget) -> None:
    """Scroll it into sight."""
    above = target.parentWidget()
    while above is not None:
        if isinstance(above, QScrollArea):
            above.ensureWidgetVisible(target, 0, 20)
        above = above.parentWidget()
