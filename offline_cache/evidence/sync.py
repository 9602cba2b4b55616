"""Sends evidence, in parts that fit the line; after a break it goes on where the centre says it is.

A lane of its own: no application waits for it. What the centre has it is not sent again, neither after a broken line
nor after the death of this process: nothing is remembered here, the centre is asked. The file is forgotten only when
the centre has it whole and has found its SHA-256 right.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from kiosk.ipc import Cancelled, Control, DeadlineExceeded
from offline_cache.contract import LineState
from offline_cache.errors import StoreUnavailable
from offline_cache.evidence.parts import PartSize
from offline_cache.evidence.pieces import DueBlob, EvidenceState
from offline_cache.line.central import BlobReply, Centre
from offline_cache.line.probe import LineWatch
from offline_cache.outbox.schedule import Verdict, VerdictKind
from offline_cache.owner import Owner

log = logging.getLogger(__name__)

PART_WITHIN_S = 60.0
STORE_WITHIN_S = 30.0
IDLE_S = 300.0
STORE_TROUBLE_S = 2.0
DETOURS = 3
"""How often the centre may send us somewhere else than we expected, before we leave it for later."""


class EvidenceSender:
    """The thread of the evidence lane. `on_recorded` hears of every attempt's end."""

    def __init__(self, owner: Owner, centre: Centre, line: LineWatch) -> None:
        self._owner, self._centre, self._line = owner, centre, line
        self._size = PartSize()
        self._wake = threading.Event()
        self._closing = False
        self._control: Control | None = None
        self.on_recorded: Callable[[EvidenceState], None] = lambda state: None
        self._thread = threading.Thread(target=self._run, name="send-evidence", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def wake(self) -> None:
        """Something changed: a transaction was accepted, the line, an operator's wish."""
        self._wake.set()

    def close(self, within_s: float = 3.0) -> None:
        """Stop; what the centre has got of a file it keeps."""
        self._closing = True
        if self._control is not None:
            self._control.cancel()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(within_s)

    def _run(self) -> None:
        while not self._closing:
            self._wake.clear()
            wait_s = self._step()
            if wait_s > 0:
                self._wake.wait(wait_s)

    def _step(self) -> float:
        """Send what is due; seconds until there may be more to do."""
        if self._line.state is LineState.OFFLINE:
            return IDLE_S
        try:
            due = self._owner.run(lambda store: store.evidence.take(), Control(STORE_WITHIN_S))
            if not isinstance(due, DueBlob):
                return IDLE_S if due is None else min(due, IDLE_S)
            verdict, progressed = self._upload(due)
            state = self._owner.run(
                lambda store: store.evidence.record(due, verdict, progressed), Control(STORE_WITHIN_S)
            )
            log.info("evidence %s: %s", due.blob.name, verdict.kind)
            self.on_recorded(state)
        except (StoreUnavailable, DeadlineExceeded) as error:
            log.warning("evidence waits for the store: %s", error)
            return STORE_TROUBLE_S
        except Cancelled:
            return IDLE_S
        return 0.0

    def _upload(self, due: DueBlob) -> tuple[Verdict, bool]:
        """Send until all is there or something stops us: (the end, whether the centre has more than before)."""
        reply = self._ask(due)
        first = reply.offset
        detours = 0
        while reply.verdict is None:
            if not 0 <= reply.offset < len(due.content) or detours > DETOURS:
                return Verdict(VerdictKind.REFUSED, reply.status, "offset"), False
            expected = min(reply.offset + self._size.bytes, len(due.content))
            answered = self._send(due, reply.offset, expected)
            if answered.verdict is None and answered.offset != expected:
                detours += 1
            if answered.verdict is not None:
                return answered.verdict, reply.offset > first
            reply = answered
        return reply.verdict, reply.offset > first

    def _ask(self, due: DueBlob) -> BlobReply:
        return self._centre.ask_blob(due.blob.sha256.hex(), due.blob.transaction_id, self._new_control())

    def _send(self, due: DueBlob, start: int, end: int) -> BlobReply:
        part, began_s = due.content[start:end], time.monotonic()
        place = f"{due.blob.sha256.hex()}?offset={start}&length={len(due.content)}"
        reply = self._centre.send_part(place, due.blob.transaction_id, part, self._new_control())
        if reply.verdict is not None and reply.verdict.kind in {VerdictKind.NO_ANSWER, VerdictKind.NOT_SENT}:
            self._size.lost()
        else:
            self._size.arrived(time.monotonic() - began_s)
        return reply

    def _new_control(self) -> Control:
        self._control = Control(PART_WITHIN_S)
        if self._closing:
            raise Cancelled
        return self._control
