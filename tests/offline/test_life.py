"""A store's whole life, in every order: captures, attempts, power cuts, clocks, catalogues, operators.

The model is a list of what was promised and what the centre has. Whatever happens, nothing promised is lost or altered,
nothing takes effect twice, nothing that was called failed succeeds later, and a catalogue is one version or another.
"""

from __future__ import annotations

import datetime
import random
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from offline_cache.catalogue.client import CatalogueClient
from offline_cache.catalogue.store import CatalogueStore
from offline_cache.contract import Accepted, Draft, TransactionState
from offline_cache.errors import Conflict
from offline_cache.outbox.delivery import Due
from offline_cache.outbox.retention import sweep
from offline_cache.outbox.schedule import Lane, Verdict
from tests.offline.catalogue_city import CONTENT, City, Line
from tests.offline.conftest import make_draft
from tests.offline.life import Fates, Machine, ModelCentre

DONE = {TransactionState.ACCEPTED, TransactionState.REJECTED}
KINDS = st.sampled_from(["application", "rating"])
LUCK = st.integers(0, 2**32 - 1)
"""Decides what becomes of each transaction of a request. Drawn one by one, fates would be alike too often."""


class Life(RuleBasedStateMachine):
    """Rules are what may happen; invariants hold after each."""

    model_city: City
    """Has its keys and a first version; each life has a copy."""

    def __init__(self) -> None:
        super().__init__()
        home = Path("/dev/shm")
        self.folder = Path(tempfile.mkdtemp(prefix="doorstep-life-", dir=home if home.is_dir() else None))
        shutil.copytree(self.model_city.keys.parent, self.folder / "city")
        self.city = self.model_city.moved(self.folder / "city")
        self.published = {1: dict(CONTENT)}
        self.machine = Machine(self.folder)
        self.centre = ModelCentre()
        self.drafts: list[Draft] = []
        self.promised: list[Accepted] = []
        self.told: dict[str, TransactionState] = {}
        self.real_s = self.machine.clock.utc().timestamp()

    def teardown(self) -> None:
        self._everything_ends()
        self.machine.close()
        shutil.rmtree(self.folder)

    @initialize()
    def hand_over(self) -> None:
        """The terminal comes with the city's first root."""
        self.catalogue.set_up(self.city.root())

    @property
    def catalogue(self) -> CatalogueStore:
        return CatalogueStore(self.machine.store.database)

    # What citizens do.

    @rule(kind=KINDS, service=st.sampled_from(["card", "allowance"]))
    def capture(self, kind: str, service: str) -> None:
        draft = make_draft(kind=kind, service=service)
        self.drafts.append(draft)
        self.promised.append(self.machine.store.outbox.accept(draft))

    @rule(kind=KINDS, point=st.sampled_from(["before", "after"]))
    def the_power_goes_while_a_transaction_is_captured(self, kind: str, point: str) -> None:
        draft = make_draft(kind=kind)
        with self.machine.dying(point):
            self.machine.store.outbox.accept(draft)
        self.drafts.append(draft)
        self.promised.append(self.machine.store.outbox.accept(draft))  # the screen asks again

    @precondition(lambda self: self.promised)
    @rule(data=st.data())
    def ask_again(self, data: st.DataObject) -> None:
        """A lost answer of ours: the same draft gives the same promise, another one under its id none."""
        place = data.draw(st.integers(0, len(self.promised) - 1))
        draft = self.drafts[place]
        assert self.machine.store.outbox.accept(draft) == self.promised[place]
        with pytest.raises(Conflict):
            self.machine.store.outbox.accept(make_draft(draft.id, district="440112"))

    # What the line does.

    @rule(most=st.integers(1, 20), luck=LUCK)
    def send(self, most: int, luck: int) -> None:
        for taken in self._take(most):
            self.machine.store.delivery.record_batch(self._judged(taken, luck))

    @rule(luck=LUCK)
    def capture_and_send(self, luck: int) -> None:
        self.capture("application" if luck % 3 else "rating", "card")
        self.send(20, luck)

    @rule(most=st.integers(1, 20), luck=LUCK, point=st.sampled_from(["sending", "before", "after"]))
    def the_power_goes_while_sending(self, most: int, luck: int, point: str) -> None:
        taken = next(self._take(most), None)
        if taken is None:
            return
        answered = self._judged(taken, luck)
        if point == "sending":
            self.machine.cut()
        else:
            with self.machine.dying(point):
                self.machine.store.delivery.record_batch(answered)

    @rule()
    def the_line_comes_back(self) -> None:
        self.machine.store.delivery.release()

    # What people do.

    @rule()
    def an_operator_sends_at_once(self) -> None:
        self.machine.store.delivery.retry()

    @rule()
    def an_operator_releases_what_is_quarantined(self) -> None:
        for outcome in self._states():
            if outcome[1] is TransactionState.QUARANTINED:
                self.told.pop(outcome[0], None)  # a person has decided: it is not final any more
        self._release()

    # What time does.

    @rule(hours=st.integers(1, 200))
    def time_passes(self, hours: int) -> None:
        self.machine.clock.pass_s(hours * 3600.0)
        self.real_s += hours * 3600.0

    @rule(years=st.integers(-10, 10))
    def the_wall_clock_jumps(self, years: int) -> None:
        self.machine.clock.wall += datetime.timedelta(days=365 * years)

    @rule(years=st.integers(-10, 10))
    def the_machine_boots_with_another_date(self, years: int) -> None:
        self.machine.reboot(years)

    @rule()
    def the_centre_signs_its_time(self) -> None:
        self.machine.contact(self.real_s)
        assert abs(self.machine.time.utc().timestamp() - self.real_s) < 1

    @rule()
    def old_payloads_go_and_what_is_over_is_said(self) -> None:
        store, time = self.machine.store, self.machine.time
        sweep(store.database, store.journal, self.machine.clock.schedule_s())
        before = dict(self._states())
        expired = store.expiry.sweep(time.utc(), vouched=time.vouched).expired
        for outcome in expired:
            assert time.vouched
            captured = next(one for one in self.promised if one.transaction_id == outcome.transaction_id)
            assert before[captured.transaction_id] not in DONE

    # What the city does.

    @rule()
    def the_catalogue_is_updated(self) -> None:
        self._publish()
        self._client().refresh()

    @rule(point=st.sampled_from(["before", "after"]))
    def the_power_goes_while_the_catalogue_is_updated(self, point: str) -> None:
        self._publish()
        with self.machine.dying(point):
            self._client().refresh()

    @precondition(lambda self: len(self.catalogue.kept()) > 1)
    @rule()
    def the_catalogue_is_rolled_back(self) -> None:
        kept = self.catalogue.kept()
        self.catalogue.roll_back(min(kept))

    # What must hold.

    @invariant()
    def what_was_promised_is_there_as_it_was_promised(self) -> None:
        rows = {row.transaction_id: row for row in self.machine.store.outbox.rows(10_000)}
        assert rows.keys() == {one.transaction_id for one in self.promised}
        for one in self.promised:
            assert rows[one.transaction_id].local_number == one.local_number
        sequences = [one.sequence for one in self.promised]
        assert sequences == sorted(sequences)  # in the order of their capture, whatever the clocks said
        self.machine.store.check()

    @invariant()
    def nothing_takes_effect_twice_and_no_failure_succeeds_later(self) -> None:
        assert all(count == 1 for count in self.centre.effects.values())
        for transaction_id, state in self._states():
            had = self.told.get(transaction_id)
            assert had not in DONE or had is state, "a last word was taken back"
            if state is TransactionState.ACCEPTED:
                assert (
                    self.machine.store.outbox.outcome(transaction_id).case_number == self.centre.cases[transaction_id]
                )
            if state is TransactionState.REJECTED:
                assert transaction_id not in self.centre.effects
            self.told[transaction_id] = state

    @invariant()
    def the_catalogue_is_one_version(self) -> None:
        if self.catalogue.kept():
            active = self.catalogue.active()
            assert active.files == self.published[active.version]

    def _release(self) -> None:
        with self.machine.store.database.transaction():
            self.machine.store.quarantine.release()

    def _take(self, most: int) -> Iterator[tuple[Due, ...]]:
        """What is due, lane by lane."""
        for lane in Lane:
            taken = self.machine.store.delivery.take_batch(lane, most)
            if isinstance(taken, tuple):
                yield taken

    def _judged(self, taken: tuple[Due, ...], luck: int) -> list[tuple[Due, Verdict]]:
        fates = random.Random(luck).choices(list(Fates), k=len(taken))
        return [(due, self.centre.judge(due, fate)) for due, fate in zip(taken, fates, strict=True)]

    def _states(self) -> list[tuple[str, TransactionState]]:
        outbox = self.machine.store.outbox
        return [(one.transaction_id, outbox.outcome(one.transaction_id).state) for one in self.promised]

    def _publish(self) -> None:
        name = "services/hrss/card.toml"
        content = CONTENT | {name: CONTENT[name] + f"changed = {len(self.published)}\n".encode()}
        self.published[self.city.publisher().publish(content)] = content

    def _client(self) -> CatalogueClient:
        return CatalogueClient(Line(self.city), lambda work: work(self.catalogue), lambda: self.city.now)

    def _everything_ends(self) -> None:
        """With a line and a person who lets go on what was held, all that was promised has one end."""
        for _ in range(200):
            self._release()
            self.machine.clock.pass_s(4000.0)
            for taken in self._take(20):
                answers = [(due, self.centre.judge(due, Fates.TAKEN)) for due in taken]
                self.machine.store.delivery.record_batch(answers)
            if all(state in DONE for _, state in self._states()):
                break
        for transaction_id, state in self._states():
            assert state in DONE, (transaction_id, state)
            assert (state is TransactionState.ACCEPTED) == (self.centre.effects[transaction_id] == 1)
        self.machine.store.check()


def live(tmp_path: Path, lives: int, steps: int) -> None:
    """So many lives of so many steps."""
    city = City(tmp_path)
    city.publish()
    machine = type("CityLife", (Life,), {"model_city": city})
    run_state_machine_as_test(  # type: ignore[no-untyped-call]  # Hypothesis has no types for it
        machine,
        settings=settings(
            max_examples=lives,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=[Phase.generate],  # a life takes half a second: making a failure shorter takes minutes
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.timeout(300)
def test_thirty_lives(tmp_path: Path) -> None:
    live(tmp_path, 30, 40)


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_two_thousand_lives(tmp_path: Path) -> None:
    live(tmp_path, 2_000, 60)
