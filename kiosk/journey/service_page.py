"""The page of one service: what it needs, takes and gives, and whether it can be done here now.

Not responsible for judging readiness (kiosk.journey.readiness).
"""

from __future__ import annotations

from kiosk.journey.catalogue import Resolved
from kiosk.journey.comparison import differs
from kiosk.journey.dates import money_fen
from kiosk.journey.model import (
    GateStep,
    Law,
    Material,
    NoticeStep,
    PrefillStep,
    RatingStep,
    Service,
    Step,
    SubmitStep,
)
from kiosk.journey.pages import chrome
from kiosk.journey.readiness import judge
from kiosk.journey.sayings import say_bands, say_promise
from kiosk.journey.turn import Turn
from kiosk.journey.wording import reading_time_s
from kiosk.views import AnyView, Language, Row, ServiceView

UNNAMED = (PrefillStep, SubmitStep, GateStep, RatingStep)


def service_page(turn: Turn) -> AnyView:
    """One service before any identity."""
    context, session, language = turn.context, turn.session, turn.session.language
    resolved = context.catalogue.resolve(session.service, context.terminal.district, session.today)
    service = resolved.service
    verdict = judge(service, session.world, context, language)
    return ServiceView(
        chrome=chrome(turn),
        title=service.title.of(language),
        summary=service.summary.of(language),
        facts=tuple([*_delegation(turn, resolved), *_facts(turn, service)]),
        steps=tuple(_step_names(service.steps, turn)),
        readiness=verdict.level,
        reason=verdict.reason,
        nearest=verdict.nearest,
        compare=turn.say("compare.open") if differs(turn, session.service) else "",
    )


def _step_names(steps: tuple[Step, ...], turn: Turn) -> list[str]:
    names = [step.name.of(turn.session.language) for step in steps if not isinstance(step, UNNAMED)]
    return list(dict.fromkeys(names))


def _facts(turn: Turn, service: Service) -> list[Row]:
    language, say = turn.session.language, turn.say
    department = turn.context.catalogue.departments[service.department].name.of(language)
    rows = [
        Row(say("service_more.plain"), service.plain.of(language) if service.plain else ""),
        Row(say("service.who"), service.accept_condition.of(language)),
        Row(say("service.bring"), say("service.comma").join(item.of(language) for item in service.bring)),
        Row(say("service.minutes"), _minutes(turn, service)),
        Row(say("service.fee"), say("service.semicolon").join([service.fee.of(language), *_fees(turn, service)])),
        Row(say("service.result"), service.result.of(language)),
        Row(say("service.promise"), say_promise(turn, service)),
        Row(say("service_more.statutory"), _statutory(turn, service)),
        Row(say("service_more.visits"), _visits(turn, service)),
        Row(say("service_more.materials"), say("service.comma").join(_material(turn, m) for m in service.materials)),
        Row(say("service.hours"), _hours(turn, service)),
        Row(say("service.department"), service.dept_name.of(language) if service.dept_name else department),
    ]
    rows += _differences(turn, service)
    if service.by_law:
        rows.append(
            Row(say("service.basis"), say("service.semicolon").join(_law(law, language) for law in service.by_law))
        )
    if service.demo:
        rows.append(Row(say("service.note"), say("service.demo")))
    return [row for row in rows if row.value]


def _minutes(turn: Turn, service: Service) -> str:
    reading_s = sum(reading_time_s(step) for step in service.steps if isinstance(step, NoticeStep))
    key = "service.about" if reading_s else "service.about_short"
    values = {"reading": str(reading_s)} if reading_s else {}
    return turn.say(key, minutes=str(service.minutes), **values)


def _delegation(turn: Turn, resolved: Resolved) -> list[Row]:
    """Who decides where the city has handed the power down."""
    overlay, language = resolved.overlay, turn.session.language
    if overlay is None or overlay.decided_by is None:
        return []
    return [Row(turn.say("compare.decided"), overlay.decided_by.of(language))]


def _law(law: Law, language: Language) -> str:
    return " ".join(filter(None, (law.name.of(language), law.number, law.article)))


def _fees(turn: Turn, service: Service) -> list[str]:
    language = turn.session.language
    found: list[str] = []
    for fee in service.fees:
        words = {"name": fee.name.of(language), "amount": money_fen(fee.amount_fen), "basis": fee.basis.of(language)}
        said = turn.say("service_more.fee", **words)
        found.append(turn.say("field.demo", figure=said) if fee.demo else said)
    return found


def _material(turn: Turn, material: Material) -> str:
    name, language = material.name.of(turn.session.language), turn.session.language
    return turn.say("service_more.case", name=name, case=material.case.of(language)) if material.case else name


def _statutory(turn: Turn, service: Service) -> str:
    days = service.terms.statutory_days
    return turn.say(f"service_more.{service.terms.unit}", days=str(days)) if days else ""


def _visits(turn: Turn, service: Service) -> str:
    if not service.visits or service.visit_reason is None:
        return ""
    reason = service.visit_reason.of(turn.session.language)
    return turn.say("service_more.visit", visits=str(service.visits), reason=reason)


def _hours(turn: Turn, service: Service) -> str:
    if (service.hours.opens, service.hours.closes) == (0, 24):
        return turn.say("service.always")
    return turn.say("service.open", opens=str(service.hours.opens), closes=str(service.hours.closes))


def _differences(turn: Turn, city: Service) -> list[Row]:
    """What differs by district, side by side: the city's rule, then each district that has its own."""
    catalogue, language = turn.context.catalogue, turn.session.language
    base = catalogue.services[city.id]
    rows: list[Row] = []
    if base.districts_differ is not None:
        rows.append(Row(turn.say("service.differs"), base.districts_differ.of(language)))
    for name, bands in base.tables.items():
        rows.append(Row(f"{turn.say('service.city_rule')} · {_table_name(turn, base, name)}", say_bands(turn, bands)))
    for (code, service_id), overlay in catalogue.overlays.items():
        if service_id == city.id and overlay.in_force(turn.session.today):
            own = [
                f"{_table_name(turn, base, name)} {say_bands(turn, bands)}" for name, bands in overlay.tables.items()
            ]
            label = catalogue.district_name(code, language)
            rows.append(Row(label, turn.say("service.semicolon").join([*own, overlay.note.of(language)])))
    for (code, street, service_id), overlay in catalogue.streets.items():
        if service_id == city.id and overlay.in_force(turn.session.today):
            label = f"{catalogue.district_name(code, language)} {street}"
            rows.append(Row(label, overlay.note.of(language)))
    return rows


def _table_name(turn: Turn, service: Service, name: str) -> str:
    return service.table_names[name].of(turn.session.language)
