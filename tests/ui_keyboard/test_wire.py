"""Messages between keyboard and input process survive any cutting; nonsense is refused."""

from __future__ import annotations

import json
import struct
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.keyboard import rime_wire as wire

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
REPLIES = st.builds(
    wire.Reply,
    number=st.integers(0, 10**6),
    commit=TEXTS,
    used=st.integers(0, 64),
    preedit=TEXTS,
    candidates=st.lists(TEXTS, max_size=4),
    more=st.booleans(),
)


@given(st.lists(REPLIES, max_size=4), st.integers(1, 7))
def test_replies_arrive_whole_however_the_bytes_are_cut(replies: list[wire.Reply], piece: int) -> None:
    data = b"".join(map(wire.pack, replies))
    unpacker = wire.Unpacker()
    arrived: list[wire.Reply] = []
    for at in range(0, len(data), piece):
        arrived += map(wire.reply_of, unpacker.feed(data[at : at + piece]))
    assert arrived == replies


def test_a_character_beyond_the_basic_plane_crosses() -> None:
    reply = wire.Reply(3, commit="𠮷", candidates=["𬭎"])
    assert wire.reply_of(wire.Unpacker().feed(wire.pack(reply))[0]) == reply


@pytest.mark.parametrize(
    "data",
    [
        struct.pack(">I", wire.MAX_MESSAGE_BYTES + 1),
        struct.pack(">I", 3) + b"{]}",
        struct.pack(">I", 2) + b"[]",
        struct.pack(">I", 2) + b"\xff\xfe",
    ],
)
def test_bytes_that_are_no_message_are_refused(data: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.Unpacker().feed(data)


@pytest.mark.parametrize(
    ("change"),
    [{"number": "1"}, {"schema": 3}, {"strokes": [1]}, {"strokes": [""]}, {"first": None}, {"extra": 1}],
)
def test_a_request_of_other_types_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(wire.WireError):
        wire.request_of({**asdict(wire.Request(1, "pinyin", ["n"])), **change})


@pytest.mark.parametrize("change", [{"commit": 1}, {"candidates": [None]}, {"used": "2"}, {"surprise": ""}])
def test_a_reply_of_other_types_is_refused(change: dict[str, Any]) -> None:
    fields = json.loads(wire.pack(wire.Reply(1))[4:])
    with pytest.raises(wire.WireError):
        wire.reply_of({**fields, **change})
