"""Where the store's key comes from: its own file, or a credential of the service."""

from __future__ import annotations

from pathlib import Path

import pytest

from offline_cache.config import CentreTable, ConfigError, Profile, StoreTable, load_profile
from offline_cache.disk.keys import CredentialKey, FileKey
from offline_cache.errors import StoreUnavailable
from offline_cache.store import open_store
from tests.offline.centre_key import pin
from tests.offline.conftest import TERMINAL, HandClock, longest, make_draft

CENTRE = CentreTable("http://localhost", TERMINAL)
NAME = "doorstep-store-key"


@pytest.fixture
def credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / NAME).write_text("5a" * 32)
    (folder / NAME).chmod(0o400)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    return folder


def test_a_profile_without_a_credential_keeps_the_key_in_its_file(tmp_path: Path) -> None:
    assert Profile(CENTRE).place(tmp_path).key == FileKey(tmp_path / "store.key")


def test_a_store_opens_with_the_services_credential_and_makes_no_file(tmp_path: Path, credentials: Path) -> None:
    place = Profile(CENTRE, StoreTable(key_credential=NAME)).place(tmp_path / "data")
    for _ in range(2):
        store = pin(open_store(place, HandClock(), longest))
        store.outbox.accept(make_draft())
        store.close()
    assert not place.key_file.exists()


@pytest.mark.parametrize("mode", [0o400, 0o440, 0o600])
def test_a_credential_with_the_rights_that_systemd_gives_is_taken(credentials: Path, mode: int) -> None:
    (credentials / NAME).chmod(mode)
    assert CredentialKey(NAME).load(may_create=True) == b"\x5a" * 32


@pytest.mark.parametrize("mode", [0o404, 0o460])
def test_a_credential_that_others_can_read_or_write_is_refused(credentials: Path, mode: int) -> None:
    (credentials / NAME).chmod(mode)
    with pytest.raises(StoreUnavailable, match="key_exposed"):
        CredentialKey(NAME).load(may_create=True)


def test_a_missing_credential_is_never_replaced_by_a_key_of_our_own(
    credentials: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StoreUnavailable, match="key_missing"):
        CredentialKey("another").load(may_create=True)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    with pytest.raises(StoreUnavailable, match="key_missing"):
        CredentialKey(NAME).load(may_create=True)


@pytest.mark.parametrize("name", ["../key", "a/b", "x" * 81])
def test_a_credential_is_a_name_not_a_path(tmp_path: Path, name: str) -> None:
    profile = tmp_path / "profile.toml"
    profile.write_text(
        f'[centre]\nurl = "http://localhost"\nterminal = "{TERMINAL}"\n[store]\nkey_credential = "{name}"\n'
    )
    with pytest.raises(ConfigError, match="key_credential"):
        load_profile(profile)
