"""What the driver needs of a reading module, whatever its frames: the contract of the families."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from drivers.contract.errors import DeviceError
from kiosk.ipc import Control

PHOTO_BYTES = 1024
FINGERPRINT_BYTES = 512


@dataclass(frozen=True, repr=False)
class Blocks:
    """What a chip holds, still encoded: 256 bytes of text, a WLT photo, fingerprints, the newest address if any."""

    text: bytes
    photo: bytes = b""
    fingerprints: bytes = b""
    address: bytes = b""


class CardModule(Protocol):
    """One reading module on its wire. Every method raises a DeviceError when the module or the card fails."""

    @property
    def sam_id(self) -> str:
        """The printed number of the security module, once it is known."""

    def trouble(self, control: Control) -> DeviceError | None:
        """Ask the module how it is; opens the wire when that is closed. None when it is well."""

    def read(self, with_fingerprints: bool, control: Control) -> Blocks:
        """Read the card that lies there; NoMedia when there is none. Emits CardSeen when reading begins."""

    def still_there(self, control: Control) -> bool:
        """Whether the card that was read last still lies on the reader."""

    def reset(self, control: Control) -> None:
        """Reset the security module."""

    def close(self) -> None:
        """Let go of the wire; never raises."""
