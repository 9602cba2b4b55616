"""Commands, notices and values of the panel: doors, sensors, guide lights, the 12-key pad (XFS Auxiliaries, Lights)."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from drivers.contract.base import Command


class GuideLight(StrEnum):
    """Where a guide light is (XFS Lights)."""

    ID_CARD = "id_card"
    SMART_CARD = "smart_card"
    RECEIPT = "receipt"
    DOCUMENT = "document"
    SCANNER = "scanner"
    STATUS = "status"


class FlashRate(StrEnum):
    """How it shines."""

    OFF = "off"
    SLOW = "slow"
    MEDIUM = "medium"
    QUICK = "quick"
    CONTINUOUS = "continuous"


class SetGuideLight(Command, frozen=True):
    """panel: let one light shine → Acknowledged."""

    light: GuideLight
    rate: FlashRate


class KeyPressed(msgspec.Struct, frozen=True, tag=True):
    """A notice: one of 0-9 * # on the pad went down; `held_s` is 0, or how long 5 has been held."""

    key: str
    held_s: float = 0.0
