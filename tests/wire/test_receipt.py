"""The receipt driver against its virtual twin: what comes out, and what never comes out twice."""

from __future__ import annotations

import io
import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from drivers.contract.errors import (
    CoverOpen,
    DeviceError,
    DeviceFault,
    DeviceOffline,
    DeviceTimeout,
    MediaJammed,
    OutcomeUnknown,
    PaperOut,
)
from drivers.contract.status import SupplyState
from drivers.contract.values import CutBlock, QrBlock, Receipt, TextBlock
from drivers.receipt_printer.printer import EscposReceiptPrinter
from drivers.transport import open_transport
from kiosk.ipc import Control
from tests.wire.conftest import Twin

SLIP = Receipt(
    (
        TextBlock("家门口", align="centre", size=2, bold=True),
        TextBlock("姓名：张㛃　金额：￥12.00（已受理）"),
        TextBlock("编号 TH0001-000042-2"),
        QrBlock("DS1.abc"),
        CutBlock(),
    )
)


@pytest.fixture
def device(twin: Callable[..., Twin]) -> Twin:
    return twin("receipt_printer", "--port", "0")


_opened: list[EscposReceiptPrinter] = []


@pytest.fixture(autouse=True)
def _close_drivers() -> Iterator[None]:
    yield
    while _opened:
        _opened.pop().close()


def driver(device: Twin) -> EscposReceiptPrinter:
    _opened.append(EscposReceiptPrinter(open_transport(f"tcp://127.0.0.1:{device.port}")))
    return _opened[-1]


def test_text_rare_names_and_qr_come_out_as_they_went_in(device: Twin) -> None:
    printed = driver(device).print_once(SLIP, Control(10))
    assert printed.before.usable
    assert printed.after.usable
    slip = device.do("GET", "/last.json")
    assert slip["lines"] == ["家门口", "编号 TH0001-000042-2"]
    assert (slip["qr"], slip["bitmaps"]) == (["DS1.abc"], 1)
    picture = Image.open(io.BytesIO(device.do("GET", "/last.png")))
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == ["DS1.abc"]
    assert device.do("GET", "/")["unknown"] == []


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("cover_open", CoverOpen),
        ("cutter_error", MediaJammed),
        ("overheated", DeviceFault),
        ("unrecoverable", DeviceFault),
        ("silent", DeviceTimeout),
    ],
)
def test_a_fault_before_printing_prints_nothing_and_is_named(
    device: Twin, fault: str, error: type[DeviceError]
) -> None:
    device.fault(fault)
    with pytest.raises(error):
        driver(device).print_once(SLIP, Control(5))
    device.fault("none")
    assert device.do("GET", "/")["slips"] == 0


def test_no_paper_is_known_before_and_near_its_end_is_a_warning(device: Twin) -> None:
    printer = driver(device)
    device.do("POST", "/paper", state="out")
    with pytest.raises(PaperOut):
        printer.print_once(SLIP, Control(5))
    device.do("POST", "/paper", state="near_end")
    assert printer.print_once(SLIP, Control(10)).after.supplies == {"paper": SupplyState.LOW}


def test_paper_out_in_the_middle_is_unknown_and_nothing_comes_out_after_a_refill(device: Twin) -> None:
    printer = driver(device)
    device.do("POST", "/paper", state="ok", left_mm=8)
    with pytest.raises(OutcomeUnknown) as caught:
        printer.print_once(SLIP, Control(10))
    assert caught.value.evidence == {"cause": "paper_out"}
    cleared = Control(10)
    while device.do("GET", "/")["buffered"]:  # the order to forget the rest is on its way
        cleared.wait(0.02)
    device.do("POST", "/paper", state="ok")
    assert device.do("GET", "/")["slips"] == 0
    printer.print_once(SLIP, Control(10))
    slips = device.do("GET", "/list")["slips"]
    assert [slip["lines"][:1] for slip in slips] == [["家门口"], ["家门口"]]
    assert slips[0]["qr"] == []  # the torn one, cut off before the next began


def test_an_unplugged_printer_is_offline_and_comes_back(device: Twin) -> None:
    printer = driver(device)
    printer.print_once(SLIP, Control(10))
    device.do("POST", "/unplug")
    with pytest.raises(DeviceOffline):
        printer.print_once(SLIP, Control(5))
    device.do("POST", "/plug")
    printer.print_once(SLIP, Control(10))
    assert device.do("GET", "/")["slips"] == 2


def test_the_command_prints_a_file_and_shows_the_state_before_and_after(device: Twin, tmp_path: Path) -> None:
    file = tmp_path / "slip.json"
    file.write_text(
        json.dumps({"blocks": [{"text": "您好", "align": "centre", "size": 2}, {"qr": "x"}, {"cut": True}]})
    )
    command = [sys.executable, "-m", "kiosk", "receipt", "print", "--to", f"tcp://127.0.0.1:{device.port}", str(file)]
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout)) == {"before", "after"}
    assert device.do("GET", "/last.json")["lines"] == ["您好"]


def test_a_qr_code_that_cannot_be_made_stops_no_later_slip(device: Twin) -> None:
    size = (3000 + 3).to_bytes(2, "little")
    with socket.create_connection(("127.0.0.1", device.port), 5) as peer:
        peer.sendall(b"\x1d(k" + size + b"1P0" + b"x" * 3000 + b"\x1d(k\x03\x001Q0")
    driver(device).print_once(SLIP, Control(10))
    assert device.do("GET", "/last.json")["qr"] == ["DS1.abc"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("not json", "not JSON"),
        ("[]", "blocks"),
        ('{"blocks": []}', "at least one"),
        ('{"blocks": [{"text": "a"}, {"cut": false}]}', "block 2"),
        ('{"blocks": [{"text": "a", "colour": "red"}]}', "colour"),
        ('{"blocks": [{"text": "a", "size": 9}]}', "size 1 or 2"),
        ('{"blocks": [{"qr": ""}]}', "block 1"),
        ('{"blocks": ["a"]}', "block 1"),
    ],
)
def test_a_file_that_is_no_receipt_is_one_clear_line_and_status_2(tmp_path: Path, content: str, complaint: str) -> None:
    file = tmp_path / "slip.json"
    file.write_text(content)
    command = [sys.executable, "-m", "kiosk", "receipt", "print", "--to", "tcp://127.0.0.1:1", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert complaint in done.stderr
    assert done.stderr.count("\n") == 1
