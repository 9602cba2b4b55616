"""What is being composed, without a process: strokes, requests, replies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.keyboard import rime_wire as wire
from ui.keyboard.composition import Composition


def settle(state: Composition, reply: wire.Reply | None = None) -> wire.Request:
    """Ask what there is to ask and answer it."""
    request = state.next_request()
    assert request is not None
    fields = reply or wire.Reply(0, preedit="".join(request.strokes), candidates=["甲", "乙"])
    state.take(wire.Reply(request.number, fields.commit, fields.used, fields.preedit, fields.candidates))
    return request


@pytest.fixture
def state() -> Composition:
    state = Composition("pinyin", 5)
    settle(state)
    return state


def test_the_first_question_loads_the_schema() -> None:
    request = Composition("pinyin", 5).next_request()
    assert request == wire.Request(1, "pinyin", [], 0, 5)


def test_one_question_at_a_time_then_all_that_was_typed_meanwhile(state: Composition) -> None:
    state.press("n")
    first = state.next_request()
    state.press("i")
    state.press("h")
    assert state.next_request() is None
    assert first is not None
    state.take(wire.Reply(first.number, preedit="n"))
    second = state.next_request()
    assert second is not None
    assert second.strokes == ["n", "i", "h"]


def test_finished_strokes_leave_and_later_ones_stay(state: Composition) -> None:
    for stroke in ("n", wire.pick(0)):
        state.press(stroke)
    asked = state.next_request()
    state.press("h")
    assert asked is not None
    assert state.take(wire.Reply(asked.number, commit="你", used=2)) == "你"
    assert settle(state).strokes == ["h"]


def test_a_letter_taken_back_was_never_made(state: Composition) -> None:
    state.press("n")
    state.press("i")
    settle(state)
    state.press(wire.BACKSPACE)
    assert settle(state).strokes == ["n"]
    state.press(wire.BACKSPACE)
    assert not state.active
    assert state.next_request() is None


def test_taking_back_a_choice_is_librimes_work(state: Composition) -> None:
    for stroke in ("z", "s", wire.pick(3)):
        state.press(stroke)
    settle(state)
    state.press(wire.BACKSPACE)
    assert settle(state).strokes == ["z", "s", "3", wire.BACKSPACE]


def test_nothing_but_letters_begins_a_composition(state: Composition) -> None:
    for stroke in (wire.BACKSPACE, wire.pick(0), wire.literal("，")):
        assert not state.press(stroke)
    assert not state.active


def test_a_full_composition_takes_no_letter_but_can_be_ended(state: Composition) -> None:
    while state.press("a"):
        pass
    settle(state)
    assert state.press(wire.pick(0))


def test_candidates_of_a_lost_process_cannot_be_chosen(state: Composition) -> None:
    state.press("n")
    settle(state)
    assert state.candidates == ["甲", "乙"]
    state.lost()
    assert not state.settled
    assert state.candidates == []
    assert settle(state).strokes == ["n"]


def test_another_schema_drops_the_composition_and_is_asked_for(state: Composition) -> None:
    state.press("n")
    settle(state)
    state.use("stroke")
    assert not state.active
    assert settle(state).schema == "stroke"


def test_a_new_letter_goes_back_to_the_first_candidates(state: Composition) -> None:
    state.press("n")
    settle(state)
    state.look_at(40, 20)
    assert settle(state).first == 40
    state.press("i")
    assert settle(state).first == 0


STROKES = st.lists(st.sampled_from(["a", "b", "'", wire.BACKSPACE, wire.pick(0), wire.literal("，")]), max_size=90)


@given(STROKES)
def test_any_typing_keeps_the_composition_askable(strokes: list[str]) -> None:
    state = Composition("pinyin", 5)
    for stroke in strokes:
        state.press(stroke)
        request = state.next_request()
        if request is not None:
            assert wire.request_of(wire.Unpacker().feed(wire.pack(request))[0]) == request
            state.take(wire.Reply(request.number, preedit="x"))
        assert state.settled
