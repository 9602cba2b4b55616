"""Frames and events of the panel board (docs/panel.md), against the board's own codec; and nothing that breaks them."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.build import families_of
from drivers.contract.errors import ProtocolError
from drivers.contract.panel import FlashRate, GuideLight, KeyPressed
from drivers.contract.status import DeviceRole
from drivers.evdev_input import KeyEvent
from drivers.panel.events import KEYS_A_SECOND, TELL_EVERY_S, EventStream
from drivers.panel.families.keypad import Pad
from drivers.panel.frames import (
    LIGHTS,
    RATES,
    BoardState,
    Frame,
    FrameParser,
    Kind,
    decode_identity,
    decode_state,
    encode,
    light_body,
)
from drivers.virtual import panel_codec

ARBITRARY = settings(max_examples=300, deadline=None)
DOCUMENT = Path(__file__).parents[2] / "docs" / "panel.md"
FRAMES = st.builds(Frame, st.integers(0, 255), st.integers(0, 255), st.binary(max_size=32))
QUIET = BoardState(0, 0, tilted=False, near=False, headphones=False)


def test_the_example_of_the_document_is_true() -> None:
    lines = re.findall(r"^    (?:host|board)\s+((?:[0-9A-F]{2} ){6,}[0-9A-F]{2})", DOCUMENT.read_text("utf-8"), re.M)
    frames = [FrameParser().feed(bytes.fromhex(line))[0] for line in lines]
    body = light_body(GuideLight.ID_CARD, FlashRate.QUICK)
    assert frames == [Frame(7, Kind.LIGHT, body), Frame(7, 0x83, body), Frame(0x12, Kind.KEY, b"5\x01\x00")]


def test_lights_and_rates_have_the_numbers_of_the_document() -> None:
    assert tuple(light.value for light in LIGHTS) == panel_codec.LIGHT_NAMES
    assert tuple(rate.value for rate in RATES) == panel_codec.RATE_NAMES


@ARBITRARY
@given(frame=FRAMES)
def test_the_board_understands_every_frame_and_the_host_every_frame_of_the_board(frame: Frame) -> None:
    assert panel_codec.unpack(bytearray(encode(frame))) == (frame.seq, frame.kind, frame.body)
    assert FrameParser().feed(panel_codec.pack(frame.seq, frame.kind, frame.body)) == [frame]


@ARBITRARY
@given(frames=st.lists(FRAMES, max_size=5), cuts=st.lists(st.integers(0, 200), max_size=6))
def test_frames_are_found_however_the_stream_is_cut(frames: list[Frame], cuts: list[int]) -> None:
    stream, parser = b"".join(map(encode, frames)), FrameParser()
    edges = [0, *sorted(cut for cut in cuts if cut < len(stream)), len(stream)]
    found = [frame for start, end in zip(edges, edges[1:], strict=False) for frame in parser.feed(stream[start:end])]
    assert found == frames
    assert parser.damaged == 0


@ARBITRARY
@given(noise=st.binary(max_size=60), frame=FRAMES)
def test_a_frame_is_found_after_any_noise(noise: bytes, frame: Frame) -> None:
    parser = FrameParser()
    found = parser.feed(noise + encode(frame)) + parser.feed(encode(Frame(1, 1)) * 8)
    assert frame in found


@ARBITRARY
@given(frame=FRAMES, position=st.integers(0, 300), flip=st.integers(1, 255))
def test_no_damaged_frame_passes(frame: Frame, position: int, flip: int) -> None:
    raw = bytearray(encode(frame))
    raw[position % len(raw)] ^= flip
    assert FrameParser().feed(bytes(raw)) == []


@ARBITRARY
@given(stream=st.binary(max_size=200), body=st.binary(max_size=40))
def test_no_bytes_break_a_parser(stream: bytes, body: bytes) -> None:
    FrameParser().feed(stream)
    for decode in (decode_identity, decode_state):
        with contextlib.suppress(ProtocolError):
            decode(body)


@ARBITRARY
@given(
    frames=st.lists(st.builds(Frame, st.integers(0, 255), st.integers(0x40, 0x7F), st.binary(max_size=4)), max_size=30)
)
def test_no_events_break_the_counting(frames: list[Frame]) -> None:
    events = EventStream()
    events.learn(QUIET)
    for now, frame in enumerate(frames):
        with contextlib.suppress(ProtocolError):
            key = events.hear(frame, float(now))
            assert key is None or key.key in "0123456789*#"


def sensor(number: int, which: int, value: int) -> Frame:
    return Frame(number, Kind.SENSOR, bytes([which, value]))


def key(number: int, name: str = "7") -> Frame:
    return Frame(number, Kind.KEY, name.encode() + b"\x01\x00")


@pytest.fixture
def events() -> EventStream:
    stream = EventStream()
    stream.learn(QUIET)
    stream.take_change(0)
    return stream


def test_numbers_in_a_row_are_no_gap_also_round_the_end(events: EventStream) -> None:
    for number in range(1, 600):
        events.hear(sensor(number % 256, 0x11, number % 2), 0)
    assert not events.gap


def test_a_missing_number_is_a_gap_until_the_state_was_asked(events: EventStream) -> None:
    events.hear(sensor(1, 0x11, 1), 0)
    events.hear(sensor(3, 0x11, 1), 0)
    assert events.gap
    events.learn(BoardState(3, 0, tilted=False, near=True, headphones=False))
    assert not events.gap


def test_an_event_heard_twice_counts_once(events: EventStream) -> None:
    assert events.hear(key(1), 0) == KeyPressed("7")
    assert events.hear(key(1), 0) is None


def test_sensors_are_told_at_intervals_and_the_last_word_always_is(events: EventStream) -> None:
    told = 0
    for number in range(1, 1001):
        now = number / 1000
        events.hear(sensor(number % 256, 0x11, number % 2), now)
        told += events.take_change(now)
    assert told <= 1 / TELL_EVERY_S + 1
    assert events.change_waits
    assert events.take_change(2.0)


def test_no_hand_presses_more_keys_than_are_let_through(events: EventStream) -> None:
    told = sum(events.hear(key(number % 256), number / 1000) is not None for number in range(1, 1001))
    assert told <= 2 * KEYS_A_SECOND


@pytest.mark.parametrize("body", ["0502", "2001", "1102"])
def test_sensors_that_do_not_exist_are_not_believed(events: EventStream, body: str) -> None:
    with pytest.raises(ProtocolError):
        events.hear(Frame(1, Kind.SENSOR, bytes.fromhex(body)), 0)


@ARBITRARY
@given(
    keys=st.lists(
        st.builds(KeyEvent, st.integers(0, 0x2FF), st.integers(-1, 3), st.floats(0, 100), st.booleans()), max_size=60
    )
)
def test_no_keys_break_the_pad(keys: list[KeyEvent]) -> None:
    pad = Pad()
    for event in keys:
        told = pad.press(event)
        assert told is None or told.key in "0123456789*#"


def test_the_families_of_a_panel() -> None:
    assert families_of(DeviceRole.PANEL) == ("doorstep", "keypad")
