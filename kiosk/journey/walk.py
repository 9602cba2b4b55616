"""From step to step: which one comes next, which one was before, and tidying up in between.

Not responsible for what a step does (kiosk.journey.steps). No service is known here by name.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.journey.leaving import say_goodbye
from kiosk.journey.model import (
    BankCardStep,
    ForWhomStep,
    GroupStep,
    LookupStep,
    MaterialsStep,
    NoticeStep,
    PaperStep,
    PhotoStep,
    QuestionStep,
    ReviewStep,
    ScanStep,
    SheetsStep,
    SignatureStep,
)
from kiosk.journey.session import Citizen, Cover, Stage
from kiosk.journey.steps import BEHAVIOURS
from kiosk.journey.steps.behaviour import Behaviour
from kiosk.journey.turn import Going, Turn

PLACES = (
    *(NoticeStep, ForWhomStep, QuestionStep, GroupStep, BankCardStep, ScanStep, MaterialsStep),
    *(PhotoStep, PaperStep, SheetsStep, SignatureStep, LookupStep, ReviewStep),
)
"""Steps one can go back to; identity and code are doors that stay open once passed."""


def behaviour_of(turn: Turn) -> Behaviour:
    """The behaviour of the current step."""
    return BEHAVIOURS[type(turn.service.steps[turn.session.index])]


def settle(turn: Turn) -> Turn:
    """Go where the step wants to go, until it stays. Every round moves on, so it ends."""
    while turn.going is not Going.STAY:
        going, target = turn.going, turn.target
        turn = replace(turn, going=Going.STAY, target="")
        match going:
            case Going.NEXT:
                turn = _next(turn)
            case Going.BACK:
                turn = _back(turn)
            case Going.EDIT:
                turn = _enter(_left(turn).changed(returning=True), turn.service.step(target))
            case Going.MENU:
                turn = to_menu(turn)
            case _:
                turn = leave(turn)
    return turn


def begin(turn: Turn) -> Turn:
    """Start the chosen service at its first step."""
    return turn.changed(stage=Stage.STEPS, index=-1, returning=False).go(Going.NEXT)


def leave(turn: Turn) -> Turn:
    """End the visit."""
    return say_goodbye(_left(turn))


def to_menu(turn: Turn) -> Turn:
    """Back to the menu. Card and code stay valid; whatever belonged to the service is forgotten."""
    if turn.session.spent:
        return leave(turn)
    turn = _left(turn)
    known = Citizen(card=turn.citizen.card, token=turn.citizen.token)
    return turn.changed(stage=Stage.MENU, service="", index=-1, returning=False, citizen=known)


def _left(turn: Turn) -> Turn:
    """The current step tidied up, its memory and problem gone."""
    if turn.session.stage is Stage.STEPS and turn.session.index >= 0:
        turn = behaviour_of(turn).leave(turn)
    return turn.drop().changed(memory=None, problem=None, cover=Cover.NONE)


def _next(turn: Turn) -> Turn:
    """The first step after this one that takes place and is not passed.

    After an edit the walk starts from the beginning, so that a question which the edit has opened is asked.
    """
    turn = _left(turn)
    first = 0 if turn.session.returning else turn.session.index + 1
    for index in range(first, len(turn.service.steps)):
        there = turn.changed(index=index)
        if there.scope.truth(turn.service.steps[index].when) and not behaviour_of(there).passed(there):
            return _enter(turn, index)
    return say_goodbye(turn)


def _enter(turn: Turn, index: int) -> Turn:
    turn = turn.changed(index=index, memory=None, problem=None)
    return behaviour_of(turn).enter(turn)


def _needless(turn: Turn) -> bool:
    """Whether a paper is not wanted at all, so that there is no page to go back to."""
    return isinstance(turn.service.steps[turn.session.index], PaperStep) and behaviour_of(turn).passed(turn)


def _back(turn: Turn) -> Turn:
    """The page before; from an edit back to the review; from the first page to the service's own."""
    session = turn.session
    if session.stage is not Stage.STEPS:
        return to_menu(turn)
    if session.returning and behaviour_of(turn).passed(turn):
        return _next(turn)
    turn = _left(turn)
    scope = turn.scope
    for index in range(session.index - 1, -1, -1):
        step = turn.service.steps[index]
        if isinstance(step, PLACES) and scope.truth(step.when) and not _needless(turn.changed(index=index)):
            return _enter(turn, index)
    return turn.changed(stage=Stage.SERVICE, index=-1, returning=False)
