"""The input process's side: strokes become librime's state, the same by small steps as all at once."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ui.keyboard import rime_wire as wire
from ui.keyboard.librime import Folders, Librime
from ui.keyboard.rime_host import SCHEMAS, SHARED, Composer, serve

PINYIN = "doorstep_pinyin"


@pytest.fixture(scope="module")
def rime(tmp_path_factory: pytest.TempPathFactory) -> Librime:
    """The real librime, here in the tests' own process."""
    return Librime(Folders(SHARED, SCHEMAS, tmp_path_factory.mktemp("user")))


@pytest.fixture
def composer(rime: Librime) -> Iterator[Composer]:
    rime.select_schema(PINYIN)
    rime.clear()
    yield Composer(rime)
    rime.clear()


def ask(composer: Composer, *strokes: str, first: int = 0, count: int = 5) -> wire.Reply:
    return composer.answer(wire.Request(1, PINYIN, list(strokes), first, count))


def test_a_choice_finishes_its_strokes(composer: Composer) -> None:
    ask(composer, *"nihao")
    reply = ask(composer, *"nihao", wire.pick(0))
    assert (reply.commit, reply.used, reply.preedit) == ("你好", 6, "")


def test_strokes_after_a_choice_are_composed_on(composer: Composer) -> None:
    reply = ask(composer, *"nihao", wire.pick(0), *"zh")
    assert (reply.commit, reply.used, reply.preedit) == ("你好", 6, "zh")
    assert ask(composer, *"zhong").candidates[0] == "中"


def test_a_list_that_does_not_go_on_starts_over(composer: Composer) -> None:
    ask(composer, *"nihao")
    assert ask(composer, *"guangzhou").candidates[0] == "广州"


def test_candidates_come_in_pieces_that_fit_together(composer: Composer) -> None:
    whole = ask(composer, *"yi", count=12)
    parts = [ask(composer, *"yi", first=first, count=4) for first in (0, 4, 8)]
    assert [text for part in parts for text in part.candidates] == whole.candidates
    assert parts[0].more


def test_the_end_of_the_candidates_is_told(composer: Composer) -> None:
    reply = ask(composer, *"shehuibaozhangka", count=5000)
    assert not reply.more
    assert ask(composer, *"shehuibaozhangka", first=len(reply.candidates)).candidates == []


def test_a_choice_that_is_not_there_changes_nothing(composer: Composer) -> None:
    reply = ask(composer, *"ni", wire.pick(99_999))
    assert (reply.commit, reply.preedit) == ("", "ni")


def test_a_sign_ends_a_sentence_of_several_choices(composer: Composer) -> None:
    reply = ask(composer, *"zhangsan", wire.literal("，"))
    assert reply.commit.endswith("，")
    assert len(reply.commit) == 3
    assert reply.preedit == ""


def test_an_unknown_schema_is_an_error_and_the_next_question_is_answered(rime: Librime) -> None:
    rime.clear()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        host = threading.Thread(target=serve, args=(theirs, Composer(rime)))
        host.start()
        ours.settimeout(20)
        ours.sendall(wire.pack(wire.Request(1, "no_such_schema", ["n"])))
        ours.sendall(wire.pack(wire.Request(2, PINYIN, ["n", "i"], 0, 5)))
        unpacker, replies = wire.Unpacker(), list[wire.Reply]()
        while len(replies) < 2:
            replies += map(wire.reply_of, unpacker.feed(ours.recv(65536)))
        ours.shutdown(socket.SHUT_WR)
        host.join(20)
    assert [reply.number for reply in replies] == [1, 2]
    assert "no_such_schema" in replies[0].error
    assert replies[1].candidates[0] == "你"


STEPS = st.lists(
    st.sampled_from([*"nihaozhgue", wire.DIVIDER, wire.BACKSPACE, wire.pick(0), wire.pick(2)]),
    max_size=14,
)


@given(STEPS)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_new_process_gets_where_the_old_one_was(rime: Librime, steps: list[str]) -> None:
    """What recovery rests on: the strokes are the whole truth."""
    rime.select_schema(PINYIN)
    rime.clear()
    old, strokes, reply = Composer(rime), list[str](), wire.Reply(0)
    for step in steps:
        strokes.append(step)
        reply = ask(old, *strokes)
        del strokes[: reply.used]
    rime.clear()
    again = ask(Composer(rime), *strokes)
    if strokes:
        assert (again.preedit, again.candidates) == (reply.preedit, reply.candidates)
