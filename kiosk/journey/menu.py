"""The menu: four ways to a service. What is asked for most at this kind of site, then by event, department, person.

A way other than the first shows doors (a life event, a department, a kind of person), and a door its services. Not
responsible for judging readiness (kiosk.journey.readiness).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from kiosk.journey.model import Named, Service
from kiosk.journey.pages import chrome
from kiosk.journey.readiness import judge
from kiosk.journey.turn import Turn
from kiosk.views import Door, Group, MenuView, Option, SearchView, Tile

KINDS = ("certificate", "query", "application", "booking", "review", "payment")
"""In what order a department's services stand: what one leaves with, first."""
NAMED_ON_A_DOOR = 2
SEARCH = "search"
"""The way through the menu that is a page of its own."""
FOUND = 6


class Way(StrEnum):
    """How the menu is looked at: the ids of its tabs."""

    HOT = "hot"
    EVENT = "event"
    DEPARTMENT = "department"
    AUDIENCE = "audience"


def menu(turn: Turn) -> MenuView:
    """The services of the chosen way and door; of a way without a door, its doors."""
    way, session = way_of(turn), turn.session
    doors = _behind(turn, way)
    opened = doors.get(session.door, [])
    return MenuView(
        chrome=chrome(turn),
        title=_codes(turn, way)[session.door].name.of(session.language) if opened else turn.say("menu.title"),
        groups=_groups(turn, way, opened) if opened else _front(turn, way),
        doors=() if opened else tuple(_door(turn, way, code, services) for code, services in doors.items()),
        tabs=tuple(Option(each, turn.say(f"menu.{each}")) for each in _ways(turn)),
        tab=way,
        search=turn.say("menu.search"),
    )


def search(turn: Turn) -> SearchView:
    """What was typed, and the services that are meant by it: never more than a page."""
    services, sought = turn.context.catalogue.services, turn.session.sought
    hot = [service.id for service in _all(turn) if _is_hot(turn, service)]
    found = turn.context.finder.find(sought, FOUND, hot)
    advice = "search.none" if sought.strip() else "search.how"
    return SearchView(
        chrome=chrome(turn),
        title=turn.say("search.title"),
        text=sought,
        tiles=tuple(_tile(turn, services[name]) for name in found),
        advice="" if found else turn.say(advice, phone=turn.context.terminal.help_phone),
    )


def way_of(turn: Turn) -> Way:
    """The chosen way, or the first one there is."""
    ways = _ways(turn)
    return next((way for way in ways if way == turn.session.way), ways[0])


def has_door(turn: Turn, code: str) -> bool:
    """Whether the way that is shown has services behind this code."""
    return code in _behind(turn, way_of(turn))


def _ways(turn: Turn) -> list[Way]:
    return [way for way in Way if way is not Way.HOT or front(turn)]


def _all(turn: Turn) -> Iterable[Service]:
    return turn.context.catalogue.services.values()


def front(turn: Turn) -> list[Service]:
    """The services of the hot list of this kind of site, in its order."""
    services = turn.context.catalogue.services
    listed = turn.context.catalogue.hot.get(turn.context.terminal.site, ())
    return [services[service] for service in listed if service in services]


def _is_hot(turn: Turn, service: Service) -> bool:
    return turn.context.terminal.site in service.hot


def _codes(turn: Turn, way: Way) -> Mapping[str, Named]:
    catalogue = turn.context.catalogue
    match way:
        case Way.EVENT:
            return catalogue.groups
        case Way.DEPARTMENT:
            return catalogue.departments
        case Way.AUDIENCE:
            return catalogue.audiences
        case _:
            return {}


def _behind(turn: Turn, way: Way) -> dict[str, list[Service]]:
    """The services behind each door that has any, in the order of the codes."""
    found: dict[str, list[Service]] = {code: [] for code in _codes(turn, way)}
    for service in _all(turn):
        for code in _places(service, way):
            if code in found:
                found[code].append(service)
    return {code: _in_order(turn, services) for code, services in found.items() if services}


def _places(service: Service, way: Way) -> tuple[str, ...]:
    match way:
        case Way.EVENT:
            return service.groups
        case Way.DEPARTMENT:
            return (service.department,)
        case Way.AUDIENCE:
            return service.audiences
        case _:
            return ()


def _in_order(turn: Turn, services: Iterable[Service]) -> list[Service]:
    """What this kind of site is asked for first, what belongs to another kind last; else by the city's numbers."""
    site = turn.context.terminal.site
    return sorted(services, key=lambda one: (site not in one.sites, not _is_hot(turn, one), one.no, one.id))


def _front(turn: Turn, way: Way) -> tuple[Group, ...]:
    """What stands in front at this kind of site."""
    return (Group("", tuple(_tile(turn, service) for service in front(turn))),) if way is Way.HOT else ()


def _groups(turn: Turn, way: Way, services: list[Service]) -> tuple[Group, ...]:
    """A department's services by what they are; all others by department."""
    if way is Way.DEPARTMENT:
        named = [(kind, turn.say(f"menu.{kind}")) for kind in KINDS]
        parts = [(name, [one for one in services if one.handle_type == kind]) for kind, name in named]
    else:
        catalogue, language = turn.context.catalogue, turn.session.language
        parts = [
            (department.name.of(language), [one for one in services if one.department == code])
            for code, department in catalogue.departments.items()
        ]
    return tuple(Group(name, tuple(_tile(turn, one) for one in within)) for name, within in parts if within)


def _door(turn: Turn, way: Way, code: str, services: list[Service]) -> Door:
    named, language = _codes(turn, way)[code], turn.session.language
    some = turn.say("service.comma").join(one.title.of(language) for one in services[:NAMED_ON_A_DOOR])
    more = turn.say("menu.more", some=some, count=str(len(services)))
    return Door(code, named.name.of(language), some if len(services) <= NAMED_ON_A_DOOR else more, named.icon)


def _tile(turn: Turn, service: Service) -> Tile:
    language = turn.session.language
    verdict = judge(service, turn.session.world, turn.context, language)
    return Tile(
        service.id,
        service.title.of(language),
        service.summary.of(language),
        service.icon,
        verdict.level,
        verdict.reason,
    )
