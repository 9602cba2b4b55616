"""A plain A4 document in blocks: a blank form, a copy of somebody's papers. Values only.

The names follow XFS's printer (WOSA/XFS PTR: forms and fields). Not responsible for typesetting
(drivers.document_printer.compose) nor for sealed certificates (the centre's).
"""

from __future__ import annotations

from typing import Literal

import msgspec


class HeadingPart(msgspec.Struct, frozen=True, tag="heading"):
    """A section's title."""

    text: str


class TextPart(msgspec.Struct, frozen=True, tag="text"):
    """One paragraph; `small` for notes."""

    text: str
    small: bool = False


class FieldPart(msgspec.Struct, frozen=True, tag="field"):
    """A label and room for its answer: `lines` of writing, or the `value` itself. `hint` stands under the label."""

    label: str
    hint: str = ""
    value: str = ""
    lines: int = 1


class Box(msgspec.Struct, frozen=True):
    """Something to tick."""

    text: str
    ticked: bool = False


class BoxesPart(msgspec.Struct, frozen=True, tag="boxes"):
    """A label and what can be ticked for it."""

    label: str
    boxes: tuple[Box, ...]
    hint: str = ""


class TablePart(msgspec.Struct, frozen=True, tag="table"):
    """A label, columns, the rows that are filled, and how many `blank` ones follow."""

    label: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = ()
    blank: int = 0


PagePart = HeadingPart | TextPart | FieldPart | BoxesPart | TablePart


class Pages(msgspec.Struct, frozen=True):
    """A document from its first page to its last. `foot` stands under each page, `numbers` with {page} and {pages}.

    `pictures` (JPEG) follow what is written, each as large as a page of its own allows, turned to fit it.
    """

    title: str
    parts: tuple[PagePart, ...] = ()
    pictures: tuple[bytes, ...] = ()
    subtitle: str = ""
    watermark: str = ""
    foot: str = ""
    numbers: str = "{page} / {pages}"
    language: Literal["zh-Hans", "zh-Hant", "en"] = "zh-Hans"

    def __repr__(self) -> str:
        return f"Pages({len(self.parts)} parts, {len(self.pictures)} pictures)"
