"""Two districts side by side: what each asks, promises and decides for one service, and what the better one saves.

Which two is kept in the session as `Pair`. Not responsible for which district counts for a citizen
(kiosk.journey.scope).
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kiosk.intents import AnyIntent, Chosen
from kiosk.journey.catalogue import Resolved
from kiosk.journey.dates import say_date
from kiosk.journey.model import Service, Text
from kiosk.journey.pages import chrome
from kiosk.journey.sayings import say_bands, say_promise
from kiosk.journey.scope import say_figure
from kiosk.journey.session import Pair
from kiosk.journey.turn import Turn
from kiosk.views import AnyView, ChoiceView, ComparisonView, Contrast, Option

SIDES = ("left", "right")


def differs(turn: Turn, service_id: str) -> bool:
    """Whether any district has a rule of its own for this service today."""
    return bool(_districts_of(turn, service_id))


def opened(turn: Turn) -> Turn:
    """The comparison, first of this terminal's district with one that is different."""
    here, own = turn.context.terminal.district, _districts_of(turn, turn.session.service)
    others = [code for code in (*own, *turn.context.catalogue.districts) if code != here]
    return turn.changed(pair=Pair(here, others[0])) if own and others else turn


def intended(turn: Turn, intent: AnyIntent) -> Turn:
    """What a touch on these pages changes."""
    pair = turn.session.pair
    if pair is None or not isinstance(intent, Chosen):
        return turn
    if not pair.choosing:
        return turn.changed(pair=msgspec.structs.replace(pair, choosing=intent.id)) if intent.id in SIDES else turn
    if intent.id not in turn.context.catalogue.districts:
        return turn
    return turn.changed(pair=msgspec.structs.replace(pair, choosing="", **{pair.choosing: intent.id}))


def gone_back(turn: Turn) -> Turn:
    """From the choice to the comparison, from there to the service."""
    pair = turn.session.pair
    return turn.changed(pair=msgspec.structs.replace(pair, choosing="") if pair and pair.choosing else None)


def comparison(turn: Turn) -> AnyView:
    """The page of the pair: the comparison, or the choice of another district."""
    pair = turn.session.pair
    assert pair is not None
    return _choice(turn, pair) if pair.choosing else _side_by_side(turn, pair)


def _districts_of(turn: Turn, service_id: str) -> list[str]:
    overlays, today = turn.context.catalogue.overlays, turn.session.today
    return [code for (code, own), overlay in overlays.items() if own == service_id and overlay.in_force(today)]


def _choice(turn: Turn, pair: Pair) -> ChoiceView:
    language, own = turn.session.language, _districts_of(turn, turn.session.service)
    options = tuple(
        Option(code, named.name.of(language), turn.say("compare.own_rule") if code in own else "")
        for code, named in turn.context.catalogue.districts.items()
    )
    chosen = pair.left if pair.choosing == "left" else pair.right
    return ChoiceView(chrome=chrome(turn), title=turn.say("compare.which"), options=options, chosen=chosen)


def _side_by_side(turn: Turn, pair: Pair) -> ComparisonView:
    catalogue, session = turn.context.catalogue, turn.session
    sides = [catalogue.resolve(session.service, code, session.today) for code in (pair.left, pair.right)]
    names = [catalogue.district_name(code, session.language) for code in (pair.left, pair.right)]
    columns = [dict(_facts(turn, side)) for side in sides]
    labels = list(dict.fromkeys([*columns[0], *columns[1]]))
    none = turn.say("compare.none")
    rows = [Contrast(label, *(column.get(label) or none for column in columns)) for label in labels]
    rows.sort(key=lambda row: row.left == row.right)  # what is different first; sort is stable
    return ComparisonView(
        chrome=chrome(turn),
        title=turn.say("compare.title", service=turn.service.title.of(session.language)),
        left=names[0],
        right=names[1],
        saved=tuple(_saved(turn, sides[0].service, sides[1].service, names)),
        rows=tuple(rows),
        options=tuple(Option(side, turn.say(f"compare.{side}")) for side in SIDES),
    )


def _facts(turn: Turn, resolved: Resolved) -> Iterator[tuple[str, str]]:
    """What a citizen compares, label and value; empty ones are left out."""
    language, say, service, overlay = turn.session.language, turn.say, resolved.service, resolved.overlay
    found = {
        "decided": _decided_by(turn, resolved),
        "promise": say_promise(turn, service),
        "statutory": _days(turn, service.terms.statutory_days, service.terms.unit),
        "who": service.accept_condition.of(language),
        "bring": _list(turn, service.bring),
        "materials": _list(turn, tuple(material.name for material in service.materials)),
        "visits": say("compare.visit_count", count=str(service.visits)),
    }
    yield from ((say(f"compare.{key}"), value) for key, value in found.items() if value)
    for name, bands in service.tables.items():
        yield service.table_names[name].of(language), say_bands(turn, bands)
    for name, figure in turn.context.catalogue.services[service.id].figures.items():
        if figure.name is not None:
            yield figure.name.of(language), say_figure(service.figures[name], turn.context, language)
    city = say("compare.city_rule")
    yield say("compare.note"), overlay.note.of(language) if overlay else city
    since = {"basis": overlay.basis.of(language), "day": say_date(overlay.valid_from, language)} if overlay else {}
    yield say("compare.basis"), say("compare.since", **since) if since else city


def _decided_by(turn: Turn, resolved: Resolved) -> str:
    language, service, overlay = turn.session.language, resolved.service, resolved.overlay
    if overlay is not None and overlay.decided_by is not None:
        return overlay.decided_by.of(language)
    office = turn.context.catalogue.departments[service.department].name
    return (service.dept_name or office).of(language)


def _days(turn: Turn, days: int, unit: str) -> str:
    return turn.say(f"service_more.{unit}", days=str(days)) if days else ""


def _list(turn: Turn, texts: tuple[Text, ...]) -> str:
    return turn.say("service.comma").join(text.of(turn.session.language) for text in texts)


def _saved(turn: Turn, left: Service, right: Service, names: list[str]) -> Iterator[str]:
    """What the district that asks less saves: papers, things to bring, days, visits."""
    for key, one, other in (
        ("papers", len(left.materials), len(right.materials)),
        ("things", len(left.bring), len(right.bring)),
        ("days", left.promise_days, right.promise_days),
        ("visits_less", left.visits, right.visits),
    ):
        if one != other:
            better = names[0] if one < other else names[1]
            yield turn.say(f"compare.{key}", district=better, count=str(abs(one - other)))
