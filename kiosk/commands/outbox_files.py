"""`kiosk outbox export` and `import`: what waits goes by hand, its answers come back (docs/drill-export.md).

Exit status: 0 done, 1 the medium, the file or the store says no (one line says what to do), 2 bad input.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from kiosk.commands.store_door import BadInput, StoreSaidNo, print_json, store_of
from offline_cache.administration import ExportOutbox, ImportAnswers

_WITHIN_S = 3600.0
ADVICE = {
    "medium_full": "the medium is full: free some room on it, or take another",
    "medium_read_only": "the medium cannot be written: look for its switch, or mount it for writing",
    "medium_gone": "the medium does not answer: plug it in again, or take another",
    "medium_altered": "the medium gives back other bytes than were written: take another",
    "no_such_folder": "there is no such folder or file: is the medium mounted?",
    "file_exists": "there is a file of that name: take it away",
    "file_truncated": "the file is cut off: copy it again",
    "file_tampered": "the file was altered: ask the centre for it again",
    "file_foreign": "the file is not from this terminal's centre, or not for this terminal",
    "file_unknown_form": "the file is of a form that this program does not know: update the program",
}


class MediumSaidNo(StoreSaidNo):
    """The store's failure, with what to do about it."""

    def __str__(self) -> str:
        return ADVICE.get(self.failure.reason, f"{self.failure.kind}: {self.failure.reason}")


def _advised(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except StoreSaidNo as no:
        raise MediumSaidNo(no.failure) from no


def export_file(arguments: argparse.Namespace) -> int:
    """Write everything that is not answered into one file; rows stay as they are."""
    if not arguments.folder.is_dir():
        raise BadInput(f"{arguments.folder} is no folder: is the medium mounted?")
    with store_of(arguments) as ask:
        done = _advised(lambda: ask(ExportOutbox(str(arguments.folder.resolve())), _WITHIN_S))
    if arguments.json:
        print_json(done)
    else:
        print(done.file)
        print(
            f"{done.entries} transactions, {done.evidence} pieces of evidence, {done.length} bytes; they also stay here"
        )
    return 0


def import_file(arguments: argparse.Namespace) -> int:
    """Take the centre's answers in; each receipt is verified as if it had come by line."""
    if not arguments.file.is_file():
        raise BadInput(f"{arguments.file} is no file: is the medium mounted?")
    with store_of(arguments) as ask:
        done = _advised(lambda: ask(ImportAnswers(str(arguments.file.resolve())), _WITHIN_S))
    if arguments.json:
        print_json(done)
    else:
        print(
            f"{done.accepted} accepted, {done.rejected} refused, {done.known} known before, {done.waiting} still wait"
        )
    return 0
