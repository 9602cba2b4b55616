"""A stolen disk: in everything the store ever wrote, deleted or not, no planted value can be found in any form."""

from __future__ import annotations

import base64
import contextlib
import gzip
import hashlib
import re
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk.ipc import Control
from offline_cache.contract import Answer, Attachment
from offline_cache.disk.opening import Opener
from offline_cache.errors import StoreUnavailable
from offline_cache.owner import Owner
from offline_cache.store import Store
from tests.offline.centre_key import HPKE, SEALING
from tests.offline.conftest import make_draft
from tests.offline.planted import find
from tests.offline.power.disk import Disk, Write
from tests.offline.power.life import Life

NUMBER, NAME, STREET, TOKEN = "110101199003071233", "欧阳测试䶮𠮷", "广州市天河区车陂街一号", "PLANTED-TOKEN-42"
PORTRAIT = hashlib.shake_256(b"portrait").hexdigest(32)
PLANTED = (NUMBER, NAME, STREET, TOKEN, PORTRAIT)


def citizens(life: Life, store: Store) -> None:
    """Applications with everything that a citizen brings; answered ones are forgotten."""
    for count in range(6):
        attachments = (Attachment("portrait", "image/jpeg", PORTRAIT.encode() * (1 + 1100 * count)),)
        answers = (Answer("address", STREET * (1 + 30 * count), "地址", STREET),)
        draft = make_draft(
            subject_name=NAME, subject_number=NUMBER, token=TOKEN, answers=answers, attachments=attachments
        )
        store.outbox.accept(draft)
    store.delivery.retry()


def written(disk: Disk) -> bytes:
    """Every byte that ever reached the disk, also where it was overwritten, truncated or deleted later."""
    return b"\xff\xff".join([op.data for op in disk.ops if isinstance(op, Write)])


def test_nothing_that_was_ever_written_can_be_read(tmp_path: Path) -> None:
    """A day, an answer, a purge, a damaged file and its salvage, an orderly end."""
    life = Life(Disk(tmp_path))
    with life.disk.recording():
        store = life.open()
        citizens(life, store)
        life.promises.clear()
        with pytest.raises(StopIteration):
            life.answer(store)  # recorded; it was not promised through the harness
        store.forget(life.clock.schedule_s())
        store.close()
        damage(life.place.file)
        store = Opener(life.place, life.clock, lambda low, high: high)()
        citizens(life, store)
        store.close()
    assert list(life.place.folder.glob("damaged-*"))
    assert len(written(life.disk)) > 300_000
    assert find(PLANTED, written(life.disk)) == []
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) >= 4
    assert [(path.name, found) for path in files if (found := find(PLANTED, path.read_bytes()))] == []
    names = " ".join(str(path.relative_to(tmp_path)) for path in files)
    assert not any(value in names for value in PLANTED)


def test_nothing_on_the_terminal_opens_what_waits(tmp_path: Path) -> None:
    """The thief has the disk, the store's key, and every byte string in every file and row, and tries them as keys."""
    life = Life(Disk(tmp_path))
    store = life.open()
    citizens(life, store)
    rows = store.database.read("SELECT body, id FROM payload JOIN entry USING (sequence)")
    sealed = [(body, f"transaction {key}") for body, key in rows]
    pieces = list(store.evidence.blobs.found())
    sealed += [((life.place.blobs / one.name).read_bytes(), f"evidence {one.transaction_id}") for one in pieces]
    assert len(rows) == 6
    assert len(pieces) == 5
    keys = every_key(store, tmp_path)
    store.close()
    assert sum(len(opened_with(keys, one, purpose)) for one, purpose in sealed) == 0
    assert find(PLANTED, b"".join(one for one, _ in sealed)) == []
    # The positive control: the centre's key, had it been on the disk, would have been tried, and would have opened all.
    (tmp_path / "leak").write_bytes(b"..." + SEALING.private_bytes_raw() + b"...")
    leaked = every_key(None, tmp_path)
    contents = [content for one, purpose in sealed for content in opened_with(leaked, one, purpose)]
    assert len(contents) == len(sealed)
    assert find(PLANTED, contents[0])


def every_key(store: Store | None, folder: Path) -> set[bytes]:
    """Every run of 32 bytes in every file that is not sealed or encrypted, and every value and its digest in a row."""
    values = [
        path.read_bytes() for path in folder.rglob("*") if path.is_file() and not path.name.startswith("store.db")
    ]
    values = [value for value in values if len(value) < 2000]
    values += [bytes.fromhex(value.decode()) for value in values if re.fullmatch(rb"[0-9a-f]{64}\s*", value)]
    tables = store.database.read("SELECT name FROM sqlite_schema WHERE type = 'table'") if store is not None else []
    for (table,) in tables:
        assert store is not None
        for row in store.database.read(f"SELECT * FROM {table}"):  # noqa: S608 (our own table names)
            values += [value if isinstance(value, bytes) else str(value).encode() for value in row]
    keys = {value[start : start + 32] for value in values for start in range(min(400, max(0, len(value) - 31)))}
    return keys | {hashlib.sha256(value).digest() for value in values}


def opened_with(keys: set[bytes], sealed: bytes, purpose: str) -> list[bytes]:
    """What any of the keys makes of it."""
    header, _, box = sealed.partition(b"\n")
    found = []
    for key in keys:
        with contextlib.suppress(InvalidTag):
            found.append(HPKE.decrypt(box, X25519PrivateKey.from_private_bytes(key), header + b"\n" + purpose.encode()))
    return found


def damage(file: Path) -> None:
    """A sector in the middle of the file, until the store notices."""
    data = bytearray(file.read_bytes())
    middle = len(data) // 8192 * 4096
    data[middle + 1024 : middle + 1536] = bytes(512)
    file.write_bytes(data)


def test_what_fails_on_the_disk_leaves_no_trace_either(tmp_path: Path) -> None:
    trouble = iter(range(10_000))
    life = Life(Disk(tmp_path, lambda operation: 5 if operation == "sync" and next(trouble) % 9 == 8 else 0))
    with life.disk.recording():
        owner = Owner(life.open, life.clock)
        refused = 0
        for _ in range(20):
            try:
                owner.run(lambda store: citizens(life, store), Control(20))
            except StoreUnavailable:
                refused += 1
            life.clock.pass_s(40)
        owner.close()
    assert refused
    assert find(PLANTED, written(life.disk)) == []


def png(data: bytes) -> bytes:
    """A picture whose one line of pixels is the data."""
    body = b"IDAT" + zlib.compress(b"\0" + data)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))


LEAKS: dict[str, Callable[[str], bytes]] = {
    "text": str.encode,
    "text in GB 18030": lambda value: value.encode("gb18030"),
    "text in UTF-16": lambda value: value.encode("utf-16-be"),
    "hex": lambda value: value.encode("gb18030").hex().encode(),
    "base64": lambda value: base64.b64encode(b"?name=" + value.encode() + b"&"),
    "base64, one further": lambda value: base64.b64encode(b"?names=" + value.encode() + b"&"),
    "base64, two further": lambda value: base64.urlsafe_b64encode(b"?names==" + value.encode() + b"&"),
    "url": lambda value: "".join(f"%{byte:02X}" for byte in value.encode()).encode(),
    "json": lambda value: ascii(value)[1:-1].encode() if value.isascii() else _escaped(value),
    "reversed": lambda value: value[::-1].encode(),
    "digest": lambda value: hashlib.sha1(value.encode()).digest(),  # noqa: S324 (what a leak looks like)
    "compressed": lambda value: zlib.compress(b"x" * 50 + value.encode()),
    "gzip": lambda value: gzip.compress(value.encode("gb18030") * 3),
    "picture": lambda value: png(value.encode() * 9),
}


def _escaped(value: str) -> bytes:
    units = value.encode("utf-16-be")
    return "".join(f"\\u{units[place]:02x}{units[place + 1]:02x}" for place in range(0, len(units), 2)).encode()


@pytest.mark.parametrize("leak", LEAKS)
@pytest.mark.parametrize("value", PLANTED[:4])
def test_the_search_finds_a_leak_of_every_kind(leak: str, value: str) -> None:
    """The positive control: a scanner that finds nothing proves nothing."""
    around = hashlib.shake_256(leak.encode()).digest(3000)
    assert find(PLANTED, around + LEAKS[leak](value) + around)
    assert find(PLANTED, around + around) == []
