"""The end of a visit: forget the citizen, say what was held and is gone, remind of card and papers.

Not responsible for wiping the shell's own copies (effect Forget) nor the disk (the store).
"""

from __future__ import annotations

from drivers.contract.commands import CardProbe, ProbeCard
from drivers.contract.status import DeviceRole
from kiosk.journey.effects import Forget, StartTimer
from kiosk.journey.session import Citizen, Cover, Memory, Session, Stage
from kiosk.journey.turn import Broken, Completed, Happening, Turn

SHOWN_S = 8.0
SHOWN_CARE_S = 15.0
PROBE_WITHIN_S = 3.0
PROBES = 4
"""How often a forgotten card is looked for before the next citizen may begin."""


class GoodbyeMemory(Memory, frozen=True):
    """Whether the card still lies there, and how often we looked."""

    present: bool = False
    probes: int = 0


def say_goodbye(turn: Turn) -> Turn:
    """Forget everything of the citizen and show the last page. The step was left already."""
    session = turn.session
    card_read = session.citizen.card is not None
    changes = {
        "stage": Stage.GOODBYE,
        "cover": Cover.NONE,
        "held": held_of(session.citizen),
        "reminders": session.reminders + _papers(session.citizen),
        "citizen": Citizen(),
        "memory": GoodbyeMemory(),
        "problem": None,
    }
    turn = turn.changed(**changes).emit(Forget())
    return _with_timer(_probe(turn) if card_read else turn)


def held_of(citizen: Citizen) -> tuple[str, ...]:
    """The text keys of what the terminal held of her."""
    held = {
        "held.card": citizen.card is not None,
        "held.code": bool(citizen.token),
        "held.known": bool(citizen.known),
        "held.relative": citizen.relative is not None,
        "held.answers": bool(citizen.answers),
        "held.photo": any(photo.media_type == "image/jpeg" for photo in citizen.photos),
        "held.signature": any(photo.media_type == "image/png" for photo in citizen.photos),
        "held.records": bool(citizen.records) and citizen.card is not None,
        "held.composed": citizen.composed is not None,
        "held.certificate": citizen.certificate is not None,
    }
    return tuple(key for key, was_held in held.items() if was_held)


def handle_goodbye(turn: Turn, happening: Happening) -> Turn:
    """What the reader says about a forgotten card."""
    memory = turn.memory(GoodbyeMemory)
    match happening:
        case Completed(result=CardProbe(present=present)):
            others = tuple(key for key in turn.session.reminders if key != "goodbye.card")
            reminders = (*others, "goodbye.card") if present else others
            return turn.remember(memory, present=present).changed(reminders=reminders)
        case Broken():
            return turn.remember(memory, present=False)
        case _:
            return turn


def is_over(session: Session) -> bool:
    """Whether the last page has been shown long enough; a forgotten card gets a few rounds more."""
    memory = session.memory
    assert isinstance(memory, GoodbyeMemory)
    return not memory.present or memory.probes >= PROBES


def look_again(turn: Turn) -> Turn:
    """Look for the forgotten card once more."""
    return _with_timer(_probe(turn.drop()))


def _probe(turn: Turn) -> Turn:
    memory = turn.memory(GoodbyeMemory)
    turn = turn.remember(memory, probes=memory.probes + 1)
    return turn.device("probe", DeviceRole.ID_CARD, ProbeCard(), PROBE_WITHIN_S, quiet=True)


def _with_timer(turn: Turn) -> Turn:
    number = turn.session.next_id
    shown_s = SHOWN_CARE_S if turn.session.care else SHOWN_S
    return turn.changed(next_id=number + 1, timer=number).emit(StartTimer(number, shown_s))


def _papers(citizen: Citizen) -> tuple[str, ...]:
    keys = {
        "goodbye.papers": citizen.sheets > 0 or citizen.accepted is not None,
        "goodbye.kept": citizen.accepted is not None,
    }
    return tuple(key for key, holds in keys.items() if holds)
