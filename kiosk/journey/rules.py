"""Rules of service definitions: CEL expressions over plain values, evaluated purely.

Not responsible for what the values are (kiosk.journey.scope). Our own functions beside CEL's: those of FUNCTIONS are
plain (part_of: one place of a text that a mark cuts up); `banded`, `say_date` and others come from the scope.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping

import cel

from kiosk.journey.dates import age_on, money, money_fen, plus_days, plus_months, weekday_of

Value = str | int | bool | list["Value"] | dict[str, "Value"]


KNOWN_FIELDS = (
    "phone",
    "address",
    "employer",
    "hukou_district",
    "hukou_street",
    "bank_name",
    "bank_account",
    "social_security_number",
    "parent_name",
    "parent_number",
    "licences",
    "company_name",
    "company_code",
    "plate",
)
"""The scalar fields that the centre can prefill; `parents` and `children` are read by the for_whom step alone."""

CARD_FIELDS = ("layout", "name", "sex", "nation", "birth", "address", "number", "valid_to", "nationality")
SUBJECT_FIELDS = ("name", "number", "birth", "hukou_district")
DISTRICT_FIELDS = ("code", "name", "basis", "since", "note", "decided_by")


class RuleError(Exception):
    """An expression cannot be compiled, or uses what does not exist."""


FUNCTIONS: dict[str, Callable[..., object]] = {
    "age_on": age_on,
    "plus_months": plus_months,
    "plus_days": plus_days,
    "weekday_of": weekday_of,
    "month_of": lambda day: day[:7],
    "year_of": lambda day: day[:4],
    "part_of": lambda text, mark, place: next(iter(text.split(mark)[place : place + 1]), ""),
    "whole": lambda text: int(text) if text.isascii() and text.isdigit() else 0,
    "length": len,  # CEL's own size() counts the bytes of a Chinese text in this library
    "money": money,
    "money_fen": money_fen,
}


@functools.lru_cache(maxsize=4096)
def compiled(expression: str) -> cel.Program:
    """The program of an expression; RuleError says what is wrong with it."""
    try:
        return cel.compile(expression)
    except ValueError as error:
        raise RuleError(str(error).splitlines()[0]) from error


def evaluate(expression: str, variables: Mapping[str, Value], functions: Mapping[str, Callable[..., object]]) -> object:
    """The value of an expression; RuleError when it names what does not exist or mixes types."""
    try:
        context = cel.Context(variables=dict(variables), functions={**FUNCTIONS, **functions})
        return compiled(expression).execute(context)
    except (KeyError, RuntimeError, TypeError, ValueError, IndexError) as error:
        raise RuleError(f"{type(error).__name__}: {error}") from error


def unknown_names(expression: str, variables: Mapping[str, Value], functions: Mapping[str, object]) -> list[str]:
    """Functions and top-level variables an expression uses and nobody provides."""
    program = compiled(expression)
    known = {*variables, *_bound(program)}
    missing = [name for name in program.variables() if name not in known]
    ours = {*FUNCTIONS, *functions, *_STANDARD}
    return missing + [name for name in program.functions() if name[:1].isalpha() and name not in ours]


_STANDARD = frozenset(
    {"size", "matches", "contains", "startsWith", "endsWith", "string", "int", "double", "bool", "has"}
    | {"map", "filter", "all", "exists", "exists_one", "min", "max"}
)


def _bound(program: cel.Program) -> set[str]:
    return {name for name in program.variables() if len(name) == 1}  # x of rows.filter(x, …)
