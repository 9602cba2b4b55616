"""Touches that do not belong, answers that cannot be right, and other corners of single steps."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from drivers.contract.commands import (
    CardSeen,
    PrintDocument,
    PrinterWaiting,
    PrintReceipt,
    ProbeCard,
    ReadIdCard,
    SelfTest,
    SheetPrinted,
    TestReport,
)
from drivers.contract.health import DeviceHealth, GetHealth, PastFailure
from drivers.contract.status import DeviceReport, DeviceRole, DeviceState, SupplyState
from kiosk import intents as do
from kiosk.journey.context import Context
from kiosk.journey.effects import CheckPin
from kiosk.journey.events import DeviceSaid, OutcomeArrived, PinChecked
from kiosk.journey.leaving import GoodbyeMemory
from kiosk.journey.model import Band, Hours, Law, PrefillStep
from kiosk.journey.session import Phrase, Problem
from kiosk.views import Language
from offline_cache.contract import (
    Accept,
    CheckCode,
    LineState,
    Lookup,
    Outcome,
    Prefill,
    SendCode,
    TransactionState,
    WaitForOutcome,
)
from tests.journeys.citizen import LI, WANG, Citizen, good_world
from tests.journeys.test_misfortunes import printing
from tests.journeys.test_services import to_review


def reach(citizen: Citizen, service: str, title: str) -> Citizen:
    """Walk until a page of this title."""
    citizen.does(do.Begun(), do.ServiceChosen(service))
    for _ in range(40):
        if citizen.view.title == title:
            return citizen
        citizen.step()
    raise AssertionError(title)


def at_the_reader(service: str) -> tuple[do.Intent, ...]:
    """The touches that lead to the page that waits for a card."""
    return do.Begun(), do.ServiceChosen(service), do.Confirmed(), do.Confirmed()


STRAY = (do.Chosen("nothing"), do.Answered("x"), do.EditPressed("nothing"), do.TabChosen("x"), do.Begun())


@pytest.mark.parametrize("service", ["hrss/social-security-card", "general/track-case", "civil/longevity-allowance"])
def test_stray_touches_change_nothing_on_any_page(context: Context, service: str) -> None:
    citizen = Citizen(context).does(do.Begun(), do.ServiceChosen(service))
    for _ in range(40):
        if citizen.page in {"GoodbyeView", "TextView", "DateView"}:
            if citizen.page == "GoodbyeView":
                break
            citizen.step()
            continue
        problem = getattr(citizen.view, "problem", "")
        page = citizen.page
        for touch in STRAY:
            if citizen.page == page and citizen.page not in {"CodeView", "MenuView", "ServiceView", "ChoiceView"}:
                citizen.does(touch)
                assert (citizen.page, getattr(citizen.view, "problem", "")) == (page, problem)
        citizen.step()
    assert citizen.page == "GoodbyeView"


def test_a_question_says_what_is_wrong_and_keeps_the_try(citizen: Citizen) -> None:
    reach(citizen, "hrss/social-security-card", "卡做好后怎么领？")
    citizen.does(do.Chosen("by_drone"))
    assert citizen.view.problem == "请从列出的选项里选一个。"
    citizen.does(do.Chosen("courier"), do.Answered("短"))
    assert citizen.view.problem == "请写完整：区、路、门牌号。"
    assert citizen.view.value == "短"
    citizen.does(do.Answered("长" * 81))
    assert citizen.view.problem == "最多80个字。"
    citizen.does(do.Answered("  "))
    assert citizen.view.problem == "请先回答这个问题。"
    citizen.does(do.Answered("广州市\x00天河区\n车陂路1号"))
    citizen.step()
    assert citizen.page == "ReviewView"
    assert "广州市天河区车陂路1号" in [row.value for row in citizen.view.rows]


def test_the_prefilled_answer_is_taken_by_the_main_button(citizen: Citizen) -> None:
    reach(citizen, "hrss/social-security-card", "您的手机号码是多少？")
    assert citizen.view.value == "13800000000"
    citizen.does(do.Confirmed())
    assert citizen.page == "ReviewView"


def test_an_unfitting_bank_account_is_refused_kindly(citizen: Citizen) -> None:
    reach(citizen, "civil/longevity-allowance", "账号是多少？")
    citizen.does(do.Answered("12"))
    assert "12至19位" in citizen.view.problem


def test_another_bank_is_asked_by_name_only_where_the_city_rules(citizen: Citizen) -> None:
    reach(citizen, "civil/longevity-allowance", "钱发到哪家银行？")
    assert "other" in [option.id for option in citizen.view.options]
    citizen.does(do.Chosen("other"))
    assert citizen.view.title == "是哪家银行？"
    other = Citizen(citizen.context, known={**citizen.known, "hukou_district": "黄埔区"})
    reach(other, "civil/longevity-allowance", "钱发到哪家银行？")
    assert "other" not in [option.id for option in other.view.options]


def test_parents_that_cannot_be_read_are_none(context: Context) -> None:
    citizen = Citizen(context, card=LI, known={"parents": '{"oops"'})
    reach(citizen, "civil/longevity-allowance", "您为谁申领？")
    assert [option.id for option in citizen.view.options] == ["self", "card"]
    citizen.does(do.Confirmed(), do.Chosen("parent:0"))
    assert citizen.page == "ChoiceView"
    citizen.does(do.Chosen("card"), do.Chosen("self"))
    assert citizen.page == "CardView"
    citizen.does(do.BackPressed())
    assert citizen.page == "ChoiceView"
    citizen.does(do.Chosen("card"), do.Chosen("choose"))
    assert citizen.page == "ChoiceView"
    citizen.does(do.Chosen("card")).fail(ReadIdCard, "invalid_media")
    assert citizen.view.problem
    citizen.answer(ReadIdCard, WANG).does(do.BackPressed())
    assert citizen.view.chosen == "card"
    citizen.does(do.Chosen("self"), do.BackPressed())
    assert citizen.view.chosen == "self"


def test_a_known_parent_chosen_before_stays_chosen(context: Context) -> None:
    citizen = Citizen(context, card=LI)
    to_review(citizen, "civil/longevity-allowance", {"您为谁申领？": "parent:0"})
    citizen.does(do.EditPressed("for_whom"))
    assert citizen.view.chosen == "parent:0"
    citizen.does(do.Confirmed())
    assert citizen.page == "ReviewView"


def test_the_wrong_card_left_lying_ends_on_a_page(context: Context) -> None:
    citizen = Citizen(context, card=LI)
    reach(citizen, "civil/longevity-allowance", "您为谁申领？").does(do.Chosen("card"))
    for _ in range(10):
        if citizen.page == "ProblemView":
            break
        citizen.answer(ReadIdCard, LI)
    assert citizen.view.happened == "这是您自己的身份证，请换上家人的。"


def test_a_dead_line_during_the_code_goes_on_with_the_chip_or_not_at_all(citizen: Citizen) -> None:
    reach(citizen, "hrss/social-security-card", "输入短信验证码")
    citizen.does(do.Answered("123456")).fail(CheckCode, "offline")
    assert citizen.view.title == "线路断了，可以先办"
    citizen.does(do.Answered("1"), do.Declined())
    assert citizen.page == "MenuView"
    other = reach(Citizen(citizen.context), "general/track-case", "输入短信验证码")
    other.does(do.Answered("123456")).fail(CheckCode, "offline")
    assert other.view.certain == "没有提交，也没有保留您的资料。"
    assert "天河区政务服务中心" in other.view.advice


def test_somebody_without_a_registered_phone_is_sent_to_a_window(citizen: Citizen) -> None:
    citizen.does(do.Begun(), do.ServiceChosen("general/track-case"), do.Confirmed(), do.Confirmed())
    citizen.answer(ReadIdCard, WANG).fail(SendCode, "refused", "unknown_person")
    assert citizen.view.happened == "没有查到您登记的手机号码。"
    citizen.does(do.Chosen("menu"))
    assert citizen.page == "MenuView"


@pytest.mark.parametrize(("reason", "said"), [("locked", "输错次数太多"), ("too_often", "太频繁")])
def test_a_number_that_is_locked_or_asked_too_often_gets_no_more_codes(
    citizen: Citizen, reason: str, said: str
) -> None:
    citizen.does(do.Begun(), do.ServiceChosen("general/track-case"), do.Confirmed(), do.Confirmed())
    citizen.answer(ReadIdCard, WANG).fail(SendCode, "refused", reason)
    assert said in citizen.view.happened
    assert [option.id for option in citizen.view.options] == ["leave"]


def test_prefill_that_fails_is_no_reason_to_stop(citizen: Citizen) -> None:
    reach(citizen, "hrss/social-security-card", "输入短信验证码")
    citizen.does(do.Answered("123456")).answer(CheckCode, citizen.healthy(CheckCode("c", "1")))
    citizen.fail(Prefill, "timeout")
    assert citizen.view.title == "您想选哪家银行？"


def test_records_that_fail_can_be_asked_for_again(citizen: Citizen) -> None:
    reach(citizen, "general/track-case", "输入短信验证码")
    citizen.does(do.Answered("123456")).answer(CheckCode, citizen.healthy(CheckCode("c", "1")))
    citizen.fail(Lookup, "refused", "token")
    assert "短信验证已失效" in citizen.view.happened
    citizen.does(do.Chosen("no_such_option"), do.Chosen("retry")).serve()
    assert citizen.page == "RecordsView"


def test_an_office_that_does_not_answer_leaves_it_provisional(citizen: Citizen) -> None:
    to_review(citizen, "hrss/social-security-card")
    citizen.does(do.Confirmed()).answer(Accept, citizen.healthy(citizen.find(Accept).command))
    citizen.fail(WaitForOutcome, "timeout").serve()
    assert citizen.view.kind == "provisional"


def test_an_answer_that_comes_by_itself_ends_the_wait(citizen: Citizen) -> None:
    to_review(citizen, "hrss/social-security-card")
    citizen.does(do.Confirmed()).answer(Accept, citizen.healthy(citizen.find(Accept).command))
    citizen.feed(OutcomeArrived(Outcome("a1", TransactionState.SENDING)))
    assert citizen.page == "WorkingView"
    citizen.feed(OutcomeArrived(Outcome("a1", TransactionState.ACCEPTED, "C7")))
    assert citizen.view.reference == "C7"
    assert citizen.find(PrintReceipt)
    pages = len(citizen.shown)
    citizen.hear(PrintReceipt, SheetPrinted(1, 1)).does(do.Confirmed())
    assert citizen.page == "ResultView"
    assert len(citizen.shown) == pages + 1


def test_a_refused_storage_of_a_used_number_cannot_be_retried(citizen: Citizen) -> None:
    to_review(citizen, "hrss/social-security-card")
    citizen.does(do.Confirmed()).fail(Accept, "conflict")
    assert [option.id for option in citizen.view.options] == ["leave"]


def test_from_a_spent_visit_the_menu_is_the_door_out(citizen: Citizen) -> None:
    to_review(citizen, "hrss/social-security-card")
    citizen.does(do.Confirmed())
    session = citizen.session
    assert session is not None
    stuck = Problem(Phrase("store.other"), ("menu",))
    citizen.session = msgspec.structs.replace(session, problem=stuck, pending=())
    citizen.does(do.Chosen("menu"))
    assert citizen.page == "GoodbyeView"


def test_events_out_of_place_are_ignored(citizen: Citizen) -> None:
    citizen.feed(PinChecked(True)).feed(OutcomeArrived(Outcome("a", TransactionState.ACCEPTED)))
    assert citizen.session is None
    citizen.does(do.Touched())
    assert citizen.session is None
    citizen.does(do.Begun(), do.Answered("x"), do.BackPressed(), do.Confirmed(), do.StillHere())
    assert citizen.page == "MenuView"
    citizen.does(do.ServiceChosen("general/track-case"), do.BackPressed())
    assert citizen.page == "MenuView"
    citizen.does(do.TechnicianPressed(), do.HelpPressed(), do.BackPressed(), do.LeavePressed())
    assert citizen.page == "GoodbyeView"
    citizen.does(do.HelpPressed(), do.LeavePressed(), do.Touched())
    assert citizen.page == "GoodbyeView"


def test_a_printer_that_talks_nonsense_is_not_listened_to(citizen: Citizen) -> None:
    citizen.does(do.Begun(), do.ServiceChosen("general/track-case"), do.Confirmed(), do.Confirmed())
    run = citizen.find(ReadIdCard)
    assert run is not None
    citizen.feed(DeviceSaid(run.command_id, PrinterWaiting("odd")))
    assert citizen.page == "CardView"
    assert not citizen.view.reading


def test_a_supply_running_low_is_the_next_thing_to_do(citizen: Citizen) -> None:
    low = DeviceReport(
        DeviceRole.DOCUMENT,
        DeviceState.ONLINE,
        supplies={"paper": SupplyState.LOW},
        model="twin",
        sheets_left=12,
    )
    others = tuple(report for report in good_world().devices if report.role is not DeviceRole.DOCUMENT)
    citizen.does(do.TechnicianPressed(), do.Answered("246810"))
    citizen.becomes(msgspec.structs.replace(good_world(), devices=(*others, low)))
    assert citizen.view.todo == "该补耗材了：A4打印机"
    row = next(row for row in citizen.view.devices if row.test == "test:document")
    assert row.state == "正常 · twin · 纸张 快用完 · 剩12张"
    assert row.level == "warn"


def test_hours_fee_basis_and_promise_stand_in_the_guide(context: Context) -> None:
    service = context.catalogue.services["civil/longevity-allowance"]
    changed = msgspec.structs.replace(
        service,
        hours=Hours(9, 17),
        promise_days=20,
        by_law=(Law(name=service.title, article="art. 5", source="test"),),
        demo=False,
        bring=(),
    )
    services = {**context.catalogue.services, service.id: changed}
    other = replace(context, catalogue=replace(context.catalogue, services=services))
    citizen = Citizen(other).does(do.LanguageChosen(Language.ENGLISH), do.ServiceChosen(service.id))
    facts = {row.label: row.value for row in citizen.view.facts}
    assert facts["Open"] == "9:00 to 17:00"
    assert facts["Decision"] == "Within 20 working days"
    assert facts["Legal basis"] == "Longevity allowance art. 5"
    assert facts["Huangpu"].startswith("monthly 70 to 79: 80 yuan; ")
    assert facts["City's rule · once a year"] == "from 100: 1000 yuan"
    assert "Please bring" not in facts
    assert Band(70, 79, 30) in changed.tables["monthly"]


def test_secrets_of_effects_and_memory_are_not_in_their_repr(citizen: Citizen) -> None:
    assert repr(CheckPin("246810")) == "CheckPin()"
    assert repr(Phrase("a.b", (("name", "王"),))) == "Phrase(a.b)"
    assert repr(GoodbyeMemory(True, 2)) == "GoodbyeMemory()"


def test_an_offline_slow_and_online_line_are_three_chromes(citizen: Citizen) -> None:
    citizen.does(do.Begun())
    for line in LineState:
        citizen.becomes(good_world(line))
        assert citizen.view.chrome.line == line.value


def test_help_speaks_about_the_page_one_is_on(citizen: Citizen) -> None:
    citizen.does(*at_the_reader("general/track-case"), do.HelpPressed())
    assert "读卡区" in citizen.view.paragraphs[0]
    citizen.answer(ReadIdCard, WANG)
    assert citizen.page == "WorkingView"  # the card came: help steps aside


def test_a_citizen_without_a_card_is_told_what_else_there_is(citizen: Citizen) -> None:
    citizen.does(*at_the_reader("general/track-case"), do.Chosen("no_card"))
    assert "人工窗口" in citizen.view.happened
    assert not citizen.find(ReadIdCard)
    citizen.does(do.Chosen("retry"))
    assert citizen.find(ReadIdCard)


def test_the_parents_card_is_seen_while_it_is_read(context: Context) -> None:
    citizen = reach(Citizen(context, card=LI), "civil/longevity-allowance", "您为谁申领？")
    citizen.does(do.Chosen("card")).hear(ReadIdCard, CardSeen())
    assert citizen.view.reading
    citizen.hear(ReadIdCard, SheetPrinted(1, 1)).does(do.Answered("x"))
    assert citizen.view.reading


def test_the_panel_s_sensors_are_told_in_words(citizen: Citizen) -> None:
    citizen.does(do.TechnicianPressed(), do.Answered("246810"))
    sensors = {"door": "closed", "door_2": "open", "headphones": "out"}
    panel = DeviceReport(DeviceRole.PANEL, DeviceState.ONLINE, sensors=sensors)
    citizen.becomes(msgspec.structs.replace(good_world(), devices=(*good_world().devices, panel)))
    row = next(row for row in citizen.view.devices if row.test == "test:panel")
    assert row.state == "正常 · 柜门关好 · 柜门开着 · 耳机未插"


def test_a_test_is_followed_by_what_the_device_went_through(citizen: Citizen) -> None:
    citizen.does(do.TechnicianPressed(), do.Answered("246810"), do.Chosen("test:id_card"))
    citizen.answer(SelfTest, TestReport(True, ()))
    failure = PastFailure("timeout", 1_790_000_000.0, 3, "the reader is silent")
    counts = {"commands": 9, "failures": 3, "outages": 2, "starts": 1}
    citizen.answer(GetHealth, DeviceHealth((failure,), counts, 7200.0))
    assert citizen.view.report[0] == "测试通过"
    assert citizen.view.report[-3:] == (
        "历史：指令9次，出错3次，断开2次，驱动启动1次",
        "平均120分钟断开一次",
        "09-21 22:13 timeout ×3 the reader is silent",
    )


def test_a_history_that_cannot_be_had_does_not_hide_the_test(citizen: Citizen) -> None:
    citizen.does(do.TechnicianPressed(), do.Answered("246810"), do.Chosen("test:id_card"))
    citizen.answer(SelfTest, TestReport(True, ()))
    citizen.fail(GetHealth, "offline")
    assert citizen.view.report[0] == "测试通过"


def test_a_test_that_talks_is_let_talk(citizen: Citizen) -> None:
    citizen.does(do.TechnicianPressed(), do.Answered("246810"), do.Chosen("test:id_card"))
    citizen.hear(SelfTest, CardSeen())
    assert citizen.page == "WorkingView"


def test_prefill_can_be_required(context: Context) -> None:
    service = context.catalogue.services["hrss/social-security-card"]
    steps = tuple(
        msgspec.structs.replace(step, required=True) if isinstance(step, PrefillStep) else step
        for step in service.steps
    )
    services = {**context.catalogue.services, service.id: msgspec.structs.replace(service, steps=steps)}
    citizen = Citizen(replace(context, catalogue=replace(context.catalogue, services=services)))
    reach(citizen, service.id, "输入短信验证码")
    citizen.does(do.Answered("123456")).answer(CheckCode, citizen.healthy(CheckCode("c", "1")))
    citizen.does(do.Confirmed()).fail(Prefill, "timeout")
    assert citizen.page == "ProblemView"
    citizen.does(do.Chosen("retry")).serve()
    assert citizen.view.title == "您想选哪家银行？"


def test_a_sheet_is_counted_and_a_card_event_is_not(citizen: Citizen) -> None:
    printing(citizen).hear(PrintDocument, SheetPrinted(1, 2)).hear(PrintDocument, CardSeen())
    assert citizen.view.page == 1


def test_a_goodbye_hears_only_the_card(citizen: Citizen) -> None:
    reach(citizen, "general/track-case", "输入短信验证码").does(do.LeavePressed())
    assert citizen.session is not None
    citizen.hear(ProbeCard, CardSeen())
    assert citizen.page == "GoodbyeView"


def test_a_gate_without_its_problem_is_still_a_page_with_a_way_back(context: Context) -> None:
    young = msgspec.structs.replace(LI, birth="2000-01-01")
    citizen = reach(Citizen(context, card=young), "civil/longevity-allowance", "遇到问题了")
    assert citizen.session is not None
    citizen.session = msgspec.structs.replace(citizen.session, problem=None)
    citizen.does(do.Confirmed())
    assert citizen.view.title == "核对条件"
    assert citizen.view.chrome.can_back


def test_a_moment_that_cannot_be_read_is_shown_as_it_came(citizen: Citizen) -> None:
    to_review(citizen, "hrss/social-security-card")
    citizen.does(do.Confirmed())
    run = citizen.find(Accept)
    assert run is not None
    accepted = msgspec.structs.replace(citizen.healthy(run.command), accepted_at="soon")
    citizen.answer(Accept, accepted).answer(WaitForOutcome, Outcome("a1", TransactionState.REJECTED, "", "no"))
    run = citizen.find(PrintReceipt)
    assert run is not None
    texts = [getattr(block, "text", "") for block in run.command.receipt.blocks]
    assert "时间：soon" in texts
    assert "受理部门没有接收，请凭编号询问" in texts
