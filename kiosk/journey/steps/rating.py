"""好差评: five levels, or skip. The rating is a transaction of its own and names nobody."""

from __future__ import annotations

from kiosk.intents import Chosen, Confirmed, Declined
from kiosk.journey.pages import chrome
from kiosk.journey.session import Memory
from kiosk.journey.steps.behaviour import Behaviour
from kiosk.journey.turn import Broken, Completed, Going, Happening, Turn
from kiosk.views import AnyView, Option, RatingView
from offline_cache.contract import Accept, Answer, Draft

WITHIN_S = 8.0
LEVELS = ("5", "4", "3", "2", "1")


class RatingMemory(Memory, frozen=True):
    """`sent` once a level was chosen: a second touch changes nothing."""

    sent: bool = False


def rating_draft(turn: Turn, level: str) -> Draft:
    """The rating as a transaction: service, level and the number it is about; no name, no ID number."""
    accepted = turn.citizen.accepted
    about = (Answer("reference", accepted.local_number),) if accepted is not None else ()
    return Draft(
        id=turn.session.rating_id,
        kind="rating",
        service=turn.service.id,
        service_version=turn.service.version,
        district=turn.context.terminal.district,
        subject_number="",
        subject_name="",
        token="",
        answers=(Answer("level", level), *about),
    )


def _show(turn: Turn) -> AnyView:
    return RatingView(
        chrome=chrome(turn),
        title=turn.say("rating.title"),
        body=turn.say("rating.body"),
        options=tuple(Option(level, turn.say(f"rating.level{level}")) for level in LEVELS),
        skip=turn.say("rating.skip"),
    )


def _handle(turn: Turn, happening: Happening) -> Turn:
    sent = turn.memory(RatingMemory).sent
    match happening:
        case Chosen(id=level) if level in LEVELS and not sent:
            turn = turn.remember(RatingMemory(sent=True))
            return turn.store("rating", Accept(rating_draft(turn, level)), WITHIN_S)
        case Declined() | Confirmed() if not sent:
            return turn.go(Going.NEXT)
        case Completed():
            return turn.changed(reminders=("rating.thanks",)).go(Going.NEXT)
        case Broken():
            return turn.changed(reminders=("rating.lost",)).go(Going.NEXT)
        case _:
            return turn


RATING = Behaviour(_show, _handle, enter=lambda turn: turn.drop().remember(RatingMemory()))
