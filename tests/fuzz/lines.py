"""What crosses the line, at both ends: signed texts, answers of the centre, parcels, signatures of requests, slips."""

from __future__ import annotations

import base64
import datetime
import json
import zlib

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.datastructures import Headers

from kiosk.central.pages import read_slip
from kiosk.central.refusals import Refusal
from kiosk.central.signatures import Incoming, demand_signature
from offline_cache.catalogue.parcel import new_metadata, open_parcel
from offline_cache.catalogue.refused import CatalogueRefusedError
from offline_cache.line import wire
from offline_cache.trust.signed_text import read_signed
from tests.central.signed import SigningTerminal
from tests.fuzz.portions import Seeds

_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
_PUBLIC = _KEY.public_key().public_bytes_raw()
_NOW = datetime.datetime(2026, 11, 23, 2, 0, tzinfo=datetime.UTC)
_HELD = {"targets": json.dumps({"signed": {"targets": {"services/a": {"length": 1}}}}).encode()}
_TERMINAL = SigningTerminal("GZ-TH-0001", lambda: _NOW, _KEY)
_URL, _BODY = "http://centre/v1/codes", b'{"number": "4401"}'
REFUSED = (Refusal, ValueError)


def _pack(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _signed(kind: str, content: object) -> bytes:
    text = f"{kind}.{_pack(json.dumps(content).encode())}"
    return f"{text}.{_pack(_KEY.sign(text.encode()))}".encode()


def signed_text(data: bytes) -> None:
    """A text of the centre; whatever the fuzzer makes of it, only what was signed is read."""
    text = data.decode("latin-1")
    found = read_signed("DT1.", text, _PUBLIC, wire.SignedTime)
    assert found is None or data in SIGNED


SIGNED: Seeds = (
    _signed("DT1", {"t": 1795400000.5, "n": "nonce"}),
    _signed("DT1", {"t": "x", "n": 1}),
    _signed("DR1", {"t": 1.0, "n": "nonce"}),
)


def parcel(data: bytes) -> None:
    """A download of the catalogue, unfolded and applied."""
    new_metadata(open_parcel(data), _HELD)


def _parcel(content: object) -> bytes:
    return zlib.compress(msgspec.msgpack.encode(content))


_PATCH = json.dumps({"set": {"b": {}}, "remove": ["services/a"], "rest": {"signed": {"version": 2}}}).encode()
PARCELS: Seeds = (
    _parcel({"to": 2, "from": 1, "metadata": {"root": b"{}"}, "patches": {"targets": _PATCH}, "items": [b"x"]}),
    _parcel({"to": 1}),
    zlib.compress(bytes(100_000)),
)
PARCEL_ERRORS = (CatalogueRefusedError,)


def request_signature(data: bytes) -> None:
    """The two headers of a signature, parted by a newline: nothing but what was signed is believed."""
    inputs, _, signature = data.partition(b"\n")
    headers = {
        "signature-input": inputs.decode("latin-1"),
        "signature": signature.decode("latin-1"),
        "content-digest": _HEADERS["Content-Digest"],
    }
    found = demand_signature(Incoming("POST", _URL, Headers(headers), _BODY), lambda _: _TERMINAL.public_key, _NOW)
    assert found.terminal == "GZ-TH-0001"


_HEADERS = _TERMINAL.headers("POST", _URL, {}, _BODY)
SIGNATURES: Seeds = (
    f"{_HEADERS['Signature-Input']}\n{_HEADERS['Signature']}".encode(),
    b't=("@method" "@path");created=1;keyid="x"\nt=:AAAA:',
)


def slip(data: bytes) -> None:
    """The text of a slip's QR code, as anybody may type it into the public page."""
    read_slip(data.decode("utf-8", "replace"))


SLIPS: Seeds = (_signed("DS1", {"t": "GZ-TH-0001", "n": "TH0001-000042-2", "s": "x", "a": "2026", "h": "0" * 16}),)
