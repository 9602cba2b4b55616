"""The chip's photo (WLT), decoded by a library that the reader's maker supplies: there is no open decoder.

    PhotoDecoder                              in the driver: one child process a picture, with a deadline
    python -m drivers.id_card.photo LIB FUNC  the child: 1024 bytes in, a PNG out

A closed library may crash, hang or write where it should not, so it never runs in the driver itself. Whatever happens,
the card is read; only its picture is missing then. Makers' functions take the block, a buffer for 102 by 126 pixels
BGR (or a BMP of them), and a number; rows come bottom up.
"""

from __future__ import annotations

import ctypes
import io
import resource
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.ipc import Control, DeadlineExceeded

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
    """Decodes by `function` of `library`. `trouble` says for a technician why the last picture failed."""

    library: Path
    function: str = "unpack"
    trouble: str = field(default="", init=False)

    def decode(self, wlt: bytes, control: Control) -> bytes:
        """The picture as PNG; empty when it cannot be had. Raises Cancelled and DeadlineExceeded only."""
        self.trouble = ""
        command = [sys.executable, "-m", "drivers.id_card.photo", str(self.library), self.function]
        within_s = min(WITHIN_S, control.remaining_s)
        try:
            done = subprocess.run(command, input=wlt, capture_output=True, timeout=within_s, check=False)
        except subprocess.TimeoutExpired:
            if not control.remaining_s:
                raise DeadlineExceeded from None
            self.trouble = f"the photo library hung for {WITHIN_S:.0f} s"
            return b""
        if done.returncode < 0:
            self.trouble = f"the photo library crashed (signal {-done.returncode})"
        elif done.returncode or not done.stdout.startswith(_PNG) or len(done.stdout) > PNG_LIMIT_BYTES:
            words = done.stderr.decode("utf-8", "replace").strip().splitlines()
            self.trouble = f"the photo library gave no picture: {words[-1][:120] if words else done.returncode}"
        return b"" if self.trouble else done.stdout


def main() -> int:
    """The child: decode one block from standard input."""
    library, function = sys.argv[1:3]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold the picture
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (2, 2))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it has nothing to write
    wlt = sys.stdin.buffer.read(WLT_BYTES)
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
    sys.stdout.buffer.write(_png(written))
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
