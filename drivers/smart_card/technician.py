"""The technician's card: proves by signature that it is here and that its holder knows its PIN.

Our own applet, on any card that runs one (or a signing card behind the same four commands):

    SELECT            00 A4 04 00 Lc F0 44 4F 4F 52 53 54 45 50 01     application "F0 DOORSTEP 01"
    GET DATA          00 CA 01 01 00   → serial number, ASCII, at most 32 bytes
                      00 CA 01 02 00   → P-256 public key, 65 bytes, X9.62 uncompressed
    VERIFY            00 20 00 80 08 PIN padded with FF to eight bytes  → 9000, 63Cx (x tries left), 6983 blocked
    INTERNAL AUTH.    00 88 00 00 Lc challenge 00   → DER ECDSA-SHA-256 signature; 6985 without the PIN

What is signed is "doorstep technician" and the challenge, so that no other use of the card can be mistaken for it.
The signature is checked here: a card that cannot sign with the key it shows is none of ours. Whether the key
belongs to a technician is decided by whoever made the challenge.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from drivers.contract.errors import InvalidMedia
from drivers.contract.smart_card import TechnicianProof
from drivers.smart_card.apdu import Apdu, Send, demand

AID = b"\xf0DOORSTEP\x01"
DOMAIN = b"doorstep technician"
CHALLENGE_BYTES, PIN_BYTES = 32, 8
_SERIAL, _PUBLIC_KEY = 0x0101, 0x0102


def prove(send: Send, challenge: bytes, pin: str) -> TechnicianProof:
    """Check the PIN and have the card sign; WrongPin, PinBlocked, InvalidMedia for a card that is none of ours."""
    demand(send, Apdu(0x00, 0xA4, 0x04, 0x00, AID, 0))
    serial = _text(demand(send, _get(_SERIAL)))
    public_key = demand(send, _get(_PUBLIC_KEY))
    demand(send, Apdu(0x00, 0x20, 0x00, 0x80, padded_pin(pin)))
    signature = demand(send, Apdu(0x00, 0x88, 0x00, 0x00, challenge, 0))
    _check(public_key, signature, challenge)
    return TechnicianProof(serial, public_key, signature)


def padded_pin(pin: str) -> bytes:
    """Four to eight digits, padded with FF; ValueError otherwise."""
    if not (pin.isascii() and pin.isdigit() and 4 <= len(pin) <= PIN_BYTES):
        raise ValueError("a PIN has four to eight digits")
    return pin.encode().ljust(PIN_BYTES, b"\xff")


def _get(tag: int) -> Apdu:
    return Apdu(0x00, 0xCA, tag >> 8, tag & 0xFF, le=0)


def _text(raw: bytes) -> str:
    text = raw.decode("ascii", "replace")
    if not 1 <= len(text) <= 32 or not all(sign.isascii() and (sign.isalnum() or sign == "-") for sign in text):
        raise InvalidMedia("the card's serial number cannot be right")
    return text


def _check(public_key: bytes, signature: bytes, challenge: bytes) -> None:
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public_key)
        key.verify(signature, DOMAIN + challenge, ec.ECDSA(hashes.SHA256()))
    except (ValueError, InvalidSignature):
        raise InvalidMedia("the card's signature does not fit the key it shows", cause="forged") from None
