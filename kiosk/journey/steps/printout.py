"""A PDF that is ready: draw its pages, show them, print it once, tell what came out.

Never prints twice by itself: a second try needs the citizen's hand and the certainty that nothing came out.
Shared by certificates and by plain papers. Not responsible for where the PDF comes from.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

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
from kiosk.journey.model import Text
from kiosk.journey.pages import chrome, phrase, working
from kiosk.journey.session import Memory, Phrase, Problem
from kiosk.journey.troubles import broken, device_text
from kiosk.journey.turn import Broken, Completed, Going, Happening, Told, Turn
from kiosk.views import AnyView, DocumentView, PrintingView

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


class Printout(NamedTuple):
    """What is to be printed, and the words around it. `certain` is the text key of what holds
    whatever comes out, `none` of what holds when nothing did."""

    pdf: bytes
    pages: int
    name: str
    title: Text
    confirm: Text
    hint: Text | None
    certain: str
    none: str
    copies: int = 1


class PrintMemory(Memory, frozen=True):
    """How far the printing is."""

    phase: Literal["render", "preview", "print"] = "render"
    pages: tuple[bytes, ...] = ()
    sheet: int = 0
    waiting: str = ""


def render(turn: Turn, printout: Printout) -> Turn:
    """Begin: draw the pages."""
    command = RenderDocument(printout.pdf, PREVIEW_PX)
    return turn.drop().remember(PrintMemory()).device("render", DeviceRole.DOCUMENT, command, RENDER_WITHIN_S)


def show(turn: Turn, printout: Printout) -> AnyView:
    """The page of the phase."""
    memory = turn.memory(PrintMemory)
    if memory.phase == "print":
        return _printing(turn, printout, memory)
    if memory.phase == "preview":
        return DocumentView(
            chrome=chrome(turn),
            title=turn.fill(printout.title),
            hint=turn.fill(printout.hint),
            pages=memory.pages,
            confirm=turn.fill(printout.confirm),
        )
    return working(turn, "working.render")


def _printing(turn: Turn, printout: Printout, memory: PrintMemory) -> PrintingView:
    texts = turn.context.texts
    problem = device_text(texts, DeviceRole.DOCUMENT, f"waiting_{memory.waiting}") if memory.waiting else ""
    return PrintingView(
        chrome=chrome(turn),
        title=turn.say("printing.title"),
        body=turn.say("printing.document"),
        kind="document",
        page=memory.sheet,
        of=printout.pages * printout.copies,
        problem=turn.say(problem) if problem else "",
    )


def handle(turn: Turn, printout: Printout, happening: Happening) -> Turn:
    """The turn after what happened; failures of the drawing offer another try."""
    memory = turn.memory(PrintMemory)
    match happening:
        case Completed(result=PagePictures(pages=pages)):
            return turn.remember(memory, phase="preview", pages=pages)
        case Confirmed() if memory.phase == "preview":
            return _print(turn, printout)
        case Told():
            return _progress(turn, happening)
        case Completed(result=DocumentPrinted() as printed):
            return _printed(turn, printout, printed)
        case Broken(tag="print"):
            return _print_failed(turn, printout, happening)
        case Broken():
            return broken(turn, happening, ("retry", "go_on", "leave"))
        case Chosen(id="go_on"):
            return turn.go(Going.NEXT)
        case _:
            return turn


def not_made(turn: Turn, happening: Happening) -> Turn:
    """Before there is anything to print: a failure offers another try."""
    match happening:
        case Broken():
            return broken(turn, happening, ("retry", "leave"))
        case _:
            return turn


def _print(turn: Turn, printout: Printout) -> Turn:
    turn = turn.remember(turn.memory(PrintMemory), phase="print", sheet=0, waiting="")
    command = PrintDocument(printout.pdf, copies=printout.copies, job_name=printout.name, hold_s=HOLD_S)
    return turn.device("print", DeviceRole.DOCUMENT, command, PRINT_WITHIN_S + HOLD_S)


def _progress(turn: Turn, told: Told) -> Turn:
    memory = turn.memory(PrintMemory)
    match told.event:
        case SheetPrinted(sheet=sheet):
            return turn.remember(memory, sheet=sheet, waiting="")
        case PrinterWaiting(kind=kind):
            return turn.remember(memory, waiting=kind)
        case _:
            return turn


def _printed(turn: Turn, printout: Printout, printed: DocumentPrinted) -> Turn:
    turn = turn.learned(sheets=printed.sheets)
    if printed.outcome is JobOutcome.COMPLETED:
        return turn.go(Going.NEXT)
    uncertain = printed.outcome is JobOutcome.UNCERTAIN or SheetOutcome.UNCERTAIN in printed.ledger
    if uncertain:
        return _unsure(turn, printout)
    if printed.sheets == 0:
        return _nothing_printed(turn, printout, Phrase("certificate.none"))
    of = str(printout.pages * printout.copies)
    some = phrase("certificate.some", sheets=str(printed.sheets), of=of)
    return turn.trouble(Problem(some, ("go_on", "leave"), printout.certain, "advice.partial"))


def _print_failed(turn: Turn, printout: Printout, failed: Broken) -> Turn:
    if turn.memory(PrintMemory).sheet or failed.failure.kind not in NOTHING_PRINTED:
        return _unsure(turn, printout)
    key = device_text(turn.context.texts, DeviceRole.DOCUMENT, failed.failure.kind)
    return _nothing_printed(turn, printout, Phrase(key))


def _unsure(turn: Turn, printout: Printout) -> Turn:
    unknown = Phrase("device.document.outcome_unknown")
    return turn.trouble(Problem(unknown, ("go_on", "leave"), printout.certain, "advice.unsure"))


def _nothing_printed(turn: Turn, printout: Printout, happened: Phrase) -> Turn:
    options = ("retry", "go_on", "leave")
    return turn.trouble(Problem(happened, options, printout.none, "advice.none_printed", nearest=True))
