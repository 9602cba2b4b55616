"""For oneself, or as proxy for a relative: one the city knows of, or one whose card is here too.

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

_people = msgspec.json.Decoder(tuple[Person, ...])
KINDS = {"parents": "parent", "children": "child"}
"""What the city knows them under, and the word for one of them."""


class RelativeMemory(CardMemory, frozen=True):
    """`waiting` once the relative's own card is asked for."""

    waiting: bool = False


def known_relatives(turn: Turn) -> dict[str, Person]:
    """The relatives the city knows of, by the id of their option; none when it said what cannot be read."""
    known = {field.name: field.value for field in turn.citizen.known}
    found: dict[str, Person] = {}
    for kind in turn.step(ForWhomStep).relatives:
        try:
            people = _people.decode(known.get(kind, "[]"))
        except msgspec.DecodeError:
            continue
        found |= {f"{KINDS[kind]}:{index}": person for index, person in enumerate(people)}
    return found


def _enter(turn: Turn) -> Turn:
    return turn.drop().remember(RelativeMemory())


def _show(turn: Turn) -> AnyView:
    step = turn.step(ForWhomStep)
    if turn.memory(RelativeMemory).waiting:
        others = (Option("choose", turn.say("for_whom.choose")),)
        return card_view(turn, turn.say("for_whom.card_title"), turn.say("for_whom.card_body"), others)
    problem = turn.memory(RelativeMemory).problem
    return ChoiceView(
        chrome=chrome(turn),
        title=turn.fill(step.title),
        hint=turn.fill(step.hint),
        options=_options(turn),
        chosen=_chosen(turn),
        problem=turn.say(problem) if problem else "",
    )


def _options(turn: Turn) -> tuple[Option, ...]:
    known = [
        Option(name, turn.say(f"for_whom.{_kind(name)}", name=mask_name(person.name)), mask_number(person.number))
        for name, person in known_relatives(turn).items()
    ]
    step = turn.step(ForWhomStep)
    whose = "card" if step.relatives == ("parents",) else "family"
    card = Option("card", turn.say(f"for_whom.{whose}"), turn.say("for_whom.card_detail"))
    return (Option("self", turn.say("for_whom.self")), *known, *((card,) if step.cards else ()))


def _kind(option: str) -> str:
    return option.partition(":")[0]


def _chosen(turn: Turn) -> str:
    citizen = turn.citizen
    known = next((name for name, person in known_relatives(turn).items() if person == citizen.relative), "")
    return known or ("card" if citizen.relative is not None else citizen.for_whom)


def _handle(turn: Turn, happening: Happening) -> Turn:
    match happening:
        case Chosen(id="choose"):
            return _enter(turn)
        case Chosen(id=chosen):
            return _choose(turn, chosen)
        case Confirmed():
            return _choose(turn, _chosen(turn))
        case Told(event=CardSeen()):
            return turn.remember(turn.memory(RelativeMemory), reading=True, problem="")
        case Completed(result=IdCard() as card):
            return _take(turn, card)
        case Broken():
            return failed(turn, happening)
        case _:
            return turn


def _choose(turn: Turn, chosen: str) -> Turn:
    if turn.memory(RelativeMemory).waiting or chosen not in {option.id for option in _options(turn)}:
        return turn
    if chosen == "card":
        return arm(turn.remember(RelativeMemory(waiting=True)))
    if chosen == "self":
        return _settle(turn, "self", None)
    return _settle(turn, _kind(chosen), known_relatives(turn)[chosen])


def _settle(turn: Turn, for_whom: str, relative: Person | None) -> Turn:
    return turn.learned(for_whom=for_whom, relative=relative).go(Going.NEXT)


def _take(turn: Turn, card: IdCard) -> Turn:
    problem = card_problem(card, turn.session.today)
    own = turn.citizen.card
    if own is not None and card.number == own.number:
        problem = "for_whom.own_card"
    if problem:
        return refuse(turn, problem)
    name = card.name or card.english_name
    kind = "parent" if turn.step(ForWhomStep).relatives == ("parents",) else "relative"
    return _settle(turn, kind, Person(name, card.number, card.birth))


def _passed(turn: Turn) -> bool:
    return turn.session.returning and bool(turn.citizen.for_whom)


def _back(turn: Turn) -> Turn:
    return _enter(turn) if turn.memory(RelativeMemory).waiting else turn.go(Going.BACK)


FOR_WHOM = Behaviour(_show, _handle, enter=_enter, passed=_passed, back=_back)
