"""When the terminal reports its state. Pure: time and chance come from outside, no thread.

Whatever a person should see is at the centre within a minute of contact: the first report leaves soon after the line
came back, the next ones each minute, and sooner when something was quarantined. All are drawn apart, because thousands
of terminals may have the same reason at the same moment; and a centre that is slow to take them is asked less often.
"""

from __future__ import annotations

from offline_cache.line.probe_rules import Rest
from offline_cache.outbox.schedule import Draw

EVERY_S = 60.0
CONTACT_S = 30.0
"""The first report of a contact leaves within this."""
NEWS_S = 10.0
"""A report with news leaves within this."""
FAILED_S = 15.0
"""After a report that the centre did not take, the next one leaves at least this much later, and at most twice it."""


class TelemetryRules:
    """The moment of the next report; none while there is no line."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self._rest = Rest()
        self.due_s = float("inf")

    def line_returned(self, now_s: float) -> None:
        """There is a line again."""
        self.due_s = now_s + self._draw(0.0, CONTACT_S)

    def line_lost(self) -> None:
        """There is none."""
        self.due_s = float("inf")

    def news(self, now_s: float) -> None:
        """Something that a person should see; before the first contact there is nobody to tell."""
        if self.due_s < float("inf"):
            self.due_s = min(self.due_s, now_s + self._draw(0.0, NEWS_S))

    def ended(self, now_s: float, *, taken: bool, took_s: float = 0.0) -> None:
        """A report came to its end after `took_s` seconds."""
        again_s = EVERY_S * self._draw(0.9, 1.0) if taken else self._draw(FAILED_S, 2 * FAILED_S)
        self.due_s = now_s + max(again_s, self._rest.after(took_s) * self._draw(0.8, 1.2))
