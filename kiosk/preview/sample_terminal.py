"""What a healthy terminal and a willing citizen would answer: samples for a preview, invented throughout (演示).

Not responsible for walking (kiosk.preview.walk) nor for pictures (kiosk.preview.pictures).
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

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
    StartPreview,
    StopPreview,
    TakePhoto,
)
from drivers.contract.scanner import ScanCode, ScannedCode
from drivers.contract.smart_card import BankCard, ReadBankCard
from drivers.contract.status import DeviceReport, DeviceRole, DeviceState, SupplyState
from drivers.contract.values import CardLayout, IdCard, JobOutcome, SheetOutcome
from kiosk.journey.events import World
from kiosk.journey.model import Service
from kiosk.journey.samples import card_of, known_of
from offline_cache.contract import (
    Accept,
    Accepted,
    Answer,
    Certificate,
    CheckCode,
    CodeSent,
    CodeVerdict,
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
    SendCode,
    StoreStatus,
    TransactionState,
    WaitForOutcome,
)

CARD = IdCard(
    CardLayout.RESIDENT,
    name="黄桂香",
    sex="女",
    nation="汉",
    birth="1950-03-18",
    address="广东省广州市天河区车陂街演示路10号101房",
    number="440106195003189960",
    valid_to="long-term",
)
WHO = "huang-guixiang"
"""The same in config/samples/people.toml."""
KNOWN = {
    "phone": "13000000001",
    "address": CARD.address,
    "employer": "广州演示有限公司",
    "hukou_district": "440106",
    "hukou_street": "车陂街",
    "bank_name": "中国工商银行",
    "bank_account": "6222000000000001",
    "social_security_number": CARD.number,
    "plate": "粤A12345",
    "parents": "[]",
}
NUMBER = "GZ-TH-0001-000001"
_REPORT = DeviceReport(DeviceRole.RECEIPT, DeviceState.ONLINE)


def sample_world() -> World:
    """Everything works."""
    paper = {"paper": SupplyState.FULL}
    devices = tuple(DeviceReport(role, DeviceState.ONLINE, supplies=paper) for role in DeviceRole)
    return World(devices, LineState.ONLINE, StoreStatus(LineState.ONLINE, 0, 0.0, 0, True, 10))


@dataclass(frozen=True)
class SampleTerminal:
    """Answers commands. `datasets` is the folder of sample records; `page` and `face` are pictures."""

    datasets: Path
    page: bytes = b""
    face: bytes = b""
    known: dict[str, str] = field(default_factory=lambda: dict(KNOWN))
    fixed: dict[type, object] = field(
        default_factory=lambda: {
            ReadIdCard: CARD,
            SendCode: CodeSent("preview", "130****0001", 300),
            CheckCode: CodeVerdict(token="preview"),  # noqa: S106  # no secret: nothing checks it
            IssueCertificate: Certificate("GZ2026-000001", "YS1234", "https://example.invalid/YS1234", 1, b"%PDF"),
            ComposeDocument: ComposedDocument(b"%PDF", 1),
            PrintDocument: DocumentPrinted(JobOutcome.COMPLETED, 1, (SheetOutcome.DELIVERED,)),
            PrintReceipt: ReceiptPrinted(_REPORT, _REPORT),
            StartPreview: PreviewStarted("no-camera", 640, 480),
            StopPreview: Acknowledged(),
            ProbeCard: CardProbe(False),
            ReadBankCard: BankCard("622200******0001", number="6222000000000001"),
            ScanCode: ScannedCode(b"YS20260001"),
        }
    )

    def visited_for(self, service: Service) -> SampleTerminal:
        """The same terminal, visited by a citizen whom this service is for."""
        fixed = self.fixed | {ReadIdCard: card_of(service, CARD)}
        return replace(self, fixed=fixed, known=known_of(service, self.known))

    def answer(self, command: object, *, paper: bool = False) -> object:
        """What comes back for a command; a picture is one of the citizen, or of a `paper`."""
        match command:
            case Prefill(fields=fields):
                known = tuple(KnownField(name, self.known[name], "演示") for name in fields if name in self.known)
                return Prefilled(known)
            case Lookup(dataset=dataset):
                return Records(self._records(dataset))
            case Accept(draft=draft):
                return Accepted(draft.id, NUMBER, 1, "2026-03-05T10:00:00+08:00", "DS1.sample.slip")
            case WaitForOutcome(transaction_id=number):
                return Outcome(number, TransactionState.ACCEPTED, "YS2026030500001")
            case RenderDocument():
                return PagePictures((self.page,))
            case TakePhoto():
                return Photo(self.page if paper else self.face)
            case _:
                return self.fixed.get(type(command), Ok())

    def _records(self, dataset: str) -> tuple[Record, ...]:
        path = self.datasets / f"{dataset}.toml"
        if path.is_file():
            rows = tomllib.loads(path.read_text(encoding="utf-8"))["record"]
            return tuple(_record(row) for row in rows if WHO in row.get("people", [WHO]))
        none = (Answer("number", "YS20260001", "编号"), Answer("day", "2026-03-01", "日期"))
        return (Record("样例记录（演示）", none, "演示"),)


def _record(row: dict[str, Any]) -> Record:
    answers = tuple(Answer(label, value.replace("{tail}", CARD.number[-4:]), label) for label, value in row["rows"])
    return Record(row["title"], answers, row["state"])
