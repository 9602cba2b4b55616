"""What the board told by itself → keys, sensors, and whether something was lost. Pure; the clock is an argument.

A board that has gone mad may send a thousand events a second. Sensor words are told at most every TELL_EVERY_S (the
last state always is), keys at most KEYS_A_SECOND: no hand is faster.
"""

from __future__ import annotations

from dataclasses import replace

from drivers.contract.errors import ProtocolError
from drivers.contract.panel import KeyPressed
from drivers.panel.frames import DOWN, HELD, KEYS, BoardState, Frame, Kind

TELL_EVERY_S = 0.1
KEYS_A_SECOND = 25


class KeyPace:
    """Lets through what a hand can press, and counts the rest."""

    def __init__(self) -> None:
        self.dropped = 0
        self._left, self._at = float(KEYS_A_SECOND), 0.0

    def lets(self, now: float) -> bool:
        """Whether one more key may pass."""
        elapsed, self._at = max(0.0, now - self._at), now
        self._left = min(KEYS_A_SECOND, self._left + elapsed * KEYS_A_SECOND)
        if self._left < 1:
            self.dropped += 1
            return False
        self._left -= 1
        return True


class EventStream:
    """The events of one board, in order. `gap` and `restarted` stay set until `state_asked`."""

    def __init__(self) -> None:
        self.state: BoardState | None = None
        self.gap = False
        self.restarted = False
        self._pace = KeyPace()
        self._changed = False
        self._told_at = float("-inf")

    def learn(self, state: BoardState) -> None:
        """The board was asked: its word stands for all events up to now."""
        self._changed |= self.state is None or state != replace(self.state, last_event=state.last_event)
        self.state, self.gap = state, False

    def hear(self, frame: Frame, now: float) -> KeyPressed | None:
        """One event; the key that it tells, if it does. ProtocolError when the event says what none can."""
        if frame.kind == Kind.STARTED:
            self.restarted = self.gap = True
            return None
        if self.state is None or not self._is_next(frame):
            return None
        body = frame.body
        if frame.kind == Kind.SENSOR and len(body) == 2:
            before, self.state = self.state, self.state.changed(body[0], body[1])
            self._changed |= self.state.sensors(4) != before.sensors(4)
        elif frame.kind == Kind.KEY and len(body) == 3:
            return self._key(chr(body[0]), body[1], body[2] / 10, now)
        elif frame.kind != Kind.HEARTBEAT:
            raise ProtocolError("an event that does not exist", cause="length", got=f"kind {frame.kind:02X}")
        return None

    def take_change(self, now: float) -> bool:
        """Whether the sensors should be told now."""
        if not self._changed or now - self._told_at < TELL_EVERY_S:
            return False
        self._changed, self._told_at = False, now
        return True

    @property
    def change_waits(self) -> bool:
        """Whether a change has not been told yet."""
        return self._changed

    def _is_next(self, frame: Frame) -> bool:
        """Keep count; whether this is an event that was not heard before."""
        assert self.state is not None
        last = self.state.last_event
        if frame.kind == Kind.HEARTBEAT:
            self.gap |= frame.seq != last
            return True
        if frame.seq == last:
            return False
        self.gap |= frame.seq != (last + 1) & 0xFF
        self.state = replace(self.state, last_event=frame.seq)
        return True

    def _key(self, key: str, action: int, held_s: float, now: float) -> KeyPressed | None:
        if key not in KEYS or action > HELD:
            raise ProtocolError("a key that no pad has", cause="value", got=f"{ord(key):02X} {action:02X}")
        if action not in {DOWN, HELD} or not self._pace.lets(now):
            return None
        return KeyPressed(key, held_s if action == HELD else 0.0)
