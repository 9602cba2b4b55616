"""Answers look-ups: records of a dataset about one person, and what the city can fill in. Generic by dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.central.certificates import find_certificate
from kiosk.central.kin import FOR, whom
from kiosk.central.models import CaseEvent, Person, Record, Transaction
from kiosk.central.orders import returned
from kiosk.central.refusals import Refusal
from kiosk.central.schemas import FieldOut, RecordOut, RowOut
from kiosk.central.services import Titles

NARROWED_BY = {
    "plate": "号牌号码",
    "year": "年度",
    "scheme": "险种",
    "case": "受理编号",
    "contract": "合同编号",
    "child": "学生姓名",
    "company": "统一社会信用代码",
    "company_name": "企业名称",
    "invoice": "发票号码",
    "grade": "缴费档次",
    "stage": "申请年级",
    "kind": "学校类型",
    "tax": "税种",
    "full_name": "姓名",
    "bill": "费用种类",
    "account": "户号",
    "month": "月份",
}
"""What a parameter of a look-up narrows by: the row of that label, where a record has it."""

PAID_BY_ANYBODY = frozenset({"resident_contributions"})
"""What is due here may be looked up and paid for somebody else, by the number of the ID card."""

Parameters = Mapping[str, str]


def known_fields(person: Person, wanted: Sequence[str]) -> list[FieldOut]:
    """What the city knows of the wanted fields, in the order asked."""
    by_name = {field["name"]: FieldOut(**field) for field in person.fields}
    return [by_name[name] for name in wanted if name in by_name]


def look_up(session: Session, dataset: str, number: str, parameters: Parameters, titles: Titles) -> list[RecordOut]:
    """Records of a person; `titles` names services. Refusal 404 for a dataset that we do not have.

    Without a number only what is about nobody is found: open data that is too much or too young for the terminal.
    """
    if dataset == "cases" and number:
        found = [_case(session, case, titles) for case in _cases(session, number, parameters)]
        return found or _returned(session, parameters, titles)
    if dataset == "issued":
        return _issued(session, parameters.get("code", ""))
    if session.scalar(select(Record.id).where(Record.dataset == dataset).limit(1)) is None:
        raise Refusal(404, "unknown_dataset")
    return _stored(session, dataset, _whose(session, dataset, number, parameters), parameters)


def _whose(session: Session, dataset: str, number: str, parameters: Parameters) -> str:
    """Whose records are asked for: one's own, a registered relative's, or anybody's where anybody may pay."""
    person = session.get(Person, number) if number and parameters.get(FOR) else None
    if person is None:
        return number
    return parameters[FOR] if dataset in PAID_BY_ANYBODY else whom(session, person, parameters).number


def _stored(session: Session, dataset: str, number: str, parameters: Parameters) -> list[RecordOut]:
    found = session.scalars(select(Record).where(Record.dataset == dataset, Record.number == number))
    rows = [row for row in found if _fits(row, parameters)]
    return [
        RecordOut(
            title=row.title, state=row.state, rows=[RowOut(label=label, value=value) for label, value in row.rows]
        )
        for row in rows
    ]


def _fits(row: Record, parameters: Parameters) -> bool:
    said = {label: value for label, value in row.rows}
    wanted = {NARROWED_BY[name]: value for name, value in parameters.items() if value and name in NARROWED_BY}
    return all(said.get(label, value) == value for label, value in wanted.items())


def _cases(session: Session, number: str, parameters: Parameters) -> list[Transaction]:
    """The person's cases, newest first."""
    query = select(Transaction).where(Transaction.number == number, Transaction.kind == "application")
    for name in ("case_number", "local_number"):
        if parameters.get(name):
            query = query.where(getattr(Transaction, name) == parameters[name])
    return list(session.scalars(query.order_by(Transaction.received_at.desc()).limit(20)))


def _returned(session: Session, parameters: Parameters, titles: Titles) -> list[RecordOut]:
    """A transaction that no office ever had, because a terminal gave it up: its number is all that is known."""
    number = parameters.get("local_number", "")
    order = returned(session, number) if number else None
    if order is None:
        return []
    rows = [RowOut(label="本机流水号", value=number), RowOut(label="已退回，请再办一次", value=f"{order.at:%Y-%m-%d}")]
    return [RecordOut(title=titles.of(order.service), state="已退回", rows=rows)]


def _issued(session: Session, code: str) -> list[RecordOut]:
    """A certificate of ours by its verification code, for anybody: the name stays masked."""
    found = find_certificate(session, code)
    if found is None:
        return []
    rows = [
        RowOut(label="证明编号", value=found.serial),
        RowOut(label="姓名", value=found.masked_name),
        RowOut(label="开具时间", value=f"{found.issued_at:%Y-%m-%d %H:%M}"),
        RowOut(label="页数", value=str(found.pages)),
    ]
    return [RecordOut(title=found.title, state="真实有效", rows=rows)]


def _event_rows(event: CaseEvent) -> list[RowOut]:
    rows = [RowOut(label=event.state, value=f"{event.at:%Y-%m-%d %H:%M}")]
    return [*rows, RowOut(label="原因", value=event.reason)] if event.reason else rows


def _case(session: Session, case: Transaction, titles: Titles) -> RecordOut:
    """One case with its history."""
    events = session.scalars(select(CaseEvent).where(CaseEvent.case_number == case.case_number).order_by(CaseEvent.id))
    rows = [
        RowOut(label="办件编号", value=case.case_number),
        RowOut(label="本机流水号", value=case.local_number),
        *(row for event in events for row in _event_rows(event)),
    ]
    return RecordOut(title=titles.of(case.service), state=case.state, rows=rows)
