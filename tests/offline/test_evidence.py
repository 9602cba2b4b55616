"""Large attachments: sealed files beside the entry, sent in parts, each byte once, forgotten when all arrived."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.ipc import Control
from offline_cache.administration import Verify, VerifyReport
from offline_cache.chains.journal import JournalEvent
from offline_cache.contract import Attachment, Draft, GetStatus, LineState, StoreStatus, TransactionState
from offline_cache.evidence.parts import LEAST_BYTES, MOST_BYTES, PartSize
from offline_cache.evidence.pieces import INLINE_BYTES, LOST, DueBlob
from offline_cache.line.wire import Order
from offline_cache.outbox.delivery import Due
from offline_cache.outbox.orders import DONE
from offline_cache.outbox.retention import KEEP_S
from offline_cache.outbox.schedule import Lane, Verdict, VerdictKind
from offline_cache.store import Place, Store, set_aside
from offline_cache.telemetry.report import Surroundings, report
from tests.offline.blob_desk import cut_after, flipped
from tests.offline.centre_key import opened as opened_by_centre
from tests.offline.centre_stub import CentreStub, answers, silent
from tests.offline.conftest import HandClock, Terminal, close, make_draft

SCAN = os.urandom(900_000)
ACKNOWLEDGED = Verdict(VerdictKind.ACKNOWLEDGED, 201, case_number="C1")
SILENT = Verdict(VerdictKind.NO_ANSWER)


def with_scans(*contents: bytes) -> Draft:
    return make_draft(
        attachments=tuple(Attachment(f"scan-{place}", "image/png", one) for place, one in enumerate(contents))
    )


def files(place: Place) -> list[str]:
    return sorted(path.name for path in place.blobs.iterdir()) if place.blobs.is_dir() else []


def accepted(store: Store, draft: Draft) -> Draft:
    """Accepted here and by the centre: its evidence may leave."""
    store.outbox.accept(draft)
    due = store.delivery.take(Lane.APPLICATIONS)
    assert isinstance(due, Due)
    store.delivery.record(due, ACKNOWLEDGED)
    return draft


def due_blob(store: Store) -> DueBlob:
    due = store.evidence.take()
    assert isinstance(due, DueBlob)
    return due


def test_an_attachment_above_the_limit_leaves_the_body_and_is_named_in_it(store: Store, place: Place) -> None:
    draft = with_scans(b"s" * INLINE_BYTES, SCAN)
    store.outbox.accept(draft)
    due = store.delivery.take(Lane.APPLICATIONS)
    assert isinstance(due, Due)
    body = json.loads(opened_by_centre(due.body, f"transaction {draft.id}"))
    assert [one["name"] for one in body["attachments"]] == ["scan-0"]
    (named,) = body["evidence"]
    assert (named["name"], named["media_type"]) == ("scan-1", "image/png")
    assert files(place) == [f"{named['sha256']}.{draft.id}"]
    content = (place.blobs / files(place)[0]).read_bytes()
    assert (named["sha256"], named["length"]) == (hashlib.sha256(content).hexdigest(), len(content))
    assert opened_by_centre(content, f"evidence {draft.id}") == SCAN
    assert (place.blobs / files(place)[0]).stat().st_mode & 0o077 == 0


def test_evidence_waits_until_its_transaction_was_accepted_and_is_then_forgotten(store: Store, place: Place) -> None:
    draft = with_scans(SCAN)
    store.outbox.accept(draft)
    assert store.evidence.take() is None
    due = store.delivery.take(Lane.APPLICATIONS)
    assert isinstance(due, Due)
    store.delivery.record(due, ACKNOWLEDGED)
    store.evidence.record(due_blob(store), ACKNOWLEDGED, True)
    assert store.evidence.take() is None
    assert files(place) == []
    assert store.evidence.depth().waiting == 0
    assert JournalEvent.EVIDENCE_ACKNOWLEDGED in store.journal.events(draft.id)


def test_evidence_of_a_refused_transaction_goes_with_its_payload(store: Store, place: Place, clock: HandClock) -> None:
    store.outbox.accept(with_scans(SCAN, SCAN[::-1]))
    due = store.delivery.take(Lane.APPLICATIONS)
    assert isinstance(due, Due)
    store.delivery.record(due, Verdict(VerdictKind.REJECTED, 422, "not_entitled"))
    store.forget(clock.schedule_s())
    assert len(files(place)) == 2
    clock.pass_s(KEEP_S)
    store.forget(clock.schedule_s())
    assert files(place) == []
    assert store.evidence.depth().waiting == 0


def test_a_poison_piece_delays_no_other_and_is_laid_aside(store: Store, clock: HandClock) -> None:
    accepted(store, with_scans(SCAN, SCAN[::-1]))
    poison = due_blob(store)
    store.evidence.record(poison, SILENT, False)
    other = due_blob(store)
    assert other.blob != poison.blob
    store.evidence.record(other, ACKNOWLEDGED, True)
    for _ in range(5):
        clock.pass_s(400)
        store.evidence.record(due_blob(store), Verdict(VerdictKind.REFUSED, 400, "seal_broken"), True)
    assert store.evidence.take() is None
    assert store.evidence.depth().quarantined == 1
    assert store.release_quarantined("") == 1
    assert due_blob(store).blob == poison.blob


def test_quarantined_evidence_is_given_up_by_order_and_the_case_stays(
    store: Store, place: Place, clock: HandClock
) -> None:
    draft = accepted(store, with_scans(SCAN))
    for _ in range(5):
        store.evidence.record(due_blob(store), Verdict(VerdictKind.REFUSED, 400, "seal_broken"), False)
        clock.pass_s(600)
    assert store.evidence.depth().quarantined == 1
    assert store.orders.carry_out([Order("o-1", draft.id, "return")]) == ()
    assert [one.outcome for one in store.orders.unreported()] == [DONE]
    assert (store.evidence.depth().quarantined, files(place)) == (0, [])
    assert store.outbox.outcome(draft.id).state is TransactionState.ACCEPTED
    assert JournalEvent.EVIDENCE_DROPPED in store.journal.events(draft.id)


def test_the_report_tells_how_much_evidence_waits(store: Store, clock: HandClock) -> None:
    accepted(store, with_scans(SCAN, SCAN + b"x"))
    clock.pass_s(120)
    around = Surroundings(clock.utc(), "vouched", LineState.ONLINE, True, "", ())
    lanes = {lane.lane: (lane.waiting, lane.oldest_s) for lane in report(store, around).lanes}
    assert lanes == {"applications": (0, 0), "ratings": (0, 0), "evidence": (2, 120)}


def test_quarantined_evidence_is_told_to_the_centre_and_tried_again_by_its_order(
    store: Store, clock: HandClock
) -> None:
    draft = accepted(store, with_scans(SCAN))
    for _ in range(5):
        store.evidence.record(due_blob(store), Verdict(VerdictKind.REFUSED, 400, "seal_broken"), True)
        clock.pass_s(400)
    told = report(store, Surroundings(clock.utc(), "ok", LineState.ONLINE, True, "", ()))
    assert told.quarantined == 1
    assert [(one.key, one.reason) for one in told.quarantine] == [(draft.id, "evidence_seal_broken")]
    store.orders.carry_out([Order(id="1", order="retry", key=draft.id)])
    assert [one.outcome for one in store.orders.unreported()] == [DONE]
    assert isinstance(store.evidence.take(), DueBlob)


def test_progress_forgives_former_failures_and_silence_does_not(store: Store, clock: HandClock) -> None:
    accepted(store, with_scans(SCAN))
    waits = []
    for progressed in (False, False, False, True, False):
        store.evidence.record(due_blob(store), SILENT, progressed)
        wait_s = store.evidence.take()
        assert isinstance(wait_s, float)
        waits.append(wait_s)
        clock.pass_s(wait_s)
    assert waits == [1.0, 2.0, 4.0, 1.0, 1.0]


def test_what_a_crash_left_without_an_entry_is_swept_at_the_next_start(
    store: Store, place: Place, opened: Callable[[], Store]
) -> None:
    draft = with_scans(SCAN)
    store.outbox.accept(draft)
    kept = files(place)
    store.evidence.blobs.put(draft.id, [b"of an accept that was cut short"])
    (place.blobs / "somebody's").write_bytes(b"not ours")
    close(store)
    opened()
    assert files(place) == [*kept, "somebody's"]


@pytest.mark.parametrize("harm", [lambda path: path.unlink(), lambda path: path.write_bytes(b"x" * 900_143)])
def test_a_file_that_is_gone_or_altered_is_laid_aside_and_told(
    store: Store, place: Place, opened: Callable[[], Store], harm: Callable[[Path], None]
) -> None:
    draft = accepted(store, with_scans(SCAN))
    harm(place.blobs / files(place)[0])
    close(store)
    again = opened()
    wait = again.evidence.take()
    assert not isinstance(wait, DueBlob)
    assert again.evidence.depth().quarantined == 1
    assert JournalEvent.EVIDENCE_QUARANTINED in again.journal.events(draft.id)
    assert again.release_quarantined("") == 0  # there is nothing to send
    close(again)
    reasons = opened().database.read("SELECT reason FROM evidence")
    assert reasons == [(LOST,)]


def test_verify_reads_every_file(terminal: Terminal, tmp_path: Path) -> None:
    terminal.accept(with_scans(SCAN))
    assert terminal.ask(Verify()) == VerifyReport(1, 2)
    (path,) = terminal.profile.place(tmp_path).blobs.iterdir()
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert terminal.ask(Verify()) == VerifyReport(1, 2, f"evidence altered: {path.name}")


def test_a_clock_that_jumped_makes_no_evidence_wait_for_years(
    store: Store, opened: Callable[[], Store], clock: HandClock
) -> None:
    accepted(store, with_scans(SCAN))
    store.evidence.record(due_blob(store), SILENT, False)
    close(store)
    clock.jump_years(-10)
    again = opened()
    assert isinstance(again.evidence.take(), float)
    clock.pass_s(2)
    assert isinstance(again.evidence.take(), DueBlob)


def test_a_store_that_is_set_aside_takes_its_evidence_with_it(store: Store, place: Place) -> None:
    store.outbox.accept(with_scans(SCAN))
    names = files(place)
    close(store)
    target = set_aside(place, "1")
    assert files(place) == []
    assert sorted(path.name for path in (target / "blobs").iterdir()) == names


def test_the_same_draft_again_keeps_no_second_copy(store: Store, place: Place) -> None:
    draft = with_scans(SCAN)
    assert store.outbox.accept(draft) == store.outbox.accept(draft)
    assert len(files(place)) == 1


def test_the_centre_gets_it_while_the_application_did_not_wait(terminal: Terminal, stub: CentreStub) -> None:
    stub.desk.misfortunes.append(silent)
    terminal.start()
    draft = with_scans(SCAN)
    terminal.accept(draft)
    assert terminal.outcome(draft).state is TransactionState.ACCEPTED
    assert stub.desk.whole == {}
    stub.release.set()
    wait_whole(stub, 1)
    ((sha256, content),) = stub.desk.whole.items()
    assert opened_by_centre(content, f"evidence {draft.id}") == SCAN
    assert stub.desk.keys[sha256] == draft.id
    wait_forgotten(terminal)


@pytest.mark.parametrize("kept", [True, False], ids=["answer lost", "part lost"])
def test_after_a_broken_line_nothing_that_arrived_is_sent_again(
    terminal: Terminal, stub: CentreStub, kept: bool
) -> None:
    stub.desk.misfortunes.extend([lambda _: False, cut_after(kept), lambda _: False, cut_after(kept)])
    terminal.start()
    draft = with_scans(SCAN)
    terminal.accept(draft)
    wait_whole(stub, 1)
    each_byte_once(stub)
    wait_forgotten(terminal)


def test_after_the_death_of_the_process_it_goes_on_where_it_was(terminal: Terminal, stub: CentreStub) -> None:
    stub.desk.misfortunes.extend([lambda _: False, silent])
    terminal.start()
    terminal.accept(with_scans(SCAN))
    wait_parts(stub, 2)
    terminal.restart()
    wait_whole(stub, 1)
    each_byte_once(stub)


def test_bytes_that_were_damaged_on_the_way_are_sent_anew(terminal: Terminal, stub: CentreStub) -> None:
    stub.desk.misfortunes.append(flipped)
    terminal.start()
    draft = with_scans(SCAN)
    terminal.accept(draft)
    wait_whole(stub, 1)
    (content,) = stub.desk.whole.values()
    assert opened_by_centre(content, f"evidence {draft.id}") == SCAN


def test_only_the_centre_s_signature_lets_a_file_be_forgotten(terminal: Terminal, stub: CentreStub) -> None:
    """Whoever says "complete" without the pinned key is not believed; the centre is asked again, not sent to again."""
    stub.desk.signs = False
    terminal.start()
    terminal.accept(with_scans(SCAN))
    wait_whole(stub, 1)
    wait_until(lambda: len([one for one in stub.seen if one.method == "GET" and "/blobs/" in one.path]) >= 2)
    assert len(list(terminal.profile.place(terminal.data).blobs.iterdir())) == 1
    parts = len(stub.desk.sizes)
    stub.desk.signs = True
    wait_forgotten(terminal)
    assert len(stub.desk.sizes) == parts


def test_a_poison_piece_delays_neither_applications_nor_other_evidence(terminal: Terminal, stub: CentreStub) -> None:
    stub.desk.misfortunes.extend([answers(503, {"reason": "busy"}, ("Retry-After", "3600"))])
    terminal.start()
    first, second = with_scans(SCAN), with_scans(SCAN[::-1])
    for draft in (first, second):
        terminal.accept(draft)
        assert terminal.outcome(draft).state is TransactionState.ACCEPTED
    wait_whole(stub, 1)
    status = terminal.ask(GetStatus())
    assert isinstance(status, StoreStatus)
    assert (status.waiting, status.evidence) == (0, 1)


def test_parts_shrink_where_they_are_lost_and_grow_where_they_arrive() -> None:
    size = PartSize()
    for _ in range(5):
        size.lost()
    assert size.bytes == LEAST_BYTES
    size.arrived(2.0)
    assert size.bytes == LEAST_BYTES
    for _ in range(10):
        size.arrived(0.1)
    assert size.bytes == MOST_BYTES
    size.arrived(20.0)
    assert size.bytes == MOST_BYTES // 2


def test_a_line_that_loses_large_parts_gets_small_ones(terminal: Terminal, stub: CentreStub) -> None:
    stub.desk.misfortunes.extend([cut_after(False)] * 2)
    terminal.start()
    terminal.accept(with_scans(SCAN))
    wait_whole(stub, 1)
    assert stub.desk.sizes[:3] == [256 * 1024, 64 * 1024, 16 * 1024]
    each_byte_once(stub)


def each_byte_once(stub: CentreStub) -> None:
    """The parts that were kept follow one another without a gap or an overlap."""
    for sha256, content in stub.desk.whole.items():
        parts = [(offset, length) for name, offset, length in stub.desk.taken if name == sha256]
        ends = [offset + length for offset, length in parts]
        assert [offset for offset, _ in parts] == [0, *ends[:-1]]
        assert ends[-1] == len(content)


def wait_until(condition: Callable[[], bool], within_s: float = 20.0) -> None:
    """Look again and again; the wait ends as soon as it holds."""
    pause = threading.Event()
    assert any(condition() or pause.wait(0.02) for _ in range(int(within_s / 0.02)))


def wait_whole(stub: CentreStub, count: int) -> None:
    wait_until(lambda: len(stub.desk.whole) >= count)


def wait_parts(stub: CentreStub, count: int) -> None:
    wait_until(lambda: len(stub.desk.sizes) >= count)


def wait_forgotten(terminal: Terminal) -> None:
    """The file is gone, and its row says that the centre has it."""
    folder = terminal.profile.place(terminal.data).blobs
    wait_until(lambda: not list(folder.iterdir()))
    depth = terminal.process.owner.run(lambda store: store.evidence.depth(), Control(5.0))
    assert (depth.waiting, depth.quarantined) == (0, 0)
