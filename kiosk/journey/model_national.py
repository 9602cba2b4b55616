"""The parts of a service that its citizens read before and after: law, materials, fees, contact, questions, sources.

Names follow GB/T 39554 in natural English; the Chinese name of each element stands in kiosk.journey.elements.
Nothing here is invented: what no source evidences is left out, or stands there with `demo` (演示).
"""

from __future__ import annotations

from typing import Literal

import msgspec

from kiosk.journey.model_words import Text

Unit = Literal["working_day", "calendar_day"]


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where something in this file was read: a document or a page, and the day on which it was looked at."""

    what: str
    where: str
    seen: str


class Law(msgspec.Struct, frozen=True, kw_only=True):
    """A legal basis (设定依据): its name as published, its number, the article; `source` where it was read."""

    name: Text
    number: str = ""
    article: str = ""
    source: str


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """One of 申请材料. `when` (CEL) and `case` say when it is needed; `licences` names e-licences that stand for it."""

    id: str
    name: Text
    form: Literal["original", "copy", "electronic", "form"] = "original"
    need: Literal["always", "case", "gap_allowed"] = "always"
    when: str = ""
    case: Text | None = None
    licences: tuple[str, ...] = ()
    originals: int = 1
    copies: int = 0
    from_whom: Text | None = None
    standard: Text | None = None


class Fee(msgspec.Struct, frozen=True, kw_only=True):
    """One of 收费项目: what, how much (fen), on which basis. `reduced`: who pays less."""

    name: Text
    amount_fen: int
    basis: Text
    reduced: Text | None = None
    since: str = ""
    demo: bool = False


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """常见问题: one question and its answer."""

    question: Text
    answer: Text


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to ask and where to complain (咨询方式, 监督投诉方式). A number that no source evidences is left out."""

    consult: str = "12345"
    complain: str = "12345"
    place: Text | None = None


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A value that changes with time: dated, sourced, and marked on the screen when not evidenced (`demo`).

    Rules read it by figure(name); texts show it through `values`. `name` is for the comparison of districts: without
    one it is not compared.
    """

    value: int
    unit: Text
    since: str
    source: str
    demo: bool = True
    name: Text | None = None


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """Words that the national catalogue wants beside the time limits."""

    statutory_days: int = 0
    unit: Unit = "working_day"
    note: Text | None = None
