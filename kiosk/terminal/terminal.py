"""The shell: feeds events to the engine and carries its effects out. Lives on one thread, the screen's.

Not responsible for what happens next (kiosk.journey) nor for painting (ui). Every session has a generation;
a fact that belongs to an earlier one is dropped here, so that a late answer never moves the next citizen's
screen.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import msgspec

from drivers.contract.panel import FlashRate, GuideLight
from drivers.contract.status import DeviceReport, DeviceState
from kiosk.intents import Intent, SettingChosen, Touched
from kiosk.journey.effects import (
    AnyEffect,
    CancelDevice,
    CheckPin,
    EndSession,
    Forget,
    RunDevice,
    RunStore,
    SetInService,
    Show,
    StartTimer,
)
from kiosk.journey.engine import Context, Session, advance, opening
from kiosk.journey.events import (
    Event,
    OutcomeArrived,
    PinChecked,
    SessionStarted,
    TimedOut,
    World,
    WorldChanged,
)
from kiosk.journey.loudness import is_plugged
from kiosk.terminal.edition import Edition
from kiosk.terminal.guide import light_of
from kiosk.terminal.links import (
    EditionArrived,
    KeyArrived,
    LineArrived,
    Links,
    ReportArrived,
    StatusArrived,
    StoreLink,
    Word,
)
from kiosk.terminal.pin import PinGuard
from kiosk.texts import Texts
from kiosk.views import AnyView
from offline_cache.contract import LineState, StoreStatus
from offline_cache.contract_catalogue import CatalogueStatus

log = logging.getLogger(__name__)
STATUS_EVERY_S = 5.0
_STATUS = "store-status"


class Screen(Protocol):
    """What paints."""

    def show_view(self, view: AnyView) -> None:
        """Paint this page."""

    def use_texts(self, texts: Texts) -> None:
        """Take the frame's own words from here, from the next page on."""

    def press_key(self, key: str, held_s: float) -> None:
        """A key of the pad below the glass went down."""


class Library(Protocol):
    """Who brings another edition when the store has another version; EditionArrived follows, at first always."""

    def follow(self, status: CatalogueStatus) -> None:
        """The store has this version active."""


class Timers(Protocol):
    """Timers of the screen's loop; each reports its id to `Terminal.handle_timer` once."""

    def start(self, timer_id: str, after_s: float) -> None:
        """Begin, or begin anew."""

    def cancel(self, timer_id: str) -> None:
        """Forget it."""


class Clock(Protocol):
    """Business time and fresh ids."""

    def today(self) -> str:
        """YYYY-MM-DD."""

    def hour(self) -> int:
        """0 to 23."""

    def new_id(self) -> str:
        """A fresh UUIDv7."""


class Meant(msgspec.Struct, frozen=True):
    """A fact and the session generation it belongs to."""

    generation: int
    word: Word


class Terminal:
    """Holds the current session. `post` of `start` carries facts from other threads to `handle`."""

    def __init__(self, context: Context, screen: Screen, timers: Timers, clock: Clock, pin: PinGuard) -> None:
        self._context, self._screen, self._timers = context, screen, timers
        self._next_context: Context | None = None
        self._library: Library | None = None
        self._unsettled: StoreStatus | None = None  # what the store said before the first edition was there
        self._clock, self._pin = clock, pin
        self._session: Session | None = None
        self._generation = 0
        self._world = World(hour=clock.hour())
        self._running: dict[int, Callable[[], None]] = {}
        self._timing: set[str] = set()
        self._links: Links | None = None
        self._settled = True
        self._light: GuideLight | None = None
        self._post: Callable[[Meant], None] = lambda meant: None

    def start(self, links: Links, post: Callable[[Meant], None], library: Library | None = None) -> None:
        """Show the first page and begin to follow the world. With a library nobody is served before its first edition:
        what the program came with may be older than what the store has."""
        self._links, self._post, self._library = links, post, library
        self._settled = library is None
        transition = opening(self._context, self._world)
        self._session = transition.session
        self._carry_out(transition.effects)
        self._follow_store()

    def handle_intent(self, intent: Intent) -> None:
        """Something was touched."""
        if self._session is None and not isinstance(intent, Touched):
            self._begin()
        self._feed(intent)  # type: ignore[arg-type]  # Intent is the base of the union's members

    def handle_word(self, meant: Meant) -> None:
        """A fact arrived from another thread."""
        match meant.word:
            case ReportArrived(report=report):
                self._device_changed(report)
            case KeyArrived(key=key, held_s=held_s):
                self._screen.press_key(key, held_s)
            case LineArrived(line=line):
                self._change_world(line=line)
            case StoreLink(up=up):
                self._store_link(up)
            case StatusArrived(status=status):
                self._store_told(status)
            case CatalogueStatus():
                self._ask_status()
            case EditionArrived(edition=edition):
                self._take_edition(edition)
            case OutcomeArrived() as outcome:
                self._feed(outcome)
            case fact if meant.generation == self._generation:
                self._feed(fact)
            case _:
                log.info("late answer of an earlier session dropped")

    def handle_timer(self, timer_id: str) -> None:
        """A timer has run out."""
        if timer_id == _STATUS:
            self._follow_store()
        elif timer_id in self._timing:
            self._timing.discard(timer_id)
            self._feed(TimedOut(int(timer_id.split(":")[1])))

    def _begin(self) -> None:
        log.info("session begins")
        ids = (self._clock.new_id(), self._clock.new_id(), self._clock.new_id())
        self._feed(SessionStarted(*ids, today=self._clock.today(), world=self._world))

    def _feed(self, event: Event) -> None:
        transition = advance(self._session, event, self._context)
        self._session = transition.session
        self._carry_out(transition.effects)
        if self._session is None and self._next_context is not None:
            self._use(self._next_context)

    def _carry_out(self, effects: tuple[AnyEffect, ...]) -> None:
        for effect in effects:
            self._carry_out_one(effect)

    def _carry_out_one(self, effect: AnyEffect) -> None:
        match effect:
            case Show(view=view):
                self._screen.show_view(view)
                self._guide(light_of(view))
            case RunDevice() | RunStore():
                self._run(effect)
            case CancelDevice(command_id=number):
                self._running.pop(number, lambda: None)()
            case StartTimer(timer_id=number, after_s=after_s):
                self._start_timer(number, after_s)
            case CheckPin(pin=pin):
                reason = self._pin.check(pin)
                self._feed(PinChecked(not reason, reason))
            case SetInService(on=on):
                self._change_world(in_service=on)
            case Forget():
                self._drop_pending()
            case EndSession():
                self._drop_pending()
                self._end_timers()
                self._generation += 1
                log.info("session ended")

    def _guide(self, light: GuideLight | None) -> None:
        """Let the light beside the right slot flash, and the one before it no longer."""
        before, self._light = self._light, light
        if before is light or self._links is None:
            return
        if before is not None:
            self._links.shine(before, FlashRate.OFF)
        if light is not None:
            self._links.shine(light, FlashRate.MEDIUM)

    def _run(self, effect: RunDevice | RunStore) -> None:
        assert self._links is not None
        generation, post = self._generation, self._post

        def tell(word: Word) -> None:
            post(Meant(generation, word))

        self._running[effect.command_id] = (
            self._links.run_device(effect, tell)
            if isinstance(effect, RunDevice)
            else self._links.run_store(effect, tell)
        )

    def _start_timer(self, number: int, after_s: float) -> None:
        timer_id = f"{self._generation}:{number}"
        self._timing.add(timer_id)
        self._timers.start(timer_id, after_s)

    def _drop_pending(self) -> None:
        for cancel in self._running.values():
            cancel()
        self._running.clear()

    def _end_timers(self) -> None:
        for timer_id in self._timing:
            self._timers.cancel(timer_id)
        self._timing.clear()

    def _device_changed(self, report: DeviceReport) -> None:
        known = next((one for one in self._world.devices if one.role == report.role), None)
        if known is not None and known.state is DeviceState.OFFLINE and report.state is DeviceState.STARTING:
            return  # a host that dies and starts again and again is gone, until it says that it is well
        plugged_in = known is not None and is_plugged(report) and not is_plugged(known)
        others = tuple(known for known in self._world.devices if known.role != report.role)
        self._change_world(devices=tuple(sorted((*others, report), key=lambda known: known.role)))
        if plugged_in and self._session is None:  # somebody who sees nothing has come: the plug is the first touch
            self.handle_intent(SettingChosen("voice", "on"))

    def _change_world(self, **changes: object) -> None:
        world = msgspec.structs.replace(self._world, hour=self._clock.hour(), **changes)
        if world != self._world:
            self._world = world
            self._feed(WorldChanged(world))

    def _store_told(self, status: StoreStatus) -> None:
        if self._library is not None:
            self._library.follow(status.catalogue)
        if self._settled:
            self._change_world(store=status)
        else:
            self._unsettled = status

    def _take_edition(self, edition: Edition) -> None:
        """For the next session; the present one keeps what it began with."""
        context = replace(self._context, catalogue=edition.catalogue, texts=edition.texts)
        if self._session is None:
            self._use(context)
        else:
            self._next_context = context
        if not self._settled:
            self._settled = True
            if self._unsettled is not None:
                self._change_world(store=self._unsettled)

    def _use(self, context: Context) -> None:
        self._context, self._next_context = context, None
        self._screen.use_texts(context.texts)
        self._feed(WorldChanged(self._world))

    def _store_link(self, up: bool) -> None:
        if not up:
            self._change_world(store=None, line=LineState.OFFLINE)
        else:
            self._ask_status()

    def _follow_store(self) -> None:
        self._ask_status()
        self._timers.start(_STATUS, STATUS_EVERY_S)

    def _ask_status(self) -> None:
        assert self._links is not None
        self._links.ask_status(self._world.devices)
