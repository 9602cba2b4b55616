"""The store as a process of its own: over its socket, killed, on a full disk, with a wrong profile."""

from __future__ import annotations

import contextlib
import queue
import resource
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.ipc import Client, ConnectionLost, RemoteError
from offline_cache.contract import (
    STORE_CONTRACT,
    Accept,
    Accepted,
    Draft,
    GetStatus,
    Journal,
    LineChanged,
    LineState,
    ListTransactions,
    Ok,
    OutcomeChanged,
    SendCode,
    StoreFailure,
    TransactionState,
    WaitForOutcome,
)
from tests.offline.centre_stub import CentreStub, answers, silent
from tests.offline.conftest import enrol_folder, make_draft


class StoreUnderTest:
    """A real store process and a client of it."""

    def __init__(self, data: Path, url: str) -> None:
        self.data = data
        self._sockets = tempfile.TemporaryDirectory(prefix="ds-")  # a Unix socket's path is short
        self.socket = Path(self._sockets.name) / "store.sock"
        enrol_folder(data)
        self.profile = data / "profile.toml"
        self.profile.write_text(f'[screen]\nsize = 1\n[centre]\nurl = "{url}"\nterminal = "GZ-TH-0001"\npoll_s = 0.1\n')
        self.notices: queue.Queue[object] = queue.Queue()
        self.gone = threading.Event()
        self.client = Client(str(self.socket), STORE_CONTRACT, self.notices.put, self._link)
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> StoreUnderTest:
        with (self.data / "log").open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "offline_cache", "--socket", str(self.socket)]
                + ["--config", str(self.profile), "--data", str(self.data)],
                stderr=log,
                text=True,
            )
        for _ in range(5):
            assert self.client.wait_connected(20), (self.data / "log").read_text()
            # A killed process's socket may still take a connection while the process is being torn down.
            with contextlib.suppress(ConnectionLost):
                self.call(GetStatus())
                return self
        raise AssertionError("the store does not stay")

    def call(self, command: object, within_s: float = 10.0) -> object:
        return self.client.call(command, within_s)

    def _link(self, up: bool) -> None:
        if up:
            self.gone.clear()
        else:
            self.gone.set()

    def kill(self) -> None:
        assert self.process is not None
        linked = self.client.connected
        self.process.kill()
        self.process.wait()
        assert not linked or self.gone.wait(20)

    def terminate(self) -> int:
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(20)

    def close(self) -> None:
        self.client.close()
        if self.process is not None and self.process.poll() is None:
            self.kill()
        self._sockets.cleanup()

    def next_notice(self, kind: type[object]) -> object:
        """The next notice of this kind."""
        while True:
            notice = self.notices.get(timeout=10)
            if isinstance(notice, kind):
                return notice


@pytest.fixture
def process(stub: CentreStub, tmp_path: Path) -> Iterator[StoreUnderTest]:
    store = StoreUnderTest(tmp_path, stub.url)
    yield store
    store.close()


def test_a_client_is_greeted_with_the_line_and_hears_of_each_outcome(process: StoreUnderTest, stub: CentreStub) -> None:
    process.start()
    assert isinstance(process.next_notice(LineChanged), LineChanged)
    draft = make_draft()
    accepted = process.call(Accept(draft))
    assert isinstance(accepted, Accepted)
    outcome = process.call(WaitForOutcome(draft.id))
    told = process.next_notice(OutcomeChanged)
    assert isinstance(told, OutcomeChanged)
    assert told.outcome == outcome
    assert told.outcome.state is TransactionState.ACCEPTED
    assert process.call(Journal("session_ended", draft.id, "wiped=7")) == Ok()
    status = process.call(GetStatus())
    assert (status.line, status.accepting, status.waiting, status.problem) == (LineState.ONLINE, True, 0, "")  # type: ignore[attr-defined]  # a StoreStatus


def test_failures_arrive_as_values_of_the_contract(process: StoreUnderTest, stub: CentreStub) -> None:
    process.start()
    draft = make_draft()
    process.call(Accept(draft))
    process.call(WaitForOutcome(draft.id))
    stub.next(answers(404, {"reason": "unknown_person"}))
    for command, failure in (
        (Accept(make_draft(draft.id, token="other")), StoreFailure("conflict", "other_content")),
        (Accept(make_draft("42")), StoreFailure("invalid", "id")),
        (WaitForOutcome("42"), StoreFailure("invalid", "unknown_transaction")),
        (Journal("no_such_event"), StoreFailure("invalid", "event")),
        (SendCode("4401"), StoreFailure("refused", "unknown_person")),
    ):
        with pytest.raises(RemoteError) as failed:
            process.call(command)
        assert failed.value.error == failure


def test_a_silent_centre_is_a_timeout_of_that_call_only(process: StoreUnderTest, stub: CentreStub) -> None:
    process.start()
    stub.next(silent)
    results: queue.Queue[object] = queue.Queue()
    process.client.start(SendCode("4401"), 1.0, lambda result, error: results.put(error))
    stub.wait_posted(1, "/v1/codes")
    assert isinstance(process.call(Accept(make_draft())), Accepted)
    error = results.get(timeout=10)
    assert isinstance(error, RemoteError)
    assert error.error.kind == "timeout"


def test_waiting_for_an_outcome_ends_with_where_it_stands(process: StoreUnderTest, stub: CentreStub) -> None:
    stub.next(silent)
    process.start()
    draft = make_draft()
    process.call(Accept(draft))
    outcome = process.call(WaitForOutcome(draft.id), 0.5)
    assert outcome.state in {TransactionState.PENDING, TransactionState.SENDING}  # type: ignore[attr-defined]  # an Outcome


def test_sigterm_is_an_orderly_end(process: StoreUnderTest) -> None:
    process.start()
    process.call(Accept(make_draft()))
    assert process.terminate() == 0
    assert not process.socket.exists()


def test_every_acknowledged_transaction_survives_kill_9(process: StoreUnderTest, stub: CentreStub) -> None:
    """A few bursts over the socket, killed in the middle: what was acknowledged is there."""
    stub.always = answers(503, b"", ("Retry-After", "3600"))
    promised: dict[str, Accepted] = {}
    for number in range(6):
        process.start()
        promised.update(_burst_then_kill(process, after=3 + 4 * number))
    process.start()
    rows = process.call(ListTransactions(10_000)).rows  # type: ignore[attr-defined]  # Transactions
    found = {row.transaction_id: row.local_number for row in rows}
    assert len(promised) >= 6 * 3
    assert {key: accepted.local_number for key, accepted in promised.items()}.items() <= found.items()
    assert len(set(found.values())) == len(found)
    status = process.call(GetStatus())
    assert (status.accepting, status.waiting) == (True, len(found))  # type: ignore[attr-defined]  # a StoreStatus


def _burst_then_kill(process: StoreUnderTest, after: int) -> dict[str, Accepted]:
    promised: dict[str, Accepted] = {}
    enough, ended = threading.Event(), threading.Semaphore(0)

    def note(result: object, error: Exception | None) -> None:
        if isinstance(result, Accepted):
            promised[result.transaction_id] = result
            if len(promised) >= after:
                enough.set()
        ended.release()

    drafts = [make_draft() for _ in range(after + 40)]
    for draft in drafts:
        process.client.start(Accept(draft), 20.0, note)
    assert enough.wait(20)
    process.kill()
    for _ in drafts:
        assert ended.acquire(timeout=20)
    return promised


def test_a_draft_that_may_have_been_accepted_can_be_asked_for_again_after_the_crash(
    process: StoreUnderTest,
) -> None:
    process.start()
    draft = make_draft()
    first = process.call(Accept(draft))
    process.kill()
    process.start()
    assert process.call(Accept(draft)) == first


def test_on_a_full_disk_nothing_is_promised_and_it_heals_when_there_is_room(
    process: StoreUnderTest, stub: CentreStub
) -> None:
    stub.always = answers(503, b"", ("Retry-After", "3600"))
    process.start()
    first = make_draft()
    process.call(Accept(first))
    assert process.process is not None
    wal = process.data / "store" / "store.db-wal"
    _limit_files(process.process.pid, wal.stat().st_size + 100)
    refused = make_draft()
    with pytest.raises(RemoteError) as failed:
        process.call(Accept(refused))
    assert failed.value.error.kind == "storage"
    assert not process.call(GetStatus()).accepting  # type: ignore[attr-defined]  # a StoreStatus
    with pytest.raises(RemoteError):
        process.call(Accept(make_draft()))
    _limit_files(process.process.pid, resource.RLIM_INFINITY)
    healed = _until_accepted(process, make_draft())
    rows = process.call(ListTransactions(10)).rows  # type: ignore[attr-defined]  # Transactions
    waiting = [row.transaction_id for row in rows if row.state is not TransactionState.REJECTED]
    assert waiting == [healed.transaction_id, first.id]


def _limit_files(pid: int, size: int) -> None:
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def _until_accepted(process: StoreUnderTest, draft: Draft) -> Accepted:
    for _ in range(100):
        try:
            accepted = process.call(Accept(draft))
        except RemoteError:
            threading.Event().wait(0.1)  # the store tries to open itself again after half a second
            continue
        assert isinstance(accepted, Accepted)
        return accepted
    raise AssertionError("the store did not heal")


def test_with_the_wrong_key_it_serves_says_why_and_leaves_the_file_alone(process: StoreUnderTest) -> None:
    process.start()
    process.call(Accept(make_draft()))
    process.terminate()
    before = (process.data / "store" / "store.db").read_bytes()
    (process.data / "store.key").write_text("00" * 32)
    process.start()
    status = process.call(GetStatus())
    assert (status.accepting, status.problem) == (False, "wrong_key")  # type: ignore[attr-defined]  # a StoreStatus
    with pytest.raises(RemoteError) as failed:
        process.call(Accept(make_draft()))
    assert failed.value.error == StoreFailure("storage", "wrong_key")
    assert (process.data / "store" / "store.db").read_bytes() == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "centre"),
        ("[centre", "profile.toml: "),
        ('[centre]\nurl = "ftp://x"\nterminal = "GZ-TH-0001"', "http"),
        ('[centre]\nurl = "http://x"\nterminal = "../../etc"', "GZ-TH-0001"),
        ('[centre]\nurl = "http://x"\nterminal = "GZ-TH-0001"\npoll_s = 0', "poll_s"),
        ('[centre]\nurl = "http://x"\nterminal = "GZ-TH-0001"\npol_s = 5', "pol_s"),
        ('[centre]\nurl = 5\nterminal = "GZ-TH-0001"', "url"),
    ],
)
def test_a_mistake_in_the_profile_is_one_clear_line_and_status_2(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "profile.toml").write_text(text)
    ended = subprocess.run(
        [sys.executable, "-m", "offline_cache", "--socket", str(tmp_path / "s"), "--config"]
        + [str(tmp_path / "profile.toml")],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 1
    assert said in ended.stderr


def test_a_bug_in_a_thread_ends_the_process(tmp_path: Path) -> None:
    code = (
        "import threading, offline_cache.__main__ as m; threading.excepthook = m._end_process; "
        "threading.Thread(target=lambda: 1 / 0).start(); threading.Event().wait(20)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=30, check=False)
    assert ended.returncode == 70
