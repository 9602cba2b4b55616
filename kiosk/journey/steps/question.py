"""One question a page: a choice, a date, a month, or something to write, with defaults and rules.

Not responsible for keyboards and calendars (ui) nor for what the rules say (the definition).
"""

from __future__ import annotations

import unicodedata
from typing import Literal

from kiosk.intents import Answered, Chosen, Confirmed
from kiosk.journey.dates import is_date, is_month
from kiosk.journey.model import QuestionStep, Text
from kiosk.journey.pages import chrome, phrase
from kiosk.journey.scope import Scope
from kiosk.journey.session import Memory, Phrase
from kiosk.journey.steps.behaviour import Behaviour
from kiosk.journey.turn import Going, Happening, Turn
from kiosk.views import AnyView, ChoiceView, DateView, Option, TextView
from offline_cache.contract import Answer

Pad = Literal["chinese", "latin", "number", "phone"]
PADS: dict[str, Pad] = {"text": "chinese", "phone": "phone", "number": "number"}
ALWAYS = ("1900-01-01", "2099-12-31")


class QuestionMemory(Memory, frozen=True):
    """What was wrong with the last try, and the try itself, so that it can be mended."""

    tried: str = ""
    problem: Phrase | Text | None = None


def _show(turn: Turn) -> AnyView:
    step, memory = turn.step(QuestionStep), turn.memory(QuestionMemory)
    problem = turn.say_phrase(memory.problem) if memory.problem else ""
    title, hint, value = turn.fill(step.title), turn.fill(step.hint), memory.tried or current(turn)
    if step.ask == "choice":
        options = options_of(turn)
        chosen = value if value in {option.id for option in options} else ""
        return ChoiceView(chrome=chrome(turn), title=title, hint=hint, options=options, chosen=chosen, problem=problem)
    if step.ask in {"date", "month"}:
        earliest, latest = _limits(step, turn.scope)
        return DateView(
            chrome=chrome(turn),
            title=title,
            hint=hint,
            value=value,
            earliest=earliest,
            latest=latest,
            precision="day" if step.ask == "date" else "month",
            problem=problem,
        )
    return _text_view(turn, value, problem)


def _text_view(turn: Turn, value: str, problem: str) -> TextView:
    step = turn.step(QuestionStep)
    return TextView(
        chrome=chrome(turn),
        title=turn.fill(step.title),
        hint=turn.fill(step.hint),
        value=value,
        keyboard=step.keyboard or PADS[step.ask],
        max_length=step.max_length,
        optional=step.optional,
        pattern_hint=turn.fill(step.pattern_hint),
        problem=problem,
    )


def current(turn: Turn) -> str:
    """The answer given before, else the default, which may come from what the city knows."""
    step = turn.step(QuestionStep)
    given = any(answer.name == step.id for answer in turn.citizen.answers)
    return turn.citizen.answer(step.id) if given else turn.scope.text(step.default)


def options_of(turn: Turn) -> tuple[Option, ...]:
    """What can be chosen now."""
    step, scope, language = turn.step(QuestionStep), turn.scope, turn.session.language
    listed = [
        Option(choice.id, choice.label.of(language), choice.detail.of(language) if choice.detail else "")
        for choice in step.options
        if scope.truth(choice.when)
    ]
    if step.options_from == "districts":
        codes = turn.context.catalogue.districts
        listed = [Option(code, named.name.of(language)) for code, named in codes.items()] + listed
    return tuple(listed)


def _limits(step: QuestionStep, scope: Scope) -> tuple[str, str]:
    size = 10 if step.ask == "date" else 7
    earliest, latest = scope.text(step.earliest) or ALWAYS[0], scope.text(step.latest) or ALWAYS[1]
    return earliest[:size], latest[:size]


def _handle(turn: Turn, happening: Happening) -> Turn:
    step = turn.step(QuestionStep)
    match happening:
        case Chosen(id=chosen) if step.ask == "choice":
            return _answer(turn, chosen)
        case Answered(value=value) if step.ask != "choice":
            return _answer(turn, clean(value))
        case Confirmed() if current(turn) or step.optional:
            return _answer(turn, current(turn))
        case _:
            return turn


def clean(value: str) -> str:
    """What was written, without control characters and outer spaces, composed (NFC)."""
    written = unicodedata.normalize("NFC", value)
    return "".join(sign for sign in written if unicodedata.category(sign)[0] != "C").strip()


def _answer(turn: Turn, value: str) -> Turn:
    mistake = mistake_in(turn, value)
    if mistake is not None:
        return turn.remember(QuestionMemory(value, mistake))
    name = turn.step(QuestionStep).id
    others = tuple(answer for answer in turn.citizen.answers if answer.name != name)
    return turn.learned(answers=(*others, Answer(name, value))).go(Going.NEXT)


def mistake_in(turn: Turn, value: str) -> Phrase | Text | None:
    """What is wrong with an answer, or None."""
    step = turn.step(QuestionStep)
    if not value:
        return None if step.optional else Phrase("question.empty")
    scope = turn.scope
    wrong = _misfit(turn, step, scope, value)
    if wrong is not None:
        return wrong
    scope = scope.with_value(value)
    return next((rule.message for rule in step.rules if not scope.truth(rule.rule)), None)


def _misfit(turn: Turn, step: QuestionStep, scope: Scope, value: str) -> Phrase | None:
    if step.ask == "choice":
        return None if value in {option.id for option in options_of(turn)} else Phrase("question.choose")
    if step.ask in {"date", "month"}:
        fits = is_date(value) if step.ask == "date" else is_month(value)
        earliest, latest = _limits(step, scope)
        return None if fits and earliest <= value <= latest else Phrase("question.date")
    if len(value) > step.max_length:
        return phrase("question.long", length=str(step.max_length))
    return None


def _passed(turn: Turn) -> bool:
    step = turn.step(QuestionStep)
    if not turn.session.returning:
        return False
    given = any(answer.name == step.id for answer in turn.citizen.answers)
    return given and mistake_in(turn, turn.citizen.answer(step.id)) is None


QUESTION = Behaviour(_show, _handle, enter=lambda turn: turn.remember(None), passed=_passed)
