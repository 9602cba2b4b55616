"""What only a sample city shows: the SMS that it "sent", and what it has received. Needs --demo."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from sqlalchemy import select

from kiosk.central.models import Message, Transaction
from kiosk.central.routes_terminal import Office


def demo_routes(office: Office) -> APIRouter:
    """The demo's windows into the centre."""
    router = APIRouter(prefix="/demo")

    @router.get("/sms")
    def sms() -> dict[str, Any]:
        with office.database.transaction() as session:
            rows = session.scalars(select(Message).order_by(Message.id.desc()).limit(50))
            messages = [{"at": f"{m.at:%H:%M:%S}", "phone": m.phone, "text": m.text, "code": m.code} for m in rows]
        return {"messages": messages}

    @router.get("/transactions")
    def transactions() -> dict[str, Any]:
        with office.database.transaction() as session:
            rows = list(session.scalars(select(Transaction).order_by(Transaction.received_at)))
        counts: dict[tuple[str, str], int] = {}
        for row in rows:
            counts[row.terminal, row.local_number] = counts.get((row.terminal, row.local_number), 0) + 1
        return {
            "transactions": [
                {
                    "key": row.key,
                    "kind": row.kind,
                    "local_number": row.local_number,
                    "service": row.service,
                    "case_number": row.case_number,
                    "state": row.state,
                    "received": counts[row.terminal, row.local_number],
                }
                for row in rows
            ]
        }

    @router.post("/cases/{case_number}/advance")
    def advance(case_number: str) -> dict[str, str]:
        return {"state": office.intake.advance(case_number)}

    return router
