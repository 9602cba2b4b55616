"""Forty named states of a terminal: what is broken, empty, slow, shut or withdrawn. For previews, tables and tests.

Not responsible for what a service makes of them (kiosk.journey.readiness).
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from drivers.contract.status import DeviceReport, DeviceRole, DeviceState, SupplyState
from kiosk.journey.events import World
from kiosk.journey.model import Service
from kiosk.preview.sample_terminal import sample_world
from offline_cache.contract import LineState, ServiceWaiting, StoreStatus
from offline_cache.contract_catalogue import CatalogueStatus

ID_CARD, RECEIPT, DOCUMENT, CAMERA = DeviceRole.ID_CARD, DeviceRole.RECEIPT, DeviceRole.DOCUMENT, DeviceRole.CAMERA
PAPERS, CARD, SCANNER = DeviceRole.DOCUMENT_CAMERA, DeviceRole.SMART_CARD, DeviceRole.SCANNER
_UNUSABLE = {
    "unplugged": DeviceState.OFFLINE,
    "without power": DeviceState.POWER_OFF,
    "missing": DeviceState.NO_DEVICE,
    "broken": DeviceState.HARDWARE_ERROR,
    "misused": DeviceState.USER_ERROR,
    "starting": DeviceState.STARTING,
}
HOWS = ("misused", "without power", "missing", "broken", "starting")
_NAMES = {
    ID_CARD: "card reader",
    RECEIPT: "receipt printer",
    DOCUMENT: "A4 printer",
    CAMERA: "camera",
    PAPERS: "document camera",
    CARD: "smart card reader",
    SCANNER: "scanner",
}


def states_for(service: Service) -> dict[str, World]:
    """The forty states, by name. Two of them concern this service: withdrawn, too many of it waiting."""
    return dict(_states(service))


def _states(service: Service) -> Iterator[tuple[str, World]]:
    good, without_line = sample_world(), _line(sample_world(), LineState.OFFLINE)
    yield "everything works", good
    yield "the line is slow", _line(good, LineState.SLOW)
    yield "the line is down", without_line
    for hour in (3, 7, 20):
        yield f"it is {hour} o'clock", msgspec.structs.replace(good, hour=hour)
    for role in _NAMES:
        yield f"{_NAMES[role]} unplugged", _device(good, role, DeviceState.OFFLINE)
    for role in (ID_CARD, DOCUMENT):
        for how in HOWS[role is ID_CARD :]:
            yield f"{_NAMES[role]} {how}", _device(good, role, _UNUSABLE[how])
    yield "A4 printer busy", _device(good, DOCUMENT, DeviceState.BUSY)
    for name, supplies in (
        ("A4 paper low", {"paper": SupplyState.LOW}),
        ("A4 paper out", {"paper": SupplyState.OUT}),
        ("A4 paper jammed", {"paper": SupplyState.JAMMED}),
        ("toner low", {"paper": SupplyState.FULL, "toner": SupplyState.LOW}),
        ("toner out", {"paper": SupplyState.FULL, "toner": SupplyState.OUT}),
    ):
        yield name, _device(good, DOCUMENT, DeviceState.ONLINE, supplies)
    yield "receipt paper out", _device(good, RECEIPT, DeviceState.ONLINE, {"paper": SupplyState.OUT})
    yield "no driver has spoken", msgspec.structs.replace(good, devices=())
    yield "line and card reader down", _device(without_line, ID_CARD, DeviceState.OFFLINE)
    yield "line and camera down", _device(without_line, CAMERA, DeviceState.OFFLINE)
    yield "line down, no slips", _device(without_line, RECEIPT, DeviceState.OFFLINE)
    yield "line down, no A4", _device(without_line, DOCUMENT, DeviceState.OFFLINE)
    yield "switched off by the technician", msgspec.structs.replace(good, in_service=False)
    yield "the store is gone", msgspec.structs.replace(good, store=None)
    yield "the store is full", _store(good, accepting=False)
    yield "the service is withdrawn", _store(good, catalogue=CatalogueStatus(withdrawn=(service.id,)))
    waiting = service.offline_limits.waiting if service.offline_limits else 1
    yield "too many wait", _store(without_line, services=(ServiceWaiting(service.id, waiting),))
    yield "one may still wait", _store(without_line, services=(ServiceWaiting(service.id, waiting - 1),))


def _line(world: World, line: LineState) -> World:
    return _store(msgspec.structs.replace(world, line=line), line=line)


def _store(world: World, **changes: object) -> World:
    store = world.store
    assert isinstance(store, StoreStatus)
    return msgspec.structs.replace(world, store=msgspec.structs.replace(store, **changes))


def _device(
    world: World, role: DeviceRole, state: DeviceState, supplies: dict[str, SupplyState] | None = None
) -> World:
    broken = DeviceReport(role, state, supplies=supplies or {})
    return msgspec.structs.replace(world, devices=tuple(broken if one.role == role else one for one in world.devices))
