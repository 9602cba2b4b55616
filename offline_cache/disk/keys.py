"""Where the key that opens the store comes from: 32 random bytes in hex.

`FileKey`: a file readable by its owner only, made at the first start. It protects a disk only when the file is on
another one; `kiosk doctor` says so. `CredentialKey`: a credential that systemd hands to the service in memory.
With `LoadCredentialEncrypted=` and `systemd-creds encrypt --with-key=host+tpm2` systemd seals it to the machine's
TPM: that is how a TPM is used here, not by TPM code of our own. Not responsible for the terminal's signing key,
which lives inside the store.
"""

from __future__ import annotations

import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from offline_cache.errors import StoreUnavailable

KEY_BYTES = 32
_OTHERS_MAY_ANYTHING = 0o077
_OTHERS_MAY_MUCH = 0o027  # systemd may hand a credential over by an ACL, which looks like a group's right to read


class KeyProvider(Protocol):
    """Hands out the store's key."""

    def load(self, *, may_create: bool) -> bytes:
        """The key; `may_create` where there is no store yet. Raises StoreUnavailable."""


@dataclass(frozen=True)
class FileKey:
    """The key in a file of its own."""

    path: Path

    def load(self, *, may_create: bool) -> bytes:
        """Read the file, or make it with a new key."""
        return load_key(self.path, may_create=may_create)


@dataclass(frozen=True)
class CredentialKey:
    """The key as a credential of the service (systemd.exec(5), CREDENTIALS); never made by us."""

    name: str

    def load(self, *, may_create: bool) -> bytes:
        """Read the credential."""
        folder = os.environ.get("CREDENTIALS_DIRECTORY", "")
        path = Path(folder) / self.name
        if not folder or not path.is_file():
            raise StoreUnavailable("key_missing", f"systemd gave us no credential {self.name}")
        try:
            return _read(path, _OTHERS_MAY_MUCH)
        except OSError as error:
            raise StoreUnavailable("disk_error", f"credential {self.name}: {error.strerror}") from error


def load_key(path: Path, *, may_create: bool) -> bytes:
    """Read the store's key; make one when there is none and `may_create`.

    A new key is never made beside an existing database: it could only lock its data away.
    Raises StoreUnavailable (key_missing, key_exposed, key_invalid, disk_error).
    """
    try:
        if not path.exists():
            if not may_create:
                raise StoreUnavailable("key_missing", f"the store exists, its key file {path.name} does not")
            _create(path)
        key = _read(path)
        if may_create:
            sync_folder(path.parent)  # nothing is encrypted with a key whose name may still be lost
        return key
    except OSError as error:
        raise StoreUnavailable("disk_error", f"key file {path.name}: {error.strerror}") from error


def sync_folder(folder: Path) -> None:
    """Make the creation or renaming of a file in `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Make `folder`, for its owner only, and what is missing above it; durable when this returns."""
    if folder.is_dir():
        return
    if not folder.parent.is_dir():
        make_folder(folder.parent)
    folder.mkdir(mode=0o700)
    try:
        sync_folder(folder.parent)
    except OSError:
        folder.rmdir()  # or a later try would find it and believe in it
        raise


def _create(path: Path) -> None:
    make_folder(path.parent)
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, secrets.token_hex(KEY_BYTES).encode("ascii") + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    fresh.rename(path)  # the file appears whole or not at all


def _read(path: Path, forbidden: int = _OTHERS_MAY_ANYTHING) -> bytes:
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        if stat.S_IMODE(status.st_mode) & forbidden:
            raise StoreUnavailable("key_exposed", f"{path.name} must be readable by its owner only (chmod 600)")
        text = file.read(4 * KEY_BYTES)
    try:
        key = bytes.fromhex(text.decode("ascii").strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise StoreUnavailable("key_invalid", f"{path.name} must hold {KEY_BYTES} bytes in hex")
    return key
