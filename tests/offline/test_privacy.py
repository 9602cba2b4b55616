"""Nothing of a citizen can be read in the data folder: not in the file, its log, or beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.ipc import Control
from offline_cache.contract import Answer, Attachment, Draft
from offline_cache.store import Place, Store
from tests.offline.centre_stub import CentreStub
from tests.offline.conftest import Terminal, close, make_draft

PLANTED = ["王小明", "䶮𬭎", "440106199001011237", "广州市天河区车陂街一号", "PLANTED-TOKEN"]
ENCODINGS = ["utf-8", "utf-16-le", "utf-16-be", "gb18030"]


def planted_draft() -> Draft:
    return make_draft(
        subject_name=PLANTED[0] + PLANTED[1],
        subject_number=PLANTED[2],
        token=PLANTED[4],
        answers=(Answer("address", PLANTED[3], "地址", PLANTED[3]),),
        attachments=(Attachment("photo", "image/jpeg", PLANTED[3].encode() * 500),),
    )


def found_in(folder: Path) -> list[str]:
    """Where a planted text stands, in any encoding."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    needles = {(text, encoding): text.encode(encoding) for text in PLANTED for encoding in ENCODINGS}
    return [
        f"{text} as {encoding} in {path.name}"
        for path in files
        for (text, encoding), needle in needles.items()
        if needle in path.read_bytes()
    ]


def test_the_search_itself_finds_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "leak").write_bytes(b"\x00" + PLANTED[0].encode("gb18030"))
    assert found_in(tmp_path) == [f"{PLANTED[0]} as gb18030 in leak"]


def test_nothing_is_readable_while_the_store_is_open_nor_after(store: Store, place: Place, tmp_path: Path) -> None:
    for _ in range(5):
        store.outbox.accept(planted_draft())
    assert (place.folder / "store.db-wal").stat().st_size > 0
    assert found_in(tmp_path) == []
    close(store)
    assert found_in(tmp_path) == []


def test_after_acceptance_even_the_key_finds_nothing_of_the_citizen(
    terminal: Terminal, stub: CentreStub, tmp_path: Path
) -> None:
    terminal.start()
    draft = planted_draft()
    terminal.accept(draft)
    terminal.outcome(draft)
    pages: list[bytes] = []

    def read_all(store: Store) -> None:
        for (table,) in store.database.read("SELECT name FROM sqlite_schema WHERE type = 'table'"):
            rows = store.database.read(f"SELECT * FROM {table}")  # noqa: S608 (our own table names)
            pages.append(repr(rows).encode())

    terminal.process.owner.run(read_all, Control(5.0))
    terminal.process.close()
    (tmp_path / "decrypted").write_bytes(b"".join(pages))
    assert found_in(tmp_path) == []


def test_nothing_of_a_citizen_is_logged(terminal: Terminal, stub: CentreStub, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    terminal.start()
    draft = planted_draft()
    terminal.accept(draft)
    terminal.outcome(draft)
    assert repr(draft) == f"Draft({draft.id}, social-security-card)"
    assert [text for text in [*PLANTED, "secret-token"] if text in caplog.text] == []
