"""A terminal believes the centre that knows its code, and no other; until then it says that it is not enrolled."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.ipc import Control
from offline_cache.contract import GetStatus, StoreStatus
from offline_cache.errors import CentreRefused, InvalidCommand
from offline_cache.trust.enrolment import code_secret
from offline_cache.trust.signed_text import from_base64url
from tests.offline.centre_key import PUBLIC
from tests.offline.centre_stub import CODE, CentreStub, answers, pack, proof
from tests.offline.conftest import TERMINAL, Terminal


def pinned(terminal: Terminal) -> bytes | None:
    keys = terminal.process.owner.run(lambda store: store.trust.keys(), Control(5))
    return keys.signing_key if keys is not None else None


def problem(terminal: Terminal) -> str:
    status = terminal.ask(GetStatus())
    assert isinstance(status, StoreStatus)
    return status.problem


def enrol(terminal: Terminal, code: str = CODE) -> None:
    terminal.process.enrolment.enrol(code, Control(5))


def test_a_code_pins_the_centre_and_gives_it_our_key(terminal: Terminal, stub: CentreStub) -> None:
    enrol(terminal)
    assert pinned(terminal) == stub.signing.public_key().public_bytes_raw()
    assert stub.keys == [terminal.process.owner.run(lambda store: store.identity.public_key(), Control(5))]


@pytest.mark.parametrize("code", [CODE.lower(), "0l23 4567 89ab cdef", "O123-4567-89AB-CDEF", f" {CODE}\n"])
def test_a_code_may_be_typed_as_people_type(terminal: Terminal, stub: CentreStub, code: str) -> None:
    enrol(terminal, code)
    assert pinned(terminal) is not None


@pytest.mark.parametrize("code", ["", "0123", CODE + "0", "UUUU-UUUU-UUUU-UUUU", "中文"])
def test_what_cannot_be_a_code_is_not_tried(terminal: Terminal, stub: CentreStub, code: str) -> None:
    with pytest.raises(InvalidCommand):
        enrol(terminal, code)
    assert stub.posted(f"/v1/terminals/{TERMINAL}/enrolment") == []


def test_a_wrong_code_changes_nothing(terminal: Terminal, stub: CentreStub) -> None:
    with pytest.raises(CentreRefused, match="wrong_code"):
        enrol(terminal, "0000-0000-0000-0000")
    assert pinned(terminal) is None


def test_a_centre_that_does_not_know_the_code_is_not_believed(terminal: Terminal, stub: CentreStub) -> None:
    """Somebody in the middle answers with a key of their own."""
    mine = pack(Ed25519PrivateKey.generate().public_key().public_bytes_raw())
    seen: list[str] = []

    def forged(terminal_id: str, public_key: str) -> dict[str, str]:
        seen.append(public_key)
        return {"signing_key": mine, "proof": proof("centre", terminal_id, public_key, stub.public_key)}

    stub.enrolled = forged  # type: ignore[method-assign]  # this stub only
    with pytest.raises(CentreRefused, match="not_our_centre"):
        enrol(terminal)
    assert seen
    assert pinned(terminal) is None


def test_the_code_itself_never_crosses_the_line(terminal: Terminal, stub: CentreStub) -> None:
    enrol(terminal)
    sent = stub.posted(f"/v1/terminals/{TERMINAL}/enrolment")[0]
    for plain in (CODE, CODE.replace("-", "")):
        assert plain.encode() not in sent.body + repr(sent.headers).encode()


def test_a_code_left_for_the_first_contact_is_used_and_removed(
    terminal: Terminal, stub: CentreStub, tmp_path: Path
) -> None:
    terminal.start()
    stub.wait_posted(1, f"/v1/terminals/{TERMINAL}/enrolment")
    terminal.process.line.probe_now()
    stub.wait_posted(1, "/v1/centre")  # the duty after it
    assert not (tmp_path / "enrolment.code").exists()
    assert problem(terminal) == ""


def test_without_a_code_the_terminal_says_that_it_is_not_enrolled(
    terminal: Terminal, stub: CentreStub, tmp_path: Path
) -> None:
    (tmp_path / "enrolment.code").unlink()
    terminal.process.enrolment.by_file(Control(5))
    assert problem(terminal) == "not_enrolled"


def test_a_code_that_is_refused_stays_and_is_told(terminal: Terminal, stub: CentreStub, tmp_path: Path) -> None:
    (tmp_path / "enrolment.code").write_text("0000-0000-0000-0000")
    with pytest.raises(CentreRefused):
        terminal.process.enrolment.by_file(Control(5))
    assert problem(terminal) == "enrolment_wrong_code"
    assert (tmp_path / "enrolment.code").exists()


def test_another_code_pins_another_centre(terminal: Terminal, stub: CentreStub) -> None:
    enrol(terminal)
    stub.signing = Ed25519PrivateKey.generate()
    enrol(terminal)
    assert pinned(terminal) == stub.signing.public_key().public_bytes_raw()


@pytest.mark.parametrize("signer", ["ours", "theirs"])
def test_a_sealing_key_counts_if_the_pinned_centre_signed_it(terminal: Terminal, stub: CentreStub, signer: str) -> None:
    enrol(terminal)
    if signer == "theirs":
        stub.signing = Ed25519PrivateKey.generate()
    text = stub.signed("DK1", {"k": "2026-1", "s": "hpke", "x": pack(b"x" * 32), "a": "2026-11-23T00:00:00Z"})
    answer = {"public_key": stub.public_key, "sealing": text}
    stub.always = lambda handler: handler.command == "GET" and answers(200, answer)(handler)
    terminal.process.enrolment.refresh_keys(Control(5))
    keys = terminal.process.owner.run(lambda store: store.trust.keys(), Control(5))
    assert keys is not None
    assert keys.sealing_key == (b"x" * 32 if signer == "ours" else PUBLIC)


def test_the_centre_s_time_counts_only_with_its_signature(terminal: Terminal, stub: CentreStub) -> None:
    enrol(terminal)
    stub.signing, real = Ed25519PrivateKey.generate(), stub.signing
    terminal.process.contact(Control(5))
    assert not terminal.process.time.vouched
    stub.signing = real
    stub.now_s = 4_000_000_000.0
    terminal.process.contact(Control(5))
    assert terminal.process.time.vouched
    assert terminal.process.time.utc().timestamp() == pytest.approx(stub.now_s, abs=5)
    assert terminal.process.time.suspect


def test_both_sides_derive_the_same_from_a_code() -> None:
    assert len(code_secret(CODE)) == 32
    assert code_secret("O123-4567-89AB-CDEF") == code_secret(CODE)
    with pytest.raises(ValueError, match="base64url"):
        from_base64url("***")
