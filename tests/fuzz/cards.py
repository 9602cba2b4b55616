"""Parsers of cards and their readers."""

from __future__ import annotations

import contextlib

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from drivers.contract.errors import ProtocolError
from drivers.id_card.frames import PREAMBLE, AnswerParser, checksum
from drivers.id_card.layouts import BLOCK_BYTES, decode_text, with_address
from drivers.id_card.multi_card import FrameParser, MultiCardModule, encode
from drivers.id_card.sam_v import SamVModule
from drivers.smart_card import bank as bank_card
from drivers.smart_card import social_security, technician, tlv
from kiosk.ipc import Control, DeadlineExceeded
from tests.drivers.vectors import CARDS, NEW_ADDRESS, RESIDENT, read_answer
from tests.fuzz.portions import Seeds, Wire, answers, same_however_cut, spoken, told, whole

_OK = b"\x90\x00"


def _answer(sw3: int, data: bytes = b"") -> bytes:
    body = (len(data) + 4).to_bytes(2, "big") + bytes([0, 0, sw3]) + data
    return PREAMBLE + body + bytes([checksum(body)])


_READY, _SAM_ID, _FOUND = _answer(0x90), _answer(0x90, b"\x05\0\1" + bytes(13)), _answer(0x9F, bytes(4))
_SELECTED = _answer(0x90, bytes(8))


def sam_v_frames(data: bytes) -> None:
    same_however_cut(data, lambda: AnswerParser().feed, ProtocolError)


SAM_V_FRAMES = whole(*(read_answer(name) for name in CARDS), NEW_ADDRESS, b"\x01\xaa" + _READY + _FOUND)


def layout(data: bytes) -> None:
    with_address(decode_text(data[:BLOCK_BYTES]), data[BLOCK_BYTES:])


LAYOUTS: Seeds = (*CARDS.values(), RESIDENT + NEW_ADDRESS[10:80])


def sam_v_module(data: bytes) -> None:
    with contextlib.suppress(DeadlineExceeded):
        SamVModule(Wire(data)).read(False, Control(60))


SAM_V_TALKS: Seeds = tuple(spoken(_READY, _SAM_ID, _FOUND, _SELECTED, read_answer(name), NEW_ADDRESS) for name in CARDS)


def multi_card_frames(data: bytes) -> None:
    same_however_cut(data, lambda: FrameParser().feed, ProtocolError)


_FULL_READ = encode(_OK + bytes.fromhex("01000400") + RESIDENT + bytes(1024))
MULTI_CARD_FRAMES = whole(_FULL_READ, encode(b"\x80\x00"), b"noise" + encode(_OK + b"version 1"))


def multi_card_module(data: bytes) -> None:
    with contextlib.suppress(DeadlineExceeded):
        MultiCardModule(Wire(data)).read(False, Control(60))


MULTI_CARD_TALKS: Seeds = tuple(map(spoken, (_FULL_READ, encode(b"\x80\x00"), encode(b"\x00\xf4"))))


def tlv_tree(data: bytes) -> None:
    list(tlv.find_all(data, 0x5A))
    tlv.find(data, 0x6F, 0xA5, 0xBF0C)


def _tlv(tag: str, value: bytes) -> bytes:
    return bytes.fromhex(tag) + bytes([len(value)]) + value


_AID = bytes.fromhex("A000000333010101")
_DIRECTORY = _tlv("6F", _tlv("A5", _tlv("BF0C", _tlv("61", _tlv("4F", _AID)))))
_CONTACT = _tlv("6F", _tlv("A5", _tlv("88", b"\x01")))
_APPLICATION = _tlv("6F", _tlv("A5", _tlv("9F38", bytes.fromhex("9F66049F0206"))))
_OPTIONS = _tlv("80", bytes.fromhex("7C0008010100"))
_RECORD = _tlv("70", _tlv("5A", bytes.fromhex("6228480402564890018F")) + _tlv("5F20", b"X"))
TLV: Seeds = (_DIRECTORY, _APPLICATION, _OPTIONS, _RECORD, b"\x9f\x81\x01\x82\x00\x01A" + _RECORD)


def bank(data: bytes) -> None:
    bank_card.read(answers(data))


BANK: Seeds = (
    told(_DIRECTORY + _OK, _APPLICATION + _OK, _OPTIONS + _OK, _RECORD + _OK),
    told(b"\x61\x20", _DIRECTORY + _OK, _APPLICATION + _OK, b"\x6c\x06", _OPTIONS + _OK, _RECORD + _OK),
    told(b"\x6a\x82", _tlv("6F", _tlv("A5", _tlv("88", b"\xda"))) + _OK),
    told(b"\x6a\x82", _CONTACT + _OK, _tlv("70", _tlv("61", _tlv("4F", _AID))) + _OK, b"\x6a\x83", _APPLICATION + _OK),
)


def social(data: bytes) -> None:
    social_security.read(answers(data))


_NAME = "社保张三".encode("gb18030")
SOCIAL: Seeds = (
    told(
        _OK,
        _tlv("07", b"A12345678") + _OK,
        _OK,
        _tlv("08", b"11010519491231002X") + _OK,
        _tlv("09", _NAME) + _OK,
        _tlv("0A", b"1") + _OK,
        _tlv("0B", b"\x01") + _OK,
        _tlv("0D", bytes.fromhex("19491231")) + _OK,
        _tlv("0C", bytes.fromhex("110105")) + _OK,
    ),
)


_CHALLENGE = bytes(technician.CHALLENGE_BYTES)


def technician_card(data: bytes) -> None:
    technician.prove(answers(data), _CHALLENGE, "123456")


_PRIVATE = ec.derive_private_key(7, ec.SECP256R1())
_KEY = _PRIVATE.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
_SIGNED = _PRIVATE.sign(technician.DOMAIN + _CHALLENGE, ec.ECDSA(hashes.SHA256()))
TECHNICIAN: Seeds = (
    told(_OK, b"TECH-0001" + _OK, _KEY + _OK, _OK, _SIGNED + _OK),
    told(_OK, b"TECH-0001" + _OK, _KEY + _OK, b"\x63\xc2"),
)
