"""A stolen disk: in everything the store ever wrote, deleted or not, no planted value can be found in any form."""

from __future__ import annotations

import base64
import gzip
import hashlib
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.ipc import Control
from offline_cache import retention
from offline_cache.contract import Answer, Attachment
from offline_cache.errors import StoreUnavailable
from offline_cache.opening import Opener
from offline_cache.owner import Owner
from offline_cache.store import Store
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
        attachments = (Attachment("portrait", "image/jpeg", PORTRAIT.encode() * (1 + 200 * count)),)
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
        retention.sweep(store.database, store.journal, life.clock.schedule_s())
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
