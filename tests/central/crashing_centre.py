"""A centre that dies on command: `python -m tests.central.crashing_centre FD DATA DATABASE`.

Reads a line: where the next server dies ("" for nowhere). Forks it, says "up", waits for its end, says "died". The
production code knows nothing of this: the points are patched in from here, in the forked server only.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from kiosk.central.app import create_app
from kiosk.central.database import Database
from kiosk.central.intake import Intake
from kiosk.central.server import run_server
from kiosk.central.settings import CentreSettings
from kiosk.ipc.orphan import die_with_parent

POINTS = ("arrived", "begun", "inserted", "committing", "committed", "answering", "answered")
_SESSION = {
    "begun": "after_begin",
    "inserted": "after_flush",
    "committing": "before_commit",
    "committed": "after_commit",
}
_armed: list[bool] = []


def die(*_: object) -> None:
    """kill -9, once a transaction has arrived."""
    if _armed:
        os.kill(os.getpid(), signal.SIGKILL)


def arm(point: str) -> None:
    """Patch this process so that it dies there."""
    receive = Intake.receive

    def receiving(self: Intake, *args: Any) -> Any:
        _armed.append(True)
        if point == "arrived":
            die()
        return receive(self, *args)

    Intake.receive = receiving  # type: ignore[method-assign]  # that is the point
    if point in _SESSION:
        event.listen(Session, _SESSION[point], die)


class Dying:
    """An ASGI application that dies while, or after, it answers."""

    def __init__(self, app: Any, point: str) -> None:
        self._app, self._point = app, point

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def sending(message: Any) -> None:
            if self._point == "answering":
                die()
            await send(message)
            if self._point == "answered" and message["type"] == "http.response.body" and not message.get("more_body"):
                die()

        await self._app(scope, receive, sending)


def serve(point: str, listener: socket.socket, settings: CentreSettings) -> None:
    """One life of the centre."""
    die_with_parent()
    if point:
        arm(point)
    database = Database(settings.database_url)
    app: Any = create_app(settings, database)
    run_server(Dying(app, point) if point in {"answering", "answered"} else app, listener)


def main() -> None:
    """One server after another, until stdin ends."""
    descriptor, data, url = sys.argv[1:]
    listener = socket.socket(fileno=int(descriptor))
    settings = CentreSettings(Path(data), database=url)
    child = 0
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            serve(line.strip(), listener, settings)
            os._exit(0)
        print("up", child, flush=True)
        os.waitpid(child, 0)
        print("died", flush=True)


if __name__ == "__main__":
    main()
