"""The clock of a visit: when to ask whether somebody is there, and when to end.

It stands still while something runs that the citizen waits for. Measuring time is the shell's job.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.journey.effects import StartTimer
from kiosk.journey.model import NoticeStep
from kiosk.journey.session import Cover, Session, Stage
from kiosk.journey.turn import Turn
from kiosk.journey.wording import reading_time_s

IDLE_S, IDLE_CARE_S = 60.0, 120.0
ASK_S, ASK_CARE_S = 20.0, 40.0
ASK_KNOWN_S, ASK_KNOWN_CARE_S = 30.0, 60.0
"""Once an ID card was read there is more to lose, so the question stays longer."""


def rewind(before: Session, turn: Turn, active: bool) -> Turn:
    """Start the clock anew after activity or on another page; stop it while something runs."""
    session = turn.session
    if session.stage is Stage.GOODBYE:
        return turn
    if session.busy and session.cover is Cover.NONE:
        return turn.changed(timer=0)
    if not active and session.timer and _place(before) == _place(session):
        return turn
    number = session.next_id
    start = StartTimer(number, wait_s(turn))
    # In front: effects such as CheckPin are answered while they are carried out, and start a newer timer.
    return replace(turn.changed(next_id=number + 1, timer=number), effects=(start, *turn.effects))


def wait_s(turn: Turn) -> float:
    """How long this page may stay untouched; a text that takes long to read gets its reading time on top."""
    session = turn.session
    if session.cover is Cover.STILL_THERE:
        if session.citizen.card is None:
            return ASK_CARE_S if session.care else ASK_S
        return ASK_KNOWN_CARE_S if session.care else ASK_KNOWN_S
    idle_s = IDLE_CARE_S if session.care else IDLE_S
    if session.stage is Stage.STEPS:
        step = turn.service.steps[session.index]
        idle_s += reading_time_s(step) if isinstance(step, NoticeStep) else 0
    return idle_s


def _place(session: Session) -> tuple[object, ...]:
    return session.stage, session.service, session.index, session.cover, session.busy, session.problem is None
