"""Judge the expressions and sentences of a service: do they compile, name what exists, give what is needed?

Each expression is tried on a citizen of whom nothing is known and on one of whom all is: a rule may not
fail in front of anybody. Not responsible for whether a rule is right.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator
from typing import NamedTuple

from kiosk.journey.model import (
    CertificateStep,
    GateStep,
    LookupStep,
    QuestionStep,
    ReviewStep,
    Service,
    Step,
    Text,
)
from kiosk.journey.rules import (
    CARD_FIELDS,
    DISTRICT_FIELDS,
    KNOWN_FIELDS,
    SUBJECT_FIELDS,
    RuleError,
    Value,
    evaluate,
    unknown_names,
)


class Expression(NamedTuple):
    """An expression, where it stands, and whether it must be true or false."""

    where: str
    source: str
    condition: bool = False
    has_value: bool = False


def rule_mistakes(service: Service) -> list[str]:
    """What is wrong with the expressions of a service, one line each."""
    mistakes: list[str] = []
    for expression in _expressions(service):
        if expression.source:
            mistake = _mistake(expression, service)
            mistakes += [f"{expression.where}: {mistake}"] if mistake else []
    return mistakes


def _mistake(expression: Expression, service: Service) -> str:
    for full in (False, True):
        variables = sample(service, full)
        if expression.has_value:
            variables["value"] = "1"
        functions: dict[str, Callable[..., object]] = {
            "say_date": str,
            "district_name": str,
            "banded": lambda name, age: service.tables[name][0].value,
            "city_banded": lambda name, age: service.tables[name][0].value,
        }
        try:
            unknown = unknown_names(expression.source, variables, functions)
            if unknown:
                return f"{expression.source!r} uses {', '.join(unknown)}, which nobody provides"
            found = evaluate(expression.source, variables, functions)
        except RuleError as error:
            return f"{expression.source!r}: {error}"
        if expression.condition and not isinstance(found, bool):
            return f"{expression.source!r} must be true or false, not {type(found).__name__}"
    return ""


def sample(service: Service, full: bool) -> dict[str, Value]:
    """The variables of a scope for a citizen of whom nothing, or everything, is known."""
    filler = "1" if full else ""
    card: dict[str, Value] = dict.fromkeys(CARD_FIELDS, filler)
    subject: dict[str, Value] = dict.fromkeys(SUBJECT_FIELDS, filler)
    known: dict[str, Value] = dict.fromkeys(KNOWN_FIELDS, filler)
    district: dict[str, Value] = {**dict.fromkeys(DISTRICT_FIELDS, filler), "differs": full}
    if full:
        card["birth"] = subject["birth"] = "1950-03-05"
    questions = [step.id for step in service.steps if isinstance(step, QuestionStep)]
    answers: dict[str, Value] = dict.fromkeys(questions, filler)
    return {
        "today": "2026-03-05",
        "online": full,
        "proxy": full,
        "terminal": {"district": "440106"},
        "card": card,
        "subject": subject,
        "known": known,
        "district": district,
        "answers": answers,
        "shown": dict(answers),
    }


def _expressions(service: Service) -> Iterator[Expression]:
    yield Expression("district", service.district)
    for step in service.steps:
        where = f"steps: {step.id}"
        yield Expression(f"{where}: when", step.when, condition=True)
        for name, source in step.values.items():
            yield Expression(f"{where}: values.{name}", source)
        if isinstance(step, GateStep):
            for rule in step.require:
                yield Expression(f"{where}: require", rule.rule, condition=True)
        if isinstance(step, QuestionStep):
            yield from _question_expressions(step, where)
        if isinstance(step, LookupStep | CertificateStep):
            for parameter in step.parameters:
                yield Expression(f"{where}: parameters.{parameter.name}", parameter.value)
                yield Expression(f"{where}: parameters.{parameter.name}.shown", parameter.shown)
        if isinstance(step, ReviewStep):
            for row in step.rows:
                yield Expression(f"{where}: rows.{row.name}", row.value)
                yield Expression(f"{where}: rows.{row.name}.shown", row.shown)


def _question_expressions(step: QuestionStep, where: str) -> Iterator[Expression]:
    for name in ("default", "earliest", "latest"):
        yield Expression(f"{where}: {name}", getattr(step, name))
    for rule in step.rules:
        yield Expression(f"{where}: rules", rule.rule, condition=True, has_value=True)
    for option in step.options:
        yield Expression(f"{where}: options.{option.id}.when", option.when, condition=True)


def sentence_mistakes(service: Service) -> list[str]:
    """Placeholders that a step's `values` do not fill, and fixed texts that have any."""
    mistakes: list[str] = []
    for step in service.steps:
        for text in _filled_texts(step):
            missing = placeholders(text) - step.values.keys()
            mistakes += [f"steps: {step.id}: {{{name}}} is not among its values" for name in sorted(missing)]
    return mistakes


def placeholders(text: Text) -> set[str]:
    """The names in braces; the three languages were compared when the text was read."""
    return {name for _, name, _, _ in string.Formatter().parse(text.hans) if name}


def _filled_texts(step: Step) -> Iterator[Text]:
    for name in step.__struct_fields__:
        value = getattr(step, name)
        if isinstance(value, Text):
            yield value
        elif isinstance(value, tuple):
            for item in value:
                if isinstance(item, Text):
                    yield item
                elif hasattr(item, "message"):
                    yield item.message
