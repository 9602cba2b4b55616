"""What goes to scanners and what comes back, byte for byte as published; and nothing that breaks a parser."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.build import DeviceConfigError, families_of, read_device_config
from drivers.contract.errors import DeviceFault, ProtocolError
from drivers.contract.scanner import PAYLOAD_LIMIT_BYTES, ScannedCode
from drivers.contract.status import DeviceRole
from drivers.evdev_input import EVENT, EventParser, KeyEvent
from drivers.scanner.families import gm65, honeywell, newland, nt0861
from drivers.scanner.language import Framing, Language, Verdict, failure, gap_for
from drivers.scanner.typed import TypedLine

GM65_CHECKED = Language(gm65.encode(bytes.fromhex("0801000201")), gm65.encode(bytes.fromhex("0801000200")))
LANGUAGES = {
    "honeywell": honeywell.LANGUAGE,
    "newland": newland.LANGUAGE,
    "gm65": Language(GM65_CHECKED.trigger, GM65_CHECKED.stop, gm65.find_reply),
    "nt0861": Language(
        nt0861.encode(b"\x16T\r"), nt0861.encode(b"\x16U\r"), nt0861.find_reply, read_code=nt0861.read_code
    ),
}
ARBITRARY = settings(max_examples=300, deadline=None)


@pytest.mark.parametrize(
    ("family", "trigger", "stop"),
    [
        ("honeywell", "16 54 0D", "16 55 0D"),
        (
            "newland",
            "7E 01 30 30 30 30 23 53 43 4E 54 52 47 31 3B 03",
            "7E 01 30 30 30 30 23 53 43 4E 54 52 47 30 3B 03",
        ),
        ("gm65", "7E 00 08 01 00 02 01 02 DA", "7E 00 08 01 00 02 00 12 FB"),
        ("nt0861", "02 30 00 04 16 54 0D 21", "02 30 00 04 16 55 0D 21"),
    ],
)
def test_start_and_stop_are_the_published_bytes(family: str, trigger: str, stop: str) -> None:
    language = LANGUAGES[family]
    assert (language.trigger, language.stop) == (bytes.fromhex(trigger), bytes.fromhex(stop))


def test_a_gm65_can_be_asked_not_to_check() -> None:
    assert gm65.encode(bytes.fromhex("0801000201"), checked=False) == bytes.fromhex("7E000801000201ABCD")


@pytest.mark.parametrize(
    ("body", "crc"),
    [
        ("00 01 00", "33 31"),
        ("01 01 00", "04 01"),
        ("03 01 00", "6A 61"),
        ("09 01 00 00 00", "DE C8"),
        ("08 01 00 02 01", "02 DA"),
    ],
)
def test_the_five_published_checks_of_gm65(body: str, crc: str) -> None:
    assert gm65.crc(bytes.fromhex(body)) == bytes.fromhex(crc)


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("02 00 00 01 00 33 31", Verdict.ACCEPTED),
        ("02 00 01 01 00 04 01", Verdict.MISHEARD),
        ("02 00 03 01 00 6A 61", Verdict.UNKNOWN),
        ("02 00 00 01 00 33 30", Verdict.DAMAGED),
        ("AA 02 00 02 00 00 01 00 33 31", Verdict.ACCEPTED),
    ],
)
def test_answers_of_gm65(answer: str, verdict: Verdict) -> None:
    found = gm65.find_reply(bytes.fromhex(answer), GM65_CHECKED.trigger)
    assert found is not None
    assert (found.verdict, found.end) == (verdict, len(bytes.fromhex(answer)))


@pytest.mark.parametrize(("mark", "verdict"), [(6, Verdict.ACCEPTED), (0x15, Verdict.REFUSED), (5, Verdict.UNKNOWN)])
def test_answers_of_newland(mark: int, verdict: Verdict) -> None:
    answer = bytes.fromhex("02 01 30 30 30 30") + b"#SCNTRG1" + bytes([mark]) + b";\x03"
    found = newland.find_reply(b"\x00\xaa" + answer + b"code", newland.LANGUAGE.trigger)
    assert found is not None
    assert (found.verdict, found.start, found.end) == (verdict, 2, 2 + len(answer))
    assert newland.find_reply(answer, newland.LANGUAGE.stop) is None


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("02 30 00 04 16 54 0D 06", Verdict.ACCEPTED),
        ("02 30 00 05 16 54 0D 21 06", Verdict.ACCEPTED),
        ("02 30 00 04 16 54 0D 15", Verdict.REFUSED),
        ("02 30 00 04 16 54 0D 05", Verdict.UNKNOWN),
        ("02 30 7F F0 16 54 0D 06", Verdict.DAMAGED),
    ],
)
def test_answers_of_nt0861(answer: str, verdict: Verdict) -> None:
    found = nt0861.find_reply(bytes.fromhex(answer), LANGUAGES["nt0861"].trigger)
    assert found is not None
    assert found.verdict is verdict
    assert nt0861.find_reply(bytes.fromhex(answer), LANGUAGES["nt0861"].stop) is None


@pytest.mark.parametrize(
    ("letter", "name"), [("s", "qr"), ("j", "code128"), ("r", "pdf417"), ("w", "datamatrix"), ("q", "other")]
)
def test_symbology_letters_of_nt0861(letter: str, name: str) -> None:
    assert nt0861.read_code(letter.encode() + b"12") == ScannedCode(b"12", name)


def test_a_code_of_nt0861_without_its_letter_is_not_guessed_at() -> None:
    with pytest.raises(ProtocolError):
        nt0861.read_code(b"12")


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if verdict is not Verdict.ACCEPTED])
def test_every_verdict_but_one_is_a_typed_error(verdict: Verdict) -> None:
    assert isinstance(failure(verdict), (ProtocolError, DeviceFault))


@pytest.mark.parametrize(("baud", "gap_s"), [(1200, 0.1), (9600, 0.1), (115200, 0.05)])
def test_the_silence_that_ends_a_code_goes_with_the_speed(baud: int, gap_s: float) -> None:
    assert gap_for(baud) == gap_s


@pytest.mark.parametrize("family", ["newland", "gm65", "nt0861"])
def test_late_answers_in_front_of_a_code_are_known_as_such(family: str) -> None:
    late = {
        "newland": b"\x02\x010000#SCNTRG0\x06;\x03",
        "gm65": bytes.fromhex("02000001003331"),
        "nt0861": bytes.fromhex("02300004 16550D06"),
    }[family]
    assert LANGUAGES[family].is_reply(late + b"code") == len(late)
    assert LANGUAGES[family].is_reply(b"code" + late) == 0


@ARBITRARY
@given(received=st.binary(max_size=64), language=st.sampled_from(list(LANGUAGES.values())))
def test_no_bytes_break_a_parser(received: bytes, language: Language) -> None:
    language.is_reply(received)
    if language.find_reply is not None:
        found = language.find_reply(received, language.trigger)
        assert found is None or 0 <= found.start < found.end <= len(received)
    with contextlib.suppress(ProtocolError):
        language.read_code(received)


@ARBITRARY
@given(
    before=st.binary(max_size=20).filter(lambda noise: b"\x02" not in noise),
    after=st.binary(max_size=20),
    family=st.sampled_from(["newland", "gm65", "nt0861"]),
)
def test_an_answer_is_found_in_any_noise(before: bytes, after: bytes, family: str) -> None:
    answer = {
        "newland": b"\x02\x010000#SCNTRG1\x06;\x03",
        "gm65": bytes.fromhex("02000001003331"),
        "nt0861": bytes.fromhex("02300004 16540D06"),
    }[family]
    language = LANGUAGES[family]
    assert language.find_reply is not None
    found = language.find_reply(before + answer + after, language.trigger)
    assert found is not None
    assert (found.verdict, found.start) == (Verdict.ACCEPTED, len(before))


@ARBITRARY
@given(payload=st.binary(min_size=1, max_size=200), suffix=st.sampled_from([b"", b"\r", b"\r\n"]))
def test_a_code_is_cut_at_its_suffix_and_nowhere_else(payload: bytes, suffix: bytes) -> None:
    code = Framing(0.1, suffix).split(payload + suffix)
    if not suffix:
        assert code is None
    else:
        assert code is not None
        assert (payload + suffix).startswith(code + suffix)
        assert suffix not in code


@pytest.mark.parametrize(("extra", "fits"), [(0, True), (1, False)])
def test_seven_kilobytes_is_the_most(extra: int, fits: bool) -> None:
    code = b"A" * (PAYLOAD_LIMIT_BYTES + extra)
    with contextlib.nullcontext() if fits else pytest.raises(ProtocolError):
        assert Framing(0.1, b"\r").split(code + b"\r") == code


def test_a_code_never_shows_in_a_log() -> None:
    assert "secret" not in repr(ScannedCode(b"secret"))


@ARBITRARY
@given(portions=st.lists(st.binary(max_size=90), max_size=8))
def test_no_bytes_break_the_reading_of_keys_nor_the_way_they_are_cut(portions: list[bytes]) -> None:
    in_parts, at_once = EventParser(), EventParser()
    found = [event for portion in portions for event in in_parts.feed(portion)]
    assert found == at_once.feed(b"".join(portions))
    for line in TypedLine().type(found):
        assert all(byte == 9 or 32 <= byte < 127 for byte in line)


@ARBITRARY
@given(
    keys=st.lists(
        st.builds(KeyEvent, st.integers(0, 0x2FF), st.integers(0, 2), st.floats(0, 100), st.booleans()), max_size=80
    )
)
def test_no_keys_type_anything_that_could_steer_a_screen(keys: list[KeyEvent]) -> None:
    for line in TypedLine().type(keys):
        assert all(byte == 9 or 32 <= byte < 127 for byte in line)


def test_an_event_is_laid_out_as_the_kernel_does() -> None:
    raw = bytes.fromhex("0100000000000000 20A1070000000000 0100 1C00 01000000")
    assert EventParser().feed(raw) == [KeyEvent(28, 1, 1.5)]
    assert EVENT.size == 24


def test_the_families_of_a_scanner_and_what_their_tables_refuse() -> None:
    assert set(families_of(DeviceRole.SCANNER)) == {"gm65", "honeywell", "newland", "nt0861", "wedge"}
    good = {"driver": "gm65", "port": "/dev/ttyS0"}
    read_device_config(DeviceRole.SCANNER, good)
    for mistake in ({"parity": "X"}, {"identify": "no hex"}, {"idle_gap_ms": -1}, {"port": "here"}, {"baud": 0}):
        with pytest.raises(DeviceConfigError):
            read_device_config(DeviceRole.SCANNER, good | mistake)
