"""The calls of operators: what a person should look at. Their tokens: `kiosk central operator`.

No postponed annotations here: FastAPI must see the dependency objects that the functions close over.
"""

from typing import Annotated

from fastapi import APIRouter, Header, Query

from kiosk.central.fleet import all_terminals, one_terminal
from kiosk.central.identity import authenticate_operator
from kiosk.central.incidents import list_incidents
from kiosk.central.refusals import Refusal
from kiosk.central.routes_terminal import Office
from kiosk.central.schemas import IncidentsOut, Refused, TerminalDetailOut, TerminalsOut


def operator_routes(office: Office) -> APIRouter:
    """All calls of operators."""
    router = APIRouter(prefix="/v1")

    @router.get("/incidents", responses={401: {"model": Refused}})
    def incidents(
        authorization: Annotated[str, Header()] = "",
        before: Annotated[int | None, Query(ge=1)] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> IncidentsOut:
        with office.database.reading() as session:
            authenticate_operator(session, authorization)
            return IncidentsOut(incidents=list_incidents(session, limit, before))

    @router.get("/terminals", responses={401: {"model": Refused}})
    def terminals(authorization: Annotated[str, Header()] = "") -> TerminalsOut:
        with office.database.reading() as session:
            authenticate_operator(session, authorization)
            return TerminalsOut(terminals=all_terminals(session, office.clock()))

    @router.get("/terminals/{terminal_id}", responses={401: {"model": Refused}, 404: {"model": Refused}})
    def terminal(terminal_id: str, authorization: Annotated[str, Header()] = "") -> TerminalDetailOut:
        with office.database.reading() as session:
            authenticate_operator(session, authorization)
            found = one_terminal(session, terminal_id, office.clock())
        if found is None:
            raise Refusal(404, "unknown_terminal")
        return found

    return router
