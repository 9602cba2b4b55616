"""The ID-card driver against its virtual twin, over its wire, through every misfortune."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from drivers.contract.errors import (
    DeviceError,
    DeviceFault,
    DeviceOffline,
    DeviceTimeout,
    InvalidMedia,
    NoMedia,
    ProtocolError,
)
from drivers.contract.status import DeviceState
from drivers.id_card import status
from drivers.id_card.four_pipes import FourPipeTransport
from drivers.id_card.multi_card import MultiCardModule
from drivers.id_card.reader import IdCardReader
from drivers.id_card.sam_v import SamVModule, SamVOptions
from drivers.transport import SerialTransport, open_transport
from drivers.transport.usb import read_address
from kiosk.ipc import Cancelled, Control
from tests.drivers.vectors import CARDS
from tests.wire.conftest import Twin
from tests.wire.usbip_backend import UsbIpBackend

NUMBERS = {
    "resident": "11010519491231002X",
    "hk_macau_taiwan": "810000199408230021",
    "foreigner_2017": "CAN110119810803",
    "foreigner_2023": "932682198501010017",
}
SAM_ID = "05.03-20230518-0001234567-0987654321"
_opened: list[IdCardReader] = []


@pytest.fixture(autouse=True)
def _close_drivers() -> Iterator[None]:
    yield
    while _opened:
        _opened.pop().close()


def opened(module: SamVModule | MultiCardModule) -> IdCardReader:
    _opened.append(IdCardReader(module))
    return _opened[-1]


def driver(device: Twin) -> IdCardReader:
    return opened(SamVModule(open_transport(f"socket://127.0.0.1:{device.port}")))


@dataclass
class Flavour:
    """One family on its wire, with a card on it."""

    device: Twin
    reader: IdCardReader
    has_sam_id: bool = True


@pytest.fixture(params=["sam_v socket", "sam_v tty", "sam_v usb", "multi_card socket"])
def flavour(request: pytest.FixtureRequest, twin: Callable[..., Twin], tmp_path: Path) -> Iterator[Flavour]:
    """Every family on every kind of wire."""
    family, wire = request.param.split()
    options = {"socket": ["--port", "0"], "tty": ["--pty", str(tmp_path / "tty")], "usb": ["--port", "0", "--usb"]}
    device = twin("id_card", "--family", family, *options[wire])
    device.do("POST", "/card", text_block=CARDS["resident"].hex())
    backend = UsbIpBackend(device.port) if wire == "usb" else None
    if backend is not None:
        module: SamVModule | MultiCardModule = SamVModule(FourPipeTransport(read_address("usb://0400:c35a"), backend))
    elif family == "multi_card":
        module = MultiCardModule(open_transport(f"socket://127.0.0.1:{device.port}"))
    else:
        url = device.port if wire == "tty" else f"socket://127.0.0.1:{device.port}"
        module = SamVModule(open_transport(str(url)))
    yield Flavour(device, opened(module), family == "sam_v")
    if backend is not None:
        backend.close()


def test_a_card_is_read_by_every_family_on_every_wire(flavour: Flavour) -> None:
    card = flavour.reader.read(Control(8))
    assert (card.name, card.number) == ("测试甲", NUMBERS["resident"])
    assert card.sam_id == (SAM_ID if flavour.has_sam_id else "")
    assert flavour.reader.self_test(Control(5)).passed


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("silent", DeviceTimeout),
        ("garbage", ProtocolError),
        ("bad_checksum", ProtocolError),
        ("truncated", ProtocolError),
        ("wrong_length", ProtocolError),
        ("sam_failed", DeviceFault),
    ],
)
def test_each_wire_fault_is_typed_for_every_family_and_passes(
    flavour: Flavour, fault: str, error: type[DeviceError]
) -> None:
    flavour.device.fault(fault)
    started = time.monotonic()
    with pytest.raises((error, DeviceTimeout)):  # over USB a broken head leaves its rest behind: silence
        flavour.reader.read(Control(2))
    assert time.monotonic() - started < 2.2
    flavour.device.fault("none")
    assert flavour.reader.read(Control(8)).name == "测试甲"


@pytest.mark.parametrize("fault", ["noise", "stale", "byte_at_a_time"])
def test_what_can_be_lived_through_is_lived_through_by_every_family(flavour: Flavour, fault: str) -> None:
    flavour.device.fault(fault)
    for _ in range(2):  # the second time, the late answer in front is one to the card before
        flavour.device.do("POST", "/card", text_block=CARDS["resident"].hex())
        assert flavour.reader.read(Control(8)).name == "测试甲"


def test_a_late_answer_of_the_card_before_is_never_taken_for_this_card(flavour: Flavour) -> None:
    flavour.device.fault("stale")
    assert flavour.reader.read(Control(8)).name == "测试甲"
    flavour.device.do("POST", "/card", text_block=CARDS["hk_macau_taiwan"].hex())
    assert flavour.reader.read(Control(8)).number == NUMBERS["hk_macau_taiwan"]


def test_after_a_loss_the_module_is_asked_anew_who_it_is(reader: Twin) -> None:
    sam_v, asked = driver(reader), []
    for lost in (True, False, True):
        if lost:
            reader.do("POST", "/unplug")
            with pytest.raises(DeviceOffline):
                sam_v.read(Control(3))
            reader.do("POST", "/plug")
        before = reader.do("GET", "/")["asked"]
        assert sam_v.read(Control(5)).sam_id == SAM_ID
        asked.append(reader.do("GET", "/")["asked"] - before)
    assert asked[0] == asked[2] == asked[1] + 2  # its state, and its number


@pytest.mark.parametrize("wire", ["--port", "--pty"])
def test_the_twin_takes_nothing_that_is_another_s(wire: str, reader: Twin, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine")
    place = str(precious) if wire == "--pty" else str(reader.port)
    command = [sys.executable, "-m", "drivers.virtual.id_card", wire, place]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert "the wire cannot be opened" in done.stderr.splitlines()[-1]
    assert precious.read_text() == "mine"


def test_a_reader_that_is_unplugged_comes_back_for_every_family(flavour: Flavour) -> None:
    assert flavour.reader.report(Control(3)).state is DeviceState.ONLINE
    flavour.device.do("POST", "/unplug")
    with pytest.raises(DeviceOffline):
        flavour.reader.read(Control(3))
    flavour.device.do("POST", "/plug")
    assert flavour.reader.read(Control(8)).name == "测试甲"


@pytest.mark.parametrize("after", range(6))
def test_a_card_lifted_at_any_step_is_no_card_and_the_next_one_is_read(reader: Twin, after: int) -> None:
    sam_v = driver(reader)
    sam_v.report(Control(3))
    reader.do("POST", "/pull", after=after)
    outcomes = []
    for _ in range(3):
        try:
            outcomes.append(sam_v.read(Control(0.8)).name)
        except (NoMedia, InvalidMedia) as error:
            outcomes.append(error.kind)
    assert outcomes[-1] == "no_media"
    reader.do("POST", "/card", text_block=CARDS["resident"].hex())
    assert sam_v.read(Control(5)).name == "测试甲"


@pytest.mark.parametrize("code", sorted(status.MEANINGS))
def test_every_status_code_that_a_reader_can_give_is_a_typed_error(reader: Twin, code: int) -> None:
    reader.fault(f"status_{code:02x}")
    with pytest.raises(DeviceError) as caught:
        driver(reader).read(Control(0.8))
    assert caught.value.evidence["sw3"] == f"{code:02X}"


def test_a_module_that_reports_a_fault_is_reset_once_and_goes_on(reader: Twin) -> None:
    sam_v = driver(reader)
    sam_v.report(Control(3))
    reader.do("POST", "/fault", fault="status_24", answers=1)
    assert sam_v.read(Control(5)).name == "测试甲"
    assert reader.do("GET", "/")["resets"] == 1


@pytest.mark.parametrize("prints", [0, 1, 2])
def test_fingerprints_are_passed_on_unopened_and_only_when_asked_for(reader: Twin, prints: int) -> None:
    reader.do("POST", "/card", text_block=CARDS["resident"].hex(), fingerprints=prints)
    sam_v = driver(reader)
    card = sam_v.read(Control(5), with_fingerprints=True)
    assert card.fingerprints == b"".join(bytes([index + 1]) * 512 for index in range(prints))
    assert "\\x01" not in repr(card)
    assert sam_v.read(Control(5)).fingerprints == b""


@pytest.mark.parametrize("options", [SamVOptions(set_baud=57600), SamVOptions(max_rf_bytes=80)])
def test_commands_of_one_source_are_sent_only_when_the_profile_asks_for_them(
    twin: Callable[..., Twin], tmp_path: Path, options: SamVOptions
) -> None:
    device = twin("id_card", "--pty", str(tmp_path / "tty"))
    device.do("POST", "/card", text_block=CARDS["resident"].hex())
    plain, asked = opened(SamVModule(SerialTransport(device.port))), []
    for reader in (plain, opened(SamVModule(SerialTransport(device.port), options))):
        before = device.do("GET", "/")["asked"]
        assert reader.read(Control(8)).name == "测试甲"
        asked.append(device.do("GET", "/")["asked"] - before)
        reader.close()
    assert asked[1] > asked[0]


def test_the_usb_device_is_claimed_and_given_back_and_never_reset(twin: Callable[..., Twin]) -> None:
    device = twin("id_card", "--port", "0", "--usb")
    backend = UsbIpBackend(device.port)
    reader = opened(SamVModule(FourPipeTransport(read_address("usb://0400:c35a/YANSHI-0001"), backend)))
    assert reader.report(Control(5)).state is DeviceState.ONLINE
    reader.close()
    assert backend.log == ["detach", "claim", "release", "attach", "close"]
    backend.close()


def test_another_usb_device_than_the_one_that_is_meant_is_offline(twin: Callable[..., Twin]) -> None:
    device = twin("id_card", "--port", "0", "--usb")
    backend = UsbIpBackend(device.port)
    for url in ("usb://0400:c35a/OTHER", "usb://1234:5678"):
        reader = opened(SamVModule(FourPipeTransport(read_address(url), backend)))
        with pytest.raises(DeviceOffline):
            reader.report(Control(3))
    backend.close()
    with pytest.raises(ValueError, match="usb"):
        read_address("usb://0400")


@pytest.mark.parametrize("seed", range(4))
def test_a_reader_that_misbehaves_at_random_keeps_every_deadline_and_recovers(reader: Twin, seed: int) -> None:
    sam_v = driver(reader)
    reader.do("POST", "/seed", seed=seed, rate=0.5)
    for _ in range(4):
        started = time.monotonic()
        with contextlib.suppress(DeviceError):
            sam_v.read(Control(0.6))
        assert time.monotonic() - started < 0.6 + 0.2
        reader.do("POST", "/plug")
    reader.fault("none")
    assert sam_v.read(Control(8)).name == "测试甲"


@pytest.mark.parametrize("layout", CARDS)
def test_a_card_of_every_layout_is_read(twin: Callable[..., Twin], layout: str) -> None:
    device = twin("id_card", "--port", "0")
    device.do("POST", "/card", text_block=CARDS[layout].hex())
    card = driver(device).read(Control(5))
    assert card.layout == layout
    assert card.sam_id == SAM_ID


def test_the_newest_address_takes_the_place_of_the_printed_one(reader: Twin) -> None:
    address = "广东省广州市天河区测试大道99号"
    reader.do(
        "POST", "/card", text_block=CARDS["resident"].hex(), address=(address.ljust(35)).encode("utf-16-le").hex()
    )
    assert driver(reader).read(Control(5)).address == address


def test_a_card_that_was_read_is_read_again_without_being_lifted(reader: Twin) -> None:
    sam_v = driver(reader)
    assert sam_v.read(Control(5)) == sam_v.read(Control(5))


def test_nobody_s_card_is_no_media(twin: Callable[..., Twin]) -> None:
    with pytest.raises(NoMedia):
        driver(twin("id_card", "--port", "0")).read(Control(0.8))


@pytest.mark.parametrize(
    ("fault", "error", "cause"),
    [
        ("silent", DeviceTimeout, None),
        ("garbage", ProtocolError, "garbage"),
        ("bad_checksum", ProtocolError, "checksum"),
        ("truncated", ProtocolError, "truncated"),
        ("wrong_length", ProtocolError, "length"),
        ("sam_failed", DeviceFault, "status"),
    ],
)
def test_each_fault_is_named(reader: Twin, fault: str, error: type[DeviceError], cause: str | None) -> None:
    reader.fault(fault)
    with pytest.raises(error) as caught:
        driver(reader).read(Control(4))
    assert caught.value.evidence.get("cause") == cause


@pytest.mark.parametrize("fault", ["noise", "stale", "byte_at_a_time"])
def test_some_faults_are_lived_through(reader: Twin, fault: str) -> None:
    reader.fault(fault)
    assert driver(reader).read(Control(8)).name == "测试甲"


def test_an_unplugged_reader_is_offline_and_comes_back_by_itself(reader: Twin) -> None:
    sam_v = driver(reader)
    assert sam_v.report(Control(3)).state is DeviceState.ONLINE
    reader.do("POST", "/unplug")
    with pytest.raises(DeviceOffline):
        sam_v.read(Control(3))
    reader.do("POST", "/plug")
    assert sam_v.read(Control(5)).name == "测试甲"


def test_waiting_for_a_card_can_be_cancelled(twin: Callable[..., Twin]) -> None:
    control = Control(60)
    threading.Timer(0.3, control.cancel).start()
    with pytest.raises(Cancelled):
        driver(twin("id_card", "--port", "0")).read(control)


def test_a_tty_that_paces_its_bytes_is_read_and_a_vanished_one_is_offline(
    twin: Callable[..., Twin], tmp_path: Path
) -> None:
    device = twin("id_card", "--pty", str(tmp_path / "tty"), "--baud", "115200")
    device.do("POST", "/card", text_block=CARDS["resident"].hex())
    sam_v = opened(SamVModule(SerialTransport(device.port), SamVOptions(probe_bauds=True)))
    assert sam_v.read(Control(8)).number == "11010519491231002X"
    device.do("POST", "/unplug")
    with pytest.raises(DeviceOffline):
        sam_v.read(Control(3))
    device.do("POST", "/plug")
    assert sam_v.read(Control(8)).number == "11010519491231002X"


def card_read(device: Twin, *options: str) -> tuple[int, dict[str, object]]:
    port = f"socket://127.0.0.1:{device.port}"
    command = [sys.executable, "-m", "kiosk", "card", "read", "--port", port, "--json", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize(("layout", "number"), NUMBERS.items())
def test_the_command_reads_every_layout(reader: Twin, layout: str, number: str) -> None:
    reader.do("POST", "/card", text_block=CARDS[layout].hex())
    status, card = card_read(reader)
    assert (status, card["layout"], card["number"]) == (0, layout, number)


def test_the_command_reads_a_card_and_leaves_absent_fields_out(reader: Twin) -> None:
    status, card = card_read(reader)
    assert status == 0
    assert card["name"] == "测试甲"
    assert card["layout"] == "resident"
    assert card["valid_to"] == "long-term"
    assert "permit_number" not in card


def test_the_command_exits_3_when_the_reader_is_silent_and_4_with_the_cause_otherwise(reader: Twin) -> None:
    reader.fault("silent")
    status, answer = card_read(reader, "--timeout-s", "1")
    assert (status, answer["error"]["kind"]) == (3, "timeout")  # type: ignore[index]  # JSON
    reader.fault("bad_checksum")
    status, answer = card_read(reader, "--timeout-s", "5")
    assert (status, answer["error"]["cause"]) == (4, "checksum")  # type: ignore[index]  # JSON
    reader.fault("sam_failed")
    status, answer = card_read(reader, "--timeout-s", "5")
    assert (status, answer["error"]["sw3"]) == (4, "60")  # type: ignore[index]  # JSON
