"""Parts of a service in words, the same on every page that shows them. Pure."""

from __future__ import annotations

from kiosk.journey.model import Band, Service
from kiosk.journey.turn import Turn


def say_promise(turn: Turn, service: Service) -> str:
    """When it is decided: on the spot, or within the promised days; "" when nothing is promised."""
    if service.project_type == "on_the_spot":
        return turn.say("service.on_the_spot")
    return turn.say("service.promised", days=str(service.promise_days)) if service.promise_days else ""


def say_bands(turn: Turn, bands: tuple[Band, ...]) -> str:
    """An age table on one line."""
    keys = ("service.band_open" if band.last >= 150 else "service.band" for band in bands)
    values = ({"first": str(band.first), "last": str(band.last), "value": str(band.value)} for band in bands)
    return turn.say("service.semicolon").join(turn.say(key, **value) for key, value in zip(keys, values, strict=True))
