"""The slip in the mouth of a printer: waiting to be taken, taken, or pulled back. Pure; the clock is an argument."""

from __future__ import annotations

from dataclasses import replace

from drivers.contract.status import MediaState
from drivers.receipt_printer.status import PrinterStatus

EARLY_S = 1.0
"""The printer's clock began before ours saw the slip, and ours looks only now and then."""


class Presenter:
    """Follows one presenter. `retracts_after_s` is what the printer is set to; 0 where it never retracts."""

    def __init__(self, retracts_after_s: float = 0.0) -> None:
        self._retracts_after_s = retracts_after_s
        self._since: float | None = None
        self._retracted = False

    def judge(self, status: PrinterStatus, now: float) -> PrinterStatus:
        """The status with what its sensor cannot tell: whether a slip that is gone was pulled back."""
        if status.media is MediaState.PRESENT:
            self._since = now if self._since is None else self._since
            self._retracted = False
            return status
        if status.media is MediaState.NOT_PRESENT:
            if self._since is not None and self._retracts_after_s:
                self._retracted = now - self._since >= self._retracts_after_s - EARLY_S
            self._since = None
            if self._retracted:
                return replace(status, media=MediaState.RETRACTED)
        return status
