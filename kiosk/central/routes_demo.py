"""What only a sample city shows: the SMS that it "sent", and what it has received. Needs --demo."""

from __future__ import annotations

from collections import Counter

from fastapi import APIRouter
from sqlalchemy import select

from kiosk.central.models import Message, Transaction
from kiosk.central.routes_terminal import Office
from kiosk.central.schemas import MessageOut, MessagesOut, Refused, StateOut, TakenListOut, TakenOut


def demo_routes(office: Office) -> APIRouter:
    """The demo's windows into the centre."""
    router = APIRouter(prefix="/demo")

    @router.get("/sms")
    def sms() -> MessagesOut:
        with office.database.reading() as session:
            rows = session.scalars(select(Message).order_by(Message.id.desc()).limit(50))
            messages = [MessageOut(at=f"{m.at:%H:%M:%S}", phone=m.phone, text=m.text, code=m.code) for m in rows]
        return MessagesOut(messages=messages)

    @router.get("/transactions")
    def transactions() -> TakenListOut:
        with office.database.reading() as session:
            rows = list(session.scalars(select(Transaction).order_by(Transaction.received_at)))
        counts = Counter((row.terminal, row.local_number) for row in rows)
        return TakenListOut(transactions=[_taken(row, counts[row.terminal, row.local_number]) for row in rows])

    @router.post("/cases/{case_number}/advance", responses={404: {"model": Refused}})
    def advance(case_number: str) -> StateOut:
        return StateOut(state=office.cases.advance(case_number))

    return router


def _taken(row: Transaction, count: int) -> TakenOut:
    return TakenOut(
        key=row.key,
        kind=row.kind,
        local_number=row.local_number,
        service=row.service,
        case_number=row.case_number,
        state=row.state,
        received=count,
    )
