"""The catalogue's repository: a folder that a centre serves and a publisher adds to.

root/<n>.json, versions/<n>/<role>.json, items/<sha256>, parcels/<sha256>, withdrawals.json. A version appears by the
renaming of its folder, last and whole; what is there is never changed, but for the timestamps and the withdrawals,
which are replaced whole. Not responsible for signatures (catalogue_roles) nor for who is served what.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class RepositoryError(Exception):
    """The repository cannot do that; the text is one line."""


class UnchangedError(RepositoryError):
    """There is nothing new to publish."""


class Repository:
    """One folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def versions(self) -> list[int]:
        """Published versions, oldest first."""
        return sorted(int(path.name) for path in (self.folder / "versions").glob("[0-9]*") if path.name.isdigit())

    def roots(self) -> list[int]:
        """Numbers of the roots, oldest first."""
        return sorted(int(path.stem) for path in (self.folder / "root").glob("[0-9]*.json") if path.stem.isdigit())

    def root(self, number: int) -> bytes | None:
        """One root."""
        return _read(self.folder / "root" / f"{number}.json")

    def metadata(self, version: int) -> dict[str, bytes]:
        """All metadata of a version by role; RepositoryError when there is none."""
        found = {path.stem: path.read_bytes() for path in (self.folder / "versions" / str(version)).glob("*.json")}
        if not found:
            raise RepositoryError(f"version {version} is not in {self.folder}")
        return found

    def timestamp(self, version: int) -> bytes | None:
        """The newest timestamp of a version."""
        return _read(self.folder / "versions" / str(version) / "timestamp.json")

    def content(self, version: int) -> dict[str, bytes]:
        """Path to bytes of a version."""
        return {path: self.item(name) for path, name in self.listed(version).items()}

    def listed(self, version: int) -> dict[str, str]:
        """Path to SHA-256 of a version's content."""
        listed: dict[str, str] = {}
        for role, body in self.metadata(version).items():
            if role == "targets" or role.startswith("district-"):
                files: dict[str, Any] = json.loads(body)["signed"]["targets"]
                listed |= {path: info["hashes"]["sha256"] for path, info in files.items()}
        return listed

    def item(self, sha256: str) -> bytes:
        """One content-addressed item; RepositoryError when it is gone or altered."""
        body = _read(self.folder / "items" / sha256)
        if body is None or hashlib.sha256(body).hexdigest() != sha256:
            raise RepositoryError(f"item {sha256} is gone or altered")
        return body

    def parcel(self, sha256: str) -> bytes | None:
        """One parcel."""
        return _read(self.folder / "parcels" / sha256)

    def withdrawals(self) -> bytes | None:
        """The signed list."""
        return _read(self.folder / "withdrawals.json")

    def add_root(self, number: int, body: bytes) -> None:
        """Add a root."""
        _write(self.folder / "root" / f"{number}.json", body)

    def add(self, kind: str, body: bytes) -> dict[str, Any]:
        """Add an item or a parcel; its SHA-256 and length."""
        name = hashlib.sha256(body).hexdigest()
        if _read(self.folder / kind / name) != body:
            _write(self.folder / kind / name, body)
        return {"sha256": name, "length": len(body)}

    def add_version(self, version: int, metadata: Mapping[str, bytes]) -> None:
        """Add a version whose items and parcels are there."""
        building = self.folder / "versions" / f".{version}"
        shutil.rmtree(building, ignore_errors=True)
        for role, body in metadata.items():
            _write(building / f"{role}.json", body)
        building.rename(building.with_name(str(version)))
        _sync(building.parent)

    def set_timestamp(self, version: int, body: bytes) -> None:
        """Replace a version's timestamp by a newer one."""
        _write(self.folder / "versions" / str(version) / "timestamp.json", body)

    def set_withdrawals(self, body: bytes) -> None:
        """Replace the signed list."""
        _write(self.folder / "withdrawals.json", body)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _write(path: Path, body: bytes) -> None:
    """Replace a file whole, on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    with fresh.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
