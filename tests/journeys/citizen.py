"""A scripted citizen at the engine: no Qt, no threads. Plays the shell, the devices and the centre.

Commands that the engine starts wait in `running`; a script answers them, or lets `serve` answer all of them
as a healthy terminal would.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from drivers.contract.commands import (
    Acknowledged,
    CardProbe,
    ComposedDocument,
    ComposeDocument,
    DocumentPrinted,
    PagePictures,
    Photo,
    PreviewStarted,
    PrintDocument,
    PrintReceipt,
    ProbeCard,
    ReadIdCard,
    ReceiptPrinted,
    RenderDocument,
    SelfTest,
    StartPreview,
    StopPreview,
    TakePhoto,
    TestReport,
)
from drivers.contract.errors import DeviceFailure
from drivers.contract.scanner import ScanCode, ScannedCode
from drivers.contract.smart_card import BankCard, ReadBankCard
from drivers.contract.status import DeviceReport, DeviceRole, DeviceState, SupplyState
from drivers.contract.values import CardLayout, IdCard, JobOutcome, SheetOutcome
from kiosk import intents as do
from kiosk.journey.catalogue import load_catalogue
from kiosk.journey.context import Context, TerminalFacts
from kiosk.journey.dates import plus_days, weekday_of
from kiosk.journey.effects import (
    AnyEffect,
    CancelDevice,
    CheckPin,
    EndSession,
    Forget,
    RunDevice,
    RunStore,
    SetInService,
    Show,
    StartTimer,
)
from kiosk.journey.engine import Session, advance, opening
from kiosk.journey.events import (
    DeviceDone,
    DeviceFailed,
    DeviceSaid,
    Event,
    PinChecked,
    SessionStarted,
    StoreDone,
    StoreFailed,
    TimedOut,
    World,
    WorldChanged,
)
from kiosk.journey.samples import card_of, known_of
from kiosk.preview.walk import at_its_site
from kiosk.texts import load_texts
from kiosk.views import AnyView, EntriesView, TextView
from offline_cache.contract import (
    Accept,
    Accepted,
    Answer,
    Certificate,
    CheckCode,
    CodeSent,
    CodeVerdict,
    GetStatus,
    IssueCertificate,
    KnownField,
    LineState,
    Lookup,
    Ok,
    Outcome,
    Prefill,
    Prefilled,
    Record,
    Records,
    Retry,
    SendCode,
    StoreFailure,
    StoreStatus,
    TransactionState,
    WaitForOutcome,
)

CONFIG = Path(__file__).resolve().parents[2] / "config"
PLACE = {"zh-Hans": "测试大厅", "zh-Hant": "測試大廳", "en": "Test hall"}
ROLES = (
    *(DeviceRole.ID_CARD, DeviceRole.RECEIPT, DeviceRole.DOCUMENT, DeviceRole.CAMERA),
    *(DeviceRole.DOCUMENT_CAMERA, DeviceRole.SCANNER, DeviceRole.SMART_CARD),
)
TODAY = "2026-03-05"
NUMBER = "GZ-TH-0001-000007"
_PRINTER = DeviceReport(DeviceRole.RECEIPT, DeviceState.ONLINE)
HEALTHY: dict[type, object] = {
    SendCode: CodeSent("ch1", "138****0000", 300),
    CheckCode: CodeVerdict(token="tok"),
    Lookup: Records((Record("社会保障卡申领", (Answer("n", "GZ1", "编号"),), "已受理"),)),
    IssueCertificate: Certificate("SN1", "VC1", "http://v/VC1", 2, b"%PDF"),
    RenderDocument: PagePictures((b"png1", b"png2")),
    ComposeDocument: ComposedDocument(b"%PDF", 2),
    PrintDocument: DocumentPrinted(JobOutcome.COMPLETED, 2, (SheetOutcome.DELIVERED,) * 2),
    PrintReceipt: ReceiptPrinted(_PRINTER, _PRINTER),
    StartPreview: PreviewStarted("/frames", 640, 480),
    StopPreview: Acknowledged(),
    TakePhoto: Photo(b"jpeg"),
    ProbeCard: CardProbe(False),
    ReadBankCard: BankCard("622200******0001", number="6222000000000001"),
    ScanCode: ScannedCode(b"26442000000012345678"),
    SelfTest: TestReport(True, ()),
    Retry: Ok(),
}
"""What a healthy device or centre answers, whatever was asked."""

WANG = IdCard(
    CardLayout.RESIDENT,
    name="王秀英",
    sex="女",
    nation="汉",
    birth="1941-07-09",
    address="广州市天河区车陂路1号",
    number="440106194107091240",
    valid_to="long-term",
)
LI = IdCard(CardLayout.RESIDENT, name="李明", birth="1975-02-01", number="440106197502011235", valid_to="2039-01-01")
PARENTS = '[{"name": "王秀英", "number": "440106194107091240", "birth": "1941-07-09", "hukou_district": "440112"}]'
KNOWN = {
    "phone": "13800000000",
    "address": "广州市天河区车陂路1号",
    "hukou_district": "天河区",
    "bank_name": "中国工商银行",
    "bank_account": "6222000000000001",
    "parents": PARENTS,
}


def bill(number: str, amount: str) -> Record:
    """Something that is due."""
    return Record(f"保险费 {number}", (Answer("n", number, "缴费编号"), Answer("a", amount, "金额")), "未缴")


def sample_records(dataset: str) -> tuple[Record, ...]:
    """The records of a dataset that everybody in the sample city has, or Huang Guixiang has."""
    table = tomllib.loads((CONFIG / "samples" / "datasets" / f"{dataset}.toml").read_text(encoding="utf-8"))
    return tuple(
        Record(row["title"], tuple(Answer(label, value, label) for label, value in row["rows"]), row["state"])
        for row in table["record"]
        if "huang-guixiang" in row.get("people", ["huang-guixiang"])
    )


def make_context() -> Context:
    """The shipped catalogue and texts at a terminal in Tianhe."""
    texts = load_texts(CONFIG / "texts")
    facts = TerminalFacts("GZ-TH-0001", "440106", PLACE)
    return Context(load_catalogue(CONFIG, texts), texts, facts)


def good_status(line: LineState = LineState.ONLINE) -> StoreStatus:
    """A store that accepts."""
    return StoreStatus(line, 0, 0.0, 0, True, 10)


def good_world(line: LineState = LineState.ONLINE) -> World:
    """Everything works."""
    devices = tuple(DeviceReport(role, DeviceState.ONLINE, supplies={"paper": SupplyState.FULL}) for role in ROLES)
    return World(devices, line, good_status(line))


def without(world: World, role: DeviceRole) -> World:
    """The same world with one device unplugged."""
    devices = tuple(
        msgspec.structs.replace(report, state=DeviceState.OFFLINE) if report.role == role else report
        for report in world.devices
    )
    return msgspec.structs.replace(world, devices=devices)


@dataclass
class Citizen:
    """Drives the engine. `shown`: all pages so far; `sent`, `ran`: all store and device commands."""

    context: Context
    world: World = field(default_factory=good_world)
    card: IdCard = WANG
    known: dict[str, str] = field(default_factory=lambda: dict(KNOWN))
    outcome: TransactionState = TransactionState.ACCEPTED
    session: Session | None = None
    running: dict[int, RunDevice | RunStore] = field(default_factory=dict)
    shown: list[AnyView] = field(default_factory=list)
    sent: list[object] = field(default_factory=list)
    ran: list[object] = field(default_factory=list)
    effects: list[AnyEffect] = field(default_factory=list)
    timer: StartTimer | None = None
    ended: int = 0
    pin: str = "246810"
    visits: int = 0

    def __post_init__(self) -> None:
        self._carry_out(opening(self.context, self.world).effects)

    @property
    def view(self) -> AnyView:
        """The page that is shown now."""
        return self.shown[-1]

    @property
    def page(self) -> str:
        """The kind of page, for example "CodeView"."""
        return type(self.view).__name__

    def does(self, *actions: do.Intent) -> Citizen:
        """Touch the screen, like the shell would report it."""
        for action in actions:
            if self.session is None and not isinstance(action, do.Touched):
                self.visits += 1
                self.feed(SessionStarted(f"s{self.visits}", f"a{self.visits}", f"r{self.visits}", TODAY, self.world))
            self.feed(action)  # type: ignore[arg-type]  # Intent is the base of the union's members
        return self

    def feed(self, event: Event) -> Citizen:
        """Hand an event to the engine and carry its effects out."""
        transition = advance(self.session, event, self.context)
        self.session = transition.session
        self._carry_out(transition.effects)
        return self

    def becomes(self, world: World) -> Citizen:
        """The world changes."""
        self.world = world
        return self.feed(WorldChanged(world))

    def _carry_out(self, effects: tuple[AnyEffect, ...]) -> None:
        for effect in effects:
            self.effects.append(effect)
            match effect:
                case Show(view=view):
                    self.shown.append(view)
                case RunDevice() | RunStore():
                    self.running[effect.command_id] = effect
                    (self.ran if isinstance(effect, RunDevice) else self.sent).append(effect.command)
                case CancelDevice(command_id=number):
                    self.running.pop(number, None)
                case _:
                    self._carry_out_rare(effect)

    def _carry_out_rare(self, effect: AnyEffect) -> None:
        match effect:
            case StartTimer():
                self.timer = effect
            case CheckPin(pin=pin):
                self.feed(PinChecked(pin == self.pin, "" if pin == self.pin else "wrong"))
            case SetInService(on=on):
                self.becomes(msgspec.structs.replace(self.world, in_service=on))
            case EndSession():
                self.ended += 1
                self.running.clear()
            case Forget():
                self.running.clear()

    def find(self, kind: type) -> RunDevice | RunStore | None:
        """The running command of a kind."""
        return next((run for run in self.running.values() if isinstance(run.command, kind)), None)

    def answer(self, kind: type, result: object) -> Citizen:
        """Complete the running command of a kind."""
        run = self.find(kind)
        assert run is not None, f"{kind.__name__} is not running; page {self.page}"
        del self.running[run.command_id]
        done = DeviceDone if isinstance(run, RunDevice) else StoreDone
        return self.feed(done(run.command_id, result))  # type: ignore[arg-type]  # the script knows the result's type

    def fail(self, kind: type, why: str, reason: str = "") -> Citizen:
        """Fail the running command of a kind."""
        run = self.find(kind)
        assert run is not None, f"{kind.__name__} is not running; page {self.page}"
        del self.running[run.command_id]
        if isinstance(run, RunDevice):
            return self.feed(DeviceFailed(run.command_id, DeviceFailure(why)))
        return self.feed(StoreFailed(run.command_id, StoreFailure(why, reason)))

    def hear(self, kind: type, event: object) -> Citizen:
        """A device says something about its running command."""
        run = self.find(kind)
        assert run is not None
        return self.feed(DeviceSaid(run.command_id, event))  # type: ignore[arg-type]  # the script knows the event

    def serve(self) -> Citizen:
        """Answer everything that runs, as a healthy terminal would, until nothing runs."""
        for _ in range(50):
            if not self.running:
                return self
            run = next(iter(self.running.values()))
            self.answer(type(run.command), self.healthy(run.command))
        raise AssertionError("commands never end")

    def healthy(self, command: object) -> object:
        """The answer of a healthy device or centre."""
        match command:
            case ReadIdCard():
                return self.card
            case Prefill(fields=fields):
                names = [name for name in fields if name in self.known]
                return Prefilled(tuple(KnownField(name, self.known[name], "演示") for name in names))
            case Accept(draft=draft):
                return Accepted(draft.id, NUMBER, 7, "2026-03-05T14:03:00+08:00", "DS1.abc.def")
            case WaitForOutcome(transaction_id=number):
                case_number = "C2026" if self.outcome is TransactionState.ACCEPTED else ""
                return Outcome(number, self.outcome, case_number)
            case GetStatus():
                return self.world.store or good_status()
        if isinstance(command, Lookup) and command.dataset == "resident_contributions":
            return Records((bill("YB1", "¥400.00"), bill("YL1", "¥360.00")))
        if isinstance(command, Lookup) and (CONFIG / "samples" / "datasets" / f"{command.dataset}.toml").is_file():
            return Records(sample_records(command.dataset))
        return HEALTHY[type(command)]

    def waits(self) -> Citizen:
        """Let the newest timer run out."""
        assert self.timer is not None
        return self.feed(TimedOut(self.timer.timer_id))

    def commands(self, kind: type) -> list[object]:
        """All commands of a kind that were ever started."""
        return [command for command in [*self.sent, *self.ran] if isinstance(command, kind)]

    def step(self) -> Citizen:
        """Do the one sensible thing on this page, and let a healthy terminal answer."""
        self.does(sensible(self.view))
        return self.serve()

    def walk(self, service: str, limit: int = 60) -> Citizen:
        """From the menu to the goodbye page of a service, as somebody whom it is for."""
        definition = self.context.catalogue.services[service]
        self.context = at_its_site(self.context, definition)
        self.card, self.known = card_of(definition, self.card), known_of(definition, self.known)
        self.does(do.Begun(), do.ServiceChosen(service))
        for _ in range(limit):
            if self.page == "GoodbyeView" or self.session is None:
                return self
            self.step()
        raise AssertionError(f"{service} never ends; stuck on {self.page}: {self.view.title}")


INK = b"\x89PNG\r\n\x1a\nink"


def next_workday(earliest: str, latest: str) -> str:
    """The first Monday to Friday of a range; of months the last one."""
    days = (plus_days(earliest, count) for count in range(7))
    return next((day for day in days if day <= latest and 0 < weekday_of(day) < 6), latest)


def sensible(view: AnyView) -> do.Intent:
    """What a citizen in a hurry does on a page."""
    match type(view).__name__:
        case "CodeView":
            return do.Answered("123456")
        case "ChoiceView":
            chosen = view.chosen or view.options[0].id  # type: ignore[union-attr]  # it is a ChoiceView
            return do.Chosen(chosen)
        case "ChoicesView":
            return do.Picked(view.chosen or (view.options[0].id,))  # type: ignore[union-attr]  # it is a ChoicesView
        case "SignatureView":
            return do.Signed(INK)
        case "CardView":
            return do.Chosen(view.others[0].id)  # type: ignore[union-attr]  # it is a CardView
        case "DateView":
            return do.Answered(view.value or next_workday(view.earliest, view.latest))  # type: ignore[union-attr]  # it is a DateView
        case "TextView":
            return do.Answered(_written(view))  # type: ignore[arg-type]  # it is a TextView
        case "RatingView":
            return do.Chosen("5")
        case "ProblemView":
            return do.Chosen(view.options[-1].id)  # type: ignore[union-attr]  # it is a ProblemView
        case _:
            return _main_button(view)


def _written(view: TextView) -> str:
    """What she writes: what stands there already, else something that fits the keyboard."""
    texts = {"phone": "13800000000", "number": "6222000000000001", "plate": "粤A12345", "latin": "SAMPLE"}
    person = "11010519491231002X"
    texts |= {"code": person if view.problem else "11370800MB28559184", "id_number": person}  # a company's code first
    other = "陈小明" if view.problem else "广州市天河区车陂路1号"  # a name has no digits
    written = texts.get(view.keyboard, other)[: view.max_length]
    return view.value if view.value and not view.problem else written


def _main_button(view: AnyView) -> do.Intent:
    """The main button; on a list that wants entries, an entry first."""
    short = isinstance(view, EntriesView) and view.problem
    return do.Chosen("add") if short else do.Confirmed()
