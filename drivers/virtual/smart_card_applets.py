"""What virtual cards answer: social-security card, bank card, technician card, a card of some other kind.

Samples only (演示). Each applet is a card of its own with files and state; `t0` makes it answer like a contact card of
protocol T=0, with 61xx and 6Cxx.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from drivers.virtual.control import Refused

OK, NO_FILE, NO_RECORD, NO_INS = 0x9000, 0x6A82, 0x6A83, 0x6D00
NO_DATA, NOT_ALLOWED, WRONG_LENGTH, BLOCKED = 0x6A88, 0x6985, 0x6700, 0x6983


def tlv(tag: int, value: bytes) -> bytes:
    """One data object, in the short forms of length."""
    name = tag.to_bytes(2 if tag > 0xFF else 1, "big")
    length = bytes([len(value)]) if len(value) < 0x80 else bytes([0x81, len(value)])
    return name + length + value


class Applet:
    """A card without applications; the others build on it."""

    public_key = b""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self._t0 = bool(fields.get("t0", False))
        self._waiting = b""
        self.selected = b""

    def reset(self) -> None:
        """Power was taken away: everything that a command opened is closed."""
        self.selected, self._waiting = b"", b""

    def answer(self, command: bytes) -> bytes:
        """The bytes of an answer to the bytes of a command."""
        if len(command) < 4:
            return WRONG_LENGTH.to_bytes(2, "big")
        if command[1] == 0xC0:
            data, self._waiting = self._waiting, b""
            return data + OK.to_bytes(2, "big")
        data, status = self.carry_out(command[1], command[2], command[3], _data(command))
        if self._t0 and status == OK and data:
            return self._in_two_halves(command, data)
        return data + status.to_bytes(2, "big")

    def carry_out(self, ins: int, p1: int, p2: int, data: bytes) -> tuple[bytes, int]:
        """Data and status word of one command."""
        return (b"", NO_FILE) if ins == 0xA4 else (b"", NO_INS)

    def _in_two_halves(self, command: bytes, data: bytes) -> bytes:
        wanted = command[4] if len(command) == 5 else 0
        if len(command) == 5 and wanted != len(data):
            return bytes([0x6C, len(data) & 0xFF])
        if len(command) == 5:
            return data + OK.to_bytes(2, "big")
        self._waiting = data
        return bytes([0x61, len(data) & 0xFF])


class SocialSecurityApplet(Applet):
    """SSSE with EF05 and EF06."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        super().__init__(fields)
        birth = str(fields.get("birth", "19491231"))
        self._holder = {
            0x08: str(fields.get("number", "11010519491231002X")).encode(),
            0x09: str(fields.get("name", "测试甲")).encode("gb18030").ljust(30, b"\0"),
            0x0A: str(fields.get("sex", "1")).encode(),
            0x0B: bytes.fromhex(str(fields.get("nation", "01"))),
            0x0C: bytes.fromhex(str(fields.get("birth_place", "440106"))),
            0x0D: bytes.fromhex(birth),
        }
        self._issuer = {0x07: str(fields.get("card_number", "A12345678")).encode()}
        self._open: Mapping[int, bytes] = {}

    def reset(self) -> None:
        """Back to nothing selected."""
        super().reset()
        self._open = {}

    def carry_out(self, ins: int, p1: int, p2: int, data: bytes) -> tuple[bytes, int]:
        """SELECT and READ RECORD."""
        if ins == 0xA4 and p1 == 0x04:
            if data != b"sx1.sh." + "社会保障".encode("gbk"):
                return b"", NO_FILE
            self.selected = data
            return tlv(0x6F, tlv(0x84, data)), OK
        if not self.selected:
            return b"", NO_FILE
        if ins == 0xA4:
            known = {b"\xef\x05": self._issuer, b"\xef\x06": self._holder}
            self._open = known.get(data, {})
            return b"", OK if data in known else NO_FILE
        if ins != 0xB2:
            return b"", NO_INS
        file = self._issuer if p2 >> 3 == 5 else self._open
        return (tlv(p1, file[p1]), OK) if p1 in file else (b"", NO_RECORD)


class BankApplet(Applet):
    """A contactless debit card; the records hold what a real one holds, track 2 and name too."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        super().__init__(fields)
        self._aid = bytes.fromhex(str(fields.get("aid", "A000000333010101")))
        number = str(fields.get("number", "6222021234567890128"))
        packed = bytes.fromhex(number + "F" * (len(number) % 2))
        track = bytes.fromhex((number + "D30122201000012300000").ljust(38, "F"))
        self._directory = b"1PAY.SYS.DDF01" if fields.get("contact") else b"2PAY.SYS.DDF01"
        self._contact = bool(fields.get("contact"))
        pdol = tlv(0x9F38, bytes.fromhex("9F66049F02069F37045F2A02")) if fields.get("pdol", True) else b""
        self._fci = tlv(0x6F, tlv(0x84, self._aid) + tlv(0xA5, tlv(0x50, b"PBOC DEBIT") + pdol))
        self._format_2 = bool(fields.get("format_2", False))
        name = tlv(0x5F20, b"YAN SHI/CE SHI")
        self._records = {
            (1, 1): tlv(0x70, tlv(0x57, track) + name),
            (2, 1): tlv(0x70, tlv(0x5F24, b"\x30\x12\x31") + tlv(0x5A, packed) + tlv(0x5F34, b"\x01")),
        }

    def carry_out(self, ins: int, p1: int, p2: int, data: bytes) -> tuple[bytes, int]:
        """SELECT, GET PROCESSING OPTIONS, READ RECORD."""
        match ins:
            case 0xA4:
                return self._select(data)
            case 0xA8 if self.selected == self._aid:
                locator = bytes.fromhex("08010100" + "10010100")
                if self._format_2:
                    return tlv(0x77, tlv(0x82, b"\x7c\x00") + tlv(0x94, locator)), OK
                return tlv(0x80, b"\x7c\x00" + locator), OK
            case 0xB2 if self.selected == self._aid:
                record = self._records.get((p2 >> 3, p1))
                return (record, OK) if record else (b"", NO_RECORD)
            case 0xB2 if self._contact and self.selected == self._directory:
                entry = tlv(0x70, tlv(0x61, tlv(0x4F, self._aid) + tlv(0x50, b"PBOC DEBIT")))
                return (entry, OK) if (p2 >> 3, p1) == (1, 1) else (b"", NO_RECORD)
        return b"", NO_INS

    def _select(self, name: bytes) -> tuple[bytes, int]:
        if name == self._aid:
            self.selected = name
            return self._fci, OK
        if name != self._directory:
            return b"", NO_FILE
        self.selected = name
        if self._contact:
            return tlv(0x6F, tlv(0x84, name) + tlv(0xA5, tlv(0x88, b"\x01"))), OK
        entry = tlv(0xBF0C, tlv(0x61, tlv(0x4F, self._aid)))
        return tlv(0x6F, tlv(0x84, name) + tlv(0xA5, entry)), OK


class TechnicianApplet(Applet):
    """PIN, key, signature. `forged`: it signs with another key than the one it shows."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        super().__init__(fields)
        self._pin = str(fields.get("pin", "246810")).encode().ljust(8, b"\xff")
        self._tries = int(fields.get("tries", 3))
        self._serial = str(fields.get("serial", "T-0001")).encode()
        key = ec.generate_private_key(ec.SECP256R1())
        self._key = ec.generate_private_key(ec.SECP256R1()) if fields.get("forged") else key
        self.public_key = key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        self._proven = False

    def reset(self) -> None:
        """The PIN must be given again."""
        super().reset()
        self._proven = False

    def carry_out(self, ins: int, p1: int, p2: int, data: bytes) -> tuple[bytes, int]:
        """SELECT, GET DATA, VERIFY, INTERNAL AUTHENTICATE."""
        if ins == 0xA4:
            self.selected = data if data == b"\xf0DOORSTEP\x01" else b""
            return b"", OK if self.selected else NO_FILE
        if not self.selected:
            return b"", NO_INS
        match ins:
            case 0xCA:
                known = {1: self._serial, 2: self.public_key}
                return (known[p2], OK) if p1 == 1 and p2 in known else (b"", NO_DATA)
            case 0x20:
                return b"", self._verify(data)
            case 0x88 if self._proven:
                return self._key.sign(b"doorstep technician" + data, ec.ECDSA(hashes.SHA256())), OK
            case 0x88:
                return b"", NOT_ALLOWED
        return b"", NO_INS

    def _verify(self, pin: bytes) -> int:
        if self._tries <= 0:
            return BLOCKED
        self._proven = pin == self._pin
        self._tries = 3 if self._proven else self._tries - 1
        return OK if self._proven else 0x63C0 | self._tries


def _data(command: bytes) -> bytes:
    """The data of a short command; a lone Le is none."""
    return command[5 : 5 + command[4]] if len(command) > 5 else b""


def _checked(make: Callable[[Mapping[str, Any]], Applet]) -> Callable[[Mapping[str, Any]], Applet]:
    def build(fields: Mapping[str, Any]) -> Applet:
        try:
            return make(fields)
        except (ValueError, UnicodeEncodeError) as error:
            raise Refused(f"the card's fields cannot be used: {error}") from None

    return build


CARDS: Mapping[str, Callable[[Mapping[str, Any]], Applet]] = {
    "social_security": _checked(SocialSecurityApplet),
    "bank": _checked(BankApplet),
    "technician": _checked(TechnicianApplet),
    "foreign": _checked(Applet),
}
