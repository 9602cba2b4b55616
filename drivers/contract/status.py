"""Device, media and supply states in XFS4IoT's words. A status is a value, never an exception."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class DeviceRole(StrEnum):
    """What a device is for; one driver process serves one role."""

    ID_CARD = "id_card"
    RECEIPT = "receipt"
    DOCUMENT = "document"
    CAMERA = "camera"
    SMART_CARD = "smart_card"
    SCANNER = "scanner"
    PANEL = "panel"
    DOCUMENT_CAMERA = "document_camera"


class DeviceState(StrEnum):
    """XFS4IoT Common.Status.device."""

    ONLINE = "online"
    OFFLINE = "offline"
    POWER_OFF = "power_off"
    NO_DEVICE = "no_device"
    HARDWARE_ERROR = "hardware_error"
    USER_ERROR = "user_error"
    BUSY = "busy"
    STARTING = "starting"


class MediaState(StrEnum):
    """Whether a card or a sheet is in the device."""

    UNKNOWN = "unknown"
    PRESENT = "present"
    NOT_PRESENT = "not_present"
    ENTERING = "entering"
    JAMMED = "jammed"
    RETRACTED = "retracted"


class SupplyState(StrEnum):
    """Level of one consumable."""

    UNKNOWN = "unknown"
    NOT_SUPPORTED = "not_supported"
    FULL = "full"
    LOW = "low"
    OUT = "out"
    JAMMED = "jammed"


class DeviceReport(msgspec.Struct, frozen=True, tag=True):
    """The state of one device now; sent as a notice whenever it changes and to each new client.

    `reason` is an error kind of `drivers.contract.errors` or empty; `hint` is English prose for a
    technician; `supplies` maps "paper", "toner" to levels; `sheets_left` where the device can tell; `sensors`
    (panel) maps "door", "tilt", "proximity", "headphones" to words such as "closed", "open".
    """

    role: DeviceRole
    state: DeviceState
    media: MediaState = MediaState.UNKNOWN
    supplies: dict[str, SupplyState] = {}
    reason: str = ""
    hint: str = ""
    model: str = ""
    sheets_left: int | None = None
    sensors: dict[str, str] = {}

    @property
    def usable(self) -> bool:
        """Whether a command can be expected to succeed now."""
        blocked = {SupplyState.OUT, SupplyState.JAMMED}
        return self.state in {DeviceState.ONLINE, DeviceState.BUSY} and not blocked & set(self.supplies.values())
