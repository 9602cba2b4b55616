"""One misfortune at a time, at every step of every service: always a clear page with a way on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec
import pytest

from drivers.contract.commands import (
    DocumentPrinted,
    Photo,
    PrintDocument,
    PrinterWaiting,
    PrintReceipt,
    ReadIdCard,
    SheetPrinted,
    StartPreview,
    TakePhoto,
)
from drivers.contract.status import DeviceReport, DeviceRole, DeviceState, SupplyState
from drivers.contract.values import CardLayout, IdCard, JobOutcome, SheetOutcome
from kiosk import intents as do
from kiosk.journey.context import Context
from kiosk.journey.effects import Forget, RunDevice
from kiosk.views import Readiness, ResultView
from offline_cache.contract import Accept, CheckCode, IssueCertificate, LineState, Lookup, Prefill, SendCode, Terms
from tests.journeys.citizen import ROLES, Citizen, good_status, good_world, sensible, without
from tests.journeys.test_services import SERVICES, to_review

DEVICE_KINDS = ("offline", "timeout", "protocol", "fault", "no_media", "paper_out", "outcome_unknown", "odd")
STORE_KINDS = ("offline", "timeout", "refused", "conflict", "storage", "invalid", "cancelled", "odd")


def has_way_on(citizen: Citizen) -> bool:
    """Whether the page offers anything to do, or something is running that ends by its deadline."""
    view = citizen.view
    if citizen.page == "WorkingView":
        return bool(citizen.running)
    if citizen.page == "ProblemView":
        return bool(view.options) and all(option.label for option in view.options)
    return bool(view.title)


def moments(context: Context, service: str, start: Callable[[], Citizen]) -> Iterator[Citizen]:
    """A fresh citizen at every moment of a service: after each touch and after each answer."""
    moment = 0
    while True:
        citizen = start().does(do.Begun(), do.ServiceChosen(service))
        for _ in range(moment):
            if citizen.running:
                run = next(iter(citizen.running.values()))
                citizen.answer(type(run.command), citizen.healthy(run.command))
            else:
                citizen.does(sensible(citizen.view))
            if citizen.page == "GoodbyeView":
                return
        yield citizen
        moment += 1


@pytest.mark.parametrize("service", SERVICES)
def test_leaving_at_any_moment_wipes_and_ends(context: Context, service: str) -> None:
    for citizen in moments(context, service, lambda: Citizen(context)):
        run = citizen.find(Accept)
        citizen.does(do.LeavePressed())
        if run is not None and run.command.draft.kind == "application":
            assert citizen.page == "WorkingView"  # not in the second of the promise
            continue
        assert citizen.page == "GoodbyeView"
        assert any(isinstance(effect, Forget) for effect in citizen.effects)
        assert citizen.session is not None
        assert citizen.session.citizen == msgspec.structs.replace(citizen.session.citizen, card=None, answers=())
        citizen.serve().waits()
        assert citizen.page == "AttractView"


@pytest.mark.parametrize("service", SERVICES)
def test_back_at_any_moment_never_loses_the_way(context: Context, service: str) -> None:
    for citizen in moments(context, service, lambda: Citizen(context)):
        submitted = citizen.session is not None and citizen.session.spent
        for _ in range(30):
            citizen.does(do.BackPressed())
        assert has_way_on(citizen)
        if submitted:
            assert citizen.session is not None
            assert citizen.session.stage == "steps"
        elif not citizen.running and citizen.page != "MenuView":
            assert citizen.page in {"ChoiceView", "RatingView", "ResultView"}  # after a query: the slip
            assert not citizen.view.chrome.can_back


@pytest.mark.parametrize("service", SERVICES)
def test_one_step_back_can_be_walked_again(context: Context, service: str) -> None:
    for citizen in moments(context, service, lambda: Citizen(context)):
        citizen.does(do.BackPressed()).serve()
        for _ in range(60):
            if citizen.page in {"GoodbyeView", "AttractView"}:
                break
            if citizen.page == "MenuView":
                citizen.does(do.ServiceChosen(service))
            citizen.step()
        assert citizen.page in {"GoodbyeView", "AttractView"}


@pytest.mark.parametrize("service", SERVICES)
def test_any_command_may_fail_in_any_way(context: Context, service: str) -> None:
    for citizen in moments(context, service, lambda: Citizen(context)):
        if not citizen.running:
            continue
        run = next(iter(citizen.running.values()))
        kinds = DEVICE_KINDS if isinstance(run, RunDevice) else STORE_KINDS
        saved = (citizen.session, dict(citizen.running), list(citizen.shown))
        for kind in kinds:
            citizen.session, citizen.running, citizen.shown = saved[0], dict(saved[1]), list(saved[2])
            citizen.fail(type(run.command), kind)
            assert has_way_on(citizen), (type(run.command).__name__, kind, citizen.page)


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("role", ROLES)
def test_a_device_that_vanishes_at_any_moment_is_told_and_its_return_too(
    context: Context, service: str, role: DeviceRole
) -> None:
    for citizen in moments(context, service, lambda: Citizen(context)):
        citizen.becomes(without(citizen.world, role))
        assert has_way_on(citizen)
        needed = role.value in context.catalogue.services[service].needs and role is not DeviceRole.RECEIPT
        if citizen.page == "ServiceView":
            assert (citizen.view.readiness is Readiness.UNAVAILABLE) == needed
        told = citizen.page == "ProblemView"
        citizen.becomes(good_world())
        assert citizen.page != "ProblemView"
        assert not told or needed


@pytest.mark.parametrize("service", SERVICES)
def test_the_line_may_die_at_any_moment(context: Context, service: str) -> None:
    captured = context.catalogue.services[service].offline == "Q"
    for citizen in moments(context, service, lambda: Citizen(context)):
        citizen.becomes(good_world(LineState.OFFLINE))
        accepted = len(citizen.commands(Accept))
        for _ in range(60):
            if citizen.page in {"GoodbyeView", "AttractView", "ServiceView"}:
                break
            online = (SendCode, CheckCode, Prefill, Lookup, IssueCertificate)
            lost = next((kind for kind in online if citizen.find(kind)), None)
            if lost is not None:
                citizen.fail(lost, "offline")
            elif citizen.running:
                citizen.serve()
            else:
                citizen.does(sensible(citizen.view))
        assert citizen.page in {"GoodbyeView", "ServiceView"}
        if captured and citizen.page == "GoodbyeView":
            assert citizen.commands(Accept) or accepted
        if citizen.page == "ServiceView":
            ready = citizen.view.readiness
            assert ready is (Readiness.LATER if captured else Readiness.UNAVAILABLE) or citizen.running == {}


def printing(citizen: Citizen) -> Citizen:
    """Walk to the moment at which the certificate is being printed."""
    citizen.does(do.Begun(), do.ServiceChosen("hrss/enrolment-certificate"))
    while citizen.page != "DocumentView":
        citizen.step()
    return citizen.does(do.Confirmed())


def test_paper_out_in_the_middle_is_shown_and_printing_goes_on(citizen: Citizen) -> None:
    printing(citizen).hear(PrintDocument, SheetPrinted(1, 2))
    assert (citizen.view.page, citizen.view.of) == (1, 2)
    citizen.hear(PrintDocument, PrinterWaiting("paper_out"))
    assert "加纸" in citizen.view.problem
    citizen.hear(PrintDocument, SheetPrinted(2, 2))
    assert citizen.view.problem == ""
    citizen.serve()
    assert citizen.view.kind == "done"


@pytest.mark.parametrize(
    ("outcome", "sheets", "ledger", "may_print"),
    [
        (JobOutcome.ABORTED, 0, (SheetOutcome.NOT_PRINTED,) * 2, True),
        (JobOutcome.CANCELLED, 1, (SheetOutcome.DELIVERED, SheetOutcome.NOT_PRINTED), False),
        (JobOutcome.UNCERTAIN, 0, (SheetOutcome.UNCERTAIN,) * 2, False),
        (JobOutcome.ABORTED, 1, (SheetOutcome.DELIVERED, SheetOutcome.UNCERTAIN), False),
    ],
)
def test_only_a_certainly_empty_tray_lets_the_citizen_print_again(
    citizen: Citizen,
    outcome: JobOutcome,
    sheets: int,
    ledger: tuple[SheetOutcome, ...],
    may_print: bool,
) -> None:
    printing(citizen).answer(PrintDocument, DocumentPrinted(outcome, sheets, ledger))
    options = [option.id for option in citizen.view.options]
    assert ("retry" in options) is may_print
    assert len(citizen.commands(PrintDocument)) == 1
    if may_print:
        citizen.does(do.Chosen("retry")).serve()
        assert citizen.page == "DocumentView"  # looked at again, printed by her hand only
        assert len(citizen.commands(PrintDocument)) == 1
    else:
        citizen.does(do.Chosen("go_on"))
        assert citizen.view.reference == "SN1"


@pytest.mark.parametrize(
    ("kind", "may_print"), [("paper_out", True), ("toner_out", True), ("timeout", True), ("outcome_unknown", False)]
)
def test_a_failed_print_is_repeated_only_when_nothing_came_out(citizen: Citizen, kind: str, may_print: bool) -> None:
    printing(citizen).fail(PrintDocument, kind)
    assert ("retry" in [option.id for option in citizen.view.options]) is may_print


def test_a_failure_after_the_first_sheet_is_never_printed_again(citizen: Citizen) -> None:
    printing(citizen).hear(PrintDocument, SheetPrinted(1, 2)).fail(PrintDocument, "jammed")
    assert [option.id for option in citizen.view.options] == ["go_on", "leave"]


def test_a_retried_certificate_is_asked_for_with_the_very_same_words(citizen: Citizen) -> None:
    citizen.does(do.Begun(), do.ServiceChosen("hrss/enrolment-certificate"))
    while not citizen.find(IssueCertificate):
        citizen.does(sensible(citizen.view))
        if not citizen.find(IssueCertificate):
            citizen.serve()
    citizen.fail(IssueCertificate, "timeout")
    citizen.does(do.LanguageChosen(do.Language.ENGLISH), do.Chosen("retry"))
    first, second = citizen.commands(IssueCertificate)
    assert first == second


def test_no_records_lets_the_period_be_changed(citizen: Citizen) -> None:
    citizen.does(do.Begun(), do.ServiceChosen("hrss/enrolment-certificate"))
    while not citizen.find(IssueCertificate):
        citizen.does(sensible(citizen.view))
        if not citizen.find(IssueCertificate):
            citizen.serve()
    citizen.fail(IssueCertificate, "refused", "no_records")
    assert "没有查到" in citizen.view.happened
    citizen.does(do.Chosen("change"))
    assert citizen.view.title == "要证明哪段时间？"
    citizen.does(do.Chosen("36"))
    first, second = citizen.commands(IssueCertificate)  # what was answered before is not asked again
    assert (first.transaction_id, second.transaction_id) == ("a1", "a1")
    assert second.parameters[0].value == "2023-04"


def test_a_full_disk_promises_nothing_and_a_retry_is_the_same_transaction(citizen: Citizen) -> None:
    to_review(citizen, "hrss/social-security-card")
    citizen.does(do.Confirmed()).fail(Accept, "storage")
    assert citizen.view.certain == "申请没有保存，不算提交。"
    citizen.does(do.Chosen("retry"))
    first, second = citizen.commands(Accept)
    assert first == second
    citizen.serve()
    assert citizen.page == "ResultView"


@pytest.mark.parametrize(
    ("reason", "words"),
    [("too_many_waiting", "已有太多同类申请在这台机器等待送出"), ("amount_offline", "这个金额现在不能缴")],
)
def test_what_is_over_the_services_limit_is_not_taken_and_says_why(citizen: Citizen, reason: str, words: str) -> None:
    to_review(citizen, "hrss/social-security-card")
    citizen.does(do.Confirmed()).fail(Accept, "limit", reason)
    assert words in citizen.view.happened
    assert citizen.view.certain == "申请没有保存，不算提交。"
    assert [action.id for action in citizen.view.options] == ["leave"]


def test_the_services_limits_go_with_the_transaction(citizen: Citizen) -> None:
    to_review(citizen, "hrss/social-security-card")
    citizen.does(do.Confirmed())
    [accept] = citizen.commands(Accept)
    assert (accept.draft.valid_days, accept.draft.terms) == (30, Terms(most_waiting=200))


def test_a_silent_store_leaves_it_open_and_may_be_asked_again(citizen: Citizen) -> None:
    to_review(citizen, "hrss/social-security-card")
    citizen.does(do.Confirmed()).fail(Accept, "timeout")
    assert "不能确定" in citizen.view.certain


@pytest.mark.parametrize("kind", ["paper_out", "offline", "outcome_unknown", "timeout"])
def test_without_a_slip_the_number_stays_on_the_screen(citizen: Citizen, kind: str) -> None:
    to_review(citizen, "hrss/social-security-card")
    citizen.does(do.Confirmed())
    while not citizen.find(PrintReceipt):
        run = next(iter(citizen.running.values()))
        citizen.answer(type(run.command), citizen.healthy(run.command))
    citizen.fail(PrintReceipt, kind)
    assert isinstance(citizen.view, ResultView)
    assert citizen.view.reference == "C2026"
    assert "申请是安全的" in citizen.view.paper
    citizen.does(do.Confirmed())
    assert citizen.page == "RatingView"
    assert len(citizen.commands(PrintReceipt)) == 1


def test_a_card_that_cannot_be_read_is_asked_for_again_and_not_for_ever(citizen: Citizen) -> None:
    citizen.does(do.Begun(), do.ServiceChosen("general/track-case"), do.Confirmed(), do.Confirmed())
    citizen.fail(ReadIdCard, "no_media")
    assert citizen.view.problem
    for _ in range(8):
        if citizen.page == "ProblemView":
            break
        citizen.fail(ReadIdCard, "invalid_media")
    assert citizen.page == "ProblemView"
    citizen.does(do.Chosen("retry"))
    assert citizen.find(ReadIdCard)


def test_an_empty_card_and_an_expired_one(citizen: Citizen) -> None:
    citizen.does(do.Begun(), do.ServiceChosen("general/track-case"), do.Confirmed(), do.Confirmed())
    citizen.answer(ReadIdCard, IdCard(CardLayout.RESIDENT))
    assert citizen.view.problem
    for _ in range(8):
        if citizen.page == "ProblemView":
            break
        citizen.answer(ReadIdCard, IdCard(CardLayout.RESIDENT))
    assert citizen.page == "ProblemView"
    citizen.does(do.Chosen("retry"))
    expired = IdCard(CardLayout.RESIDENT, name="甲", number="440103199001011234", valid_to="2020-01-01")
    citizen.answer(ReadIdCard, expired)
    assert citizen.view.happened == "这张身份证已经过期。"


def test_a_bad_picture_is_taken_again_and_kept_after_three_tries(citizen: Citizen) -> None:
    citizen.does(do.Begun(), do.ServiceChosen("hrss/social-security-card"))
    while citizen.page != "PhotoView":
        citizen.step()
    for problem in ("blurred", "strange"):
        citizen.does(do.Confirmed()).answer(TakePhoto, Photo(b"bad", (problem,)))
        assert citizen.view.problem
        assert citizen.view.taken == b""
    citizen.does(do.Confirmed()).answer(TakePhoto, Photo(b"bad", ("no_face",)))
    assert citizen.view.taken == b"bad"
    citizen.does(do.Declined())
    assert citizen.view.taken == b""
    citizen.does(do.Confirmed()).answer(TakePhoto, Photo(b"good")).does(do.Confirmed())
    assert citizen.page == "ChoiceView"


def test_a_camera_that_dies_before_the_preview_can_be_tried_again(citizen: Citizen) -> None:
    citizen.does(do.Begun(), do.ServiceChosen("hrss/social-security-card"))
    while not citizen.find(StartPreview):
        citizen.does(sensible(citizen.view))
        if not citizen.find(StartPreview):
            citizen.serve()
    citizen.fail(StartPreview, "offline")
    assert citizen.page == "ProblemView"
    citizen.becomes(without(citizen.world, DeviceRole.CAMERA)).becomes(good_world())
    assert citizen.page == "WorkingView"
    citizen.serve()
    assert citizen.page == "PhotoView"


def test_a_terminal_that_cannot_store_serves_nobody_but_speaks(citizen: Citizen) -> None:
    closed = msgspec.structs.replace(good_world(), store=None)
    citizen.becomes(closed)
    assert citizen.page == "OutOfServiceView"
    citizen.does(do.LanguageChosen(do.Language.ENGLISH))
    assert (citizen.page, citizen.view.title) == ("OutOfServiceView", "Out of service")
    citizen.does(do.ServiceChosen("general/track-case"))
    assert citizen.page == "OutOfServiceView"
    citizen.becomes(good_world())
    assert citizen.page == "MenuView"


def test_a_full_store_closes_the_terminal_too(citizen: Citizen) -> None:
    full = msgspec.structs.replace(good_status(), accepting=False)
    citizen.becomes(msgspec.structs.replace(good_world(), store=full))
    assert citizen.page == "OutOfServiceView"


def test_the_menu_follows_the_world(citizen: Citizen) -> None:
    citizen.does(do.Begun(), do.TabChosen("department"), do.DoorChosen("hrss"))
    out = DeviceReport(DeviceRole.DOCUMENT, DeviceState.ONLINE, supplies={"paper": SupplyState.OUT})
    others = tuple(report for report in good_world().devices if report.role is not DeviceRole.DOCUMENT)
    citizen.becomes(msgspec.structs.replace(good_world(), devices=(*others, out)))
    tiles = {tile.id: tile for group in citizen.view.groups for tile in group.tiles}
    assert tiles["hrss/enrolment-certificate"].reason == "A4打印机没有纸了"
    assert tiles["hrss/social-security-card"].readiness is Readiness.READY
    citizen.does(do.ServiceChosen("hrss/enrolment-certificate"), do.Confirmed())
    assert citizen.page == "ServiceView"  # it cannot be begun
    assert "天河区政务服务中心" in citizen.view.nearest
