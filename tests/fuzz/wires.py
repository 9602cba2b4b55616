"""Parsers of scanners, the panel board, keys, and what lies between a driver and its wire."""

from __future__ import annotations

import contextlib

from evdev import ecodes

from drivers.contract.errors import ProtocolError
from drivers.contract.scanner import PAYLOAD_LIMIT_BYTES
from drivers.evdev_input import EV_KEY, EV_SYN, EVENT, EventParser
from drivers.panel import frames
from drivers.panel.events import EventStream
from drivers.panel.families.keypad import Pad
from drivers.scanner.families import gm65, newland, nt0861
from drivers.scanner.language import FindReply, Framing, Language
from drivers.scanner.scanner import Habits, SerialScanner
from drivers.scanner.typed import TypedLine
from drivers.transport import open_transport, telnet
from kiosk.ipc import Control, DeadlineExceeded
from tests.fuzz.portions import Seeds, Wire, portions, spoken, whole

_TRIGGERS = {
    gm65.find_reply: gm65.encode(bytes.fromhex("0801000201")),
    newland.find_reply: newland.encode("#SCNTRG1"),
    nt0861.find_reply: nt0861.encode(bytes.fromhex("16540D")),
}


def _replies(find: FindReply, data: bytes) -> None:
    language = Language(_TRIGGERS[find], _TRIGGERS[find], find)
    reply = find(data, _TRIGGERS[find])
    assert reply is None or 0 <= reply.start < reply.end <= len(data)
    assert 0 <= language.is_reply(data) <= len(data)


def gm65_replies(data: bytes) -> None:
    _replies(gm65.find_reply, data)


GM65: Seeds = (b"\x02\x00\x00\x01\x00\x33\x31", b"\x02\x00\x00\x01\x00\x00\x00" * 3, b"\x02\x00\x00\xff" * 40)


def newland_replies(data: bytes) -> None:
    _replies(newland.find_reply, data)


NEWLAND: Seeds = (b"\x02\x010000#SCNTRG1\x06;\x03", b"\x02\x010000@SCNTRG1\x15;\x03\x02\x010000#SCNTRG1\x05;\x03")


def nt0861_replies(data: bytes) -> None:
    _replies(nt0861.find_reply, data)
    nt0861.read_code(data)


_NT0861_DONE = b"\x02\x30\x00\x04\x16T\x0d\x06"
NT0861: Seeds = (b"s" + _NT0861_DONE, b"\x02\x30\x00\x05\x16T\x0d!\x15", b"shttps://example.org")


def serial_scanner(data: bytes) -> None:
    """A whole scan; the first byte says in which family, and how it was set up."""
    kind = data[0] if data else 0
    find = (gm65.find_reply, newland.find_reply, nt0861.find_reply)[kind % 3]
    framing = Framing(0.05, b"\r\n" if kind & 0x40 else b"")
    language = Language(_TRIGGERS[find], _TRIGGERS[find], find)
    scanner = SerialScanner(Wire(data[1:]), language, framing, Habits(senses=bool(kind & 0x80)))
    with contextlib.suppress(DeadlineExceeded):
        assert len(scanner.scan(Control(60)).payload) <= PAYLOAD_LIMIT_BYTES


SCANS: Seeds = tuple(
    bytes([kind]) + spoken(b"stale", reply, b"s6901234567892\r\n", reply)
    for kind, reply in ((0x00, GM65[0]), (0x40, GM65[0]), (0x01, NEWLAND[0]), (0x02, _NT0861_DONE), (0x80, b"x"))
)


def typed_keys(data: bytes) -> None:
    """Events of the kernel as a scanner's line and as a pad's keys."""
    parser, at_once, line, pad = EventParser(), EventParser(), TypedLine(), Pad()
    events = [event for portion in portions(data) for event in parser.feed(portion)]
    assert events == at_once.feed(data[1:])
    for typed in line.type(events):
        assert len(typed) <= PAYLOAD_LIMIT_BYTES + 1
        assert all(byte == 9 or 32 <= byte < 127 for byte in typed)
    for event in events:
        pad.press(event)


def _keys(*events: tuple[int, int, int]) -> bytes:
    return b"".join(EVENT.pack(index, 0, *event) for index, event in enumerate(events))


KEYS = whole(
    _keys((EV_KEY, ecodes.KEY_LEFTSHIFT, 1), (EV_KEY, ecodes.KEY_A, 1), (EV_KEY, ecodes.KEY_ENTER, 1)),
    _keys((EV_KEY, ecodes.KEY_5, 1), (EV_KEY, ecodes.KEY_5, 2), (EV_SYN, 3, 0), (EV_SYN, 0, 0), (EV_KEY, 28, 1)),
)


def panel_frames(data: bytes) -> None:
    cut, at_once = frames.FrameParser(), frames.FrameParser()
    found = [frame for portion in portions(data) for frame in cut.feed(portion)]
    assert found == at_once.feed(data[1:])
    events = EventStream()
    events.learn(frames.BoardState(0, 0, False, False, False))
    for number, frame in enumerate(found):
        with contextlib.suppress(ProtocolError):
            events.hear(frame, float(number))
        events.take_change(float(number))


_IDENTITY, _STATE = bytes([1, 2, 3, 2, 0xFF]) + b"board", bytes(5 + len(frames.LIGHTS))
PANEL = whole(
    frames.encode(frames.Frame(1, frames.Kind.SENSOR, b"\x01\x01"))
    + frames.encode(frames.Frame(2, frames.Kind.KEY, b"5\x02\x14")),
    b"\xa5\xa5\x5a" + frames.encode(frames.Frame(1, frames.Kind.HEARTBEAT)),
    frames.encode(frames.Frame(1, 0x81, _IDENTITY)) + frames.encode(frames.Frame(2, 0x82, _STATE)),
)


def panel_bodies(data: bytes) -> None:
    """The body of an answer, as an identity or as a state."""
    if data[:1] == b"\0":
        frames.decode_identity(data[1:])
    else:
        frames.decode_state(data[1:]).sensors(4)


PANEL_BODIES: Seeds = (b"\0" + _IDENTITY, b"\1" + _STATE, b"\1\1\x0f\7\0\0" + bytes(len(frames.LIGHTS)))


def telnet_stream(data: bytes) -> None:
    cut, at_once = telnet.TelnetParser(), telnet.TelnetParser()
    heard = [cut.feed(portion) for portion in portions(data)]
    joined = b"".join(payload for payload, _ in heard), b"".join(reply for _, reply in heard)
    assert joined == at_once.feed(data[1:])
    assert all(len(value) <= telnet.SETTING_LIMIT for value in cut.told.values())


TELNET = whole(
    telnet.greeting() + b"data\xff\xff",
    telnet.setting(telnet.ANSWERED + telnet.SET_BAUD, (9600).to_bytes(4, "big")) + b"x",
    b"\xff\xfe\x2c\xff\xfc\x2c\xff\xfd\x18",
)


def addresses(data: bytes) -> None:
    """The port of a profile."""
    open_transport(data.decode("utf-8", "replace"))


ADDRESSES: Seeds = (b"/dev/ttyS0", b"socket://[::1]:9100", b"rfc2217://a:1", b"usb://04b8:0202/x", b"tcp://h")
