"""Our own reader of ESC/POS: bytes in, calls on paper and status out. What it does not know it counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from drivers.virtual.paper import Paper, Style

_LEVELS = {48: "L", 49: "M", 50: "Q", 51: "H"}
_LINE_DOTS = 30


class Machine(Protocol):
    """What the reader needs of the printer around it."""

    paper: Paper

    def cut(self) -> None:
        """The cutter."""

    def say(self, data: bytes) -> None:
        """Answer the host."""

    def set_automatic_status(self, mask: int) -> None:
        """GS a."""

    def paper_sensor(self) -> int:
        """The answer to GS r 1."""


class Starved(Exception):
    """More bytes are needed to understand the command."""


@dataclass
class EscposReader:
    """Understands a stream. `feed` consumes what is whole and keeps the rest."""

    machine: Machine
    buffer: bytearray = field(default_factory=bytearray)
    style: Style = field(default_factory=Style)
    chinese: bool = True
    line: str = ""
    unknown: list[str] = field(default_factory=list)
    qr_module: int = 3
    qr_level: str = "L"
    qr_text: str = ""

    def feed(self, data: bytes) -> None:
        """Add bytes."""
        self.buffer += data

    def step(self) -> bool:
        """Carry out one command or one character; False when nothing whole is left."""
        if not self.buffer:
            return False
        try:
            used = self._one()
        except Starved:
            return False
        del self.buffer[:used]
        return True

    def clear(self) -> None:
        """DLE DC4 fn 8: forget what was received and not printed."""
        self.buffer.clear()
        self.line = ""

    def _at(self, index: int) -> int:
        if index >= len(self.buffer):
            raise Starved
        return self.buffer[index]

    def _one(self) -> int:
        first = self._at(0)
        match first:
            case 0x0A:
                self._end_line()
                return 1
            case 0x0D | 0x00:
                return 1
            case 0x1B:
                return self._esc()
            case 0x1D:
                return self._gs()
            case 0x1C:
                return self._fs()
            case _ if first < 0x20:
                self.unknown.append(f"{first:02X}")
                return 1
        return self._character(first)

    def _character(self, first: int) -> int:
        if first < 0x80 or not self.chinese:
            self.line += chr(first) if first < 0x80 else "?"
            return 1
        pair = bytes([first, self._at(1)])
        self.line += pair.decode("gb18030", "replace") if pair[1] >= 0x40 else "�"
        return 2

    def _end_line(self) -> None:
        if self.line:
            self.machine.paper.text(self.line, self.style)
        else:
            self.machine.paper.feed(_LINE_DOTS)
        self.line = ""

    def _esc(self) -> int:
        second = self._at(1)
        if second == 0x40:
            self.style, self.line = Style(), ""
            return 2
        value = self._at(2)
        match second:
            case 0x61:
                self.style = replace(self.style, align=value % 48 if value % 48 < 3 else 0)
            case 0x45:
                self.style = replace(self.style, bold=bool(value & 1))
            case 0x21:
                self.style = replace(
                    self.style,
                    height=2 if value & 16 else 1,
                    width=2 if value & 32 else 1,
                    bold=bool(value & 8),
                )
            case 0x64:
                self.machine.paper.feed(value * _LINE_DOTS)
            case 0x4A:
                self.machine.paper.feed(value)
            case 0x69 | 0x6D:
                self.machine.cut()
                return 2
            case 0x32:
                return 2
            case 0x33 | 0x74 | 0x52 | 0x4D | 0x2D | 0x20 | 0x47:
                pass
            case _:
                self.unknown.append(f"1B {second:02X}")
                return 2
        return 3

    def _gs(self) -> int:
        second = self._at(1)
        if second == 0x28:
            return self._gs_paren()
        if second == 0x76:
            return self._raster()
        value = self._at(2)
        match second:
            case 0x21:
                self.style = replace(self.style, width=(value >> 4) + 1, height=(value & 7) + 1)
            case 0x56:
                if value in {65, 66}:
                    self.machine.paper.feed(self._at(3))
                    self.machine.cut()
                    return 4
                self.machine.cut()
            case 0x72:
                self.machine.say(bytes([self.machine.paper_sensor()]))
            case 0x61:
                self.machine.set_automatic_status(value)
            case 0x42 | 0x66 | 0x68 | 0x77 | 0x48:
                pass
            case _:
                self.unknown.append(f"1D {second:02X}")
                return 2
        return 3

    def _fs(self) -> int:
        second = self._at(1)
        match second:
            case 0x26 | 0x2E:
                self.chinese = second == 0x26
                return 2
            case 0x57:
                size = 2 if self._at(2) & 1 else 1
                self.style = replace(self.style, width=size, height=size)
                return 3
            case 0x21 | 0x2D | 0x43:
                self._at(2)
                return 3
        self.unknown.append(f"1C {second:02X}")
        return 2

    def _raster(self) -> int:
        self._at(7)
        row_bytes = self.buffer[4] | self.buffer[5] << 8
        height = self.buffer[6] | self.buffer[7] << 8
        end = 8 + row_bytes * height
        self._at(end - 1)
        self.machine.paper.bitmap(row_bytes, height, bytes(self.buffer[8:end]))
        return end

    def _gs_paren(self) -> int:
        kind, length = self._at(2), self._at(3) | self._at(4) << 8
        end = 5 + length
        self._at(end - 1)
        body = bytes(self.buffer[5:end])
        if kind == 0x6B and body[:1] == b"1":
            try:
                self._qr(body[1], body[2:])
            except (ValueError, IndexError):  # too long for a QR code, or cut short: a printer prints nothing
                self.unknown.append("QR data")
        else:
            self.unknown.append(f"1D 28 {kind:02X}")
        return end

    def _qr(self, function: int, body: bytes) -> None:
        actions: dict[int, Callable[[], None]] = {
            65: lambda: None,
            67: lambda: setattr(self, "qr_module", body[0]),
            69: lambda: setattr(self, "qr_level", _LEVELS.get(body[0], "L")),
            80: lambda: setattr(self, "qr_text", body[1:].decode("utf-8", "replace")),
            81: lambda: self.machine.paper.qr(self.qr_text, self.qr_module, self.qr_level, self.style.align),
        }
        actions.get(function, lambda: self.unknown.append(f"QR {function}"))()
