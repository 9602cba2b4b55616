"""What a family file (`drivers/<package>/families/<name>.py`) builds on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from drivers.contract.status import DeviceRole


class FamilySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of every family's `Settings`: `port` is the device's address. Ranges are annotations (msgspec.Meta)."""

    port: str


@dataclass(frozen=True)
class Place:
    """Where a driver lives: its role, and a folder on tmpfs for what it shares (frames)."""

    role: DeviceRole
    folder: Path
