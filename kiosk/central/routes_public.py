"""Pages for anyone: the front page, a certificate's check, a slip's check."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk.central import pages
from kiosk.central.models import TerminalKey, Transaction
from kiosk.central.orders import returned
from kiosk.central.routes_terminal import Office


def public_routes(office: Office) -> APIRouter:
    """The pages."""
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get("/")
    def home() -> HTMLResponse:
        return HTMLResponse(pages.home())

    @router.get("/verify", response_model=None)
    def verify_form(code: str = "") -> Response:
        if code.strip():
            return RedirectResponse(f"/verify/{''.join(char for char in code if char.isalnum() or char == '-')}", 303)
        return HTMLResponse(pages.home())

    @router.get("/verify/{code}")
    def verify(code: str) -> HTMLResponse:
        with office.database.reading() as session:
            status, body = pages.certificate_page(office.certificates.find(session, code), code)
        return HTMLResponse(body, status)

    @router.get("/slips/{text}")
    def slip(text: str) -> HTMLResponse:
        found = pages.read_slip(text)
        with office.database.reading() as session:
            genuine = found is not None and pages.signature_holds(found, _keys_of(session, found.terminal))
            case, given_up = None, False
            if found is not None and genuine:
                given_up = returned(session, found.local_number, found.terminal) is not None
                query = select(Transaction).where(
                    Transaction.terminal == found.terminal, Transaction.local_number == found.local_number
                )
                case = session.scalar(query)
            status, body = pages.slip_page(found, genuine, case, given_up)
        return HTMLResponse(body, status)

    return router


def _keys_of(session: Session, terminal: str) -> Sequence[str]:
    return session.scalars(select(TerminalKey.public_key).where(TerminalKey.terminal == terminal)).all()
