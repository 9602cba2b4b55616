"""Our own reader of ESC/POS: whole commands in, calls on paper and status out.

What the table knows and this printer does not do is skipped and counted; what no table knows is counted as unknown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from drivers.virtual.paper import Paper, Run, Style, advance

_LEVELS = {48: "L", 49: "M", 50: "Q", 51: "H"}
_SPACING = 30
_QUIET = frozenset(
    b"\x1b" + bytes([second])
    for second in b" -?GMRTUVert{"  # typefaces, spacings and tables that change no dots here
) | {b"\x1c-", b"\x1cS", b"\x1cC", b"\x1c!", b"\x1dB", b"\x1df", b"\x1dh", b"\x1dw", b"\x1dH", b"\x1c("}


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


@dataclass
class EscposReader:
    """Carries out one whole command or character after another."""

    machine: Machine
    style: Style = field(default_factory=Style)
    chinese: bool = True
    unknown: list[str] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    qr_module: int = 3
    qr_level: str = "L"
    qr_text: str = ""
    spacing: int = _SPACING
    margin: int = 0
    area: int = 0
    cursor: int = 0
    runs: list[Run] = field(default_factory=list)
    graphics: tuple[int, int, bytes] | None = None

    def clear(self) -> None:
        """DLE DC4 fn 8: forget the line under way."""
        self.runs, self.cursor = [], 0

    def carry_out(self, command: bytes) -> None:
        """One whole command, as the table cut it off the stream."""
        match command[:1]:
            case b"\n":
                self._end_line()
            case b"\x1b":
                self._esc(command)
            case b"\x1c":
                self._fs(command)
            case b"\x1d":
                self._gs(command)
            case b"\r" | b"\x00":
                pass
            case _ if command[0] < 0x20:
                self.unknown.append(command.hex(" ").upper())
            case _:
                self._character(command)

    def skip(self, command: bytes) -> None:
        """A command that no table knows: its first two bytes."""
        self.unknown.append(command.hex(" ").upper())

    def _character(self, code: bytes) -> None:
        if code[0] < 0x80:
            text = chr(code[0])
        elif len(code) == 2 and self.chinese:
            text = code.decode("gb18030", "replace")
        else:
            text = "?" * len(code)
        width = sum(advance(char) for char in text) * self.style.width
        if self.runs and self.cursor + width > (self.area or self.machine.paper.width - self.margin):
            self._end_line()
        if not self.runs or self.runs[-1].style != self.style or self.runs[-1].x + self.runs[-1].width != self.cursor:
            self.runs.append(Run(self.cursor, "", self.style))
        self.runs[-1].text += text
        self.cursor = self.runs[-1].x + self.runs[-1].width

    def _end_line(self) -> None:
        if self.runs:
            width = self.area or self.machine.paper.width - self.margin
            self.machine.paper.text(self.runs, (self.margin, width), self.spacing)
        else:
            self.machine.paper.feed(self.spacing)
        self.clear()

    def _esc(self, command: bytes) -> None:
        match command[1:2]:
            case b"@":
                self.style, self.spacing, self.margin, self.area = Style(), _SPACING, 0, 0
                self.clear()
                self.machine.set_automatic_status(0)
            case b"a" | b"E" | b"!":
                self._restyle(command[1:2], command[2])
            case b"d" | b"J":
                self.machine.paper.feed(command[2] * (self.spacing if command[1:2] == b"d" else 1))
            case b"2" | b"3":
                self.spacing = command[2] if command[1:2] == b"3" else _SPACING
            case b"$":
                self.cursor = int.from_bytes(command[2:4], "little")
            case b"\\":
                self.cursor = max(0, self.cursor + int.from_bytes(command[2:4], "little", signed=True))
            case b"i" | b"m":
                self.machine.cut()
            case _:
                self._pass_over(command)

    def _restyle(self, kind: bytes, value: int) -> None:
        match kind:
            case b"a":
                self.style = replace(self.style, align=value % 48 if value % 48 < 3 else 0)
            case b"E":
                self.style = replace(self.style, bold=bool(value & 1))
            case b"!":
                height, width = 2 if value & 16 else 1, 2 if value & 32 else 1
                self.style = replace(self.style, height=height, width=width, bold=bool(value & 8))

    def _gs(self, command: bytes) -> None:
        value = command[2] if len(command) > 2 else 0
        match command[1:2]:
            case b"!":
                self.style = replace(self.style, width=(value >> 4) + 1, height=(value & 7) + 1)
            case b"V":
                if len(command) == 4:
                    self.machine.paper.feed(command[3])
                self.machine.cut()
            case b"r":
                self.machine.say(bytes([self.machine.paper_sensor()]))
            case b"a":
                self.machine.set_automatic_status(value)
            case b"L" | b"W":
                dots = int.from_bytes(command[2:4], "little")
                self.margin, self.area = (dots, self.area) if command[1:2] == b"L" else (self.margin, dots)
            case b"v" | b"(" | b"8":
                self._picture(command)
            case _:
                self._pass_over(command)

    def _picture(self, command: bytes) -> None:
        if command[1:2] == b"v":
            row_bytes = int.from_bytes(command[4:6], "little")
            self.machine.paper.bitmap(row_bytes, int.from_bytes(command[6:8], "little"), command[8:])
        elif command[1:2] == b"8":
            self._graphics(command[7:])
        elif command[2:3] == b"L":
            self._graphics(command[5:])
        elif command[2:3] == b"k" and command[5:6] == b"1":
            self._two_dimensional(command[6:])
        else:
            self._pass_over(command)

    def _fs(self, command: bytes) -> None:
        match command[1:2]:
            case b"&":
                self.chinese = True
            case b".":
                self.chinese = False
            case b"W":
                size = 2 if command[2] & 1 else 1
                self.style = replace(self.style, width=size, height=size)
            case _:
                self._pass_over(command)

    def _pass_over(self, command: bytes) -> None:
        if command[:2] not in _QUIET:
            self.skipped[command[: 3 if command[1:2] in b"(8" else 2].hex(" ").upper()] += 1

    def _graphics(self, body: bytes) -> None:
        """GS ( L and GS 8 L: store one bitmap (fn 112), print it (fn 2, 50)."""
        match body[:2]:
            case b"0p":
                width, height = (int.from_bytes(body[at : at + 2], "little") for at in (6, 8))
                self.graphics = ((width + 7) // 8, height, body[10:])
            case b"02" | b"0\x02" if self.graphics is not None:
                row_bytes, height, bits = self.graphics
                width = self.area or self.machine.paper.width - self.margin
                left = {0: 0, 1: (width - row_bytes * 8) // 2, 2: width - row_bytes * 8}[self.style.align]
                self.machine.paper.bitmap(row_bytes, height, bits, self.margin + max(0, left))
                self.graphics = None
            case _:
                self.skipped["1D 28 4C"] += 1

    def _two_dimensional(self, body: bytes) -> None:
        try:
            self._qr(body[0], body[1:])
        except (ValueError, IndexError):  # too long for a QR code, or cut short: a printer prints nothing
            self.unknown.append("QR data")

    def _qr(self, function: int, body: bytes) -> None:
        actions: dict[int, Callable[[], None]] = {
            65: lambda: None,
            67: lambda: setattr(self, "qr_module", body[0]),
            69: lambda: setattr(self, "qr_level", _LEVELS.get(body[0], "L")),
            80: lambda: setattr(self, "qr_text", body[1:].decode("utf-8", "replace")),
            81: lambda: self.machine.paper.qr(self.qr_text, self.qr_module, self.qr_level, self.style.align),
        }
        actions.get(function, lambda: self.unknown.append(f"QR {function}"))()
