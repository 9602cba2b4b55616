"""The chip's photo (WLT), decoded by a library that the reader's maker supplies: there is no open decoder.

    PhotoDecoder                              in the driver: one child process a picture, with a deadline
    python -m drivers.id_card.photo LIB FUNC  the child: 1024 bytes in, a PNG out

A closed library may crash, hang or write where it should not, so it never runs in the driver itself. Whatever happens,
the card is read; only its picture is missing then. Makers' functions take the block, a buffer for 102 by 126 pixels
BGR (or a BMP of them), and a number; rows come bottom up.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import os
import resource
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from drivers.transport.stream import SLICE_S
from kiosk.ipc import Control

WLT_BYTES = 1024
WIDTH, HEIGHT = 102, 126
PIXEL_BYTES = WIDTH * HEIGHT * 3
BMP_BYTES = 54 + HEIGHT * (WIDTH * 3 + 2)
WITHIN_S = 2.0
PNG_LIMIT_BYTES = 256 * 1024
_PNG = b"\x89PNG\r\n\x1a\n"
_MEMORY_BYTES = 512 * 1024 * 1024
_ROOM_BYTES = 1024 * 1024
_UNTOUCHED = 0xA5


@dataclass
class PhotoDecoder:
    """Decodes by `function` of `maker_library`. `trouble` says for a technician why the last picture failed."""

    maker_library: Path
    function: str = "unpack"
    trouble: str = field(default="", init=False)

    def decode(self, wlt: bytes, control: Control) -> bytes:
        """The picture as PNG; empty when it cannot be had. Raises Cancelled and DeadlineExceeded only."""
        self.trouble = ""
        command = [sys.executable, "-m", "drivers.id_card.photo", str(self.maker_library), self.function]
        pipe = subprocess.PIPE
        child = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True)
        with child:
            try:
                said = _converse(child, wlt, control)
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)  # and whatever the library has started
        if said is None:
            self.trouble = f"the photo library hung for {WITHIN_S:.0f} s"
            return b""
        png, complaint = said
        if child.returncode < 0:
            self.trouble = f"the photo library crashed (signal {-child.returncode})"
        elif child.returncode or not png.startswith(_PNG) or len(png) > PNG_LIMIT_BYTES:
            words = complaint.decode("utf-8", "replace").strip().splitlines()
            self.trouble = f"the photo library gave no picture: {words[-1][:120] if words else child.returncode}"
        return b"" if self.trouble else png


def _converse(child: subprocess.Popen[bytes], wlt: bytes, control: Control) -> tuple[bytes, bytes] | None:
    """Give the block, take picture and complaint; None when the child hung. Looks at `control` all the while."""
    ends = time.monotonic() + WITHIN_S
    block: bytes | None = wlt
    while (left := ends - time.monotonic()) > 0:
        control.check()
        with contextlib.suppress(subprocess.TimeoutExpired):
            return child.communicate(block, timeout=min(SLICE_S, left, control.remaining_s))
        block = None  # the first call has it, and goes on with it
    return None


def main() -> int:
    """The child: decode one block from standard input."""
    library, function = sys.argv[1:3]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold the picture
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (2, 2))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it has nothing to write
    wlt = sys.stdin.buffer.read(WLT_BYTES)
    out = os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)  # a library that prints must neither spoil the picture nor flood the driver
    try:
        unpack = getattr(ctypes.CDLL(library), function)
    except (OSError, AttributeError) as error:
        print(error, file=sys.stderr)  # noqa: T201  # read by the parent
        return 1
    room = (ctypes.c_ubyte * _ROOM_BYTES)(*([_UNTOUCHED] * _ROOM_BYTES))
    unpack(ctypes.create_string_buffer(wlt, WLT_BYTES), room, ctypes.c_int(0))
    written = bytes(room)
    if any(byte != _UNTOUCHED for byte in written[BMP_BYTES : BMP_BYTES + 65536]):
        print("it wrote beyond the picture", file=sys.stderr)  # noqa: T201  # read by the parent
        return 1
    if all(byte == _UNTOUCHED for byte in written[:PIXEL_BYTES]):
        print("it wrote nothing", file=sys.stderr)  # noqa: T201  # read by the parent
        return 1
    with out:
        out.write(_png(written))
    return 0


def _png(written: bytes) -> bytes:
    from PIL import Image

    if written.startswith(b"BM"):
        picture = Image.open(io.BytesIO(written[:BMP_BYTES])).convert("RGB")
    else:
        raw = written[:PIXEL_BYTES]
        picture = Image.frombytes("RGB", (WIDTH, HEIGHT), raw, "raw", "BGR").transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main())
