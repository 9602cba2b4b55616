"""Talking with a receipt printer: questions one at a time, answers sorted from all else that comes.

Not responsible for what the answers mean (dialect) nor for printing. An answer is used as soon as it is there; the
deadline is only for a printer that stays silent.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from drivers.contract.errors import DeviceTimeout, ProtocolError
from drivers.receipt_printer.dialect import Dialect
from drivers.receipt_printer.status import Demultiplexer, PrinterStatus, Question
from drivers.transport import Transport
from kiosk.ipc import Control

ANSWER_S = 0.5
NOISE_LIMIT = 8
"""Strange bytes around an answer of one byte that are forgiven; in more of them any byte may look like an answer."""
LOOKS = 3
"""How often a status that contradicts itself is asked again: a change may fall between two questions."""


class Conversation:
    """One printer on one wire."""

    def __init__(
        self,
        transport: Transport,
        dialect: Dialect,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.dialect, self._transport, self._clock = dialect, transport, clock
        self._sorter = Demultiplexer()
        self._within_s = ANSWER_S

    def begin(self) -> None:
        """Open the wire and forget what came before: an answer to nobody must not be taken for the next one."""
        self._transport.open()
        self._transport.discard_input()
        self._sorter = Demultiplexer(self.dialect.questions[0])

    def begin_slip(self) -> None:
        """What was confirmed or told up to now belongs to an earlier slip."""
        self._sorter.in_order.clear()
        self._sorter.automatic.clear()

    def status(self, control: Control, within_s: float = ANSWER_S) -> PrinterStatus:
        """Ask everything; again when the answers contradict each other. `within_s` is for each answer."""
        self._within_s = within_s
        status = self._ask_all(control)
        for _ in range(LOOKS - 1):
            if status.consistent:
                break
            status = self._ask_all(control)
        return status

    def send(self, data: bytes, control: Control) -> None:
        """Write."""
        self._transport.write(data, control)

    def listen(self, within_s: float, control: Control) -> bool:
        """Sort whatever comes first; whether anything came."""
        data = self._transport.read_some(within_s, control)
        self._hear(data)
        return bool(data)

    @property
    def confirmations(self) -> int:
        """How many in-order answers have come since `begin_slip`."""
        return len(self._sorter.in_order)

    @property
    def told(self) -> PrinterStatus | None:
        """The newest automatic status since `begin_slip`, if we asked for any and it came."""
        if not self.dialect.automatic_status:
            return None
        return PrinterStatus.from_automatic(self._sorter.automatic[-1]) if self._sorter.automatic else None

    def _ask_all(self, control: Control) -> PrinterStatus:
        return self.dialect.read([self._ask(question, control) for question in self.dialect.questions])

    def _ask(self, question: Question, control: Control) -> bytes:
        self._sorter.ask(question)
        self._transport.write(question.request, control)
        ends, heard = self._clock() + self._within_s, False
        strange = self._sorter.strange
        while not self._sorter.answers:
            left = ends - self._clock()
            if self._sorter.strange > strange:
                left = min(left, ANSWER_S)  # this is no queue before us, this is noise
            data = self._transport.read_some(left, control) if left > 0 else b""
            if not data:
                if heard:
                    raise ProtocolError("the printer answers something else", cause="garbage")
                raise DeviceTimeout("the printer does not answer")
            heard = True
            self._hear(data)
        if self._sorter.strange - strange > NOISE_LIMIT:
            raise ProtocolError("the printer's answer is lost in noise", cause="noise")
        return self._sorter.answers[-1]

    def _hear(self, data: bytes) -> None:
        """Noise makes what came with it doubtful: in-order answers and automatic status are not counted."""
        sorter = self._sorter
        strange, in_order, automatic = sorter.strange, len(sorter.in_order), len(sorter.automatic)
        sorter.feed(data)
        if sorter.strange > strange:
            del sorter.in_order[in_order:], sorter.automatic[automatic:]
            sorter.forget_packet()
