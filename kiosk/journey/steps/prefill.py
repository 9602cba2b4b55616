"""Fetch what the city already knows, so that nobody types it twice. Not responsible for asking about it."""

from __future__ import annotations

from kiosk.journey.model import PrefillStep
from kiosk.journey.pages import working
from kiosk.journey.steps.behaviour import Behaviour
from kiosk.journey.troubles import broken
from kiosk.journey.turn import Broken, Completed, Going, Happening, Turn
from kiosk.views import AnyView
from offline_cache.contract import Prefill, Prefilled

WITHIN_S = 10.0


def _enter(turn: Turn) -> Turn:
    step, citizen = turn.step(PrefillStep), turn.citizen
    if not (citizen.token and turn.online) and not step.required:
        return turn.go(Going.NEXT)
    assert citizen.card is not None
    return turn.drop().store("prefill", Prefill(citizen.card.number, citizen.token, step.fields), WITHIN_S)


def _show(turn: Turn) -> AnyView:
    return working(turn, "working.prefill")


def _handle(turn: Turn, happening: Happening) -> Turn:
    match happening:
        case Completed(result=Prefilled(fields=fields)):
            return turn.learned(known=fields, asked_known=True).go(Going.NEXT)
        case Broken() if turn.step(PrefillStep).required:
            return broken(turn, happening)
        case Broken():
            return turn.go(Going.NEXT)
        case _:
            return turn


def _passed(turn: Turn) -> bool:
    return turn.citizen.asked_known or turn.session.returning


PREFILL = Behaviour(_show, _handle, enter=_enter, passed=_passed)
