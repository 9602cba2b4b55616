"""The history of one device, kept by its host and read in maintenance."""

from __future__ import annotations

import msgspec

from drivers.contract.base import Command


class GetHealth(Command, frozen=True):
    """Any role: the history of the device → DeviceHealth. Never touches the device."""


class PastFailure(msgspec.Struct, frozen=True):
    """One failure: an error kind, when (seconds since 1970, wall clock), how often in a row, the technician's hint."""

    kind: str
    at: float
    times: int = 1
    hint: str = ""


class DeviceHealth(msgspec.Struct, frozen=True, tag=True):
    """Newest failure first. `counters` count commands, failures, outages and starts of the host.

    `mean_between_s` is the mean time between outages; None before the second one.
    """

    failures: tuple[PastFailure, ...] = ()
    counters: dict[str, int] = {}
    mean_between_s: float | None = None
