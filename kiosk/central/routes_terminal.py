"""The calls of docs/line.md. Thin: each opens a transaction, asks who it is, and hands on.

No postponed annotations here: FastAPI must see the dependency objects that the functions close over.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Response
from sqlalchemy.orm import Session

from kiosk.central.batches import Batches
from kiosk.central.callers import body_of, known_terminal
from kiosk.central.cases import Cases
from kiosk.central.certificates import Certificates, grouped
from kiosk.central.database import Database
from kiosk.central.enrolment import Asked, admit
from kiosk.central.evidence import Evidence
from kiosk.central.fleet import take_report
from kiosk.central.heads import take
from kiosk.central.identity import CITY_ZONE, Clock, Codes
from kiosk.central.intake import Intake
from kiosk.central.kin import whom
from kiosk.central.models import Person
from kiosk.central.reading import TRANSACTION_REQUEST, Arrived, Reader
from kiosk.central.records import known_fields, look_up
from kiosk.central.refusals import Refusal
from kiosk.central.rewind import compare
from kiosk.central.schema import newest_revision
from kiosk.central.schemas import (
    BatchIn,
    CentreOut,
    CertificateIn,
    CertificateOut,
    CheckIn,
    CheckOut,
    CodeIn,
    CodeOut,
    DigestsIn,
    DigestsOut,
    EnrolmentIn,
    EnrolmentOut,
    HeadIn,
    HeadOut,
    Health,
    OrdersOut,
    PrefillIn,
    PrefillOut,
    RecordsIn,
    RecordsOut,
    Refused,
    StatusIn,
    TransactionOut,
    VerdictsOut,
)
from kiosk.central.sealing import SealingKeys
from kiosk.central.services import Titles
from kiosk.central.signing import CentreKey, Receipt

Caller = Callable[..., str]
"""The dependency that says which terminal calls."""
Key = Annotated[str, Header(alias="Idempotency-Key", min_length=8, max_length=64, pattern=r"^[\x21-\x7e]+$")]


@dataclass(frozen=True)
class Office:
    """Everything that routes hand on to."""

    database: Database
    codes: Codes
    certificates: Certificates
    intake: Intake
    cases: Cases
    evidence: Evidence
    clock: Clock
    key: CentreKey
    sealing: SealingKeys
    titles: Titles


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """How OpenAPI describes refusals with these statuses, beside those of every call."""
    return {status: {"model": Refused} for status in (401, 413, *statuses)}


def terminal_of(office: Office) -> Caller:
    """A dependency: the id of the terminal that calls; Refusal 401."""
    return known_terminal(office.database, office.clock)


def terminal_routes(office: Office) -> APIRouter:
    """All calls under /v1, but for evidence and the catalogue."""
    router = APIRouter(prefix="/v1")
    caller = terminal_of(office)
    who = Annotated[str, Depends(caller)]

    @router.get("/health", response_model=Health)
    async def health(nonce: Annotated[str, Query(max_length=64, pattern=r"^[A-Za-z0-9_-]*$")] = "") -> Health:
        # On the loop: what asks whether we are there does not wait behind the database's threads.
        now = office.clock()
        time = office.key.sign_time(now.replace(tzinfo=CITY_ZONE), nonce) if nonce else ""
        return Health(centre="doorstep", now=now.isoformat(timespec="seconds"), time=time)

    @router.get("/centre", response_model=CentreOut)
    def centre() -> CentreOut:
        now = office.clock()
        office.sealing.read_again()  # an operator may have made a key a moment ago
        return CentreOut(
            public_key=office.key.public,
            sealing=office.sealing.newest.published(office.key, now),
            schema_revision=newest_revision(),
            now=now.isoformat(timespec="seconds"),
        )

    _add_identity(router, office, caller)
    _add_terminals(router, office, caller)
    _add_heads(router, office, caller)
    _add_knowledge(router, office, caller)
    _add_intake(router, office, caller)

    @router.post("/certificates", status_code=201, responses=refusals(403, 404, 422))
    def certificates(body: CertificateIn, terminal: who, idempotency_key: Key) -> CertificateOut:
        def demand(session: Session) -> Person:
            person = office.codes.demand(session, body.number, body.token)
            return whom(session, person, {pair.name: pair.value for pair in body.parameters})

        made = office.certificates.issue(office.database, idempotency_key, body, demand, terminal)
        return CertificateOut(
            serial=made.serial,
            verification_code=grouped(made.code),
            verify_url=office.certificates.verify_url(made),
            pages=made.pages,
            pdf=base64.b64encode(made.pdf).decode(),
        )

    return router


def _add_identity(router: APIRouter, office: Office, caller: Caller) -> None:
    """SMS codes."""

    @router.post("/codes", status_code=201, responses=refusals(404, 423, 429), dependencies=[Depends(caller)])
    def codes(body: CodeIn) -> CodeOut:
        sent = office.database.run(lambda session: office.codes.send(session, body.number))
        return CodeOut(challenge=sent.challenge, masked_phone=sent.masked_phone, expires_s=sent.expires_s)

    @router.post("/codes/{challenge}/check", responses=refusals(410, 422, 423), dependencies=[Depends(caller)])
    def check(challenge: str, body: CheckIn) -> CheckOut:
        token, refusal = office.database.run(  # commits the used attempt, then says no
            lambda session: office.codes.check(session, challenge, body.code)
        )
        if refusal is not None:
            raise refusal
        return CheckOut(token=token)


def _add_terminals(router: APIRouter, office: Office, caller: Caller) -> None:
    """The terminal's enrolment, status and digests."""

    @router.post("/terminals/{terminal_id}/enrolment", responses={403: {"model": Refused}, 409: {"model": Refused}})
    def enrolment(body: EnrolmentIn, terminal_id: str) -> EnrolmentOut:
        asked = Asked(terminal_id, body.public_key, body.proof)
        answer = office.database.run(lambda session: admit(session, asked, office.key.public, office.clock()))
        if isinstance(answer, Refusal):
            raise answer  # after the commit: a wrong try has been counted
        return EnrolmentOut(signing_key=office.key.public, proof=answer)

    @router.post("/terminals/status", responses=refusals())
    def status(body: StatusIn, terminal: Annotated[str, Depends(caller)]) -> OrdersOut:
        return OrdersOut(
            orders=office.database.run(lambda session: take_report(session, terminal, body, office.clock()))
        )

    @router.post("/terminals/{terminal_id}/digests", responses=refusals(403))
    def digests(body: DigestsIn, terminal_id: str, terminal: Annotated[str, Depends(caller)]) -> DigestsOut:
        _own(terminal, terminal_id)
        return office.database.run(lambda session: compare(session, office.key, terminal, body.entries, office.clock()))


def _add_heads(router: APIRouter, office: Office, caller: Caller) -> None:
    """Signed heads of a terminal's chains."""

    @router.post("/terminals/{terminal_id}/heads", responses=refusals(403, 409, 422))
    def heads(body: HeadIn, terminal_id: str, terminal: Annotated[str, Depends(caller)]) -> HeadOut:
        _own(terminal, terminal_id)
        return HeadOut(problem=office.database.run(lambda session: take(session, terminal, body, office.clock())))


def _add_intake(router: APIRouter, office: Office, caller: Caller) -> None:
    """Transactions, each with the centre's signed receipt."""
    who = Annotated[str, Depends(caller)]

    reader = Reader(office.database, office.sealing, office.clock)

    def arrived(
        terminal: who,
        idempotency_key: Key,
        body: Annotated[bytes, Depends(body_of)],
        content_type: Annotated[str, Header()] = "",
    ) -> Arrived:
        return Arrived(terminal, idempotency_key, content_type, body)

    def tell(response: Response, receipt: Receipt, state: str) -> TransactionOut:
        response.headers["Idempotency-Key"] = receipt.key
        response.headers["Doorstep-Receipt"] = office.key.sign(receipt)
        at = receipt.received_at.isoformat(timespec="seconds")
        return TransactionOut(case_number=receipt.case_number, state=state, received_at=at)

    @router.post(
        "/transactions",
        status_code=201,
        responses=refusals(400, 409, 415, 422) | {202: {"model": TransactionOut}},
        openapi_extra=TRANSACTION_REQUEST,
    )
    def transactions(came: Annotated[Arrived, Depends(arrived)], response: Response) -> TransactionOut:
        receipt, state = office.intake.receive(reader.read(came))
        response.status_code = receipt.status
        return tell(response, receipt, state)

    batches_of = Batches(reader, office.intake, office.key.sign)

    @router.post("/batches", status_code=201, responses=refusals(422))
    def batches(body: BatchIn, terminal: who) -> VerdictsOut:
        return VerdictsOut(verdicts=batches_of.judge(terminal, body.entries))

    @router.get("/transactions/{key}", responses=refusals(404))
    def transaction(terminal: who, key: str, response: Response) -> TransactionOut:
        return tell(response, *office.intake.find(terminal, key))


def _add_knowledge(router: APIRouter, office: Office, caller: Caller) -> None:
    """What the city knows of a person."""

    @router.post("/prefill", responses=refusals(403), dependencies=[Depends(caller)])
    def prefill(body: PrefillIn) -> PrefillOut:
        with office.database.reading() as session:
            person = office.codes.demand(session, body.number, body.token)
            return PrefillOut(fields=known_fields(person, body.fields))

    @router.post("/records/{dataset}", responses=refusals(403, 404), dependencies=[Depends(caller)])
    def records(body: RecordsIn, dataset: Annotated[str, Path(pattern=r"^[a-z_]{1,40}$")]) -> RecordsOut:
        with office.database.reading() as session:
            if body.number:  # without one only open data is found (kiosk.central.records)
                office.codes.demand(session, body.number, body.token)
            parameters = {pair.name: pair.value for pair in body.parameters}
            return RecordsOut(records=look_up(session, dataset, body.number, parameters, office.titles))


def _own(terminal: str, terminal_id: str) -> None:
    if terminal != terminal_id:
        raise Refusal(403, "not_yours")
