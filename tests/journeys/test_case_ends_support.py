"""Work, families, need, disability: answers that end a case early say what to do; the days of a divorce are counted."""

from __future__ import annotations

import pytest

from kiosk import intents as do
from kiosk.journey.context import Context
from kiosk.views import ChoiceView, DateView, NoticeView, ProblemView, ReviewView
from offline_cache.contract import Accept
from tests.journeys.citizen import Citizen, sensible
from tests.journeys.test_case_ends import ROW, visit


@pytest.mark.parametrize(
    ("service", "answers", "advice"),
    [
        ("civil/marriage-booking", {"两个人现在都没有配偶吗？": "married"}, "先办好离婚"),
        ("civil/marriage-booking", {"两个人现在都没有配偶吗？": "kin"}, "三代以内"),
        ("civil/divorce-booking", {"离婚的事，两个人都商量好了吗？": "no"}, "法律援助"),
        ("civil/divorce-booking", {"离婚的事，两个人都商量好了吗？": "partly"}, "人民调解"),
        ("civil/minimum-living", {"户口在哪个区？": "outside"}, "临时救助"),
        ("civil/minimum-living", {"现在有没有在领低保或特困供养？": "same"}, "告诉街道"),
        ("civil/low-income-family", {"全家一个月到手多少钱？": "9000"}, "人均还高过"),
        ("disabled/certificate-new", {"以前办过残疾人证吗？": "lost"}, "遗失补办"),
        ("disabled/certificate-new", {"这个情况有多久了？": "recent"}, "治疗满一年"),
        ("disabled/living-subsidy", {"家里是哪一种？": "none"}, "护理补贴不看收入"),
        ("disabled/nursing-subsidy", {"证上写的是几级？": "3"}, "重新评定"),
        ("disabled/nursing-subsidy", {"现在有别的护理费吗？": "injury"}, "工伤"),
        ("disabled/assistive-device", {"器具已经买了吗？": "no_invoice"}, "补开发票"),
        ("hrss/unemployment-benefit", {"工作是怎么没有的？": "resigned"}, "自愿辞职"),
        ("hrss/unemployment-benefit", {"失业保险一共缴了多久？": "less"}, "不满一年"),
        ("hrss/flexible-enrolment", {"您怎么做工？": "employed"}, "必须由单位办"),
        ("hrss/skill-subsidy", {"证书哪天发的？": "2024-01-05"}, "超过12个月"),
        ("hrss/skill-subsidy", {"缴失业保险满12个月了吗？": "no"}, "缴满了"),
    ],
)
def test_an_answer_that_ends_the_case_says_what_to_do(
    context: Context, service: str, answers: ROW, advice: str
) -> None:
    citizen = visit(context, service, answers)
    assert isinstance(citizen.view, ProblemView), citizen.view.title
    assert advice in citizen.view.happened
    assert not citizen.commands(Accept)


def test_who_has_nothing_to_eat_today_is_sent_to_people_before_any_card(context: Context) -> None:
    citizen = Citizen(context).does(do.Begun(), do.ServiceChosen("civil/temporary-relief"), do.Confirmed())
    assert isinstance(citizen.view, ChoiceView)
    citizen.does(do.Chosen("no"))
    assert isinstance(citizen.view, ProblemView)
    assert "12345" in citizen.view.happened
    assert citizen.session is not None
    assert citizen.session.citizen.card is None


def divorce_from(context: Context, applied: str) -> Citizen:
    """Until the day of collecting is asked, or until the machine says why not."""
    answers = {"这次去办什么？": "collect", "登记处哪天收下申请的？": applied}
    citizen = Citizen(context).does(do.Begun(), do.ServiceChosen("civil/divorce-booking"))
    for _ in range(30):
        view = citizen.view
        if isinstance(view, ProblemView | ReviewView) or view.title == "您想哪天去？":
            return citizen
        given = answers.get(view.title)
        chosen = do.Answered(given) if given and isinstance(view, DateView) else do.Chosen(given) if given else None
        citizen.does(chosen or sensible(view)).serve()
    raise AssertionError(citizen.view.title)


def test_a_divorce_is_collected_in_the_thirty_days_after_the_thirty_days(context: Context) -> None:
    """The test's day is 5 March 2026: applied on 20 February, collecting begins 31 days later and ends after 60."""
    view = divorce_from(context, "2026-02-20").view
    assert isinstance(view, DateView)
    assert (view.earliest, view.latest) == ("2026-03-23", "2026-04-04")


@pytest.mark.parametrize(
    ("applied", "said"),
    [("2025-12-20", "视为撤回申请"), ("2026-03-05", "冷静期还没过")],
    ids=["sixty days are over", "no day within reach yet"],
)
def test_a_divorce_that_cannot_be_collected_says_from_when_or_why(context: Context, applied: str, said: str) -> None:
    citizen = divorce_from(context, applied)
    assert isinstance(citizen.view, ProblemView)
    assert said in citizen.view.happened


@pytest.mark.parametrize(
    ("hukou", "need", "sum_"),
    [("outside", "", "1330"), ("440106", "none", "1680"), ("440106", "minimum", "3540")],
)
def test_what_a_funeral_is_free_of_depends_on_registration_and_need(
    context: Context, hukou: str, need: str, sum_: str
) -> None:
    citizen = Citizen(context).does(do.Begun(), do.ServiceChosen("civil/funeral-exemption"))
    while citizen.view.title != "免这些":
        view = citizen.view
        wanted = {"逝者的户口在哪个区？": hukou, "逝者属于下面的情况吗？": need}.get(view.title)
        citizen.does(do.Chosen(wanted) if wanted else sensible(view)).serve()
    assert isinstance(citizen.view, NoticeView)
    assert sum_ in citizen.view.paragraphs[0]
