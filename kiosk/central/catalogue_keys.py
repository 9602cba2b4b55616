"""The keys that sign the catalogue, as PEM files in one folder: whoever holds a file may sign as that role.

Not responsible for keeping them apart: in service the root keys lie with five people, each district's with the
district, and only `timestamp` on a machine. The drill puts all into one folder, so that everything can be tried.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from securesystemslib.signer import CryptoSigner

ROOT_KEYS, ROOT_THRESHOLD = 5, 3
ROOTS = tuple(f"root-{number}" for number in range(1, ROOT_KEYS + 1))
ROLES = ("targets", "snapshot", "timestamp", "withdrawals")


class KeysError(Exception):
    """A key is missing or cannot be read; the text is one line for the operator."""


def district_role(code: str) -> str:
    """The role of a district: `district-440112`."""
    return f"district-{code}"


def create_drill_keys(folder: Path, districts: Sequence[str]) -> list[str]:
    """Make every key that is not there yet; the names of those made. Never replaces one."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = []
    for name in (*ROOTS, *ROLES, *(district_role(code) for code in districts)):
        if not _file(folder, name).exists():
            _write_new(_file(folder, name), CryptoSigner.generate_ed25519().private_bytes)
            made.append(name)
    return made


def has_key(folder: Path, name: str) -> bool:
    """Whether the folder holds this role's key."""
    return _file(folder, name).exists()


def load_signer(folder: Path, name: str) -> CryptoSigner:
    """The signer of a role; KeysError."""
    try:
        key = load_pem_private_key(_file(folder, name).read_bytes(), None)
    except OSError as error:
        raise KeysError(f"{name}: no key in {folder} ({error.strerror})") from error
    except (ValueError, TypeError) as error:
        raise KeysError(f"{name}: {_file(folder, name).name} is not a PEM key") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeysError(f"{name}: not an Ed25519 key")
    return CryptoSigner(key)


def load_roots(folder: Path, needed: int = ROOT_THRESHOLD) -> list[CryptoSigner]:
    """Those root signers that the folder holds; KeysError below `needed`."""
    present = [name for name in ROOTS if has_key(folder, name)]
    if len(present) < needed:
        raise KeysError(f"root: {len(present)} of {needed} keys that are needed are in {folder}")
    return [load_signer(folder, name) for name in present]


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.pem"


def _write_new(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
