"""The machine of a virtual receipt printer: receives, prints, tells its state, and suffers what was ordered.

Not responsible for the wire nor for the control port: bytes come by `receive`, answers go to the peer they came from.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from drivers.virtual.escpos import EscposReader
from drivers.virtual.escpos_input import Input
from drivers.virtual.escpos_slips import Slips
from drivers.virtual.escpos_status import TROUBLES, Condition
from drivers.virtual.faults import BYTE_AT_A_TIME, NONE, VANISH, Misbehaviour, Spoilers
from drivers.virtual.paper import Paper
from drivers.virtual.wire import Pacing, Peer

SILENT_AFTER_PRINT, JAM_AFTER_PRINT = "silent_after_print", "jam_after_print"
OWN_FAULTS = (*TROUBLES, SILENT_AFTER_PRINT, JAM_AFTER_PRINT)
BEFORE_A_CUT = -(1 << 30)
LAST_WORDS = 2
"""So many in-order answers after a cut are still given before the faults that come after the print."""
SETTLE_S = 1.0
ANY_ROOM = 1 << 30


@dataclass(frozen=True)
class Build:
    """What kind of printer this is. `speed_mm_s` 0 prints at once; `buffer_bytes` 0 takes everything.

    `baud` is how fast bytes arrive, 0 for a wire without a speed; how fast they leave is the wire's own pacing.
    """

    family: str = "escpos"
    width: int = 576
    speed_mm_s: float = 0.0
    buffer_bytes: int = 0
    baud: int = 0


class ReceiptMachine:
    """One printer. One thread receives, one prints; `change` guards all that they share."""

    def __init__(self, build: Build, slips: Slips, pacing: Pacing) -> None:
        self._build, self.slips, self._pacing = build, slips, pacing
        self.paper = Paper(build.width)
        self.condition = Condition()
        self.misbehaviour = Misbehaviour(Spoilers(lambda answer: bytes(byte ^ 0x80 for byte in answer)), OWN_FAULTS)
        self.vanish: Callable[[], None] = lambda: None
        """Pulls the plug for a moment; set by whoever holds the wire."""
        self.near_mm = 0.0
        self.change = threading.Condition(threading.RLock())
        self._automatic, self._told = 0, b""
        self._muted, self._asked_since_cut = False, BEFORE_A_CUT
        self._reader = EscposReader(self)
        self._input = Input(self._real_time)
        self._peer: Peer | None = None
        self._later: list[tuple[float, Callable[[], None]]] = []
        self._printing = False
        threading.Thread(target=self._print, daemon=True).start()

    # what the reader of commands asks of the machine

    def cut(self) -> None:
        """The cutter: a slip falls out, or goes into the presenter."""
        self._asked_since_cut = 0
        if (slip := self.paper.cut()) is not None:
            self.slips.add(slip)
            self.condition.slip_waiting = self._build.family != "escpos"

    def say(self, data: bytes) -> None:
        """Answer the host, as faithfully as the fault of the day allows."""
        if self._peer is None or self._muted:
            return
        fault = self.misbehaviour.next()
        if fault == VANISH:
            threading.Thread(target=self.vanish, daemon=True).start()
        elif fault in OWN_FAULTS:
            fault = NONE
        self._pacing.one_byte_at_a_time = fault == BYTE_AT_A_TIME
        if said := self.misbehaviour.twist(fault, data):
            self._peer.send(said)

    def set_automatic_status(self, mask: int) -> None:
        """GS a: four bytes now and on each change; ESC @ turns it off."""
        self._automatic, self._told = mask, b""
        self._tell_change()

    def paper_sensor(self) -> int:
        """GS r 1; only answered while online, so never "out"."""
        self._asked_since_cut += 1
        return 0x03 if self.condition.near_end else 0x00

    # what the world does to it

    def receive(self, peer: Peer, data: bytes) -> None:
        """A portion from the host; waits while the buffer is full, and hears nothing meanwhile."""
        arriving = Pacing(self._build.baud)
        arriving.write(data, lambda portion: self._take(peer, portion))

    def _take(self, peer: Peer, portion: bytes) -> None:
        with self.change:
            self._peer = peer
            room = self._build.buffer_bytes or ANY_ROOM
            self.change.wait_for(lambda: self._input.size < room)
            self._input.feed(portion)
            self.change.notify_all()

    def settle(self) -> None:
        """What was changed takes effect; a fast printer has printed what it can when this returns."""
        self._look_at_paper()
        self.change.notify_all()
        if not self._build.speed_mm_s:
            self.change.wait_for(self._settled, SETTLE_S)

    def after(self, more_mm: float, action: Callable[[], None]) -> None:
        """Do something once so much more paper has moved."""
        self._later.append((self.paper.moved_mm + more_mm, action))

    def start_fault(self, name: str, answers: int = 0) -> None:
        """Begin to misbehave, or to have a trouble of its own; NONE ends both."""
        self._muted = False
        self.condition.trouble = name if name in TROUBLES else ""
        self.misbehaviour.set(NONE if name in TROUBLES else name, answers)

    def end_fault(self) -> None:
        """The trouble is over, from any thread: a head that has cooled down."""
        with self.change:
            self.start_fault(NONE)
            self.settle()

    def lose_power(self) -> None:
        """What waited in the buffer and in the line under way is lost; paper that has moved has moved."""
        with self.change:
            self._input.lose_all()
            self._reader = EscposReader(self)
            self._automatic, self._muted = 0, False
            self.change.notify_all()

    def reset(self) -> None:
        """As new: new paper, no fault, no slips."""
        self.lose_power()
        self.start_fault(NONE)
        self.paper, self.condition, self.near_mm = Paper(self._build.width), Condition(), 0.0
        self._asked_since_cut = BEFORE_A_CUT
        self._later.clear()
        self.slips.forget()

    def state(self) -> dict[str, Any]:
        """For the bench."""
        condition = self.condition
        return {
            **self.misbehaviour.told(),
            "fault": condition.trouble or self.misbehaviour.fault,
            "paper": "out" if condition.paper_out else "near_end" if condition.near_end else "ok",
            "slips": self.slips.count,
            "waiting": self.slips.waiting,
            "retracted": self.slips.retracted,
            "presenter": condition.slip_waiting,
            "automatic": self._automatic,
            "buffered": self._input.size,
            "unknown": self._reader.unknown[-20:],
            "skipped": dict(self._reader.skipped),
        }

    # inside

    def _real_time(self, command: bytes) -> None:
        match command[1], command[2]:
            case 0x04, number if 1 <= number <= 4:
                self.say(bytes([self.condition.real_time(number)]))
            case 0x04, 5 | 6 | 9 as number if self._build.family == "snbc":
                self.say(bytes([self.condition.snbc(number)]))
            case 0x04, 0x14 if self._build.family == "custom":
                self.say(self.condition.custom())
            case 0x05, 1 | 2 as number:
                self._recover(number)
            case 0x14, 0x08:
                self._clear()
            case _:
                self._reader.skipped[command.hex(" ").upper()] += 1

    def _recover(self, number: int) -> None:
        """DLE ENQ: a cutter that has been freed works again; 2 also clears the buffer."""
        if self.condition.trouble == "cutter_error":
            self.condition.trouble = ""
        if number == 2:
            self._clear()

    def _clear(self) -> None:
        self._input.clear()
        self._reader.clear()

    def _print(self) -> None:
        with self.change:
            while True:
                self._printing = False
                self.change.notify_all()
                self.change.wait_for(lambda: self._input.size > 0 and not self.condition.stopped)
                self._printing = True
                self._step()

    def _step(self) -> None:
        if (taken := self._input.next()) is None:
            return
        command, known = taken
        before = self.paper.moved_mm
        self._reader.carry_out(command) if known else self._reader.skip(command)
        if self._build.speed_mm_s and self.paper.moved_mm > before:
            until = time.monotonic() + (self.paper.moved_mm - before) / self._build.speed_mm_s
            while (left := until - time.monotonic()) > 0:
                self.change.wait(left)
        self._look_at_paper()
        if self._asked_since_cut == LAST_WORDS:
            self._muted = self._muted or self.misbehaviour.fault == SILENT_AFTER_PRINT
            if self.misbehaviour.fault == JAM_AFTER_PRINT:
                self.start_fault("jammed")

    def _look_at_paper(self) -> None:
        """Paper that has moved may be near its end or at it, and may have reached a misfortune that was ordered."""
        due = [action for at_mm, action in self._later if at_mm <= self.paper.moved_mm]
        self._later = [entry for entry in self._later if entry[0] > self.paper.moved_mm]
        for action in due:
            action()
        self.condition.paper_out = self.paper.empty
        if self.near_mm and self.paper.left_mm is not None and self.paper.left_mm <= self.near_mm:
            self.condition.near_end = True
        self._tell_change()

    def _tell_change(self) -> None:
        if self._automatic and (status := self.condition.automatic()) != self._told:
            self._told = status
            self.say(status)

    def _settled(self) -> bool:
        return not self._printing and (self.condition.stopped or not self._input.size)
