"""The state of a virtual receipt printer as bytes: real-time answers, automatic status, SNBC's and Custom's own."""

from __future__ import annotations

from dataclasses import dataclass

FAMILIES = ("escpos", "snbc", "custom")
TROUBLES = ("cover_open", "cutter_error", "overheated", "unrecoverable", "jammed", "feed_button", "inconsistent")


@dataclass
class Condition:
    """What is the matter with the machine. `trouble` is one of TROUBLES or empty."""

    trouble: str = ""
    paper_out: bool = False
    near_end: bool = False
    slip_waiting: bool = False

    @property
    def stopped(self) -> bool:
        """Whether printing stands still."""
        return self.paper_out or self.trouble not in {"", "inconsistent"}

    def real_time(self, number: int) -> int:
        """The answer to DLE EOT 1 to 4."""
        match number:
            case 1:
                return 0x12 | (0x08 if self.stopped or self.trouble == "inconsistent" else 0)
            case 2:
                failed = self.trouble in {"cutter_error", "overheated", "unrecoverable", "jammed"}
                return (
                    0x12
                    | (0x04 if self.trouble == "cover_open" else 0)
                    | (0x08 if self.trouble == "feed_button" else 0)
                    | (0x20 if self.paper_out else 0)
                    | (0x40 if failed else 0)
                )
            case 3:
                return 0x12 | self._error()
        return 0x12 | (0x6C if self.paper_out else 0x0C if self.near_end else 0)

    def automatic(self) -> bytes:
        """The four bytes of ASB."""
        first = (
            0x10
            | (0x08 if self.stopped else 0)
            | (0x20 if self.trouble == "cover_open" else 0)
            | (0x40 if self.trouble == "feed_button" else 0)
        )
        return bytes([first, self._error(), 0x0F if self.paper_out else 0x03 if self.near_end else 0, 0])

    def snbc(self, number: int) -> int:
        """The answer to SNBC's 10 04 05, 10 04 06 and 10 04 09."""
        waiting = 0x01 if self.slip_waiting else 0
        if number == 5:
            head = {"cover_open": 0x02, "overheated": 0x08, "cutter_error": 0x10, "jammed": 0x20}
            low = 0x01 if self.near_end or self.paper_out else 0
            return head.get(self.trouble, 0) | low | (0x04 if self.paper_out else 0)
        return waiting | (0x04 if self.trouble == "jammed" and number == 6 else 0)

    def custom(self) -> bytes:
        """Custom's full status, the answer to 10 04 14."""
        paper = (0x05 if self.paper_out else 0x04 if self.near_end else 0) | (0x20 if self.slip_waiting else 0)
        user = {"cover_open": 0x03, "feed_button": 0x20}.get(self.trouble, 0)
        recoverable = {"overheated": 0x01, "jammed": 0x40}.get(self.trouble, 0)
        unrecoverable = {"cutter_error": 0x01, "unrecoverable": 0x04}.get(self.trouble, 0)
        return bytes([0x10, 0x0F, paper, user, recoverable, unrecoverable])

    def _error(self) -> int:
        return {"cutter_error": 0x08, "unrecoverable": 0x20, "overheated": 0x40, "jammed": 0x04}.get(self.trouble, 0)
