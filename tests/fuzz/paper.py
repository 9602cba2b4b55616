"""Parsers of printers."""

from __future__ import annotations

import contextlib
import struct

from drivers.document_printer.ipp import (
    ENUM,
    INTEGER,
    JOB_GROUP,
    KEYWORD,
    NAME,
    OCTETS,
    PRINTER_GROUP,
    RANGE,
    Attribute,
    Operation,
    Value,
    decode_answer,
    encode_request,
)
from drivers.document_printer.jobs import counted, outcome_of, plan, read_job
from drivers.document_printer.state import read_printer
from drivers.receipt_printer.conversation import Conversation
from drivers.receipt_printer.dialect import Dialect
from drivers.receipt_printer.families.custom import FULL_STATUS, read_full_status
from drivers.receipt_printer.families.snbc import OWN, read_own_status
from drivers.receipt_printer.status import REAL_TIME, Demultiplexer, PrinterStatus
from kiosk.ipc import Control, DeadlineExceeded
from tests.fuzz.portions import Seeds, Wire, portions, spoken, whole

_DIALECTS = (
    Dialect(automatic_status=True),
    Dialect((FULL_STATUS,), read_full_status, presenter=True),
    Dialect((*REAL_TIME, *OWN), read_own_status, presenter=True),
)


def demultiplexer(data: bytes) -> None:
    for question in (REAL_TIME[0], FULL_STATUS, OWN[0]):
        cut, at_once = Demultiplexer(question), Demultiplexer(question)
        for portion in portions(data):
            cut.feed(portion)
        at_once.feed(data[1:])
        assert cut == at_once
        for packet in cut.automatic:
            PrinterStatus.from_automatic(packet).report()


STATUS_STREAMS = whole(
    bytes.fromhex("12121212"),
    bytes.fromhex("1A161212 1E380000000000"),
    bytes.fromhex("100F00000000 100F200000000012"),
    bytes.fromhex("1012000310000013111A52325200200101"),
)


def status_words(data: bytes) -> None:
    """Each family's reading of answers of the right number and length, whatever bits they have."""
    padded = data.ljust(12, b"\0")
    single = [padded[at : at + 1] for at in range(7)]
    for status in (
        PrinterStatus.from_answers(single),
        PrinterStatus.from_automatic(padded[:4]),
        read_own_status(single),
        read_full_status([padded[:6]]),
    ):
        assert status.report().usable == (status.failure is None)
        assert not status.passing or status.failure


STATUS_WORDS: Seeds = (bytes(12), b"\x12" * 12, b"\x10\x0f" + b"\xff" * 10)


def conversation(data: bytes) -> None:
    """A whole talk about the state in one of the dialects."""
    talk = Conversation(Wire(data[1:]), _DIALECTS[(data[0] if data else 0) % len(_DIALECTS)])
    talk.begin()
    with contextlib.suppress(DeadlineExceeded):
        talk.status(Control(60))
        while talk.listen(1.0, Control(60)):
            assert talk.confirmations >= 0
        if talk.told is not None:
            talk.told.report()


TALKS: Seeds = (
    b"\0" + spoken(b"\x12", b"\x12", b"\x12", b"\x12", bytes.fromhex("38000000"), b"\0"),
    b"\0" + spoken(b"\x1a", b"\x16", b"\x12", b"\x12", bytes.fromhex("38000000"), b"\0"),
    b"\1" + spoken(bytes.fromhex("100F00000000"), b"\0"),
    b"\2" + spoken(b"\x12", b"\x12", b"\x12", b"\x12", b"\0", b"\1", b"\1"),
)


def ipp(data: bytes) -> None:
    answer = decode_answer(data)
    for tag in (PRINTER_GROUP, JOB_GROUP):
        attributes = answer.group(tag)
        read_printer(attributes).report()
        job, (part,) = read_job(attributes), plan(3, 2, True)
        counted(job, part.sheets)
        outcome_of(job, part.sheets)


def _printer(*attributes: Attribute) -> bytes:
    """An answer in our own request's clothes: the same form but for the group."""
    raw = bytearray(encode_request(0, 1, (), attributes))
    raw[raw.index(bytes([JOB_GROUP]) + bytes([attributes[0].tag]))] = PRINTER_GROUP
    return bytes(raw)


_TRAY = (
    b"type=sheetFeedAutoRemovableTray;dimunit=micrometers;mediafeed=297000;mediaxfeed=210000;maxcapacity=250;level=9;"
)
_SUPPLY = b"type=toner;class=supplyThatIsConsumed;maxcapacity=100;level=-2;colorantname=black;"
IPP: Seeds = (
    _printer(
        Attribute(ENUM, "printer-state", (3,)),
        Attribute(KEYWORD, "printer-state-reasons", ("media-low-warning", "cover-open-error", "none")),
        Attribute(OCTETS, "printer-input-tray", (_TRAY,)),
        Attribute(RANGE, "copies-supported", ((1, 99),)),
    ),
    _printer(
        Attribute(OCTETS, "printer-supply", (_SUPPLY,)),
        Attribute(NAME, "marker-names", ("black", "红")),
        Attribute(INTEGER, "marker-levels", (-1, 40)),
        Attribute(ENUM, "operations-supported", (Operation.CREATE_JOB, Operation.SEND_DOCUMENT)),
    ),
    encode_request(
        0,
        1,
        (),
        (
            Attribute(INTEGER, "job-id", (7,)),
            Attribute(ENUM, "job-state", (9,)),
            Attribute(INTEGER, "job-impressions-completed", (12,)),
            Attribute(KEYWORD, "job-state-reasons", ("job-completed-successfully",)),
        ),
    ),
    b"\x02\x00" + struct.pack(">HI", 0x0406, 1) + b"\x03",
)


def supplies(data: bytes) -> None:
    """Tray, supply and reason words, which printers write as they like."""
    text = data.decode("utf-8", "replace")
    told: dict[str, tuple[Value, ...]] = {
        "printer-input-tray": (data,),
        "printer-supply": (data,),
        "printer-state-reasons": tuple(text.split(";")),
        "marker-names": (text,),
        "marker-levels": tuple(byte - 3 for byte in data[:8]),
        "printer-state": (data[0] if data else 3,),
    }
    for left_out in ("", "marker-levels"):
        state = read_printer({name: value for name, value in told.items() if name != left_out})
        state.report()


SUPPLIES: Seeds = (_TRAY, _SUPPLY, b"media-empty-error;cover-open;toner-low-warning;spool-area-full-report")
