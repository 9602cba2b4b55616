"""The engine: one pure function from a session and an event to the next session and effects.

No clock, no randomness, no I/O, no log; ids and times arrive inside events. A session of None is the attract
state: SessionStarted begins one, and the shell sends the intent that caused it right behind. Effects are in
the order to carry out; the page comes first, so that the screen answers before anything else runs.
Not responsible for what steps do (kiosk.journey.steps) nor how pages look (ui).
"""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.intents import (
    AnyIntent,
    BackPressed,
    CareToggled,
    Chosen,
    Confirmed,
    Declined,
    DisplayPressed,
    DoorChosen,
    HelpPressed,
    Intent,
    LanguageChosen,
    LeavePressed,
    Searched,
    ServiceChosen,
    SettingChosen,
    TabChosen,
    TechnicianPressed,
    Touched,
)
from kiosk.journey import comparison, display, facts
from kiosk.journey.attract import attract
from kiosk.journey.context import Context
from kiosk.journey.effects import AnyEffect, EndSession, Show
from kiosk.journey.events import Event, SessionStarted, TimedOut, World, WorldChanged
from kiosk.journey.idle import rewind
from kiosk.journey.leaving import is_over, look_again
from kiosk.journey.menu import SEARCH, has_door
from kiosk.journey.pages import can_back, can_leave, is_closed
from kiosk.journey.readiness import judge
from kiosk.journey.session import Cover, Session, Stage
from kiosk.journey.technician import may_open, open_door, technician_intent
from kiosk.journey.turn import Going, Turn
from kiosk.journey.view import view_of
from kiosk.journey.walk import begin, behaviour_of, leave, settle
from kiosk.journey.withdrawal import stop_withdrawn
from kiosk.views import Readiness

SOUGHT_MOST = 60

__all__ = ["Context", "Session", "Transition", "advance", "opening"]


@dataclass(frozen=True)
class Transition:
    """What became of an event: the session now (None: nobody is here) and what the shell shall do."""

    session: Session | None
    effects: tuple[AnyEffect, ...] = ()


def opening(context: Context, world: World) -> Transition:
    """The first page of a terminal that has just started."""
    return Transition(None, (Show(attract(context, world)),))


def advance(session: Session | None, event: Event, context: Context) -> Transition:
    """What happens next."""
    if session is None:
        return _begin(event, context)
    before = Turn(context, session)
    if isinstance(event, TimedOut):
        return _timed_out(before, event)
    after = settle(_intent(before, event) if isinstance(event, Intent) else facts.handle(before, event))
    after = display.plugged(session, after)
    after = stop_withdrawn(after)
    return _finish(before, after, event)


def _begin(event: Event, context: Context) -> Transition:
    if isinstance(event, WorldChanged):
        return opening(context, event.world)
    if not isinstance(event, SessionStarted):
        return Transition(None)
    session = Session(
        id=event.session_id,
        application_id=event.application_id,
        rating_id=event.rating_id,
        today=event.today,
        world=event.world,
    )
    turn = rewind(session, Turn(context, session), active=True)
    return Transition(turn.session, turn.effects)


def _timed_out(before: Turn, event: TimedOut) -> Transition:
    session = before.session
    if event.timer_id != session.timer:
        return Transition(session)
    if session.stage is Stage.GOODBYE:
        if is_over(session):
            return _end(before)
        turn = look_again(before)
        return Transition(turn.session, turn.effects)
    asked = session.cover is Cover.STILL_THERE
    after = leave(before) if asked else before.changed(cover=Cover.STILL_THERE)
    return _finish(before, after, event)


def _end(turn: Turn) -> Transition:
    return Transition(None, (EndSession(), Show(attract(turn.context, turn.session.world))))


def _finish(before: Turn, after: Turn, event: Event) -> Transition:
    """Show what changed and keep the clock. After an intent the page is shown even when it is the same."""
    if after.session.stage is Stage.GOODBYE and before.session.stage is Stage.GOODBYE and isinstance(event, Confirmed):
        return _end(after)
    after = rewind(before.session, after, active=isinstance(event, Intent) or facts.is_answer(before, event))
    if isinstance(event, Touched) and after.session.cover is before.session.cover:
        return Transition(after.session, after.effects)
    view = view_of(after)
    if isinstance(event, Intent) or view != view_of(before):
        return Transition(after.session, (Show(view), *after.effects))
    return Transition(after.session, after.effects)


def _intent(turn: Turn, intent: AnyIntent) -> Turn:
    match intent:
        case LanguageChosen(language=language):
            return turn.changed(language=language, cover=_seen(turn))
        case CareToggled():
            return turn.changed(care=not turn.session.care, cover=_seen(turn))
        case SettingChosen():
            return display.chosen(turn, intent).changed(cover=_seen(turn))
        case LeavePressed():
            return turn.go(Going.LEAVE) if can_leave(turn) else turn
        case _ if turn.session.cover is not Cover.NONE:
            return _under_cover(turn, intent)
        case HelpPressed() if turn.session.stage in {Stage.MENU, Stage.SERVICE, Stage.STEPS}:
            return turn.changed(cover=Cover.HELP)
        case DisplayPressed() if turn.session.stage in {Stage.MENU, Stage.SERVICE, Stage.STEPS}:
            return turn.changed(cover=Cover.DISPLAY)
        case TechnicianPressed():
            return open_door(turn) if may_open(turn.session) else turn
        case BackPressed():
            return _back(turn)
        case _:
            return _staged(turn, intent)


def _seen(turn: Turn) -> Cover:
    """Any touch answers the question whether somebody is there; what was opened on purpose stays open."""
    return Cover.NONE if turn.session.cover is Cover.STILL_THERE else turn.session.cover


def _under_cover(turn: Turn, intent: AnyIntent) -> Turn:
    if turn.session.cover is Cover.STILL_THERE:
        return (
            turn.go(Going.LEAVE) if isinstance(intent, Declined) and can_leave(turn) else turn.changed(cover=Cover.NONE)
        )
    closes = isinstance(intent, HelpPressed | DisplayPressed | Declined | Confirmed | BackPressed)
    return turn.changed(cover=Cover.NONE) if closes else turn


def _back(turn: Turn) -> Turn:
    if not can_back(turn):
        return turn
    if turn.session.stage is Stage.MENU:
        return turn.changed(way="", sought="") if turn.session.way == SEARCH else turn.changed(door="")
    if turn.session.pair is not None:
        return comparison.gone_back(turn)
    if turn.session.stage is Stage.STEPS and turn.session.problem is None:
        return behaviour_of(turn).back(turn)
    return turn.go(Going.BACK)


def _staged(turn: Turn, intent: AnyIntent) -> Turn:
    match turn.session.stage:
        case Stage.STEPS:
            return _step_intent(turn, intent)
        case Stage.PIN | Stage.TECHNICIAN:
            return technician_intent(turn, intent)
        case Stage.GOODBYE:
            return turn
        case _:
            return turn if is_closed(turn.session) else _menu_intent(turn, intent)


def _menu_intent(turn: Turn, intent: AnyIntent) -> Turn:
    if turn.session.pair is not None:
        return comparison.intended(turn, intent)
    match intent:
        case Chosen(id="compare") if turn.session.stage is Stage.SERVICE:
            return comparison.opened(turn)
        case TabChosen(id=tab):
            return turn.changed(way=tab, door="", stage=Stage.MENU, service="")
        case DoorChosen(id=door) if turn.session.stage is Stage.MENU and has_door(turn, door):
            return turn.changed(door=door)
        case Searched(text=text) if turn.session.stage is Stage.MENU and turn.session.way == SEARCH:
            return turn.changed(sought=text[:SOUGHT_MOST])
        case ServiceChosen(id=service) if service in turn.context.catalogue.services:
            return turn.changed(stage=Stage.SERVICE, service=service)
        case Confirmed() if turn.session.stage is Stage.SERVICE:
            verdict = judge(turn.service, turn.session.world, turn.context, turn.session.language)
            return turn if verdict.level is Readiness.UNAVAILABLE else begin(turn)
        case _:
            return turn


def _step_intent(turn: Turn, intent: AnyIntent) -> Turn:
    problem = turn.session.problem
    if problem is None:
        return behaviour_of(turn).handle(turn, intent)
    if not isinstance(intent, Chosen) or intent.id not in problem.options:
        return turn
    ways = {"leave": Going.LEAVE, "menu": Going.MENU, "back": Going.BACK}
    if intent.id in ways:
        return turn.go(ways[intent.id])
    turn = turn.changed(problem=None)
    if intent.id == "retry":
        return behaviour_of(turn).enter(turn)
    return turn if intent.id == "return" else behaviour_of(turn).handle(turn, intent)
