"""What services share is written once: phrases, fragments and shapes, and every mistake in using them is told."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from kiosk.journey.fragments import Library, expand, library_mistakes

HELLO = {"zh-Hans": "您好", "zh-Hant": "您好", "en": "Hello"}
SHELF = Library(
    {"hello": HELLO},
    {
        name: tomllib.loads(text)
        for name, text in {
            "ask": """
about = "one question"
[parameters]
id = { about = "its id", default = "ask" }
who = { about = "a word" }
hint = { about = "a hint", optional = true }
lines = { about = "several", default = [] }
[[steps]]
id = "$id"
title = { zh-Hans = "给${who}", zh-Hant = "給${who}", en = "For ${who}" }
hint = "$hint"
all = ["first", "$lines", "last"]
""",
            "twice": """
about = "two questions"
[[steps]]
use = "ask"
who = "a"
id = "one"
[[steps]]
use = "ask"
who = "b"
id = "two"
when = "y"
""",
            "shape": """
about = "a shape"
[parameters]
what = { about = "what for" }
[service]
fee = "@hello"
minutes = 3
[[steps]]
id = "begin"
what = "$what"
[[steps]]
slot = "questions"
[[steps]]
slot = "papers"
[[steps]]
id = "end"
""",
            "circle": """
about = "never ends"
[[steps]]
use = "circle"
""",
        }.items()
    },
)


def steps_of(text: str) -> list[Any]:
    """The steps of an expanded tree that has no mistake."""
    tree, mistakes = expand(tomllib.loads(text), SHELF)
    assert mistakes == []
    return list(tree["steps"])


def test_a_phrase_stands_for_its_text_everywhere() -> None:
    tree, mistakes = expand({"a": "@hello", "b": ["@hello", {"c": "@hello"}], "d": "say @hello"}, SHELF)
    assert mistakes == []
    assert tree == {"a": HELLO, "b": [HELLO, {"c": HELLO}], "d": "say @hello"}


def test_parameters_fill_words_lists_and_whole_values() -> None:
    step = steps_of('[[steps]]\nuse = "ask"\nwho = "您"\nlines = ["x", "y"]')[0]
    assert step == {
        "id": "ask",
        "title": {"zh-Hans": "给您", "zh-Hant": "給您", "en": "For 您"},
        "all": ["first", "x", "y", "last"],
    }


def test_a_text_inside_a_sentence_speaks_the_sentences_language() -> None:
    step = steps_of('[[steps]]\nuse = "ask"\nwho = { zh-Hans = "母亲", zh-Hant = "母親", en = "her mother" }')[0]
    assert step["title"] == {"zh-Hans": "给母亲", "zh-Hant": "給母親", "en": "For her mother"}


def test_conditions_reach_every_step_inside() -> None:
    one, two = steps_of('[[steps]]\nuse = "twice"\nwhen = "x"')
    assert (one["when"], two["when"]) == ("x", "(x) && (y)")


def test_a_shape_gives_what_is_left_out_and_puts_own_steps_into_its_slots() -> None:
    tree, mistakes = expand(
        tomllib.loads(
            'use = "shape"\nminutes = 9\n[with]\nwhat = "it"\n'
            '[[steps]]\nid = "q1"\n[[steps]]\nid = "p"\nslot = "papers"\n[[steps]]\nid = "q2"'
        ),
        SHELF,
    )
    assert mistakes == []
    assert (tree["fee"], tree["minutes"]) == (HELLO, 9)
    assert [step["id"] for step in tree["steps"]] == ["begin", "q1", "q2", "p", "end"]
    assert tree["steps"][0]["what"] == "it"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('a = "@nothing"', "@nothing is not a phrase"),
        ('[[steps]]\nuse = "nothing"', "there is no such fragment; known: ask"),
        ('[[steps]]\nuse = "ask"', "who is missing: a word"),
        ('[[steps]]\nuse = "ask"\nwho = "x"\ncolour = 1', "colour is not one of its parameters"),
        ('use = "shape"\n[with]\nwhat = 1\n[[steps]]\nid = "x"\nslot = "attic"', "no slot 'attic'"),
        ('[[steps]]\nuse = "circle"', "in a circle"),
    ],
)
def test_each_mistake_in_using_is_told(text: str, said: str) -> None:
    assert said in "\n".join(expand(tomllib.loads(text), SHELF)[1])


def test_a_fragment_that_hides_or_forgets_a_parameter_is_told() -> None:
    bad = tomllib.loads('colour = 1\n[parameters]\na = { default = 1 }\n[[steps]]\nid = "$b"\nx = "${c}"')
    said = "\n".join(library_mistakes(Library({}, {"bad": bad})))
    for words in ("colour is not a key", "about: say", "parameters.a: needs about", "$b is not", "$c is not"):
        assert words in said
    assert "parameters.a is used nowhere" in said
    assert library_mistakes(SHELF) == []
