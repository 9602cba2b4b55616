"""What rules can see of a session: plain values under fixed names, and the district that counts.

Names: today, online, proxy, terminal.district, card.*, subject.* (the one it is for), known.<field>,
answers.<step>, shown.<step>, district.{code,name,differs,basis,since,note}; functions say_date(day),
district_name(code), banded(table, age), city_banded(table, age).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from drivers.contract.values import IdCard
from kiosk.journey import rules
from kiosk.journey.context import Context
from kiosk.journey.dates import birth_of, say_date
from kiosk.journey.model import Band, QuestionStep, Service, Text
from kiosk.journey.rules import CARD_FIELDS, KNOWN_FIELDS, Value
from kiosk.journey.session import Citizen, Session
from kiosk.views import Language
from offline_cache.contract import LineState


@dataclass(frozen=True)
class Scope:
    """Variables and functions for the rules of one session at one moment."""

    variables: Mapping[str, Value]
    functions: Mapping[str, Callable[..., object]]

    def truth(self, expression: str) -> bool:
        """Whether a condition holds; the empty one does."""
        return not expression or rules.evaluate(expression, self.variables, self.functions) is True

    def text(self, expression: str) -> str:
        """The value of an expression as text; the empty one is ""."""
        return str(rules.evaluate(expression, self.variables, self.functions)) if expression else ""

    def values(self, named: Mapping[str, str]) -> dict[str, str]:
        """Several expressions at once: what fills the {placeholders} of a step."""
        return {name: self.text(expression) for name, expression in named.items()}

    def with_value(self, value: str) -> Scope:
        """The scope of an answer's own rules."""
        return Scope({**self.variables, "value": value}, self.functions)

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
    }
    code = context.terminal.district
    if service.district:
        said = str(rules.evaluate(service.district, facts, functions))
        code = context.catalogue.district_code(said) or code
    resolved = context.catalogue.resolve(service.id, code, session.today)
    functions["banded"] = lambda name, age: band_value(resolved.service.tables[name], age)
    functions["city_banded"] = lambda name, age: band_value(service.tables[name], age)
    overlay = resolved.overlay
    facts["district"] = {
        "code": code,
        "name": context.catalogue.district_name(code, session.language),
        "differs": overlay is not None,
        "basis": overlay.basis.of(session.language) if overlay else "",
        "since": overlay.valid_from if overlay else "",
        "note": overlay.note.of(session.language) if overlay else "",
    }
    return Scope(facts, functions)


def band_value(bands: tuple[Band, ...], age: int) -> int:
    """The value for an age in whole years; 0 outside all bands."""
    return next((band.value for band in bands if band.first <= age <= band.last), 0)


def _facts(session: Session, context: Context, service: Service) -> dict[str, Value]:
    citizen = session.citizen
    questions = [step for step in service.steps if isinstance(step, QuestionStep)]
    return {
        "today": session.today,
        "online": session.world.line is not LineState.OFFLINE,
        "proxy": citizen.for_whom == "parent",
        "terminal": {"district": context.terminal.district},
        "card": _card(citizen.card),
        "subject": _subject(citizen, context),
        "known": _known(citizen, context),
        "answers": {step.id: citizen.answer(step.id) for step in questions},
        "shown": {
            step.id: shown_answer(step, citizen.answer(step.id), context, session.language) for step in questions
        },
    }


def _card(card: IdCard | None) -> Value:
    return {name: str(getattr(card, name, "")) for name in CARD_FIELDS}


def _subject(citizen: Citizen, context: Context) -> Value:
    if citizen.parent is not None:
        parent = citizen.parent
        birth = parent.birth or birth_of(parent.number)
        district = context.catalogue.district_code(parent.hukou_district)
        return {"name": parent.name, "number": parent.number, "birth": birth, "hukou_district": district}
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


def shown_answer(step: QuestionStep, value: str, context: Context, language: Language) -> str:
    """An answer as the citizen reads it, in any language, whatever language she gave it in."""
    if step.ask in {"date", "month"}:
        return say_date(value, language)
    label: Text | None = next((option.label for option in step.options if option.id == value), None)
    if label is not None:
        return label.of(language)
    if step.options_from == "districts" and value:
        return context.catalogue.district_name(value, language)
    return value
