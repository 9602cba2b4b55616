"""For oneself, or as proxy for a parent: one the city knows of, or one whose card is here too.

Not responsible for whether a proxy is allowed to act; the office checks that.
"""

from __future__ import annotations

import msgspec

from drivers.contract.commands import CardSeen
from drivers.contract.values import IdCard
from kiosk.intents import Chosen, Confirmed
from kiosk.journey.dates import mask_name, mask_number
from kiosk.journey.model import ForWhomStep
from kiosk.journey.pages import chrome
from kiosk.journey.session import Person
from kiosk.journey.steps.behaviour import Behaviour
from kiosk.journey.steps.identity import CardMemory, arm, card_problem, card_view, failed, refuse
from kiosk.journey.turn import Broken, Completed, Going, Happening, Told, Turn
from kiosk.views import AnyView, ChoiceView, Option

_parents = msgspec.json.Decoder(tuple[Person, ...])


class ParentMemory(CardMemory, frozen=True):
    """`waiting` once the parent's own card is asked for."""

    waiting: bool = False


def known_parents(turn: Turn) -> tuple[Person, ...]:
    """The parents the city knows of; none when it said something that cannot be read."""
    said = next((field.value for field in turn.citizen.known if field.name == "parents"), "[]")
    try:
        return _parents.decode(said)
    except msgspec.DecodeError:
        return ()


def _enter(turn: Turn) -> Turn:
    return turn.drop().remember(ParentMemory())


def _show(turn: Turn) -> AnyView:
    step = turn.step(ForWhomStep)
    if turn.memory(ParentMemory).waiting:
        others = (Option("choose", turn.say("for_whom.choose")),)
        return card_view(turn, turn.say("for_whom.card_title"), turn.say("for_whom.card_body"), others)
    problem = turn.memory(ParentMemory).problem
    return ChoiceView(
        chrome=chrome(turn),
        title=turn.fill(step.title),
        hint=turn.fill(step.hint),
        options=_options(turn),
        chosen=_chosen(turn),
        problem=turn.say(problem) if problem else "",
    )


def _options(turn: Turn) -> tuple[Option, ...]:
    parents = [
        Option(f"parent:{index}", turn.say("for_whom.parent", name=mask_name(p.name)), mask_number(p.number))
        for index, p in enumerate(known_parents(turn))
    ]
    card = Option("card", turn.say("for_whom.card"), turn.say("for_whom.card_detail"))
    return (Option("self", turn.say("for_whom.self")), *parents, card)


def _chosen(turn: Turn) -> str:
    citizen, parents = turn.citizen, known_parents(turn)
    if citizen.parent in parents:
        return f"parent:{parents.index(citizen.parent)}"
    return "card" if citizen.parent is not None else citizen.for_whom


def _handle(turn: Turn, happening: Happening) -> Turn:
    match happening:
        case Chosen(id="choose"):
            return _enter(turn)
        case Chosen(id=chosen):
            return _choose(turn, chosen)
        case Confirmed():
            return _choose(turn, _chosen(turn))
        case Told(event=CardSeen()):
            return turn.remember(turn.memory(ParentMemory), reading=True, problem="")
        case Completed(result=IdCard() as card):
            return _take(turn, card)
        case Broken():
            return failed(turn, happening)
        case _:
            return turn


def _choose(turn: Turn, chosen: str) -> Turn:
    if turn.memory(ParentMemory).waiting or chosen not in {option.id for option in _options(turn)}:
        return turn
    if chosen == "card":
        return arm(turn.remember(ParentMemory(waiting=True)))
    if chosen == "self":
        return _settle(turn, "self", None)
    return _settle(turn, "parent", known_parents(turn)[int(chosen.removeprefix("parent:"))])


def _settle(turn: Turn, for_whom: str, parent: Person | None) -> Turn:
    return turn.learned(for_whom=for_whom, parent=parent).go(Going.NEXT)


def _take(turn: Turn, card: IdCard) -> Turn:
    problem = card_problem(card, turn.session.today)
    own = turn.citizen.card
    if own is not None and card.number == own.number:
        problem = "for_whom.own_card"
    if problem:
        return refuse(turn, problem)
    name = card.name or card.english_name
    return _settle(turn, "parent", Person(name, card.number, card.birth))


def _passed(turn: Turn) -> bool:
    return turn.session.returning and bool(turn.citizen.for_whom)


def _back(turn: Turn) -> Turn:
    return _enter(turn) if turn.memory(ParentMemory).waiting else turn.go(Going.BACK)


FOR_WHOM = Behaviour(_show, _handle, enter=_enter, passed=_passed, back=_back)
