"""SAM_V ID-card reader: find, select, read, and tell what went wrong.

Not responsible for the wire (drivers.transport) nor for the meaning of bytes (frames, layouts). The photo
block is passed over: its WLT form has no open decoder.

Quirks of the field, each seen in at least two shipping drivers: a card that was read is not found again until
it is lifted, so a reader that says "no card" is asked once for the newest address (30 03), whose answer tells
that the card still lies there; a late answer may arrive in front of the next one, so answers whose shape does
not belong to the command are dropped.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from drivers.contract.commands import (
    CardProbe,
    CardSeen,
    DeviceCommand,
    DeviceResult,
    GetReport,
    ProbeCard,
    ReadIdCard,
    TestReport,
    TestStep,
)
from drivers.contract.errors import (
    DeviceError,
    DeviceTimeout,
    InvalidMedia,
    NoMedia,
    ProtocolError,
    UnsupportedCommand,
)
from drivers.contract.status import DeviceReport, DeviceRole, DeviceState
from drivers.contract.values import IdCard
from drivers.id_card import status
from drivers.id_card.frames import Answer, AnswerParser, Command, encode_request
from drivers.id_card.layouts import BLOCK_BYTES, decode_address, decode_text
from drivers.transport import Transport
from kiosk.ipc import Control, DeadlineExceeded

BAUDS = (115200, 57600, 38400, 19200, 9600)
POLL_S = 0.3
TRIES = 3
_PHOTO_BYTES = 1024


@dataclass(frozen=True)
class _Exchange:
    """A command, the data lengths a success may have, and how long the reader may think (seconds)."""

    command: bytes
    lengths: tuple[int, ...]
    think_s: float


_SAM_STATUS = _Exchange(Command.SAM_STATUS, (0,), 0.3)
_SAM_ID = _Exchange(Command.SAM_ID, (16,), 0.5)
_FIND = _Exchange(Command.FIND_CARD, (4,), 0.4)
_SELECT = _Exchange(Command.SELECT_CARD, (8,), 0.4)
_READ = _Exchange(Command.READ_TEXT_PHOTO, (4 + BLOCK_BYTES + _PHOTO_BYTES,), 2.0)
_ADDRESS = _Exchange(Command.READ_NEW_ADDRESS, (70,), 1.5)


class SamVReader:
    """One reader on one wire. `probe_bauds` only makes sense on a tty."""

    role = DeviceRole.ID_CARD

    def __init__(
        self,
        transport: Transport,
        baud: int = 115200,
        probe_bauds: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._transport, self._baud, self._clock = transport, baud, clock
        self._bauds = sorted(BAUDS, key=lambda rate: rate != baud) if probe_bauds else [baud]
        self._ready = False
        self._sam_id = ""

    def report(self, control: Control) -> DeviceReport:
        """Online when the SAM says that it is well; hardware error with its status otherwise."""
        self._prepare(control)
        answer = self._ask(_SAM_STATUS, control)
        if answer.sw3 == status.OK:
            return DeviceReport(self.role, DeviceState.ONLINE, model=f"SAM_V {self._sam_id}".strip())
        fault = status.failure(answer.sw3)
        return DeviceReport(self.role, DeviceState.HARDWARE_ERROR, reason=fault.kind, hint=fault.hint)

    def execute(self, command: DeviceCommand, control: Control) -> DeviceResult:
        """ReadIdCard, ProbeCard and GetReport."""
        match command:
            case ReadIdCard():
                return self.read(control)
            case ProbeCard():
                self._prepare(control)
                return CardProbe(self._still_there(control))
            case GetReport():
                return self.report(control)
            case _:
                raise UnsupportedCommand(f"{type(command).__name__} is not for an ID-card reader")

    def read(self, control: Control) -> IdCard:
        """Wait for a card and read it, within the control's deadline.

        Raises NoMedia when no card came, DeviceTimeout when the reader itself stayed silent, ProtocolError,
        DeviceFault or InvalidMedia when reading failed TRIES times.
        """
        failures = 0
        last: DeviceError = NoMedia("no card within the deadline")
        try:
            while True:
                try:
                    return self._read_once(control)
                except (NoMedia, DeviceTimeout) as error:
                    last = error
                except (ProtocolError, InvalidMedia) as error:
                    failures += 1
                    if failures >= TRIES:
                        raise
                    last = error
                control.wait(POLL_S)
        except DeadlineExceeded:
            raise last from None

    def self_test(self, control: Control) -> TestReport:
        """Ask for the SAM's status and number, then look for a card once."""
        steps = []
        for name, look in (("SAM status", self._test_status), ("SAM number", self._test_number)):
            try:
                steps.append(TestStep(name, look(control), True))
            except DeviceError as error:
                steps.append(TestStep(name, error.hint, False, "check power and cable, then replace the reader"))
                break
        return TestReport(all(step.passed for step in steps), tuple(steps))

    def close(self) -> None:
        """Let go of the wire."""
        self._transport.close()
        self._ready = False

    def _test_status(self, control: Control) -> str:
        report = self.report(control)
        if report.state is not DeviceState.ONLINE:
            raise ProtocolError(report.hint)
        return "well"

    def _test_number(self, control: Control) -> str:
        return self._sam_id or "not told"

    def _prepare(self, control: Control) -> None:
        """Find the speed at which the reader answers, and learn its SAM number, once per opening."""
        self._transport.open()
        if self._ready:
            return
        for index, rate in enumerate(self._bauds):
            self._baud = rate
            self._transport.set_baud(rate)
            try:
                self._ask(_SAM_STATUS, control)
                break
            except (DeviceTimeout, ProtocolError):  # the wrong speed sounds like noise, not like silence
                if index == len(self._bauds) - 1:
                    raise
        with contextlib.suppress(DeviceTimeout, ProtocolError):
            self._sam_id = format_sam_id(self._ask(_SAM_ID, control))
        self._ready = True

    def _read_once(self, control: Control) -> IdCard:
        self._prepare(control)
        found = self._ask(_FIND, control)
        if found.sw3 == status.CARD_FOUND:
            control.emit(CardSeen())
            self._demand(_SELECT, control)
        elif not self._still_there(control):
            raise status.failure(found.sw3)
        data = self._demand(_READ, control).data
        card = decode_text(data[4 : 4 + BLOCK_BYTES])
        address = self._newest_address(control)
        return msgspec.structs.replace(card, address=address or card.address, sam_id=self._sam_id)

    def _still_there(self, control: Control) -> bool:
        return self._ask(_ADDRESS, control).sw3 in {status.OK, status.NO_CONTENT}

    def _newest_address(self, control: Control) -> str:
        answer = self._ask(_ADDRESS, control)
        return decode_address(answer.data) if answer.sw3 == status.OK else ""

    def _demand(self, exchange: _Exchange, control: Control) -> Answer:
        answer = self._ask(exchange, control)
        if answer.sw3 != status.OK:
            raise status.failure(answer.sw3)
        return answer

    def _ask(self, exchange: _Exchange, control: Control) -> Answer:
        """One request, one answer that belongs to it."""
        self._transport.discard_input()
        self._transport.write(encode_request(exchange.command), control)
        ends = self._clock() + exchange.think_s + self._wire_s(max(exchange.lengths))
        parser = AnswerParser()
        while True:
            answer = self._receive(parser, ends, control)
            while (newer := parser.feed(b"")) is not None:
                answer = newer  # what came first was a late answer to an earlier command
            if answer.sw3 in {status.OK, status.CARD_FOUND} and len(answer.data) not in exchange.lengths:
                continue  # the same, but alone
            return answer

    def _receive(self, parser: AnswerParser, ends: float, control: Control) -> Answer:
        while True:
            left = ends - self._clock()
            data = self._transport.read_some(left, control) if left > 0 else b""
            if not data:
                if parser.started:
                    raise ProtocolError("the answer broke off", cause="truncated", got=parser.missing())
                if parser.noise:
                    raise ProtocolError("noise instead of an answer", cause="garbage", got=f"{parser.noise} bytes")
                raise DeviceTimeout("the reader is silent")
            if (answer := parser.feed(data)) is not None:
                return answer

    def _wire_s(self, data_bytes: int) -> float:
        """How long request and answer take on the wire, with half as much again for slow adapters."""
        return 1.5 * 10 * (10 + 11 + data_bytes) / self._baud


def format_sam_id(answer: Answer) -> str:
    """The printed form of a SAM number: five little-endian integers."""
    if len(answer.data) != 16:
        return ""
    words = [answer.data[0:2], answer.data[2:4], answer.data[4:8], answer.data[8:12], answer.data[12:16]]
    a, b, date, c, d = (int.from_bytes(word, "little") for word in words)
    return f"{a:02d}.{b:02d}-{date:08d}-{c:010d}-{d:010d}"
