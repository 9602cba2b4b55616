"""A service that the office has withdrawn: nobody begins it, and who is in the middle of it is told before she sends.

What has been sent already is brought to its end: the citizen gets her number and her paper. Pure.
"""

from __future__ import annotations

from kiosk.journey.events import World
from kiosk.journey.model import RatingStep, SlipStep
from kiosk.journey.session import Cover, Phrase, Problem, Stage
from kiosk.journey.turn import Turn

_TOLD = Phrase("problem.withdrawn")


def is_withdrawn(service: str, world: World) -> bool:
    """Whether a service is on the newest signed list."""
    return world.store is not None and service in world.store.catalogue.withdrawn


def stop_withdrawn(turn: Turn) -> Turn:
    """Tell a citizen whose service is no longer offered, unless it went out already or something is just at work."""
    session = turn.session
    if session.stage is not Stage.STEPS or session.spent or session.busy or _has_its_result(turn):
        return turn
    told = session.problem is not None and session.problem.happened == _TOLD
    if told or not is_withdrawn(session.service, session.world):
        return turn
    problem = Problem(_TOLD, ("menu", "leave"), "certain.wiped_when_left", "advice.ask")
    return turn.drop().changed(cover=Cover.NONE).trouble(problem)


def _has_its_result(turn: Turn) -> bool:
    """Whether only the slip and the rating are left."""
    return isinstance(turn.service.steps[turn.session.index], SlipStep | RatingStep)
