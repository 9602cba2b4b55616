"""The bank card (PBOC, EMV): its number, and nothing else.

Path: directory (2PAY contactless, 1PAY contact) → application → GET PROCESSING OPTIONS → records until tag 5A.
Track 2 (57), name (5F20) and holder's document (9F61, 9F62) lie in the same records: they are passed over and dropped
with them. No PIN is ever asked for: that needs a certified keypad.
"""

from __future__ import annotations

from collections.abc import Iterator

from drivers.contract.errors import InvalidMedia, ProtocolError
from drivers.contract.smart_card import BankCard
from drivers.smart_card import tlv
from drivers.smart_card.apdu import ABSENT, OK, Apdu, Send, demand, exchange, failure

CONTACTLESS, CONTACT = b"2PAY.SYS.DDF01", b"1PAY.SYS.DDF01"
UNIONPAY = bytes.fromhex("A000000333")
KINDS = {"0101": "debit", "0102": "credit", "0103": "quasi_credit", "0106": "cash"}
_PAN, _AID, _PDOL, _AFL = 0x5A, 0x4F, 0x9F38, 0x94
_PROCESSING_OPTIONS_1, _PROCESSING_OPTIONS_2 = 0x80, 0x77
_RECORDS_LIMIT, _LAST_FILE = 40, 30
SHORTEST_PAN, LONGEST_PAN = 12, 19


def read(send: Send, whole_number: bool = False) -> BankCard:
    """Read the number; InvalidMedia when there is no payment application, or no number that can be right."""
    aid = _choose(send)
    fci = demand(send, _select(aid))
    number = _number(_records(send, _file_locator(send, fci)))
    kind = KINDS.get(aid[5:7].hex(), "") if aid[:5] == UNIONPAY else ""
    return BankCard(mask(number), kind, aid.hex().upper(), number if whole_number else "")


def mask(number: str) -> str:
    """The first six and the last four digits; the rest as *."""
    return number[:6] + "*" * (len(number) - 10) + number[-4:]


def luhn(number: str) -> bool:
    """Whether a number ends in its check digit (ISO/IEC 7812-1)."""
    digits = [int(digit) for digit in reversed(number)]
    return sum(digits[0::2] + [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]) % 10 == 0


def _select(name: bytes) -> Apdu:
    return Apdu(0x00, 0xA4, 0x04, 0x00, name, 0)


def _choose(send: Send) -> bytes:
    """The first application of the directory that the card offers."""
    for directory in (CONTACTLESS, CONTACT):
        answer = exchange(send, _select(directory))
        if answer.sw in ABSENT:
            continue
        if answer.sw != OK:
            raise failure(answer.sw)
        aid = next(tlv.find_all(answer.data, _AID), None)
        if aid is None and directory == CONTACT:
            aid = next(tlv.find_all(_contact_directory(send, answer.data), _AID), None)
        if aid is not None:
            if not 5 <= len(aid) <= 16:
                raise InvalidMedia("the card's application has a name that cannot be right")
            return aid
    raise InvalidMedia("this is not a bank card")


def _contact_directory(send: Send, fci: bytes) -> bytes:
    """A contact card lists its applications in the records of a file whose number is tag 88."""
    number = next(tlv.find_all(fci, 0x88), b"")
    if len(number) != 1 or not 1 <= number[0] <= _LAST_FILE:
        return b""
    return b"".join(_file(send, number[0], 1, 10))


def _file_locator(send: Send, fci: bytes) -> bytes:
    """GET PROCESSING OPTIONS with a PDOL of zeros: we buy nothing, we only ask where the records are."""
    pdol = next(tlv.find_all(fci, _PDOL), b"")
    filled = bytes(_wanted(pdol))
    data = demand(send, Apdu(0x80, 0xA8, 0x00, 0x00, bytes([0x83, len(filled)]) + filled, 0))
    simple = tlv.find(data, _PROCESSING_OPTIONS_1)
    if simple is not None:
        return simple[2:]
    return next(tlv.find_all(data, _AFL), b"")


def _wanted(pdol: bytes) -> int:
    """How many bytes a PDOL (tags with one length byte each) asks for."""
    total, offset = 0, 0
    while offset < len(pdol):
        offset += 2 if pdol[offset] & 0x1F == 0x1F else 1
        if offset >= len(pdol):
            raise ProtocolError("the card's PDOL is cut off", cause="tlv")
        total += pdol[offset]
        offset += 1
    if total > 250:
        raise ProtocolError("the card's PDOL asks for more than a command holds", cause="tlv")
    return total


def _records(send: Send, locator: bytes) -> Iterator[bytes]:
    """The records that an application file locator names: four bytes each, file, first, last, signed."""
    for offset in range(0, len(locator) - 3, 4):
        file, first, last = locator[offset] >> 3, locator[offset + 1], locator[offset + 2]
        if not first or last < first or last - first > _RECORDS_LIMIT:
            raise ProtocolError("the card's file locator cannot be right", cause="tlv")
        yield from _file(send, file, first, last)


def _file(send: Send, file: int, first: int, last: int) -> Iterator[bytes]:
    for record in range(first, last + 1):
        answer = exchange(send, Apdu(0x00, 0xB2, record, file << 3 | 4, le=0))
        if answer.sw != OK:
            return
        yield answer.data


def _number(records: Iterator[bytes]) -> str:
    for record in records:
        raw = next(tlv.find_all(record, _PAN), None)
        if raw is not None:
            number = raw.hex().rstrip("f")
            if not number.isdigit() or not SHORTEST_PAN <= len(number) <= LONGEST_PAN or not luhn(number):
                raise InvalidMedia("the number on the card cannot be right")
            return number
    raise InvalidMedia("the card does not tell its number")
