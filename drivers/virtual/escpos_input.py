"""The input of a virtual receipt printer: whole commands off a stream that comes in portions, real-time ones at once.

A real-time command acts ahead of what waits in the buffer, but only where a command can begin: inside a bitmap or a
QR payload it is data, as on the printers that we know. Portions may be cut anywhere.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from drivers.virtual.escpos_table import Starved, size_of


class Input:
    """The receive buffer. `real_time` is called at once for DLE EOT, DLE ENQ and DLE DC4."""

    def __init__(self, real_time: Callable[[bytes], None]) -> None:
        self._real_time = real_time
        self._pending = bytearray()
        self._waiting: deque[tuple[bytes, bool]] = deque()
        self.size = 0

    def feed(self, data: bytes) -> None:
        """Add a portion."""
        self._pending += data
        start = 0
        try:
            while start < len(self._pending):
                start += self._take(start)
        except Starved:
            pass
        del self._pending[:start]

    def next(self) -> tuple[bytes, bool] | None:
        """The next command to carry out and whether any table knows it; None when there is none."""
        if not self._waiting:
            return None
        command, known = self._waiting.popleft()
        self.size -= len(command)
        return command, known

    def clear(self) -> None:
        """Throw away what waits."""
        self._waiting.clear()
        self.size = 0

    def lose_all(self) -> None:
        """Power off."""
        self.clear()
        self._pending.clear()

    def _take(self, start: int) -> int:
        size = size_of(self._pending, start)
        command = bytes(self._pending[start : start + (size or 2)])
        if command[0] == 0x10 and len(command) > 1:
            self._real_time(command)
        else:
            self._waiting.append((command, size > 0))
            self.size += len(command)
        return len(command)
