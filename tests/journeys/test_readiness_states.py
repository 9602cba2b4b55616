"""Forty states of a terminal, every service, three languages: what is said before identity is right and complete."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from kiosk import intents as do
from kiosk.journey.context import Context
from kiosk.journey.dates import say_date
from kiosk.journey.model import Service, kind_of
from kiosk.journey.readiness import judge
from kiosk.preview.states import states_for
from kiosk.preview.walk import at_its_site
from kiosk.views import Language, Readiness, ServiceView
from tests.journeys.citizen import Citizen, make_context

WORKS_WITH = {
    **{"identity": "id_card", "photo": "camera", "certificate": "document", "print": "document"},
    **{"paper": "document_camera", "sheets": "document_camera"},
}
"""What a step cannot do without. Slips, bank cards and scanned codes have another way: the screen, the keyboard."""
BROKEN = {
    "card reader unplugged": ("id_card", "offline"),
    "card reader without power": ("id_card", "offline"),
    "card reader missing": ("id_card", "offline"),
    "card reader broken": ("id_card", "fault"),
    "card reader starting": ("id_card", "starting"),
    "camera unplugged": ("camera", "offline"),
    "document camera unplugged": ("document_camera", "offline"),
    "A4 printer unplugged": ("document", "offline"),
    "A4 printer without power": ("document", "offline"),
    "A4 printer missing": ("document", "offline"),
    "A4 printer broken": ("document", "fault"),
    "A4 printer misused": ("document", "fault"),
    "A4 printer starting": ("document", "starting"),
    "A4 paper out": ("document", "paper_out"),
    "A4 paper jammed": ("document", "jammed"),
    "toner out": ("document", "toner_out"),
    "line and card reader down": ("id_card", "offline"),
    "line and camera down": ("camera", "offline"),
    "line down, no A4": ("document", "offline"),
}
SHUT = {
    "switched off by the technician": "ready.switched_off",
    "the store is gone": "ready.no_store",
    "the store is full": "ready.no_store",
}
NO_SLIP = {"receipt printer unplugged", "receipt paper out", "line down, no slips", "no driver has spoken"}
LINE_DOWN = {
    *("the line is down", "line and card reader down", "line and camera down", "line down, no slips"),
    *("line down, no A4", "too many wait", "one may still wait"),
}
HOURS = {"it is 3 o'clock": 3, "it is 7 o'clock": 7, "it is 20 o'clock": 20}


@pytest.fixture(scope="module")
def context() -> Context:
    return make_context()


def roles_of(service: Service) -> list[str]:
    kinds = dict.fromkeys(kind_of(step) for step in service.steps)
    return [WORKS_WITH[kind] for kind in kinds if kind in WORKS_WITH]


def expected(service: Service, state: str) -> tuple[Readiness, str]:
    """What ought to be said, from the names alone: the level and the key of the sentence."""
    if state == "the service is withdrawn":
        return Readiness.UNAVAILABLE, "ready.withdrawn"
    if state in SHUT:
        return Readiness.UNAVAILABLE, SHUT[state]
    if not service.hours.opens <= HOURS.get(state, 12) < service.hours.closes:
        return Readiness.UNAVAILABLE, "ready.closed"
    if state == "too many wait" and service.offline == "Q":
        return Readiness.UNAVAILABLE, "ready.too_many_waiting"
    needed = roles_of(service)
    if state == "no driver has spoken" and needed:
        return Readiness.UNAVAILABLE, f"ready.{needed[0]}.offline"
    role, why = BROKEN.get(state, ("", ""))
    if role in needed:
        return Readiness.UNAVAILABLE, f"ready.{role}.{why}"
    if state in LINE_DOWN and service.offline in "NQ":
        paid = "ready.later_up_to" if service.is_fee else "ready.later"
        return (Readiness.UNAVAILABLE, "ready.no_line") if service.offline == "N" else (Readiness.LATER, paid)
    if state in NO_SLIP and any(kind_of(step) == "slip" for step in service.steps):
        return Readiness.READY, "ready.no_slip"
    return Readiness.READY, "ready.slow" if state == "the line is slow" and service.offline != "A" else ""


def said(context: Context, service: Service, key: str, language: Language) -> str:
    """The sentence of a key, in a language."""
    if not key:
        return ""
    fen = service.offline_limits.amount_fen if service.offline_limits else 0
    yuan = str(fen // 100) if fen % 100 == 0 else f"{fen / 100:.2f}"
    hours = {"opens": str(service.hours.opens), "closes": str(service.hours.closes)}
    values: dict[str, str] = {"ready.closed": hours, "ready.later_up_to": {"yuan": yuan}}.get(key, {})
    return context.texts(key, language, **values)


@pytest.mark.parametrize("language", Language)
def test_every_service_says_the_right_thing_in_each_of_40_states(context: Context, language: Language) -> None:
    wrong = []
    for service in context.catalogue.services.values():
        there = at_its_site(context, service)
        states = states_for(service)
        assert len(states) == 40
        for name, world in states.items():
            level, key = expected(service, name)
            verdict = judge(service, world, there, language)
            if (verdict.level, verdict.reason) != (level, said(context, service, key, language)):
                wrong.append(f"{service.id}: {name}: {verdict.level} {verdict.reason!r}, not {level} {key}")
    assert wrong == []


def test_nothing_said_to_be_possible_needs_what_is_broken(context: Context) -> None:
    wrong = []
    for service in context.catalogue.services.values():
        there = at_its_site(context, service)
        for name, world in states_for(service).items():
            if judge(service, world, there, Language.ENGLISH).level is Readiness.UNAVAILABLE:
                continue
            for role in roles_of(service):
                report = world.device(role)
                if report is None or not report.usable:
                    wrong.append(f"{service.id}: {name}: {role}")
    assert wrong == []


def test_what_cannot_be_done_here_names_a_place_that_can_and_the_day_of_the_list(context: Context) -> None:
    day = context.catalogue.sites_day
    lost = []
    for service in context.catalogue.services.values():
        there = at_its_site(context, service)
        world = states_for(service)["switched off by the technician"]
        for language in Language:
            nearest = judge(service, world, there, language).nearest
            if say_date(day, language) not in nearest:
                lost.append(f"{service.id}: {nearest!r}")
    assert lost == []


def test_a_place_that_is_open_now_comes_before_a_nearer_one_that_is_shut(context: Context) -> None:
    service = context.catalogue.services["justice/credit-report"]
    at_night = states_for(service)["it is 3 o'clock"]
    assert "9:00 to 17:00" in judge(service, at_night, context, Language.ENGLISH).nearest  # the only one there is
    other = context.catalogue.services["household/id-card-progress"]
    evening = states_for(other)["it is 20 o'clock"]
    found = judge(other, msgspec.structs.replace(evening, in_service=False), context, Language.ENGLISH).nearest
    assert "all day" in found


def test_a_service_of_another_kind_of_place_is_not_begun_here(context: Context) -> None:
    assert context.terminal.site == "street"
    citizen = Citizen(context).does(do.Begun(), do.ServiceChosen("justice/credit-report"))
    view = citizen.view
    assert isinstance(view, ServiceView)
    assert view.readiness is Readiness.UNAVAILABLE
    assert view.reason == "这项业务不在这类机器上办"
    assert "银行网点" in view.nearest
    citizen.does(do.Confirmed())
    assert citizen.page == "ServiceView"


def test_at_its_own_kind_of_place_it_is(context: Context) -> None:
    bank = replace(context, terminal=replace(context.terminal, site="bank"))
    service = bank.catalogue.services["justice/credit-report"]
    assert judge(service, states_for(service)["everything works"], bank, Language.ENGLISH).level is Readiness.READY
    assert at_its_site(context, service).terminal.site == "bank"
