"""A bad line: passes HTTP requests on to the centre, and does to each what a seeded die says.

One request a connection, as the terminal sends them. `Fault` names what happens; `FaultProxy.met` counts it.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
import threading
from collections import Counter
from collections.abc import Coroutine
from enum import Enum
from typing import Any

Pipe = tuple[asyncio.StreamReader, asyncio.StreamWriter]
PORTAL = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\nConnection: close\r\n\r\nlogin"
ENDLESS = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nDoorstep-Centre: 1\r\nConnection: close\r\n\r\n"


class Fault(Enum):
    """What the line does to one request."""

    NONE = "none"
    DELAYED = "delayed"
    LOST_AFTER_COMMIT = "lost after commit"
    CUT_WHILE_WORKING = "cut while the centre works"
    RESET = "reset before anything was sent"
    TRUNCATED_REQUEST = "truncated request"
    TRUNCATED_ANSWER = "truncated answer"
    DOUBLED = "doubled, at once"
    LATE_COPY = "a copy arrives later"
    DRIPPED = "sent drop by drop"
    PORTAL = "a captive portal answers 200"
    ENDLESS = "the answer never ends"


class FaultProxy:
    """Listens on a free port of its own thread; `seed` makes a run repeatable as far as timing allows."""

    def __init__(self, port: int, seed: int, quiet_part: float = 0.3) -> None:
        self.met: Counter[Fault] = Counter()
        self._centre, self._die, self._quiet = port, random.Random(seed), quiet_part
        self._faults = [fault for fault in Fault if fault is not Fault.NONE]
        self._loop = asyncio.new_event_loop()
        self._late: set[asyncio.Task[Any]] = set()
        started = asyncio.run_coroutine_threadsafe(self._listen(), self._loop)
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._server = started.result(10)
        self.port: int = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Wait for the late copies, then end."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._one, "127.0.0.1", 0, backlog=512)

    async def _end(self) -> None:
        self._server.close()
        await self._server.wait_closed()
        while waiting := [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]:
            await asyncio.gather(*waiting, return_exceptions=True)  # one may have begun another

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fault = Fault.NONE if self._die.random() < self._quiet else self._die.choice(self._faults)
        self.met[fault] += 1
        try:
            request = await _message(reader)
            if request:
                await self._do(fault, request, writer)
        except OSError:
            pass  # a centre that is just dead, or a client that has left: that is what a line is like
        finally:
            with contextlib.suppress(OSError):
                writer.close()
                await writer.wait_closed()

    async def _do(self, fault: Fault, request: bytes, client: asyncio.StreamWriter) -> None:
        match fault:
            case Fault.RESET:
                _reset(client)
            case Fault.PORTAL:
                client.write(PORTAL)
            case Fault.ENDLESS:
                await self._ask(request)
                await _pour(client)
            case Fault.CUT_WHILE_WORKING:
                await self._ask(request, listen=False)
                _reset(client)
            case Fault.TRUNCATED_REQUEST:
                await self._ask(request[: self._die.randrange(1, len(request))], listen=False)
            case Fault.LOST_AFTER_COMMIT:
                await self._ask(request)
                _reset(client)
            case _:
                await self._answer(fault, request, client)

    async def _answer(self, fault: Fault, request: bytes, client: asyncio.StreamWriter) -> None:
        """The faults after which the client hears something of the centre."""
        pieces = 40 if fault is Fault.DRIPPED else 1
        copies = [self._ask(request, pieces) for _ in range(2 if fault is Fault.DOUBLED else 1)]
        first, *_ = await asyncio.gather(*copies)
        if fault is Fault.DELAYED:
            await asyncio.sleep(self._die.uniform(0, 0.1))
        if fault is Fault.LATE_COPY:
            self._later(self._again(request))
        client.write(first[: len(first) // 2] if fault is Fault.TRUNCATED_ANSWER else first)
        await client.drain()

    async def _again(self, request: bytes) -> None:
        await asyncio.sleep(self._die.uniform(0, 0.5))
        with contextlib.suppress(OSError):  # a centre that is just dead
            await self._ask(request)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def _ask(self, request: bytes, pieces: int = 1, listen: bool = True) -> bytes:
        """Send to the centre in that many pieces; its whole answer."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._centre)
        try:
            size = -(-len(request) // pieces)
            for start in range(0, len(request), size):
                writer.write(request[start : start + size])
                await writer.drain()
            return await reader.read() if listen else b""
        finally:
            with contextlib.suppress(OSError):
                writer.close()
                await writer.wait_closed()


async def _message(reader: asyncio.StreamReader) -> bytes:
    """One request with its body; empty when the client left in the middle."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        fields = (line.partition(b":") for line in head.split(b"\r\n"))
        length = next((int(value) for name, _, value in fields if name.lower() == b"content-length"), 0)
        return head + await reader.readexactly(length)
    except asyncio.IncompleteReadError:
        return b""


async def _pour(client: asyncio.StreamWriter) -> None:
    """Until the client has had enough."""
    client.write(ENDLESS)
    with contextlib.suppress(OSError):
        while True:
            client.write(b" " * 65536)
            await client.drain()


def _reset(client: asyncio.StreamWriter) -> None:
    """Close with RST instead of FIN."""
    plug: socket.socket = client.get_extra_info("socket")
    plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
