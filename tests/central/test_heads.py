"""A journal that was edited, cut, reordered or restored is found at the next contact, and by nobody's good will."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.central.heads import FORKED, GAP, LATE, REWOUND, SHOW, Mark, judge, settle
from kiosk.central.models import Incident, TerminalHead
from kiosk.central.schemas import MarkIn
from kiosk.ipc import Control
from offline_cache.chains.chain import GENESIS, link
from offline_cache.chains.journal import JOURNAL_COLUMNS
from offline_cache.clock import SystemClock
from offline_cache.disk.database import Database
from offline_cache.process import StoreProcess
from tests.central.conftest import Centre
from tests.central.proof_terminals import NAME, Terminal, wait_for


@pytest.fixture
def terminal(centre: Centre, tmp_path: Path) -> Iterator[Terminal]:
    made = Terminal(centre, tmp_path / "terminal")
    made.enrol()
    yield made
    made.stop()


def incidents(centre: Centre) -> set[str]:
    with centre.database.reading() as session:
        return {row.kind for row in session.query(Incident)}


def known(centre: Centre) -> TerminalHead | None:
    with centre.database.reading() as session:
        return session.get(TerminalHead, NAME)


def open_for_changes(terminal: Terminal) -> Database:
    """An attacker has the disk and its key, and takes the guards away."""
    database = terminal.database()
    with database.transaction():
        database.write("DROP TRIGGER journal_is_never_changed")
        database.write("DROP TRIGGER journal_is_never_deleted")
        database.write("DELETE FROM head")
    return database


def write_anew(database: Database, change: Callable[[list[tuple[object, ...]]], list[tuple[object, ...]]]) -> None:
    """Change the records, and make a chain of them that verifies."""
    rows = change(database.read(f"SELECT {JOURNAL_COLUMNS} FROM journal ORDER BY number"))  # noqa: S608 (constant)
    previous = GENESIS
    with database.transaction():
        database.write("DELETE FROM journal")
        for number, row in enumerate(rows, 1):
            values = (number, *row[1:])
            own = link(previous, values)
            database.write("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?)", (*values, previous, own))
            previous = own
    database.close()


def edited(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return [rows[0], (*rows[1][:4], "another detail"), *rows[2:]]


def deleted(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return [rows[0], *rows[2:]]


def reordered(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return [rows[0], rows[2], rows[1], *rows[3:]]


def truncated(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return rows[:3]


@pytest.mark.parametrize("change", [edited, deleted, reordered, truncated])
def test_a_journal_written_anew_by_whoever_has_the_key_is_found_at_contact(
    terminal: Terminal, centre: Centre, change: Callable[[list[tuple[object, ...]]], list[tuple[object, ...]]]
) -> None:
    terminal.start()
    terminal.serve()
    assert terminal.show() == ""
    terminal.stop()
    write_anew(open_for_changes(terminal), change)
    terminal.start()
    wait_for(lambda: terminal.status().problem in {"journal_forked", "journal_rewound"})
    assert incidents(centre) & {"journal_forked", "journal_rewound"}


def test_an_honest_terminal_goes_on_over_restarts_without_an_incident(terminal: Terminal, centre: Centre) -> None:
    for _ in range(3):
        terminal.start()
        terminal.serve()
        assert terminal.show() == ""
        terminal.stop()
    head = known(centre)
    assert head is not None
    assert head.entry == 3
    assert incidents(centre) == set()


def test_a_restored_disk_image_is_found_and_shown_until_a_person_settles_it(
    terminal: Terminal, centre: Centre, tmp_path: Path
) -> None:
    terminal.start()
    terminal.serve()
    terminal.show()
    terminal.stop()
    image = terminal.image(tmp_path / "image")
    terminal.start()
    terminal.serve()
    terminal.serve()
    terminal.show()
    terminal.stop()
    terminal.put_back(image)
    terminal.start()
    wait_for(lambda: terminal.status().problem.endswith(("_rewound", "_forked")))
    assert "entries_rewound" in incidents(centre)
    assert centre.database.run(lambda session: settle(session, NAME))
    assert terminal.show() == ""
    assert terminal.status().problem == ""


def test_two_terminals_with_one_image_are_found(terminal: Terminal, centre: Centre, tmp_path: Path) -> None:
    terminal.start()
    terminal.serve()
    terminal.show()
    terminal.stop()
    shutil.copytree(terminal.data, tmp_path / "twin")
    twin = Terminal(centre, tmp_path / "twin")
    try:
        terminal.start()
        twin.start()
        terminal.serve()
        twin.serve()
        terminal.show()
        twin.show()
        wait_for(lambda: bool(incidents(centre) & {"journal_forked", "entries_forked"}))
    finally:
        twin.stop()


def test_kept_heads_show_a_cut_end_before_any_contact(terminal: Terminal, centre: Centre) -> None:
    terminal.start()
    terminal.serve()
    terminal.show()
    terminal.stop()
    database = terminal.database()
    heads = database.read("SELECT * FROM head")
    database.close()
    changed = open_for_changes(terminal)
    with changed.transaction():
        for row in heads:
            changed.write("INSERT INTO head VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    write_anew(changed, truncated)
    process = StoreProcess(terminal.profile, terminal.data, SystemClock())  # not started: no line
    try:
        process.owner.run(lambda store: store.journal.length(), Control(10))
        assert process.proofs.problem in {"journal_rewound", "journal_forked"}
    finally:
        process.close()


@pytest.mark.parametrize(
    ("known", "offered", "shown", "verdict"),
    [
        (Mark(0, "aa"), Mark(5, "bb"), ("", 0), ""),
        (Mark(5, "aa"), Mark(4, "bb"), ("aa", 3), SHOW),
        (Mark(5, "aa"), Mark(4, "bb"), ("", 5), REWOUND),
        (Mark(5, "aa"), Mark(4, "bb"), ("cc", 5), FORKED),
        (Mark(5, "aa"), Mark(4, "bb"), ("aa", 5), LATE),
        (Mark(5, "aa"), Mark(5, "aa"), ("", 0), ""),
        (Mark(5, "aa"), Mark(5, "bb"), ("aa", 5), FORKED),
        (Mark(5, "aa"), Mark(9, "bb"), ("aa", 5), ""),
        (Mark(5, "aa"), Mark(9, "bb"), ("cc", 5), FORKED),
        (Mark(5, "aa"), Mark(9, "bb"), ("", 5), GAP),
        (Mark(5, "aa"), Mark(9, "bb"), ("aa", 4), SHOW),
    ],
)
def test_what_a_new_end_means(known: Mark, offered: Mark, shown: tuple[str, int], verdict: str) -> None:
    assert judge(known, offered, MarkIn.model_construct(number=shown[1], hash=shown[0])) == verdict


def test_a_head_that_the_terminal_has_not_signed_is_refused(centre: Centre) -> None:
    mark = {"number": 0, "hash": "0" * 64}
    answer = centre.call(
        "POST", "/v1/terminals/GZ-TH-0001/heads", {"head": "DH1.e30.AAAA", "journal": mark, "entry": mark}
    )
    assert (answer.status_code, answer.json()["reason"]) == (422, "bad_head")
    answer = centre.call("POST", "/v1/terminals/GZ-TH-0002/heads", {"head": "x", "journal": mark, "entry": mark})
    assert answer.status_code == 403
