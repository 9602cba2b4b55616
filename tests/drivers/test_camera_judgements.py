"""What makes a picture, and a stream of pictures, good enough: on pictures that are made here."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.camera.quality import Grey, problems_of
from drivers.camera.stream import BLINDED, COVERED, FROZEN, SLOW, WRONG_SIZE, Expected, StreamJudge

CLEAR = 500.0


def grey(seed: int, mean: float = 128, spread: float = 40, size: tuple[int, int] = (48, 64)) -> Grey:
    noise = np.random.default_rng(seed).normal(mean, spread, size)
    picture: Grey = np.clip(noise, 0, 255).astype(np.uint8)
    return picture


@pytest.mark.parametrize(
    ("picture", "sharpness", "problems"),
    [
        (grey(1), CLEAR, ()),
        (grey(1), 3.0, ("blurred",)),
        (grey(1, mean=20, spread=12), CLEAR, ("too_dark",)),
        (grey(1, mean=245, spread=12), CLEAR, ("too_bright",)),
        (grey(1, spread=0), CLEAR, ("covered",)),
        (grey(1, mean=0, spread=0), CLEAR, ("covered",)),
        (grey(1, mean=255, spread=0), CLEAR, ("too_bright",)),
    ],
)
def test_a_picture_is_judged_by_its_light_and_its_edges(
    picture: Grey, sharpness: float, problems: tuple[str, ...]
) -> None:
    assert problems_of(picture, sharpness) == problems


def watched(pictures: list[tuple[float, Grey]], expected: Expected | None = None) -> StreamJudge:
    judge = StreamJudge(expected or Expected())
    for at, picture in pictures:
        judge.see(picture, at)
    return judge


def test_pictures_that_move_are_well() -> None:
    judge = watched([(step / 12, grey(step)) for step in range(60)])
    assert judge.problem(5.0) == ""
    assert judge.rate(5.0) == pytest.approx(12, abs=1)


def test_the_same_picture_for_two_seconds_is_frozen_and_a_new_one_mends_it() -> None:
    judge = watched([(step / 12, grey(7)) for step in range(26)])
    assert judge.problem(25 / 12) == FROZEN
    judge.see(grey(8), 26 / 12)
    assert judge.problem(26 / 12) == ""


@pytest.mark.parametrize(
    ("picture", "problem"),
    [
        (grey(1, mean=2, spread=1), COVERED),
        (grey(1, spread=0), COVERED),
        (grey(1, mean=254, spread=1), BLINDED),
        (grey(1, mean=255, spread=0), BLINDED),
    ],
)
def test_nothing_to_see_is_a_covered_or_a_blinded_lens(picture: Grey, problem: str) -> None:
    assert watched([(0.0, picture)]).problem(0.0) == problem


@pytest.mark.parametrize("fps", [5, 12, 30, 60, 120])
def test_the_rate_is_told_however_fast_the_camera_is(fps: int) -> None:
    judge = watched([(step / fps, grey(step, size=(6, 8))) for step in range(fps * 4)])
    assert judge.rate(4.0) == pytest.approx(fps, rel=0.1)
    assert judge.problem(4.0) == ""


def test_a_camera_that_was_away_is_not_called_slow_or_frozen_when_it_is_back() -> None:
    judge = watched([(step / 12, grey(1)) for step in range(12)])
    for step in range(24):
        judge.see(grey(1 if step == 0 else step + 2), 9.0 + step / 12)
        assert judge.problem(9.0 + step / 12) == ""


def test_one_picture_a_second_is_slow() -> None:
    judge = watched([(float(step), grey(step)) for step in range(6)])
    assert judge.problem(5.0) == SLOW


def test_a_size_that_the_profile_does_not_name_is_wrong() -> None:
    assert watched([(0.0, grey(1))], Expected(640, 480)).problem(0.0) == WRONG_SIZE
    assert watched([(0.0, grey(1, size=(480, 640)))], Expected(640, 480)).problem(0.0) == ""


@given(st.lists(st.tuples(st.floats(0, 100), st.integers(0, 3), st.integers(1, 80), st.integers(1, 80)), max_size=20))
def test_any_stream_has_one_verdict(steps: list[tuple[float, int, int, int]]) -> None:
    pictures = [(at, grey(seed, size=(height, width))) for at, seed, height, width in sorted(steps)]
    judge = watched(pictures, Expected(64, 48))
    assert judge.problem(101.0) in {"", FROZEN, COVERED, BLINDED, WRONG_SIZE, SLOW}
