"""The papers that a virtual printer was given: how many pages, what they look like, the last of them kept.

PDFium is not safe to call from two threads at once: one lock for all of it.
"""

from __future__ import annotations

import io
import threading
from pathlib import Path

import pypdfium2

KEPT = 50
WIDTH_PX = 900
_pdfium = threading.Lock()


def count_pages(pdf: bytes) -> int:
    """Number of pages; ValueError for what is not a PDF."""
    with _pdfium:
        try:
            with pypdfium2.PdfDocument(pdf) as document:
                return len(document)
        except pypdfium2.PdfiumError as error:
            raise ValueError(str(error)) from None


def draw_page(pdf: bytes, page: int) -> bytes:
    """One page (from 1) as PNG; IndexError when there is none."""
    with _pdfium, pypdfium2.PdfDocument(pdf) as document:
        if not 1 <= page <= len(document):
            raise IndexError(page)
        sheet = document[page - 1]
        out = io.BytesIO()
        sheet.render(scale=WIDTH_PX / sheet.get_width()).to_pil().save(out, "PNG")
        sheet.close()
    return out.getvalue()


class Archive:
    """The last papers by number; in `folder` when there is one, else in memory."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder / "papers" if folder is not None else None
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
        self._papers: dict[int, bytes] = {}

    def keep(self, number: int, pdf: bytes) -> None:
        """Keep a paper; the oldest beyond KEPT goes."""
        if self._folder is None:
            self._papers[number] = pdf
            self._papers.pop(number - KEPT, None)
            return
        (self._folder / f"{number:06}.pdf").write_bytes(pdf)
        for old in sorted(self._folder.glob("*.pdf"))[:-KEPT]:
            old.unlink()

    def read(self, number: int) -> bytes:
        """A paper; KeyError when it is not (any more) there."""
        if self._folder is None:
            return self._papers[number]
        try:
            return (self._folder / f"{number:06}.pdf").read_bytes()
        except FileNotFoundError:
            raise KeyError(number) from None
