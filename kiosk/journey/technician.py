"""The technician's door: PIN, device tests, outbox, the switch that takes the terminal out of service.

Not responsible for what the page says (kiosk.journey.maintenance) nor for the PIN itself (the shell).
"""

from __future__ import annotations

from drivers.contract.commands import SelfTest, TestReport
from drivers.contract.errors import DeviceFailure
from drivers.contract.health import DeviceHealth, GetHealth
from drivers.contract.status import DeviceRole
from kiosk.intents import Answered, AnyIntent, Chosen
from kiosk.journey.effects import CheckPin, SetInService
from kiosk.journey.events import PinChecked
from kiosk.journey.maintenance import describe, recount, roles_of, technician_page
from kiosk.journey.pages import chrome, working
from kiosk.journey.session import Memory, Session, Stage
from kiosk.journey.turn import Broken, Completed, Going, Turn
from kiosk.views import AnyView, CodeView
from offline_cache.contract import GetStatus, Retry, StoreStatus

PIN_DIGITS = 6
TEST_WITHIN_S, HEALTH_WITHIN_S = 30.0, 2.0
STORE_WITHIN_S = 5.0


class PinMemory(Memory, frozen=True):
    """Whether a PIN is being compared, and the text key of what was wrong."""

    checking: bool = False
    problem: str = ""


class BenchMemory(Memory, frozen=True):
    """The lines of the last test, and of the device's history after them."""

    report: tuple[str, ...] = ()


def _with_history(turn: Turn, role: DeviceRole | None, report: tuple[str, ...]) -> Turn:
    """A test, well or not, is followed by what the device went through."""
    turn = turn.remember(BenchMemory(report))
    return turn if role is None else turn.device(f"health:{role}", role, GetHealth(), HEALTH_WITHIN_S)


def may_open(session: Session) -> bool:
    """Only while no citizen's data is here: nobody opens the door over somebody's application."""
    return session.stage in {Stage.MENU, Stage.SERVICE} and session.citizen.card is None


def open_door(turn: Turn) -> Turn:
    """Ask for the PIN."""
    return turn.changed(stage=Stage.PIN, service="", memory=PinMemory())


def show_technician(turn: Turn) -> AnyView:
    """The PIN page or the bench."""
    if turn.session.stage is Stage.TECHNICIAN:
        if turn.session.busy:
            return working(turn, "working.test")
        return technician_page(turn, turn.memory(BenchMemory).report)
    memory = turn.memory(PinMemory)
    return CodeView(
        chrome=chrome(turn),
        title=turn.say("pin.title"),
        body=turn.say("pin.body"),
        length=PIN_DIGITS,
        masked=True,
        problem=turn.say(memory.problem) if memory.problem else "",
    )


def pin_checked(turn: Turn, checked: PinChecked) -> Turn:
    """Let the technician in, or say why not."""
    if turn.session.stage is not Stage.PIN or not turn.memory(PinMemory).checking:
        return turn
    if checked.ok:
        return turn.changed(stage=Stage.TECHNICIAN, memory=BenchMemory())
    return turn.remember(PinMemory(problem="pin.locked" if checked.reason == "locked" else "pin.wrong"))


def technician_intent(turn: Turn, intent: AnyIntent) -> Turn:
    """What the technician pressed."""
    if turn.session.stage is Stage.PIN:
        if isinstance(intent, Answered) and not turn.memory(PinMemory).checking:
            return turn.remember(PinMemory(checking=True)).emit(CheckPin(intent.value))
        return turn
    if isinstance(intent, Chosen) and not turn.session.busy:
        return _act(turn, intent.id)
    return turn


def _act(turn: Turn, action: str) -> Turn:
    tests = {f"test:{role}": role for role in roles_of(turn)}
    if action in tests:
        return turn.device(action, tests[action], SelfTest(), TEST_WITHIN_S)
    if action == "retry_outbox":
        return turn.store("retry", Retry(), STORE_WITHIN_S)
    if action in {"switch_off", "switch_on"}:
        return turn.emit(SetInService(action == "switch_on"))
    return turn.go(Going.LEAVE) if action == "leave" else turn


def technician_fact(turn: Turn, fact: Completed | Broken) -> Turn:
    """What a test, a device's history or the store said."""
    kind, _, role = fact.tag.partition(":")
    if kind == "health":
        return _history(turn, fact)
    tested = DeviceRole(role) if kind == "test" else None
    if isinstance(fact, Broken):
        failure = fact.failure
        hint = failure.hint if isinstance(failure, DeviceFailure) else failure.reason
        line = turn.say("technician.failed", kind=failure.kind)
        return _with_history(turn, tested, (line, hint) if hint else (line,))
    if isinstance(fact.result, TestReport):
        return _with_history(turn, tested, describe(turn, fact.result))
    if isinstance(fact.result, StoreStatus):
        world = turn.session.world
        return turn.changed(
            world=type(world)(world.devices, fact.result.line, fact.result, world.hour, world.in_service)
        )
    turn = turn.remember(BenchMemory((turn.say("technician.retried"),)))
    return turn.store("status", GetStatus(), STORE_WITHIN_S)


def _history(turn: Turn, fact: Completed | Broken) -> Turn:
    """A history that cannot be had is no reason to hide the test."""
    if isinstance(fact, Completed) and isinstance(fact.result, DeviceHealth):
        shown = turn.memory(BenchMemory).report
        return turn.remember(BenchMemory((*shown, *recount(turn, fact.result))))
    return turn
