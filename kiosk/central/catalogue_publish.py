"""Publishing: the next version of the catalogue out of its content, its withdrawal list, its timestamps, its root.

Each role signs only what is its own: a district whose files did not change keeps its signed metadata, and the key of
one whose files did must be there. Not responsible for the format of parcels nor of the repository's folder.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from securesystemslib.signer import Key
from tuf.api.metadata import Metadata, Targets

from kiosk.central import catalogue_roles as roles
from kiosk.central.catalogue_content import by_role
from kiosk.central.catalogue_keys import ROLES, ROOT_KEYS, district_role, has_key, load_roots, load_signer
from kiosk.central.catalogue_parcels import WHOLE_INSTEAD, delta, whole
from kiosk.central.catalogue_repository import Repository, UnchangedError

DELTAS_FROM = 3
"""Deltas lead here from this many versions before."""
RENEW = datetime.timedelta(days=60)
"""Metadata that ends sooner than this is signed anew with the next version."""


class Publisher:
    """Adds to one repository with the keys of one folder."""

    def __init__(self, repository: Repository, keys: Path, districts: frozenset[str], now: datetime.datetime) -> None:
        self._repository, self._keys, self._districts, self._now = repository, keys, districts, now

    def publish(self, content: Mapping[str, bytes]) -> int:
        """Add a version; its number. KeysError, ContentError, UnchangedError."""
        repository = self._repository
        shared = by_role(content, self._districts)
        last = max(repository.versions(), default=0)
        old = repository.metadata(last) if last else {}
        version = last + 1
        signed = self._signed_roles(version, old, shared)
        if (
            last
            and all(old.get(role) == body for role, body in signed.items())
            and not self._ends_soon(old["snapshot"])
        ):
            raise UnchangedError(f"nothing changed since version {last}")
        if not repository.roots():
            self.begin()
        numbered = {role: (_version(body), body) for role, body in signed.items()}
        snapshot = roles.make_snapshot(version, numbered, load_signer(self._keys, "snapshot"), self._now)
        metadata = signed | {"snapshot": snapshot}
        downloads = self._add_downloads(version, metadata, content)
        stamp = roles.make_timestamp(
            version * roles.REFRESHES, (version, snapshot), downloads, load_signer(self._keys, "timestamp"), self._now
        )
        repository.add_version(version, metadata | {"timestamp": stamp})
        return version

    def begin(self) -> None:
        """Add the first root, signed by the root keys that are there."""
        signers = load_roots(self._keys, ROOT_KEYS)  # a root that names all five
        root = roles.make_root(1, [signer.public_key for signer in signers], self._online(), self._now)
        self._repository.add_root(1, roles.sign(root, signers))

    def rotate(self, new_keys: Path) -> int:
        """Add a root that trusts the keys of another folder, signed by the old and the new root keys; its number."""
        last = max(self._repository.roots())
        after = Publisher(self._repository, new_keys, self._districts, self._now)
        old, new = load_roots(self._keys), load_roots(new_keys, ROOT_KEYS)
        root = roles.make_root(last + 1, [signer.public_key for signer in new], after._online(), self._now)
        known = {signer.public_key.keyid for signer in new}
        signers = [*new, *(signer for signer in old if signer.public_key.keyid not in known)]
        self._repository.add_root(last + 1, roles.sign(root, signers))
        return last + 1

    def refresh(self) -> list[int]:
        """New timestamps for the two newest versions, so that they stay fresh; the versions."""
        signer = load_signer(self._keys, "timestamp")
        chosen = self._repository.versions()[-2:]
        for version in chosen:
            metadata = self._repository.metadata(version)
            former = json.loads(metadata["timestamp"])["signed"]
            snapshot = (version, metadata["snapshot"])
            downloads = former["x-doorstep"] | {"withdrawals": self._list_number()}
            body = roles.make_timestamp(former["version"] + 1, snapshot, downloads, signer, self._now)
            self._repository.set_timestamp(version, body)
        return chosen

    def withdraw(self, services: frozenset[str]) -> int:
        """Replace the list of withdrawn services; its number. Needs no new version.

        With the timestamp's key at hand the new number is announced at once; else with the next `refresh`.
        """
        version = 1 + self._list_number()
        signer = load_signer(self._keys, "withdrawals")
        self._repository.set_withdrawals(roles.make_withdrawals(version, sorted(services), signer, self._now))
        if has_key(self._keys, "timestamp"):
            self.refresh()
        return version

    def withdrawn(self) -> frozenset[str]:
        """The services withdrawn now."""
        body = self._repository.withdrawals()
        return frozenset(json.loads(body)["signed"]["x-doorstep-withdrawn"]) if body else frozenset()

    def _list_number(self) -> int:
        body = self._repository.withdrawals()
        return _version(body) if body else 0

    def _signed_roles(
        self, version: int, old: Mapping[str, bytes], shared: Mapping[str, Mapping[str, bytes]]
    ) -> dict[str, bytes]:
        signed: dict[str, bytes] = {}
        for role, content in shared.items():
            delegated = self._delegated(old) if role == "targets" else None
            if role in old and self._is_current(role, old[role], content, delegated):
                signed[role] = old[role]
                continue
            signed[role] = roles.make_targets(version, content, load_signer(self._keys, role), self._now, delegated)
        return signed

    def _is_current(
        self, role: str, body: bytes, content: Mapping[str, bytes], delegated: Mapping[str, tuple[Key, str]] | None
    ) -> bool:
        signed = json.loads(body)["signed"]
        listed = {path: info["hashes"]["sha256"] for path, info in signed["targets"].items()}
        same = listed == {path: hashlib.sha256(item).hexdigest() for path, item in content.items()}
        if delegated is not None:
            known = {role["name"]: role["keyids"] for role in signed["delegations"]["roles"]}
            same = same and known == {role: [key.keyid] for role, (key, _) in delegated.items()}
        return same and self._own_signature(role, body) and not self._ends_soon(body)

    def _own_signature(self, role: str, body: bytes) -> bool:
        """Whether the key that the folder has for a role, if any, signed this."""
        if not has_key(self._keys, role):
            return True
        keyid = load_signer(self._keys, role).public_key.keyid
        return keyid in {signature["keyid"] for signature in json.loads(body)["signatures"]}

    def _ends_soon(self, body: bytes) -> bool:
        ends = datetime.datetime.fromisoformat(json.loads(body)["signed"]["expires"])
        return ends - self._now < RENEW

    def _delegated(self, old: Mapping[str, bytes]) -> dict[str, tuple[Key, str]]:
        """Whom the city trusts with what. A district's key that is not in the folder stays the one known before."""
        patterns = {district_role(code): f"districts/{code}/*" for code in sorted(self._districts)}
        known = _delegations(old)
        delegated = {}
        for role, pattern in (patterns | {"withdrawals": "withdrawals/*"}).items():
            own = role in known and not has_key(self._keys, role)
            key = known[role] if own else load_signer(self._keys, role).public_key
            delegated[role] = (key, pattern)
        return delegated

    def _online(self) -> dict[str, Key]:
        return {role: load_signer(self._keys, role).public_key for role in ROLES}

    def _add_downloads(
        self, version: int, metadata: Mapping[str, bytes], content: Mapping[str, bytes]
    ) -> dict[str, Any]:
        """Items, the whole parcel and the deltas that are worth it; what the timestamp says of them."""
        repository = self._repository
        items = {hashlib.sha256(body).hexdigest(): body for body in content.values()}
        for body in items.values():
            repository.add("items", body)
        everything = whole(version, metadata, items)
        downloads: dict[str, Any] = {"whole": repository.add("parcels", everything), "deltas": {}}
        downloads["withdrawals"] = self._list_number()
        for since in repository.versions()[-DELTAS_FROM:]:
            had = set(repository.listed(since).values())
            fresh = [body for name, body in items.items() if name not in had]
            body = delta((since, version), repository.metadata(since), metadata, fresh)
            if len(body) <= WHOLE_INSTEAD * len(everything):
                downloads["deltas"][str(since)] = repository.add("parcels", body)
        return downloads


def _version(body: bytes) -> int:
    return int(json.loads(body)["signed"]["version"])


def _delegations(metadata: Mapping[str, bytes]) -> dict[str, Key]:
    """The key of each role that the city's metadata names."""
    if "targets" not in metadata:
        return {}
    known = Metadata[Targets].from_bytes(metadata["targets"]).signed.delegations
    roles_by_name = (known.roles or {}) if known else {}
    return {name: known.keys[role.keyids[0]] for name, role in roles_by_name.items()} if known else {}
