"""Check the answers before they count, and what of them becomes the transaction.

Not responsible for storing it (the submit step).
"""

from __future__ import annotations

from kiosk.intents import Confirmed, EditPressed
from kiosk.journey.dates import mask_number
from kiosk.journey.model import ForWhomStep, PaperStep, PhotoStep, ReviewStep, SignatureStep
from kiosk.journey.model_steps import ANSWERED
from kiosk.journey.pages import chrome, subject_line
from kiosk.journey.scope import shown_answer
from kiosk.journey.steps.behaviour import Behaviour
from kiosk.journey.steps.lookup import parameters_of
from kiosk.journey.turn import Going, Happening, Turn
from kiosk.views import AnyView, ReviewView, Row
from offline_cache.contract import Answer

PICTURES = (PhotoStep, PaperStep, SignatureStep)
EDITABLE = (*ANSWERED, ForWhomStep, *PICTURES)


def given_answers(turn: Turn) -> tuple[Answer, ...]:
    """The answers of the questions that take place now, as the citizen reads them, in their order."""
    scope, language = turn.scope, turn.session.language
    found: list[Answer] = []
    for step in turn.service.steps:
        if isinstance(step, ANSWERED) and scope.truth(step.when):
            value = turn.citizen.answer(step.id)
            shown = shown_answer(step, value, turn.context, language)
            found.append(Answer(step.id, value, step.label.of(language), shown))
    return tuple(found)


def _show(turn: Turn) -> AnyView:
    step = turn.step(ReviewStep)
    return ReviewView(
        chrome=chrome(turn),
        title=turn.fill(step.title),
        hint=turn.fill(step.hint),
        rows=_rows(turn),
        statement=turn.fill(step.statement),
        confirm=turn.fill(step.confirm),
    )


def _rows(turn: Turn) -> tuple[Row, ...]:
    citizen, step = turn.citizen, turn.step(ReviewStep)
    card = citizen.card
    rows = [Row(turn.say("review.applicant"), subject_line(card.name, card.number))] if card else []
    answers = {answer.name: answer for answer in given_answers(turn)}
    for other in turn.service.steps:
        if other.id in answers:
            answer = answers[other.id]
            rows.append(Row(answer.label, answer.shown or turn.say("review.none"), other.id))
        elif isinstance(other, ForWhomStep):
            rows.append(Row(turn.say("review.for_whom"), _for_whom(turn), other.id))
        elif isinstance(other, SignatureStep) and citizen.answer(other.id):
            rows.append(Row(other.name.of(turn.session.language), turn.say("signature.confirmed"), other.id))
        elif isinstance(other, PICTURES) and any(photo.name == other.id for photo in citizen.photos):
            done = "review.signed" if isinstance(other, SignatureStep) else "review.taken"
            rows.append(Row(other.name.of(turn.session.language), turn.say(done), other.id))
    rows += [Row(extra.label, extra.shown) for extra in parameters_of(turn, step.rows)]
    return tuple(rows)


def _for_whom(turn: Turn) -> str:
    other = turn.citizen.relative
    if other is None:
        return turn.say("review.myself")
    return turn.say("review.relative", name=other.name, number=mask_number(other.number))


def _handle(turn: Turn, happening: Happening) -> Turn:
    match happening:
        case Confirmed():
            return turn.go(Going.NEXT)
        case EditPressed(id=wanted):
            index = turn.service.step(wanted)
            known = index >= 0 and isinstance(turn.service.steps[index], EDITABLE)
            return turn.go(Going.EDIT, wanted) if known else turn
        case _:
            return turn


REVIEW = Behaviour(_show, _handle, enter=lambda turn: turn.changed(returning=False))
