"""The slip in the mouth of a kiosk printer; changes told at once; every transport; what a technician sees."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from drivers.contract.driver import Watching
from drivers.contract.errors import DeviceOffline, DeviceTimeout, MediaNotTaken, OutcomeUnknown
from drivers.contract.status import DeviceReport, DeviceState, MediaState, SupplyState
from drivers.receipt_printer.printer import EscposReceiptPrinter
from drivers.transport import open_transport
from drivers.transport.usb import UsbTransport, read_address
from kiosk.ipc import Cancelled, Control
from tests.wire.conftest import Twin
from tests.wire.receipts import LINES, SLIP, Machines, build
from tests.wire.usbip_backend import UsbIpBackend

KIOSK_PRINTERS = ("snbc", "custom")
AT_ONCE_S = 1.5
Printers = Callable[..., EscposReceiptPrinter]


@pytest.fixture(scope="module")
def machines() -> Iterator[Machines]:
    pool = Machines()
    yield pool
    pool.stop()


@pytest.fixture
def printer(tmp_path: Path) -> Iterator[Printers]:
    opened: list[EscposReceiptPrinter] = []

    def make(device: Twin, family: str = "escpos", **settings: Any) -> EscposReceiptPrinter:
        opened.append(build(family, device, tmp_path, **settings))
        return opened[-1]

    yield make
    for driver in opened:
        driver.close()


@pytest.mark.parametrize("family", KIOSK_PRINTERS)
def test_the_next_slip_waits_until_the_last_is_taken(machines: Machines, printer: Printers, family: str) -> None:
    device = machines("--family", family)
    driver = printer(device, family)
    printed = driver.print_once(SLIP, Control(10))
    assert printed.before.media is MediaState.NOT_PRESENT
    assert printed.after.media is MediaState.PRESENT
    assert printed.after.usable  # it works; it is the citizen who has not taken her slip
    with pytest.raises(MediaNotTaken):
        driver.print_once(SLIP, Control(10))
    assert device.do("GET", "/")["slips"] == 1
    device.do("POST", "/take")
    assert driver.report(Control(5)).media is MediaState.NOT_PRESENT
    driver.print_once(SLIP, Control(10))
    assert device.do("GET", "/")["slips"] == 2


@pytest.mark.parametrize("family", KIOSK_PRINTERS)
def test_a_slip_that_was_pulled_back_is_told_from_one_that_was_taken(
    machines: Machines, printer: Printers, family: str
) -> None:
    device = machines("--family", family)
    driver = printer(device, family, retracts_after_s=1.0)
    driver.print_once(SLIP, Control(10))
    device.do("POST", "/retract")
    assert driver.report(Control(5)).media is MediaState.RETRACTED
    driver.print_once(SLIP, Control(10))  # the mouth is free
    assert driver.report(Control(5)).media is MediaState.PRESENT


@pytest.mark.parametrize("family", KIOSK_PRINTERS)
def test_a_slip_stuck_on_its_way_into_the_hand_is_not_called_printed(
    machines: Machines, printer: Printers, family: str
) -> None:
    device = machines("--family", family)
    device.fault("jam_after_print")
    with pytest.raises(OutcomeUnknown) as caught:
        printer(device, family).print_once(SLIP, Control(10))
    assert caught.value.evidence == {"cause": "jammed"}


def test_a_slip_that_is_taken_at_once_is_printed(machines: Machines, printer: Printers) -> None:
    device = machines("--family", "custom", "--speed-mm-s", "200")
    hand = threading.Timer(0.9, lambda: device.do("POST", "/take"))
    hand.start()
    printed = printer(device, "custom").print_once(SLIP, Control(10))
    hand.join()
    assert printed.after.media in {MediaState.PRESENT, MediaState.NOT_PRESENT}


def test_snbc_firmware_without_its_own_queries_is_a_plain_printer(machines: Machines, printer: Printers) -> None:
    device = machines("--family", "escpos")
    printed = printer(device, "snbc", presenter=False).print_once(SLIP, Control(10))
    assert printed.after.media is MediaState.UNKNOWN


def test_changes_are_told_at_once_while_nobody_asks(machines: Machines, printer: Printers) -> None:
    device = machines("--family", "custom")
    driver = printer(device, "custom")
    assert isinstance(driver, Watching)
    told: queue.Queue[Any] = queue.Queue()
    driver.watch(told.put)
    driver.print_once(SLIP, Control(10))
    for path, body, seen in (
        ("/take", {}, lambda report: report.media is MediaState.NOT_PRESENT),
        ("/fault", {"fault": "cover_open"}, lambda report: report.reason == "cover_open"),
        ("/fault", {"fault": "none"}, lambda report: report.usable),
        ("/paper", {"state": "near_end"}, lambda report: report.supplies["paper"] is SupplyState.LOW),
        ("/paper", {"state": "out"}, lambda report: report.reason == "paper_out"),
    ):
        device.do("POST", path, **body)
        ends = time.monotonic() + AT_ONCE_S
        while not seen(told.get(timeout=max(0.01, ends - time.monotonic()))):
            pass


def test_a_command_interrupts_the_watch_even_when_the_printer_is_slow(machines: Machines, printer: Printers) -> None:
    device = machines("--family", "custom")
    driver = printer(device, "custom")
    told: queue.Queue[Any] = queue.Queue()
    driver.watch(told.put)
    driver.report(Control(5))
    told.get(timeout=3)
    device.fault("silent")
    control = Control(30)
    cancel = threading.Timer(0.1, control.cancel)
    cancel.start()
    started = time.monotonic()
    with pytest.raises((Cancelled, DeviceTimeout)):
        driver.print_once(SLIP, control)
    assert time.monotonic() - started < 1.0
    cancel.join()


def test_a_tty_at_a_low_speed(machines: Machines, printer: Printers, tmp_path: Path) -> None:
    device = Twin("receipt_printer", "--pty", str(tmp_path / "tty"), "--baud", "38400")
    try:
        driver = printer(device, baud=38400)
        assert driver.print_once(SLIP, Control(20)).after.usable
        assert device.do("GET", "/last.json")["lines"] == LINES
        device.do("POST", "/unplug")
        with pytest.raises(DeviceOffline):
            driver.report(Control(5))
        device.do("POST", "/plug")
        assert driver.report(Control(5)).usable
        driver.close()
    finally:
        device.stop()


def test_a_usb_printer(machines: Machines) -> None:
    device = Twin("receipt_printer", "--port", "0", "--usb")
    backend = UsbIpBackend(device.port)
    driver = EscposReceiptPrinter(UsbTransport(read_address("usb://04b8:0202"), backend=backend))
    try:
        printed = driver.print_once(SLIP, Control(20))
        assert printed.after.usable
        assert device.do("GET", "/last.json")["lines"] == LINES
    finally:
        driver.close()
        backend.close()
        device.stop()


@pytest.mark.parametrize("scheme", ["tcp", "socket"])
def test_a_network_printer(machines: Machines, scheme: str) -> None:
    device = machines()
    driver = EscposReceiptPrinter(open_transport(f"{scheme}://127.0.0.1:{device.port}"))
    assert driver.print_once(SLIP, Control(10)).after.usable
    driver.close()


# self-test


def findings(driver: EscposReceiptPrinter) -> dict[str, tuple[str, bool, str]]:
    report = driver.self_test(Control(5))
    assert report.passed == all(step.passed for step in report.steps)
    return {step.tried: (step.seen, step.passed, step.advice) for step in report.steps}


def test_the_self_test_of_a_well_printer_passes_and_uses_no_paper(machines: Machines, printer: Printers) -> None:
    device = machines("--family", "custom")
    found = findings(printer(device, "custom"))
    assert all(passed for _, passed, _ in found.values())
    assert found["presenter"][0] == "not present"
    assert found["fonts for rare names"][0] == "there"
    assert device.do("GET", "/")["buffered"] == 0
    assert device.do("GET", "/")["slips"] == 0


def test_the_self_test_names_each_finding_and_what_to_do(machines: Machines, printer: Printers) -> None:
    device = machines("--family", "custom")
    driver = printer(device, "custom")
    for trouble, tried in (
        ("cover_open", "cover"),
        ("jammed", "paper path"),
        ("overheated", "print head"),
        ("unrecoverable", "electronics"),
        ("feed_button", "feed button"),
    ):
        device.fault(trouble)
        _, passed, advice = findings(driver)[tried]
        assert not passed
        assert advice
    device.fault("none")
    device.do("POST", "/paper", state="out")
    assert findings(driver)["paper"] == ("at its end", False, "put in a new roll, its end over the roller")
    device.do("POST", "/paper", state="near_end")
    assert findings(driver)["paper"][:2] == ("near its end", True)
    device.fault("silent")
    assert list(findings(driver)) == ["real-time status"]


def test_a_cutter_that_was_freed_works_again_after_the_self_test(machines: Machines, printer: Printers) -> None:
    device = machines()
    driver = printer(device)
    device.fault("cutter_error")
    assert driver.report(Control(5)).state is DeviceState.HARDWARE_ERROR
    assert findings(driver)["cutter"][1]
    assert isinstance(driver.report(Control(5)), DeviceReport)
    assert driver.report(Control(5)).usable
