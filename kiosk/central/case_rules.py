"""What a case can be, and what may follow what: the steps of the national case record (办件过程). Pure.

Codes: 0 不同意, 1 同意, 2 不受理, 3 不予受理, 4 受理, 5 补齐补正, 6 特别程序, 7 退回; a step stands at the start (1),
in the middle (2) or at the end (3) of a case, or is its only one (4). Source: the field tables of the provincial case
libraries. Not responsible for storing anything (kiosk.central.cases).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class StepResult(IntEnum):
    """What an office decided (办理结果)."""

    DENIED = 0
    AGREED = 1
    NOT_OURS = 2
    REFUSED = 3
    ACCEPTED = 4
    CORRECTIONS = 5
    SPECIAL = 6
    RETURNED = 7


class StepNode(IntEnum):
    """Where in a case's life a step stands (环节)."""

    START = 1
    MIDDLE = 2
    END = 3
    ONLY = 4


WAITS = "待传材料"
"""Evidence that was announced is not all here yet."""
TO_VERIFY, RECEIVED, TO_CORRECT, SPECIAL = "待核验", "已受理", "待补正", "特别程序"
GRANTED, DENIED, NOT_OURS, REFUSED, RETURNED = "办结", "办结（不同意）", "不受理", "不予受理", "已退回"
FULL = "已约满"
"""A booking for which there was no place any more."""

_FOLLOWS = {
    (WAITS, StepResult.RETURNED): RETURNED,
    (TO_VERIFY, StepResult.ACCEPTED): RECEIVED,
    (TO_VERIFY, StepResult.CORRECTIONS): TO_CORRECT,
    (TO_VERIFY, StepResult.NOT_OURS): NOT_OURS,
    (TO_VERIFY, StepResult.REFUSED): REFUSED,
    (RECEIVED, StepResult.CORRECTIONS): TO_CORRECT,
    (RECEIVED, StepResult.SPECIAL): SPECIAL,
    (RECEIVED, StepResult.AGREED): GRANTED,
    (RECEIVED, StepResult.DENIED): DENIED,
    (TO_CORRECT, StepResult.ACCEPTED): RECEIVED,
    (TO_CORRECT, StepResult.REFUSED): REFUSED,
    (TO_CORRECT, StepResult.RETURNED): RETURNED,
    (SPECIAL, StepResult.AGREED): GRANTED,
    (SPECIAL, StepResult.DENIED): DENIED,
}
_NEEDS_REASON = frozenset(StepResult) - {StepResult.AGREED, StepResult.ACCEPTED}
_ENDS = frozenset({GRANTED, DENIED, NOT_OURS, REFUSED, RETURNED, FULL})


class NotAllowedError(Exception):
    """This step cannot follow; one line says why."""


def is_over(state: str) -> bool:
    """Whether nothing can follow."""
    return state in _ENDS


def next_state(state: str, result: StepResult, before: Iterable[StepResult], reason: str) -> str:
    """The state after a step. `before`: the steps taken so far. Raises NotAllowedError.

    Papers are asked for once, all together (一次性告知); whatever is not a yes gives its reason to the citizen.
    """
    following = _FOLLOWS.get((state, result))
    if following is None:
        raise NotAllowedError(f"{result.name} cannot follow on {state}")
    if result is StepResult.CORRECTIONS and StepResult.CORRECTIONS in before:
        raise NotAllowedError("papers were asked for before: all that is missing is told at once")
    if result in _NEEDS_REASON and not reason.strip():
        raise NotAllowedError("the citizen is told the reason: --reason")
    return following


def node_of(following: str, is_first: bool) -> StepNode:
    """Where a step stands that leads to `following`."""
    if is_over(following):
        return StepNode.ONLY if is_first else StepNode.END
    return StepNode.START if following == RECEIVED else StepNode.MIDDLE
