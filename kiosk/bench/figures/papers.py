"""A small PDF."""

from __future__ import annotations

import io

import pypdfium2

A4_POINTS = (595, 842)


def two_pages() -> bytes:
    """Two empty A4 pages."""
    document, out = pypdfium2.PdfDocument.new(), io.BytesIO()
    for _ in range(2):
        document.new_page(*A4_POINTS).close()
    document.save(out)
    document.close()
    return out.getvalue()
