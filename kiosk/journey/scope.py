"""What rules can see of a session: plain values under fixed names, and the district that counts.

Names: today, online, proxy, found (how many records a lookup gave), terminal.district, card.*, subject.* (the one it
is for), known.<field>, answers.<step> (what it is worth: kiosk.journey.answers), shown.<step>,
district.{code,name,differs,basis,since,note,decided_by}; functions say_date(day), district_name(code),
banded(table, age), city_banded(table, age), figure(name), say_figure(name): with its unit and 演示,
sum_of(label) and sum_chosen(label, numbers): the money (fen) of the records that were found; row_of(label) and
row_chosen(label, number): what a row of them says, of the first record that has it, or of the one with this number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from drivers.contract.values import IdCard
from kiosk.journey import rules
from kiosk.journey.answers import OF_PARTS, read_entries, read_ids, read_parts, say_parts, worth
from kiosk.journey.catalogue import Resolved
from kiosk.journey.context import Context
from kiosk.journey.dates import birth_of, fen_of, mask_number, say_date
from kiosk.journey.model import Band, BankCardStep, Figure, GroupStep, QuestionStep, Service, Step, Text
from kiosk.journey.model_steps import ANSWERED
from kiosk.journey.rules import CARD_FIELDS, KNOWN_FIELDS, Value
from kiosk.journey.session import Citizen, Session
from kiosk.views import Language
from offline_cache.contract import LineState, Record


@dataclass(frozen=True)
class Scope:
    """Variables and functions for the rules of one session at one moment."""

    variables: Mapping[str, Value]
    functions: Mapping[str, Callable[..., object]]
    resolved: Resolved
    """The service by the rules of the place that counts."""

    def truth(self, expression: str) -> bool:
        """Whether a condition holds; the empty one does."""
        return not expression or rules.evaluate(expression, self.variables, self.functions) is True

    def text(self, expression: str) -> str:
        """The value of an expression as text; the empty one is ""."""
        return str(rules.evaluate(expression, self.variables, self.functions)) if expression else ""

    def values(self, named: Mapping[str, str]) -> dict[str, str]:
        """Several expressions at once: what fills the {placeholders} of a step."""
        return {name: self.text(expression) for name, expression in named.items()}

    def value(self, expression: str) -> object:
        """The value of an expression as it is; the empty one is ""."""
        return rules.evaluate(expression, self.variables, self.functions) if expression else ""

    def with_answer(self, ask: str, stored: str) -> Scope:
        """The scope of an answer's own rules: `value` is what it is worth."""
        return replace(self, variables={**self.variables, "value": worth(ask, stored)})

    def with_item(self, item: dict[str, Value]) -> Scope:
        """The scope inside an entry of a group."""
        return replace(self, variables={**self.variables, "item": item})

    @property
    def district(self) -> str:
        """The code of the district whose rules count."""
        district = self.variables["district"]
        return str(district["code"]) if isinstance(district, dict) else ""


def scope_of(session: Session, context: Context, service: Service) -> Scope:
    """Everything the rules of `service` can see now."""
    facts = _facts(session, context, service)
    functions: dict[str, Callable[..., object]] = {
        "say_date": lambda day: say_date(day, session.language),
        "district_name": lambda code: context.catalogue.district_name(code, session.language),
        "sum_of": lambda label: sum_fen(session.citizen.records, label, ()),
        "sum_chosen": lambda label, numbers: sum_fen(session.citizen.records, label, tuple(numbers)),
        "row_of": lambda label: row_text(session.citizen.records, label, ""),
        "row_chosen": lambda label, number: row_text(session.citizen.records, label, number),
    }
    code = context.terminal.district
    if service.district:
        said = str(rules.evaluate(service.district, facts, functions))
        code = context.catalogue.district_code(said) or code
    street = str(rules.evaluate(service.street, facts, functions)) if service.street else ""
    resolved = context.catalogue.resolve(service.id, code, session.today, street)
    functions["banded"] = lambda name, age: band_value(resolved.service.tables[name], age)
    functions["city_banded"] = lambda name, age: band_value(service.tables[name], age)
    functions["figure"] = lambda name: resolved.service.figures[name].value
    functions["say_figure"] = lambda name: say_figure(resolved.service.figures[name], context, session.language)
    overlay = resolved.overlay
    facts["district"] = {
        "code": code,
        "name": context.catalogue.district_name(code, session.language),
        "differs": overlay is not None,
        "basis": overlay.basis.of(session.language) if overlay else "",
        "since": overlay.valid_from if overlay else "",
        "note": overlay.note.of(session.language) if overlay else "",
        "decided_by": overlay.decided_by.of(session.language) if overlay and overlay.decided_by else "",
    }
    return Scope(facts, functions, resolved)


def sum_fen(records: tuple[Record, ...], label: str, numbers: tuple[str, ...]) -> int:
    """The money of the rows of this label, in fen: of all records found, or of those with these numbers."""
    chosen = [record for record in records if record.rows and (not numbers or record.rows[0].value in numbers)]
    rows = (row for record in chosen for row in record.rows if label in {row.label, row.name})
    return sum(fen_of(row.value) for row in rows)


def row_text(records: tuple[Record, ...], label: str, number: str) -> str:
    """What the row of this label says, of the first record or of the one with this number; "" where none does."""
    chosen = [record for record in records if record.rows and number in {"", record.rows[0].value}]
    rows = (row for record in chosen for row in record.rows if label in {row.label, row.name})
    return next((row.value for row in rows), "")


def band_value(bands: tuple[Band, ...], age: int) -> int:
    """The value for an age in whole years; 0 outside all bands."""
    return next((band.value for band in bands if band.first <= age <= band.last), 0)


def _facts(session: Session, context: Context, service: Service) -> dict[str, Value]:
    citizen = session.citizen
    asked = [step for step in service.steps if isinstance(step, ANSWERED)]
    return {
        "today": session.today,
        "online": session.world.line is not LineState.OFFLINE,
        "proxy": citizen.for_whom not in {"", "self"},
        "found": len(citizen.records),
        "terminal": {"district": context.terminal.district},
        "card": _card(citizen.card),
        "subject": _subject(citizen, context),
        "known": _known(citizen, context),
        "answers": {step.id: _worth(step, citizen.answer(step.id)) for step in asked},
        "shown": {step.id: shown_answer(step, citizen.answer(step.id), context, session.language) for step in asked},
    }


def _card(card: IdCard | None) -> Value:
    return {name: str(getattr(card, name, "")) for name in CARD_FIELDS}


def _subject(citizen: Citizen, context: Context) -> Value:
    if citizen.relative is not None:
        other = citizen.relative
        birth = other.birth or birth_of(other.number)
        district = context.catalogue.district_code(other.hukou_district)
        return {"name": other.name, "number": other.number, "birth": birth, "hukou_district": district}
    card = citizen.card
    return {
        "name": card.name if card else "",
        "number": card.number if card else "",
        "birth": (card.birth or birth_of(card.number)) if card else "",
        "hukou_district": _known(citizen, context)["hukou_district"],
    }


def _known(citizen: Citizen, context: Context) -> dict[str, Value]:
    values: dict[str, Value] = dict.fromkeys(KNOWN_FIELDS, "")
    values.update({field.name: field.value for field in citizen.known if field.name in values})
    values["hukou_district"] = context.catalogue.district_code(str(values["hukou_district"]))
    return values


def _worth(step: Step, stored: str) -> Value:
    if isinstance(step, GroupStep):
        asks = {field.id: field.ask for field in step.fields}
        return [
            {name: worth(asks.get(name, ""), value) for name, value in entry.items()} for entry in read_entries(stored)
        ]
    return worth(step.ask if isinstance(step, QuestionStep) else "", stored)


def say_figure(figure: Figure, context: Context, language: Language) -> str:
    """A figure with its unit, marked when no source evidences it."""
    said = f"{figure.value}{figure.unit.of(language)}"
    return context.texts("field.demo", language, figure=said) if figure.demo else said


def shown_answer(step: Step, stored: str, context: Context, language: Language) -> str:
    """An answer as the citizen reads it, in any language, whatever language she gave it in."""
    if isinstance(step, GroupStep):
        return "\n".join(entry_line(step, entry, context, language) for entry in read_entries(stored))
    if not isinstance(step, QuestionStep):
        return mask_number(stored) if isinstance(step, BankCardStep) else stored
    if step.ask in {"date", "month"}:
        return say_date(stored, language)
    if step.ask in OF_PARTS:
        code = read_parts(step.ask, stored).get("district", "")
        return say_parts(step, stored, language, context.catalogue.district_name(code, language) if code else "")
    comma = context.texts("service.comma", language)
    ids = read_ids(stored) if step.ask == "choices" else (stored,)
    return comma.join(_label(step, name, context, language) for name in ids)


def entry_line(step: GroupStep, entry: Mapping[str, str], context: Context, language: Language) -> str:
    """An entry of a group on one line."""
    shown = (shown_answer(field, entry.get(field.id, ""), context, language) for field in step.fields)
    return context.texts("service.comma", language).join(word for word in shown if word)


def _label(step: QuestionStep, name: str, context: Context, language: Language) -> str:
    label: Text | None = next((option.label for option in step.options if option.id == name), None)
    if label is not None:
        return label.of(language)
    if step.options_from == "districts" and name:
        return context.catalogue.district_name(name, language)
    if step.options_from == "places":
        return next((site.name.of(language) for site in context.catalogue.sites if site.id == name), name)
    if step.options_from == "public":
        entries = context.catalogue.public[step.dataset].entries
        return next((one.title.of(language) for one in entries if one.title.hans == name), name)
    if step.options_from == "departments" and name in context.catalogue.departments:
        return context.catalogue.departments[name].name.of(language)
    if step.options_from == "services" and name in context.catalogue.services:
        return context.catalogue.services[name].title.of(language)
    return name
