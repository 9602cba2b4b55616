"""Any sequence of touches and facts: never an exception, always a page with a way on, nothing done twice."""

from __future__ import annotations

from collections import Counter

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.contract.commands import CardSeen, PrinterWaiting, PrintReceipt, SheetPrinted
from kiosk import intents as do
from kiosk.journey.effects import RunDevice, RunStore
from kiosk.journey.events import OutcomeArrived, PinChecked, TimedOut
from kiosk.views import Language
from offline_cache.contract import Accept, LineState, Outcome, TransactionState
from tests.journeys.citizen import LI, ROLES, WANG, Citizen, good_world, make_context, sensible, without
from tests.journeys.test_misfortunes import DEVICE_KINDS, STORE_KINDS, has_way_on

CONTEXT = make_context()
WORDS = ("", "123456", "246810", "2025-10", "2020-02-30", "13800000000", "広州\x00{x}", "6222000000000001")
CHOICES = (
    *("retry", "leave", "menu", "back", "return", "go_on", "change", "card", "self", "parent:0", "choose"),
    *("resend", "no_phone", "no_card", "custom", "courier", "440112", "outside", "print", "5", "test:id_card"),
)
TOUCHES = st.one_of(
    st.sampled_from(
        [
            *(do.Begun(), do.CareToggled(), do.Confirmed(), do.Declined(), do.BackPressed(), do.LeavePressed()),
            *(
                do.HelpPressed(),
                do.StillHere(),
                do.Touched(),
                do.TechnicianPressed(),
                do.TabChosen("event"),
                do.DoorChosen("work"),
                do.DisplayPressed(),
                do.SettingChosen("voice", "cantonese"),
                do.SettingChosen("theme", "dark"),
            ),
        ]
    ),
    st.sampled_from(Language).map(do.LanguageChosen),
    st.sampled_from([*CONTEXT.catalogue.services]).map(do.ServiceChosen),
    st.sampled_from(CHOICES).map(do.Chosen),
    st.sampled_from(WORDS).map(do.Answered),
    st.sampled_from(["bank", "photo", "for_whom", "nothing"]).map(do.EditPressed),
)
WORLDS = [
    *(good_world(line) for line in LineState),
    *(without(good_world(), role) for role in ROLES),
    msgspec.structs.replace(good_world(), store=None),
    msgspec.structs.replace(good_world(), in_service=False),
]
DEEDS = st.one_of(
    st.tuples(st.just("sensible"), st.none()),
    st.tuples(st.just("sensible"), st.none()),
    st.tuples(st.just("healthy"), st.none()),
    st.tuples(st.just("healthy"), st.none()),
    st.tuples(st.just("touch"), TOUCHES),
    st.tuples(st.just("fail"), st.integers(0, 7)),
    st.tuples(st.just("world"), st.sampled_from(WORLDS)),
    st.tuples(st.just("timer"), st.none()),
    st.tuples(st.just("hear"), st.sampled_from([CardSeen(), SheetPrinted(1, 2), PrinterWaiting("jammed")])),
    st.tuples(st.just("fact"), st.sampled_from([PinChecked(True), TimedOut(1)])),
    st.tuples(st.just("outcome"), st.sampled_from(TransactionState)),
)


def perform(citizen: Citizen, deed: str, what: object) -> None:
    """One thing that happens."""
    run = next(iter(citizen.running.values()), None)
    if deed == "sensible":
        citizen.does(sensible(citizen.view))
    elif deed == "touch":
        citizen.does(what)  # type: ignore[arg-type]  # drawn from TOUCHES
    elif deed == "world":
        citizen.becomes(what)  # type: ignore[arg-type]  # drawn from WORLDS
    elif deed == "timer" and citizen.timer is not None:
        citizen.waits()
    elif deed == "fact":
        citizen.feed(what)  # type: ignore[arg-type]  # drawn from facts
    elif deed == "outcome":
        citizen.feed(OutcomeArrived(Outcome(f"a{citizen.visits}", what, "C9")))  # type: ignore[arg-type]  # a state
    elif run is not None:
        answer(citizen, run, deed, what)


def answer(citizen: Citizen, run: RunDevice | RunStore, deed: str, what: object) -> None:
    """Something about the oldest running command."""
    kind = type(run.command)
    if deed == "healthy":
        citizen.answer(kind, citizen.healthy(run.command))
    elif deed == "fail":
        kinds = DEVICE_KINDS if isinstance(run, RunDevice) else STORE_KINDS
        citizen.fail(kind, kinds[what])  # type: ignore[index]  # drawn from integers
    elif deed == "hear" and isinstance(run, RunDevice):
        citizen.hear(kind, what)


@settings(max_examples=120, deadline=None)
@given(st.lists(DEEDS, max_size=70), st.sampled_from([*CONTEXT.catalogue.services]), st.sampled_from([WANG, LI]))
def test_any_walk_keeps_its_way(deeds: list[tuple[str, object]], service: str, card: object) -> None:
    citizen = Citizen(CONTEXT, card=card)  # type: ignore[arg-type]  # one of two cards
    citizen.does(do.Begun(), do.ServiceChosen(service))
    for deed, what in deeds:
        perform(citizen, deed, what)
        assert has_way_on(citizen)
        assert citizen.view.chrome.caption or citizen.session is None
    drafts = Counter(command.draft.id for command in citizen.commands(Accept))
    for number in drafts:
        assert len({command.draft for command in citizen.commands(Accept) if command.draft.id == number}) == 1
    assert len(citizen.commands(PrintReceipt)) <= citizen.visits
    leave(citizen)


def leave(citizen: Citizen) -> None:
    """However it stands, a citizen who walks away is forgotten."""
    for _ in range(30):
        if citizen.session is None:
            break
        citizen.serve()
        if citizen.session is not None and citizen.session.timer:
            citizen.waits()
    assert citizen.session is None
