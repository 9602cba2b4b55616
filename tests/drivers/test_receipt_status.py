"""What receipt printers say: the published tables both ways, all on one wire, cut anywhere, and noise."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.contract.errors import CoverOpen, DeviceError, DeviceFault, MediaJammed, PaperOut
from drivers.contract.status import DeviceState, MediaState, SupplyState
from drivers.receipt_printer.families import custom, snbc
from drivers.receipt_printer.presenter import Presenter
from drivers.receipt_printer.status import REAL_TIME, Demultiplexer, PrinterStatus, Question
from drivers.virtual.escpos_status import Condition

READY, OUT, LOW = SupplyState.FULL, SupplyState.OUT, SupplyState.LOW
TABLE = {  # DLE EOT 1-4, ASB (Epson), what it means
    "ready": ("12121212", "10000000", None, DeviceState.ONLINE, READY),
    "near end": ("1212121E", "10000300", None, DeviceState.ONLINE, LOW),
    "paper out": ("1A32127E", "18000F00", PaperOut, DeviceState.ONLINE, OUT),
    "cover open": ("1A161212", "38000000", CoverOpen, DeviceState.USER_ERROR, READY),
    "cutter": ("1A521A12", "18080000", MediaJammed, DeviceState.HARDWARE_ERROR, READY),
    "unrecoverable": ("1A523212", "18200000", DeviceFault, DeviceState.HARDWARE_ERROR, READY),
    "overheated": ("1A525212", "18400000", DeviceFault, DeviceState.HARDWARE_ERROR, READY),
    "fed by button": ("1A1A1212", "58000000", DeviceFault, DeviceState.HARDWARE_ERROR, READY),
}
TWIN = {
    "ready": Condition(),
    "near end": Condition(near_end=True),
    "paper out": Condition(paper_out=True),
    "cover open": Condition("cover_open"),
    "cutter": Condition("cutter_error"),
    "unrecoverable": Condition("unrecoverable"),
    "overheated": Condition("overheated"),
    "fed by button": Condition("feed_button"),
}


def each(packed: str) -> list[bytes]:
    return [bytes([byte]) for byte in bytes.fromhex(packed)]


@pytest.mark.parametrize("name", TABLE)
def test_the_published_bytes_mean_what_the_table_says(name: str) -> None:
    answers, _, failure, state, paper = TABLE[name]
    read = PrinterStatus.from_answers(each(answers))
    assert read.consistent
    assert (type(read.failure) if read.failure else None) is failure
    assert read.report().state is state
    assert read.report().supplies == {"paper": paper}
    assert read.report().usable == (failure is None)


@pytest.mark.parametrize("name", TABLE)
def test_automatic_status_says_the_same_as_the_four_answers(name: str) -> None:
    answers, packet, *_ = TABLE[name]
    assert PrinterStatus.from_automatic(bytes.fromhex(packet)) == PrinterStatus.from_answers(each(answers))


@pytest.mark.parametrize("name", TABLE)
def test_the_twin_answers_the_table_from_the_other_side(name: str) -> None:
    answers, packet, *_ = TABLE[name]
    condition = TWIN[name]
    assert bytes(condition.real_time(number) for number in (1, 2, 3, 4)).hex().upper() == answers
    assert condition.automatic().hex().upper() == packet


@pytest.mark.parametrize("answers", ["1A121212", "12161212", "12521212", "12121A12", "12121216", "12121232"])
def test_answers_that_contradict_each_other_are_not_believed_at_once(answers: str) -> None:
    assert not PrinterStatus.from_answers(each(answers)).consistent


@given(st.integers(0, 11), st.lists(st.integers(1, 6), max_size=12))
@settings(max_examples=200, deadline=None)
def test_all_that_a_printer_says_is_told_apart_however_the_reads_are_cut(at: int, cuts: list[int]) -> None:
    """Automatic status, flow control, an answer (at any place) and an in-order answer on one wire."""
    stream = bytearray(b"\x11\x10\x08\x0f\x00\x13\x38\x00\x03\x00")
    stream[6:6] = b"\x00"  # GS r, between two packets
    stream.insert(min(at, len(stream)), 0x1E)
    sorter = Demultiplexer()
    rest = bytes(stream)
    for cut in cuts:
        sorter.feed(rest[:cut])
        rest = rest[cut:]
    sorter.feed(rest)
    assert sorter.answers == [b"\x1e"]
    assert [packet[0] for packet in sorter.automatic] == [0x10, 0x38] or sorter.automatic[0] == b"\x10\x08\x0f\x00"
    assert sorter.in_order == [0]
    assert sorter.strange == 0


@given(st.binary(max_size=200), st.sampled_from([*REAL_TIME, custom.FULL_STATUS, *snbc.OWN]))
@settings(max_examples=400, deadline=None)
def test_no_bytes_break_the_sorter_or_make_an_answer_of_the_wrong_form(data: bytes, question: Question) -> None:
    sorter = Demultiplexer()
    sorter.ask(question)
    for byte in data:
        sorter.feed([byte])
    for answer in sorter.answers:
        assert len(answer) == question.size
        assert answer.startswith(question.head)
        if not question.head and not question.any_byte:
            assert answer[0] & 0x93 == 0x12
    assert all(len(packet) == 4 for packet in sorter.automatic)


@given(st.binary(min_size=4, max_size=4))
@settings(max_examples=300, deadline=None)
def test_any_four_answers_give_a_report(data: bytes) -> None:
    status = PrinterStatus.from_answers([bytes([byte]) for byte in data])
    assert status.failure is None or isinstance(status.failure, DeviceError)
    assert status.report().role == "receipt"
    PrinterStatus.from_automatic(data).report()


def full_status(paper: int = 0, user: int = 0, recoverable: int = 0, unrecoverable: int = 0) -> PrinterStatus:
    return custom.read_full_status([bytes([0x10, 0x0F, paper, user, recoverable, unrecoverable])])


def test_customs_six_bytes_are_read_as_its_manuals_say() -> None:
    assert full_status() == PrinterStatus(media=MediaState.NOT_PRESENT)
    assert full_status(paper=0x20).media is MediaState.PRESENT
    assert full_status(paper=0x04).near_end
    assert full_status(paper=0x80).failure is None  # the notch sensor is no failure
    for bits, error in (
        ({"paper": 0x01}, PaperOut),
        ({"paper": 0x40}, PaperOut),
        ({"user": 0x01}, CoverOpen),
        ({"user": 0x02}, CoverOpen),
        ({"user": 0x20}, DeviceFault),
        ({"recoverable": 0x01}, DeviceFault),
        ({"recoverable": 0x08}, DeviceFault),
        ({"recoverable": 0x40}, MediaJammed),
        ({"unrecoverable": 0x01}, MediaJammed),
        ({"unrecoverable": 0x02}, CoverOpen),
        ({"unrecoverable": 0x04}, DeviceFault),
    ):
        assert isinstance(full_status(**bits).failure, error), bits


def test_customs_head_does_not_hide_an_automatic_status_of_another_make() -> None:
    sorter = Demultiplexer()
    sorter.ask(custom.FULL_STATUS)
    sorter.feed(b"\x10\x00\x03\x00" + b"\x10\x0f\x20\x00\x00\x00" + b"\x00")
    assert sorter.automatic == [b"\x10\x00\x03\x00"]
    assert sorter.answers == [b"\x10\x0f\x20\x00\x00\x00"]
    assert sorter.in_order == [0]


@pytest.mark.parametrize("trouble", ["", "cover_open", "cutter_error", "overheated", "unrecoverable", "jammed"])
@pytest.mark.parametrize("waiting", [False, True])
def test_all_families_say_the_same_of_the_same_machine(trouble: str, waiting: bool) -> None:
    condition = Condition(trouble, slip_waiting=waiting)
    common = [bytes([condition.real_time(number)]) for number in (1, 2, 3, 4)]
    plain = PrinterStatus.from_answers(common)
    of_snbc = snbc.read_own_status([*common, *(bytes([condition.snbc(number)]) for number in (5, 6, 9))])
    of_custom = custom.read_full_status([condition.custom()])
    media = MediaState.PRESENT if waiting else MediaState.NOT_PRESENT
    assert (of_snbc.media, of_custom.media) == (media, media)
    assert of_snbc.consistent
    if trouble != "jammed":  # common status has no word for it
        expected = type(plain.failure)
        assert (type(of_snbc.failure), type(of_custom.failure)) == (expected, expected)
    else:
        assert isinstance(of_snbc.failure, MediaJammed)
        assert isinstance(of_custom.failure, MediaJammed)


def test_a_slip_that_vanishes_late_was_pulled_back_and_one_that_vanishes_early_was_taken() -> None:
    held = PrinterStatus(media=MediaState.PRESENT)
    gone = replace(held, media=MediaState.NOT_PRESENT)
    presenter = Presenter(retracts_after_s=30)
    assert presenter.judge(gone, 0).media is MediaState.NOT_PRESENT
    assert presenter.judge(held, 10).media is MediaState.PRESENT
    assert presenter.judge(gone, 20).media is MediaState.NOT_PRESENT
    presenter.judge(held, 100)
    presenter.judge(held, 120)
    assert presenter.judge(gone, 130).media is MediaState.RETRACTED
    assert presenter.judge(gone, 500).media is MediaState.RETRACTED  # until the next slip
    assert presenter.judge(held, 600).media is MediaState.PRESENT
    assert Presenter().judge(gone, 1).media is MediaState.NOT_PRESENT
