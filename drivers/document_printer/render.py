"""PDF pages as pictures for the screen, and their number. In the driver's process: a parser may crash.

PDFium is not safe to call from two threads, and the screen's pages are drawn beside a job: one lock for all of it.
"""

from __future__ import annotations

import io
import threading

import pypdfium2

from drivers.contract.commands import PagePictures
from drivers.contract.errors import InvalidMedia

MAX_PAGES = 60
_pdfium = threading.Lock()


def one_at_a_time() -> threading.Lock:
    """The lock of PDFium, to be held while it works."""
    return _pdfium


def count_pages(pdf: bytes) -> int:
    """Number of pages; InvalidMedia when it is not a PDF or has too many."""
    try:
        with _pdfium, pypdfium2.PdfDocument(pdf) as document:
            pages = len(document)
    except pypdfium2.PdfiumError as error:
        raise InvalidMedia(f"not a PDF: {error}", cause="pdf") from None
    if not 1 <= pages <= MAX_PAGES:
        raise InvalidMedia(f"{pages} pages; this terminal prints 1 to {MAX_PAGES}", cause="pages")
    return pages


def take_pages(pdf: bytes, first: int, last: int) -> bytes:
    """A PDF of the pages `first` to `last` only, for printers that cannot pick them out themselves."""
    out = io.BytesIO()
    with _pdfium, pypdfium2.PdfDocument(pdf) as document, pypdfium2.PdfDocument.new() as taken:
        taken.import_pages(document, list(range(first - 1, last)))
        taken.save(out)
    return out.getvalue()


def render_pages(pdf: bytes, width_px: int) -> PagePictures:
    """Each page as a PNG, `width_px` wide."""
    count_pages(pdf)
    pictures = []
    with _pdfium, pypdfium2.PdfDocument(pdf) as document:
        for page in document:
            bitmap = page.render(scale=width_px / page.get_width())
            out = io.BytesIO()
            bitmap.to_pil().save(out, "PNG")
            pictures.append(out.getvalue())
            bitmap.close()
            page.close()
    return PagePictures(tuple(pictures))
