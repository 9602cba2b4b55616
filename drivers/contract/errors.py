"""The tree of device failures.

    DeviceError
    ├── DeviceOffline        cannot be opened or vanished; raised by any command; wait for the report ONLINE
    ├── DeviceTimeout        silent past its deadline; the device may still act: ask, never repeat a print
    ├── ProtocolError        answered something its protocol does not allow (checksum, length, garbage)
    ├── DeviceFault          the device itself reports an error (`evidence` holds its status word)
    ├── NoMedia              no card, or the card left before it was read; ask the citizen again
    ├── InvalidMedia         a card that cannot be read or decoded; offer another way
    ├── PaperOut             out of paper; ask for staff, hold the session
    ├── MediaJammed          paper or card jam; ask for staff
    ├── CoverOpen            a cover is open; ask for staff
    ├── TonerOut             no toner; ask for staff
    ├── MediaNotTaken        the last paper still hangs in the presenter; ask the citizen to take it
    ├── WrongPin             the card refused the PIN; `evidence["tries_left"]`; ask again
    ├── PinBlocked           the card takes no PIN any more; another card is needed
    ├── OutcomeUnknown       paper may or may not have come out; never print again on our own
    ├── CommandCancelled     the owner stopped it
    └── UnsupportedCommand   this driver cannot do that

What a citizen reads is chosen by `kind` (text key `device.<role>.<kind>`); a technician reads `hint`; the log
gets `evidence`, which never holds personal data.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec


class DeviceFailure(msgspec.Struct, frozen=True, tag=True):
    """A `DeviceError` as it crosses the process boundary."""

    kind: str
    hint: str = ""
    evidence: dict[str, str] = {}


class DeviceError(Exception):
    """Base of the tree. `hint` is for a technician, `evidence` for the log."""

    kind: ClassVar[str] = "device_error"

    def __init__(self, hint: str = "", **evidence: str) -> None:
        super().__init__(hint or self.kind)
        self.hint = hint
        self.evidence = evidence

    def as_failure(self) -> DeviceFailure:
        """The value that crosses the process boundary."""
        return DeviceFailure(self.kind, self.hint, self.evidence)


class DeviceOffline(DeviceError):
    """The device cannot be opened, or it vanished. Wait for its report to say ONLINE."""

    kind = "offline"


class DeviceTimeout(DeviceError):
    """The device said nothing within the deadline."""

    kind = "timeout"


class ProtocolError(DeviceError):
    """The answer breaks the protocol. `evidence` holds expected and got in hex."""

    kind = "protocol"


class DeviceFault(DeviceError):
    """The device reports an error of its own, for example SW3 of an ID-card reader."""

    kind = "fault"


class NoMedia(DeviceError):
    """No card within the deadline, or it was lifted too early."""

    kind = "no_media"


class InvalidMedia(DeviceError):
    """A card is there, but it is not one we can read."""

    kind = "invalid_media"


class PaperOut(DeviceError):
    """No paper. What already came out stands in `evidence`."""

    kind = "paper_out"


class MediaJammed(DeviceError):
    """Paper or card is stuck."""

    kind = "jammed"


class CoverOpen(DeviceError):
    """A cover is open."""

    kind = "cover_open"


class TonerOut(DeviceError):
    """No toner or ink."""

    kind = "toner_out"


class MediaNotTaken(DeviceError):
    """The paper of the last print is still in the presenter."""

    kind = "not_taken"


class WrongPin(DeviceError):
    """The card refused the PIN; `evidence` holds tries_left."""

    kind = "wrong_pin"


class PinBlocked(DeviceError):
    """The card's PIN is blocked."""

    kind = "pin_blocked"


class OutcomeUnknown(DeviceError):
    """Nobody can tell whether the paper came out. Only a person may decide to print again."""

    kind = "outcome_unknown"


class CommandCancelled(DeviceError):
    """Stopped by its owner before it took effect."""

    kind = "cancelled"


class UnsupportedCommand(DeviceError):
    """Not a command of this role."""

    kind = "unsupported"
