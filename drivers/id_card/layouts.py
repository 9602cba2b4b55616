"""The 256-byte text block of a card, in its four layouts, decoded strictly. Pure.

UTF-16LE, every field padded with U+0020. The character at offset 248 tells the layout: I foreigner 2017,
J Hong Kong/Macau/Taiwan residence permit, Y foreigner 2023, anything else a resident card (GA/T 490 and
supplements). Private-use characters stay, and so do ideographs that are newer than this program's Unicode tables: a
rare name may need them; the card then says that a person must look at it.
"""

from __future__ import annotations

import datetime
import unicodedata

import msgspec

from drivers.contract.errors import InvalidMedia
from drivers.contract.values import CardLayout, IdCard
from drivers.id_card.codes import SEXES, nation_name
from drivers.id_card.numbers import previous_number, valid_number

BLOCK_BYTES = 256
_LAYOUTS = {"I": CardLayout.FOREIGNER_2017, "J": CardLayout.HK_MACAU_TAIWAN, "Y": CardLayout.FOREIGNER_2023}
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LONG_TERM = "长期"
_IDEOGRAPHIC_PLANES = (2, 3)


class _Block:
    """Fields of a text block by offset and length in bytes."""

    def __init__(self, block: bytes) -> None:
        if len(block) != BLOCK_BYTES:
            raise InvalidMedia(f"a text block has {BLOCK_BYTES} bytes, not {len(block)}", cause="length")
        self._block = block
        self.needs_person = False

    def text(self, offset: int, length: int, field: str) -> str:
        """One field without its padding; InvalidMedia for characters that no card may hold."""
        return self._clean(self._block[offset : offset + length], field)

    def joined(self, *parts: tuple[int, int], field: str) -> str:
        """One field that is stored in several places; a space at a seam is kept."""
        return self._clean(b"".join(self._block[offset : offset + length] for offset, length in parts), field)

    def date(self, offset: int, field: str) -> str:
        """YYYYMMDD as YYYY-MM-DD; empty stays empty; only `valid_to` may have no end ("long-term")."""
        text = self.text(offset, 16, field)
        if not text:
            return ""
        if text == _LONG_TERM and field == "valid_to":
            return "long-term"
        try:
            return datetime.datetime.strptime(text.encode("ascii").decode(), "%Y%m%d").date().isoformat()
        except ValueError:
            raise InvalidMedia(f"{field} is not a date", cause="date", field=field) from None

    def sex(self, offset: int) -> str:
        """The word for a sex code."""
        return SEXES.get(self.text(offset, 2, "sex"), "unknown")

    def _clean(self, raw: bytes, field: str) -> str:
        """Decode, strip the padding, refuse what no card may hold, note what no font of ours can know."""
        try:
            text = raw.decode("utf-16-le").rstrip(" \0")
        except UnicodeDecodeError:
            raise InvalidMedia(f"{field} is not UTF-16", cause="encoding", field=field) from None
        for character in text:
            category = unicodedata.category(character)
            refused = category in {"Cc", "Cs", "Zl", "Zp"} or character in _BIDI
            if refused or (category == "Cn" and _unassigned(character)):
                raise InvalidMedia(
                    f"{field} holds U+{ord(character):04X}, which no card may hold",
                    cause="character",
                    field=field,
                )
            self.needs_person |= category in {"Co", "Cn"}
        return text


def _unassigned(character: str) -> bool:
    """Whether no Unicode table can ever hold it, as far as we know: new ideographs come in two planes only."""
    code = ord(character)
    return code >> 16 not in _IDEOGRAPHIC_PLANES or code & 0xFFFE == 0xFFFE


def decode_text(block: bytes) -> IdCard:
    """The card of a text block; InvalidMedia when it cannot be one."""
    fields = _Block(block)
    layout = _LAYOUTS.get(fields.text(248, 2, "layout"), CardLayout.RESIDENT)
    decode = {
        CardLayout.RESIDENT: _resident,
        CardLayout.HK_MACAU_TAIWAN: _permit,
        CardLayout.FOREIGNER_2017: _foreigner_2017,
        CardLayout.FOREIGNER_2023: _foreigner_2023,
    }[layout]
    card = decode(fields)
    if layout is not CardLayout.FOREIGNER_2017 and not valid_number(card.number):
        raise InvalidMedia("the number's check character is wrong", cause="check_character", field="number")
    if not (card.name or card.english_name):
        raise InvalidMedia("the card holds no name", cause="empty", field="name")
    return msgspec.structs.replace(card, needs_person=fields.needs_person)


def with_address(card: IdCard, data: bytes) -> IdCard:
    """The card with its newest appended address (answer of 30 03, 70 bytes), if that says anything."""
    fields = _Block(data[:70].ljust(BLOCK_BYTES, b"\0"))
    address = fields.text(0, 70, "new_address")
    if not address:
        return card
    return msgspec.structs.replace(card, address=address, needs_person=card.needs_person or fields.needs_person)


def _common(fields: _Block, layout: CardLayout) -> IdCard:
    """What a resident card and a residence permit have at the same places."""
    return IdCard(
        layout=layout,
        name=fields.text(0, 30, "name"),
        sex=fields.sex(30),
        birth=fields.date(36, "birth"),
        address=fields.text(52, 70, "address"),
        number=fields.text(122, 36, "number"),
        issuer=fields.text(158, 30, "issuer"),
        valid_from=fields.date(188, "valid_from"),
        valid_to=fields.date(204, "valid_to"),
    )


def _resident(fields: _Block) -> IdCard:
    nation = nation_name(fields.text(32, 4, "nation"))
    return msgspec.structs.replace(_common(fields, CardLayout.RESIDENT), nation=nation)


def _permit(fields: _Block) -> IdCard:
    return msgspec.structs.replace(
        _common(fields, CardLayout.HK_MACAU_TAIWAN),
        permit_number=fields.text(220, 18, "permit_number"),
        issue_count=fields.text(238, 4, "issue_count"),
    )


def _foreigner_2017(fields: _Block) -> IdCard:
    return IdCard(
        layout=CardLayout.FOREIGNER_2017,
        english_name=fields.text(0, 120, "english_name"),
        sex=fields.sex(120),
        number=fields.text(122, 30, "number"),
        nationality=fields.text(152, 6, "nationality"),
        name=fields.text(158, 30, "name"),
        valid_from=fields.date(188, "valid_from"),
        valid_to=fields.date(204, "valid_to"),
        birth=fields.date(220, "birth"),
        issuer=fields.text(240, 8, "issuer"),
    )


def _foreigner_2023(fields: _Block) -> IdCard:
    number, nationality = fields.text(122, 36, "number"), fields.text(242, 6, "nationality")
    return IdCard(
        layout=CardLayout.FOREIGNER_2023,
        name=fields.text(0, 30, "name"),
        sex=fields.sex(30),
        issue_count=fields.text(32, 4, "issue_count"),
        birth=fields.date(36, "birth"),
        english_name=fields.joined((52, 70), (220, 22), field="english_name"),
        number=number,
        valid_from=fields.date(188, "valid_from"),
        valid_to=fields.date(204, "valid_to"),
        nationality=nationality,
        previous_number=previous_number(number, nationality, fields.text(250, 6, "link")),
    )
