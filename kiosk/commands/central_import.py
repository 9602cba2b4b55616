"""`kiosk central import` and `settle`: terminals without a line, and terminals whose journal broke.

Exit status: 0 done, 1 the file cannot be taken or something in it was not (one line says what), 2 bad input.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.commands.central_database import failed, settings_of, with_database
from kiosk.commands.shell import FAILED, OK

if TYPE_CHECKING:
    from kiosk.central.database import Database


def register(part: Callable[[str, str, str], argparse.ArgumentParser]) -> None:
    """Add the sub-commands."""
    taken = part(
        "import",
        "take in what a terminal without a line has exported; writes the signed answers",
        "FILE --data .data/centre --receipts answers.doorstep",
    )
    taken.add_argument("file", type=Path, help="what `kiosk outbox export` has written")
    taken.add_argument("--receipts", type=Path, required=True, help="file to write the signed answers to")
    taken.add_argument("--accept-old", action="store_true", help="take an export that says it is older than 35 days")
    taken.add_argument("--json", action="store_true", help="print JSON")
    taken.set_defaults(run=import_file)
    settle = part("settle", "a terminal's journal was looked into: go on from now", "GZ-TH-0001 --data .data/centre")
    settle.add_argument("terminal", help="the terminal's id")
    settle.set_defaults(run=settle_terminal)


def import_file(options: argparse.Namespace) -> int:
    """Feed the file to the intake and write the answers."""
    from kiosk.central.app import open_office
    from kiosk.central.bundle import BundleError
    from kiosk.central.importing import Importer

    def imported(database: Database) -> int:
        importer = Importer(open_office(settings_of(options), database))
        try:
            report = importer.import_file(options.file, options.receipts, options.accept_old)
        except BundleError as error:
            return failed(f"kiosk: {error}")
        taken = sum(report.statuses[status] for status in (201, 202))
        refused = report.statuses[422]
        later = sum(report.statuses.values()) - taken - refused
        if options.json:
            statuses = {str(status): count for status, count in sorted(report.statuses.items())}
            facts = {"terminal": report.terminal, "export": report.export, "statuses": statuses}
            print(json.dumps(facts | {"evidence": report.evidence, "head": report.head}))
        else:
            print(
                f"{report.terminal}: {taken} taken, {refused} refused, {later} not judged, {report.evidence} evidence"
            )
            print(f"{report.head}\n" if report.head else "", end="")
            print(options.receipts)
        return FAILED if later else OK

    return with_database(options, imported)


def settle_terminal(options: argparse.Namespace) -> int:
    """Forget what the centre knew of a terminal's chains; the next head is the first."""
    from kiosk.central.heads import settle

    def settled(database: Database) -> int:
        if database.run(lambda session: settle(session, options.terminal)):
            return OK
        return failed(f"no head of {options.terminal} is known")

    return with_database(options, settled)
