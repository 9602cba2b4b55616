"""A certificate's data → PDF/A with embedded fonts. A glyph that no font has is an error, never a gap."""

from __future__ import annotations

import datetime
import io
import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import segno
import typst

STANDARD: Literal["a-2b"] = "a-2b"
_ZONE = datetime.timezone(datetime.timedelta(hours=8))


class TypesetError(Exception):
    """The certificate cannot be typeset; the message says why (for example, a glyph is missing)."""


class Typesetter:
    """Compiles the templates of one folder; the compiler is kept, which makes a page a matter of milliseconds.

    It is made for the first page: it reads all fonts, which is half of the centre's start.
    """

    def __init__(self, templates: Path) -> None:
        self._templates = templates
        self._compiler: typst.Compiler | None = None
        self._lock = threading.Lock()

    def pdf(self, template: str, data: Mapping[str, Any], at: datetime.datetime) -> bytes:
        """Typeset `data` with `template`.typ; TypesetError when it cannot be done faithfully."""
        text = json.dumps(data, ensure_ascii=False)
        with self._lock:
            self._compiler = self._compiler or typst.Compiler(root=str(self._templates))
            try:
                done = self._compiler.compile(
                    input=str(self._templates / f"{template}.typ"),
                    format="pdf",
                    sys_inputs={"data": text},
                    pdf_standards=[STANDARD],
                    timestamp=at.replace(microsecond=0, tzinfo=_ZONE),
                )
            except typst.TypstError as error:
                raise TypesetError(error.message) from error
        assert isinstance(done, bytes)
        return done


def qr_svg(text: str) -> str:
    """A QR code as an SVG picture."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", border=1, xmldecl=False, svgns=True, dark="#1a1a1a")
    return out.getvalue().decode()
