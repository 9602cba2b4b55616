"""Have a sealed certificate issued, once, and hand it over to be shown and printed.

Not responsible for what stands in the certificate (the centre) nor for its printing (printout).
"""

from __future__ import annotations

from kiosk.intents import Chosen
from kiosk.journey.model import CertificateStep
from kiosk.journey.model_steps import ANSWERED
from kiosk.journey.pages import working
from kiosk.journey.session import Memory, Phrase, Problem
from kiosk.journey.steps import printout
from kiosk.journey.steps.behaviour import Behaviour
from kiosk.journey.steps.lookup import parameters_of
from kiosk.journey.troubles import broken, line_lost, store_text
from kiosk.journey.turn import Broken, Completed, Going, Happening, Turn
from kiosk.views import AnyView
from offline_cache.contract import Certificate, IssueCertificate, StoreFailure

ISSUE_WITHIN_S = 20.0


class IssueMemory(Memory, frozen=True):
    """The command is kept so that a second try asks with the very same words."""

    command: IssueCertificate | None = None


def _enter(turn: Turn) -> Turn:
    if turn.citizen.certificate is not None:
        return printout.render(turn, _printout(turn, turn.citizen.certificate))
    if not turn.online:
        return line_lost(turn)
    command = turn.memory(IssueMemory).command or _command(turn)
    turn = turn.drop().changed(spent=True).remember(IssueMemory(command))
    return turn.store("issue", command, ISSUE_WITHIN_S)


def _command(turn: Turn) -> IssueCertificate:
    step, citizen = turn.step(CertificateStep), turn.citizen
    assert citizen.card is not None
    parameters = parameters_of(turn, step.parameters)
    language = turn.session.language.value
    number = citizen.card.number
    return IssueCertificate(turn.session.application_id, step.template, number, citizen.token, language, parameters)


def _printout(turn: Turn, issued: Certificate) -> printout.Printout:
    step = turn.step(CertificateStep)
    words = (step.title, step.confirm, step.hint)
    return printout.Printout(
        issued.pdf, issued.pages, issued.serial, *words, certain="certain.issued", none="certain.none_printed"
    )


def _show(turn: Turn) -> AnyView:
    issued = turn.citizen.certificate
    return working(turn, "working.issue") if issued is None else printout.show(turn, _printout(turn, issued))


def _handle(turn: Turn, happening: Happening) -> Turn:
    match happening:
        case Completed(result=Certificate() as certificate):
            return printout.render(turn.learned(certificate=certificate), _printout(turn, certificate))
        case Broken(role=None):
            return _issue_failed(turn, happening)
        case Chosen(id="change"):
            return _change(turn)
        case _ if turn.citizen.certificate is not None:
            return printout.handle(turn, _printout(turn, turn.citizen.certificate), happening)
        case _:
            return turn


def _change(turn: Turn) -> Turn:
    """Nothing was issued, so the questions may be answered anew, from the first one, under the same id."""
    first = next(step.id for step in turn.service.steps if isinstance(step, ANSWERED))
    return turn.changed(spent=False).go(Going.EDIT, first)


def _issue_failed(turn: Turn, failed: Broken) -> Turn:
    assert isinstance(failed.failure, StoreFailure)
    if failed.failure.kind == "offline":
        return line_lost(turn)
    if failed.failure.kind == "refused":
        key = store_text(turn.context.texts, failed.failure)
        asked = any(isinstance(step, ANSWERED) for step in turn.service.steps)
        options = ("change", "leave") if asked else ("leave",)
        return turn.trouble(Problem(Phrase(key), options, "certain.none_issued", "advice.ask"))
    return broken(turn, failed)


CERTIFICATE = Behaviour(_show, _handle, enter=_enter)
