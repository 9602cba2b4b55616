"""Judge the expressions and sentences of a service: do they compile, name what exists, give what is needed?

Each expression is tried on a citizen of whom nothing is known and on one of whom all is: a rule may not
fail in front of anybody. Not responsible for whether a rule is right.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator
from typing import NamedTuple

from kiosk.journey.answers import worth
from kiosk.journey.model import (
    BankCardStep,
    CertificateStep,
    GateStep,
    GroupStep,
    LookupStep,
    Parameter,
    PrintStep,
    QuestionStep,
    ReviewStep,
    ScanStep,
    Service,
    Step,
    Text,
)
from kiosk.journey.model_steps import ANSWERED
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
    question: QuestionStep | None = None
    group: GroupStep | None = None


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
        if expression.question is not None and expression.condition:
            variables["value"] = sample_answer(expression.question.ask, True)
        if expression.group is not None:
            variables["item"] = {field.id: sample_answer(field.ask, full) for field in expression.group.fields}
        functions: dict[str, Callable[..., object]] = {
            "say_date": str,
            "district_name": str,
            "banded": lambda name, age: service.tables[name][0].value,
            "city_banded": lambda name, age: service.tables[name][0].value,
            "figure": lambda name: service.figures[name].value,
            "sum_of": lambda label: 0,
            "sum_chosen": lambda label, numbers: 0,
            "row_of": lambda label, said="1" if full else "": said,
            "row_chosen": lambda label, number, said="1" if full else "": said,
            "say_figure": lambda name: str(service.figures[name].value),
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
    given = [step for step in service.steps if isinstance(step, ANSWERED)]
    answers = {step.id: _sample_of(step, full) for step in given}
    return {
        "today": "2026-03-05",
        "online": full,
        "proxy": full,
        "found": 1 if full else 0,
        "terminal": {"district": "440106"},
        "card": card,
        "subject": subject,
        "known": known,
        "district": district,
        "answers": answers,
        "shown": {step.id: filler for step in given},
    }


def _sample_of(step: Step, full: bool) -> Value:
    if isinstance(step, GroupStep):
        entry: dict[str, Value] = {field.id: sample_answer(field.ask, full) for field in step.fields}
        return [entry] if full else []
    return sample_answer(step.ask if isinstance(step, QuestionStep) else "", full)


def sample_answer(ask: str, full: bool) -> Value:
    """An answer of a kind: none, or some."""
    if ask == "choices":
        return ["1"] if full else []
    found = worth(ask, "")
    if isinstance(found, dict):
        return {name: "1" if full else "" for name in found}
    return ("2026-03-05" if ask == "date" else "1") if full else ""


def _expressions(service: Service) -> Iterator[Expression]:
    yield Expression("district", service.district)
    yield Expression("street", service.street)
    for material in service.materials:
        yield Expression(f"materials: {material.id}: when", material.when, condition=True)
    for step in service.steps:
        where = f"steps: {step.id}"
        yield Expression(f"{where}: when", step.when, condition=True)
        for name, source in step.values.items():
            yield Expression(f"{where}: values.{name}", source)
        yield from _step_expressions(step, where)


def _step_expressions(step: Step, where: str) -> Iterator[Expression]:
    match step:
        case GateStep():
            for rule in step.require:
                yield Expression(f"{where}: require", rule.rule, condition=True)
        case QuestionStep():
            yield from _question_expressions(step, where)
        case GroupStep():
            yield from _group_expressions(step, where)
        case BankCardStep():
            yield Expression(f"{where}: default", step.default)
        case ScanStep():
            for rule in step.rules:
                yield Expression(f"{where}: rules", rule.rule, True, _TEXT)
        case _:
            yield from _output_expressions(step, where)


def _output_expressions(step: Step, where: str) -> Iterator[Expression]:
    match step:
        case LookupStep() | CertificateStep():
            yield from _parameter_expressions(step.parameters, f"{where}: parameters")
        case PrintStep():
            yield Expression(f"{where}: form", step.form)
            yield Expression(f"{where}: specimen", step.specimen, condition=True)
            yield Expression(f"{where}: copies", step.copies)
        case ReviewStep():
            yield from _parameter_expressions(step.rows, f"{where}: rows")
        case _:
            return


def _group_expressions(step: GroupStep, where: str) -> Iterator[Expression]:
    for field in step.fields:
        yield Expression(f"{where}: {field.id}: when", field.when, True, None, step)
        yield from _question_expressions(field, f"{where}: {field.id}", step)


def _parameter_expressions(parameters: tuple[Parameter, ...], where: str) -> Iterator[Expression]:
    for parameter in parameters:
        yield Expression(f"{where}.{parameter.name}", parameter.value)
        yield Expression(f"{where}.{parameter.name}.shown", parameter.shown)


def _question_expressions(step: QuestionStep, where: str, group: GroupStep | None = None) -> Iterator[Expression]:
    for name in ("default", "earliest", "latest", "within"):
        yield Expression(f"{where}: {name}", getattr(step, name), group=group)
    for rule in step.rules:
        yield Expression(f"{where}: rules", rule.rule, True, step, group)
    for option in step.options:
        yield Expression(f"{where}: options.{option.id}.when", option.when, True, None, group)


_NO_WORDS = Text("-", "-", "-")
_TEXT = QuestionStep(id="", name=_NO_WORDS, title=_NO_WORDS, ask="text", label=_NO_WORDS)


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
