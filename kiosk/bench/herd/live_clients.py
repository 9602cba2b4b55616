"""`python -m kiosk.bench.herd.live_clients`: some terminals of a live run, in one process. The plan comes on stdin.

Each terminal is the simulation's (production decisions), and its line is production, too:
`offline_cache.line.central` over `offline_cache.line.http`, one connection a request. Only the store is left out:
thousands of them would measure this disk.
"""

from __future__ import annotations

import datetime
import functools
import itertools
import random
import secrets
import sys
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.bench.herd.live_clock import LiveClock
from kiosk.bench.herd.live_plan import Account, Plan, Report, SealingKey, Told
from kiosk.bench.herd.rows import Row
from kiosk.bench.herd.terminal import Habits, Heard, Reported, Terminal, Took
from kiosk.ipc import Control
from offline_cache.contract import Answer, Draft
from offline_cache.errors import CentreError
from offline_cache.line.central import Centre, Entry
from offline_cache.line.http import CentreAddress, Exchanger
from offline_cache.line.wire import Captured, CatalogueState, Status, transaction_body
from offline_cache.outbox.identifiers import local_number, new_transaction_id
from offline_cache.outbox.schedule import VerdictKind
from offline_cache.trust.request_signature import RequestSigner
from offline_cache.trust.sealing import SEALED, SealTo, seal

AT_ONCE = 96
ANSWER_CHARACTERS = 600
WELL = Status("", "online", True, "", "vouched", 0, 0, 0, 0, (), (), CatalogueState(0, False), 0, (), ())
"""What a terminal says of itself that has nothing to say."""
_ids = itertools.count(1_700_000_000_000)


def sealed_body(to: SealingKey, terminal: str, key: str, sequence: int) -> bytes:
    """An application of about 1 KB, sealed as the store does it."""
    answers = (Answer("address", "x" * ANSWER_CHARACTERS, "地址", "x"),)
    draft = Draft(key, "application", "hrss/card", 1, "440106", "440106199001011237", "Name", "", answers)
    plain = transaction_body(draft, Captured(local_number(terminal, sequence), sequence, "2026-11-23T02:00:00Z"))
    return seal(SealTo(to.key_id, to.suite, to.public_key), f"transaction {key}", plain)


class LiveLine:
    """Carries the requests of all terminals of this process (`terminal.Line`) on threads."""

    def __init__(self, plan: Plan, clock: LiveClock) -> None:
        self._clock = clock
        self._url = plan.url
        self._accounts = dict(enumerate(plan.accounts, plan.first))
        self._sealing = plan.sealing
        self._entries: dict[tuple[int, int], Entry] = {}
        self._workers = ThreadPoolExecutor(AT_ONCE)
        self._counting = threading.Lock()
        self.posts: Counter[int] = Counter()
        self.others: Counter[int] = Counter()
        self.took_s: list[float] = []

    def entry(self, terminal: int, row: Row) -> Entry:
        """What is posted for a row: key and bytes are made once, as in the store."""
        place = (terminal, row.sequence)
        if place not in self._entries:
            key = new_transaction_id(next(_ids))
            body = sealed_body(self._sealing, self._accounts[terminal].id, key, row.sequence)
            self._entries[place] = (key, SEALED, body)
        return self._entries[place]

    def post(self, terminal: int, rows: Sequence[Row], within_s: float, heard: Heard) -> None:
        """Send these rows in one request."""
        account = self._accounts[terminal]
        entries = [self.entry(terminal, row) for row in rows]

        def work() -> None:
            times: list[float | None] = []
            answer = centre_for(self._url, account, times.append).send(entries, Control(within_s))
            took_s = times[-1] if times else None
            with self._counting:
                if answer.verdicts[0].kind is not VerdictKind.NOT_SENT:
                    self.posts[int(self._clock.now_s)] += 1
                if took_s is not None:
                    self.took_s.append(took_s)
            self._clock.at(0.0, lambda: heard(took_s, answer))

        self._submit(work)

    def probe(self, terminal: int, within_s: float, heard: Took) -> None:
        """Ask for the centre's health."""
        self._small(
            terminal,
            lambda took_s, taken: heard(took_s),
            lambda centre: centre.health(secrets.token_urlsafe(16), Control(within_s)),
        )

    def report(self, terminal: int, within_s: float, heard: Reported) -> None:
        """Tell that all is well."""
        self._small(terminal, heard, lambda centre: centre.report(WELL, Control(within_s)))

    def _small(self, terminal: int, heard: Reported, ask: Callable[[Centre], object]) -> None:
        account = self._accounts[terminal]

        def work() -> None:
            times: list[float | None] = []
            taken = True
            try:
                ask(centre_for(self._url, account, times.append))
            except CentreError:
                taken = False
            took_s = times[-1] if times else None
            with self._counting:
                self.others[int(self._clock.now_s)] += took_s is not None
            self._clock.at(0.0, lambda: heard(took_s, taken))

        self._submit(work)

    def _submit(self, work: Callable[[], None]) -> None:
        def guarded() -> None:
            try:
                work()
            except BaseException as error:  # a bug of ours must end the run, not one terminal of it
                self._clock.at(0.0, functools.partial(_raise, error))

        self._workers.submit(guarded)

    def close(self) -> None:
        """End the threads."""
        self._workers.shutdown(wait=True, cancel_futures=True)


def centre_for(url: str, account: Account, on_exchange: Callable[[float | None], None]) -> Centre:
    """The production calls of a terminal, signed by its key."""
    signer = RequestSigner(account.id, lambda: datetime.datetime.now(datetime.UTC))
    signer.use(Ed25519PrivateKey.from_private_bytes(account.private_key))
    centre = Centre(Exchanger(CentreAddress(url, account.id), on_exchange, signer))
    centre.receipts.signing_key = account.centre_key
    return centre


def _raise(error: BaseException) -> None:
    raise error


def play(plan: Plan) -> Report:
    """Let these terminals live until all have ended, or the plan's time is over."""
    clock = LiveClock(plan.zero_s)
    line = LiveLine(plan, clock)
    chance = random.Random(f"{plan.seed} {plan.first}")  # noqa: S311 (a run must repeat)
    habits = Habits(poll_s=plan.poll_s)
    numbers = range(plan.first, plan.first + len(plan.accounts))
    members = [Terminal(number, _rows(plan, chance), habits, clock, line) for number in numbers]
    left = set(numbers)
    for member in members:
        member.on_done = left.discard
        member.start(chance.uniform(0.0, plan.poll_s))
    clock.run(plan.until_s, lambda: not left)
    line.close()
    return Report(
        tuple(_told(member, line) for member in members), dict(line.posts), dict(line.others), tuple(line.took_s)
    )


def _rows(plan: Plan, chance: random.Random) -> list[Row]:
    captured = sorted(chance.uniform(-plan.outage_s, 0.0) for _ in range(plan.entries))
    return [Row(place, at) for place, at in enumerate(captured, 1)]


def _told(member: Terminal, line: LiveLine) -> Told:
    rows = member.rows
    return Told(
        member.number,
        tuple(line.entry(member.number, row)[0] for row in rows),
        tuple(row.state for row in rows),
        tuple(row.captured_s for row in rows),
        tuple(row.ended_s for row in rows),
    )


def main() -> None:
    """Read the plan, play it, tell what came of it."""
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    sys.stdout.buffer.write(msgspec.json.encode(play(plan)))


if __name__ == "__main__":
    main()
