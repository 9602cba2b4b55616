"""Have a sealed certificate issued, show it, print it once.

Never prints twice by itself: a second try needs the citizen's hand and the certainty that nothing came out.
Not responsible for what stands in the certificate (the centre).
"""

from __future__ import annotations

from typing import Literal

from drivers.contract.commands import (
    DocumentPrinted,
    PagePictures,
    PrintDocument,
    PrinterWaiting,
    RenderDocument,
    SheetPrinted,
)
from drivers.contract.status import DeviceRole
from drivers.contract.values import JobOutcome, SheetOutcome
from kiosk.intents import Chosen, Confirmed
from kiosk.journey.model import CertificateStep
from kiosk.journey.model_steps import ANSWERED
from kiosk.journey.pages import chrome, phrase, working
from kiosk.journey.session import Memory, Phrase, Problem
from kiosk.journey.steps.behaviour import Behaviour
from kiosk.journey.steps.lookup import parameters_of
from kiosk.journey.troubles import broken, device_text, line_lost, store_text
from kiosk.journey.turn import Broken, Completed, Going, Happening, Told, Turn
from kiosk.views import AnyView, DocumentView, PrintingView
from offline_cache.contract import Certificate, IssueCertificate, StoreFailure

ISSUE_WITHIN_S = 20.0
RENDER_WITHIN_S = 15.0
HOLD_S = 120.0
PRINT_WITHIN_S = 60.0
"""Counted from the last progress (drivers.contract), so a job of many pages is not cut short."""

PREVIEW_PX = 900
NOTHING_PRINTED = frozenset(
    {"offline", "paper_out", "toner_out", "jammed", "cover_open", "fault", "timeout", "protocol", "invalid_media"}
    | {"cancelled", "unsupported"}
)
"""Failures of a job that say for certain that it never began, as long as no sheet was reported."""


class CertificateMemory(Memory, frozen=True):
    """Where the certificate is; `command` is kept so that a second try asks with the very same words."""

    phase: Literal["issue", "render", "preview", "print"] = "issue"
    command: IssueCertificate | None = None
    pages: tuple[bytes, ...] = ()
    sheet: int = 0
    waiting: str = ""


def _enter(turn: Turn) -> Turn:
    if turn.citizen.certificate is not None:
        return _render(turn)
    if not turn.online:
        return line_lost(turn)
    command = turn.memory(CertificateMemory).command or _command(turn)
    turn = turn.drop().changed(spent=True).remember(CertificateMemory(command=command))
    return turn.store("issue", command, ISSUE_WITHIN_S)


def _command(turn: Turn) -> IssueCertificate:
    step, citizen = turn.step(CertificateStep), turn.citizen
    assert citizen.card is not None
    parameters = parameters_of(turn, step.parameters)
    language = turn.session.language.value
    number = citizen.card.number
    return IssueCertificate(turn.session.application_id, step.template, number, citizen.token, language, parameters)


def _render(turn: Turn) -> Turn:
    certificate = turn.citizen.certificate
    assert certificate is not None
    memory = turn.memory(CertificateMemory)
    turn = turn.drop().remember(memory, phase="render", waiting="", sheet=0)
    command = RenderDocument(certificate.pdf, PREVIEW_PX)
    return turn.device("render", DeviceRole.DOCUMENT, command, RENDER_WITHIN_S)


def _show(turn: Turn) -> AnyView:
    step, memory = turn.step(CertificateStep), turn.memory(CertificateMemory)
    if memory.phase == "print":
        return _printing(turn, memory)
    if memory.phase == "preview":
        return DocumentView(
            chrome=chrome(turn),
            title=turn.fill(step.title),
            hint=turn.fill(step.hint),
            pages=memory.pages,
            confirm=turn.fill(step.confirm),
        )
    return working(turn, "working.issue" if memory.phase == "issue" else "working.render")


def _printing(turn: Turn, memory: CertificateMemory) -> PrintingView:
    certificate = turn.citizen.certificate
    texts = turn.context.texts
    problem = device_text(texts, DeviceRole.DOCUMENT, f"waiting_{memory.waiting}") if memory.waiting else ""
    return PrintingView(
        chrome=chrome(turn),
        title=turn.say("printing.title"),
        body=turn.say("printing.document"),
        kind="document",
        page=memory.sheet,
        of=certificate.pages if certificate else 0,
        problem=turn.say(problem) if problem else "",
    )


def _handle(turn: Turn, happening: Happening) -> Turn:
    memory = turn.memory(CertificateMemory)
    match happening:
        case Completed(result=Certificate() as certificate):
            return _render(turn.learned(certificate=certificate))
        case Completed(result=PagePictures(pages=pages)):
            return turn.remember(memory, phase="preview", pages=pages)
        case Confirmed() if memory.phase == "preview":
            return _print(turn)
        case Told():
            return _progress(turn, happening)
        case Completed(result=DocumentPrinted() as printed):
            return _printed(turn, printed)
        case Broken(tag="print"):
            return _print_failed(turn, happening)
        case Broken():
            return _issue_failed(turn, happening)
        case Chosen(id="go_on"):
            return turn.go(Going.NEXT)
        case Chosen(id="change"):
            return _change(turn)
        case _:
            return turn


def _change(turn: Turn) -> Turn:
    """Nothing was issued, so the questions may be answered anew, from the first one, under the same id."""
    first = next(step.id for step in turn.service.steps if isinstance(step, ANSWERED))
    return turn.changed(spent=False).go(Going.EDIT, first)


def _print(turn: Turn) -> Turn:
    certificate = turn.citizen.certificate
    assert certificate is not None
    turn = turn.remember(turn.memory(CertificateMemory), phase="print", sheet=0, waiting="")
    command = PrintDocument(certificate.pdf, job_name=certificate.serial, hold_s=HOLD_S)
    return turn.device("print", DeviceRole.DOCUMENT, command, PRINT_WITHIN_S + HOLD_S)


def _progress(turn: Turn, told: Told) -> Turn:
    memory = turn.memory(CertificateMemory)
    match told.event:
        case SheetPrinted(sheet=sheet):
            return turn.remember(memory, sheet=sheet, waiting="")
        case PrinterWaiting(kind=kind):
            return turn.remember(memory, waiting=kind)
        case _:
            return turn


def _printed(turn: Turn, printed: DocumentPrinted) -> Turn:
    turn = turn.learned(sheets=printed.sheets)
    if printed.outcome is JobOutcome.COMPLETED:
        return turn.go(Going.NEXT)
    uncertain = printed.outcome is JobOutcome.UNCERTAIN or SheetOutcome.UNCERTAIN in printed.ledger
    if uncertain:
        return _unsure(turn)
    if printed.sheets == 0:
        return _nothing_printed(turn, Phrase("certificate.none"))
    certificate = turn.citizen.certificate
    of = str(certificate.pages if certificate else len(printed.ledger))
    some = phrase("certificate.some", sheets=str(printed.sheets), of=of)
    return turn.trouble(Problem(some, ("go_on", "leave"), "certain.issued", "advice.partial"))


def _print_failed(turn: Turn, failed: Broken) -> Turn:
    if turn.memory(CertificateMemory).sheet or failed.failure.kind not in NOTHING_PRINTED:
        return _unsure(turn)
    key = device_text(turn.context.texts, DeviceRole.DOCUMENT, failed.failure.kind)
    return _nothing_printed(turn, Phrase(key))


def _unsure(turn: Turn) -> Turn:
    unknown = Phrase("device.document.outcome_unknown")
    return turn.trouble(Problem(unknown, ("go_on", "leave"), "certain.issued", "advice.unsure"))


def _nothing_printed(turn: Turn, happened: Phrase) -> Turn:
    options = ("retry", "go_on", "leave")
    return turn.trouble(Problem(happened, options, "certain.none_printed", "advice.none_printed", nearest=True))


def _issue_failed(turn: Turn, failed: Broken) -> Turn:
    if failed.role is not None:
        return broken(turn, failed, ("retry", "go_on", "leave"))
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
