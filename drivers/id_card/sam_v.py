"""A SAM_V module (GA/T 467) on its wire: one request, one answer that belongs to it.

Not responsible for the wire (drivers.transport) nor for the meaning of bytes (frames, layouts).

Quirks of the field, each seen in at least two shipping drivers: a card that was read is not found again until it is
lifted, so a module that says "no card" is asked once for the newest address (30 03), whose answer tells that the card
still lies there; a late answer may arrive in front of the next one, so answers whose shape does not belong to the
command are dropped; the SAM number sometimes comes at the third try only.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass

from drivers.contract.commands import CardSeen
from drivers.contract.errors import DeviceError, DeviceOffline, DeviceTimeout, ProtocolError
from drivers.id_card import status
from drivers.id_card.frames import Answer, AnswerParser, Command, encode_request
from drivers.id_card.layouts import BLOCK_BYTES
from drivers.id_card.module import FINGERPRINT_BYTES, PHOTO_BYTES, Blocks
from drivers.transport import Transport
from kiosk.ipc import Control

BAUDS = (115200, 57600, 38400, 19200, 9600)
_BAUD_PARA = {rate: bytes([0x60, index]) for index, rate in enumerate(BAUDS)}
SAM_ID_TRIES = 3
_LENGTHS_BYTES = 4
_TEXT_PHOTO = BLOCK_BYTES + PHOTO_BYTES


@dataclass(frozen=True)
class _Exchange:
    """A command, the data lengths a success may have, and how long the reader may think (seconds)."""

    command: bytes
    lengths: tuple[int, ...]
    think_s: float


_RESET = _Exchange(Command.RESET_SAM, (0,), 1.0)
_SAM_STATUS = _Exchange(Command.SAM_STATUS, (0,), 0.3)
_SAM_ID = _Exchange(Command.SAM_ID, (16,), 0.5)
_FIND = _Exchange(Command.FIND_CARD, (4,), 0.4)
_SELECT = _Exchange(Command.SELECT_CARD, (8,), 0.4)
_READ = _Exchange(Command.READ_TEXT_PHOTO, (_LENGTHS_BYTES + _TEXT_PHOTO,), 2.0)
_READ_ALL = _Exchange(
    Command.READ_TEXT_PHOTO_FINGERPRINT,
    tuple(_LENGTHS_BYTES + 2 + _TEXT_PHOTO + prints * FINGERPRINT_BYTES for prints in range(3)),
    3.0,
)
_ADDRESS = _Exchange(Command.READ_NEW_ADDRESS, (70,), 1.5)


@dataclass(frozen=True)
class SamVOptions:
    """How to speak to a module. `set_baud` and `max_rf_bytes` (0: leave alone) use commands of one source only."""

    baud: int = 115200
    probe_bauds: bool = False
    set_baud: int = 0
    max_rf_bytes: int = 0


class SamVModule:
    """One module on one wire. Probing speeds only makes sense on a tty."""

    def __init__(
        self, transport: Transport, options: SamVOptions | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._options = options or SamVOptions()
        self._transport, self._clock = transport, clock
        self._baud = self._options.baud
        self._ready = False
        self._sam_id = ""

    @property
    def sam_id(self) -> str:
        """The printed SAM number, once it is known."""
        return self._sam_id

    def trouble(self, control: Control) -> DeviceError | None:
        """What the SAM says of itself."""
        self._prepare(control)
        answer = self._ask(_SAM_STATUS, control)
        return None if answer.sw3 == status.OK else status.failure(answer.sw3)

    def read(self, with_fingerprints: bool, control: Control) -> Blocks:
        """Find, select, read; then the newest address."""
        self._prepare(control)
        found = self._ask(_FIND, control)
        if found.sw3 == status.CARD_FOUND:
            control.emit(CardSeen())
            self._demand(_SELECT, control)
        elif not self.still_there(control):
            raise status.failure(found.sw3)
        exchange = _READ_ALL if with_fingerprints else _READ
        data = self._demand(exchange, control).data
        text_at = _LENGTHS_BYTES + 2 if with_fingerprints else _LENGTHS_BYTES
        photo_at = text_at + BLOCK_BYTES
        answer = self._ask(_ADDRESS, control)
        return Blocks(
            text=data[text_at:photo_at],
            photo=data[photo_at : photo_at + PHOTO_BYTES],
            fingerprints=data[photo_at + PHOTO_BYTES :],
            address=answer.data if answer.sw3 == status.OK else b"",
        )

    def still_there(self, control: Control) -> bool:
        """The newest address can be asked of a card that lies there, whether it has one or not."""
        self._prepare(control)
        return self._ask(_ADDRESS, control).sw3 in {status.OK, status.NO_CONTENT}

    def reset(self, control: Control) -> None:
        """Reset the SAM."""
        self._demand(_RESET, control)

    def close(self) -> None:
        """Let go of the wire."""
        self._transport.close()
        self._ready = False

    def _prepare(self, control: Control) -> None:
        """Find the speed at which the module answers, and learn its number.

        Again after every loss and silence: another module may hang there now, or the same one at its first speed.
        """
        self._transport.open()
        if self._ready:
            return
        self._sam_id = ""
        self._find_baud(control)
        if self._options.set_baud and self._options.set_baud != self._baud:
            self._change_baud(self._options.set_baud, control)
        if self._options.max_rf_bytes:
            limit = _Exchange(Command.MAX_RF_BYTES + bytes([self._options.max_rf_bytes]), (0,), 0.5)
            self._demand(limit, control)
        for _ in range(SAM_ID_TRIES):
            with contextlib.suppress(DeviceTimeout, ProtocolError):
                self._sam_id = format_sam_id(self._ask(_SAM_ID, control))
            if self._sam_id:
                break
        self._ready = True

    def _find_baud(self, control: Control) -> None:
        others = BAUDS if self._options.probe_bauds else ()
        rates = list(dict.fromkeys((self._baud, self._options.baud, *others)))
        for index, rate in enumerate(rates):
            self._use(rate)
            try:
                self._ask(_SAM_STATUS, control)
            except (DeviceTimeout, ProtocolError):  # the wrong speed sounds like noise, not like silence
                if index == len(rates) - 1:
                    raise
            else:
                return

    def _change_baud(self, rate: int, control: Control) -> None:
        """Ask for another speed. No source tells at which speed that is answered: look at the new one first."""
        before = self._baud
        with contextlib.suppress(DeviceTimeout, ProtocolError):
            self._ask(_Exchange(_BAUD_PARA[rate], (0,), 0.3), control)
        for speed in (rate, before):
            self._use(speed)
            with contextlib.suppress(DeviceTimeout, ProtocolError):
                self._ask(_SAM_STATUS, control)
                return
        raise DeviceTimeout("the reader was lost while its speed was changed")

    def _use(self, rate: int) -> None:
        self._baud = rate
        self._transport.set_baud(rate)

    def _demand(self, exchange: _Exchange, control: Control) -> Answer:
        answer = self._ask(exchange, control)
        if answer.sw3 != status.OK:
            raise status.failure(answer.sw3)
        return answer

    def _ask(self, exchange: _Exchange, control: Control) -> Answer:
        """One request, one answer that belongs to it."""
        try:
            return self._exchange(exchange, control)
        except (DeviceOffline, DeviceTimeout):
            self._ready = False
            raise

    def _exchange(self, exchange: _Exchange, control: Control) -> Answer:
        self._transport.discard_input()
        self._transport.write(encode_request(exchange.command), control)
        ends = self._clock() + exchange.think_s + self._wire_s(max(exchange.lengths))
        parser = AnswerParser()
        while True:
            answer = self._receive(parser, ends, control)
            while (newer := parser.feed(b"")) is not None:
                answer = newer  # what came first was a late answer to an earlier command
            if _belongs(exchange, answer):
                return answer  # another is a late answer too, but came alone

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


def _belongs(exchange: _Exchange, answer: Answer) -> bool:
    """Whether an answer can be one to this command. Refusals fit any; what went well has one shape each."""
    match answer.sw3:
        case status.NO_CONTENT:
            return exchange is _ADDRESS
        case status.CARD_FOUND | status.OK:
            return len(answer.data) in exchange.lengths
    return True


def format_sam_id(answer: Answer) -> str:
    """The printed form of a SAM number: five little-endian integers."""
    if len(answer.data) != 16:
        return ""
    words = [answer.data[0:2], answer.data[2:4], answer.data[4:8], answer.data[8:12], answer.data[12:16]]
    a, b, date, c, d = (int.from_bytes(word, "little") for word in words)
    return f"{a:02d}.{b:02d}-{date:08d}-{c:010d}-{d:010d}"
