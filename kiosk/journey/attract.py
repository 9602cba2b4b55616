"""The page that nobody has touched yet, and the one that says the terminal cannot serve. Pure."""

from __future__ import annotations

from drivers.contract.status import DeviceRole
from kiosk.journey.context import Context
from kiosk.journey.events import World
from kiosk.journey.model import Hours
from kiosk.journey.readiness import SOFT_ROLES, hard_and_soft_roles, why_unusable
from kiosk.views import AnyView, AttractView, Chrome, Language, Line, OutOfServiceView
from offline_cache.contract import LineState


def is_serving(world: World) -> bool:
    """Whether the terminal can serve anybody at all."""
    return world.in_service and world.store is not None and world.store.accepting


def attract(context: Context, world: World, language: Language = Language.SIMPLIFIED, care: bool = False) -> AnyView:
    """The page of an idle terminal in this state of the world."""
    if not is_serving(world):
        return closed(context, world, _chrome(context, world, language, care))
    texts = context.texts
    return AttractView(
        chrome=_chrome(context, world, language, care),
        title=texts("attract.title", language),
        lines=tuple(texts(f"attract.line{number}", language) for number in (1, 2, 3)),
        notices=_notices(context, world, language),
        hours=_hours(context, language),
    )


def closed(context: Context, world: World, chrome: Chrome) -> OutOfServiceView:
    """Why the terminal cannot serve, and whom to call."""
    texts, language = context.texts, chrome.language
    why = "closed.switched_off" if not world.in_service else "closed.no_store"
    sites = [site for site in context.catalogue.sites if site.id != context.terminal.id]
    sites.sort(key=lambda site: site.district != context.terminal.district)
    return OutOfServiceView(
        chrome=chrome,
        title=texts("closed.title", language),
        body=texts(why, language, phone=context.terminal.help_phone),
        nearest=texts("problem.nearest", language, place=sites[0].name.of(language)) if sites else "",
    )


def _chrome(context: Context, world: World, language: Language, care: bool) -> Chrome:
    line = Line(world.line.value) if is_serving(world) else Line.OUT_OF_SERVICE
    return Chrome(language=language, care=care, line=line, terminal=context.terminal.place[language])


def _notices(context: Context, world: World, language: Language) -> tuple[str, ...]:
    texts = context.texts
    notices = [texts("attract.offline", language)] if world.line is LineState.OFFLINE else []
    roles = dict.fromkeys(
        role for service in context.catalogue.services.values() for role in hard_and_soft_roles(service)
    )
    for role in roles:
        report = world.device(role)
        if report is None or not report.usable:
            key = f"ready.{role}.{why_unusable(report)}"
            if role in SOFT_ROLES:
                key = "ready.no_slip" if role is DeviceRole.RECEIPT else ""
            if not key:
                continue  # what it would have read can be typed
            notices.append(texts(key, language))
    return tuple(notices)


def _hours(context: Context, language: Language) -> str:
    hours: set[Hours] = {service.hours for service in context.catalogue.services.values()}
    return context.texts("attract.always" if hours == {Hours()} else "attract.by_service", language)
