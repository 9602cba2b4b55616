"""Every misfortune of a receipt printer before, during and after the print: what is said, and what comes out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.contract.errors import (
    CoverOpen,
    DeviceError,
    DeviceFault,
    DeviceOffline,
    DeviceTimeout,
    MediaJammed,
    OutcomeUnknown,
    PaperOut,
    ProtocolError,
)
from drivers.contract.status import DeviceState, SupplyState
from drivers.contract.values import CutBlock, Receipt, TextBlock
from drivers.receipt_printer.printer import EscposReceiptPrinter
from kiosk.ipc import Cancelled, Control
from tests.wire.conftest import Twin
from tests.wire.receipts import FAMILIES, LINES, SLIP, Machines, build

HELD_S = 0.2


@pytest.fixture(scope="module")
def machines() -> Iterator[Machines]:
    pool = Machines()
    yield pool
    pool.stop()


@pytest.fixture
def printer(tmp_path: Path) -> Iterator[Callable[..., EscposReceiptPrinter]]:
    opened: list[EscposReceiptPrinter] = []

    def make(device: Twin, family: str = "escpos", **settings: object) -> EscposReceiptPrinter:
        opened.append(build(family, device, tmp_path, **settings))
        return opened[-1]

    yield make
    for driver in opened:
        driver.close()


Printers = Callable[..., EscposReceiptPrinter]


def slips(device: Twin) -> list[list[str]]:
    return [slip["lines"] for slip in device.do("GET", "/list")["slips"]]


# before the print

TROUBLES: dict[str, type[DeviceError]] = {
    "cover_open": CoverOpen,
    "cutter_error": MediaJammed,
    "overheated": DeviceFault,
    "unrecoverable": DeviceFault,
    "feed_button": DeviceFault,
    "jammed": MediaJammed,
}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_trouble_before_the_print_is_named_and_nothing_comes_out(
    machines: Machines, printer: Printers, family: str
) -> None:
    device = machines("--family", family)
    driver = printer(device, family)
    for trouble, error in TROUBLES.items():
        device.fault(trouble)
        expected = DeviceFault if (family, trouble) == ("escpos", "jammed") else error
        with pytest.raises(expected):
            driver.print_once(SLIP, Control(5))
        assert not driver.report(Control(5)).usable
    device.fault("none")
    assert device.do("GET", "/")["slips"] == 0
    driver.print_once(SLIP, Control(10))
    assert slips(device) == [LINES]


@pytest.mark.parametrize("family", FAMILIES)
def test_no_paper_and_little_paper_are_told_apart(machines: Machines, printer: Printers, family: str) -> None:
    device = machines("--family", family)
    driver = printer(device, family)
    device.do("POST", "/paper", state="out")
    with pytest.raises(PaperOut):
        driver.print_once(SLIP, Control(5))
    device.do("POST", "/paper", state="near_end")
    assert driver.report(Control(5)).supplies == {"paper": SupplyState.LOW}
    device.do("POST", "/paper", state="ok")
    assert driver.report(Control(5)).supplies == {"paper": SupplyState.FULL}


WIRE_BEFORE: dict[str, type[DeviceError] | None] = {
    "silent": DeviceTimeout,
    "slow": DeviceTimeout,
    "garbage": ProtocolError,
    "bad_checksum": ProtocolError,  # fixed bits broken: no word of the protocol
    "vanish": DeviceOffline,
    "byte_at_a_time": None,
    "truncated": None,  # a byte cannot be cut short
    "wrong_length": None,
    "noise": None,
    "stale": None,
}


@pytest.mark.parametrize("fault", WIRE_BEFORE)
def test_a_bad_wire_before_the_print_is_an_error_or_is_overcome(
    machines: Machines, printer: Printers, fault: str
) -> None:
    device = machines()
    driver = printer(device)
    device.fault(fault)
    started, error = time.monotonic(), WIRE_BEFORE[fault]
    if error is None:
        assert driver.report(Control(5)).usable
    else:
        with pytest.raises(error):
            driver.print_once(SLIP, Control(5))
        assert time.monotonic() - started < 2
        driver.close()  # as the host does
        assert device.do("GET", "/")["slips"] == 0
    device.fault("none")
    _until(lambda: device.do("GET", "/")["plugged"])
    driver.print_once(SLIP, Control(10))
    assert slips(device) == [LINES]


@pytest.mark.parametrize("fault", ["silent", "garbage", "truncated", "bad_checksum"])
@pytest.mark.parametrize("family", ["snbc", "custom"])
def test_other_families_do_not_believe_a_broken_answer(
    machines: Machines, printer: Printers, family: str, fault: str
) -> None:
    device = machines("--family", family)
    driver = printer(device, family)
    device.fault(fault)
    if (family, fault) != ("snbc", "truncated"):
        with pytest.raises(DeviceError):
            driver.print_once(SLIP, Control(5))
        assert device.do("GET", "/")["slips"] == 0


def test_a_status_that_contradicts_itself_is_asked_again(machines: Machines, printer: Printers) -> None:
    device = machines()
    driver = printer(device)
    device.fault("inconsistent")
    with pytest.raises(DeviceFault, match="does not say why"):
        driver.print_once(SLIP, Control(5))
    device.fault("none")
    assert driver.report(Control(5)).usable


def test_an_answer_is_used_as_soon_as_it_is_there(machines: Machines, printer: Printers) -> None:
    """python-escpos takes a second for each byte; ten reports of four answers must not cost one time-out."""
    driver = printer(machines())
    driver.report(Control(5))
    started = time.monotonic()
    for _ in range(10):
        driver.report(Control(5))
    assert time.monotonic() - started < 0.5


# during the print

DURING = {
    "cover_open": "cover_open",
    "cutter_error": "jammed",
    "unrecoverable": "fault",
    "jammed": "jammed",
    "silent": "timeout",
    "garbage": "protocol",
    "bad_checksum": "protocol",
    "vanish": "offline",
}


@pytest.mark.parametrize(("fault", "cause"), DURING.items())
def test_a_misfortune_in_the_middle_is_unknown_and_the_rest_never_comes_out(
    machines: Machines, printer: Printers, fault: str, cause: str
) -> None:
    device = machines("--family", "custom", "--speed-mm-s", "800")
    driver = printer(device, "custom")
    device.do("POST", "/fault", fault=fault, after_mm=10)
    with pytest.raises(OutcomeUnknown) as caught:
        driver.print_once(SLIP, Control(15))
    assert caught.value.evidence["cause"] == cause
    driver.close()  # as the host does
    _until(lambda: not device.do("GET", "/")["buffered"])  # cleared, or printed by a machine that nobody hears
    device.fault("none")
    _until(lambda: device.do("GET", "/")["plugged"])
    whole = device.do("GET", "/")["slips"]
    assert whole == 0 or fault in {"silent", "garbage", "bad_checksum", "vanish"}
    device.do("POST", "/take")
    driver.print_once(SLIP, Control(15))
    assert slips(device)[-1] == LINES
    torn = slips(device)[whole:-1]
    assert all(lines != LINES for lines in torn)


def test_a_hot_head_cools_down_and_the_slip_is_finished(machines: Machines, printer: Printers) -> None:
    device = machines("--speed-mm-s", "800")
    device.do("POST", "/fault", fault="overheated", after_mm=10)
    driver = printer(device)
    cool = threading.Timer(1.0, lambda: device.fault("none"))
    cool.start()
    assert driver.print_once(SLIP, Control(15)).after.usable
    cool.join()
    assert slips(device) == [LINES]


@pytest.mark.parametrize("automatic", [True, False])
def test_paper_that_ends_in_the_middle_is_named_whichever_way_the_printer_tells(
    machines: Machines, printer: Printers, automatic: bool
) -> None:
    device = machines()
    driver = printer(device, automatic_status=automatic)
    device.do("POST", "/paper", state="ok", left_mm=8)
    with pytest.raises(OutcomeUnknown) as caught:
        driver.print_once(SLIP, Control(10))
    assert caught.value.evidence == {"cause": "paper_out"}
    assert driver.report(Control(5)).supplies == {"paper": SupplyState.OUT}
    device.do("POST", "/paper", state="ok")
    assert device.do("GET", "/")["slips"] == 0
    driver.print_once(SLIP, Control(10))
    assert slips(device)[-1] == LINES
    assert slips(device)[0] != LINES  # the torn one, cut off before the next began


def test_paper_near_its_end_in_the_middle_finishes_the_slip_and_is_told(machines: Machines, printer: Printers) -> None:
    device = machines()
    device.do("POST", "/paper", state="ok", left_mm=200, near_mm=190)
    printed = printer(device).print_once(SLIP, Control(10))
    assert printed.before.supplies == {"paper": SupplyState.FULL}
    assert printed.after.supplies == {"paper": SupplyState.LOW}


def test_near_end_then_end_within_one_slip(machines: Machines, printer: Printers) -> None:
    device = machines("--speed-mm-s", "200")
    device.do("POST", "/paper", state="ok", left_mm=20, near_mm=15)
    with pytest.raises(OutcomeUnknown) as caught:
        printer(device).print_once(SLIP, Control(10))
    assert caught.value.evidence == {"cause": "paper_out"}


@pytest.mark.parametrize("how", ["/unplug", "/power"])
def test_a_cable_or_a_plug_pulled_in_the_middle_is_unknown_and_what_waited_is_lost(
    machines: Machines, printer: Printers, how: str
) -> None:
    device = machines("--speed-mm-s", "60")
    driver = printer(device)
    if how == "/unplug":
        device.do("POST", "/unplug", after_mm=10)
    else:
        threading.Timer(0.4, lambda: device.do("POST", "/power")).start()
    with pytest.raises(OutcomeUnknown) as caught:
        driver.print_once(SLIP, Control(15))
    assert caught.value.evidence == {"cause": "offline"}
    device.do("POST", "/plug")
    driver.close()
    driver.print_once(SLIP, Control(15))
    assert slips(device)[-1] == LINES


def test_a_slip_that_is_cancelled_in_the_middle_stops_at_once_and_is_unknown(
    machines: Machines, printer: Printers
) -> None:
    device = machines("--speed-mm-s", "20")
    driver, control = printer(device), Control(30)
    stop = threading.Timer(0.5, control.cancel)
    stop.start()
    with pytest.raises(OutcomeUnknown) as caught:
        driver.print_once(SLIP, control)
    since_s = time.monotonic()
    assert caught.value.evidence == {"cause": "Cancelled"}
    stop.join()
    assert time.monotonic() - since_s < 1
    _until(lambda: not device.do("GET", "/")["buffered"])
    assert device.do("GET", "/")["slips"] == 0


def test_a_deadline_in_the_middle_is_kept(machines: Machines, printer: Printers) -> None:
    driver = printer(machines("--speed-mm-s", "5"))
    driver.report(Control(5))
    started = time.monotonic()
    with pytest.raises(OutcomeUnknown) as caught:
        driver.print_once(SLIP, Control(1.0))
    assert caught.value.evidence == {"cause": "DeadlineExceeded"}
    assert time.monotonic() - started < 1.0 + HELD_S + 0.3


def test_a_command_cancelled_before_it_began_prints_nothing(machines: Machines, printer: Printers) -> None:
    device = machines()
    control = Control(5)
    control.cancel()
    with pytest.raises(Cancelled):
        printer(device).print_once(SLIP, control)
    assert device.do("GET", "/")["slips"] == 0


def test_a_full_buffer_only_slows_the_slip_down(machines: Machines, printer: Printers) -> None:
    device = machines("--buffer", "64", "--speed-mm-s", "300")
    printer(device).print_once(SLIP, Control(15))
    assert slips(device) == [LINES]


def test_a_driver_killed_in_the_middle_leaves_word_and_the_torn_slip_is_cut_off(
    machines: Machines, printer: Printers, tmp_path: Path
) -> None:
    device = machines()
    device.do("POST", "/paper", state="ok", left_mm=8)
    with pytest.raises(OutcomeUnknown):
        printer(device).print_once(SLIP, Control(10))
    assert (tmp_path / "receipt.torn").exists()
    device.do("POST", "/paper", state="ok")
    another = printer(device)  # what the supervisor starts next
    another.print_once(SLIP, Control(10))
    assert not (tmp_path / "receipt.torn").exists()
    assert slips(device)[-1] == LINES
    assert len(slips(device)) == 2


# after the print


@pytest.mark.parametrize("family", FAMILIES)
def test_a_printer_that_falls_silent_after_the_confirmation_has_printed(
    machines: Machines, printer: Printers, family: str
) -> None:
    device = machines("--family", family)
    device.fault("silent_after_print")
    printed = printer(device, family).print_once(SLIP, Control(10))
    assert printed.before.usable
    assert (printed.after.state, printed.after.reason) == (DeviceState.OFFLINE, "timeout")
    assert slips(device) == [LINES]


def test_a_cover_opened_after_the_print_does_not_unprint_it(machines: Machines, printer: Printers) -> None:
    device = machines()
    driver = printer(device)
    driver.print_once(SLIP, Control(10))
    device.fault("cover_open")
    report = driver.report(Control(5))
    assert (report.state, report.reason) == (DeviceState.USER_ERROR, "cover_open")


def test_random_wire_faults_from_a_seed_end_in_an_answer_in_time(machines: Machines, printer: Printers) -> None:
    device = machines()
    driver = printer(device)
    device.do("POST", "/seed", seed=20260301, rate=0.3)
    for _ in range(12):
        started = time.monotonic()
        try:
            driver.report(Control(2))
        except DeviceError:
            driver.close()
        assert time.monotonic() - started < 2.2
    device.do("POST", "/seed", seed=1, rate=0)
    _until(lambda: device.do("GET", "/")["plugged"])
    driver.print_once(SLIP, Control(10))


def _until(true: Callable[[], object], within_s: float = 5.0) -> None:
    pause = threading.Event()
    ends = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < ends
        pause.wait(0.02)


def test_a_printer_that_never_confirms_is_not_waited_for_without_end(
    machines: Machines, printer: Printers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Firmware without GS r: the slip came out, but nobody can say so."""
    monkeypatch.setattr("drivers.receipt_printer.printer.UNCONFIRMED_S", 0.5)
    monkeypatch.setattr("drivers.receipt_printer.commands.IN_ORDER_QUERY", b"\x1bt\x00")
    device = machines()
    with pytest.raises(OutcomeUnknown) as caught:
        printer(device).print_once(SLIP, Control(10))
    assert caught.value.evidence == {"cause": "timeout"}


def test_a_small_buffer_never_holds_what_would_come_out_after_a_refill(machines: Machines, printer: Printers) -> None:
    """At most two portions are in the printer at any time, so that the order to forget them is always heard."""
    device = machines("--buffer", "4096")
    long = Receipt((*(TextBlock(f"第{number}行：张㛃的办件回执") for number in range(60)), CutBlock()))
    device.do("POST", "/paper", state="ok", left_mm=60)
    driver = printer(device)
    with pytest.raises(OutcomeUnknown) as caught:
        driver.print_once(long, Control(10))
    assert caught.value.evidence == {"cause": "paper_out"}
    _until(lambda: not device.do("GET", "/")["buffered"])
    device.do("POST", "/paper", state="ok")
    assert device.do("GET", "/")["slips"] == 0
    driver.print_once(SLIP, Control(10))
    assert slips(device)[-1] == LINES


def test_a_stale_answer_does_not_confirm_a_slip_that_ran_out_of_paper(machines: Machines, printer: Printers) -> None:
    """Seed 7 of the random faults: each answer came with its predecessor, just as the paper ended before the cut."""
    device = machines()
    driver = printer(device)
    device.do("POST", "/fault", fault="stale", after_mm=1)
    device.do("POST", "/paper", state="ok", left_mm=49.28, near_mm=10)
    with pytest.raises(OutcomeUnknown) as caught:
        driver.print_once(SLIP, Control(10))
    assert caught.value.evidence == {"cause": "paper_out"}
    assert device.do("GET", "/")["slips"] == 0
