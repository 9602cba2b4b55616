"""How large the next part of an upload is. Pure: a line that loses parts gets small ones, a quick one large ones."""

from __future__ import annotations

from dataclasses import dataclass

FIRST_BYTES, LEAST_BYTES, MOST_BYTES = 256 * 1024, 8 * 1024, 1024 * 1024
QUICK_S, SLOW_S = 1.0, 8.0


@dataclass
class PartSize:
    """The size for one line; it outlives a single upload."""

    bytes: int = FIRST_BYTES

    def arrived(self, took_s: float) -> None:
        """A part of this size arrived after `took_s` seconds."""
        if took_s <= QUICK_S:
            self.bytes = min(MOST_BYTES, self.bytes * 2)
        elif took_s > SLOW_S:
            self.bytes = max(LEAST_BYTES, self.bytes // 2)

    def lost(self) -> None:
        """A part of this size did not arrive, or nobody knows."""
        self.bytes = max(LEAST_BYTES, self.bytes // 4)
