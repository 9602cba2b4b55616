"""What a receipt printer says about itself, told apart on the wire and turned into a report. Pure.

DLE EOT n (10 04 n) answers one byte of the form 0xx1xx10; bits by n:
    n=1 printer        08 offline         20 waiting for recovery
    n=2 offline cause  04 cover open      08 fed by button   20 stopped: paper end  40 error
    n=3 error          04 mechanical      08 autocutter      20 unrecoverable       40 recovers by itself (head too hot)
    n=4 roll paper     0C near end        60 end
Automatic status (ASB, GS a) is four bytes sent unasked, on each change:
    1  08 offline  20 cover open  40 fed by button  (form 0xx1xx00)
    2  04 mechanical  08 autocutter  20 unrecoverable  40 recovers by itself
    3  03 near end  0C end        4  reserved       (2 to 4: form 0xx0xxxx)
GS r is answered in order, after everything before it was printed, and not at all while offline: that makes it a
confirmation. All three share one wire. Source: Epson TM-T88III p. 318-334, TM-U220 p. 82.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from drivers.contract.errors import CoverOpen, DeviceError, DeviceFault, MediaJammed, PaperOut
from drivers.contract.status import DeviceReport, DeviceRole, DeviceState, MediaState, SupplyState

ASB_BYTES = 4
_XON_XOFF = {0x11, 0x13}


@dataclass(frozen=True)
class Question:
    """A real-time query. An answer of one byte has the form 0xx1xx10, unless `any_byte`; a longer one has a head."""

    request: bytes
    size: int = 1
    head: bytes = b""
    any_byte: bool = False


REAL_TIME = tuple(Question(bytes([0x10, 0x04, number])) for number in (1, 2, 3, 4))
"""DLE EOT 1 to 4, which every ESC/POS printer answers."""


@dataclass
class Demultiplexer:
    """Sorts what a printer sends: answers to the question asked, in-order answers, automatic status.

    `strange` counts bytes that fit nothing: noise on the line. They make the in-order answers around them doubtful,
    since a zero byte of noise looks exactly like "everything is printed".
    """

    asked: Question = REAL_TIME[0]
    answers: list[bytes] = field(default_factory=list)
    in_order: list[int] = field(default_factory=list)
    automatic: list[bytes] = field(default_factory=list)
    strange: int = 0
    _packet: bytearray = field(default_factory=bytearray)
    _frame: bytearray = field(default_factory=bytearray)

    def ask(self, question: Question) -> None:
        """From now on look for the answer to `question`."""
        self.asked = question
        self.answers.clear()
        self._frame.clear()

    def feed(self, data: Iterable[int]) -> None:
        """Add what arrived, in portions of any size."""
        for byte in data:
            if not self._framed(byte):
                self._single(byte)

    def forget_packet(self) -> None:
        """An automatic status that has begun is not to be believed."""
        self._packet.clear()

    def _framed(self, byte: int) -> bool:
        """Whether the byte belongs to an answer with a head, or to one that may be any byte."""
        if self.asked.any_byte and not self.answers:
            self.answers.append(bytes([byte]))
            return True
        at = len(self._frame)
        if not self.asked.head or (at == 0 and (self.answers or byte != self.asked.head[0])):
            return False
        if 0 < at < len(self.asked.head) and byte != self.asked.head[at]:
            self._packet = bytearray(self._frame)  # it was the first byte of an automatic status
            self._frame.clear()
            return False
        self._frame.append(byte)
        if len(self._frame) == self.asked.size:
            self.answers.append(bytes(self._frame))
            self._frame.clear()
        return True

    def _single(self, byte: int) -> None:
        if byte & 0x93 == 0x12:
            if self.asked.head or self.asked.any_byte:
                self.strange += 1
            else:
                self.answers.append(bytes([byte]))
        elif byte & 0x93 == 0x10:
            self._packet = bytearray([byte])
        elif byte & 0x90 == 0:
            self._follow(byte)
        elif byte not in _XON_XOFF:
            self.strange += 1

    def _follow(self, byte: int) -> None:
        """One of the later bytes of an automatic status, or an in-order answer; other bytes may come in between."""
        if not self._packet:
            self.in_order.append(byte)
            return
        self._packet.append(byte)
        if len(self._packet) == ASB_BYTES:
            self.automatic.append(bytes(self._packet))
            self._packet.clear()


@dataclass(frozen=True)
class PrinterStatus:
    """The state of a receipt printer, whatever words it was told in."""

    offline: bool = False
    cover_open: bool = False
    fed_by_button: bool = False
    paper_end: bool = False
    near_end: bool = False
    cutter_error: bool = False
    jammed: bool = False
    mechanical: bool = False
    unrecoverable: bool = False
    overheated: bool = False
    media: MediaState = MediaState.UNKNOWN
    consistent: bool = True

    @classmethod
    def from_answers(cls, answers: Sequence[bytes]) -> PrinterStatus:
        """From the answers to DLE EOT 1 to 4, in this order."""
        printer, cause, error, roll = (answer[0] for answer in answers[:4])
        errors = error & 0x6C
        return cls(
            offline=bool(printer & 0x08),
            cover_open=bool(cause & 0x04),
            fed_by_button=bool(cause & 0x08),
            paper_end=bool(cause & 0x20) or bool(roll & 0x60),
            near_end=bool(roll & 0x0C),
            cutter_error=bool(error & 0x08),
            mechanical=bool(error & 0x04),
            unrecoverable=bool(error & 0x20),
            overheated=bool(error & 0x40),
            consistent=bool(printer & 0x08) == bool(cause & 0x6C)
            and bool(cause & 0x40) == bool(errors)
            and roll & 0x0C in {0, 0x0C}
            and roll & 0x60 in {0, 0x60},
        )

    @classmethod
    def from_automatic(cls, packet: bytes) -> PrinterStatus:
        """From the four bytes of an automatic status."""
        first, error, roll = packet[:3]
        return cls(
            offline=bool(first & 0x08),
            cover_open=bool(first & 0x20),
            fed_by_button=bool(first & 0x40),
            paper_end=bool(roll & 0x0C),
            near_end=bool(roll & 0x03),
            cutter_error=bool(error & 0x08),
            mechanical=bool(error & 0x04),
            unrecoverable=bool(error & 0x20),
            overheated=bool(error & 0x40),
        )

    @property
    def failure(self) -> DeviceError | None:
        """Why nothing can be printed now; None when it can."""
        for found, error, hint, cause in (
            (self.cover_open, CoverOpen, "the printer's cover is open: close it", "cover_open"),
            (self.paper_end, PaperOut, "the paper roll is at its end: put in a new roll", "paper_out"),
            (self.cutter_error, MediaJammed, "the cutter is stuck: open the cover and clear it", "cutter"),
            (self.jammed, MediaJammed, "paper is stuck: open the cover and pull it out", "jam"),
            (self.unrecoverable, DeviceFault, "unrecoverable error: switch the printer off and on", "unrecoverable"),
            (self.overheated, DeviceFault, "the print head is too hot: it recovers by itself", "overheated"),
            (self.mechanical, DeviceFault, "mechanical error: open the cover and look", "mechanical"),
            (self.fed_by_button, DeviceFault, "somebody holds the feed button: let go of it", "feed_button"),
            (self.offline, DeviceFault, "the printer is offline and does not say why", "offline"),
        ):
            if found:
                return error(hint, cause=cause)
        return None

    @property
    def passing(self) -> bool:
        """Whether what stops the printer ends by itself: a hot head cools down, a finger leaves the button."""
        cause = self.failure.evidence["cause"] if self.failure else ""
        return cause in {"overheated", "feed_button"}

    def report(self) -> DeviceReport:
        """The same in XFS words."""
        paper = SupplyState.OUT if self.paper_end else SupplyState.LOW if self.near_end else SupplyState.FULL
        failure = self.failure
        if failure is None or isinstance(failure, PaperOut):
            state = DeviceState.ONLINE
        else:
            state = DeviceState.USER_ERROR if self.cover_open else DeviceState.HARDWARE_ERROR
        return DeviceReport(
            DeviceRole.RECEIPT,
            state,
            media=MediaState.JAMMED if self.jammed else self.media,
            supplies={"paper": paper},
            reason=failure.kind if failure else "",
            hint=failure.hint if failure else "",
        )
