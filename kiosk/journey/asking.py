"""Ask one question, part by part, and judge each part as it is given.

Shared by the question step and by the entries of a group. Pure: a form goes in, a form or an answer comes out.
Not responsible for what becomes of the answer, nor for keyboards and calendars (ui).
"""

from __future__ import annotations

from typing import NamedTuple

from kiosk.intents import Answered, Chosen, Confirmed, Picked
from kiosk.journey.answers import OF_PARTS, read_ids, read_parts, store_ids, store_parts
from kiosk.journey.dates import is_date, is_month
from kiosk.journey.forms import has_form
from kiosk.journey.model import QuestionStep, Text
from kiosk.journey.pages import chrome, phrase
from kiosk.journey.parts import OUTSIDE, Part, parts_of, tidy
from kiosk.journey.scope import Scope
from kiosk.journey.session import Memory, Phrase
from kiosk.journey.turn import Happening, Turn
from kiosk.views import AnyView, ChoicesView, ChoiceView, DateView, Option, TextView
from offline_cache.contract import Record

ALWAYS = ("1900-01-01", "2099-12-31")


class Form(Memory, frozen=True):
    """A question being answered: the parts given, the last try and what was wrong with it."""

    given: tuple[tuple[str, str], ...] = ()
    tried: str = ""
    problem: Phrase | Text | None = None


class Asked(NamedTuple):
    """A question where it is asked: what its rules see, and the answer given before, as it is stored."""

    step: QuestionStep
    scope: Scope
    before: str


def part_now(asked: Asked, form: Form) -> Part:
    """The part that is asked now."""
    given = dict(form.given)
    parts = parts_of(asked.step, given)
    return next((part for part in parts if part.name not in given), parts[-1])


def back(form: Form) -> Form | None:
    """The form with its last part open again; None at the first one."""
    return Form(form.given[:-1]) if form.given else None


def page_of(turn: Turn, asked: Asked, form: Form) -> AnyView:
    """The page of the part that is asked now."""
    step, part = asked.step, part_now(asked, form)
    own = turn.fill(step.title)
    title = turn.say(part.title) if part.title else own
    hint = f"{own} {turn.fill(step.hint)}".strip() if part.title else turn.fill(step.hint)
    problem = turn.say_phrase(form.problem) if form.problem else ""
    value = form.tried or _before(asked, part)
    match part.page:
        case "choice":
            options = options_of(turn, asked, part)
            chosen = value if value in {option.id for option in options} else ""
            return ChoiceView(
                chrome=chrome(turn), title=title, hint=hint, options=options, chosen=chosen, problem=problem
            )
        case "choices":
            return _choices(turn, asked, value, (title, hint, problem))
        case "text":
            return _text(turn, asked, part, value, (title, hint, problem))
        case _:
            earliest, latest = _limits(asked, part, form)
            return DateView(
                chrome=chrome(turn),
                title=title,
                hint=hint,
                value=value,
                earliest=earliest,
                latest=latest,
                precision="day" if part.page == "date" else "month",
                problem=problem,
            )


def _choices(turn: Turn, asked: Asked, value: str, words: tuple[str, str, str]) -> ChoicesView:
    step, (title, hint, problem) = asked.step, words
    options = options_of(turn, asked, part_now(asked, Form()))
    offered = {option.id for option in options}
    return ChoicesView(
        chrome=chrome(turn),
        title=title,
        hint=hint,
        options=options,
        chosen=tuple(name for name in read_ids(value) if name in offered),
        least=0 if step.optional else step.least,
        most=step.most,
        problem=problem,
    )


def _text(turn: Turn, asked: Asked, part: Part, value: str, words: tuple[str, str, str]) -> TextView:
    step, (title, hint, problem) = asked.step, words
    return TextView(
        chrome=chrome(turn),
        title=title,
        hint=hint,
        value=value,
        keyboard=(step.keyboard if not part.name else "") or part.pad,
        max_length=_length(step, part),
        optional=step.optional and not part.name,
        pattern_hint=turn.fill(step.pattern_hint) if not part.name else "",
        problem=problem,
    )


def _length(step: QuestionStep, part: Part) -> int:
    return min(part.length, step.max_length) if part.length else step.max_length


def _before(asked: Asked, part: Part) -> str:
    """What was given before to this part; a plain text before a question of parts belongs to its last one."""
    if not part.name:
        return asked.before
    if asked.before and not asked.before.startswith("{"):
        return asked.before if part.name == "detail" else ""
    return read_parts(asked.step.ask, asked.before)[part.name]


def options_of(turn: Turn, asked: Asked, part: Part) -> tuple[Option, ...]:
    """What can be chosen now."""
    step, language, catalogue = asked.step, turn.session.language, turn.context.catalogue
    listed = [
        Option(choice.id, choice.label.of(language), choice.detail.of(language) if choice.detail else "")
        for choice in step.options
        if asked.scope.truth(choice.when)
    ]
    if step.options_from == "districts" or part.districts:
        listed = [Option(code, named.name.of(language)) for code, named in catalogue.districts.items()] + listed
    if step.options_from == "places":
        district, service = asked.scope.district, turn.service.id
        places = [site for site in catalogue.sites if service in site.books]
        places.sort(key=lambda site: site.district != district)
        listed = [
            Option(site.id, site.name.of(language), catalogue.district_name(site.district, language)) for site in places
        ] + listed
    if step.options_from in {"departments", "services"}:
        listed = _forms(turn, asked) + listed
    if step.options_from == "public":
        listed = _public(turn, asked) + listed
    if step.options_from == "records":
        listed = [_record_option(turn, record) for record in turn.citizen.records if record.rows] + listed
    if part.districts and step.anywhere:
        listed.append(Option(OUTSIDE, turn.say("field.outside")))
    return tuple(listed)


def _forms(turn: Turn, asked: Asked) -> list[Option]:
    """The departments whose services have a form, or such services of the department that `within` names."""
    language, catalogue = turn.session.language, turn.context.catalogue
    having = [service for service in catalogue.services.values() if has_form(service)]
    if asked.step.options_from == "departments":
        codes = {service.department for service in having}
        return [Option(code, named.name.of(language)) for code, named in catalogue.departments.items() if code in codes]
    department = asked.scope.text(asked.step.within)
    return [
        Option(service.id, service.title.of(language)) for service in having if department in {"", service.department}
    ]


def _public(turn: Turn, asked: Asked) -> list[Option]:
    """What everybody may know, as a choice: its name is the answer, for such places have no code."""
    language, catalogue = turn.session.language, turn.context.catalogue
    district, _, kind = asked.scope.text(asked.step.within).partition("/")
    entries = catalogue.public[asked.step.dataset].entries
    here = (one for one in entries if district in {"", one.district} and kind in {"", one.kind})
    return [
        Option(one.title.hans, one.title.of(language), one.rows[0].value.of(language) if one.rows else "")
        for one in here
    ]


def _record_option(turn: Turn, record: Record) -> Option:
    catalogue, language = turn.context.catalogue, turn.session.language
    number, *rest = record.rows
    said = [catalogue.record_word(row.shown or row.value, language) for row in rest[-3:]]
    return Option(number.value, catalogue.record_word(record.title, language), "  ".join(said))


def _limits(asked: Asked, part: Part, form: Form) -> tuple[str, str]:
    size = 10 if part.page == "date" else 7
    earliest, latest = asked.scope.text(asked.step.earliest), asked.scope.text(asked.step.latest)
    if part.after:
        earliest = max(earliest, dict(form.given).get(part.after, ""))
    return (earliest or ALWAYS[0])[:size], (latest or ALWAYS[1])[:size]


def take(turn: Turn, asked: Asked, form: Form, happening: Happening) -> Form | str | None:
    """What an intent makes of the form: a form with more, with a problem, the whole answer, or None: nothing."""
    part = part_now(asked, form)
    match happening:
        case Chosen(id=value) if part.page == "choice":
            return give(turn, asked, form, value)
        case Picked(ids=ids) if part.page == "choices":
            return give(turn, asked, form, store_ids(ids) if ids else "")
        case Answered(value=value) if part.page not in {"choice", "choices"}:
            return give(turn, asked, form, tidy(part, value))
        case Confirmed() if _before(asked, part) or asked.step.optional and not part.name:
            return give(turn, asked, form, _before(asked, part))
        case _:
            return None


def give(turn: Turn, asked: Asked, form: Form, value: str) -> Form | str:
    """The form after a value for the part that is asked now, or the whole answer."""
    part = part_now(asked, form)
    wrong = part_mistake(turn, asked, form, value)
    if wrong is not None:
        return Form(form.given, value, wrong)
    if not part.name:
        mistake = _broken_rule(asked, value)
        return Form((), value, mistake) if mistake is not None else value
    given = (*form.given, (part.name, value))
    if any(other.name not in dict(given) for other in parts_of(asked.step, dict(given))):
        return Form(given)
    answer = _whole(turn, asked, dict(given))
    mistake = _broken_rule(asked, answer)
    return Form(form.given, value, mistake) if mistake is not None else answer


def _whole(turn: Turn, asked: Asked, given: dict[str, str]) -> str:
    if asked.step.ask == "address":
        inside = given["district"] != OUTSIDE
        given = {**given, "city": turn.context.city} if inside else {**given, "district": "", "street": ""}
    return store_parts(asked.step.ask, given)


def mistake_in(turn: Turn, asked: Asked, stored: str) -> Phrase | Text | None:
    """What is wrong with a stored answer as a whole, or None."""
    if not stored or asked.step.ask not in OF_PARTS:
        wrong = part_mistake(turn, asked, Form(), stored)
        return wrong or (_broken_rule(asked, stored) if stored else None)
    return _broken_rule(asked, stored)


def part_mistake(turn: Turn, asked: Asked, form: Form, value: str) -> Phrase | None:
    """What is wrong with a value for the part that is asked now, or None."""
    step, part = asked.step, part_now(asked, form)
    if not value:
        return None if step.optional and not part.name else Phrase("question.empty")
    match part.page:
        case "choice":
            offered = {option.id for option in options_of(turn, asked, part)}
            return None if value in offered else Phrase("question.choose")
        case "choices":
            return _wrong_choices(turn, asked, part, read_ids(value))
        case "text":
            if len(value) > _length(step, part):
                return phrase("question.long", length=str(_length(step, part)))
            key = part.check(value)
            return Phrase(key) if key else None
        case _:
            fits = is_date(value) if part.page == "date" else is_month(value)
            earliest, latest = _limits(asked, part, form)
            return None if fits and earliest <= value <= latest else Phrase("question.date")


def _wrong_choices(turn: Turn, asked: Asked, part: Part, ids: tuple[str, ...]) -> Phrase | None:
    step = asked.step
    if not set(ids) <= {option.id for option in options_of(turn, asked, part)} or len(ids) != len(set(ids)):
        return Phrase("question.choose")
    if not (0 if step.optional else step.least) <= len(ids) <= step.most:
        return phrase("field.count", least=str(step.least), most=str(step.most))
    return None


def _broken_rule(asked: Asked, stored: str) -> Text | None:
    if not stored:
        return None
    scope = asked.scope.with_answer(asked.step.ask, stored)
    return next((rule.message for rule in asked.step.rules if not scope.truth(rule.rule)), None)


def encode_default(ask: str, found: object) -> str:
    """The value of a `default` rule as an answer is stored: a text, a list of ids, or a map of parts."""
    if isinstance(found, list):
        return store_ids(tuple(map(str, found))) if found else ""
    if isinstance(found, dict) and ask in OF_PARTS:
        return store_parts(ask, {str(name): str(value) for name, value in found.items()})
    return str(found)
