"""Whether offered metadata may be believed: the client workflow of The Update Framework, over bytes and a given time.

The checks of signatures, versions, hashes and expiry are python-tuf's own (`TrustedMetadataSet`); this module decides
their order and what is remembered. Not responsible for fetching, for content (contents.py) nor for storing.
"""

from __future__ import annotations

import contextlib
import datetime
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from tuf.api import exceptions
from tuf.api.metadata import Metadata, Targets, Timestamp
from tuf.ngclient._internal.trusted_metadata_set import TrustedMetadataSet
from tuf.ngclient.config import EnvelopeType

from offline_cache.catalogue.refused import CatalogueRefusedError, Reason

MOST_ROOTS = 32
MOST_ROOT_BYTES = 64 * 1024
MOST_TIMESTAMP_BYTES = 16 * 1024
WITHDRAWALS = "withdrawals"

_REASONS: tuple[tuple[type[Exception], Reason], ...] = (
    (exceptions.ExpiredMetadataError, "expired"),
    (exceptions.BadVersionNumberError, "older"),
    (exceptions.UnsignedMetadataError, "signature"),
    (exceptions.LengthOrHashMismatchError, "altered"),
    (exceptions.RepositoryError, "malformed"),
)


class Download(msgspec.Struct, frozen=True):
    """A parcel that the timestamp's signer announced."""

    sha256: str
    length: int


class Downloads(msgspec.Struct, frozen=True):
    """The parcels that lead to the newest version: the whole, and deltas by the version they begin at.

    `withdrawals` is the number of the list of withdrawals that was in force when this was signed; 0: none.
    """

    whole: Download
    deltas: dict[str, Download] = {}
    withdrawals: int = 0


@dataclass(frozen=True)
class Stamp:
    """A verified timestamp."""

    number: int
    version: int
    expires: datetime.datetime
    downloads: Downloads


def believe_roots(trusted: bytes, offered: Sequence[bytes]) -> bytes:
    """The newest root after a chain of offered ones. Raises CatalogueRefusedError (signature, older, malformed)."""
    newest = trusted
    with _refusals():
        held = _begin(trusted, datetime.datetime.now(datetime.UTC))
        for body in offered:
            held.update_root(body)
            newest = body
    return newest


def believe_timestamp(held: Mapping[str, bytes], offered: bytes, now: datetime.datetime) -> Stamp:
    """Check a timestamp against what is held (root, timestamp). Raises CatalogueRefusedError."""
    with _refusals():
        _update_timestamp(_with_held(held, now), offered)
    return read_stamp(offered)


def believe_version(
    held: Mapping[str, bytes], offered: Mapping[str, bytes], now: datetime.datetime
) -> dict[str, Targets]:
    """Check a whole version's metadata against what is held; the roles that list files. Raises CatalogueRefusedError.

    `offered` holds the timestamp, the snapshot, the city's targets and every role under it, and nothing else.
    """
    with _refusals():
        trusted = _with_held(held, now)
        _update_timestamp(trusted, offered["timestamp"])
        _demand(offered, "snapshot")
        if "snapshot" in held:
            with contextlib.suppress(exceptions.RepositoryError):  # read for its version numbers only
                trusted.update_snapshot(held["snapshot"], trusted=True)
        trusted.update_snapshot(offered["snapshot"])
        listed = {name.removesuffix(".json") for name in trusted.snapshot.meta}
        if extra := offered.keys() - listed - {"timestamp", "snapshot"}:
            raise CatalogueRefusedError("foreign", f"metadata of {sorted(extra)[0]}")
        _demand(offered, "targets")
        roles = {"targets": trusted.update_targets(offered["targets"])}
        for role in sorted(listed - {"targets"}):
            _demand(offered, role)
            roles[role] = trusted.update_delegated_targets(offered[role], role, "targets")
    return roles


def believe_withdrawals(
    held: Mapping[str, bytes], in_force: frozenset[str], offered: bytes, now: datetime.datetime
) -> frozenset[str]:
    """The services that a newer list withdraws. Raises CatalogueRefusedError.

    A list that has expired may only add: our clock may be wrong, and a service that must stop must stop.
    """
    with _refusals():
        metadata = Metadata[Targets].from_bytes(offered)
        _parse(held["targets"]).verify_delegate(WITHDRAWALS, metadata.signed_bytes, metadata.signatures)
        signed = metadata.signed
        if WITHDRAWALS in held and signed.version < version_of(held[WITHDRAWALS]):
            raise exceptions.BadVersionNumberError("withdrawals")
        services = withdrawn_in(signed)
        if signed.is_expired(now):
            services |= in_force
    return services


def read_stamp(body: bytes) -> Stamp:
    """What a timestamp says, without judging it again. Raises CatalogueRefusedError (malformed)."""
    with _refusals():
        signed = Metadata[Timestamp].from_bytes(body).signed
        try:
            downloads = msgspec.convert(signed.unrecognized_fields.get("x-doorstep"), Downloads)
        except msgspec.ValidationError as error:
            raise CatalogueRefusedError("malformed", "downloads") from error
    return Stamp(signed.version, signed.snapshot_meta.version, signed.expires, downloads)


def first_root(body: bytes) -> int:
    """The number of the root that a terminal is given when it is set up. Raises CatalogueRefusedError."""
    with _refusals():
        return _begin(body, datetime.datetime.now(datetime.UTC)).root.version


def version_of(body: bytes) -> int:
    """The version number in metadata that was verified before."""
    return int(json.loads(body)["signed"]["version"])


def read_withdrawals(body: bytes) -> frozenset[str]:
    """The services of a list that was verified before. Raises CatalogueRefusedError (malformed)."""
    with _refusals():
        return withdrawn_in(Metadata[Targets].from_bytes(body).signed)


def withdrawn_in(signed: Targets) -> frozenset[str]:
    """The services of a verified list."""
    listed = signed.unrecognized_fields.get("x-doorstep-withdrawn")
    try:
        return frozenset(msgspec.convert(listed, list[str]))
    except msgspec.ValidationError as error:
        raise CatalogueRefusedError("malformed", "withdrawals") from error


def _begin(root: bytes, now: datetime.datetime) -> TrustedMetadataSet:
    trusted = TrustedMetadataSet(root, EnvelopeType.METADATA)
    trusted.reference_time = now  # the terminal's own judgement of the time, not the wall clock
    return trusted


def _with_held(held: Mapping[str, bytes], now: datetime.datetime) -> TrustedMetadataSet:
    trusted = _begin(held["root"], now)
    if "timestamp" in held:
        # It may have expired, or its key may have been replaced since: then it stops nobody from going on.
        with contextlib.suppress(exceptions.RepositoryError):
            trusted.update_timestamp(held["timestamp"])
    return trusted


def _update_timestamp(trusted: TrustedMetadataSet, offered: bytes) -> None:
    with contextlib.suppress(exceptions.EqualVersionNumberError):
        trusted.update_timestamp(offered)
        return
    if trusted.timestamp != Metadata[Timestamp].from_bytes(offered).signed:
        raise CatalogueRefusedError("mixed", "another timestamp under the same number")
    if trusted.timestamp.is_expired(trusted.reference_time):
        raise exceptions.ExpiredMetadataError("timestamp")


def _demand(offered: Mapping[str, bytes], role: str) -> None:
    if role not in offered:
        raise CatalogueRefusedError("mixed", f"no metadata of {role}")


def _parse(body: bytes) -> Targets:
    return Metadata[Targets].from_bytes(body).signed


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    """python-tuf's errors in our words; whatever else its parser raises over hostile bytes is malformed, too."""
    try:
        yield
    except CatalogueRefusedError:
        raise
    except exceptions.RepositoryError as error:
        reason = next(reason for kind, reason in _REASONS if isinstance(error, kind))
        raise CatalogueRefusedError(reason, str(error)[:200]) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CatalogueRefusedError("malformed", type(error).__name__) from error
