"""Who calls, as a FastAPI dependency: the terminal whose signature the request carries.

No postponed annotations here: FastAPI must see the dependency objects that the functions close over.
"""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request

from kiosk.central.database import Database
from kiosk.central.identity import Clock, authenticate
from kiosk.central.signatures import Incoming


async def body_of(request: Request) -> bytes:
    """The bytes as they came."""
    return await request.body()


def known_terminal(database: Database, clock: Clock) -> Callable[..., str]:
    """A dependency that gives the caller's id, or refuses with 401."""

    def caller(request: Request, body: Annotated[bytes, Depends(body_of)]) -> str:
        return authenticate(database, incoming(request, body), clock)

    return caller


def incoming(request: Request, body: bytes) -> Incoming:
    """The request with the authority and the path as the caller wrote them: a proxy before us must keep both."""
    path, query = request.scope["raw_path"].decode("latin-1"), request.scope["query_string"].decode("latin-1")
    url = f"http://{request.headers.get('host', '')}{path}" + (f"?{query}" if query else "")
    return Incoming(request.method, url, request.headers, body)
