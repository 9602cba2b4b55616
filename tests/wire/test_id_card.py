"""The ID-card driver against its virtual twin, over its wire, through every misfortune."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.contract.errors import DeviceError, DeviceFault, DeviceOffline, DeviceTimeout, NoMedia, ProtocolError
from drivers.contract.status import DeviceState
from drivers.id_card.reader import SamVReader
from drivers.transport import SerialTransport, open_transport
from kiosk.ipc import Cancelled, Control
from tests.drivers.vectors import CARDS
from tests.wire.conftest import Twin

NUMBERS = {
    "resident": "11010519491231002X",
    "hk_macau_taiwan": "810000199408230021",
    "foreigner_2017": "CAN110119810803",
    "foreigner_2023": "932682198501010017",
}
_opened: list[SamVReader] = []


@pytest.fixture(autouse=True)
def _close_drivers() -> Iterator[None]:
    yield
    while _opened:
        _opened.pop().close()


def driver(device: Twin) -> SamVReader:
    _opened.append(SamVReader(open_transport(f"socket://127.0.0.1:{device.port}")))
    return _opened[-1]


@pytest.mark.parametrize("layout", CARDS)
def test_a_card_of_every_layout_is_read(twin: Callable[..., Twin], layout: str) -> None:
    device = twin("id_card", "--port", "0")
    device.do("POST", "/card", text_block=CARDS[layout].hex())
    card = driver(device).read(Control(5))
    assert card.layout == layout
    assert card.sam_id == "05.03-20230518-0001234567-0987654321"


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
    sam_v = SamVReader(SerialTransport(device.port), probe_bauds=True)
    _opened.append(sam_v)
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
