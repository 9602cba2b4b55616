"""What can be shown of each service by walking it: one row a service, every cell found out now, none written by hand.

Not responsible for how rows are printed (kiosk.commands.catalogue_table).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kiosk.journey.context import Context
from kiosk.journey.model import STEP_ROLES, Service, kind_of
from kiosk.journey.readiness import SOFT_ROLES, judge
from kiosk.preview.pictures import Painter, pictures
from kiosk.preview.sample_terminal import SampleTerminal
from kiosk.preview.states import states_for
from kiosk.preview.walk import StuckError, Walker, at_its_site
from kiosk.views import GoodbyeView, Language, Readiness
from offline_cache.contract import IssueCertificate, Lookup, Prefill, SendCode

OK = "yes"
ALONE = {"A": Readiness.READY, "C": Readiness.READY, "Q": Readiness.LATER, "N": Readiness.UNAVAILABLE}
"""What a service of each offline class says when the line is down."""
ASKS_THE_CENTRE = (IssueCertificate, Lookup, Prefill, SendCode)


@dataclass(frozen=True)
class Proof:
    """One service; a cell is "yes", "" where it was not looked at, or what went wrong."""

    no: int
    service: str
    title: str
    engine: dict[str, str]
    offline_class: str
    offline: str
    readiness: str
    window: str = ""

    @property
    def whole(self) -> bool:
        """Whether nothing went wrong."""
        return {*self.engine.values(), self.offline, self.readiness, self.window} <= {OK, ""}


def proofs_of(context: Context, datasets: Path, in_window: frozenset[str] = frozenset()) -> list[Proof]:
    """A row for each service, in the order of the city's list; those named are also walked in a real window."""
    services = sorted(context.catalogue.services.values(), key=lambda one: (one.no, one.id))
    face, page = pictures()
    terminal = SampleTerminal(datasets, page, face)
    shown = _windows(context, terminal, [one.id for one in services if one.id in in_window])
    return [_proof(context, terminal, service, shown.get(service.id, "")) for service in services]


def sample_of(services: Iterable[Service], least: int = 20) -> frozenset[str]:
    """The first service of every shape (what it is and which kinds of step it has), and more up to `least`."""
    ordered, shapes = sorted(services, key=lambda one: (one.no, one.id)), dict[object, str]()
    for service in ordered:
        kinds = frozenset(map(kind_of, service.steps))
        shapes.setdefault((service.handle_type, service.offline, kinds), service.id)
    sample = list(shapes.values())
    rest = [service.id for service in ordered if service.id not in sample]
    return frozenset([*sample, *rest[: max(0, least - len(sample))]])


def _proof(context: Context, terminal: SampleTerminal, service: Service, window: str) -> Proof:
    walks = {language: Walker(context, terminal, language, ink=terminal.page) for language in Language}
    engine = {language.value: _walked(walker, service.id) for language, walker in walks.items()}
    return Proof(
        no=service.no,
        service=service.id,
        title=service.title.hans,
        engine=engine,
        offline_class=service.offline,
        offline=_offline(context, service, walks[Language.SIMPLIFIED]),
        readiness=_readiness(context, service),
        window=window,
    )


def _walked(walker: Walker, service: str) -> str:
    try:
        pages = list(walker.walk(service))
    except StuckError as error:
        return str(error)
    return OK if isinstance(pages[-1], GoodbyeView) else f"ends on {type(pages[-1]).__name__}"


def _offline(context: Context, service: Service, walker: Walker) -> str:
    """Whether it says what its class says; and what works alone asks the centre nothing."""
    verdict = judge(
        service, states_for(service)["the line is down"], at_its_site(context, service), Language.SIMPLIFIED
    )
    if verdict.level is not ALONE[service.offline]:
        return f"says {verdict.level.value}"
    asked = [type(command).__name__ for command in walker.sent if isinstance(command, ASKS_THE_CENTRE)]
    return f"asks the centre: {asked[0]}" if service.offline in "AC" and asked else OK


def _readiness(context: Context, service: Service) -> str:
    """In each state: nothing possible needs what is broken, and every refusal has its reason in each language."""
    there = at_its_site(context, service)
    needed = {STEP_ROLES[kind_of(step)] for step in service.steps if kind_of(step) in STEP_ROLES} - SOFT_ROLES
    states = states_for(service)
    for name, world in states.items():
        for language in Language:
            verdict = judge(service, world, there, language)
            possible = verdict.level is not Readiness.UNAVAILABLE
            reports = [world.device(role) for role in needed]
            if possible and not all(report is not None and report.usable for report in reports):
                return f"contradicts itself: {name}"
            if not possible and not verdict.reason:
                return f"no reason: {name}, {language.value}"
    return OK


def _windows(context: Context, terminal: SampleTerminal, services: list[str]) -> dict[str, str]:
    """Each service walked with every page painted in a real window."""
    if not services:
        return {}
    painter, found = Painter(context.texts, (1080, 1920)), dict[str, str]()
    try:
        with tempfile.TemporaryDirectory() as folder:
            for service in services:
                walker = Walker(context, terminal, Language.SIMPLIFIED, ink=terminal.page)
                found[service] = _painted(walker, service, painter, Path(folder) / "page.png")
    finally:
        painter.close()
    return found


def _painted(walker: Walker, service: str, painter: Painter, path: Path) -> str:
    try:
        for view in walker.walk(service):
            painter.paint(view, path)
    except StuckError as error:
        return str(error)
    return OK
