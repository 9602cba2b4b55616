"""Police, exit-entry, justice and residence: answers that end a case early say what to do, and districts differ."""

from __future__ import annotations

import msgspec
import pytest

from kiosk import intents as do
from kiosk.journey.context import Context
from kiosk.journey.samples import card_of, known_of
from kiosk.preview.walk import at_its_site
from kiosk.views import ProblemView, ReviewView
from offline_cache.contract import Accept, Lookup
from tests.journeys.citizen import Citizen, sensible

ROW = dict[str, str]


def visit(context: Context, service: str, answers: ROW, **sample: str) -> Citizen:
    """As somebody whom the service is for, with these answers by page title, up to the review or to a refusal."""
    definition = context.catalogue.services[service]
    wanted = msgspec.structs.replace(definition, sample={**definition.sample, **sample})
    citizen = Citizen(at_its_site(context, definition))
    citizen.card, citizen.known = card_of(wanted, citizen.card), known_of(wanted, citizen.known)
    citizen.does(do.Begun(), do.ServiceChosen(service))
    for _ in range(60):
        view = citizen.view
        if isinstance(view, ReviewView | ProblemView):
            return citizen
        given = answers.get(view.title)
        if given is None:
            citizen.does(sensible(view))
        elif type(view).__name__ in {"DateView", "TextView"}:
            citizen.does(do.Answered(given))
        else:
            citizen.does(do.Chosen(given))
        citizen.serve()
    raise AssertionError(f"{service}: stuck on {citizen.view.title}")


@pytest.mark.parametrize(
    ("service", "answers", "advice"),
    [
        ("entry/hk-macau-endorsement", {"您去做什么？": "work"}, "出入境业务预约"),
        ("entry/taiwan-endorsement", {"您的通行证还有效吗？": "expired"}, "出入境窗口办证"),
        ("police/settle-violation", {"当时是谁开车？": "other"}, "谁开车谁处理"),
        ("police/settle-violation", {"对查到的违法，您认可吗？": "no"}, "陈述申辩"),
        ("police/licence-renewal", {"体检做了吗？": "none"}, "先到医院"),
        ("police/licence-replacement", {"驾驶证怎么了？": "taken"}, "不能补领"),
        ("police/vehicle-licence", {"为什么要补换？": "changed"}, "先验车"),
        ("police/inspection-mark", {"有过这些情况吗？": "yes"}, "检测站"),
        ("household/id-card-renewal", {"办现在这张证时，按过指纹吗？": "no"}, "派出所当面采集"),
        ("household/id-card-lost", {"身份证怎么丢的？": "kept"}, "打110"),
        ("household/no-criminal-record", {"证明用来做什么？": "court"}, "不能用于诉讼和仲裁"),
        ("justice/credit-report", {"有人让您打这份报告吗？": "yes"}, "诈骗"),
        ("justice/notary-mediation-booking", {"对方愿意来谈吗？": "no"}, "双方自愿"),
        ("justice/contracted-land", {"地登记在谁名下？": "dead"}, "变更代表"),
        ("residence/registration", {"住的是什么房子？": "hotel"}, "旅馆登记"),
        ("residence/permit-application", {"居住登记是哪天办的？": "2025-12-01"}, "2026年6月1日起"),
    ],
)
def test_an_answer_that_ends_the_case_says_what_to_do(
    context: Context, service: str, answers: ROW, advice: str
) -> None:
    citizen = visit(context, service, answers)
    assert isinstance(citizen.view, ProblemView)
    assert advice in citizen.view.happened
    assert not citizen.commands(Accept)


@pytest.mark.parametrize(
    ("valid_to", "said"),
    [("2026-07-01", "2026年4月1日以后"), ("long-term", "长期有效")],
    ids=["too early", "without an end"],
)
def test_an_id_card_is_renewed_in_its_last_three_months(context: Context, valid_to: str, said: str) -> None:
    citizen = visit(context, "household/id-card-renewal", {}, valid_to=valid_to)
    assert said in citizen.view.happened
    assert isinstance(visit(context, "household/id-card-renewal", {}, valid_to="2026-06-05").view, ReviewView)


def test_who_is_registered_in_the_city_needs_no_residence_permit(context: Context) -> None:
    citizen = visit(context, "residence/permit-application", {}, hukou_district="天河区")
    assert "您是广州户口" in citizen.view.happened


@pytest.mark.parametrize(
    ("district", "income", "enough"),
    [("440106", "4300", False), ("440114", "4300", True), ("440114", "4900", False)],
    ids=["above the city's limit", "within Huadu's own", "above Huadu's own"],
)
def test_the_income_limit_of_legal_aid_is_the_districts(
    context: Context, district: str, income: str, enough: bool
) -> None:
    answers = {
        "事情归哪个区管？": district,
        "您属于下面哪种？": "none",
        "一起生活的有几个人？": "2",
        "全家一个月一共收入多少元？": income,
    }
    citizen = visit(context, "justice/legal-aid", answers)
    assert isinstance(citizen.view, ReviewView) is enough
    assert any(page.title == "这个区有自己的规定" for page in citizen.shown)


def test_an_income_is_asked_of_those_only_who_have_to_show_hardship(context: Context) -> None:
    citizen = visit(context, "justice/legal-aid", {"您属于下面哪种？": "migrant"})
    assert isinstance(citizen.view, ReviewView)
    assert "全家一个月一共收入多少元？" not in {page.title for page in citizen.shown}


def test_two_districts_tell_their_own_places_at_the_exit_entry_hall(context: Context) -> None:
    said = {}
    for district in ("440115", "440118"):
        citizen = visit(context, "entry/window-booking", {"您想在哪个区办？": district})
        said[district] = next(page.paragraphs[0] for page in citizen.shown if page.title == "每个半天有多少名额")
    assert "60个" in said["440115"]
    assert "25个" in said["440118"]


def test_the_fee_of_an_endorsement_is_that_of_its_places_and_entries(context: Context) -> None:
    citizen = visit(context, "entry/hk-macau-endorsement", {"要几次的签注？": "m3_twice"})
    assert {row.label: row.value for row in citizen.view.rows}["签注费"] == "¥30.00"


def test_an_exempt_dog_costs_nothing(context: Context) -> None:
    fees = {}
    for answer in ("none", "guide"):
        citizen = visit(context, "household/dog-review", {"有免缴的情况吗？": answer})
        fees[answer] = {row.label: row.value for row in citizen.view.rows}["管理费"]
    assert fees == {"none": "¥300.00", "guide": "¥0.00"}


def test_a_bill_is_looked_up_by_kind_and_account_for_nobody(context: Context) -> None:
    citizen = visit(context, "justice/utility-bills", {"缴哪一种？": "gas"})
    look_up = citizen.commands(Lookup)[0]
    assert (look_up.dataset, look_up.number, look_up.token) == ("utility_bills", "", "")
    assert {item.name: item.value for item in look_up.parameters}["bill"] == "燃气费"


def test_who_suffered_violence_is_asked_for_no_income_and_told_how_to_be_safe(context: Context) -> None:
    citizen = visit(context, "justice/legal-aid", {"您要解决什么事？": "violence"})
    assert isinstance(citizen.view, ReviewView)
    titles = {page.title for page in citizen.shown}
    assert "现在有危险吗？" in titles
    assert not titles & {"您属于下面哪种？", "全家一个月一共收入多少元？"}


def test_from_seventy_on_a_driver_is_told_of_the_ability_test(context: Context) -> None:
    told = []
    for birth in ("1956-03-05", "1956-03-06"):
        citizen = visit(context, "police/licence-renewal", {}, birth=birth)
        told.append(any(page.title == "满70岁还要做能力测试" for page in citizen.shown))
    assert told == [True, False]
