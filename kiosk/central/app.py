"""Composition of the centre: database, rules and routes, built once, as one FastAPI application."""

from __future__ import annotations

import datetime
import logging
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from kiosk.central.bookings import load_quotas
from kiosk.central.cases import Cases
from kiosk.central.catalogue_repository import Repository
from kiosk.central.certificates import Certificates
from kiosk.central.database import Database
from kiosk.central.evidence import Evidence, forget_unfinished
from kiosk.central.identity import CITY_ZONE, Clock, Codes, forget_expired
from kiosk.central.intake import Intake, settled_state
from kiosk.central.locks import BusyError
from kiosk.central.notices import Notices
from kiosk.central.reading import shapes_of
from kiosk.central.refusals import Refusal
from kiosk.central.routes_catalogue import catalogue_routes
from kiosk.central.routes_demo import demo_routes
from kiosk.central.routes_evidence import evidence_routes
from kiosk.central.routes_operator import operator_routes
from kiosk.central.routes_public import public_routes
from kiosk.central.routes_terminal import Office, terminal_routes
from kiosk.central.samples import load_samples
from kiosk.central.schemas import TransactionIn
from kiosk.central.sealing import SealingKeys, bind_sealing
from kiosk.central.services import Titles, load_titles
from kiosk.central.settings import CentreSettings
from kiosk.central.signing import bind, load_key

log = logging.getLogger(__name__)
BODY_LIMIT = 32 * 1024 * 1024


def city_time() -> datetime.datetime:
    """Now in Guangzhou, without a zone: one city, one clock."""
    return datetime.datetime.now(CITY_ZONE).replace(tzinfo=None)


def open_office(settings: CentreSettings, database: Database, clock: Clock = city_time) -> Office:
    """Everything that calls hand on to, over an open database; KeyFileError when its key is missing or another's."""
    key = load_key(settings.data)
    sealing = SealingKeys(settings.data)
    with database.transaction() as session:
        database.serialize(session, "start")  # several servers may start at once
        bind(session, key, settings.replace_key)
        bind_sealing(session, sealing, clock(), settings.replace_key)
        load_samples(session, settings.people, clock())
        forget_expired(session, clock())
        forget_unfinished(session, clock())
    codes, notices = Codes(clock, settings.demo, key), Notices(settings.demo)
    return Office(
        database=database,
        codes=codes,
        certificates=Certificates(settings.templates, settings.base_url, clock),
        intake=Intake(database, clock, codes.proves, load_quotas(settings.quotas), notices),
        cases=Cases(database, clock, notices),
        evidence=Evidence(database, sealing, clock, settled_state),
        clock=clock,
        key=key,
        sealing=sealing,
        titles=Titles(load_titles(settings.services), Repository(settings.catalogue)),
    )


def create_app(settings: CentreSettings, database: Database, clock: Clock = city_time) -> FastAPI:
    """The centre over an open database; KeyFileError as `open_office`."""
    office = open_office(settings, database, clock)
    repository = Repository(settings.catalogue)
    app = FastAPI(
        title="Doorstep centre",
        version="1",
        description="The line between terminals and the centre; see docs/line.md. Sample city (演示).",
        docs_url=None,
        redoc_url=None,
    )
    app.include_router(terminal_routes(office))
    app.include_router(evidence_routes(office))
    app.include_router(operator_routes(office))
    app.include_router(catalogue_routes(office, repository))
    app.include_router(public_routes(office))
    if settings.demo:
        app.include_router(demo_routes(office))
    _add_manners(app)
    _describe(app)
    return app


def _describe(app: FastAPI) -> None:
    """OpenAPI with the shape of what may also come sealed."""
    plain = app.openapi

    def described() -> dict[str, Any]:
        document = plain()
        document["components"]["schemas"] |= shapes_of(TransactionIn)
        return document

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's own way (docs: Extending OpenAPI)


def _add_manners(app: FastAPI) -> None:
    """Refusals as JSON, our header on everything, and a limit to what is read."""

    @app.exception_handler(Refusal)
    def refused(_: Request, refusal: Refusal) -> JSONResponse:
        body = {"reason": refusal.reason} | refusal.members
        return JSONResponse(body, refusal.status, refusal.headers)

    @app.exception_handler(BusyError)
    @app.exception_handler(OperationalError)
    @app.exception_handler(PoolTimeoutError)
    def database_away(_: Request, error: Exception) -> JSONResponse:
        cause = getattr(error, "orig", None) or error
        log.error("the database does not answer: %s", type(cause).__name__)  # its text may hold values
        return JSONResponse({"reason": "busy"}, 503, {"Retry-After": "5"})

    @app.exception_handler(HTTPException)
    def no_such_call(_: Request, error: HTTPException) -> JSONResponse:
        reason = "no_such_call" if error.status_code in {404, 405} else "invalid"
        return JSONResponse({"reason": reason}, error.status_code, error.headers)

    @app.exception_handler(DataError)
    def cannot_be_kept(_: Request, __: DataError) -> JSONResponse:
        return JSONResponse({"reason": "invalid"}, 422)  # a value that no database text can hold, such as U+0000

    @app.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        places = [".".join(str(part) for part in mistake["loc"]) for mistake in error.errors()]
        return JSONResponse({"reason": "invalid", "detail": places[:20]}, 422)  # places only: values are personal

    @app.middleware("http")
    async def manners(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        length = request.headers.get("content-length", "")
        unread = {"Connection": "close"}  # the body that we do not read must not be taken for the next request
        if request.method in {"POST", "PATCH"} and not length.isdigit():
            answer: Response = JSONResponse({"reason": "length_required"}, 411, unread)
        elif length.isdigit() and int(length) > BODY_LIMIT:
            answer = JSONResponse({"reason": "too_large"}, 413, unread)
        else:
            answer = await _answered(request, call_next)
        answer.headers["Doorstep-Centre"] = "1"
        answer.headers["Cache-Control"] = "no-store"
        return answer


async def _answered(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """The answer, or a 500 of our own: one without our header would tell the terminal that the line is gone."""
    try:
        return await call_next(request)
    except Exception as error:  # whatever it is, it is our fault and not the line's
        places = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-3:]]
        log.error("a call failed with %s at %s", type(error).__name__, " < ".join(reversed(places)))  # no values
        return JSONResponse({"reason": "fault"}, 500)
