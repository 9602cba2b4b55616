"""What can go wrong in the store's process, apart from bugs.

    StoreError
    ├── StoreUnavailable   the disk, the file or its key; nothing was accepted; the owner reopens and verifies
    ├── Conflict           the same transaction id came with another content
    ├── LimitReached       the service allows no further promise now
    ├── InvalidCommand     the command's values break a rule of the contract
    ├── NotEnrolled        no key of the centre is known to seal to; nothing was accepted
    └── CentreError
        ├── NoLine         nobody who is the centre answered
        ├── NotInTime      the centre did not answer before the command's deadline
        └── CentreRefused  the centre answered, and the answer is no

Anything else that is raised is a bug, and ends the process.
"""

from __future__ import annotations

from offline_cache.contract import StoreFailure


class StoreError(Exception):
    """Base of the tree."""

    def __init__(self, reason: str = "", hint: str = "") -> None:
        super().__init__(f"{reason}: {hint}" if hint else reason)
        self.reason = reason
        self.hint = hint

    def as_failure(self) -> StoreFailure:
        """The value that crosses the process boundary."""
        raise NotImplementedError


class StoreUnavailable(StoreError):
    """The store cannot be read or written now.

    `reason` is one of key_missing, key_exposed, key_invalid, wrong_key (or a damaged first page), damaged,
    chain_broken, disk_full, disk_error, read_only, in_use, newer_schema, unsafe_sqlite,
    salvaging (a damaged file is being replaced by what verifies of it).
    """

    def as_failure(self) -> StoreFailure:
        """Kind storage."""
        return StoreFailure("storage", self.reason)


class Conflict(StoreError):
    """Same id, other content: the caller has a bug or somebody tampers; never overwritten."""

    def as_failure(self) -> StoreFailure:
        """Kind conflict."""
        return StoreFailure("conflict", self.reason)


class LimitReached(StoreError):
    """`reason` is too_many_waiting or amount_offline (offline_cache.outbox.limits)."""

    def as_failure(self) -> StoreFailure:
        """Kind limit."""
        return StoreFailure("limit", self.reason)


class InvalidCommand(StoreError):
    """A value in the command is not allowed."""

    def as_failure(self) -> StoreFailure:
        """Kind invalid."""
        return StoreFailure("invalid", self.reason)


class NotEnrolled(StoreError):
    """Nothing can be accepted yet: what cannot be sealed is not kept."""

    def as_failure(self) -> StoreFailure:
        """Kind refused."""
        return StoreFailure("refused", self.reason)


class CentreError(StoreError):
    """Base of what an exchange with the centre can end in; `sent` says whether bytes may have left."""

    def __init__(self, reason: str = "", hint: str = "", *, sent: bool = False) -> None:
        super().__init__(reason, hint)
        self.sent = sent


class NoLine(CentreError):
    """No connection, or somebody else answered (a captive portal, a proxy)."""

    def as_failure(self) -> StoreFailure:
        """Kind offline."""
        return StoreFailure("offline", self.reason)


class NotInTime(CentreError):
    """Silent past the deadline; the request may still take effect."""

    def as_failure(self) -> StoreFailure:
        """Kind timeout."""
        return StoreFailure("timeout", self.reason)


class CentreRefused(CentreError):
    """The centre's own no, with its reason; `kind` is refused or conflict."""

    def __init__(self, reason: str, kind: str = "refused") -> None:
        super().__init__(reason, sent=True)
        self.kind = kind

    def as_failure(self) -> StoreFailure:
        """Kind refused or conflict."""
        return StoreFailure(self.kind, self.reason)
