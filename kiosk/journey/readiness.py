"""Can this service be finished at this terminal now? Answered before anybody shows an ID card. Pure.

Not responsible for what happens when something breaks in the middle (kiosk.journey.engine).
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from drivers.contract.status import DeviceReport, DeviceRole, DeviceState, SupplyState
from kiosk.journey.context import Context
from kiosk.journey.dates import say_date
from kiosk.journey.events import World
from kiosk.journey.model import Service, Site
from kiosk.journey.withdrawal import is_withdrawn
from kiosk.views import Language, Readiness
from offline_cache.contract import LineState

SOFT_ROLES = frozenset({DeviceRole.RECEIPT, DeviceRole.SMART_CARD, DeviceRole.SCANNER})
"""What is only a help: without a slip the number stays on the screen, and what is not read can be typed."""


class Verdict(msgspec.Struct, frozen=True):
    """How ready a service is, and why not more; `nearest` names a place that can, where there is one."""

    level: Readiness
    reason: str = ""
    nearest: str = ""


def judge(service: Service, world: World, context: Context, language: Language) -> Verdict:
    """The readiness of one service in this state of the world; the gravest reason is told."""
    if is_withdrawn(service.id, world):  # nowhere else either: no other place is named
        return Verdict(Readiness.UNAVAILABLE, context.texts("ready.withdrawn", language))
    reason = (
        _place_reason(service, context, language)
        or _closed_reason(service, world, context, language)
        or _limit_reason(service, world, context, language)
        or _device_reason(service, world, context, language)
    )
    if not reason and world.line is LineState.OFFLINE and service.offline == "N":
        reason = context.texts("ready.no_line", language)
    if reason:
        return Verdict(Readiness.UNAVAILABLE, reason, nearest_site(context, service.id, language, world.hour))
    if world.line is LineState.OFFLINE and service.offline == "Q":
        return Verdict(Readiness.LATER, _later(service, context, language))
    if DeviceRole.RECEIPT in hard_and_soft_roles(service) and not _usable(world, DeviceRole.RECEIPT):
        return Verdict(Readiness.READY, context.texts("ready.no_slip", language))
    slow = world.line is LineState.SLOW and service.offline != "A"
    return Verdict(Readiness.READY, context.texts("ready.slow", language) if slow else "")


def hard_and_soft_roles(service: Service) -> tuple[DeviceRole, ...]:
    """Every device role a service declares, in the order of the definition."""
    return tuple(DeviceRole(need) for need in service.needs)


def missing_roles(roles: Iterable[DeviceRole], world: World) -> list[DeviceRole]:
    """The roles that cannot be used now, soft ones left out."""
    return [role for role in roles if role not in SOFT_ROLES and not _usable(world, role)]


def why_unusable(report: DeviceReport | None) -> str:
    """The kind of text that tells a citizen why a device cannot be used."""
    if report is None or report.state in {DeviceState.OFFLINE, DeviceState.POWER_OFF, DeviceState.NO_DEVICE}:
        return "offline"
    levels = set(report.supplies.values())
    if SupplyState.JAMMED in levels:
        return "jammed"
    if SupplyState.OUT in levels:
        toner = report.supplies.get("toner") is SupplyState.OUT
        return "toner_out" if toner and report.supplies.get("paper") is not SupplyState.OUT else "paper_out"
    return "starting" if report.state is DeviceState.STARTING else "fault"


def nearest_site(context: Context, service_id: str, language: Language, hour: int = 12) -> str:
    """The nearest place that finishes a service: open in this hour first, then of this district, then in file order.

    With the day on which the list of places was true: it comes with the catalogue, also when the line is down.
    """
    here, service = context.terminal, context.catalogue.services[service_id]
    able = [site for site in context.catalogue.sites if site.id != here.id and site.finishes(service)]
    able.sort(key=lambda site: (not site.hours.contain(hour), site.district != here.district))  # sort is stable
    return _site_line(able[0], context, language) if able else ""


def _site_line(site: Site, context: Context, language: Language) -> str:
    name, hours = site.name.of(language), site.hours
    words = {"name": name, "opens": str(hours.opens), "closes": str(hours.closes)}
    key = "ready.site_always" if (hours.opens, hours.closes) == (0, 24) else "ready.site"
    place, day = context.texts(key, language, **words), context.catalogue.sites_day
    return context.texts("ready.listed", language, place=place, day=say_date(day, language)) if day else place


def _usable(world: World, role: DeviceRole) -> bool:
    report = world.device(role)
    return report is not None and report.usable


def _place_reason(service: Service, context: Context, language: Language) -> str:
    """Some services belong to a kind of place: a bank's credit reports, a hall's licence paper."""
    return "" if context.terminal.site in service.sites else context.texts("ready.not_here", language)


def _closed_reason(service: Service, world: World, context: Context, language: Language) -> str:
    if not world.in_service:
        return context.texts("ready.switched_off", language)
    if world.store is None or not world.store.accepting:
        return context.texts("ready.no_store", language)
    if not service.hours.contain(world.hour):
        hours = {"opens": str(service.hours.opens), "closes": str(service.hours.closes)}
        return context.texts("ready.closed", language, **hours)
    return ""


def _limit_reason(service: Service, world: World, context: Context, language: Language) -> str:
    """The store refuses what is over the limit; nobody should type for ten minutes to learn that."""
    limits = service.offline_limits
    if limits is None or service.offline != "Q" or world.store is None:
        return ""  # what also works alone is begun all the same
    if world.store.waiting_of(service.id) < limits.waiting:
        return ""
    return context.texts("ready.too_many_waiting", language)


def _later(service: Service, context: Context, language: Language) -> str:
    limits = service.offline_limits
    if limits is None or not service.is_fee:
        return context.texts("ready.later", language)
    return context.texts("ready.later_up_to", language, yuan=_yuan(limits.amount_fen))


def _yuan(fen: int) -> str:
    return str(fen // 100) if fen % 100 == 0 else f"{fen // 100}.{fen % 100:02d}"


def _device_reason(service: Service, world: World, context: Context, language: Language) -> str:
    missing = missing_roles(hard_and_soft_roles(service), world)
    if not missing:
        return ""
    role = missing[0]
    return context.texts(f"ready.{role}.{why_unusable(world.device(role))}", language)
