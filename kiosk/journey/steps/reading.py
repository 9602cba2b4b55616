"""Read a number instead of typing it: a bank card's from its chip, a receipt's from its bar code. Typing stays open.

Reading is no physical act and may be repeated; a code may be an identity and is shown to nobody else.
Not responsible for what the number is worth (the office).
"""

from __future__ import annotations

import unicodedata

import msgspec

from drivers.contract.commands import DeviceCommand
from drivers.contract.scanner import ScanCode, ScannedCode
from drivers.contract.smart_card import BankCard, ReadBankCard
from drivers.contract.status import DeviceRole
from kiosk.intents import Answered, Chosen, Confirmed
from kiosk.journey.asking import Asked, Form, give
from kiosk.journey.model import Ask, BankCardStep, QuestionStep, ScanStep, Text
from kiosk.journey.pages import chrome
from kiosk.journey.session import Memory
from kiosk.journey.steps.behaviour import Behaviour
from kiosk.journey.steps.question import answered
from kiosk.journey.troubles import device_text
from kiosk.journey.turn import Broken, Completed, Going, Happening, Turn
from kiosk.views import AnyView, CardView, Option, TextView

WITHIN_S = 60.0
ROUNDS = 5
"""How often the reader is armed again by itself; then the citizen types."""


class ReadMemory(Memory, frozen=True):
    """Whether the citizen types, what went wrong, how often the reader was armed."""

    typing: bool = False
    form: Form = Form()
    problem: str = ""
    rounds: int = 0


def _step(turn: Turn) -> BankCardStep | ScanStep:
    step = turn.service.steps[turn.session.index]
    assert isinstance(step, BankCardStep | ScanStep)
    return step


def _words(turn: Turn) -> str:
    return "bank_card" if isinstance(_step(turn), BankCardStep) else "scan"


def _before(turn: Turn) -> str:
    step = _step(turn)
    given = any(answer.name == step.id for answer in turn.citizen.answers)
    if given or not isinstance(step, BankCardStep):
        return turn.citizen.answer(step.id)
    return turn.scope.text(step.default)


def _question(turn: Turn) -> QuestionStep:
    """The question that is asked when it is typed."""
    step = _step(turn)
    ask: Ask = "account" if isinstance(step, BankCardStep) else "text"
    question = QuestionStep(id=step.id, name=step.name, title=step.title, ask=ask, label=step.label, max_length=30)
    if isinstance(step, BankCardStep):
        return question
    return msgspec.structs.replace(question, max_length=step.max_length, rules=step.rules)


def _arm(turn: Turn) -> Turn:
    if _before(turn) and turn.session.returning is False:
        return turn.drop().remember(ReadMemory(typing=True))
    memory = turn.memory(ReadMemory)
    command: DeviceCommand = ReadBankCard(whole_number=True) if isinstance(_step(turn), BankCardStep) else ScanCode()
    role = DeviceRole.SMART_CARD if isinstance(_step(turn), BankCardStep) else DeviceRole.SCANNER
    turn = turn.drop().remember(memory, rounds=memory.rounds + 1)
    return turn.device("read", role, command, WITHIN_S, quiet=True)


def _show(turn: Turn) -> AnyView:
    step, memory = _step(turn), turn.memory(ReadMemory)
    if memory.typing:
        return _typed_page(turn, memory)
    others = (Option("type", turn.say(f"{_words(turn)}.type")),)
    problem = turn.say(memory.problem) if memory.problem else ""
    return CardView(
        chrome=chrome(turn),
        title=turn.fill(step.title),
        body=turn.fill(step.body),
        place="slot" if isinstance(step, BankCardStep) else "scanner",
        problem=problem,
        others=others,
    )


def _typed_page(turn: Turn, memory: ReadMemory) -> TextView:
    step, form = _step(turn), memory.form
    own: Text | None = step.typed if isinstance(step, ScanStep) else None
    return TextView(
        chrome=chrome(turn),
        title=turn.fill(own) or turn.say(f"{_words(turn)}.typed"),
        hint=turn.fill(step.title),
        value=form.tried or _before(turn),
        keyboard=(step.keyboard or "code") if isinstance(step, ScanStep) else "number",
        max_length=_question(turn).max_length,
        problem=turn.say_phrase(form.problem) if form.problem else "",
    )


def _handle(turn: Turn, happening: Happening) -> Turn:
    memory = turn.memory(ReadMemory)
    match happening:
        case Completed(result=BankCard(number=number)):
            return _take(turn, number)
        case Completed(result=ScannedCode(payload=payload)):
            return _take(turn, payload.decode("utf-8", "replace"))
        case Chosen(id="type") if not memory.typing:
            return turn.drop().remember(ReadMemory(typing=True))
        case Answered(value=value) if memory.typing:
            return _take(turn, value)
        case Confirmed() if memory.typing and _before(turn):
            return _take(turn, _before(turn))
        case Broken(failure=failure) if memory.rounds < ROUNDS and not memory.typing:
            role = DeviceRole.SMART_CARD if isinstance(_step(turn), BankCardStep) else DeviceRole.SCANNER
            return _arm(turn.remember(memory, problem=device_text(turn.context.texts, role, failure.kind)))
        case Broken():
            return turn.remember(ReadMemory(typing=True))
        case _:
            return turn


def _take(turn: Turn, read: str) -> Turn:
    written = unicodedata.normalize("NFKC", read)
    number = "".join(sign for sign in written if unicodedata.category(sign)[0] not in "CZ")
    asked = Asked(_question(turn), turn.scope, "")
    taken = give(turn, asked, Form(), number)
    if isinstance(taken, Form):
        return turn.drop().remember(ReadMemory(typing=True, form=taken))
    return answered(turn.drop(), taken).go(Going.NEXT)


def _passed(turn: Turn) -> bool:
    return turn.session.returning and bool(turn.citizen.answer(_step(turn).id))


READING = Behaviour(_show, _handle, enter=_arm, passed=_passed)
