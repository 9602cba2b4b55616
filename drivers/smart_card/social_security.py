"""The social-security card (社保卡): what it shows without a PIN, EF05 and EF06 under SSSE.

Source: LD/T 32.5-2015's command set as public drivers use it. Records are read by identifier: P1 is the tag, and the
answer begins with tag and length. Photo, fingerprint and everything behind the PIN are not touched.
"""

from __future__ import annotations

import unicodedata
from datetime import date

from drivers.contract.errors import InvalidMedia
from drivers.contract.smart_card import SocialSecurityCard
from drivers.smart_card.apdu import OK, Apdu, Send, demand, exchange

SSSE = b"sx1.sh." + "社会保障".encode("gbk")
_SEXES = {"0": "unknown", "1": "male", "2": "female", "9": "not_stated"}
_CARD_NUMBER_BY_SFI = Apdu(0x00, 0xB2, 0x07, 0x2C, le=0x0B)
_EF06 = 0xEF06


def read(send: Send) -> SocialSecurityCard:
    """Read the holder's fields; InvalidMedia when the card is none of this kind, or its content cannot be right."""
    demand(send, Apdu(0x00, 0xA4, 0x04, 0x00, SSSE, 0))
    card_number = _value(exchange(send, _CARD_NUMBER_BY_SFI).data, 0x07)
    demand(send, Apdu(0x00, 0xA4, 0x02, 0x00, _EF06.to_bytes(2, "big")))
    return SocialSecurityCard(
        number=_number(_required(send, 0x08, 0x14)),
        name=_gbk(_required(send, 0x09, 0x20)),
        sex=_sex(_record(send, 0x0A, 0x03)),
        nation=_bcd(_record(send, 0x0B, 0x03)),
        birth=_date(_bcd(_record(send, 0x0D, 0x06))),
        birth_place=_bcd(_record(send, 0x0C, 0x05)),
        card_number=_ascii(card_number),
    )


def _required(send: Send, tag: int, le: int) -> bytes:
    value = _record(send, tag, le)
    if not value:
        raise InvalidMedia("the social-security card lacks a field", tag=f"{tag:02X}")
    return value


def _record(send: Send, tag: int, le: int) -> bytes:
    """One record's value; empty when the card has none."""
    answer = exchange(send, Apdu(0x00, 0xB2, tag, 0x00, le=le))
    return _value(answer.data, tag) if answer.sw == OK else b""


def _value(record: bytes, tag: int) -> bytes:
    """The value of `tag len value`; empty when the record is another one or cut off."""
    if len(record) < 2 or record[0] != tag or len(record) < 2 + record[1]:
        return b""
    return record[2 : 2 + record[1]]


def _ascii(raw: bytes) -> str:
    """Letters and digits; padded with F, blanks or zeros bytes."""
    text = raw.rstrip(b"\xff\x00 ").decode("ascii", "replace").rstrip("F").strip()
    if not all(sign.isascii() and sign.isalnum() for sign in text):
        raise InvalidMedia("a number on the card is not made of letters and digits")
    return text


def _number(raw: bytes) -> str:
    """As `_ascii`, but not empty: a card that was never filled in holds nothing but padding."""
    if not (number := _ascii(raw)):
        raise InvalidMedia("the social-security card holds no number")
    return number


def _gbk(raw: bytes) -> str:
    try:
        text = raw.rstrip(b"\x00\xff ").decode("gb18030").strip()
    except UnicodeDecodeError:
        raise InvalidMedia("the name on the card cannot be read") from None
    if not text or any(unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"} for sign in text):
        raise InvalidMedia("the name on the card holds signs that no name has")
    return text


def _date(digits: str) -> str:
    """YYYY-MM-DD; empty for a day that no calendar has, as of a card without a birth date."""
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).isoformat() if len(digits) == 8 else ""
    except ValueError:
        return ""


def _bcd(raw: bytes) -> str:
    """Two digits a byte; what is no digit ends it."""
    return raw.hex().rstrip("f") if raw.hex().rstrip("f").isdigit() else ""


def _sex(raw: bytes) -> str:
    """One byte: the digit of GB/T 2261.1, as a number or as its character."""
    digit = raw.decode("ascii", "replace") if raw[:1].isdigit() else raw.hex().lstrip("0") or "0"
    return _SEXES.get(digit, "") if raw else ""
