"""Which page a session shows: the one place that knows all of them."""

from __future__ import annotations

import msgspec

from kiosk.journey.attract import closed
from kiosk.journey.comparison import comparison
from kiosk.journey.display import display_page
from kiosk.journey.menu import SEARCH, menu, search
from kiosk.journey.model import kind_of
from kiosk.journey.pages import chrome, goodbye, help_page, is_closed, problem, still_there, with_caption
from kiosk.journey.service_page import service_page
from kiosk.journey.session import Cover, Stage
from kiosk.journey.technician import show_technician
from kiosk.journey.turn import Turn
from kiosk.journey.walk import behaviour_of
from kiosk.views import AnyView


def view_of(turn: Turn) -> AnyView:
    """The page of this session now, with its caption."""
    return with_caption(_page(turn))


def _page(turn: Turn) -> AnyView:
    session = turn.session
    if session.cover is Cover.STILL_THERE:
        return still_there(turn)
    if session.cover is Cover.HELP:
        return help_page(turn, _topic(turn))
    if session.cover is Cover.DISPLAY:
        return display_page(turn)
    match session.stage:
        case Stage.STEPS:
            return problem(turn) if session.problem is not None else behaviour_of(turn).show(turn)
        case Stage.GOODBYE:
            return goodbye(turn)
        case Stage.PIN | Stage.TECHNICIAN:
            return show_technician(turn)
        case _ if is_closed(session):
            frame = msgspec.structs.replace(chrome(turn), can_back=False, can_leave=False)
            return closed(turn.context, session.world, frame)
        case Stage.SERVICE if session.pair is not None:
            return comparison(turn)
        case Stage.SERVICE:
            return service_page(turn)
        case _:
            return search(turn) if session.way == SEARCH else menu(turn)


def _topic(turn: Turn) -> str:
    """The key of the help text: the kind of step, or the stage."""
    if turn.session.stage is Stage.MENU and turn.session.way == SEARCH:
        return SEARCH
    if turn.session.stage is not Stage.STEPS:
        return turn.session.stage.value
    return kind_of(turn.service.steps[turn.session.index])
