"""Whether the engine can show a catalogue's services at all: a definition may pass every rule and still not be usable.

Pure. Not responsible for rules and references (kiosk.journey.lint), nor for what happens inside a service.
"""

from __future__ import annotations

from collections.abc import Iterable

from kiosk.journey.attract import attract
from kiosk.journey.context import Context
from kiosk.journey.events import World
from kiosk.journey.session import Session, Stage
from kiosk.journey.turn import Turn
from kiosk.journey.view import view_of
from kiosk.views import Language

_A_DAY = "2026-01-01"


def rehearse(context: Context, services: Iterable[str]) -> list[str]:
    """Show the first page, the menu, and the page of each of these services in every language; what went wrong."""
    mistakes: list[str] = []
    chosen = list(services)
    for language in Language:
        session = Session(id="", application_id="", rating_id="", today=_A_DAY, world=World(), language=language)
        turn = Turn(context, session)
        try:
            attract(context, World(), language)
            view_of(turn.changed(stage=Stage.MENU))
        except Exception as error:  # whatever a definition can make the engine raise
            mistakes.append(f"the menu cannot be shown in {language}: {type(error).__name__}")
        for service in chosen:
            try:
                view_of(turn.changed(stage=Stage.SERVICE, service=service))
            except Exception as error:  # likewise
                mistakes.append(f"services/{service}.toml: cannot be shown in {language}: {type(error).__name__}")
    return mistakes
