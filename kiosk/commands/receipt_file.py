"""Reads a typed receipt from a JSON file: {"blocks": [{"text": …}, {"qr": …}, {"rule": true}, {"cut": true}]}."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from drivers.contract.values import CutBlock, FeedBlock, QrBlock, Receipt, ReceiptBlock, RuleBlock, TextBlock

_MEMBERS = {
    "text": {"text", "align", "size", "bold"},
    "qr": {"qr"},
    "rule": {"rule"},
    "feed": {"feed"},
    "cut": {"cut"},
}

_ALIGNS = ("left", "centre", "right")


class ReceiptFileError(Exception):
    """The file is not a receipt; the message says which block and why."""


def read_receipt(path: Path) -> Receipt:
    """The receipt of a file; ReceiptFileError when it is not one."""
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ReceiptFileError(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise ReceiptFileError(f"{path}: not JSON: {error}") from None
    blocks = tree.get("blocks") if isinstance(tree, dict) else None
    if not isinstance(blocks, list) or not blocks:
        raise ReceiptFileError(f'{path}: needs {{"blocks": [ … ]}} with at least one block')
    return Receipt(tuple(_block(number, block) for number, block in enumerate(blocks, start=1)))


def _block(number: int, block: Any) -> ReceiptBlock:
    kinds = [kind for kind in _MEMBERS if isinstance(block, dict) and kind in block]
    if len(kinds) != 1:
        raise ReceiptFileError(f"block {number}: is exactly one of {', '.join(_MEMBERS)}")
    kind = kinds[0]
    if unknown := set(block) - _MEMBERS[kind]:
        raise ReceiptFileError(f"block {number}: {kind} has no {', '.join(sorted(unknown))}")
    return _made(number, kind, block)


def _made(number: int, kind: str, block: Mapping[str, Any]) -> ReceiptBlock:
    match kind, block[kind]:
        case "text", str() as text:
            align, size, bold = block.get("align", "left"), block.get("size", 1), block.get("bold", False)
            if (
                align not in _ALIGNS
                or isinstance(size, bool | float)
                or size not in (1, 2)
                or not isinstance(bold, bool)
            ):
                raise ReceiptFileError(
                    f"block {number}: align is left, centre or right; size 1 or 2; bold true or false"
                )
            return TextBlock(text, align, size, bold)
        case "qr", str() as text if 0 < len(text.encode()) <= 512:
            return QrBlock(text)
        case "rule", True:
            return RuleBlock()
        case "feed", int() as lines if type(lines) is int and 1 <= lines <= 20:  # true is an int to Python
            return FeedBlock(lines)
        case "cut", True:
            return CutBlock()
    raise ReceiptFileError(f"block {number}: {kind} cannot be {block[kind]!r}")
