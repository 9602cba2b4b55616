"""The result page with its slip. The number stands on the screen whether or not paper comes.

A slip is printed once; when nobody knows whether it came out, it is not printed again.
Not responsible for what stands on it (kiosk.journey.slips).
"""

from __future__ import annotations

from typing import Literal

from drivers.contract.commands import PrintReceipt, ReceiptPrinted
from drivers.contract.status import DeviceRole
from kiosk.intents import Chosen, Confirmed
from kiosk.journey.model import SlipStep
from kiosk.journey.pages import chrome
from kiosk.journey.session import Memory
from kiosk.journey.slips import build_slip, is_accepted, is_rejected, next_steps, rejection, slip_code
from kiosk.journey.steps.behaviour import Behaviour
from kiosk.journey.troubles import device_text
from kiosk.journey.turn import Broken, Completed, Decided, Going, Happening, Turn
from kiosk.views import AnyView, ChoiceView, Option, ResultView

PRINT_WITHIN_S = 20.0


class SlipMemory(Memory, frozen=True):
    """What became of the paper; `problem` is the failure's text key."""

    paper: Literal["unasked", "printing", "printed", "none", "failed"] = "unasked"
    problem: str = ""


def _enter(turn: Turn) -> Turn:
    turn = turn.drop()
    return turn.remember(SlipMemory()) if turn.step(SlipStep).optional else _print(turn)


def _print(turn: Turn) -> Turn:
    turn = turn.remember(SlipMemory("printing"))
    return turn.device("slip", DeviceRole.RECEIPT, PrintReceipt(build_slip(turn)), PRINT_WITHIN_S)


def _show(turn: Turn) -> AnyView:
    memory = turn.memory(SlipMemory)
    return _ask(turn) if memory.paper == "unasked" else _result(turn, memory)


def _ask(turn: Turn) -> ChoiceView:
    options = tuple(Option(name, turn.say(f"slip_page.{name}")) for name in ("print", "no_print"))
    return ChoiceView(chrome=chrome(turn), title=turn.say("slip_page.ask"), options=options)


def _result(turn: Turn, memory: SlipMemory) -> ResultView:
    state = _state(turn)
    label, reference = _reference(turn)
    return ResultView(
        chrome=chrome(turn),
        title=_title(turn),
        kind=state,
        reference_label=label,
        reference=reference,
        paragraphs=(turn.say(f"result.{_words(turn)}.body"),),
        next_steps=next_steps(turn),
        paper=_paper(turn, memory),
        qr=slip_code(turn),
        confirm=turn.say("result.confirm"),
    )


def _title(turn: Turn) -> str:
    step, words = turn.step(SlipStep), _words(turn)
    if _state(turn) == "done":
        return turn.fill(step.title)
    if words == "accepted" and step.accepted is not None:
        return turn.fill(step.accepted)
    return turn.say(f"result.{words}.title")


def _state(turn: Turn) -> Literal["done", "accepted", "provisional"]:
    if turn.citizen.accepted is None:
        return "done"
    return "accepted" if is_accepted(turn) else "provisional"


def _words(turn: Turn) -> str:
    if is_rejected(turn):
        return rejection(turn)
    return "certificate" if turn.citizen.certificate is not None else _state(turn)


def _reference(turn: Turn) -> tuple[str, str]:
    citizen = turn.citizen
    if citizen.accepted is not None:
        if is_accepted(turn) and citizen.outcome is not None and citizen.outcome.case_number:
            return turn.say("result.case_number"), citizen.outcome.case_number
        return turn.say("result.local_number"), citizen.accepted.local_number
    if citizen.certificate is not None:
        return turn.say("result.serial"), citizen.certificate.serial
    return "", ""


def _paper(turn: Turn, memory: SlipMemory) -> str:
    if memory.paper == "failed":
        safe = "slip_page.safe" if turn.citizen.accepted is not None else "slip_page.no_paper"
        gap = " " if turn.session.language == "en" else ""
        return f"{turn.say(memory.problem)}{gap}{turn.say(safe)}"
    return "" if memory.paper == "none" else turn.say(f"slip_page.{memory.paper}")


def _handle(turn: Turn, happening: Happening) -> Turn:
    memory = turn.memory(SlipMemory)
    match happening:
        case Chosen(id="print") if memory.paper == "unasked":
            return _print(turn)
        case Chosen(id="no_print") if memory.paper == "unasked":
            return turn.remember(SlipMemory("none")).go(Going.NEXT)
        case Completed(result=ReceiptPrinted()):
            return turn.remember(SlipMemory("printed"))
        case Broken(failure=failure):
            problem = device_text(turn.context.texts, DeviceRole.RECEIPT, failure.kind)
            return turn.remember(SlipMemory("failed", problem))
        case Decided(outcome=outcome):
            return turn.learned(outcome=outcome)
        case Confirmed() if memory.paper not in {"unasked", "printing"}:
            return turn.go(Going.NEXT)
        case _:
            return turn


SLIP = Behaviour(_show, _handle, enter=_enter)
