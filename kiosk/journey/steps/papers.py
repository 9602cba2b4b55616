"""Plain papers of the terminal's own: a service's form, or copies of the sheets the citizen laid down. Needs no line.

Not responsible for what stands on a form (kiosk.journey.forms) nor for the printing (printout).
"""

from __future__ import annotations

from drivers.contract.commands import ComposedDocument, ComposeDocument
from drivers.contract.pages import Pages
from drivers.contract.status import DeviceRole
from kiosk.journey.forms import FormWanted, form_of
from kiosk.journey.model import PrintStep
from kiosk.journey.pages import working
from kiosk.journey.steps import printout
from kiosk.journey.steps.behaviour import Behaviour
from kiosk.journey.steps.sheets import sheets_of
from kiosk.journey.turn import Completed, Happening, Turn
from kiosk.views import AnyView

COMPOSE_WITHIN_S = 15.0
MOST_COPIES = 5


def _enter(turn: Turn) -> Turn:
    """Another try prints what is there; whoever comes anew, perhaps after another answer, gets another paper."""
    made = turn.citizen.composed
    if made is not None and isinstance(turn.session.memory, printout.PrintMemory):
        return printout.render(turn, _printout(turn, made))
    turn = turn.drop().learned(composed=None)
    return turn.device("compose", DeviceRole.DOCUMENT, ComposeDocument(_pages(turn)), COMPOSE_WITHIN_S)


def _pages(turn: Turn) -> Pages:
    step, scope, language = turn.step(PrintStep), turn.scope, turn.session.language
    if step.sheets:
        return Pages(turn.fill(step.name), pictures=sheets_of(turn, step.sheets), language=language.value)
    filled = bool(step.specimen) and scope.truth(step.specimen)
    wanted = FormWanted(scope.text(step.form), scope.district, turn.session.today, language, filled)
    return form_of(turn.context, wanted)


def _printout(turn: Turn, made: ComposedDocument) -> printout.Printout:
    step = turn.step(PrintStep)
    copies = max(1, min(int(turn.scope.text(step.copies) or "1"), MOST_COPIES))
    words, sure = (step.title, step.confirm, step.hint), "certain.nothing_sent"
    return printout.Printout(made.pdf, made.count, turn.service.id, *words, certain=sure, none=sure, copies=copies)


def _show(turn: Turn) -> AnyView:
    made = turn.citizen.composed
    return working(turn, "working.render") if made is None else printout.show(turn, _printout(turn, made))


def _handle(turn: Turn, happening: Happening) -> Turn:
    match happening:
        case Completed(result=ComposedDocument() as made):
            return printout.render(turn.learned(composed=made), _printout(turn, made))
        case _ if turn.citizen.composed is not None:
            return printout.handle(turn, _printout(turn, turn.citizen.composed), happening)
        case _:
            return printout.not_made(turn, happening)


PRINT = Behaviour(_show, _handle, enter=_enter)
