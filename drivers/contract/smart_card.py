"""Commands and results of the smart-card reader: social-security card, bank card, technician card."""

from __future__ import annotations

import msgspec

from drivers.contract.base import Command


class ReadSocialSecurityCard(Command, frozen=True):
    """smart_card: wait for a social-security card and read what it shows without a PIN → SocialSecurityCard."""


class ReadBankCard(Command, frozen=True):
    """smart_card: wait for a bank card and read its number → BankCard.

    Only with `whole_number` does the number itself leave the driver, for a payee's account; track data never do.
    """

    whole_number: bool = False


class ProveTechnician(Command, frozen=True):
    """smart_card: have the technician's card sign `challenge` (32 bytes) after its own PIN check → TechnicianProof.

    WrongPin tells the tries left, PinBlocked that there are none. The PIN is checked by the card, never by us.
    """

    challenge: bytes
    pin: str

    def __repr__(self) -> str:
        return "ProveTechnician()"


class SocialSecurityCard(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """EF05 and EF06 of a social-security card. `birth` is YYYY-MM-DD; absent fields are empty."""

    number: str
    name: str
    sex: str = ""
    nation: str = ""
    birth: str = ""
    birth_place: str = ""
    card_number: str = ""

    def __repr__(self) -> str:
        return "SocialSecurityCard()"  # a card's content never reaches a log by accident


class BankCard(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """A bank card: `masked` shows the first six and last four digits; `kind` is debit, credit, quasi_credit, cash."""

    masked: str
    kind: str = ""
    aid: str = ""
    number: str = ""

    def __repr__(self) -> str:
        return "BankCard()"


class TechnicianProof(msgspec.Struct, frozen=True, tag=True):
    """The card's answer: its serial number, its P-256 public key (X9.62 uncompressed), a DER ECDSA-SHA-256 signature.

    Whether the key belongs to a technician is decided by whoever asked.
    """

    serial: str
    public_key: bytes
    signature: bytes
