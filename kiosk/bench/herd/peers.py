"""What other clients do after an outage, for comparison: one worker a terminal, a fixed rule for the wait.

Each tries when the network is back, as connectivity listeners, cron jobs of the same minute and machines that get
their power back do, and sends all it has, a batch at a time. None draws its waits. `Retry-After` is a floor, as in
urllib3's `Retry`. They ask the same centre with the same batches and time-outs as ours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kiosk.bench.herd.rows import Row
from kiosk.bench.herd.terminal import Clock, Line
from offline_cache.contract import TransactionState
from offline_cache.line.central import BatchAnswer
from offline_cache.outbox.batches import MOST
from offline_cache.outbox.schedule import Step, VerdictKind
from offline_cache.outbox.sync import SEND_WITHIN_S

_ENDS = {
    VerdictKind.ACKNOWLEDGED: TransactionState.ACCEPTED,
    VerdictKind.REJECTED: TransactionState.REJECTED,
    VerdictKind.OTHER_BODY: TransactionState.QUARANTINED,
}


@dataclass(frozen=True)
class Peer:
    """A rule: how long to wait after so many failures in a row; whether its phase is its own or the return's."""

    name: str
    wait_s: Callable[[int], float]
    own_phase_s: float = 0.0


PEERS = (
    Peer("fixed 30 s", lambda failures: 30.0),
    Peer("fixed 30 s, own phases", lambda failures: 30.0, own_phase_s=30.0),
    Peer("exponential, no jitter", lambda failures: 2.0 ** min(failures - 1, 20)),
    Peer("exponential to 300 s, no jitter", lambda failures: min(300.0, 2.0 ** min(failures - 1, 20))),
)


class PeerTerminal:
    """A terminal that keeps a peer's rule. A row that is refused is tried again at once with the others, for ever."""

    def __init__(self, number: int, rows: Sequence[Row], clock: Clock, line: Line, peer: Peer) -> None:
        self.number, self.rows = number, rows
        self._clock, self._line, self._peer = clock, line, peer
        self._failures = 0
        self.on_done: Callable[[int], None] = lambda number: None

    def start(self, phase_s: float) -> None:
        """Try at `phase_s` for the first time."""
        self._clock.at(self._clock.now_s + phase_s, self._try)

    def _try(self) -> None:
        now_s = self._clock.now_s
        due = [row for row in self.rows if row.waits and row.captured_s <= now_s][:MOST]
        if due:
            self._line.post(self.number, due, SEND_WITHIN_S, lambda took_s, answer: self._heard(due, answer))
            return
        later = [row.captured_s for row in self.rows if row.waits]
        if later:
            self._clock.at(min(later), self._try)
        else:
            self.on_done(self.number)

    def _heard(self, due: Sequence[Row], answer: BatchAnswer) -> None:
        now_s, asked_s = self._clock.now_s, 0.0
        for row, verdict in zip(due, answer.verdicts, strict=True):
            row.attempts += 1
            row.take(Step(_ENDS.get(verdict.kind, TransactionState.PENDING), 0), verdict.status, now_s)
            asked_s = max(asked_s, verdict.retry_after_s)
        if all(row.ended_s >= 0 for row in due):
            self._failures = 0
            self._try()
            return
        self._failures += 1
        self._clock.at(now_s + max(asked_s, self._peer.wait_s(self._failures)), self._try)
