"""The same few questions again and again: the list of entries, and one entry being filled in.

Not responsible for how a question is asked (kiosk.journey.asking).
"""

from __future__ import annotations

from kiosk.intents import Chosen, Confirmed, EditPressed
from kiosk.journey.answers import read_entries, store_entries, worth
from kiosk.journey.asking import Asked, Form, back, encode_default, page_of, take
from kiosk.journey.model import GroupStep, QuestionStep
from kiosk.journey.pages import chrome, phrase
from kiosk.journey.scope import Scope, entry_line
from kiosk.journey.session import Memory, Phrase
from kiosk.journey.steps.behaviour import Behaviour
from kiosk.journey.steps.question import answered
from kiosk.journey.turn import Going, Happening, Turn
from kiosk.views import AnyView, EntriesView, Entry


class GroupMemory(Memory, frozen=True):
    """`index` of the entry being filled in (-1: the list is shown), its answers so far, the field, its form."""

    index: int = -1
    entry: tuple[tuple[str, str], ...] = ()
    asked: tuple[str, ...] = ()
    form: Form = Form()
    problem: Phrase | None = None


def _entries(turn: Turn) -> tuple[dict[str, str], ...]:
    return read_entries(turn.citizen.answer(turn.step(GroupStep).id))


def _scope(turn: Turn, memory: GroupMemory) -> Scope:
    step, entry = turn.step(GroupStep), dict(memory.entry)
    return turn.scope.with_item({field.id: worth(field.ask, entry.get(field.id, "")) for field in step.fields})


def _field(turn: Turn, memory: GroupMemory) -> QuestionStep | None:
    """The next field to be asked, or None when the entry is complete."""
    scope = _scope(turn, memory)
    waiting = (field for field in turn.step(GroupStep).fields if field.id not in memory.asked)
    return next((field for field in waiting if scope.truth(field.when)), None)


def _asked(turn: Turn, memory: GroupMemory, field: QuestionStep) -> Asked:
    scope = _scope(turn, memory)
    before = dict(memory.entry).get(field.id, "") or encode_default(field.ask, scope.value(field.default))
    return Asked(field, scope, before)


def _show(turn: Turn) -> AnyView:
    memory = turn.memory(GroupMemory)
    field = _field(turn, memory) if memory.index >= 0 else None
    if field is not None:
        return page_of(turn, _asked(turn, memory, field), memory.form)
    step, language = turn.step(GroupStep), turn.session.language
    entries = tuple(
        Entry(
            str(index), turn.say("group.entry", number=str(index + 1)), entry_line(step, entry, turn.context, language)
        )
        for index, entry in enumerate(_entries(turn))
    )
    return EntriesView(
        chrome=chrome(turn),
        title=turn.fill(step.title),
        hint=turn.fill(step.hint),
        entries=entries,
        add=turn.fill(step.add) if len(entries) < step.most else "",
        confirm=turn.say("group.done"),
        problem=turn.say_phrase(memory.problem) if memory.problem else "",
    )


def _handle(turn: Turn, happening: Happening) -> Turn:
    memory = turn.memory(GroupMemory)
    if memory.index >= 0:
        return _fill_in(turn, memory, happening)
    entries, step = _entries(turn), turn.step(GroupStep)
    match happening:
        case Chosen(id="add") if len(entries) < step.most:
            return turn.remember(GroupMemory(index=len(entries)))
        case Chosen(id=chosen) if chosen.startswith("remove:") and _is_one(chosen[7:], entries):
            kept = tuple(entry for index, entry in enumerate(entries) if index != int(chosen[7:]))
            return answered(turn, store_entries(kept)).remember(GroupMemory())
        case EditPressed(id=chosen) if _is_one(chosen, entries):
            return turn.remember(GroupMemory(int(chosen), tuple(entries[int(chosen)].items())))
        case Confirmed() if len(entries) < step.least:
            return turn.remember(GroupMemory(problem=phrase("group.few", least=str(step.least))))
        case Confirmed():
            return answered(turn, store_entries(entries)).go(Going.NEXT)
        case _:
            return turn


def _is_one(text: str, entries: tuple[dict[str, str], ...]) -> bool:
    return text.isascii() and text.isdigit() and int(text) < len(entries)


def _fill_in(turn: Turn, memory: GroupMemory, happening: Happening) -> Turn:
    field = _field(turn, memory)
    assert field is not None  # a complete entry is put on the list at once
    taken = take(turn, _asked(turn, memory, field), memory.form, happening)
    if taken is None:
        return turn
    if isinstance(taken, Form):
        return turn.remember(memory, form=taken)
    entry = (*(pair for pair in memory.entry if pair[0] != field.id), (field.id, taken))
    memory = GroupMemory(memory.index, entry, (*memory.asked, field.id))
    return turn.remember(memory) if _field(turn, memory) is not None else _put(turn, memory)


def _put(turn: Turn, memory: GroupMemory) -> Turn:
    """The entry on its place in the list, with only the fields that were asked."""
    entries = [*_entries(turn)]
    entries[memory.index : memory.index + 1] = [{name: value for name, value in memory.entry if name in memory.asked}]
    return answered(turn, store_entries(tuple(entries))).remember(GroupMemory())


def _back(turn: Turn) -> Turn:
    memory = turn.memory(GroupMemory)
    if memory.index < 0:
        return turn.go(Going.BACK)
    before = back(memory.form)
    if before is not None:
        return turn.remember(memory, form=before)
    if memory.asked:
        return turn.remember(GroupMemory(memory.index, memory.entry, memory.asked[:-1]))
    return turn.remember(GroupMemory())


def _passed(turn: Turn) -> bool:
    step = turn.step(GroupStep)
    given = any(answer.name == step.id for answer in turn.citizen.answers)
    return turn.session.returning and given and len(_entries(turn)) >= step.least


GROUP = Behaviour(_show, _handle, enter=lambda turn: turn.remember(None), passed=_passed, back=_back)
