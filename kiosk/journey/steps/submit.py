"""Make the application durable; only then is anything promised. Then look whether the office has it.

Not responsible for sending (the store does, whenever the line allows).
"""

from __future__ import annotations

from kiosk.journey.model import OfflineLimits, ReviewStep, SignatureStep
from kiosk.journey.pages import working
from kiosk.journey.session import Memory, Phrase, Problem
from kiosk.journey.steps.behaviour import Behaviour
from kiosk.journey.steps.lookup import parameters_of
from kiosk.journey.steps.review import given_answers
from kiosk.journey.troubles import store_text
from kiosk.journey.turn import Broken, Completed, Decided, Going, Happening, Turn
from kiosk.views import AnyView
from offline_cache.contract import (
    Accept,
    Accepted,
    Answer,
    Draft,
    Outcome,
    StoreFailure,
    Terms,
    TransactionState,
    WaitForOutcome,
)

ACCEPT_WITHIN_S = 10.0
LOOK_WITHIN_S = 5.0
UNLIMITED = OfflineLimits(valid_days=30, waiting=0)
"""Of a service that is only submitted over the line; it may still wait if the line dies meanwhile."""


class SubmitMemory(Memory, frozen=True):
    """Whether the promise has been made and the office is being asked."""

    looking: bool = False


def draft_of(turn: Turn) -> Draft:
    """The transaction: everything the citizen confirmed, with the version and the consents it rests on."""
    citizen, service, session = turn.citizen, turn.service, turn.session
    card = citizen.card
    limits = service.offline_limits or UNLIMITED
    return Draft(
        id=session.application_id,
        kind="application",
        service=service.id,
        service_version=service.version,
        district=turn.scope.district,
        subject_number=card.number if card else "",
        subject_name=card.name if card else "",
        token=citizen.token,
        answers=(*given_answers(turn), *_confirmed_by_key(turn), *_proxy(turn), *_computed(turn), *_consents(turn)),
        attachments=citizen.photos,
        valid_days=limits.valid_days,
        terms=Terms(limits.waiting, limits.amount_fen),
    )


def _confirmed_by_key(turn: Turn) -> tuple[Answer, ...]:
    """Declarations of somebody who could not sign under them."""
    steps = {step.id for step in turn.service.steps if isinstance(step, SignatureStep)}
    return tuple(answer for answer in turn.citizen.answers if answer.name in steps)


def _proxy(turn: Turn) -> tuple[Answer, ...]:
    citizen = turn.citizen
    if not citizen.for_whom:
        return ()
    label = turn.say("review.for_whom")
    other = citizen.relative
    if other is None:
        return (Answer("for_whom", "self", label, turn.say("review.myself")),)
    return (
        Answer("for_whom", citizen.for_whom, label, turn.say(f"for_whom.{citizen.for_whom}", name=other.name)),
        Answer("relative_name", other.name, turn.say("review.relative_name"), other.name),
        Answer("relative_number", other.number, turn.say("review.relative_number"), other.number),
    )


def _computed(turn: Turn) -> tuple[Answer, ...]:
    reviews = [step for step in turn.service.steps if isinstance(step, ReviewStep)]
    return tuple(answer for step in reviews for answer in parameters_of(turn, step.rows))


def _consents(turn: Turn) -> tuple[Answer, ...]:
    label = turn.say("review.consent")
    return tuple(Answer(f"consent.{name}", turn.session.today, label) for name in turn.citizen.consents)


def _enter(turn: Turn) -> Turn:
    draft = turn.citizen.draft or draft_of(turn)
    turn = turn.drop().learned(draft=draft).changed(spent=True).remember(SubmitMemory())
    return turn.store("accept", Accept(draft), ACCEPT_WITHIN_S)


def _show(turn: Turn) -> AnyView:
    return working(turn, "working.look" if turn.memory(SubmitMemory).looking else "working.submit")


def _handle(turn: Turn, happening: Happening) -> Turn:
    match happening:
        case Completed(result=Accepted() as accepted):
            return _look(turn.learned(accepted=accepted))
        case Completed(result=Outcome() as outcome):
            return turn.learned(outcome=outcome).go(Going.NEXT)
        case Decided(outcome=outcome) if outcome.state is TransactionState.ACCEPTED:
            return turn.drop().learned(outcome=outcome).go(Going.NEXT)
        case Broken(tag="accept"):
            return _not_stored(turn, happening)
        case Broken():
            return turn.go(Going.NEXT)  # it is safe on disk; only the look at the office failed
        case _:
            return turn


def _look(turn: Turn) -> Turn:
    if not turn.online:
        return turn.go(Going.NEXT)
    turn = turn.remember(SubmitMemory(looking=True))
    return turn.store("look", WaitForOutcome(turn.session.application_id), LOOK_WITHIN_S)


def _not_stored(turn: Turn, failed: Broken) -> Turn:
    """Storage said no, so nothing counts; after silence nobody knows, and the same may be sent again."""
    assert isinstance(failed.failure, StoreFailure)
    kind = failed.failure.kind
    certain = "certain.perhaps_stored" if kind == "timeout" else "certain.not_stored"
    options = ("leave",) if kind in {"conflict", "invalid", "refused", "limit"} else ("retry", "leave")
    own_words = kind in {"timeout", "limit"}
    key = Phrase(store_text(turn.context.texts, failed.failure) if own_words else "submit.failed")
    return turn.trouble(Problem(key, options, certain, "advice.call", nearest=True))


SUBMIT = Behaviour(_show, _handle, enter=_enter)
