"""Every service to its end, in every language, in standard and in care mode; and what comes out of it."""

from __future__ import annotations

import itertools

import pytest

from drivers.contract.commands import PrintDocument, PrintReceipt, ReadIdCard, StopPreview
from drivers.contract.values import CardLayout, IdCard
from kiosk import intents as do
from kiosk.journey.context import Context
from kiosk.views import Language, PhotoView, ResultView, ReviewView
from offline_cache.contract import (
    Accept,
    CheckCode,
    CodeVerdict,
    IssueCertificate,
    LineState,
    Lookup,
    Outcome,
    Prefill,
    SendCode,
    TransactionState,
    WaitForOutcome,
)
from tests.journeys.citizen import LI, NUMBER, WANG, Citizen, good_world

SERVICES = (
    "hrss/enrolment-certificate",
    "hrss/social-security-card",
    "civil/longevity-allowance",
    "general/track-case",
)
CAPTURED = ("hrss/social-security-card", "civil/longevity-allowance")


@pytest.mark.parametrize(("service", "language", "care"), list(itertools.product(SERVICES, Language, (False, True))))
def test_every_service_reaches_its_end(context: Context, service: str, language: Language, care: bool) -> None:
    citizen = Citizen(context).does(do.LanguageChosen(language))
    if care:
        citizen.does(do.CareToggled())
    citizen.walk(service)
    assert citizen.page == "GoodbyeView"
    pages = citizen.shown[2:]
    assert {page.chrome.language for page in pages} == {language}
    assert pages[-1].chrome.care is care
    assert all(page.title and page.chrome.caption for page in pages)
    citizen.waits()
    assert (citizen.session, citizen.page, citizen.ended) == (None, "AttractView", 1)


@pytest.mark.parametrize("care", [False, True], ids=["standard", "care"])
@pytest.mark.parametrize("language", Language)
def test_the_whole_catalogue_reaches_its_end(context: Context, language: Language, care: bool) -> None:
    for service in context.catalogue.services:
        citizen = Citizen(context).does(do.LanguageChosen(language))
        citizen = (citizen.does(do.CareToggled()) if care else citizen).walk(service)
        assert citizen.page == "GoodbyeView", service
        assert all(page.title and page.chrome.caption for page in citizen.shown[2:]), service
        ends = {type(page).__name__ for page in citizen.shown}
        assert "RatingView" in ends, service
        assert "ProblemView" not in ends, service


@pytest.mark.parametrize("service", CAPTURED)
def test_an_application_is_promised_only_after_it_is_durable(context: Context, service: str) -> None:
    citizen = Citizen(context)
    citizen.does(do.Begun(), do.ServiceChosen(service))
    while not citizen.find(Accept):
        assert citizen.page != "ResultView"
        if citizen.page == "ReviewView":
            citizen.does(do.Confirmed())
        else:
            citizen.step()
    assert citizen.page == "WorkingView"
    citizen.answer(Accept, citizen.healthy(citizen.commands(Accept)[0]))
    assert citizen.page == "WorkingView"  # safe, the office is being asked
    citizen.serve()
    assert citizen.page == "ResultView"


@pytest.mark.parametrize("service", CAPTURED)
def test_a_dead_line_ends_in_an_honest_provisional_slip(context: Context, service: str) -> None:
    citizen = Citizen(context, good_world(LineState.OFFLINE)).walk(service)
    assert not citizen.commands(SendCode)
    assert not citizen.commands(Prefill)
    results = [page for page in citizen.shown if isinstance(page, ResultView)]
    assert {page.kind for page in results} == {"provisional"}
    assert results[0].reference == NUMBER
    assert results[0].qr == "DS1.abc.def"
    slip = citizen.commands(PrintReceipt)[0]
    texts = [getattr(block, "text", "") for block in slip.receipt.blocks]
    assert "尚未受理，线路恢复后自动送出" in texts
    assert NUMBER in texts
    draft = citizen.commands(Accept)[0].draft
    assert draft.token == ""
    titles = [page.title for page in citizen.shown]
    assert "线路断了，可以先办" in titles  # told that the chip alone proves identity


def test_a_pending_outcome_is_provisional_although_the_line_is_up(citizen: Citizen) -> None:
    citizen.outcome = TransactionState.PENDING
    citizen.walk("hrss/social-security-card")
    result = next(page for page in citizen.shown if isinstance(page, ResultView))
    assert result.kind == "provisional"


def test_a_refusal_by_the_office_is_not_called_accepted(citizen: Citizen) -> None:
    citizen.outcome = TransactionState.REJECTED
    citizen.walk("hrss/social-security-card")
    result = next(page for page in citizen.shown if isinstance(page, ResultView))
    assert (result.kind, result.title) == ("provisional", "受理部门没有接收")


def test_a_booking_that_came_too_late_is_told_as_such_on_screen_and_slip(citizen: Citizen) -> None:
    to_review(citizen, "general/hall-booking")
    citizen.does(do.Confirmed())
    run = citizen.find(Accept)
    assert run is not None
    citizen.answer(Accept, citizen.healthy(run.command))
    citizen.answer(WaitForOutcome, Outcome("a1", TransactionState.REJECTED, "", "slot_full"))
    assert isinstance(citizen.view, ResultView)
    assert citizen.view.title == "没有约上"
    assert citizen.view.next_steps == ("请再预约一次，换一天，或者上午、下午换一换。",)
    printed = citizen.find(PrintReceipt)
    assert printed is not None
    assert "没有约上：这个时段已约满" in [getattr(block, "text", "") for block in printed.command.receipt.blocks]


def test_the_certificate_is_asked_for_with_period_purpose_and_detail(citizen: Citizen) -> None:
    citizen.walk("hrss/enrolment-certificate")
    command = citizen.commands(IssueCertificate)[0]
    values = {answer.name: answer.value for answer in command.parameters}
    assert values == {
        "period_from": "2025-04",
        "period_to": "2026-03",
        "purpose": "loan",
        "detail": "summary",
    }
    shown = {answer.name: answer.shown for answer in command.parameters}
    assert shown["period_from"] == "2025年4月"
    assert (command.transaction_id, command.template, command.token) == ("a1", "enrolment", "tok")
    assert len(citizen.commands(PrintDocument)) == 1


def test_own_months_are_asked_only_when_wanted(citizen: Citizen) -> None:
    citizen.does(do.Begun(), do.ServiceChosen("hrss/enrolment-certificate"))
    while citizen.page != "ChoiceView":
        citizen.step()
    citizen.does(do.Chosen("custom"))
    assert citizen.page == "DateView"
    citizen.does(do.Answered("2026-04"))
    assert citizen.view.problem  # a month that has not come
    citizen.does(do.Answered("2025-10"), do.Answered("2025-09"))
    assert citizen.view.problem  # the end lies before the beginning
    citizen.does(do.Answered("2025-12"))
    assert citizen.view.title == "这份证明用来做什么？"
    while not citizen.commands(IssueCertificate):
        citizen.step()
    values = {answer.name: answer.value for answer in citizen.commands(IssueCertificate)[0].parameters}
    assert values["detail"] == "summary"
    assert (values["period_from"], values["period_to"]) == ("2025-10", "2025-12")


def test_the_draft_holds_answers_photo_consent_and_version(citizen: Citizen) -> None:
    citizen.walk("hrss/social-security-card")
    draft = citizen.commands(Accept)[0].draft
    answers = {answer.name: answer for answer in draft.answers}
    assert answers["bank"].shown == "工商银行"
    assert answers["address"].value == "广州市天河区车陂路1号"
    assert answers["consent.card-application"].value == "2026-03-05"
    assert [photo.name for photo in draft.attachments] == ["photo"]
    assert (draft.id, draft.kind, draft.service_version, draft.token) == ("a1", "application", 1, "tok")
    assert citizen.commands(StopPreview)


def test_a_pick_up_needs_no_address(citizen: Citizen) -> None:
    to_review(citizen, "hrss/social-security-card", {"卡做好后怎么领？": "pick_up"})
    citizen.does(do.Confirmed()).serve()
    assert "address" not in {answer.name for answer in citizen.commands(Accept)[0].draft.answers}


def to_review(citizen: Citizen, service: str, choices: dict[str, str] | None = None) -> ReviewView:
    """Walk to the review page, choosing what the story wants."""
    citizen.does(do.Begun(), do.ServiceChosen(service))
    for _ in range(40):
        if isinstance(citizen.view, ReviewView):
            return citizen.view
        wanted = (choices or {}).get(citizen.view.title)
        if wanted is not None:
            citizen.does(do.Chosen(wanted)).serve()
        else:
            citizen.step()
    raise AssertionError(f"no review; stuck on {citizen.view.title}")


@pytest.mark.parametrize(
    ("district", "monthly"),
    [("440106", "¥100.00"), ("440112", "¥150.00")],
    ids=["Tianhe follows the city", "Huangpu has its own"],
)
def test_the_longevity_amount_is_the_districts(citizen: Citizen, district: str, monthly: str) -> None:
    review = to_review(citizen, "civil/longevity-allowance", {"长者的户口在哪个区？": district})
    assert {row.label: row.value for row in review.rows}["每月金额"] == monthly
    notice = next(page for page in citizen.shown if page.title == "每月可以领多少")
    assert monthly in notice.paragraphs[0]
    assert "全市标准" in notice.paragraphs[1]
    citizen.does(do.Confirmed()).serve()
    assert citizen.commands(Accept)[0].draft.district == district


def test_a_daughter_applies_for_her_mother_by_proxy(context: Context) -> None:
    citizen = Citizen(context, card=LI)
    review = to_review(citizen, "civil/longevity-allowance", {"您为谁申领？": "parent:0"})
    assert citizen.page == "ReviewView"
    assert "王秀英，440106********1240" in [row.value for row in review.rows]
    citizen.does(do.Confirmed()).serve()
    draft = citizen.commands(Accept)[0].draft
    answers = {answer.name: answer.value for answer in draft.answers}
    assert draft.subject_number == LI.number
    assert (answers["for_whom"], answers["relative_number"]) == ("parent", "440106194107091240")
    assert answers["monthly_amount"] == "150"  # the mother is registered in Huangpu


def test_without_the_line_the_mothers_own_card_serves(context: Context) -> None:
    citizen = Citizen(context, good_world(LineState.OFFLINE), card=LI)
    citizen.does(do.Begun(), do.ServiceChosen("civil/longevity-allowance"))
    while citizen.view.title != "您为谁申领？":
        citizen.step()
    citizen.does(do.Chosen("card")).answer(ReadIdCard, LI)
    assert citizen.view.problem == "这是您自己的身份证，请换上家人的。"
    citizen.answer(ReadIdCard, WANG)
    assert citizen.view.title == "长者的户口在哪个区？"
    while not citizen.commands(Accept):
        citizen.step()
    answers = {answer.name: answer.value for answer in citizen.commands(Accept)[0].draft.answers}
    assert answers["relative_number"] == WANG.number


def test_somebody_too_young_is_told_when_to_come(context: Context) -> None:
    young = IdCard(CardLayout.RESIDENT, name="陈一", birth="1957-03-05", number="440106195703051234")
    citizen = Citizen(context, card=young)
    citizen.does(do.Begun(), do.ServiceChosen("civil/longevity-allowance"))
    while citizen.page != "ProblemView":
        citizen.step()
    assert citizen.view.happened == "长者现在69周岁。满70岁前3个月起可以申领，也就是2026年12月5日以后再来。"
    assert [option.id for option in citizen.view.options] == ["back", "menu", "leave"]
    citizen.does(do.Chosen("back"))
    assert citizen.page == "ChoiceView"


def test_three_months_before_seventy_is_early_enough(context: Context) -> None:
    nearly = IdCard(CardLayout.RESIDENT, name="陈一", birth="1956-06-05", number="440106195606051234")
    review = to_review(Citizen(context, card=nearly), "civil/longevity-allowance")
    assert "¥30.00" in [row.value for row in review.rows]


def test_a_hukou_outside_guangzhou_is_refused_kindly(citizen: Citizen) -> None:
    citizen.does(do.Begun(), do.ServiceChosen("civil/longevity-allowance"))
    while citizen.view.title != "长者的户口在哪个区？":
        citizen.step()
    citizen.does(do.Chosen("outside"))
    assert "户籍地民政部门" in citizen.view.happened


@pytest.mark.parametrize("layout", CardLayout)
def test_any_of_the_four_cards_gets_a_certificate(context: Context, layout: CardLayout) -> None:
    foreign = layout in {CardLayout.FOREIGNER_2017, CardLayout.FOREIGNER_2023}
    name, english = ("", "SMITH, JANE") if foreign else ("陳大文", "")
    card = IdCard(layout, name=name, english_name=english, number="810000199001011234", birth="1990-01-01")
    citizen = Citizen(context, card=card).walk("hrss/enrolment-certificate")
    assert citizen.commands(IssueCertificate)[0].number == card.number
    assert citizen.page == "GoodbyeView"


def test_cases_are_shown_and_the_slip_is_asked_for(citizen: Citizen) -> None:
    citizen.does(do.Begun(), do.ServiceChosen("general/track-case"))
    while citizen.page != "RecordsView":
        citizen.step()
    assert citizen.commands(Lookup)[0].dataset == "cases"
    assert citizen.view.records[0].state == "已受理"
    citizen.does(do.Confirmed(), do.Chosen("no_print"))
    assert citizen.page == "RatingView"
    assert not citizen.commands(PrintReceipt)


def test_an_edit_comes_back_to_the_review_and_asks_what_it_opened(citizen: Citizen) -> None:
    to_review(citizen, "hrss/social-security-card", {"卡做好后怎么领？": "pick_up"})
    citizen.does(do.EditPressed("delivery"), do.Chosen("courier"))
    assert citizen.view.title == "卡寄到哪里？"
    citizen.does(do.Answered("广州市天河区体育西路1号"))
    assert citizen.page == "ReviewView"
    citizen.does(do.EditPressed("bank"), do.BackPressed())
    assert citizen.page == "ReviewView"
    citizen.does(do.EditPressed("photo")).serve()
    assert citizen.page == "PhotoView"


def test_a_new_district_shows_its_amount_before_the_review(citizen: Citizen) -> None:
    to_review(citizen, "civil/longevity-allowance")
    citizen.does(do.EditPressed("hukou"), do.Chosen("440112"))
    assert (citizen.page, citizen.view.title) == ("NoticeView", "每月可以领多少")
    citizen.does(do.Confirmed())
    assert citizen.page == "ReviewView"


def test_the_rating_names_nobody(citizen: Citizen) -> None:
    citizen.walk("hrss/social-security-card")
    rating = citizen.commands(Accept)[-1].draft
    assert (rating.kind, rating.id, rating.subject_number, rating.subject_name) == ("rating", "r1", "", "")
    assert rating.answers[0].value == "5"


def test_wrong_expired_and_locked_codes(citizen: Citizen) -> None:
    citizen.does(do.Begun(), do.ServiceChosen("general/track-case"))
    while citizen.page != "CodeView":
        citizen.step()
    citizen.does(do.Answered("12"))
    assert citizen.view.problem == "请输入6位数字。"
    citizen.does(do.Answered("000000")).answer(CheckCode, CodeVerdict(reason="wrong", attempts_left=2))
    assert "2次" in citizen.view.problem
    citizen.does(do.Answered("000000")).answer(CheckCode, CodeVerdict(reason="expired"))
    citizen.does(do.Chosen("resend")).serve()
    assert len(citizen.commands(SendCode)) == 2
    citizen.does(do.Chosen("no_phone"))
    assert "不需要刷脸" in citizen.view.happened
    citizen.does(do.Chosen("return"), do.Answered("000000")).answer(CheckCode, CodeVerdict(reason="locked"))
    assert [option.id for option in citizen.view.options] == ["leave"]


def test_a_paper_is_asked_for_as_a_paper_and_a_face_as_a_face(context: Context) -> None:
    lease = Citizen(context).walk("housing/lease-filing")
    card = Citizen(context).walk("hrss/social-security-card")
    kinds = [{page.of_paper for page in citizen.shown if isinstance(page, PhotoView)} for citizen in (lease, card)]
    assert kinds == [{True}, {False}]
    waiting = [page.title for page in lease.shown]
    assert "正在打开拍照台" in waiting
    assert "正在打开镜头" not in waiting
    assert not any("True" in page.chrome.caption for page in lease.shown)  # a caption is made of texts


CHILDREN = '[{"name": "黄小雨", "number": "440106201406019729", "birth": "2014-06-01", "hukou_district": "440106"}]'


def test_a_mother_prints_her_childs_vaccinations(context: Context) -> None:
    citizen = Citizen(context, known={"children": CHILDREN}).does(do.Begun(), do.ServiceChosen("health/vaccinations"))
    while citizen.view.title != "打印谁的记录？":
        citizen.step()
    assert "给孩子：黄**" in [option.label for option in citizen.view.options]
    citizen.does(do.Chosen("child:0"))
    while not citizen.commands(IssueCertificate):
        citizen.step()
    asked = {answer.name: answer.value for answer in citizen.commands(IssueCertificate)[0].parameters}
    assert asked["for"] == "440106201406019729"


def test_for_oneself_nobody_else_is_asked_about(context: Context) -> None:
    citizen = Citizen(context, known={"children": CHILDREN}).does(do.Begun(), do.ServiceChosen("health/vaccinations"))
    while not citizen.commands(IssueCertificate):
        citizen.step()
    asked = {answer.name: answer.value for answer in citizen.commands(IssueCertificate)[0].parameters}
    assert asked["for"] == ""


def test_where_records_are_read_a_relatives_card_alone_does_not_do(context: Context) -> None:
    citizen = Citizen(context).does(do.Begun(), do.ServiceChosen("disabled/subsidy-payments"))
    while citizen.view.title != "查谁的补贴？":
        citizen.step()
    assert "card" not in [option.id for option in citizen.view.options]
