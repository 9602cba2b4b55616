"""Before anybody shows a card: what can be finished here now, under every state of the world."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from drivers.contract.status import DeviceReport, DeviceRole, DeviceState, SupplyState
from kiosk.journey.attract import attract
from kiosk.journey.context import Context
from kiosk.journey.events import World
from kiosk.journey.model import Hours, OfflineLimits, Site
from kiosk.journey.readiness import judge, nearest_site, why_unusable
from kiosk.views import AttractView, Language, OutOfServiceView, Readiness
from offline_cache.contract import LineState, ServiceWaiting
from tests.journeys.citizen import good_status, good_world, make_context, without

ENROLMENT, CARD, ALLOWANCE, TRACK = (
    "hrss/enrolment-certificate",
    "hrss/social-security-card",
    "civil/longevity-allowance",
    "general/track-case",
)
ALL = (ENROLMENT, CARD, ALLOWANCE, TRACK)
READY, LATER, NOT = Readiness.READY, Readiness.LATER, Readiness.UNAVAILABLE
OFFLINE = good_world(LineState.OFFLINE)


@pytest.fixture(scope="module")
def context() -> Context:
    return make_context()


@pytest.mark.parametrize(
    ("world", "expected"),
    [
        (good_world(), (READY, READY, READY, READY)),
        (good_world(LineState.SLOW), (READY, READY, READY, READY)),
        (OFFLINE, (NOT, LATER, LATER, NOT)),
        (without(good_world(), DeviceRole.ID_CARD), (NOT, NOT, NOT, NOT)),
        (without(good_world(), DeviceRole.DOCUMENT), (NOT, READY, READY, READY)),
        (without(good_world(), DeviceRole.CAMERA), (READY, NOT, READY, READY)),
        (without(good_world(), DeviceRole.RECEIPT), (READY, READY, READY, READY)),
        (without(OFFLINE, DeviceRole.CAMERA), (NOT, NOT, LATER, NOT)),
        (without(OFFLINE, DeviceRole.RECEIPT), (NOT, LATER, LATER, NOT)),
        (msgspec.structs.replace(good_world(), store=None), (NOT,) * 4),
        (msgspec.structs.replace(good_world(), in_service=False), (NOT,) * 4),
        (World(), (NOT,) * 4),
    ],
)
def test_readiness_of_all_services(context: Context, world: World, expected: tuple[Readiness, ...]) -> None:
    found = tuple(judge(context.catalogue.services[name], world, context, Language.SIMPLIFIED).level for name in ALL)
    assert found == expected


@pytest.mark.parametrize("language", Language)
def test_whatever_is_not_ready_says_why_and_where_else(context: Context, language: Language) -> None:
    world = without(good_world(), DeviceRole.DOCUMENT)
    verdict = judge(context.catalogue.services[ENROLMENT], world, context, language)
    assert verdict.reason
    assert verdict.nearest


def test_a_missing_slip_printer_is_said_but_stops_nothing(context: Context) -> None:
    world = without(good_world(), DeviceRole.RECEIPT)
    verdict = judge(context.catalogue.services[TRACK], world, context, Language.ENGLISH)
    assert verdict.reason == "No slip can be printed; the number is shown on the screen"


def test_closing_time_is_said_before_identity(context: Context) -> None:
    service = msgspec.structs.replace(context.catalogue.services[TRACK], hours=Hours(9, 17))
    for hour, level in ((8, NOT), (9, READY), (16, READY), (17, NOT)):
        world = msgspec.structs.replace(good_world(), hour=hour)
        assert judge(service, world, context, Language.ENGLISH).level is level


@pytest.mark.parametrize("line", [LineState.ONLINE, LineState.OFFLINE])
@pytest.mark.parametrize("language", Language)
def test_too_many_waiting_is_said_before_identity_in_every_language(
    context: Context, language: Language, line: LineState
) -> None:
    service = context.catalogue.services[CARD]
    assert service.offline_limits is not None
    for count, level in ((service.offline_limits.waiting, NOT), (service.offline_limits.waiting - 1, None)):
        status = msgspec.structs.replace(good_status(line), services=(ServiceWaiting(CARD, count),))
        verdict = judge(service, msgspec.structs.replace(good_world(line), store=status), context, language)
        assert (verdict.level is NOT) == (level is NOT)
        assert (verdict.reason == context.texts("ready.too_many_waiting", language)) == (level is NOT)
        assert bool(verdict.nearest) == (level is NOT)


@pytest.mark.parametrize(("fen", "said"), [(50_000, "500"), (1_250, "12.50")])
def test_how_much_can_be_paid_without_the_line_is_said_before_identity(context: Context, fen: int, said: str) -> None:
    service = msgspec.structs.replace(
        context.catalogue.services[CARD], is_fee=True, offline_limits=OfflineLimits(30, 200, fen)
    )
    verdict = judge(service, OFFLINE, context, Language.ENGLISH)
    assert verdict.level is LATER
    assert f"up to {said} yuan" in verdict.reason
    assert judge(service, good_world(), context, Language.ENGLISH).reason == ""


@pytest.mark.parametrize(
    ("report", "why"),
    [
        (None, "offline"),
        (DeviceReport(DeviceRole.DOCUMENT, DeviceState.OFFLINE), "offline"),
        (DeviceReport(DeviceRole.DOCUMENT, DeviceState.STARTING), "starting"),
        (DeviceReport(DeviceRole.DOCUMENT, DeviceState.HARDWARE_ERROR), "fault"),
        (DeviceReport(DeviceRole.DOCUMENT, DeviceState.ONLINE, supplies={"paper": SupplyState.OUT}), "paper_out"),
        (DeviceReport(DeviceRole.DOCUMENT, DeviceState.ONLINE, supplies={"toner": SupplyState.OUT}), "toner_out"),
        (DeviceReport(DeviceRole.DOCUMENT, DeviceState.ONLINE, supplies={"paper": SupplyState.JAMMED}), "jammed"),
    ],
)
def test_the_reason_names_what_a_person_would_see(report: DeviceReport | None, why: str) -> None:
    assert why_unusable(report) == why


def test_the_nearest_place_is_in_this_district_if_there_is_one(context: Context) -> None:
    assert "Tianhe" in nearest_site(context, TRACK, Language.ENGLISH)
    sites = tuple(site for site in context.catalogue.sites if site.district != "440106")
    far = elsewhere(context, sites)
    assert "9:00 to 17:00" in nearest_site(far, TRACK, Language.ENGLISH)
    none = elsewhere(context, ())
    assert nearest_site(none, TRACK, Language.ENGLISH) == ""


def elsewhere(context: Context, sites: tuple[Site, ...]) -> Context:
    """The same terminal with other places around it."""
    return replace(context, catalogue=replace(context.catalogue, sites=sites))


def test_the_attract_page_tells_what_is_missing(context: Context) -> None:
    view = attract(context, without(OFFLINE, DeviceRole.DOCUMENT))
    assert isinstance(view, AttractView)
    assert view.notices == (
        "网络暂时断开：有的业务可以先填好，恢复后自动送出",
        "A4打印机没有连上",
    )
    assert attract(context, without(good_world(), DeviceRole.RECEIPT)).notices == ("回执打不出来，编号会显示在屏幕上",)


def test_a_terminal_that_cannot_serve_says_so(context: Context) -> None:
    full = msgspec.structs.replace(good_status(), accepting=False)
    for world in (
        World(),
        msgspec.structs.replace(good_world(), in_service=False),
        msgspec.structs.replace(good_world(), store=full),
    ):
        view = attract(context, world, Language.ENGLISH)
        assert isinstance(view, OutOfServiceView)
        assert "12345" in view.body
        assert view.nearest
