"""A code scanner on a serial wire: light up, wait for one code, put the light out whatever happened.

Not responsible for bytes (a family's Language) nor for what a code means: it is opaque, and goes to nobody but the
owner of the command. What was scanned before the command is thrown away, as is a code that is longer than 7 KB.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from drivers.contract.commands import DeviceCommand, DeviceResult, GetReport, TestReport
from drivers.contract.errors import (
    DeviceError,
    DeviceOffline,
    DeviceTimeout,
    NoMedia,
    ProtocolError,
    UnsupportedCommand,
)
from drivers.contract.scanner import ScanCode, ScannedCode
from drivers.contract.status import DeviceReport, DeviceRole, DeviceState
from drivers.scanner.language import Framing, Language, Verdict, failure
from drivers.scanner.selftest import examine
from drivers.transport import Transport
from kiosk.ipc import Cancelled, Control, DeadlineExceeded

log = logging.getLogger(__name__)
SUFFIX_WITHIN_S = 1.0
PUT_OUT_S = 0.08
"""How long a command that failed may still wait for its light to be put out."""
DRAIN_S = 1.5
_ANSWER_LIMIT = 4096


@dataclass(frozen=True)
class Habits:
    """How one scanner was set up. `senses`: it reads by itself, and knows no trigger. `identify`: asks its version."""

    answer_within_s: float = 1.0
    senses: bool = False
    identify: bytes = b""


class SerialScanner:
    """One scanner on one wire."""

    role = DeviceRole.SCANNER

    def __init__(
        self,
        transport: Transport,
        language: Language,
        framing: Framing,
        habits: Habits,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._transport, self._language, self._framing = transport, language, framing
        self._habits, self._clock = habits, clock

    def report(self, control: Control) -> DeviceReport:
        """Online when it confirms that its light is out; where a family confirms nothing, when its wire is there."""
        self._discard(control)
        self.put_out(control)
        return DeviceReport(self.role, DeviceState.ONLINE)

    def execute(self, command: DeviceCommand, control: Control) -> DeviceResult:
        """ScanCode and GetReport."""
        match command:
            case ScanCode():
                return self.scan(control)
            case GetReport():
                return self.report(control)
        raise UnsupportedCommand(f"{type(command).__name__} is not for a code scanner")

    def scan(self, control: Control) -> ScannedCode:
        """Wait for one code; NoMedia when none came within the control's deadline."""
        self._discard(control)
        within_s = PUT_OUT_S
        try:
            code = self._language.read_code(self._read_code(self.light_up(control), control))
            within_s = self._habits.answer_within_s
            return code
        except DeadlineExceeded:
            raise NoMedia("no code within the deadline") from None
        except DeviceOffline:
            within_s = 0.0  # writing would open it again; its next report puts the light out
            raise
        finally:
            if within_s:
                self._put_out_at_last(within_s)

    def self_test(self, control: Control) -> TestReport:
        """Ask, identify, light on, light off."""
        try:
            return examine(self, control)
        except Cancelled:
            self._put_out_at_last(PUT_OUT_S)
            raise

    def close(self) -> None:
        """Let go of the wire, in the dark."""
        self._transport.close()

    @property
    def confirms(self) -> bool:
        """Whether the scanner answers commands."""
        return self._language.find_reply is not None and not self._habits.senses

    def light_up(self, control: Control) -> bytes:
        """Start reading; what came after the confirmation already belongs to a code."""
        return b"" if self._habits.senses else self._order(self._language.trigger, control)

    def put_out(self, control: Control) -> None:
        """Stop reading."""
        if not self._habits.senses:
            self._order(self._language.stop, control)

    def version(self, control: Control) -> str:
        """What the scanner says of itself, as far as it can be printed; empty when nobody said how to ask."""
        if not self._habits.identify:
            return ""
        self._transport.discard_input()
        self._transport.write(self._habits.identify, control)
        said = self._transport.read_some(self._habits.answer_within_s, control)
        while said and (more := self._transport.read_some(self._framing.gap_s, control)) and len(said) < _ANSWER_LIMIT:
            said += more
        if not said:
            raise DeviceTimeout("the scanner does not tell its version")
        return "".join(chr(byte) for byte in said if 32 <= byte < 127)[:60]

    def _discard(self, control: Control) -> None:
        """Open, and throw away what was scanned before."""
        self._transport.read_some(0, control)
        self._transport.discard_input()

    def _order(self, request: bytes, control: Control) -> bytes:
        """Send a command and wait for its confirmation; what came after that."""
        self._transport.write(request, control)
        find = self._language.find_reply
        if find is None:
            return b""
        received, ends = b"", self._clock() + self._habits.answer_within_s
        while (reply := find(received, request)) is None:
            more = self._more(received, ends - self._clock(), control)
            received = (received + more)[-_ANSWER_LIMIT:]
        if reply.verdict is not Verdict.ACCEPTED:
            raise failure(reply.verdict)
        return received[reply.end :]

    def _more(self, received: bytes, left: float, control: Control) -> bytes:
        try:
            more = self._transport.read_some(left, control) if left > 0 else b""
        except DeadlineExceeded:
            more = b""
        if more:
            return more
        if received:
            raise ProtocolError("no whole answer of the scanner", cause="garbage", got=f"{len(received)} bytes")
        raise DeviceTimeout("the scanner does not answer")

    def _read_code(self, received: bytes, control: Control) -> bytes:
        while True:
            code = self._read_frame(received, control)
            while late := self._language.is_reply(code):
                code = code[late:]
            if code:
                return code
            received = b""

    def _read_frame(self, received: bytes, control: Control) -> bytes:
        """Everything up to the suffix, or to the silence after it."""
        patience = SUFFIX_WITHIN_S if self._framing.suffix else self._framing.gap_s
        while True:
            try:
                if (code := self._framing.split(received)) is not None:
                    return code
            except ProtocolError:
                self._drain()
                raise
            more = self._transport.read_some(patience if received else control.remaining_s, control)
            if received and not more:
                return self._ended(received)
            received += more

    def _ended(self, received: bytes) -> bytes:
        if self._framing.suffix:
            raise ProtocolError("the code broke off before its suffix", cause="truncated", got=f"{len(received)} bytes")
        return received

    def _drain(self) -> None:
        """Let the rest of a code that is too long run out, so that it does not become the next one."""
        control = Control(DRAIN_S)
        with contextlib.suppress(DeadlineExceeded):
            while self._transport.read_some(self._framing.gap_s, control):
                pass

    def _put_out_at_last(self, within_s: float) -> None:
        """The outcome of the command stands; a light that stays on is found by the next report, which asks again."""
        try:
            self.put_out(Control(within_s))
        except (DeviceError, DeadlineExceeded) as error:
            log.warning("the scanner did not confirm that its light is out: %s", error)
