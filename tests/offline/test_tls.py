"""TLS: the certificate authority of the profile is believed, and nothing else; nothing leaves before it is."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from kiosk.ipc import Control
from offline_cache.errors import NoLine
from offline_cache.line.central import Centre
from offline_cache.line.http import CentreAddress, Exchanger
from offline_cache.outbox.schedule import Verdict, VerdictKind
from offline_cache.trust.request_signature import RequestSigner
from tests.offline.centre_stub import CentreStub

KEY = "01a206b8-4181-7e27-9f7e-5717c45b0281"
NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)


@dataclass
class Authority:
    """A certificate authority of a test."""

    folder: Path
    name: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def subject(self) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])

    @property
    def file(self) -> Path:
        """Its own certificate."""
        built = self._builder(self.subject, self.key, NOW + 30 * DAY)
        built = built.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        path = self.folder / f"{self.name}.pem"
        path.write_bytes(built.add_extension(usage, critical=True).sign(self.key, SHA256()).public_bytes(Encoding.PEM))
        return path

    def certify(self, address: str = "127.0.0.1", ends: datetime.datetime = NOW + DAY) -> Path:
        """A server's key and certificate in one file."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "centre")])
        signed = self._builder(subject, key, ends).add_extension(names, critical=False).sign(self.key, SHA256())
        path = self.folder / f"{self.name}-server.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(private + signed.public_bytes(Encoding.PEM))
        return path

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, ends: datetime.datetime
    ) -> x509.CertificateBuilder:
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - 20 * DAY)
            .not_valid_after(ends)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(identifier, critical=False)
        )


@pytest.fixture
def city(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "city")


@pytest.fixture
def serve() -> Iterator[Callable[[Path], CentreStub]]:
    stubs: list[CentreStub] = []

    def started(certificate: Path) -> CentreStub:
        stub = CentreStub().start()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        stub.server.socket = context.wrap_socket(stub.server.socket, server_side=True, do_handshake_on_connect=False)
        stubs.append(stub)
        return stub

    yield started
    for stub in stubs:
        stub.stop()


def centre_of(stub: CentreStub, ca_file: Path | None) -> Centre:
    signer = RequestSigner("GZ-TH-0001", lambda: datetime.datetime.now(datetime.UTC))
    signer.use(Ed25519PrivateKey.generate())
    address = CentreAddress(stub.url.replace("http:", "https:"), "GZ-TH-0001", ca_file)
    centre = Centre(Exchanger(address, lambda _: None, signer))
    centre.receipts.signing_key = stub.signing.public_key().public_bytes_raw()
    return centre


def post(centre: Centre) -> Verdict:
    return centre.post_transaction(KEY, "application/json", b"{}", Control(5))


def test_the_pinned_authority_s_centre_is_spoken_to(city: Authority, serve: Callable[[Path], CentreStub]) -> None:
    stub = serve(city.certify())
    assert post(centre_of(stub, city.file)).kind is VerdictKind.ACKNOWLEDGED
    assert centre_of(stub, city.file).health("nonce", Control(5)).centre == "stub"


@pytest.mark.parametrize("case", ["another authority", "another address", "expired", "no pin"])
def test_a_centre_that_cannot_show_it_gets_not_one_byte(
    city: Authority, serve: Callable[[Path], CentreStub], tmp_path: Path, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = {
        "another authority": lambda: Authority(tmp_path, "stranger").certify(),
        "another address": lambda: city.certify("127.0.0.2"),
        "expired": lambda: city.certify(ends=NOW - DAY),
        "no pin": city.certify,
    }[case]()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(Authority(tmp_path, "stranger").file))
    stub = serve(certificate)
    verdict = post(centre_of(stub, None if case == "no pin" else city.file))
    assert verdict == Verdict(VerdictKind.NOT_SENT, reason="no_connection")
    assert stub.seen == []


def test_a_plain_centre_behind_https_is_not_spoken_to(city: Authority, stub: CentreStub) -> None:
    with pytest.raises(NoLine, match="no_connection"):
        centre_of(stub, city.file).health("nonce", Control(5))
    assert stub.seen == []


def test_a_pin_that_is_missing_is_no_line_and_not_a_crash(
    city: Authority, serve: Callable[[Path], CentreStub], tmp_path: Path
) -> None:
    stub = serve(city.certify())
    assert post(centre_of(stub, tmp_path / "nowhere.pem")).kind is VerdictKind.NOT_SENT
