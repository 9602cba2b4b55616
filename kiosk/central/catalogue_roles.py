"""Makes and signs the catalogue's metadata (The Update Framework), role by role; bytes out, no files.

Each length of life is short where the key is near a line: the timestamp's is a day, so that a terminal that is kept
from the truth knows it after a day.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from securesystemslib.signer import CryptoSigner, Key
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)
from tuf.api.serialization.json import JSONSerializer

from kiosk.central.catalogue_keys import ROLES, ROOT_THRESHOLD

ROOT_LIFE = datetime.timedelta(days=365)
TARGETS_LIFE = datetime.timedelta(days=180)
SNAPSHOT_LIFE = datetime.timedelta(days=90)
TIMESTAMP_LIFE = datetime.timedelta(days=1)
REFRESHES = 1_000_000
"""Timestamps of one version of the catalogue; those of the next begin above them."""

_COMPACT = JSONSerializer(compact=True)


def make_root(version: int, roots: Sequence[Key], online: Mapping[str, Key], now: datetime.datetime) -> Metadata[Root]:
    """An unsigned root: who may sign as what."""
    root = Root(version=version, expires=_whole(now + ROOT_LIFE))
    for key in roots:
        root.add_key(key, Root.type)
    root.roles[Root.type].threshold = ROOT_THRESHOLD
    for role in ROLES:
        if role != "withdrawals":
            root.add_key(online[role], role)
    return Metadata(root)


def sign(metadata: Metadata[Root], signers: Sequence[CryptoSigner]) -> bytes:
    """The signed bytes."""
    for signer in signers:
        metadata.sign(signer, append=True)
    return metadata.to_bytes(_COMPACT)


def make_targets(
    version: int,
    content: Mapping[str, bytes],
    signer: CryptoSigner,
    now: datetime.datetime,
    delegated: Mapping[str, tuple[Key, str]] | None = None,
) -> bytes:
    """The files of a role. `delegated` names the roles under it: their key and the path that is theirs."""
    targets = Targets(version=version, expires=_whole(now + TARGETS_LIFE))
    for path, body in content.items():
        targets.targets[path] = TargetFile.from_data(path, body, ["sha256"])
    if delegated is not None:
        roles = {
            role: DelegatedRole(role, [key.keyid], 1, terminating=True, paths=[pattern])
            for role, (key, pattern) in delegated.items()
        }
        targets.delegations = Delegations({key.keyid: key for key, _ in delegated.values()}, roles)
    return _signed(Metadata(targets), signer)


def make_withdrawals(version: int, services: Sequence[str], signer: CryptoSigner, now: datetime.datetime) -> bytes:
    """The list of withdrawn services: targets without files, so that a TUF library can check it."""
    listed = Targets(
        version=version,
        expires=_whole(now + TARGETS_LIFE),
        unrecognized_fields={"x-doorstep-withdrawn": sorted(services)},
    )
    return _signed(Metadata(listed), signer)


def make_snapshot(
    version: int, roles: Mapping[str, tuple[int, bytes]], signer: CryptoSigner, now: datetime.datetime
) -> bytes:
    """Which version of which role belongs together."""
    meta = {f"{role}.json": MetaFile.from_data(number, body, ["sha256"]) for role, (number, body) in roles.items()}
    return _signed(Metadata(Snapshot(version=version, expires=_whole(now + SNAPSHOT_LIFE), meta=meta)), signer)


def make_timestamp(
    number: int,
    snapshot: tuple[int, bytes],
    downloads: Mapping[str, object],
    signer: CryptoSigner,
    now: datetime.datetime,
) -> bytes:
    """The newest snapshot, and the lengths and hashes of the parcels that lead to it."""
    timestamp = Timestamp(
        version=number,
        expires=_whole(now + TIMESTAMP_LIFE),
        snapshot_meta=MetaFile.from_data(*snapshot, ["sha256"]),
        unrecognized_fields={"x-doorstep": dict(downloads)},
    )
    return _signed(Metadata(timestamp), signer)


def _signed(metadata: Metadata[Targets] | Metadata[Snapshot] | Metadata[Timestamp], signer: CryptoSigner) -> bytes:
    metadata.sign(signer)
    return metadata.to_bytes(_COMPACT)


def _whole(moment: datetime.datetime) -> datetime.datetime:
    return moment.astimezone(datetime.UTC).replace(microsecond=0)
