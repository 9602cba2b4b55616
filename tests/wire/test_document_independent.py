"""Our driver against other people's printer and spooler, our twin against other people's client."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.contract.commands import PrintDocument, PrinterWaiting
from drivers.contract.errors import DeviceOffline
from drivers.contract.status import DeviceState
from drivers.contract.values import Evidence, JobOutcome, SheetOutcome
from drivers.document_printer.following import Pace
from drivers.document_printer.printer import IppDocumentPrinter
from drivers.document_printer.spooled import SpooledDocumentPrinter
from kiosk.ipc import Control
from tests.wire.conftest import Twin
from tests.wire.cups import EvePrinter, PrivateCups, free_port, ipptool, missing
from tests.wire.papers import pdf

IPPTOOL_FILES = Path("/usr/share/cups/ipptool")
PACE = Pace(poll_s=0.05, stall_s=0.3, give_up_s=1.0)
D, U, N = SheetOutcome.DELIVERED, SheetOutcome.UNCERTAIN, SheetOutcome.NOT_PRINTED
needs_eve = pytest.mark.skipif(bool(missing("ippeveprinter", "gcc")), reason=missing("ippeveprinter", "gcc"))
needs_ipptool = pytest.mark.skipif(bool(missing("ipptool")), reason=missing("ipptool"))
needs_cups = pytest.mark.skipif(bool(missing("cupsd", "lpadmin")), reason=missing("cupsd", "lpadmin"))


@pytest.fixture
def eve(tmp_path: Path) -> Iterator[EvePrinter]:
    printer = EvePrinter(tmp_path)
    yield printer
    printer.close()


@pytest.fixture
def device(twin: Callable[..., Twin]) -> Twin:
    return twin("document_printer", "--port", "0", "--seconds-per-sheet", "0.05")


@needs_eve
def test_ippeveprinter_gets_the_very_document_and_is_followed_to_the_end(eve: EvePrinter) -> None:
    driver = IppDocumentPrinter(eve.url, PACE)
    assert driver.report(Control(5)).state is DeviceState.ONLINE
    printed = driver.print_once(PrintDocument(pdf(2)), Control(20))
    assert (printed.outcome, printed.ledger, printed.evidence) == (JobOutcome.COMPLETED, (D, D), Evidence.DEVICE)
    assert eve.papers() == [pdf(2)]


@needs_eve
def test_a_job_is_cancelled_at_ippeveprinter_when_nobody_fills_its_tray(eve: EvePrinter) -> None:
    """It calls an empty tray a warning while it prints: only the lack of progress tells that it stands still."""
    (eve.folder / "hold").touch()
    events: list[object] = []

    def mend(event: object) -> None:
        events.append(event)

    driver = IppDocumentPrinter(eve.url, PACE)
    control = Control(20, mend)
    printed = driver.print_once(PrintDocument(pdf(2), hold_s=0.2), control)
    assert PrinterWaiting("paper_out") in events
    assert printed.sheets == 0
    (eve.folder / "hold").unlink()
    assert driver.print_once(PrintDocument(pdf(1)), Control(20)).outcome is JobOutcome.COMPLETED


@needs_eve
def test_a_failure_at_ippeveprinter_is_told_as_aborted(eve: EvePrinter) -> None:
    (eve.folder / "fail").touch()
    printed = IppDocumentPrinter(eve.url, PACE).print_once(PrintDocument(pdf(2)), Control(20))
    assert (printed.outcome, printed.sheets) == (JobOutcome.ABORTED, 0)


@needs_ipptool
@pytest.mark.parametrize(
    "suite", ["ipp-2.0.test", "get-printer-attributes.test", "get-jobs.test", "identify-printer.test"]
)
def test_ipptool_finds_no_fault_with_the_virtual_printer(device: Twin, tmp_path: Path, suite: str) -> None:
    document = tmp_path / "document-a4.pdf"
    document.write_bytes(pdf(2))
    shutil.copy(document, tmp_path / "document-letter.pdf")
    for file in IPPTOOL_FILES.glob("*.test"):
        shutil.copy(file, tmp_path)
    url = f"ipp://127.0.0.1:{device.port}/ipp/print"
    done = ipptool(url, tmp_path / suite, "-f", str(document))
    assert "[FAIL]" not in done.stdout, done.stdout
    assert "[PASS]" in done.stdout
    assert done.returncode == 0, done.stdout + done.stderr


@needs_ipptool
@pytest.mark.parametrize("suite", ["create-job.test", "print-job.test", "validate-job.test"])
def test_ipptool_prints_on_the_virtual_printer(device: Twin, tmp_path: Path, suite: str) -> None:
    document = tmp_path / "paper.pdf"
    document.write_bytes(pdf(2))
    done = ipptool(
        f"ipp://127.0.0.1:{device.port}/ipp/print",
        IPPTOOL_FILES / suite,
        "-f",
        str(document),
        "-d",
        "filetype=application/pdf",
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def cups() -> Iterator[PrivateCups]:
    try:
        server = PrivateCups()
    except AssertionError as error:
        pytest.skip(f"cupsd does not start here: {error}")
    yield server
    server.close()


@needs_cups
def test_behind_cups_the_device_s_own_word_counts(cups: PrivateCups, device: Twin) -> None:
    address = f"ipp://127.0.0.1:{device.port}/ipp/print"
    driver = SpooledDocumentPrinter(cups.add_queue("A4", address), address, PACE)
    printed = driver.print_once(PrintDocument(pdf(2)), Control(30))
    assert (printed.outcome, printed.ledger, printed.evidence) == (JobOutcome.COMPLETED, (D, D), Evidence.DEVICE)
    assert [sheet["pages"] for sheet in device.do("GET", "/out")["out"]] == [[1], [2]]
    assert cups.spooled() == []


@needs_cups
@pytest.mark.slow
def test_behind_cups_a_jam_is_held_cancelled_and_never_printed_later(cups: PrivateCups, device: Twin) -> None:
    address = f"ipp://127.0.0.1:{device.port}/ipp/print"
    driver = SpooledDocumentPrinter(cups.add_queue("A4", address), address, PACE)
    device.do("POST", "/jam", at_sheet=2)
    printed = driver.print_once(PrintDocument(pdf(3), hold_s=0.5), Control(30))
    assert (printed.outcome, printed.ledger) == (JobOutcome.CANCELLED, (D, U, N))
    device.do("POST", "/clear")
    assert driver.print_once(PrintDocument(pdf(1)), Control(30)).outcome is JobOutcome.COMPLETED
    assert [sheet["pages"] for sheet in device.do("GET", "/out")["out"]] == [[1], [1]]
    assert cups.spooled() == []


@needs_cups
@pytest.mark.parametrize("driver", [pytest.param(SpooledDocumentPrinter, marks=pytest.mark.slow), IppDocumentPrinter])
def test_cups_alone_says_sent_and_never_completed(
    cups: PrivateCups, device: Twin, driver: type[IppDocumentPrinter]
) -> None:
    """Whether the profile calls it a queue, or takes it for a printer by mistake."""
    queue = cups.add_queue("A4", f"ipp://127.0.0.1:{device.port}/ipp/print")
    printed = driver(queue, pace=PACE).print_once(PrintDocument(pdf(2)), Control(30))
    assert (printed.outcome, printed.sheets, printed.evidence) == (JobOutcome.SENT, 0, Evidence.SPOOLER)
    assert printed.ledger == (U, U)


@needs_cups
def test_a_printer_that_is_not_there_leaves_nothing_in_the_spool(cups: PrivateCups) -> None:
    queue = cups.add_queue("A4", f"ipp://127.0.0.1:{free_port()}/ipp/print")
    driver = SpooledDocumentPrinter(queue, pace=Pace(poll_s=0.05, stall_s=0.5, give_up_s=3.0))
    printed = driver.print_once(PrintDocument(pdf(2), hold_s=0.5), Control(30))
    assert (printed.sheets, JobOutcome.COMPLETED) == (0, JobOutcome.COMPLETED)
    assert cups.spooled() == []


@needs_cups
def test_the_device_s_own_trouble_is_known_before_cups_gets_the_paper(cups: PrivateCups) -> None:
    gone = f"ipp://127.0.0.1:{free_port()}/ipp/print"
    driver = SpooledDocumentPrinter(cups.add_queue("A4", gone), gone, PACE)
    with pytest.raises(DeviceOffline):
        driver.print_once(PrintDocument(pdf(2)), Control(30))
    assert cups.spooled() == []
