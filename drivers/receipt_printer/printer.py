"""ESC/POS receipt printer: preflight, print once, and say whether the paper came out.

Not responsible for bytes (layout) nor for their meaning (status). After the bytes have left, nothing is ever
sent again: when the confirmation does not come, the outcome is unknown and the buffer is cleared, so that a
stranger's slip does not come out when the paper is refilled.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from drivers.contract.commands import (
    DeviceCommand,
    DeviceResult,
    GetReport,
    PrintReceipt,
    ReceiptPrinted,
    TestReport,
    TestStep,
)
from drivers.contract.errors import (
    DeviceError,
    DeviceOffline,
    DeviceTimeout,
    OutcomeUnknown,
    ProtocolError,
    UnsupportedCommand,
)
from drivers.contract.status import DeviceReport, DeviceRole
from drivers.contract.values import Receipt
from drivers.receipt_printer.commands import Escpos
from drivers.receipt_printer.layout import IN_ORDER_QUERY, encode_receipt
from drivers.receipt_printer.status import QUERIES, Demultiplexer, PrinterStatus
from drivers.transport import Transport
from kiosk.ipc import Cancelled, Control, DeadlineExceeded

ANSWER_S = 0.5
LOOK_EVERY_S = 0.3
SILENT_LIMIT = 4
CLEAR_S = 0.5
CLEAR_BUFFER = bytes.fromhex("10140801031401060208")
"""DLE DC4 fn 8: throw away what was received and not printed (Epson)."""


class EscposReceiptPrinter:
    """One printer on one wire; `line_dots` is 576 for 80 mm paper, 384 for 58 mm."""

    role = DeviceRole.RECEIPT

    def __init__(
        self,
        transport: Transport,
        line_dots: int = 576,
        profile: str = "default",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._transport, self._line_dots, self._clock = transport, line_dots, clock
        self._escpos = Escpos(profile)
        self._torn = False

    def report(self, control: Control) -> DeviceReport:
        """The printer's state, from its four real-time answers."""
        return self._status(control).report()

    def execute(self, command: DeviceCommand, control: Control) -> DeviceResult:
        """PrintReceipt and GetReport."""
        match command:
            case PrintReceipt(receipt=receipt):
                return self.print_once(receipt, control)
            case GetReport():
                return self.report(control)
            case _:
                raise UnsupportedCommand(f"{type(command).__name__} is not for a receipt printer")

    def print_once(self, receipt: Receipt, control: Control) -> ReceiptPrinted:
        """Print; raises what the preflight found, or OutcomeUnknown once bytes have left."""
        data = encode_receipt(receipt, self._line_dots, self._escpos)
        before = self._status(control)
        if before.failure is not None:
            raise before.failure
        control.check()
        try:
            self._transport.write((self._escpos.cut() if self._torn else b"") + data + IN_ORDER_QUERY, control)
            after = self._confirm(control)
            self._torn = False
        except (DeviceError, Cancelled, DeadlineExceeded) as error:
            raise self._unknown(error) from error
        return ReceiptPrinted(before.report(), after.report())

    def self_test(self, control: Control) -> TestReport:
        """Ask for the status only: a test slip is printed by a person's wish, not by the machine's."""
        try:
            status = self._status(control)
        except DeviceError as error:
            return TestReport(False, (TestStep("real-time status", error.hint, False, "check power and cable"),))
        failure = status.failure
        steps = [TestStep("real-time status", failure.hint if failure else "well", failure is None)]
        steps.append(
            TestStep("paper", "near its end" if status.near_end else "enough", True)
            if not status.paper_end
            else TestStep("paper", "at its end", False, "put in a new roll")
        )
        return TestReport(all(step.passed for step in steps), tuple(steps))

    def close(self) -> None:
        """Let go of the wire."""
        self._transport.close()

    def _status(self, control: Control) -> PrinterStatus:
        """All four real-time answers, asked one at a time so that each is known by its question."""
        self._transport.open()
        self._transport.discard_input()
        return PrinterStatus.from_answers({query: self._ask(query, control) for query in QUERIES})

    def _ask(self, query: int, control: Control) -> int:
        self._transport.write(bytes([0x10, 0x04, query]), control)
        sorter, ends = Demultiplexer(), self._clock() + ANSWER_S
        while not sorter.real_time:
            left = ends - self._clock()
            data = self._transport.read_some(left, control) if left > 0 else b""
            if not data:
                if sorter.in_order:
                    raise ProtocolError("the printer answers something else", cause="garbage")
                raise DeviceTimeout("the printer does not answer")
            sorter.feed(data)
        return sorter.real_time[-1]

    def _confirm(self, control: Control) -> PrinterStatus:
        """Wait until the in-order query is answered: everything before it has been printed."""
        sorter, silent = Demultiplexer(), 0
        while not sorter.in_order:
            data = self._transport.read_some(LOOK_EVERY_S, control)
            sorter.feed(data)
            if data:
                continue
            failure, answered = self._look(sorter, control)
            if failure is not None:
                raise failure
            silent = 0 if answered else silent + 1
            if silent >= SILENT_LIMIT:
                raise DeviceTimeout("the printer fell silent while printing")
        return self._status(control)

    def _look(self, sorter: Demultiplexer, control: Control) -> tuple[DeviceError | None, bool]:
        """A look at the status in the middle of a print; the in-order answer may arrive meanwhile."""
        answers: dict[int, int] = {}
        for query in QUERIES:
            sorter.real_time.clear()
            self._transport.write(bytes([0x10, 0x04, query]), control)
            sorter.feed(self._transport.read_some(ANSWER_S, control))
            if not sorter.real_time:
                return None, False
            answers[query] = sorter.real_time[-1]
        return PrinterStatus.from_answers(answers).failure, True

    def _unknown(self, cause: Exception) -> OutcomeUnknown:
        """Clear what is left in the printer and say that nobody knows."""
        self._torn = True  # part of this slip may still hang in the printer: cut it off before the next one
        try:
            self._transport.write(CLEAR_BUFFER, Control(CLEAR_S))
        except (DeviceError, DeadlineExceeded):
            self._transport.close()
        if isinstance(cause, DeviceOffline | DeviceTimeout):
            self._transport.close()
        kind = cause.kind if isinstance(cause, DeviceError) else type(cause).__name__
        return OutcomeUnknown(f"the slip may be incomplete: {cause}", cause=kind)
