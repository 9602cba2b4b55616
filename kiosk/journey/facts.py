"""What the shell found out, handed to whom it concerns; answers that nobody waits for are dropped here.

Not responsible for intents and timers (kiosk.journey.engine).
"""

from __future__ import annotations

from drivers.contract.status import DeviceRole
from kiosk.journey.events import (
    AnyFact,
    DeviceDone,
    DeviceFailed,
    DeviceSaid,
    Event,
    OutcomeArrived,
    PinChecked,
    StoreDone,
    StoreFailed,
    World,
    WorldChanged,
)
from kiosk.journey.leaving import handle_goodbye
from kiosk.journey.model import STEP_ROLES, IdentityStep, kind_of
from kiosk.journey.readiness import missing_roles, why_unusable
from kiosk.journey.session import Cover, Pending, Phrase, Problem, Session, Stage
from kiosk.journey.technician import pin_checked, technician_fact
from kiosk.journey.turn import Broken, Completed, Decided, Told, Turn
from kiosk.journey.walk import behaviour_of

CommandFact = DeviceSaid | DeviceDone | DeviceFailed | StoreDone | StoreFailed


def handle(turn: Turn, fact: AnyFact) -> Turn:
    """The turn after a fact."""
    match fact:
        case WorldChanged(world=world):
            return _world(turn, world)
        case OutcomeArrived(outcome=outcome):
            accepted = turn.citizen.accepted
            ours = accepted is not None and accepted.transaction_id == outcome.transaction_id
            in_steps = turn.session.stage is Stage.STEPS
            return behaviour_of(turn).handle(turn, Decided(outcome)) if ours and in_steps else turn
        case PinChecked():
            return pin_checked(turn, fact)
        case DeviceSaid() | DeviceDone() | DeviceFailed() | StoreDone() | StoreFailed():
            return _command(turn, fact)
        case _:
            return turn  # SessionStarted: one is running; TimedOut: timers are the engine's


def is_answer(turn: Turn, event: Event) -> bool:
    """Whether an event shows that somebody or something is at work here: it restarts the idle clock."""
    return isinstance(event, DeviceSaid | DeviceDone | StoreDone) and _owner(turn.session, event) is not None


def _owner(session: Session, fact: CommandFact) -> Pending | None:
    return next((pending for pending in session.pending if pending.id == fact.command_id), None)


def _command(turn: Turn, fact: CommandFact) -> Turn:
    pending = _owner(turn.session, fact)
    if pending is None:
        return turn
    if isinstance(fact, DeviceSaid):
        return _deliver(turn, Told(pending.tag, fact.event))
    rest = tuple(other for other in turn.session.pending if other.id != pending.id)
    turn = turn.changed(pending=rest)
    if isinstance(fact, DeviceDone | StoreDone):
        return _deliver(turn, Completed(pending.tag, fact.result))
    return _deliver(turn, Broken(pending.tag, fact.failure, pending.role))


def _deliver(turn: Turn, happening: Completed | Broken | Told) -> Turn:
    """Give it to the stage's owner. What a device did under a covering page lifts the cover."""
    stage = turn.session.stage
    if not isinstance(happening, Broken) and stage is Stage.STEPS:
        turn = turn.changed(cover=Cover.NONE)
    match stage:
        case Stage.STEPS:
            return behaviour_of(turn).handle(turn, happening)
        case Stage.GOODBYE:
            return handle_goodbye(turn, happening)
        case Stage.TECHNICIAN if not isinstance(happening, Told):
            return technician_fact(turn, happening)
        case _:
            return turn


def _world(turn: Turn, world: World) -> Turn:
    before = turn.session.world
    turn = turn.changed(world=world)
    if turn.session.stage is not Stage.STEPS:
        return turn
    problem = turn.session.problem
    if problem is not None:
        returned = problem.role and not missing_roles([DeviceRole(problem.role)], world)
        return _go_on(turn, problem.role) if returned else turn
    needed = _roles_ahead(turn)
    lost = [role for role in missing_roles(needed, world) if role not in missing_roles(needed, before)]
    return turn if turn.session.busy or not lost else _tell_lost(turn, lost[0])


def _roles_ahead(turn: Turn) -> list[DeviceRole]:
    """What this step and those after it cannot do without."""
    identified = turn.citizen.card is not None
    ahead = turn.service.steps[turn.session.index :]
    steps = [step for step in ahead if not (identified and isinstance(step, IdentityStep))]
    kinds = [kind_of(step) for step in steps]
    return [STEP_ROLES[kind] for kind in kinds if kind in STEP_ROLES]


def _tell_lost(turn: Turn, role: DeviceRole) -> Turn:
    key = f"ready.{role}.{why_unusable(turn.session.world.device(role))}"
    own = _own_role(turn) == role
    options = ("retry" if own else "return", "leave")
    return turn.trouble(Problem(Phrase(key), options, "certain.answers_kept", "advice.wait", role=role, nearest=True))


def _go_on(turn: Turn, role: str) -> Turn:
    """The device is back: the page too; a step that works with it begins anew."""
    turn = turn.changed(problem=None)
    return behaviour_of(turn).enter(turn) if _own_role(turn) == role else turn


def _own_role(turn: Turn) -> DeviceRole | None:
    return STEP_ROLES.get(kind_of(turn.service.steps[turn.session.index]))
