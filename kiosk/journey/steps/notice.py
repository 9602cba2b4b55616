"""Something to read and agree to, and conditions that end a service early. Not responsible for wording."""

from __future__ import annotations

from kiosk.intents import Confirmed, Declined
from kiosk.journey.model import GateStep, NoticeStep
from kiosk.journey.pages import chrome
from kiosk.journey.session import Problem
from kiosk.journey.steps.behaviour import Behaviour
from kiosk.journey.turn import Going, Happening, Turn
from kiosk.views import AnyView, NoticeView


def _show(turn: Turn) -> AnyView:
    step = turn.step(NoticeStep)
    return NoticeView(
        chrome=chrome(turn),
        title=turn.fill(step.title),
        paragraphs=tuple(turn.fill(paragraph) for paragraph in step.paragraphs),
        agree=turn.fill(step.agree),
        decline=turn.fill(step.decline),
    )


def _handle(turn: Turn, happening: Happening) -> Turn:
    step = turn.step(NoticeStep)
    match happening:
        case Confirmed():
            consents = (step.consent,) if step.consent else ()
            kept = tuple(consent for consent in turn.citizen.consents if consent not in consents)
            agreed = (*turn.citizen.agreed, (step.id, _words(turn)))
            return turn.learned(agreed=agreed, consents=(*kept, *consents)).go(Going.NEXT)
        case Declined() if step.decline is not None:
            return turn.go(Going.MENU)
        case _:
            return turn


def _words(turn: Turn) -> str:
    """What was agreed to, in one language, so that new figures are shown again and a new language is not."""
    step = turn.step(NoticeStep)
    values = turn.scope.values(step.values)
    return "\n".join(paragraph.hans.format(**values) for paragraph in step.paragraphs)


def _passed(turn: Turn) -> bool:
    step = turn.step(NoticeStep)
    return turn.session.returning and (step.id, _words(turn)) in turn.citizen.agreed


def _enter_gate(turn: Turn) -> Turn:
    step = turn.step(GateStep)
    scope = turn.scope
    for rule in step.require:
        if not scope.truth(rule.rule):
            options = ("back", "menu", "leave")
            return turn.trouble(Problem(rule.message, options, "certain.nothing_sent", "advice.ask", nearest=False))
    return turn.go(Going.NEXT)


def _show_gate(turn: Turn) -> AnyView:
    step = turn.step(GateStep)
    return NoticeView(chrome=chrome(turn), title=turn.fill(step.title), paragraphs=(), agree="")


def _ignore(turn: Turn, happening: Happening) -> Turn:
    return turn


def _gate_passed(turn: Turn) -> bool:
    scope = turn.scope
    return turn.session.returning and all(scope.truth(rule.rule) for rule in turn.step(GateStep).require)


NOTICE = Behaviour(_show, _handle, passed=_passed)
GATE = Behaviour(_show_gate, _ignore, enter=_enter_gate, passed=_gate_passed)
