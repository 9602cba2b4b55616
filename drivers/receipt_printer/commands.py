"""The ESC/POS commands that we issue, and no others but QR codes (library). Pure."""

from __future__ import annotations

INITIALISE = b"\x1b@"
CHINESE_ON, CHINESE_OFF = b"\x1c&", b"\x1c."
"""FS & and FS . : always said, since Chinese firmware starts with it on and overseas firmware with it off."""
LINE_FEED = b"\n"
ALIGN = {"left": b"\x1ba\x00", "centre": b"\x1ba\x01", "right": b"\x1ba\x02"}
FEED_TO_CUTTER_AND_CUT = b"\x1bd\x06\x1dV\x00"
AUTOMATIC_STATUS = b"\x1da\x0e"
"""GS a: tell changes of offline, error and paper by yourself (ESC @ forgets it)."""
IN_ORDER_QUERY = b"\x1dr\x01"
"""GS r 1: answered when everything before it has been printed."""
CLEAR_BUFFER = bytes.fromhex("10140801031401060208")
"""DLE DC4 fn 8: throw away what was received and not printed (Epson)."""
RECOVER = b"\x10\x05\x02"
"""DLE ENQ 2: forget what waits and recover from an error whose cause has been removed."""
BAND_DOTS = 30
LARGEST_BLOCK = 8 + 72 * BAND_DOTS
"""The longest counted block we send: a bitmap as high as a line, on 80 mm paper."""


def style(size: int, bold: bool) -> bytes:
    """Magnification of Latin (GS !) and Chinese (FS W) characters, and emphasis (ESC E)."""
    double = size == 2
    return b"\x1d!" + (b"\x11" if double else b"\x00") + b"\x1cW" + bytes([double]) + b"\x1bE" + bytes([bold])


def feed(lines: int) -> bytes:
    """ESC d: up to 20 empty lines."""
    return b"\x1bd" + bytes([max(0, min(20, lines))])


def space_below(size: int) -> bytes:
    """ESC J: high characters fill their line, so the next one would touch them."""
    return b"\x1bJ\x0c" if size == 2 else b""


def raster(width: int, height: int, bits: bytes) -> bytes:
    """GS v 0: a bitmap, one bit a dot, rows padded to bytes.

    Some printers look for real-time commands (10 04, 10 05, 10 14) even inside a bitmap: there, one more dot is set.
    """
    for second in (b"\x04", b"\x05", b"\x14"):
        bits = bits.replace(b"\x10" + second, b"\x18" + second)
    head = b"\x1dv0\x00" + ((width + 7) // 8).to_bytes(2, "little") + height.to_bytes(2, "little")
    return head + bits
