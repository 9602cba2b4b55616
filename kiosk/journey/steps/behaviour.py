"""What every kind of step can do. One module for each kind; the table is in kiosk.journey.steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from kiosk.journey.turn import Going, Happening, Turn
from kiosk.views import AnyView


def never_passed(turn: Turn) -> bool:
    """A step that always takes place."""
    return False


def stay(turn: Turn) -> Turn:
    """A step whose page needs nothing but the session."""
    return turn


def one_back(turn: Turn) -> Turn:
    """Go to the page before this one."""
    return turn.go(Going.BACK)


def drop(turn: Turn) -> Turn:
    """Leave the step: give up what still runs."""
    return turn.drop()


class Behaviour(NamedTuple):
    """`enter` begins a step, `show` paints it, `handle` takes what happens, `passed`: nothing left to do?

    `back` is one step back inside or out of the step; `leave` tidies up however the step is left.
    """

    show: Callable[[Turn], AnyView]
    handle: Callable[[Turn, Happening], Turn]
    enter: Callable[[Turn], Turn] = stay
    passed: Callable[[Turn], bool] = never_passed
    back: Callable[[Turn], Turn] = one_back
    leave: Callable[[Turn], Turn] = drop
