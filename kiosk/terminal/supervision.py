"""When is a child started again, and when is it killed? Pure decisions; kiosk.terminal.supervisor acts.

A child that dies is back after FIRST_DELAY_S; each further death within STEADY_S doubles the delay up to
LAST_DELAY_S. A child that promised a heartbeat and stays silent for longer than its limit is hung.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

FIRST_DELAY_S = 0.2
LAST_DELAY_S = 30.0
STEADY_S = 30.0


@dataclass(frozen=True)
class ChildSpec:
    """One process to keep alive.

    `watchdog_s` 0: no heartbeat is expected. `after`: it is not started before this path exists.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    watchdog_s: float = 0.0
    after: Path | None = None


@dataclass(frozen=True)
class ChildHistory:
    """What is remembered of a child between two lives."""

    deaths: int = 0

    def after_death(self, lived_s: float) -> ChildHistory:
        """A long life forgives earlier deaths."""
        return ChildHistory(1 if lived_s >= STEADY_S else self.deaths + 1)

    @property
    def delay_s(self) -> float:
        """How long to wait before the next start."""
        return float(min(LAST_DELAY_S, FIRST_DELAY_S * 2 ** max(0, self.deaths - 1)))


def hung(spec: ChildSpec, silent_s: float) -> bool:
    """Whether a child broke its promise to give a sign of life."""
    return spec.watchdog_s > 0 and silent_s > spec.watchdog_s
