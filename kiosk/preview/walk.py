"""Walk a service on the engine with a sample terminal and a willing citizen, page by page.

Not responsible for what pages look like (kiosk.preview.pictures).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from drivers.contract.status import DeviceRole
from kiosk import intents as do
from kiosk.journey.context import Context
from kiosk.journey.dates import plus_days, weekday_of
from kiosk.journey.effects import AnyEffect, CancelDevice, RunDevice, RunStore, Show
from kiosk.journey.engine import Session, advance
from kiosk.journey.events import DeviceDone, Event, SessionStarted, StoreDone
from kiosk.journey.model import Service
from kiosk.preview.sample_terminal import SampleTerminal, sample_world
from kiosk.views import (
    AnyView,
    CardView,
    ChoicesView,
    ChoiceView,
    CodeView,
    DateView,
    GoodbyeView,
    Language,
    ProblemView,
    RatingView,
    SignatureView,
    TextView,
)

MOST_PAGES = 200
TODAY = "2026-03-05"
WRITTEN = {
    "chinese": "演示路10号101房",
    "latin": "SAMPLE",
    "number": "100",
    "phone": "13000000001",
    "id_number": "11010519491231002X",
    "code": "11370800MB28559184",
    "plate": "粤A12345",
}
"""What the willing citizen writes on each keyboard."""

OTHERWISE = {"chinese": "陈小明", "code": WRITTEN["id_number"]}
"""What she writes where that was wrong: a name is no address, a person's number no company's."""


def at_its_site(context: Context, service: Service) -> Context:
    """The same terminal where this service is offered: in a bank or a hall, if it is not for the street."""
    terminal = context.terminal
    if terminal.site in service.sites:
        return context
    return replace(context, terminal=replace(terminal, site=service.sites[0]))


class StuckError(Exception):
    """A service that does not come to its end with sample answers; the text is one line."""


class Walker:
    """One visit. `pages`: all in their order, the same twice only when it changed; `sent`: every command."""

    def __init__(self, context: Context, terminal: SampleTerminal, language: Language, ink: bytes = b"") -> None:
        self._context, self._terminal, self._language, self._ink = context, terminal, language, ink
        self._session: Session | None = None
        self._running: dict[int, RunDevice | RunStore] = {}
        self._added = 0
        self.pages: list[AnyView] = []
        self.sent: list[object] = []

    def walk(self, service: str) -> Iterator[AnyView]:
        """Every page from the service's own to the last one. StuckError when it never ends, or ends in a problem."""
        wanted = self._context.catalogue.services[service]
        self._context = at_its_site(self._context, wanted)
        self._terminal = self._terminal.visited_for(wanted)
        self._feed(SessionStarted("preview", "preview-a", "preview-r", TODAY, sample_world()))
        for intent in (do.LanguageChosen(self._language), do.ServiceChosen(service)):
            self._feed(intent)
        for _ in range(MOST_PAGES):
            view = self.pages[-1]
            yield view
            if isinstance(view, GoodbyeView):
                return
            if isinstance(view, ProblemView):
                raise StuckError(f"{service} ends in a problem: {view.happened}")
            while self._running and self.pages[-1] == view:
                self._serve_one()
            if self.pages[-1] != view:
                continue
            self._feed(self._next(view))
            if self.pages[-1] == view and not self._running:
                raise StuckError(f"{service} does not go on from {type(view).__name__}: {view.title}")
        raise StuckError(f"{service} never ends")

    def _serve_one(self) -> None:
        number, run = next(iter(self._running.items()))
        del self._running[number]
        paper = isinstance(run, RunDevice) and run.role is DeviceRole.DOCUMENT_CAMERA
        result = self._terminal.answer(run.command, paper=paper)
        done = DeviceDone if isinstance(run, RunDevice) else StoreDone
        self._feed(done(number, result))  # type: ignore[arg-type]  # the sample terminal answers by command

    def _feed(self, event: Event) -> None:
        transition = advance(self._session, event, self._context)
        self._session = transition.session
        for effect in transition.effects:
            self._carry_out(effect)

    def _carry_out(self, effect: AnyEffect) -> None:
        match effect:
            case Show(view=view):
                if not self.pages or self.pages[-1] != view:
                    self.pages.append(view)
            case RunDevice() | RunStore():
                self._running[effect.command_id] = effect
                self.sent.append(effect.command)
            case CancelDevice(command_id=number):
                self._running.pop(number, None)
            case _:
                return

    def _next(self, view: AnyView) -> do.AnyIntent:
        """What a willing citizen does on a page."""
        match view:
            case CodeView(length=length):
                return do.Answered("1" * length)
            case ChoiceView(chosen=chosen, options=options):
                return do.Chosen(chosen or options[0].id)
            case ChoicesView(chosen=chosen, options=options):
                return do.Picked(chosen or (options[0].id,))
            case DateView(value=value):
                return do.Answered(value or _workday(view))
            case TextView(value=value, problem=problem):
                written = (OTHERWISE if problem else WRITTEN).get(view.keyboard, WRITTEN[view.keyboard])
                return do.Answered((value if value and not problem else written)[: view.max_length])
            case SignatureView():
                return do.Signed(self._ink)
            case RatingView(options=options):
                return do.Chosen(options[0].id)
            case CardView(others=others) if others:
                return do.Chosen(others[-1].id)
            case _:
                return self._confirm(view)

    def _confirm(self, view: AnyView) -> do.AnyIntent:
        """The main button; on a list that wants entries, one entry first."""
        if type(view).__name__ == "EntriesView" and not self._added:
            self._added = 1
            return do.Chosen("add")
        return do.Confirmed()


def _workday(view: DateView) -> str:
    days = (plus_days(view.earliest, count) for count in range(7))
    return next((day for day in days if day <= view.latest and 0 < weekday_of(day) < 6), view.latest)
