"""`kiosk outbox …` and `kiosk sync`: the transactions of this terminal, for operators, drills and tests.

Talks to the running store over its socket; without one it opens the store itself. Exit status: 0 done,
1 the store says no (or `verify` found damage, or `sync` left something waiting), 2 bad input.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec

from kiosk.commands.outbox_files import export_file, import_file
from kiosk.commands.store_door import BadInput, StoreSaidNo, guarded, print_json, store_of
from kiosk.ipc import Control, DeadlineExceeded
from offline_cache.administration import ReadJournal, ReleaseQuarantined, Verify
from offline_cache.config import load_profile
from offline_cache.contract import (
    Accept,
    Answer,
    Attachment,
    Draft,
    GetStatus,
    ListTransactions,
    Retry,
    StoreFailure,
    Terms,
)
from offline_cache.errors import StoreError
from offline_cache.outbox.identifiers import is_transaction_id, new_transaction_id
from offline_cache.store import set_aside

_SERVICE = re.compile(r"[a-z0-9][a-z0-9._/-]{0,79}")
_SYNC_LOOK_S = 0.2


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom the transaction is about."""

    name: str = ""
    number: str = ""


class PutFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What FILE.json of `outbox put` may hold; everything has a default but the answers."""

    answers: tuple[Answer, ...]
    kind: Literal["application", "rating"] = "application"
    service_version: int = 1
    district: str = "440100"
    subject: Person = Person()
    token: str = ""
    attachments: tuple[Attachment, ...] = ()
    valid_days: int = 30
    terms: Terms | msgspec.UnsetType = msgspec.UNSET


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `outbox` and `sync` to the program's subcommands."""
    outbox = subparsers.add_parser("outbox", help="transactions waiting for the centre", description=__doc__)
    actions = outbox.add_subparsers(dest="action", required=True, metavar="ACTION")
    put = _add(actions, "put", _put, "store a transaction", "kiosk outbox put social-security-card form.json")
    put.add_argument("service", metavar="SERVICE", help="id of the service")
    put.add_argument("file", metavar="FILE.json", help='{"answers": [{"name": …, "value": …}], …}; - for stdin')
    put.add_argument("--id", default="", help="UUIDv7 to use; the same again gives the same answer")
    rows = _add(actions, "list", _list, "show the newest transactions", "kiosk outbox list --limit 20 --json")
    rows.add_argument("--limit", type=int, default=50, metavar="N")
    _add(actions, "verify", _verify, "check pages, chains and payloads", "kiosk outbox verify --json")
    journal = _add(actions, "journal", _journal, "show what happened", "kiosk outbox journal --limit 50 --json")
    journal.add_argument("--limit", type=int, default=50, help="how many of the newest records")
    retry = _add(actions, "retry", _retry, "send what waits now, quarantined too", "kiosk outbox retry")
    retry.add_argument("key", nargs="?", default="", metavar="KEY", help="release only this quarantined transaction")
    export = _add(actions, "export", export_file, "write what waits to a medium", "kiosk outbox export /media/usb")
    export.add_argument("folder", type=Path, metavar="FOLDER", help="where the medium is mounted")
    answers = _add(
        actions, "import", import_file, "take the centre's answers in", "kiosk outbox import answers.doorstep"
    )
    answers.add_argument("file", type=Path, metavar="FILE", help="what `kiosk central import` has written")
    aside = _add(actions, "set-aside", _set_aside, "move an unreadable store away", "kiosk outbox set-aside --yes")
    aside.add_argument("--yes", action="store_true", help="I know that what waits in it is not sent")
    sync = _add(subparsers, "sync", _sync, "send until nothing waits", "kiosk sync --timeout-s 30 --json")
    sync.add_argument("--timeout-s", type=float, default=60.0, metavar="S")


def _add(
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], int],
    text: str,
    example: str,
) -> argparse.ArgumentParser:
    parser = subparsers.add_parser(name, help=text, description=text, epilog=f"example: {example}")
    parser.add_argument("--data", type=Path, default=Path(".data"), metavar="DIR", help="data folder (.data)")
    parser.add_argument("--profile", type=Path, default=Path("config/terminals/dev.toml"), metavar="FILE")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=lambda arguments: guarded(run, arguments))
    return parser


def _put(arguments: argparse.Namespace) -> int:
    draft = _draft(arguments)
    with store_of(arguments) as ask:
        accepted = ask(Accept(draft), 10.0)
    # Only now: the id stands for a transaction that is on the disk.
    if arguments.json:
        print_json(accepted)
    else:
        print(accepted.transaction_id)
    return 0


def _list(arguments: argparse.Namespace) -> int:
    if arguments.limit < 1:
        raise BadInput("--limit must be 1 or more")
    with store_of(arguments) as ask:
        rows = ask(ListTransactions(arguments.limit), 10.0).rows
    if arguments.json:
        print_json(rows)
        return 0
    for row in rows:
        said = row.case_number or row.reason
        print(
            f"{row.local_number}  {row.state:<11}  {row.accepted_at}  until {row.valid_until[:10]}  "
            f"{row.service}  {said}".rstrip()
        )
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    with store_of(arguments) as ask:
        report = ask(Verify(), 120.0)
    if arguments.json:
        print_json(report)
    else:
        print(f"{report.entries} entries, {report.journal_length} records: {report.problem or 'whole'}")
    return 1 if report.problem else 0


def _journal(arguments: argparse.Namespace) -> int:
    if not 1 <= arguments.limit <= 10_000:
        raise BadInput("--limit must be between 1 and 10000")
    with store_of(arguments) as ask:
        found = ask(ReadJournal(arguments.limit), 10.0)
    if arguments.json:
        print_json(found)
    else:
        for record in found.records:
            print(f"{record.number:>6} {record.at} {record.event} {record.transaction_id} {record.detail}".rstrip())
    return 0


def _retry(arguments: argparse.Namespace) -> int:
    if arguments.key and not is_transaction_id(arguments.key):
        raise BadInput(f"{arguments.key!r} is no UUIDv7")
    with store_of(arguments) as ask:
        released = ask(ReleaseQuarantined(arguments.key), 10.0)
        if arguments.key and not released.count:
            raise StoreSaidNo(StoreFailure("invalid", "not_quarantined"))
        ask(Retry(), 10.0)
    if arguments.json:
        print_json(released)
    else:
        print(f"released {released.count}; what waits will be sent when the line is there")
    return 0


def _sync(arguments: argparse.Namespace) -> int:
    if not 0 < arguments.timeout_s <= 3600:
        raise BadInput("--timeout-s must be between 0 and 3600")
    ends_at = time.monotonic() + arguments.timeout_s
    owner = Control(arguments.timeout_s)
    with store_of(arguments, sending=True) as ask:
        ask(Retry(), 10.0)
        while (status := ask(GetStatus(), 10.0)).waiting and time.monotonic() < ends_at:
            with contextlib.suppress(DeadlineExceeded):
                owner.wait(_SYNC_LOOK_S)
    if arguments.json:
        print_json(status)
    else:
        print(f"line {status.line}, {status.waiting} waiting, {status.quarantined} quarantined {status.problem}")
    return 1 if status.waiting or not status.accepting else 0


def _set_aside(arguments: argparse.Namespace) -> int:
    if not arguments.yes:
        raise BadInput("this takes the store out of use with all that waits in it; say --yes if you mean it")
    place = load_profile(arguments.profile).place(arguments.data)
    if not place.file.exists():
        raise BadInput(f"there is no store in {place.folder}")
    stamp = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%SZ")
    try:
        target = set_aside(place, stamp)
    except StoreError as error:
        raise StoreSaidNo(error.as_failure()) from error
    if arguments.json:
        print_json({"moved_to": str(target)})
    else:
        print(target)
    return 0


def _draft(arguments: argparse.Namespace) -> Draft:
    if not _SERVICE.fullmatch(arguments.service):
        raise BadInput(f"{arguments.service!r} is no service id")
    transaction_id = arguments.id or new_transaction_id(time.time_ns() // 1_000_000)
    if not is_transaction_id(transaction_id):
        raise BadInput(f"{transaction_id!r} is no UUIDv7")
    try:
        data = sys.stdin.buffer.read() if arguments.file == "-" else Path(arguments.file).read_bytes()
        form = msgspec.json.decode(data, type=PutFile)
    except OSError as error:
        raise BadInput(f"{arguments.file}: {error.strerror}") from error
    except msgspec.DecodeError as error:
        raise BadInput(f"{arguments.file}: {error}") from error
    return Draft(
        transaction_id,
        form.kind,
        arguments.service,
        form.service_version,
        form.district,
        form.subject.number,
        form.subject.name,
        form.token,
        form.answers,
        form.attachments,
        form.valid_days,
        form.terms,
    )
