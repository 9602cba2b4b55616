"""Small PDFs, so that a page can be told from another."""

from __future__ import annotations

import io
from functools import cache

from PIL import Image, ImageDraw


@cache
def pdf(pages: int = 3) -> bytes:
    """White pages with their number."""
    sheets = []
    for page in range(1, pages + 1):
        sheet = Image.new("RGB", (210, 297), "white")
        ImageDraw.Draw(sheet).text((20, 20), f"page {page}", fill="black")
        sheets.append(sheet)
    out = io.BytesIO()
    sheets[0].save(out, "PDF", save_all=True, append_images=sheets[1:])
    return out.getvalue()
