"""The chip's photo through a maker's library: one that works, and every way in which one may not."""

from __future__ import annotations

import io
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from drivers.build import build_driver, read_device_config
from drivers.contract.commands import ReadIdCard
from drivers.contract.status import DeviceRole
from drivers.contract.values import IdCard
from drivers.id_card.photo import HEIGHT, WIDTH, WITHIN_S, PhotoDecoder
from kiosk.ipc import Cancelled, Control, DeadlineExceeded
from tests.drivers.vectors import RESIDENT
from tests.wire.conftest import Twin

LIBRARY = """
#include <string.h>
#include <stdlib.h>
#include <unistd.h>
#include <stdio.h>
int unpack(unsigned char *wlt, unsigned char *out, int size) {
    for (int i = 0; i < 102 * 126; i++) { out[3*i] = wlt[0]; out[3*i+1] = i < 102 ? 255 : 0; out[3*i+2] = 40; }
    return 1;
}
int hangs(unsigned char *wlt, unsigned char *out, int size) { for (;;) pause(); }
int crashes(unsigned char *wlt, unsigned char *out, int size) { return *(volatile int *)0; }
int nothing(unsigned char *wlt, unsigned char *out, int size) { return 0; }
int too_much(unsigned char *wlt, unsigned char *out, int size) { memset(out, 7, 90000); return 1; }
int quits(unsigned char *wlt, unsigned char *out, int size) { exit(0); }
int floods(unsigned char *wlt, unsigned char *out, int size) { for (;;) puts("noise"); }
int prints(unsigned char *wlt, unsigned char *out, int size) { puts("hello"); return unpack(wlt, out, size); }
int eats(unsigned char *wlt, unsigned char *out, int size) { for (;;) memset(malloc(1 << 24), 1, 1 << 24); }
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wlt")
    (folder / "wlt.c").write_text(LIBRARY)
    made = folder / "libwlt.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-w", "-o", str(made), str(folder / "wlt.c")], check=True, timeout=60)
    return made


def test_a_picture_of_the_right_size_comes_out_the_right_way_up(library: Path) -> None:
    png = PhotoDecoder(library).decode(bytes([200]) + bytes(1023), Control(10))
    picture = Image.open(io.BytesIO(png))
    assert picture.size == (WIDTH, HEIGHT)
    assert picture.getpixel((0, 0)) == (40, 0, 200)
    assert picture.getpixel((0, HEIGHT - 1)) == (40, 255, 200)  # the library's first row is the lowest


@pytest.mark.parametrize(
    ("function", "words"),
    [
        ("hangs", "hung"),
        ("crashes", "crashed"),
        ("nothing", "wrote nothing"),
        ("too_much", "beyond the picture"),
        ("quits", "no picture"),
        ("eats", "photo library"),
        ("floods", "photo library"),
        ("absent", "absent"),
    ],
)
def test_a_library_that_fails_costs_the_picture_and_is_named(library: Path, function: str, words: str) -> None:
    decoder = PhotoDecoder(library, function)
    started = time.monotonic()
    assert decoder.decode(bytes(1024), Control(10)) == b""
    assert words in decoder.trouble
    assert time.monotonic() - started < WITHIN_S + 1.5


def test_a_library_that_is_not_there_is_named() -> None:
    decoder = PhotoDecoder(Path("/nonexistent/libwlt.so"))
    assert decoder.decode(bytes(1024), Control(10)) == b""
    assert "libwlt.so" in decoder.trouble


def test_the_owner_s_deadline_ends_a_library_that_hangs(library: Path) -> None:
    started = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        PhotoDecoder(library, "hangs").decode(bytes(1024), Control(0.5))
    assert time.monotonic() - started < 0.8


def test_a_library_that_prints_does_not_spoil_the_picture(library: Path) -> None:
    decoder = PhotoDecoder(library, "prints")
    assert Image.open(io.BytesIO(decoder.decode(bytes(1024), Control(10)))).size == (WIDTH, HEIGHT)


def test_a_library_that_hangs_is_left_as_soon_as_the_citizen_gives_up(library: Path) -> None:
    control = Control(10)
    given_up: list[float] = []
    timer = threading.Timer(0.3, lambda: (given_up.append(time.monotonic()), control.cancel()))
    timer.start()
    with pytest.raises(Cancelled):
        PhotoDecoder(library, "hangs").decode(bytes(1024), control)
    assert time.monotonic() - given_up[0] < 0.5
    timer.join()


@pytest.mark.parametrize(("function", "has_photo"), [("unpack", True), ("crashes", False)])
def test_a_card_is_read_with_its_picture_or_without(
    twin: Callable[..., Twin], library: Path, function: str, has_photo: bool
) -> None:
    device = twin("id_card", "--port", "0")
    device.do("POST", "/card", text_block=RESIDENT.hex(), photo=(b"\x11" * 1024).hex())
    table = {"driver": "sam_v", "port": f"socket://127.0.0.1:{device.port}"}
    table |= {"photo_library": str(library), "photo_function": function}
    reader = build_driver(DeviceRole.ID_CARD, read_device_config(DeviceRole.ID_CARD, table), Path())
    try:
        card = reader.execute(ReadIdCard(), Control(10))
        assert isinstance(card, IdCard)
        assert bool(card.photo) is has_photo
        assert reader.self_test(Control(10)).passed is has_photo
        assert ("crashed" in reader.report(Control(5)).hint) is not has_photo
    finally:
        reader.close()
