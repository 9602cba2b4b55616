"""How loud the terminal may be now, and whether only the citizen hears it."""

from __future__ import annotations

from drivers.contract.status import DeviceReport, DeviceRole
from kiosk.journey.session import Session

NIGHT_FROM, NIGHT_TO, NIGHT_MOST = 22, 7, 3
"""Between these hours the loudspeaker is never louder; headphones may be."""


def loudness(session: Session) -> int:
    """The volume that counts now: at night the loudspeaker is capped."""
    hour, voice = session.world.hour, session.voice
    at_night = hour >= NIGHT_FROM or hour < NIGHT_TO
    return min(voice.volume, NIGHT_MOST) if at_night and not has_headphones(session) else voice.volume


def has_headphones(session: Session) -> bool:
    """Whether the panel feels a plug in the jack."""
    report = session.world.device(DeviceRole.PANEL)
    return report is not None and is_plugged(report)


def is_plugged(panel: DeviceReport) -> bool:
    """Whether this report of the panel says so."""
    return panel.sensors.get("headphones") == "in"
