"""Prove to be the person of the card by an SMS code: the way without a face.

With the line down nothing can be sent; a service that may be captured goes on with the chip of the card
alone and says so. Not responsible for what a right code is (the centre).
"""

from __future__ import annotations

from kiosk.intents import Answered, Chosen, Confirmed, Declined
from kiosk.journey.model import CodeStep
from kiosk.journey.pages import chrome, phrase, working
from kiosk.journey.session import Memory, Phrase, Problem
from kiosk.journey.steps.behaviour import Behaviour
from kiosk.journey.troubles import broken, line_lost
from kiosk.journey.turn import Broken, Completed, Going, Happening, Turn
from kiosk.views import AnyView, CodeView, NoticeView, Option
from offline_cache.contract import CheckCode, CodeSent, CodeVerdict, SendCode, StoreFailure

WITHIN_S = 10.0


class CodeMemory(Memory, frozen=True):
    """The challenge and where its code went; `chip` once the line is down and the card alone must do."""

    challenge: str = ""
    phone: str = ""
    problem: Phrase | None = None
    chip: bool = False


def _enter(turn: Turn) -> Turn:
    if not turn.online:
        return _without_line(turn)
    assert turn.citizen.card is not None
    return turn.drop().remember(CodeMemory()).store("send", SendCode(turn.citizen.card.number), WITHIN_S)


def _without_line(turn: Turn) -> Turn:
    if turn.service.offline == "Q":
        return turn.remember(CodeMemory(chip=True))
    return line_lost(turn)


def _show(turn: Turn) -> AnyView:
    step, memory = turn.step(CodeStep), turn.memory(CodeMemory)
    if memory.chip:
        return NoticeView(
            chrome=chrome(turn),
            title=turn.say("code.chip_title"),
            paragraphs=(turn.say("code.chip_why"), turn.say("code.chip_then")),
            agree=turn.say("code.chip_agree"),
            decline=turn.say("code.chip_decline"),
        )
    if turn.session.busy:
        return working(turn, "working.check" if memory.challenge else "working.send")
    return CodeView(
        chrome=chrome(turn),
        title=turn.fill(step.title),
        body=turn.say("code.body", phone=memory.phone, digits=str(step.digits)),
        length=step.digits,
        problem=turn.say_phrase(memory.problem) if memory.problem else "",
        others=tuple(Option(name, turn.say(f"code.{name}")) for name in ("resend", "no_phone")),
    )


def _handle(turn: Turn, happening: Happening) -> Turn:
    memory = turn.memory(CodeMemory)
    match happening:
        case Completed(result=CodeSent() as sent):
            return turn.remember(CodeMemory(challenge=sent.challenge, phone=sent.masked_phone))
        case Completed(result=CodeVerdict() as verdict):
            return _judge(turn, verdict)
        case Answered(value=value) if memory.challenge and not turn.session.busy:
            return _check(turn, value.strip())
        case Chosen(id="resend") if not turn.session.busy:
            return _enter(turn)
        case Chosen(id="no_phone"):
            return turn.trouble(Problem(Phrase("code.without"), ("return", "menu", "leave"), "", "advice.ask"))
        case Confirmed() if memory.chip:
            return turn.learned(chip_only=True).go(Going.NEXT)
        case Declined() if memory.chip:
            return turn.go(Going.MENU)
        case Broken():
            return _failed(turn, happening)
        case _:
            return turn


def _check(turn: Turn, code: str) -> Turn:
    memory, digits = turn.memory(CodeMemory), turn.step(CodeStep).digits
    if len(code) != digits or not (code.isascii() and code.isdigit()):
        return turn.remember(memory, problem=phrase("code.digits", digits=str(digits)))
    return turn.remember(memory, problem=None).store("check", CheckCode(memory.challenge, code), WITHIN_S)


def _judge(turn: Turn, verdict: CodeVerdict) -> Turn:
    memory = turn.memory(CodeMemory)
    if verdict.token:
        return turn.learned(token=verdict.token, chip_only=False).go(Going.NEXT)
    if verdict.reason == "locked":
        return _stopped(turn, "code.locked")
    if verdict.reason == "expired":
        return turn.remember(memory, problem=Phrase("code.expired"))
    return turn.remember(memory, problem=phrase("code.wrong", left=str(verdict.attempts_left)))


def _failed(turn: Turn, failed: Broken) -> Turn:
    if failed.offline:
        return _without_line(turn)
    if isinstance(failed.failure, StoreFailure) and failed.failure.reason in {"locked", "too_often"}:
        return _stopped(turn, f"code.{failed.failure.reason}")
    return broken(turn, failed, ("retry", "menu", "leave"))


def _stopped(turn: Turn, why: str) -> Turn:
    """No more codes for this person for a while: nobody may try them all."""
    return turn.trouble(Problem(Phrase(why), ("leave",), "certain.nothing_sent", "advice.ask"))


def _passed(turn: Turn) -> bool:
    return bool(turn.citizen.token) or turn.citizen.chip_only


CODE = Behaviour(_show, _handle, enter=_enter, passed=_passed)
