"""printer-state-reasons: which of them stop printing, the error kind of each, and what a technician does. Pure.

Reasons carry -error, -warning or -report; a bare one is an error (RFC 8011 §5.4.12). A warning never blocks:
"media-empty-warning" only says that some tray is empty (apple/cups #5776).
"""

from __future__ import annotations

from dataclasses import dataclass

KINDS = {
    "media-empty": "paper_out",
    "media-needed": "paper_out",
    "input-tray-missing": "paper_out",
    "media-jam": "jammed",
    "output-area-full": "jammed",
    "output-tray-missing": "jammed",
    "cover-open": "cover_open",
    "door-open": "cover_open",
    "interlock-open": "cover_open",
    "toner-empty": "toner_out",
    "marker-supply-empty": "toner_out",
    "marker-waste-full": "fault",
    "developer-empty": "fault",
    "opc-life-over": "fault",
    "fuser-over-temp": "fault",
    "fuser-under-temp": "fault",
    "spool-area-full": "fault",
    "interpreter-resource-unavailable": "fault",
    "paused": "fault",
    "shutdown": "offline",
    "offline": "offline",
    "timed-out": "offline",
}
"""printer-state-reasons that stop printing, and the error kind of each."""
HINTS = {
    "media-empty": "put paper into the tray",
    "media-needed": "put A4 paper into the tray that the panel names",
    "input-tray-missing": "push the paper tray in",
    "media-jam": "open the printer and take the stuck sheet out",
    "output-area-full": "take the papers out of the output tray",
    "output-tray-missing": "put the output tray in",
    "cover-open": "close the printer's cover",
    "door-open": "close the printer's door",
    "interlock-open": "close the printer's door until it clicks",
    "toner-empty": "change the toner",
    "marker-supply-empty": "change the toner or ink that the panel names",
    "marker-waste-full": "change the waste toner box",
    "developer-empty": "have the developer unit changed",
    "opc-life-over": "have the drum changed",
    "fuser-over-temp": "let the printer cool down for half an hour; if it comes back, have the fuser changed",
    "fuser-under-temp": "switch the printer off and on; if it comes back, have the fuser changed",
    "spool-area-full": "switch the printer off and on",
    "interpreter-resource-unavailable": "switch the printer off and on",
    "paused": "press resume at the printer; a paused CUPS queue needs cupsenable",
    "shutdown": "switch the printer on",
    "offline": "check the printer's power and cable",
    "timed-out": "check the printer's power and cable",
}
PAPER = frozenset({"media-empty", "media-needed", "input-tray-missing"})
_SEVERITIES = frozenset({"error", "warning", "report"})


@dataclass(frozen=True)
class Reason:
    """One printer-state-reason without its suffix."""

    word: str
    severity: str

    @classmethod
    def of(cls, text: str) -> Reason:
        """Split the suffix off; none means error."""
        head, _, tail = text.rpartition("-")
        return cls(head, tail) if tail in _SEVERITIES else cls(text, "error")

    @property
    def blocks(self) -> bool:
        """Whether printing cannot go on by itself."""
        return self.severity == "error" and self.word in KINDS
