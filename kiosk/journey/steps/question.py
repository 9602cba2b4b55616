"""One question a page: its answer becomes one of the citizen's, with defaults and rules.

Not responsible for how a question is asked part by part (kiosk.journey.asking) nor for what the rules say.
"""

from __future__ import annotations

from kiosk.journey.asking import Asked, Form, back, encode_default, mistake_in, page_of, take
from kiosk.journey.model import QuestionStep
from kiosk.journey.steps.behaviour import Behaviour
from kiosk.journey.turn import Going, Happening, Turn
from kiosk.views import AnyView
from offline_cache.contract import Answer


def _asked(turn: Turn) -> Asked:
    return Asked(turn.step(QuestionStep), turn.scope, current(turn))


def _show(turn: Turn) -> AnyView:
    return page_of(turn, _asked(turn), turn.memory(Form))


def current(turn: Turn) -> str:
    """The answer given before, else the default, which may come from what the city knows."""
    step = turn.step(QuestionStep)
    given = any(answer.name == step.id for answer in turn.citizen.answers)
    return turn.citizen.answer(step.id) if given else encode_default(step.ask, turn.scope.value(step.default))


def _handle(turn: Turn, happening: Happening) -> Turn:
    taken = take(turn, _asked(turn), turn.memory(Form), happening)
    if taken is None:
        return turn
    return turn.remember(taken) if isinstance(taken, Form) else answered(turn, taken).go(Going.NEXT)


def answered(turn: Turn, stored: str) -> Turn:
    """With this as the answer of the current step."""
    name = turn.service.steps[turn.session.index].id
    others = tuple(answer for answer in turn.citizen.answers if answer.name != name)
    return turn.learned(answers=(*others, Answer(name, stored)))


def _back(turn: Turn) -> Turn:
    before = back(turn.memory(Form))
    return turn.go(Going.BACK) if before is None else turn.remember(before)


def _passed(turn: Turn) -> bool:
    if not turn.session.returning:
        return False
    step = turn.step(QuestionStep)
    given = any(answer.name == step.id for answer in turn.citizen.answers)
    return given and mistake_in(turn, _asked(turn), turn.citizen.answer(step.id)) is None


QUESTION = Behaviour(_show, _handle, enter=lambda turn: turn.remember(None), passed=_passed, back=_back)
