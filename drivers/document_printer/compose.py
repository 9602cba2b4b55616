"""A plain document's blocks → PDF with embedded fonts. A sign that no font has is an error, never a gap.

Data enters as JSON, so that nothing a citizen wrote can be markup. Pictures are embedded as they are, not coded again.
In the driver's process, beside the renderer. Not responsible for what stands in a document, nor for its printing.
"""

from __future__ import annotations

import io
import threading
import time
from pathlib import Path
from typing import Literal

import msgspec
import pypdfium2
import typst

from drivers.contract.commands import ComposedDocument
from drivers.contract.errors import InvalidMedia
from drivers.contract.pages import Pages
from drivers.document_printer.render import MAX_PAGES, count_pages, one_at_a_time

TEMPLATE = Path(__file__).with_name("pages.typ")
STANDARD: Literal["a-2b"] = "a-2b"
MAX_PARTS = 400
MOST_PICTURE_BYTES = 12 * 1024 * 1024
SANS = {"zh-Hans": "Noto Sans CJK SC", "zh-Hant": "Noto Sans CJK TC", "en": "Noto Sans CJK SC"}
A4_PT = (595.28, 841.89)
MARGIN_PT = 22.7
"""8 mm: what no printer of this kind leaves white by itself."""


class Composer:
    """Keeps the fonts, which are looked for once: the first document takes longer than the next ones."""

    def __init__(self) -> None:
        self._fonts: typst.Fonts | None = None
        self._lock = threading.Lock()

    def compose(self, pages: Pages) -> ComposedDocument:
        """The document as PDF; InvalidMedia when it cannot be set faithfully."""
        _check(pages)
        written = self._typeset(pages) if pages.parts else b""
        pdf = _with_pictures(written, pages.pictures) if pages.pictures else written
        return ComposedDocument(pdf, count_pages(pdf))

    def _typeset(self, pages: Pages) -> bytes:
        plain = msgspec.to_builtins(msgspec.structs.replace(pages, pictures=()))
        data = msgspec.json.encode({**plain, "sans": SANS[pages.language]}).decode()
        with self._lock:
            self._fonts = self._fonts or typst.Fonts()
            try:
                pdf = typst.compile(
                    TEMPLATE.read_bytes(),
                    font_paths=self._fonts,
                    sys_inputs={"data": data},
                    pdf_standards=[STANDARD],
                    timestamp=int(time.time()),
                )
            except typst.TypstError as error:
                raise InvalidMedia(f"cannot be typeset: {error.message}", cause="typeset") from None
        return pdf


def _check(pages: Pages) -> None:
    if not pages.parts and not pages.pictures:
        raise InvalidMedia("nothing to set", cause="parts")
    if len(pages.parts) > MAX_PARTS or len(pages.pictures) > MAX_PAGES:
        raise InvalidMedia(f"{len(pages.parts)} parts, {len(pages.pictures)} pictures: too many", cause="parts")
    if sum(map(len, pages.pictures)) > MOST_PICTURE_BYTES:
        raise InvalidMedia(f"pictures of more than {MOST_PICTURE_BYTES} bytes", cause="pictures")


def _with_pictures(written: bytes, pictures: tuple[bytes, ...]) -> bytes:
    """The written pages, then a page for each picture."""
    out = io.BytesIO()
    try:
        with one_at_a_time(), pypdfium2.PdfDocument.new() as document:
            if written:
                with pypdfium2.PdfDocument(written) as before:
                    document.import_pages(before)
            for jpeg in pictures:
                _add_picture(document, jpeg)
            document.save(out)
    except pypdfium2.PdfiumError as error:
        raise InvalidMedia(f"no picture: {error}", cause="pictures") from None
    return out.getvalue()


def _add_picture(document: pypdfium2.PdfDocument, jpeg: bytes) -> None:
    """A page with the picture in its middle; one that is wider than high is turned by a quarter."""
    page = document.new_page(*A4_PT)
    picture = pypdfium2.PdfImage.new(document)
    picture.load_jpeg(io.BytesIO(jpeg), inline=True)
    wide, high = picture.get_px_size()
    if not wide or not high:
        raise InvalidMedia("no JPEG", cause="pictures")
    turned = wide > high
    room = (A4_PT[0] - 2 * MARGIN_PT, A4_PT[1] - 2 * MARGIN_PT)
    across, up = (high, wide) if turned else (wide, high)
    scale = min(room[0] / across, room[1] / up)
    matrix = pypdfium2.PdfMatrix().scale(wide * scale, high * scale)
    if turned:
        matrix = matrix.rotate(90).translate(0, wide * scale)
    left, bottom = ((size - part * scale) / 2 for size, part in zip(A4_PT, (across, up), strict=True))
    picture.set_matrix(matrix.translate(left, bottom))
    page.insert_obj(picture)
    page.gen_content()
    page.close()
