"""The A4 driver on a bad wire and with a bad past: lost answers, old jobs, random misfortunes from a seed."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator

import pytest

from drivers.contract.commands import DocumentPrinted, PrintDocument
from drivers.contract.errors import DeviceError, DeviceFault, OutcomeUnknown
from drivers.contract.values import JobOutcome
from drivers.document_printer.jobs import plan
from drivers.document_printer.printer import IppDocumentPrinter
from drivers.document_printer.service import JobTicket, PrinterService
from kiosk.ipc import Control
from tests.wire.conftest import Twin
from tests.wire.ledger import PROBLEMS, SHEETS, D, Truth, driver_of, new_twin, run
from tests.wire.papers import pdf

BROKEN = ("garbage", "truncated", "wrong_length", "noise", "stale", "http-error")
WHEN = ("before", "middle", "after")


@pytest.fixture(scope="module")
def device() -> Iterator[Twin]:
    device = new_twin()
    yield device
    device.stop()


@pytest.fixture
def printer(device: Twin) -> IppDocumentPrinter:
    device.do("POST", "/reset")
    return driver_of(device)


def out(device: Twin) -> list[tuple[int, ...]]:
    return [tuple(sheet["pages"]) for sheet in device.do("GET", "/out")["out"]]


def empty(device: Twin) -> None:
    for tray in ("main", "second"):
        device.do("POST", "/tray", tray=tray, sheets=0)


class Disturbance:
    """Breaks the next answers, one to three, at one of the moments at which the driver tells something."""

    def __init__(self, device: Twin, dice: random.Random) -> None:
        self._device, self._fault = device, dice.choice(BROKEN)
        self._answers, self._until = dice.randint(1, 3), dice.randint(0, SHEETS)

    def __call__(self, event: object = None) -> None:
        if self._until == 0:
            self._device.do("POST", "/fault", fault=self._fault, answers=self._answers)
        self._until -= 1


def attempt(printer: IppDocumentPrinter, act: Callable[[object], None] = lambda event: None) -> DocumentPrinted | None:
    """None: it failed, and says for certain that nothing came out."""
    try:
        return run(printer, act)
    except OutcomeUnknown:
        raise
    except DeviceError:
        return None


@pytest.mark.parametrize("done", [True, False])
@pytest.mark.parametrize("operation", ["create-job", "send-document", "get-job-attributes", "get-printer-attributes"])
def test_a_lost_answer_is_followed_not_guessed(
    device: Twin, printer: IppDocumentPrinter, operation: str, done: bool
) -> None:
    device.do("POST", "/lose", operation=operation, done=done)
    printed = attempt(printer)
    if printed is None:  # nothing came out for certain: asked again, it does
        assert out(device) == []
        printed = run(printer)
    assert (printed.outcome, printed.ledger) == (JobOutcome.COMPLETED, (D,) * SHEETS)
    Truth(device, printed).agrees()


@pytest.mark.parametrize("done", [True, False])
def test_an_old_printer_s_lost_answer_is_looked_for_by_name(
    device: Twin, printer: IppDocumentPrinter, done: bool
) -> None:
    device.do("POST", "/operations", without=["create-job", "send-document", "cancel-my-jobs", "purge-jobs"])
    device.do("POST", "/lose", operation="print-job", done=done)
    if done:
        printed = run(printer)
        assert (printed.outcome, printed.ledger) == (JobOutcome.COMPLETED, (D,) * SHEETS)
        Truth(device, printed).agrees()
    else:
        with pytest.raises(OutcomeUnknown):
            run(printer)


def test_a_job_that_an_earlier_life_left_is_cancelled_before_it_can_print(
    device: Twin, printer: IppDocumentPrinter
) -> None:
    """The driver's process was killed while the printer waited for paper."""
    empty(device)
    leave_behind(device)
    fresh = driver_of(device)
    fresh.report(Control(5))
    device.do("POST", "/tray", sheets=50)
    assert fresh.print_once(PrintDocument(pdf(1)), Control(10)).sheets == 1
    assert out(device) == [(1,)]


@pytest.mark.parametrize("sheet", [1, 3, SHEETS])
def test_a_printer_that_falls_silent_in_the_middle_never_makes_certain_what_is_not(
    device: Twin, printer: IppDocumentPrinter, sheet: int
) -> None:
    """Silent, and the citizen leaves: the answer comes in its time, and says only what was seen."""
    seen: list[object] = []

    def fall_silent(event: object) -> None:
        seen.append(event)
        if len(seen) == sheet:
            device.do("POST", "/fault", fault="silent")
            control.cancel()

    control = Control(30, fall_silent)
    begun = time.monotonic()
    printed = printer.print_once(PrintDocument(pdf(3), copies=2), control)
    assert time.monotonic() - begun < 5
    assert printed.outcome is JobOutcome.UNCERTAIN
    assert printed.ledger.count(D) == sheet
    device.do("POST", "/fault", fault="none")
    Truth(device, printed).agrees()


def test_a_stuck_job_is_answered_for_before_its_deadline(device: Twin, printer: IppDocumentPrinter) -> None:
    device.do("POST", "/jam", at_sheet=2)
    control = Control(1.5)
    printed = printer.print_once(PrintDocument(pdf(3), hold_s=60), control)
    assert control.remaining_s > 0
    assert (printed.outcome, printed.reasons[0]) == (JobOutcome.CANCELLED, "deadline")


def leave_behind(device: Twin) -> None:
    """A job that nobody follows, as a killed process leaves it."""
    service = PrinterService(f"ipp://127.0.0.1:{device.port}/ipp/print")
    job = service.create(JobTicket("forgotten", plan(2, 1, False)[0]), Control(5))
    service.send(job, pdf(2), Control(5))


def test_a_queue_that_cannot_be_emptied_takes_no_new_paper(device: Twin, printer: IppDocumentPrinter) -> None:
    empty(device)
    leave_behind(device)
    device.do("POST", "/operations", without=["cancel-job", "cancel-my-jobs", "purge-jobs"])
    with pytest.raises(DeviceFault) as caught:
        run(printer)
    assert caught.value.evidence == {"queue": "1"}
    device.do("POST", "/operations", without=[])
    device.do("POST", "/tray", sheets=50)


@pytest.mark.parametrize("seed", [1, 2, 3, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(4, 40))])
def test_random_misfortunes_never_make_the_ledger_lie(device: Twin, printer: IppDocumentPrinter, seed: int) -> None:
    """A mechanical trap, and a broken answer or two somewhere on the way; each run ends, and its ledger is true."""
    dice = random.Random(seed)
    for _ in range(2):
        device.do("POST", "/reset")
        what, when = dice.choice([*PROBLEMS, "power", "power-keep", "abort", "vanish"]), dice.choice(WHEN)
        device.do("POST", "/trap", what=what, at_sheet=dice.randint(1, SHEETS), when=when)
        disturb = Disturbance(device, dice)
        disturb()
        begun = time.monotonic()
        printed = attempt(printer, disturb)
        assert time.monotonic() - begun < 15
        device.do("POST", "/plug")
        if printed is None:
            assert out(device) == []
            continue
        truth = Truth(device, printed)
        truth.agrees()
        device.do("POST", "/fault", fault="none")
        truth.nothing_more_comes(printer)
