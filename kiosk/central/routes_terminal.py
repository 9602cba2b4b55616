"""The calls of docs/line.md. Thin: each opens a transaction, asks who it is, and hands on.

No postponed annotations here: FastAPI must see the dependency objects that the functions close over.
"""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Response

from kiosk.central.certificates import Certificates, grouped
from kiosk.central.database import Database
from kiosk.central.identity import Clock, Codes, authenticate
from kiosk.central.intake import Intake, Receipt
from kiosk.central.models import Terminal
from kiosk.central.records import known_fields, look_up
from kiosk.central.refusals import Refusal
from kiosk.central.schemas import (
    CertificateIn,
    CertificateOut,
    CheckIn,
    CheckOut,
    CodeIn,
    CodeOut,
    Health,
    KeyIn,
    Nothing,
    PrefillIn,
    PrefillOut,
    RecordsIn,
    RecordsOut,
    Refused,
    StatusIn,
    TransactionIn,
    TransactionOut,
)


@dataclass(frozen=True)
class Office:
    """Everything that routes hand on to."""

    database: Database
    codes: Codes
    certificates: Certificates
    intake: Intake
    clock: Clock
    titles: Mapping[str, str]


def _refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": Refused} for status in (401, 413, *statuses)}


def terminal_routes(office: Office) -> APIRouter:
    """All calls under /v1."""
    router = APIRouter(prefix="/v1")

    def known_terminal(authorization: Annotated[str, Header()] = "") -> Iterator[str]:
        with office.database.transaction() as session:
            terminal_id = authenticate(session, authorization).id
        yield terminal_id

    who = Annotated[str, Depends(known_terminal)]
    key = Annotated[str, Header(alias="Idempotency-Key", min_length=8, max_length=64)]

    @router.get("/health", response_model=Health)
    def health() -> Health:
        return Health(centre="doorstep", now=office.clock().isoformat(timespec="seconds"))

    _add_identity(router, office, known_terminal)
    _add_knowledge(router, office, known_terminal)

    @router.post("/transactions", status_code=201, responses=_refusals(409, 422) | {202: {"model": TransactionOut}})
    def transactions(body: TransactionIn, terminal: who, idempotency_key: key, response: Response) -> TransactionOut:
        receipt = office.intake.receive(terminal, idempotency_key, body)
        response.status_code = receipt.status
        response.headers["Idempotency-Key"] = idempotency_key
        return _told(receipt)

    @router.get("/transactions/{key}", responses=_refusals(404))
    def transaction(terminal: who, key: str) -> TransactionOut:
        return _told(office.intake.find(terminal, key))

    @router.post("/certificates", status_code=201, responses=_refusals(403, 404, 422))
    def certificates(body: CertificateIn, terminal: who, idempotency_key: key) -> CertificateOut:
        with office.database.transaction() as session:
            person = office.codes.demand(session, body.number, body.token)
            made = office.certificates.issue(session, idempotency_key, body, person, terminal)
            return CertificateOut(
                serial=made.serial,
                verification_code=grouped(made.code),
                verify_url=office.certificates.verify_url(made),
                pages=made.pages,
                pdf=base64.b64encode(made.pdf).decode(),
            )

    return router


def _add_identity(router: APIRouter, office: Office, known_terminal: Any) -> None:
    """SMS codes, and the terminal's own key and status."""

    @router.post("/codes", status_code=201, responses=_refusals(404), dependencies=[Depends(known_terminal)])
    def codes(body: CodeIn) -> CodeOut:
        with office.database.transaction() as session:
            sent = office.codes.send(session, body.number)
        return CodeOut(challenge=sent.challenge, masked_phone=sent.masked_phone, expires_s=sent.expires_s)

    @router.post("/codes/{challenge}/check", responses=_refusals(410, 422, 423), dependencies=[Depends(known_terminal)])
    def check(challenge: str, body: CheckIn) -> CheckOut:
        with office.database.transaction() as session:  # commits the used attempt, then says no
            token, refusal = office.codes.check(session, challenge, body.code)
        if refusal is not None:
            raise refusal
        return CheckOut(token=token)

    @router.post("/terminals/{terminal_id}/key", responses=_refusals(403, 409))
    def register_key(body: KeyIn, terminal_id: str, terminal: Annotated[str, Depends(known_terminal)]) -> Nothing:
        _own(terminal, terminal_id)
        with office.database.transaction() as session:
            row = session.get_one(Terminal, terminal_id)
            if row.public_key and row.public_key != body.public_key:
                raise Refusal(409, "another_key")
            row.public_key = body.public_key
        return Nothing()

    @router.post("/terminals/status", responses=_refusals())
    def status(body: StatusIn, terminal: Annotated[str, Depends(known_terminal)]) -> Nothing:
        with office.database.transaction() as session:
            row = session.get_one(Terminal, terminal)
            row.status, row.seen_at = body.model_dump(), office.clock()
        return Nothing()


def _add_knowledge(router: APIRouter, office: Office, known_terminal: Any) -> None:
    """What the city knows of a person."""

    @router.post("/prefill", responses=_refusals(403), dependencies=[Depends(known_terminal)])
    def prefill(body: PrefillIn) -> PrefillOut:
        with office.database.transaction() as session:
            person = office.codes.demand(session, body.number, body.token)
            return PrefillOut(fields=known_fields(person, body.fields))

    @router.post("/records/{dataset}", responses=_refusals(403, 404), dependencies=[Depends(known_terminal)])
    def records(body: RecordsIn, dataset: Annotated[str, Path(pattern=r"^[a-z_]{1,40}$")]) -> RecordsOut:
        with office.database.transaction() as session:
            office.codes.demand(session, body.number, body.token)
            parameters = {pair.name: pair.value for pair in body.parameters}
            return RecordsOut(records=look_up(session, dataset, body.number, parameters, office.titles))


def _told(receipt: Receipt) -> TransactionOut:
    return TransactionOut(
        case_number=receipt.case_number,
        state=receipt.state,
        received_at=receipt.received_at.isoformat(timespec="seconds"),
    )


def _own(terminal: str, terminal_id: str) -> None:
    if terminal != terminal_id:
        raise Refusal(403, "not_yours")
