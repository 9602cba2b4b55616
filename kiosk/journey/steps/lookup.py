"""Fetch records about the person and show them. Not responsible for what a dataset holds (the centre)."""

from __future__ import annotations

from kiosk.intents import Confirmed
from kiosk.journey.dates import say_date
from kiosk.journey.model import LookupStep, Parameter
from kiosk.journey.pages import chrome, working
from kiosk.journey.session import Memory
from kiosk.journey.steps.behaviour import Behaviour
from kiosk.journey.troubles import broken
from kiosk.journey.turn import Broken, Completed, Going, Happening, Turn
from kiosk.views import AnyView, RecordCard, RecordsView, Row
from offline_cache.contract import Answer, Lookup, Record, Records

WITHIN_S = 12.0


class LookupMemory(Memory, frozen=True):
    """Whether the records have come."""

    found: bool = False


def parameters_of(turn: Turn, parameters: tuple[Parameter, ...]) -> tuple[Answer, ...]:
    """The parameters of a definition with their values now."""
    scope, language = turn.scope, turn.session.language
    return tuple(
        Answer(item.name, scope.text(item.value), item.label.of(language), scope.text(item.shown or item.value))
        for item in parameters
    )


def _enter(turn: Turn) -> Turn:
    step, card = turn.step(LookupStep), turn.citizen.card
    parameters = parameters_of(turn, step.parameters)
    turn = turn.learned(looked_for=parameters)
    if step.public:
        return turn.learned(records=public_records(turn)).remember(LookupMemory(found=True))
    number = card.number if card else ""
    command = Lookup(step.dataset, number, turn.citizen.token, parameters)
    return turn.drop().remember(LookupMemory()).store("lookup", command, WITHIN_S)


def public_records(turn: Turn) -> tuple[Record, ...]:
    """What everybody may know of a dataset here: the parameters `district` and `kind` narrow it down."""
    step, language = turn.step(LookupStep), turn.session.language
    wanted = {item.name: item.value for item in parameters_of(turn, step.parameters)}
    table = turn.context.catalogue.public[step.dataset]
    return tuple(
        Record(
            entry.title.of(language),
            tuple(Answer(row.label.en, row.value.of(language), row.label.of(language)) for row in entry.rows),
            entry.state.of(language) if entry.state else "",
        )
        for entry in table.entries
        if wanted.get("district", "") in {"", entry.district} and wanted.get("kind", "") in {"", entry.kind}
    )


def _stand(turn: Turn) -> str:
    """Of which day public records are, and from where."""
    step, language = turn.step(LookupStep), turn.session.language
    if not step.public:
        return ""
    table = turn.context.catalogue.public[step.dataset]
    said = turn.say("lookup.stand", day=say_date(table.day, language), source=table.source.of(language))
    return turn.say("field.demo", figure=said) if table.demo else said


def _word(turn: Turn, said: str) -> str:
    return turn.context.catalogue.record_word(said, turn.session.language)


def _show(turn: Turn) -> AnyView:
    step = turn.step(LookupStep)
    if not turn.memory(LookupMemory).found:
        return working(turn, "working.lookup")
    records = tuple(
        RecordCard(
            _word(turn, record.title),
            _word(turn, record.state),
            tuple(Row(_word(turn, row.label or row.name), _word(turn, row.shown or row.value)) for row in record.rows),
        )
        for record in turn.citizen.records
    )
    return RecordsView(
        chrome=chrome(turn),
        title=turn.fill(step.title),
        hint=" ".join(filter(None, (turn.fill(step.hint) if records else "", _stand(turn)))),
        records=records,
        empty="" if records else turn.fill(step.empty),
        confirm=turn.fill(step.confirm),
    )


def _handle(turn: Turn, happening: Happening) -> Turn:
    match happening:
        case Completed(result=Records(records=records)):
            return turn.learned(records=records).remember(LookupMemory(found=True))
        case Broken():
            return broken(turn, happening, ("retry", "menu", "leave"))
        case Confirmed() if turn.memory(LookupMemory).found:
            return turn.go(Going.NEXT)
        case _:
            return turn


def _passed(turn: Turn) -> bool:
    """Found already, and with the same words as now: another plate or person is asked for anew."""
    step = turn.step(LookupStep)
    return turn.session.returning and turn.citizen.looked_for == parameters_of(turn, step.parameters)


LOOKUP = Behaviour(_show, _handle, enter=_enter, passed=_passed)
