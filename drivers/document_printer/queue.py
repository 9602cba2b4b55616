"""Nothing old in the printer: whatever waits there from an earlier citizen is cancelled before anything else.

The queue is read from the printer itself, so that this holds after our own crash and after a power cut too.
Until it has been seen empty the printer takes no new job.
"""

from __future__ import annotations

from drivers.contract.errors import DeviceError, DeviceFault
from drivers.document_printer.ipp import Operation
from drivers.document_printer.jobs import JobState
from drivers.document_printer.service import USER, PrinterService
from kiosk.ipc import Control

SETTLE_S = 2.0
LOOK_EVERY_S = 0.1
_SWEEPS = (Operation.CANCEL_MY_JOBS, Operation.PURGE_JOBS)


class JobQueue:
    """The queue of one printer. `shared`: other people's jobs are none of our business."""

    def __init__(self, service: PrinterService, shared: bool = False) -> None:
        self._service, self._shared = service, shared
        self.settled = False

    def unsettle(self) -> None:
        """A job is on its way, or its end was not seen."""
        self.settled = False

    def waiting(self, control: Control | None = None) -> tuple[JobState, ...]:
        """The jobs in the printer that nobody waits for."""
        jobs = self._service.jobs(control=control)
        return tuple(job for job in jobs if not job.ended and not (self._shared and job.user not in {"", USER}))

    def settle(self, control: Control) -> None:
        """Cancel what waits and see it gone; DeviceFault when it stays, another DeviceError without an answer."""
        if self.settled:
            return
        trying = Control(min(SETTLE_S, control.remaining_s))
        stubborn = self.waiting(control)
        swept = False
        while stubborn:
            control.check()
            for job in stubborn:
                self._service.cancel(job.id, control)
            if not swept and trying.remaining_s < SETTLE_S / 2:
                swept = True
                self._sweep(control)
            if not trying.remaining_s:
                left = str(len(stubborn))
                raise DeviceFault("an older job cannot be cancelled: switch the printer off and on", queue=left)
            control.wait(LOOK_EVERY_S)
            stubborn = self.waiting(control)
        self.settled = True

    def _sweep(self, control: Control) -> None:
        """Purge-Jobs takes everybody's jobs: not in a shared queue."""
        for operation in _SWEEPS[: 1 if self._shared else 2]:
            try:
                self._service.sweep(operation, control)
            except DeviceError:
                continue  # not every printer has it; whether it helped is seen in the queue
