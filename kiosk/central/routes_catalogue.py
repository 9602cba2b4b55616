"""The catalogue over HTTP: signed files by name, GET only, and what terminals report of it.

No postponed annotations here: FastAPI must see the dependency objects that the functions close over.
"""

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path
from fastapi.responses import Response
from pydantic import BaseModel, Field

from kiosk.central.callers import known_terminal
from kiosk.central.catalogue_repository import Repository
from kiosk.central.catalogue_stages import take_report, version_for
from kiosk.central.refusals import Refusal
from kiosk.central.routes_terminal import Office, refusals

_BYTES = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
_FILE: dict[int | str, dict[str, Any]] = {200: _BYTES, 304: {"description": "unchanged"}, **refusals(404)}
_TAG = Annotated[str, Header(alias="If-None-Match", max_length=80)]


class ReportIn(BaseModel):
    """What became of a version at a terminal."""

    version: int = Field(ge=1, le=2**31 - 1)
    failed: bool


def catalogue_routes(office: Office, repository: Repository) -> APIRouter:
    """All calls under /v1/catalogue."""
    router = APIRouter(prefix="/v1/catalogue")

    who = Annotated[str, Depends(known_terminal(office.database, office.clock))]

    @router.get("/timestamp.json", response_class=Response, responses=_FILE)
    def timestamp(terminal: who, if_none_match: _TAG = "") -> Response:
        with office.database.reading() as session:
            version = version_for(session, repository, terminal)
        body = repository.timestamp(version) if version is not None else None
        # A withdrawal needs no new timestamp: who asks whether anything changed must hear of it all the same.
        return _answer(body, if_none_match, beside=repository.withdrawals() or b"")

    @router.get("/withdrawals.json", response_class=Response, responses=_FILE)
    def withdrawals(terminal: who, if_none_match: _TAG = "") -> Response:
        return _answer(repository.withdrawals(), if_none_match)

    @router.get("/root/{number}.json", response_class=Response, responses=_FILE)
    def root(terminal: who, number: Annotated[int, Path(ge=1, le=2**31 - 1)], if_none_match: _TAG = "") -> Response:
        return _answer(repository.root(number), if_none_match)

    @router.get("/parcels/{sha256}", response_class=Response, responses=_FILE)
    def parcel(terminal: who, sha256: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]) -> Response:
        return _answer(repository.parcel(sha256), "")

    @router.post("/reports", status_code=204, responses=refusals())
    def report(terminal: who, body: ReportIn) -> None:
        now = office.clock()
        office.database.run(lambda session: take_report(session, terminal, body.version, body.failed, now))

    return router


def _answer(body: bytes | None, if_none_match: str, beside: bytes = b"") -> Response:
    """A file, or nothing where the asker has it. Its tag stands for what lies `beside` it, too."""
    if body is None:
        raise Refusal(404, "not_published")
    tag = f'"{hashlib.sha256(body + beside).hexdigest()[:32]}"'
    if if_none_match == tag:
        return Response(None, 304, {"ETag": tag})
    return Response(body, 200, {"ETag": tag}, media_type="application/octet-stream")
