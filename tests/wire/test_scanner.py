"""Serial code scanners against their virtual twin, over their wire, through every misfortune."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.build import build_driver, read_device_config
from drivers.contract.commands import GetReport, SelfTest
from drivers.contract.driver import Driver
from drivers.contract.errors import (
    DeviceError,
    DeviceFault,
    DeviceOffline,
    DeviceTimeout,
    NoMedia,
    ProtocolError,
    UnsupportedCommand,
)
from drivers.contract.panel import FlashRate, GuideLight, SetGuideLight
from drivers.contract.scanner import PAYLOAD_LIMIT_BYTES, ScanCode, ScannedCode
from drivers.contract.status import DeviceRole, DeviceState
from kiosk.ipc import Cancelled, Control
from tests.wire.conftest import Twin

FAMILIES = ["honeywell", "newland", "gm65", "nt0861"]
CONFIRMING = FAMILIES[1:]
_opened: list[Driver] = []


@pytest.fixture(autouse=True)
def _close_drivers() -> Iterator[None]:
    yield
    while _opened:
        _opened.pop().close()


def driver(family: str, port: str, **settings: object) -> Driver:
    table = {"driver": family, "port": port, "answer_within_s": 0.25, **settings}
    config = read_device_config(DeviceRole.SCANNER, table)
    _opened.append(build_driver(DeviceRole.SCANNER, config, Path()))
    return _opened[-1]


def on_tcp(family: str, device: Twin, **settings: object) -> Driver:
    return driver(family, f"socket://127.0.0.1:{device.port}", **settings)


def scan(scanner: Driver, within_s: float = 4) -> ScannedCode:
    code = scanner.execute(ScanCode(), Control(within_s))
    assert isinstance(code, ScannedCode)
    return code


def hold(device: Twin, payload: bytes) -> None:
    device.do("POST", "/code", payload=base64.b64encode(payload).decode())


def light_is_out(device: Twin) -> bool:
    """Asked until so: a family that confirms nothing may still be hearing the order to stop."""
    ends = time.monotonic() + 3
    while time.monotonic() < ends:
        if not device.do("GET", "/")["light"]:
            return True
    return False


@pytest.fixture(scope="module")
def shared() -> Iterator[dict[str, Twin]]:
    """One plain scanner of each family for the module: a process costs more than most of its tests."""
    devices: dict[str, Twin] = {}
    yield devices
    for device in devices.values():
        device.stop()


@pytest.fixture
def start(twin: Callable[..., Twin], shared: dict[str, Twin]) -> Callable[..., Twin]:
    """A scanner of a family, as new."""

    def start(family: str, *options: str) -> Twin:
        if options:
            return twin("scanner", "--family", family, "--port", "0", *options)
        if family not in shared:
            shared[family] = Twin("scanner", "--family", family, "--port", "0")
        shared[family].do("POST", "/reset")
        return shared[family]

    return start


@pytest.mark.parametrize("family", FAMILIES)
def test_a_code_held_in_front_is_read_and_the_light_is_out_afterwards(start: Callable[..., Twin], family: str) -> None:
    device = start(family)
    hold(device, "社保卡 电子凭证 9F2A".encode())
    assert scan(on_tcp(family, device)).payload.decode() == "社保卡 电子凭证 9F2A"
    state = device.do("GET", "/")
    assert (state["triggers"], state["codes_sent"]) == (1, 1)
    assert light_is_out(device)


def test_the_symbology_is_told_where_the_scanner_tells_it(start: Callable[..., Twin]) -> None:
    device = start("nt0861")
    hold(device, b"hello")
    assert scan(on_tcp("nt0861", device)) == ScannedCode(b"hello", "qr")
    assert scan(on_tcp("nt0861", device, symbology_letter=False)).payload == b"shello"


@pytest.mark.parametrize("family", FAMILIES)
def test_nothing_held_in_front_is_no_media_and_leaves_the_light_out(start: Callable[..., Twin], family: str) -> None:
    device = start(family)
    scanner = on_tcp(family, device)
    started = time.monotonic()
    with pytest.raises(NoMedia):
        scan(scanner, 0.3)
    assert 0.3 <= time.monotonic() - started < 0.6
    assert light_is_out(device)


@pytest.mark.parametrize("family", FAMILIES)
def test_waiting_is_cancelled_at_once_and_leaves_the_light_out(start: Callable[..., Twin], family: str) -> None:
    device = start(family)
    scanner, control = on_tcp(family, device), Control(60)
    cancelled_at = []

    def cancel() -> None:
        cancelled_at.append(time.monotonic())
        control.cancel()

    timer = threading.Timer(0.15, cancel)
    timer.start()
    with pytest.raises(Cancelled):
        scanner.execute(ScanCode(), control)
    assert time.monotonic() - cancelled_at[0] < 0.35
    timer.join()
    assert light_is_out(device)


def test_a_code_that_comes_while_the_light_is_on_is_read(start: Callable[..., Twin]) -> None:
    device = start("newland")
    scanner = on_tcp("newland", device)
    citizen = threading.Timer(0.2, hold, (device, b"later"))
    citizen.start()
    assert scan(scanner).payload == b"later"
    citizen.join()


def test_what_was_scanned_before_the_command_is_thrown_away(start: Callable[..., Twin]) -> None:
    device = start("newland", "--senses")
    scanner = on_tcp("newland", device, senses=True)
    scanner.execute(GetReport(), Control(2))
    hold(device, b"of the citizen before")
    citizen = threading.Timer(0.2, hold, (device, b"mine"))
    citizen.start()
    assert scan(scanner).payload == b"mine"
    citizen.join()
    assert device.do("GET", "/")["triggers"] == 0


@pytest.mark.parametrize(("suffix", "name"), [("0D", "cr"), ("0A", "lf"), ("0D0A", "crlf")])
def test_a_suffix_ends_the_code_and_is_not_part_of_it(start: Callable[..., Twin], suffix: str, name: str) -> None:
    device = start("gm65", "--suffix", suffix)
    hold(device, b"code")
    assert scan(on_tcp("gm65", device, suffix=name)).payload == b"code"


def test_a_code_without_the_suffix_it_should_have_broke_off(start: Callable[..., Twin]) -> None:
    device = start("newland")
    hold(device, b"code")
    with pytest.raises(ProtocolError) as caught:
        scan(on_tcp("newland", device, suffix="cr"))
    assert caught.value.evidence["cause"] == "truncated"
    assert light_is_out(device)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_code_in_two_bursts_is_one_code(start: Callable[..., Twin], family: str) -> None:
    device = start(family)
    hold(device, bytes(range(32, 127)) * 4)
    device.fault("two_bursts")
    assert scan(on_tcp(family, device, baud=9600)).payload == bytes(range(32, 127)) * 4


@pytest.mark.parametrize("family", FAMILIES)
def test_control_characters_stay_bytes(start: Callable[..., Twin], family: str) -> None:
    device = start(family)
    hold(device, b"x")
    device.fault("control_characters")
    assert scan(on_tcp(family, device)).payload == bytes(range(32)) + b"\x7f\x1b[2J\x1bOP"


@pytest.mark.parametrize("family", FAMILIES)
def test_a_code_that_is_too_long_is_refused_and_none_of_it_becomes_the_next_one(
    start: Callable[..., Twin], family: str
) -> None:
    device = start(family)
    hold(device, b"short")
    device.do("POST", "/fault", fault="too_long", answers=1)
    scanner = on_tcp(family, device)
    with pytest.raises(ProtocolError) as caught:
        scan(scanner)
    assert caught.value.evidence["cause"] == "length"
    assert light_is_out(device)
    assert scan(scanner).payload == b"short"


def test_the_longest_code_that_is_taken(start: Callable[..., Twin]) -> None:
    device = start("newland")
    hold(device, b"7" * PAYLOAD_LIMIT_BYTES)
    assert len(scan(on_tcp("newland", device)).payload) == PAYLOAD_LIMIT_BYTES


@pytest.mark.parametrize("family", CONFIRMING)
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("silent", DeviceTimeout),
        ("no_trigger_answer", DeviceTimeout),
        ("garbage", ProtocolError),
        ("truncated", ProtocolError),
        ("nak", DeviceFault),
        ("enq", DeviceFault),
        ("wrong_ack", DeviceError),
    ],
)
def test_each_fault_of_the_confirmation_is_named_and_the_light_is_put_out(
    start: Callable[..., Twin], family: str, fault: str, error: type[DeviceError]
) -> None:
    device = start(family)
    device.do("POST", "/fault", fault=fault, answers=1)
    with pytest.raises(error):
        scan(on_tcp(family, device))
    assert light_is_out(device)
    assert device.do("GET", "/")["stops"] >= 1


def test_a_confirmation_that_comes_too_late_is_none(start: Callable[..., Twin]) -> None:
    device = start("newland")
    device.do("POST", "/fault", fault="slow", answers=1)
    with pytest.raises(DeviceTimeout):
        scan(on_tcp("newland", device))
    assert light_is_out(device)


@pytest.mark.parametrize(
    ("family", "fault", "cause"),
    [
        ("gm65", "bad_checksum", "checksum"),
        ("gm65", "wrong_length", "garbage"),
        ("nt0861", "wrong_length", "checksum"),
    ],
)
def test_a_broken_confirmation_is_noticed_where_the_protocol_lets_it(
    start: Callable[..., Twin], family: str, fault: str, cause: str
) -> None:
    device = start(family)
    device.do("POST", "/fault", fault=fault, answers=1)
    with pytest.raises(ProtocolError) as caught:
        scan(on_tcp(family, device))
    assert caught.value.evidence["cause"] == cause
    assert light_is_out(device)


@pytest.mark.parametrize("family", CONFIRMING)
@pytest.mark.parametrize("fault", ["noise", "stale", "byte_at_a_time"])
def test_some_faults_are_lived_through(start: Callable[..., Twin], family: str, fault: str) -> None:
    device = start(family)
    scanner = on_tcp(family, device)
    device.fault(fault)
    scanner.execute(GetReport(), Control(3))  # leaves a late answer behind it
    hold(device, b"code")
    assert scan(scanner).payload == b"code"
    assert light_is_out(device)


@pytest.mark.parametrize("family", CONFIRMING)
def test_a_light_that_does_not_go_out_is_a_fault_in_the_report_and_does_not_cost_the_code(
    start: Callable[..., Twin], family: str
) -> None:
    device = start(family)
    scanner = on_tcp(family, device)
    device.fault("light_stuck")
    hold(device, b"code")
    assert scan(scanner).payload == b"code"
    with pytest.raises(DeviceFault):
        scanner.execute(GetReport(), Control(3))
    device.fault("none")
    scanner.execute(GetReport(), Control(3))
    assert light_is_out(device)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_scanner_unplugged_while_it_waits_is_offline_and_comes_back_by_itself(
    start: Callable[..., Twin], family: str
) -> None:
    device = start(family)
    scanner = on_tcp(family, device)
    hand = threading.Timer(0.15, device.do, ("POST", "/unplug"))
    hand.start()
    with pytest.raises(DeviceOffline):
        scan(scanner)
    hand.join()
    with pytest.raises(DeviceOffline):
        scanner.execute(GetReport(), Control(2))
    device.do("POST", "/plug")
    hold(device, b"again")
    assert scan(scanner).payload == b"again"


def test_a_tty_at_9600_is_read_and_a_vanished_one_is_offline(start: Callable[..., Twin], tmp_path: Path) -> None:
    device = start("newland", "--pty", str(tmp_path / "tty"), "--baud", "9600")
    scanner = driver("newland", device.port)
    hold(device, b"A" * 200)
    assert scan(scanner).payload == b"A" * 200
    hand = threading.Timer(0.15, device.do, ("POST", "/unplug"))
    device.do("DELETE", "/code")
    hand.start()
    with pytest.raises(DeviceOffline):
        scan(scanner)
    hand.join()
    device.do("POST", "/plug")
    hold(device, b"back")
    assert scan(scanner).payload == b"back"


def test_the_bank_module_is_spoken_to_in_even_parity(start: Callable[..., Twin]) -> None:
    device = start("nt0861", "--rfc2217", "--line", "9600 8E1")
    scanner = driver("nt0861", f"rfc2217://127.0.0.1:{device.port}")
    hold(device, b"\xff\x00\xff code")  # FF is Telnet's own
    assert scan(scanner).payload == b"\xff\x00\xff code"
    assert device.do("GET", "/")["line"] == "9600 8E1"


def test_without_its_parity_the_bank_module_is_not_understood(start: Callable[..., Twin]) -> None:
    device = start("nt0861", "--rfc2217", "--line", "9600 8E1")
    scanner = driver("nt0861", f"rfc2217://127.0.0.1:{device.port}", parity="N")
    with pytest.raises((DeviceTimeout, ProtocolError)):
        scanner.execute(GetReport(), Control(3))


def test_a_pty_cannot_do_parity_and_says_so(start: Callable[..., Twin], tmp_path: Path) -> None:
    device = start("nt0861", "--pty", str(tmp_path / "tty"))
    with pytest.raises(DeviceOffline, match="9600 8E1"):
        driver("nt0861", device.port).execute(GetReport(), Control(2))


def test_the_check_of_a_gm65_can_be_left_out(start: Callable[..., Twin]) -> None:
    device = start("gm65")
    hold(device, b"code")
    assert scan(on_tcp("gm65", device, checked=False)).payload == b"code"


@pytest.mark.parametrize("family", FAMILIES)
def test_the_self_test_says_what_was_tried_and_leaves_the_light_out(start: Callable[..., Twin], family: str) -> None:
    device = start(family)
    report = on_tcp(family, device).self_test(Control(5))
    assert report.passed
    assert [step.tried for step in report.steps] == ["answer", "version", "light on", "light off"]
    assert device.do("GET", "/")["triggers"] == 1
    assert light_is_out(device)


def test_the_self_test_tells_the_version_where_the_profile_says_how_to_ask(start: Callable[..., Twin]) -> None:
    device = start("newland")
    query = (b"\x7e\x010000#QRYFWV;\x03").hex()
    report = on_tcp("newland", device, identify=query).self_test(Control(5))
    assert "V1.02.003" in report.steps[1].seen


def test_the_self_test_of_a_silent_scanner_says_what_to_do(start: Callable[..., Twin]) -> None:
    device = start("newland")
    device.fault("silent")
    report = on_tcp("newland", device).self_test(Control(5))
    assert not report.passed
    assert "cable" in report.steps[0].advice


def test_other_commands_are_refused(start: Callable[..., Twin]) -> None:
    scanner = on_tcp("newland", start("newland"))
    for command in (SetGuideLight(GuideLight.SCANNER, FlashRate.OFF), SelfTest()):
        with pytest.raises(UnsupportedCommand):
            scanner.execute(command, Control(1))


def test_a_well_scanner_is_online(start: Callable[..., Twin]) -> None:
    assert on_tcp("gm65", start("gm65")).report(Control(2)).state is DeviceState.ONLINE


def test_random_faults_from_a_seed_never_hang_and_leave_a_scanner_that_works(start: Callable[..., Twin]) -> None:
    device = start("gm65")
    scanner = on_tcp("gm65", device)
    hold(device, b"code")
    device.do("POST", "/seed", seed=20261, rate=0.6)
    for _ in range(12):
        started = time.monotonic()
        try:
            scan(scanner, 1.5)
        except DeviceError:
            scanner.close()
        assert time.monotonic() - started < 2.2
    device.fault("none")
    ends = time.monotonic() + 5
    while time.monotonic() < ends:
        try:
            scanner.report(Control(2))
            break
        except DeviceError:  # its wire may still be away
            scanner.close()
    assert scan(scanner).payload == b"code"
    assert light_is_out(device)
