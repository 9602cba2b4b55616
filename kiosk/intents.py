"""What a citizen or a technician can do on a screen. Screens report these and decide nothing."""

from __future__ import annotations

import msgspec

from kiosk.views import Language


class Intent(msgspec.Struct, frozen=True, tag=True):
    """Base of all intents."""


class Begun(Intent, frozen=True):
    """Touched the attract screen."""


class LanguageChosen(Intent, frozen=True):
    """Chose a language; allowed on every page."""

    language: Language


class CareToggled(Intent, frozen=True):
    """Switched care mode on or off; allowed on every page."""


class TabChosen(Intent, frozen=True):
    """Chose a way through the menu."""

    id: str


class DoorChosen(Intent, frozen=True):
    """Chose a life event, a department or a kind of person in the menu."""

    id: str


class ServiceChosen(Intent, frozen=True):
    """Chose a service in the menu."""

    id: str


class Searched(Intent, frozen=True):
    """Typed something into the search; `text` is all of it, with what is still being composed."""

    text: str

    def __repr__(self) -> str:
        return "Searched()"


class Confirmed(Intent, frozen=True):
    """Pressed the one main button of the page (agree, begin, submit, print, done)."""


class Declined(Intent, frozen=True):
    """Pressed the page's second button (decline, retake, skip)."""


class Chosen(Intent, frozen=True):
    """Chose an option of the page, by its id."""

    id: str


class Answered(Intent, frozen=True):
    """Entered a value: digits, a date, a text."""

    value: str

    def __repr__(self) -> str:
        return "Answered()"


class Picked(Intent, frozen=True):
    """Chose any number of options of the page, by their ids, and confirmed."""

    ids: tuple[str, ...]


class Signed(Intent, frozen=True):
    """Wrote a signature: a PNG of the ink on white."""

    png: bytes

    def __repr__(self) -> str:
        return f"Signed({len(self.png)} bytes)"


class EditPressed(Intent, frozen=True):
    """Wants to change the answer that a review row shows; `id` is the row's `edit`."""

    id: str


class BackPressed(Intent, frozen=True):
    """One step back."""


class LeavePressed(Intent, frozen=True):
    """End the session now."""


class HelpPressed(Intent, frozen=True):
    """Asks for help with this page; pressed again or closed with Declined."""


class DisplayPressed(Intent, frozen=True):
    """Asks for the page of screen and voice; allowed wherever help is; closed with Declined."""


class SettingChosen(Intent, frozen=True):
    """Chose how the screen looks or speaks: an option of a setting, by their ids. Allowed on every page."""

    setting: str
    option: str


class StillHere(Intent, frozen=True):
    """Answered the question whether somebody is there."""


class Touched(Intent, frozen=True):
    """Did anything at all: typed a key, moved a list. Restarts the idle clock."""


class TechnicianPressed(Intent, frozen=True):
    """Held the hidden corner for three seconds."""


AnyIntent = (
    Begun
    | LanguageChosen
    | CareToggled
    | TabChosen
    | DoorChosen
    | ServiceChosen
    | Searched
    | Confirmed
    | Declined
    | Chosen
    | Answered
    | Picked
    | Signed
    | EditPressed
    | BackPressed
    | LeavePressed
    | HelpPressed
    | DisplayPressed
    | SettingChosen
    | StillHere
    | Touched
    | TechnicianPressed
)
