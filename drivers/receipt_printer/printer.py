"""ESC/POS receipt printers: preflight, print once, and say whether the paper came out.

Not responsible for bytes (layout) nor for their meaning (status, dialect). After the bytes have left, nothing is
ever sent again: when the confirmation does not come, the outcome is unknown and the buffer is cleared, so that a
stranger's slip does not come out when the paper is refilled.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from drivers.contract.commands import (
    DeviceCommand,
    DeviceNotice,
    DeviceResult,
    GetReport,
    PrintReceipt,
    ReceiptPrinted,
    TestReport,
)
from drivers.contract.errors import (
    DeviceError,
    DeviceOffline,
    DeviceTimeout,
    MediaJammed,
    MediaNotTaken,
    OutcomeUnknown,
    UnsupportedCommand,
)
from drivers.contract.status import DeviceReport, DeviceRole, DeviceState, MediaState
from drivers.contract.values import Receipt
from drivers.family import Place
from drivers.receipt_printer import commands, fonts, library
from drivers.receipt_printer.conversation import ANSWER_S, Conversation
from drivers.receipt_printer.dialect import Dialect, PresenterSettings, ReceiptSettings
from drivers.receipt_printer.layout import Paper, encode_parts
from drivers.receipt_printer.presenter import Presenter
from drivers.receipt_printer.selftest import examine
from drivers.receipt_printer.status import PrinterStatus
from drivers.transport import Transport, open_transport
from kiosk.ipc import Cancelled, Control, DeadlineExceeded

LOOK_EVERY_S = 0.3
PORTION_BYTES = 1000
SLOWEST_BYTES_A_S = 960
"""9600 baud, and plain text on a slow printer: what was sent before a question arrives before it."""
SILENT_S = 1.0 + (PORTION_BYTES + commands.LARGEST_BLOCK) / SLOWEST_BYTES_A_S
PASSING_S = 20.0
"""How long a slip waits for a head to cool down."""
UNCONFIRMED_S = 25.0
"""A portion is some 200 mm of paper at most, and may have to wait for the head."""
PRESENT_S, PRESENT_LOOK_S = 1.5, 0.1
CLEAR_S, QUIET_S = 0.08, 0.3
TURN_S, CLOSE_S = 0.05, 0.3
WATCH_EVERY_S, WATCH_S = 0.25, 2.0
_STOPPED = (Cancelled, DeadlineExceeded)


class EscposReceiptPrinter:
    """One printer on one wire. `paper` may be its width in dots alone.

    `marker` is a file that exists while a slip is under way, so that a driver that was killed in the middle of one
    leaves word to the next: cut off what still hangs in the printer.
    """

    role = DeviceRole.RECEIPT

    def __init__(
        self,
        transport: Transport,
        paper: Paper | int = 576,
        dialect: Dialect | None = None,
        presenter: Presenter | None = None,
        marker: Path | None = None,
    ) -> None:
        self._dialect = dialect or Dialect()
        self._talk = Conversation(transport, self._dialect)
        self._transport = transport
        self._paper = Paper(paper) if isinstance(paper, int) else paper
        self._presenter = presenter or Presenter()
        self._marker = marker
        self._torn = self._open_block = marker is not None and marker.exists()
        self._well = False
        self._turn = threading.Lock()
        self._watching = Control(WATCH_S)
        self._done = threading.Event()

    def report(self, control: Control) -> DeviceReport:
        """The printer's state, from its real-time answers."""
        with self._my_turn(control):
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
        parts = list(encode_parts(receipt, self._paper))
        with self._my_turn(control):
            before = self._preflight(control)
            try:
                self._print(parts, control)
            except (DeviceError, *_STOPPED) as error:
                raise self._unknown(error) from error
            after = self._afterwards(control)
            if after.media is MediaState.JAMMED:  # printed, but stuck on its way into the citizen's hand
                raise self._unknown(MediaJammed(after.hint, cause="jam"))
            self._under_way(False)
            return ReceiptPrinted(before.report(), after)

    def self_test(self, control: Control) -> TestReport:
        """Uses no paper: a test slip is printed by a person's wish, not by the machine's."""
        with self._my_turn(control):
            return examine(self._status, self._recover, self._dialect.presenter, control)

    def watch(self, tell: Callable[[DeviceNotice], None]) -> None:
        """Open the fonts, then look at the printer often enough that a cover or a taken slip is seen at once."""
        threading.Thread(target=self._watch, args=(tell,), name="watch", daemon=True).start()

    def close(self) -> None:
        """Let go of the wire. A watching driver opens it again with the next report."""
        self._watching.cancel()
        mine = self._turn.acquire(timeout=CLOSE_S)  # a command under way loses its wire, and says so itself
        self._well = False
        self._transport.close()
        if mine:
            self._turn.release()

    def _preflight(self, control: Control) -> PrinterStatus:
        status = self._status(control)
        if status.failure is not None:
            raise status.failure
        if status.media is MediaState.PRESENT:
            raise MediaNotTaken("the last slip still hangs in the mouth of the printer", cause="not_taken")
        control.check()
        return status

    def _status(self, control: Control) -> PrinterStatus:
        self._well = False
        self._talk.begin()
        within_s = ANSWER_S
        if self._open_block:  # it would swallow the question: end it, and forget what else is waiting
            self._talk.send(bytes(commands.LARGEST_BLOCK) + commands.CLEAR_BUFFER, control)
            within_s += commands.LARGEST_BLOCK / SLOWEST_BYTES_A_S
        status = self._presenter.judge(self._talk.status(control, within_s), time.monotonic())
        self._well, self._open_block = True, False
        return status

    def _recover(self, control: Control) -> None:
        """A cutter that somebody has freed works again only after this; nothing waits in the buffer now."""
        self._talk.send(commands.RECOVER, control)

    def _print(self, parts: Sequence[bytes], control: Control) -> None:
        """Portion by portion, one on its way while another is printed.

        So the printer never holds more than a little of the slip, its buffer never fills, and what stops it is seen
        at once. The last answer is asked for twice: a zero byte of noise must not pass for "everything is printed".
        """
        torn = []
        if self._torn:  # cut off what still hangs in the printer; its late answers must not confirm this slip
            torn = [commands.FEED_TO_CUTTER_AND_CUT]
            self._talk.send(commands.IN_ORDER_QUERY, control)
            while self._talk.listen(QUIET_S, control):
                pass
        automatic = [commands.AUTOMATIC_STATUS] if self._dialect.automatic_status else []
        self._under_way(True)
        self._talk.begin_slip()
        confirmed = 0
        for portion in _portions([*torn, parts[0], *automatic, *parts[1:]]):
            self._talk.send(portion + commands.IN_ORDER_QUERY, control)
            self._confirm(confirmed, control)
            confirmed += 1
        self._talk.send(commands.IN_ORDER_QUERY, control)
        self._confirm(confirmed + 1, control)

    def _confirm(self, portions: int, control: Control) -> None:
        """Wait until so many in-order queries are answered: everything before them has been printed."""
        began = well = time.monotonic()
        while self._talk.confirmations < portions:
            anything = self._talk.listen(LOOK_EVERY_S, control)
            status = self._talk.told
            stopped = status is not None and status.failure is not None  # then what confirms may be a stale answer
            if self._talk.confirmations >= portions and not stopped:
                return
            if not anything:
                status = self._talk.status(control, SILENT_S)
            if status is None or status.failure is None:
                well = time.monotonic()
            elif not status.passing or time.monotonic() - well > PASSING_S:
                raise status.failure
            if time.monotonic() - began > UNCONFIRMED_S:
                raise DeviceTimeout("the printer is well but does not confirm (GS r)")

    def _afterwards(self, control: Control) -> DeviceReport:
        """The state after a slip that is confirmed; a printer that fell silent since has printed it all the same.

        A presenter needs a moment to push the slip out; one that never shows it has had it taken already.
        """
        ends = time.monotonic() + (PRESENT_S if self._dialect.presenter else 0.0)
        try:
            while True:
                status = self._status(control)
                arrived = status.media is not MediaState.NOT_PRESENT or status.failure is not None
                if arrived or time.monotonic() >= ends:
                    return status.report()
                control.wait(PRESENT_LOOK_S)
        except DeviceError as error:
            kind, hint = error.kind, error.hint
        except _STOPPED:
            kind, hint = DeviceTimeout.kind, "no time was left to ask for the state"
        return DeviceReport(self.role, DeviceState.OFFLINE, reason=kind, hint=hint)

    def _unknown(self, cause: Exception) -> OutcomeUnknown:
        """Clear what is left in the printer and say that nobody knows."""
        self._open_block = True
        told = self._talk.told
        if isinstance(cause, DeviceTimeout) and told is not None and told.failure is not None:
            cause = told.failure
        try:
            self._transport.write(commands.CLEAR_BUFFER, Control(CLEAR_S))
        except (DeviceError, DeadlineExceeded):
            self._transport.close()
        if isinstance(cause, DeviceOffline | DeviceTimeout):
            self._transport.close()
        kind = cause.kind if isinstance(cause, DeviceError) else type(cause).__name__
        return OutcomeUnknown(f"the slip may be incomplete: {cause}", cause=kind)

    def _under_way(self, yes: bool) -> None:
        """Part of a slip may hang in the printer from its first byte until it is confirmed."""
        self._torn = yes
        if self._marker is not None:
            with contextlib.suppress(OSError):  # without the marker only a killed driver's slip is left uncut
                self._marker.touch() if yes else self._marker.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _my_turn(self, control: Control) -> Iterator[None]:
        """A command interrupts the watch, and can be cancelled while it waits for it."""
        while not self._turn.acquire(timeout=TURN_S):
            self._watching.cancel()
            control.check()
        try:
            yield
        finally:
            self._turn.release()

    def _watch(self, tell: Callable[[DeviceNotice], None]) -> None:
        fonts.warm()
        library.warm()
        while not self._done.wait(WATCH_EVERY_S):
            if not self._well or not self._turn.acquire(blocking=False):
                continue
            try:
                self._watching = Control(WATCH_S)
                tell(self._status(self._watching).report())
            except (DeviceError, *_STOPPED):
                pass  # the host's own question tells what is wrong
            finally:
                self._turn.release()


def _portions(parts: Sequence[bytes]) -> Iterator[bytes]:
    """Whole parts, together as long as fits a portion; a long one alone."""
    portion = b""
    for part in parts:
        if portion and len(portion) + len(part) > PORTION_BYTES:
            yield portion
            portion = b""
        portion += part
    yield portion


def build_printer(settings: ReceiptSettings, dialect: Dialect, place: Place) -> EscposReceiptPrinter:
    """What every family's `build` ends in; ValueError when `port` is none."""
    transport = open_transport(settings.port, settings.baud)
    presenter = Presenter(settings.retracts_after_s if isinstance(settings, PresenterSettings) else 0.0)
    return EscposReceiptPrinter(transport, settings.paper, dialect, presenter, place.folder / f"{place.role}.torn")
