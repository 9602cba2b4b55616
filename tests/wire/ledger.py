"""What the ledger tests share: a printer with two trays, its twin's own record of what came out, one standard job."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from drivers.contract.commands import DocumentPrinted, PrintDocument
from drivers.contract.errors import DeviceError
from drivers.contract.values import JobOutcome, SheetOutcome
from drivers.document_printer.following import Pace
from drivers.document_printer.printer import IppDocumentPrinter
from kiosk.ipc import Control
from tests.wire.conftest import Twin
from tests.wire.papers import pdf

PAGES, COPIES = 3, 2
SHEETS = PAGES * COPIES
PACE = Pace(poll_s=0.02, stall_s=3.0, give_up_s=0.6)
HOLD_S = 0.2
PROBLEMS = ("media-jam", "cover-open", "toner-empty", "media-empty", "output-area-full", "fuser-over-temp")
D, U, N = SheetOutcome.DELIVERED, SheetOutcome.UNCERTAIN, SheetOutcome.NOT_PRINTED


def new_twin() -> Twin:
    return Twin("document_printer", "--port", "0", "--seconds-per-sheet", "0.03", "--second-tray", "10")


def driver_of(device: Twin) -> IppDocumentPrinter:
    return IppDocumentPrinter(f"ipp://127.0.0.1:{device.port}/ipp/print", PACE)


@dataclass
class Truth:
    """What the twin really delivered, against what the driver says."""

    device: Twin
    printed: DocumentPrinted

    def out(self) -> list[tuple[int, ...]]:
        return [tuple(sheet["pages"]) for sheet in self.device.do("GET", "/out")["out"]]

    def agrees(self) -> None:
        """Certain sheets are out, those not printed are not; the uncertain one may be either."""
        out, ledger = self.out(), self.printed.ledger
        assert len(ledger) == SHEETS
        assert self.printed.sheets == ledger.count(D)
        assert ledger.count(D) <= len(out) <= ledger.count(D) + ledger.count(U)
        assert out == list(self.printed.sheet_pages[: len(out)])
        assert ledger == (D,) * ledger.count(D) + (U,) * ledger.count(U) + (N,) * ledger.count(N)

    def nothing_more_comes(self, driver: IppDocumentPrinter) -> None:
        """Everything is put right; the dead job stays dead, and the next one is printed."""
        before = self.out()
        self.device.do("POST", "/clear")
        self.device.do("POST", "/tray", sheets=100)
        self.device.do("POST", "/power", on=True)
        wait_until(lambda: usable(driver))
        after = driver.print_once(PrintDocument(pdf(1)), Control(20))
        assert after.outcome is JobOutcome.COMPLETED
        assert self.out() == [*before, (1,)]


def usable(driver: IppDocumentPrinter) -> bool:
    try:
        report = driver.report(Control(3))
    except DeviceError:
        return False
    return report.usable


def wait_until(holds: Callable[[], bool], within_s: float = 10.0) -> None:
    control = Control(within_s)
    while not holds():
        control.wait(0.01)


def run(driver: IppDocumentPrinter, act: Callable[[object], None] = lambda event: None) -> DocumentPrinted:
    return driver.print_once(PrintDocument(pdf(PAGES), COPIES, hold_s=HOLD_S), Control(30, act))
