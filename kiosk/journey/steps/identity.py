"""Read the citizen's ID card. Any of the four layouts; a card that cannot be read never ends the visit.

Not responsible for proving that card and person belong together (the code step).
"""

from __future__ import annotations

import msgspec

from drivers.contract.commands import CardSeen, ReadIdCard
from drivers.contract.status import DeviceRole
from drivers.contract.values import IdCard
from kiosk.intents import Chosen
from kiosk.journey.model import IdentityStep
from kiosk.journey.pages import chrome
from kiosk.journey.session import Memory, Phrase, Problem
from kiosk.journey.steps.behaviour import Behaviour
from kiosk.journey.troubles import broken, device_text
from kiosk.journey.turn import Broken, Completed, Going, Happening, Told, Turn
from kiosk.views import AnyView, CardView, Option

READ_WITHIN_S = 60.0
QUIET_ROUNDS = 5
"""How often the reader is armed again by itself when no card came; then the citizen decides."""

AGAIN = frozenset({"no_media", "timeout", "invalid_media", "protocol", "fault"})
"""Failures after which the citizen lays the card down once more; anything else needs a page of its own."""


class CardMemory(Memory, frozen=True):
    """Whether a card lies there, what went wrong last (a text key), how often the reader was armed."""

    reading: bool = False
    problem: str = ""
    rounds: int = 0


def arm(turn: Turn) -> Turn:
    """Wait for a card. Reading is no physical act, so it may be repeated."""
    memory = turn.memory(CardMemory)
    turn = turn.drop().remember(memory, reading=False, rounds=memory.rounds + 1)
    return turn.device("read", DeviceRole.ID_CARD, ReadIdCard(), READ_WITHIN_S, quiet=True)


def failed(turn: Turn, failure: Broken) -> Turn:
    """Say what went wrong with the card and wait for it again, or show a problem page."""
    memory = turn.memory(CardMemory)
    kind = failure.failure.kind
    if kind not in AGAIN or memory.rounds > QUIET_ROUNDS:
        return broken(turn.remember(CardMemory()), failure)
    problem = device_text(turn.context.texts, DeviceRole.ID_CARD, kind)
    return arm(turn.remember(memory, problem=problem))


def refuse(turn: Turn, problem: str) -> Turn:
    """Say why this card will not do (a text key) and wait for another, but not for ever."""
    memory = turn.memory(CardMemory)
    if memory.rounds > QUIET_ROUNDS:
        options = ("retry", "menu", "leave")
        stuck = Problem(Phrase(problem), options, "certain.nothing_sent", "advice.ask")
        return turn.remember(CardMemory()).trouble(stuck)
    return arm(turn.remember(memory, problem=problem))


def card_problem(card: IdCard, today: str) -> str:
    """The text key of what is wrong with a card that was read; "" when it is good."""
    if not card.number or not card.name and not card.english_name:
        return "device.id_card.invalid_media"
    if card.valid_to and card.valid_to != "long-term" and card.valid_to < today:
        return "identity.expired"
    return ""


def card_view(turn: Turn, title: str, body: str, others: tuple[Option, ...]) -> CardView:
    """The page that asks for a card."""
    memory = turn.memory(CardMemory)
    problem = turn.say(memory.problem) if memory.problem else ""
    return CardView(chrome=chrome(turn), title=title, body=body, reading=memory.reading, problem=problem, others=others)


def _show(turn: Turn) -> AnyView:
    step = turn.step(IdentityStep)
    others = (Option("no_card", turn.say("identity.no_card")),)
    return card_view(turn, turn.fill(step.title), turn.fill(step.body), others)


def _handle(turn: Turn, happening: Happening) -> Turn:
    match happening:
        case Told(event=CardSeen()):
            return turn.remember(turn.memory(CardMemory), reading=True, problem="")
        case Completed(result=IdCard() as card):
            return _take(turn, card)
        case Broken():
            return failed(turn, happening)
        case Chosen(id="no_card"):
            options = ("retry", "menu", "leave")
            return turn.drop().trouble(Problem(Phrase("identity.without"), options, "", "advice.ask"))
        case _:
            return turn


def _take(turn: Turn, card: IdCard) -> Turn:
    problem = card_problem(card, turn.session.today)
    if problem == "identity.expired":
        options = ("retry", "menu", "leave")
        return turn.trouble(Problem(Phrase(problem), options, "certain.nothing_sent", "identity.expired_advice"))
    if problem:
        return refuse(turn, problem)
    named = msgspec.structs.replace(card, name=card.name or card.english_name)
    return turn.learned(card=named).go(Going.NEXT)


def _passed(turn: Turn) -> bool:
    return turn.citizen.card is not None


IDENTITY = Behaviour(_show, _handle, enter=arm, passed=_passed)
