"""The frame around every service: idle, language, help, double touches, late answers, goodbye, technician."""

from __future__ import annotations

import dataclasses

import msgspec
import pytest

from drivers.contract import commands
from drivers.contract.commands import CardProbe, CardSeen, PrintDocument, ProbeCard, ReadIdCard, SelfTest
from drivers.contract.health import DeviceHealth, GetHealth
from drivers.contract.status import DeviceRole
from kiosk import intents as do
from kiosk.journey.context import Context
from kiosk.journey.effects import StartTimer
from kiosk.journey.events import DeviceDone, OutcomeArrived, PinChecked, SessionStarted, StoreDone, TimedOut
from kiosk.views import Language, MenuView, Option, Readiness
from offline_cache.contract import Accept, CodeSent, GetStatus, LineState, Ok, Outcome, Retry, TransactionState
from tests.journeys.citizen import TODAY, WANG, Citizen, good_status, good_world, without
from tests.journeys.test_misfortunes import printing
from tests.journeys.test_services import to_review


@pytest.mark.parametrize(
    ("care", "carded", "idle_s", "ask_s"),
    [(False, False, 60, 20), (True, False, 120, 40), (False, True, 60, 30), (True, True, 120, 60)],
)
def test_an_idle_citizen_is_asked_and_then_wiped(
    citizen: Citizen, care: bool, carded: bool, idle_s: int, ask_s: int
) -> None:
    citizen.does(do.Begun(), do.ServiceChosen("hrss/enrolment-certificate"))
    if care:
        citizen.does(do.CareToggled())
    if carded:
        citizen.step().step().step()
    assert citizen.timer is not None
    if carded:
        citizen.does(do.Answered("111111")).serve()
        assert citizen.page == "ChoiceView"
    assert citizen.timer.after_s == idle_s
    citizen.waits()
    assert citizen.page == "StillThereView"
    assert citizen.timer.after_s == ask_s
    citizen.waits()
    assert citizen.page == "GoodbyeView"


def test_the_answer_i_am_here_brings_the_same_page_back(citizen: Citizen) -> None:
    citizen.does(do.Begun(), do.ServiceChosen("general/track-case"))
    page = citizen.view
    citizen.waits().does(do.StillHere())
    assert citizen.view == page
    citizen.waits().does(do.Declined())
    assert citizen.page == "GoodbyeView"


def test_a_consent_gets_its_reading_time(citizen: Citizen) -> None:
    citizen.does(do.Begun(), do.ServiceChosen("hrss/enrolment-certificate"), do.Confirmed())
    assert citizen.timer is not None
    words = sum(len(paragraph) for paragraph in citizen.view.paragraphs)
    assert citizen.timer.after_s >= 60 + words / 5


def test_the_clock_stands_still_while_printing(citizen: Citizen) -> None:
    printing(citizen)
    assert citizen.session is not None
    assert citizen.session.timer == 0
    stale = citizen.timer
    assert stale is not None
    citizen.feed(TimedOut(stale.timer_id))
    assert citizen.page == "PrintingView"


def test_a_touch_restarts_the_clock_without_painting(citizen: Citizen) -> None:
    citizen.does(do.Begun())
    first, pages = citizen.timer, len(citizen.shown)
    citizen.does(do.Touched())
    assert citizen.timer != first
    assert len(citizen.shown) == pages
    assert first is not None
    citizen.feed(TimedOut(first.timer_id))
    assert citizen.page == "MenuView"


def test_a_card_laid_down_during_the_question_counts_as_being_here(citizen: Citizen) -> None:
    citizen.does(do.Begun(), do.ServiceChosen("general/track-case"), do.Confirmed(), do.Confirmed())
    citizen.waits()
    assert citizen.page == "StillThereView"
    citizen.hear(ReadIdCard, CardSeen())
    assert citizen.page == "CardView"
    assert citizen.view.reading


def test_no_card_does_not_count_as_being_here(citizen: Citizen) -> None:
    citizen.does(do.Begun(), do.ServiceChosen("general/track-case"), do.Confirmed(), do.Confirmed())
    citizen.waits().fail(ReadIdCard, "no_media")
    assert citizen.page == "StillThereView"
    citizen.waits()
    assert citizen.page == "GoodbyeView"


@pytest.mark.parametrize("language", Language)
def test_the_language_changes_on_any_page_and_answers_stay(citizen: Citizen, language: Language) -> None:
    to_review(citizen, "hrss/social-security-card")
    before = len(citizen.view.rows)
    citizen.does(do.LanguageChosen(language), do.CareToggled())
    assert citizen.view.chrome.language == language
    assert citizen.view.chrome.care
    assert len(citizen.view.rows) == before
    if language is Language.ENGLISH:
        assert "ICBC" in [row.value for row in citizen.view.rows]


def test_help_opens_over_the_page_and_closes_again(citizen: Citizen) -> None:
    citizen.does(do.Begun(), do.ServiceChosen("general/track-case"), do.HelpPressed())
    assert (citizen.page, citizen.view.phone) == ("HelpView", "12345")
    citizen.does(do.LanguageChosen(Language.ENGLISH))
    assert citizen.page == "HelpView"
    citizen.does(do.Answered("x"))
    assert citizen.page == "HelpView"
    citizen.does(do.Declined())
    assert citizen.page == "ServiceView"


def test_two_touches_submit_once_and_print_once(citizen: Citizen) -> None:
    to_review(citizen, "hrss/social-security-card")
    citizen.does(do.Confirmed(), do.Confirmed(), do.Confirmed())
    assert len(citizen.commands(Accept)) == 1
    other = printing(Citizen(citizen.context))
    other.does(do.Confirmed(), do.Confirmed())
    assert len(other.commands(PrintDocument)) == 1


def test_two_touches_rate_once(citizen: Citizen) -> None:
    citizen.does(do.Begun(), do.ServiceChosen("general/track-case"))
    while citizen.page != "RatingView":
        citizen.step()
    citizen.does(do.Chosen("5"), do.Chosen("1"), do.Declined())
    assert len(citizen.commands(Accept)) == 1
    citizen.fail(Accept, "storage")
    assert "评价这次没能保存，抱歉。" in citizen.view.reminders


def test_a_rating_may_be_skipped(citizen: Citizen) -> None:
    citizen.does(do.Begun(), do.ServiceChosen("general/track-case"))
    while citizen.page != "RatingView":
        citizen.step()
    citizen.does(do.Declined())
    assert citizen.page == "GoodbyeView"
    assert not citizen.commands(Accept)


def test_late_answers_have_no_owner(citizen: Citizen) -> None:
    citizen.does(do.Begun(), do.ServiceChosen("general/track-case"), do.Confirmed(), do.Confirmed())
    reading = citizen.find(ReadIdCard)
    assert reading is not None
    citizen.does(do.BackPressed())
    pages = len(citizen.shown)
    citizen.feed(DeviceDone(reading.command_id, WANG)).feed(StoreDone(999, CodeSent("c", "p", 1)))
    citizen.feed(SessionStarted("x", "y", "z", TODAY)).feed(PinChecked(True))
    assert len(citizen.shown) == pages
    assert citizen.session is not None
    assert citizen.session.citizen.card is None


def test_a_forgotten_card_is_told_until_it_is_taken(citizen: Citizen) -> None:
    citizen.does(do.Begun(), do.ServiceChosen("general/track-case"), do.Confirmed(), do.Confirmed())
    citizen.answer(ReadIdCard, WANG).does(do.LeavePressed())
    citizen.answer(ProbeCard, CardProbe(True))
    assert "您的身份证还在读卡区，请拿走。" in citizen.view.reminders
    citizen.waits()
    assert citizen.page == "GoodbyeView"
    citizen.answer(ProbeCard, CardProbe(False))
    assert citizen.view.reminders == ()
    citizen.waits()
    assert citizen.page == "AttractView"


def test_a_card_that_is_never_taken_does_not_block_the_terminal(citizen: Citizen) -> None:
    citizen.does(do.Begun(), do.ServiceChosen("general/track-case"), do.Confirmed(), do.Confirmed())
    citizen.answer(ReadIdCard, WANG).does(do.LeavePressed())
    for _ in range(10):
        if citizen.session is None:
            break
        citizen.answer(ProbeCard, CardProbe(True)).waits()
    assert citizen.page == "AttractView"


def test_a_broken_reader_does_not_hold_the_goodbye(citizen: Citizen) -> None:
    citizen.does(do.Begun(), do.ServiceChosen("general/track-case"), do.Confirmed(), do.Confirmed())
    citizen.answer(ReadIdCard, WANG).does(do.LeavePressed()).fail(ProbeCard, "offline")
    citizen.does(do.Answered("x"), do.LanguageChosen(Language.ENGLISH))
    assert citizen.page == "GoodbyeView"
    citizen.does(do.Confirmed())
    assert citizen.page == "AttractView"


def test_nothing_read_nothing_claimed(citizen: Citizen) -> None:
    citizen.does(do.Begun(), do.LeavePressed())
    assert citizen.view.wiped == ("没有读取您的任何资料",)
    assert not citizen.commands(ProbeCard)


def test_no_repr_shows_the_citizen(citizen: Citizen) -> None:
    to_review(citizen, "civil/longevity-allowance", {"您为谁申领？": "parent:0"})
    citizen.does(do.Confirmed()).serve()
    session = citizen.session
    assert session is not None
    said = " ".join(map(repr, [session, session.citizen, session.citizen.relative, session.memory, session.problem]))
    for secret in (WANG.name, WANG.number, "6222", "13800000000", "tok"):
        assert secret not in said


def test_an_outcome_that_arrives_late_turns_the_page_accepted(citizen: Citizen) -> None:
    citizen.outcome = TransactionState.PENDING
    to_review(citizen, "hrss/social-security-card")
    citizen.does(do.Confirmed()).serve()
    assert citizen.view.kind == "provisional"
    citizen.feed(OutcomeArrived(Outcome("somebody", TransactionState.ACCEPTED, "C1")))
    assert citizen.view.kind == "provisional"
    citizen.feed(OutcomeArrived(Outcome("a1", TransactionState.ACCEPTED, "C2")))
    assert (citizen.view.kind, citizen.view.reference) == ("accepted", "C2")


def test_another_service_needs_no_second_card(citizen: Citizen) -> None:
    citizen.does(do.Begun(), do.ServiceChosen("hrss/social-security-card"))
    while citizen.view.title != "卡做好后怎么领？":
        citizen.step()
    for _ in range(20):
        citizen.does(do.BackPressed()).serve()
    assert citizen.page == "MenuView"
    citizen.does(do.ServiceChosen("general/track-case"), do.Confirmed(), do.Confirmed()).serve()
    assert citizen.page == "RecordsView"
    assert len(citizen.commands(ReadIdCard)) == 1


def menu_of(citizen: Citizen) -> MenuView:
    view = citizen.view
    assert isinstance(view, MenuView)
    return view


def tiles(citizen: Citizen) -> list[str]:
    return [tile.id for group in menu_of(citizen).groups for tile in group.tiles]


def test_the_menu_opens_with_what_this_kind_of_site_is_asked_for(citizen: Citizen) -> None:
    citizen.does(do.Begun())
    hot = citizen.context.catalogue.hot["street"]
    assert hot
    assert tiles(citizen) == list(hot)
    assert (menu_of(citizen).tab, menu_of(citizen).doors) == ("hot", ())


@pytest.mark.parametrize("site", ["street", "bank", "hall"])
def test_each_kind_of_site_has_its_own_list_and_all_of_it_is_offered_there(citizen: Citizen, site: str) -> None:
    terminal = dataclasses.replace(citizen.context.terminal, site=site)
    citizen.context = dataclasses.replace(citizen.context, terminal=terminal)
    citizen.does(do.Begun())
    catalogue = citizen.context.catalogue
    assert tiles(citizen) == list(catalogue.hot[site])
    assert [name for name in tiles(citizen) if site not in catalogue.services[name].sites] == []


def test_what_belongs_to_another_kind_of_site_stands_last(citizen: Citizen) -> None:
    citizen.does(do.Begun(), do.TabChosen("department"), do.DoorChosen("justice"))
    printed = [tile for group in menu_of(citizen).groups for tile in group.tiles if tile.id == "justice/credit-report"]
    assert printed[0].readiness is Readiness.UNAVAILABLE  # at a street terminal
    certificates = next(group for group in menu_of(citizen).groups if printed[0] in group.tiles)
    assert certificates.tiles[-1] == printed[0]


@pytest.mark.parametrize("way", ["event", "department", "audience"])
def test_each_other_way_leads_to_every_service(citizen: Citizen, way: str) -> None:
    citizen.does(do.Begun(), do.TabChosen(way))
    doors, found = menu_of(citizen).doors, set[str]()
    assert tiles(citizen) == []
    for door in doors:
        citizen.does(do.DoorChosen(door.id))
        assert (menu_of(citizen).title, menu_of(citizen).doors) == (door.label, ())
        found |= set(tiles(citizen))
        citizen.does(do.BackPressed())
        assert menu_of(citizen).doors == doors
    assert found == set(citizen.context.catalogue.services)


def test_one_comes_back_from_a_service_to_the_door_one_came_through(citizen: Citizen) -> None:
    citizen.does(do.Begun(), do.TabChosen("event"), do.DoorChosen("elderly"))
    behind = tiles(citizen)
    citizen.does(do.ServiceChosen(behind[0]), do.BackPressed())
    assert tiles(citizen) == behind


def test_a_door_or_a_service_that_is_not_there_changes_nothing(citizen: Citizen) -> None:
    citizen.does(do.Begun(), do.TabChosen("event"))
    before = citizen.view
    citizen.does(do.DoorChosen("no-such"), do.ServiceChosen("no/such"), do.BackPressed())
    assert citizen.view == before


def test_a_site_without_a_hot_list_begins_with_the_events(citizen: Citizen) -> None:
    catalogue = dataclasses.replace(citizen.context.catalogue, hot={})
    citizen.context = dataclasses.replace(citizen.context, catalogue=catalogue)
    citizen.does(do.Begun())
    assert menu_of(citizen).tab == "event"
    assert [tab.id for tab in menu_of(citizen).tabs] == ["event", "department", "audience"]


def test_declining_the_consent_leads_back_to_the_menu(citizen: Citizen) -> None:
    citizen.does(do.Begun(), do.ServiceChosen("general/track-case"), do.Confirmed(), do.Declined())
    assert citizen.page == "MenuView"


def enter_bench(citizen: Citizen) -> Citizen:
    """Through the technician's door."""
    citizen.does(do.TechnicianPressed())
    assert citizen.view.masked
    citizen.does(do.Answered("000000"))
    assert citizen.view.problem == "密码不对。"
    return citizen.does(do.Answered("246810"))


def test_the_technician_tests_retries_and_switches(citizen: Citizen) -> None:
    enter_bench(citizen)
    assert citizen.page == "TechnicianView"
    assert {row.test for row in citizen.view.devices} >= {"test:id_card", "test:document"}
    citizen.does(do.Chosen("test:document"))
    steps = (commands.TestStep("status", "idle", True), commands.TestStep("tray", "empty", False, "refill"))
    citizen.answer(SelfTest, commands.TestReport(False, steps)).answer(GetHealth, DeviceHealth())
    assert citizen.view.report[:3] == ("测试没有通过", "✓ status: idle", "✗ tray: empty refill")
    citizen.does(do.Chosen("test:receipt")).fail(SelfTest, "timeout").fail(GetHealth, "offline")
    assert citizen.view.report == ("测试没有完成（timeout）",)
    waiting = msgspec.structs.replace(good_status(), waiting=3)
    citizen.does(do.Chosen("retry_outbox")).answer(Retry, Ok()).answer(GetStatus, waiting)
    assert "3" in [row.value for row in citizen.view.facts]
    citizen.does(do.Chosen("retry_outbox")).fail(Retry, "storage", "full")
    assert citizen.view.report[-1] == "full"
    citizen.does(do.Chosen("switch_off"), do.Chosen("unknown"), do.Confirmed())
    assert Option("switch_on", "恢复服务") in citizen.view.actions
    citizen.does(do.Chosen("leave")).waits()
    assert citizen.page == "OutOfServiceView"
    enter_bench(citizen).does(do.Chosen("switch_on"))
    assert "没有要做的" in citizen.view.todo


def test_the_bench_says_what_to_do_first(citizen: Citizen) -> None:
    enter_bench(citizen)
    citizen.becomes(without(good_world(), DeviceRole.CAMERA))
    assert citizen.view.todo == "先处理：摄像头"
    citizen.becomes(msgspec.structs.replace(good_world(), store=None))
    assert "存储" in citizen.view.todo
    held = msgspec.structs.replace(good_status(), quarantined=1)
    citizen.becomes(msgspec.structs.replace(good_world(), store=held))
    assert "隔离" in citizen.view.todo


def test_nobody_opens_the_door_over_a_citizens_application(citizen: Citizen) -> None:
    to_review(citizen, "hrss/social-security-card")
    citizen.does(do.TechnicianPressed())
    assert citizen.page == "ReviewView"


def test_a_locked_pin_is_told(citizen: Citizen) -> None:
    citizen.does(do.TechnicianPressed(), do.Confirmed())
    assert citizen.session is not None
    citizen.pin = "999999"
    citizen.does(do.Answered("1"))
    assert citizen.view.problem == "密码不对。"


def test_an_offline_menu_says_later_before_any_identity(context: Context) -> None:
    citizen = Citizen(context, good_world(LineState.OFFLINE)).does(do.Begun())
    hot = {tile.id: tile.readiness for group in menu_of(citizen).groups for tile in group.tiles}
    assert hot["general/track-case"] is Readiness.UNAVAILABLE
    citizen.does(do.TabChosen("department"), do.DoorChosen("hrss"))
    behind = {tile.id: tile.readiness for group in menu_of(citizen).groups for tile in group.tiles}
    assert behind["hrss/social-security-card"] is Readiness.LATER


def test_every_timer_is_new(citizen: Citizen) -> None:
    citizen.walk("general/track-case")
    numbers = [effect.timer_id for effect in citizen.effects if isinstance(effect, StartTimer)]
    assert len(numbers) == len(set(numbers))
