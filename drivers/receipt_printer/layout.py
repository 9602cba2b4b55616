"""A typed receipt → ESC/POS bytes. Pure but for fonts.

Nothing of the data reaches the wire except as allowed printer codes inside text, as dots, or as a counted QR
payload: no byte of a citizen's name can be a command.
"""

from __future__ import annotations

from collections.abc import Iterator

from drivers.contract.values import CutBlock, FeedBlock, QrBlock, Receipt, RuleBlock, TextBlock
from drivers.receipt_printer.commands import Escpos
from drivers.receipt_printer.glyphs import Bitmap, draw_line, printable, printer_code, width_dots

INITIALISE = b"\x1b@"
CHINESE_ON, CHINESE_OFF = b"\x1c&", b"\x1c."
IN_ORDER_QUERY = b"\x1dr\x01"
QR_LIMIT_BYTES = 512
_ALIGN = {"left": b"\x1ba\x00", "centre": b"\x1ba\x01", "right": b"\x1ba\x02"}
_NO_STARTERS = frozenset("，。、；：？！）》」』”’,.;:?!)")


def encode_receipt(receipt: Receipt, line_dots: int, escpos: Escpos) -> bytes:
    """The bytes of a receipt, without the closing query. `line_dots` is 576 for 80 mm, 384 for 58 mm."""
    out = bytearray(INITIALISE)
    for block in receipt.blocks:
        match block:
            case TextBlock():
                out += _text(block, line_dots)
            case QrBlock(qr=text):
                out += _ALIGN["centre"] + escpos.qr(_checked_qr(text)) + _ALIGN["left"]
            case RuleBlock():
                out += _text(TextBlock("-" * (line_dots // 12)), line_dots)
            case FeedBlock(feed=lines):
                out += b"\x1bd" + bytes([max(0, min(20, lines))])
            case CutBlock():
                out += escpos.cut()
    return bytes(out)


def wrap(text: str, limit_dots: int, size: int) -> Iterator[str]:
    """Lines no wider than `limit_dots`; closing punctuation does not begin a line where it can be helped."""
    for paragraph in text.split("\n"):
        line, used = "", 0
        for char in printable(paragraph):
            width = width_dots(char) * size
            if used + width > limit_dots and line:
                carry = line[-1] if char in _NO_STARTERS and len(line) > 1 else ""
                yield line[: len(line) - len(carry)]
                line = carry
                used = sum(width_dots(kept) * size for kept in carry)
            line, used = line + char, used + width
        yield line


def _text(block: TextBlock, line_dots: int) -> bytes:
    out = bytearray(_ALIGN[block.align] + _style(block.size, block.bold))
    for line in wrap(block.text, line_dots, block.size):
        codes = [printer_code(char) for char in line]
        if None in codes:
            out += _ALIGN["left"] + raster(draw_line(line, block.size, line_dots, block.align))
            out += _ALIGN[block.align]
        else:
            out += CHINESE_ON + b"".join(code for code in codes if code) + CHINESE_OFF + b"\n"
    return bytes(out + _style(1, False) + _ALIGN["left"])


def _style(size: int, bold: bool) -> bytes:
    """Magnification of Latin (GS !) and Chinese (FS W) characters, and emphasis (ESC E)."""
    double = size == 2
    return b"\x1d!" + (b"\x11" if double else b"\x00") + b"\x1cW" + bytes([double]) + b"\x1bE" + bytes([bold])


def raster(bitmap: Bitmap) -> bytes:
    """GS v 0: a bitmap, printed as it is."""
    row_bytes = (bitmap.width + 7) // 8
    head = b"\x1dv0\x00" + row_bytes.to_bytes(2, "little") + bitmap.height.to_bytes(2, "little")
    return head + bitmap.bits


def _checked_qr(text: str) -> str:
    if not 0 < len(text.encode("utf-8")) <= QR_LIMIT_BYTES:
        raise ValueError(f"a QR code on a slip holds 1 to {QR_LIMIT_BYTES} bytes")
    return text
