"""Status bytes of an ESC/POS printer, told apart and turned into a report. Pure.

DLE EOT n (10 04 n) answers one byte of the form 0xx1xx10; bits by n:
    n=1 printer        08 offline                  20 waiting for recovery
    n=2 offline cause  04 cover open  08 fed by button  20 stopped: paper end  40 error
    n=3 error          08 autocutter  20 unrecoverable  40 recovers by itself (head too hot)
    n=4 roll paper     0C near end    60 end
Automatic status (ASB) and GS r answers share the wire; their fixed bits tell them apart. GS r is answered in
order, after everything before it was printed, and not at all while offline: that makes it a confirmation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from drivers.contract.errors import CoverOpen, DeviceError, DeviceFault, MediaJammed, PaperOut
from drivers.contract.status import DeviceReport, DeviceRole, DeviceState, SupplyState

QUERIES = (1, 2, 3, 4)
_ASB_FOLLOWERS = 3
_XON_XOFF = {0x11, 0x13}


def is_real_time(byte: int) -> bool:
    """Whether a byte answers DLE EOT."""
    return byte & 0x93 == 0x12


@dataclass
class Demultiplexer:
    """Sorts what a printer sends: real-time answers, in-order answers, automatic status (passed over)."""

    real_time: list[int] = field(default_factory=list)
    in_order: list[int] = field(default_factory=list)
    _skip: int = 0

    def feed(self, data: Iterable[int]) -> None:
        """Add what arrived."""
        for byte in data:
            if self._skip:
                self._skip -= 1
            elif is_real_time(byte):
                self.real_time.append(byte)
            elif byte & 0x93 == 0x10:
                self._skip = _ASB_FOLLOWERS
            elif byte & 0x90 == 0 and byte not in _XON_XOFF:
                self.in_order.append(byte)


@dataclass(frozen=True)
class PrinterStatus:
    """What the four real-time answers say."""

    offline: bool
    cover_open: bool
    paper_end: bool
    near_end: bool
    cutter_error: bool
    unrecoverable: bool
    overheated: bool

    @classmethod
    def from_answers(cls, answers: Mapping[int, int]) -> PrinterStatus:
        """`answers` maps n of DLE EOT n to the byte that answered it; all four are needed."""
        return cls(
            offline=bool(answers[1] & 0x08),
            cover_open=bool(answers[2] & 0x04),
            paper_end=bool(answers[2] & 0x20) or bool(answers[4] & 0x60),
            near_end=bool(answers[4] & 0x0C),
            cutter_error=bool(answers[3] & 0x08),
            unrecoverable=bool(answers[3] & 0x20),
            overheated=bool(answers[3] & 0x40),
        )

    @property
    def failure(self) -> DeviceError | None:
        """Why nothing can be printed now; None when it can."""
        if self.cover_open:
            return CoverOpen("the printer's cover is open: close it", cause="cover_open")
        if self.paper_end:
            return PaperOut("the paper roll is at its end: put in a new roll", cause="paper_out")
        if self.cutter_error:
            return MediaJammed("the cutter is stuck: open the cover and clear it", cause="cutter")
        if self.unrecoverable:
            return DeviceFault("unrecoverable error: switch the printer off and on", cause="unrecoverable")
        if self.overheated:
            return DeviceFault("the print head is too hot: it recovers by itself", cause="overheated")
        if self.offline:
            return DeviceFault("the printer is offline and does not say why", cause="offline")
        return None

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
            supplies={"paper": paper},
            reason=failure.kind if failure else "",
            hint=failure.hint if failure else "",
        )
