"""Which of a device's reports is news. Pure; the clock is an argument.

An outage is told once, however its words change, and its end once. A device that goes and comes again and again
is told as gone once, and as back only when it has stayed for STEADY_S.
"""

from __future__ import annotations

from collections import deque

from drivers.contract.status import DeviceReport, DeviceRole, DeviceState

FLAPS, WITHIN_S = 3, 10.0
STEADY_S = 1.5


class Publication:
    """Judges the reports of one device in the order they come."""

    def __init__(self, role: DeviceRole) -> None:
        self.last = DeviceReport(role, DeviceState.STARTING)
        self._outages: deque[float] = deque(maxlen=FLAPS)
        self._well_since: float | None = None

    @property
    def gone(self) -> bool:
        """Whether the device was last told as gone; it should be looked for more often then."""
        return self.last.state is DeviceState.OFFLINE

    def judge(self, report: DeviceReport, now: float) -> DeviceReport | None:
        """The report if it is news, else None. `now` is monotonic, in seconds."""
        if report.state is DeviceState.OFFLINE:
            return self._judge_outage(report, now)
        if self.gone and self._flapped(now):
            self._well_since = now if self._well_since is None else self._well_since
            if now - self._well_since < STEADY_S:
                return None
        return self._tell(report)

    def _judge_outage(self, report: DeviceReport, now: float) -> DeviceReport | None:
        if self._well_since is not None or not self.gone:
            self._outages.append(now)
        self._well_since = None
        if self.gone and report.reason == self.last.reason:
            return None  # the same outage, only worded differently
        return self._tell(report)

    def _flapped(self, now: float) -> bool:
        """Whether the last FLAPS outages came close together."""
        return len(self._outages) == FLAPS and now - self._outages[0] < WITHIN_S + STEADY_S

    def _tell(self, report: DeviceReport) -> DeviceReport | None:
        if report == self.last:
            return None
        self.last = report
        return report
