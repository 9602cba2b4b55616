"""Tax, housing, housing fund, education, market: answers that end a case say what to do; districts tell their rules."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk import intents as do
from kiosk.journey.context import Context
from kiosk.journey.samples import card_of, known_of
from kiosk.preview.walk import at_its_site
from kiosk.views import ChoiceView, Language, NoticeView, ProblemView, ReviewView
from offline_cache.contract import Accept, IssueCertificate, Lookup
from tests.journeys.citizen import TODAY, Citizen, make_context, sensible
from tests.journeys.test_case_ends import ROW, visit

CATALOGUE = make_context().catalogue
RULED = sorted(
    (service, district)
    for (district, service), overlay in CATALOGUE.overlays.items()
    if service in CATALOGUE.services
    and CATALOGUE.services[service].step("district_rule") >= 0
    and overlay.in_force(TODAY)
)


@pytest.mark.parametrize(
    ("service", "answers", "advice"),
    [
        ("tax/invoice-for-person", {"您名下有个体户或公司吗？": "yes"}, "电子税务局"),
        ("housing/lease-filing", {"房子是谁的？": "public"}, "不能转租"),
        ("housing/public-rental", {"您的户口在哪个区？": "outside"}, "租赁补贴"),
        ("housing/public-rental", {"每人一年的收入超过标准吗？": "above"}, "42540元（演示）"),
        ("housing/rent-subsidy-review", {"过去一年有变化吗？": "yes", "哪些情况变了？": "none"}, "停发"),
        ("fund/other-city-loan", {"以前用公积金贷过款吗？": "running"}, "贷款结清证明"),
        ("fund/rent-withdrawal", {"您和配偶在广州有房吗？": "yes"}, "还贷提取"),
        ("fund/purchase-withdrawal", {"房子买给谁？": "friend"}, "自己的公积金"),
        ("fund/purchase-withdrawal", {"哪天买的？": "2022-01-10"}, "超过3年（演示）"),
        ("fund/leaving-withdrawal", {"现在在别的城市缴公积金吗？": "yes"}, "转移"),
        ("fund/leaving-withdrawal", {"单位停缴是哪天？": "2026-01-15"}, "2026年7月15日以后"),
        ("fund/retirement-withdrawal", {"您退休了吗？": "not_yet"}, "先办退休"),
        ("market/sole-trader", {"您现在是哪一种情况？": "official"}, "请他本人来办"),
        ("market/consumer-complaint", {"您想要什么结果？": "punish"}, "举报"),
        ("market/consumer-complaint", {"这件事别处在处理吗？": "office"}, "不再受理"),
    ],
)
def test_an_answer_that_ends_the_case_says_what_to_do(
    context: Context, service: str, answers: ROW, advice: str
) -> None:
    citizen = visit_choices(context, service, answers)
    assert isinstance(citizen.view, ProblemView)
    assert advice in citizen.view.happened
    assert not citizen.commands(Accept)
    assert not citizen.commands(IssueCertificate)


def visit_choices(context: Context, service: str, answers: ROW) -> Citizen:
    """As `visit`, where one of several choices is wanted."""
    if "哪些情况变了？" not in answers:
        return visit(context, service, answers)
    citizen = Citizen(context).does(do.Begun(), do.ServiceChosen(service))
    while not isinstance(citizen.view, ReviewView | ProblemView):
        given = answers.get(citizen.view.title)
        several = type(citizen.view).__name__ == "ChoicesView"
        wanted = do.Picked((given,)) if several and given else do.Chosen(given) if given else sensible(citizen.view)
        citizen.does(wanted).serve()
    return citizen


@pytest.mark.parametrize(("service", "district"), RULED)
def test_the_rule_of_a_district_is_told_before_the_case_goes_on(context: Context, service: str, district: str) -> None:
    definition, overlay = CATALOGUE.services[service], CATALOGUE.overlays[district, service]
    there = at_its_site(replace(context, terminal=replace(context.terminal, district=district)), definition)
    citizen = Citizen(there)
    citizen.card, citizen.known = card_of(definition, citizen.card), known_of(definition, citizen.known)
    citizen.does(do.Begun(), do.ServiceChosen(service))
    for _ in range(40):
        view = citizen.view
        told = isinstance(view, NoticeView) and any(
            overlay.note.of(Language.SIMPLIFIED) in said for said in view.paragraphs
        )
        if told:
            break
        options = view.options if isinstance(view, ChoiceView) else ()
        named = CATALOGUE.district_name(district, Language.SIMPLIFIED)
        there_it_is = next((item.id for item in options if item.id == district or item.id.startswith(named)), "")
        citizen.does(do.Chosen(there_it_is) if there_it_is else sensible(view)).serve()
    assert told, f"{service} never tells the rule of {district}"


def test_a_settled_loan_is_certified_and_a_running_one_is_told_what_is_left(context: Context) -> None:
    citizen = Citizen(context).walk("fund/loan-settled")
    wanted = {item.name: item.value for item in citizen.commands(IssueCertificate)[0].parameters}
    assert wanted["loan"].startswith("GD2009")
    running = Citizen(context).does(do.Begun(), do.ServiceChosen("fund/loan-settled"))
    while not isinstance(running.view, ProblemView):
        view = running.view
        last = isinstance(view, ChoiceView) and view.title == "给哪一笔开？"
        running.does(do.Chosen(view.options[-1].id) if last else sensible(view)).serve()  # type: ignore[union-attr]  # last
    assert "¥471,320.55" in running.view.happened
    assert not running.commands(IssueCertificate)


def test_an_invoice_is_looked_up_by_the_number_in_its_code_for_nobody(context: Context) -> None:
    citizen = Citizen(context).walk("tax/invoice-check")
    look_up = citizen.commands(Lookup)[0]
    assert (look_up.dataset, look_up.number, look_up.token) == ("invoices", "", "")
    assert [item.value for item in look_up.parameters] == ["26442000000012345678"]


@pytest.mark.parametrize(
    ("district", "premises", "asked"),
    [
        ("440106", "rented", True),
        ("440115", "rented", False),
        ("440103", "rented", True),
        ("440103", "stall", False),
        ("440106", "stall", True),
    ],
    ids=["city", "Nansha takes a declaration", "Liwan", "Liwan's markets report their stalls", "a stall elsewhere"],
)
def test_a_district_that_wants_no_proof_of_the_place_asks_for_none(
    context: Context, district: str, premises: str, asked: bool
) -> None:
    citizen = visit(context, "market/sole-trader", {"在哪个区？": district, "场地是哪一种？": premises})
    assert isinstance(citizen.view, ReviewView)
    assert ("拍场地证明" in {page.title for page in citizen.shown}) is asked
