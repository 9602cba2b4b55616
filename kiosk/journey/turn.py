"""One turn of the engine: the session so far, what the shell shall do, and where to go next. A frozen value.

Not responsible for deciding anything; steps build a turn up and hand it back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypeVar

import msgspec

from drivers.contract.commands import DeviceCommand, DeviceEvent, DeviceResult
from drivers.contract.errors import DeviceFailure
from drivers.contract.status import DeviceRole
from kiosk.intents import AnyIntent
from kiosk.journey.context import Context
from kiosk.journey.effects import AnyEffect, CancelDevice, RunDevice, RunStore
from kiosk.journey.model import Service, Step, Text
from kiosk.journey.scope import Scope, scope_of
from kiosk.journey.session import Citizen, Memory, Pending, Phrase, Problem, Session
from offline_cache.contract import AnyStoreCommand, LineState, Outcome, StoreFailure, StoreResult

_M = TypeVar("_M", bound=Memory)
_S = TypeVar("_S", bound=Step)


class Going(StrEnum):
    """Where a step wants to go."""

    STAY = "stay"
    NEXT = "next"
    BACK = "back"
    MENU = "menu"
    LEAVE = "leave"
    EDIT = "edit"


class Completed(msgspec.Struct, frozen=True):
    """A command of this step succeeded."""

    tag: str
    result: DeviceResult | StoreResult


class Broken(msgspec.Struct, frozen=True):
    """A command of this step failed; `role` is None when it was a store command."""

    tag: str
    failure: DeviceFailure | StoreFailure
    role: DeviceRole | None = None

    @property
    def offline(self) -> bool:
        """Whether it failed because the centre could not be reached in time."""
        return self.role is None and self.failure.kind in {"offline", "timeout"}


class Told(msgspec.Struct, frozen=True):
    """An event of a device command of this step."""

    tag: str
    event: DeviceEvent


class Decided(msgspec.Struct, frozen=True):
    """The centre answered this session's transaction."""

    outcome: Outcome


Happening = AnyIntent | Completed | Broken | Told | Decided


@dataclass(frozen=True)
class Turn:
    """The session while one event is worked on."""

    context: Context
    session: Session
    effects: tuple[AnyEffect, ...] = ()
    going: Going = Going.STAY
    target: str = ""

    @property
    def citizen(self) -> Citizen:
        """What is known of the citizen."""
        return self.session.citizen

    @property
    def service(self) -> Service:
        """The service being walked, as the city defines it."""
        return self.context.catalogue.services[self.session.service]

    @property
    def scope(self) -> Scope:
        """What the service's rules can see now."""
        return scope_of(self.session, self.context, self.service)

    @property
    def online(self) -> bool:
        """Whether the centre can be reached, as far as the terminal knows."""
        return self.session.world.line is not LineState.OFFLINE

    def step(self, kind: type[_S]) -> _S:
        """The current step, which must be of this kind."""
        step = self.service.steps[self.session.index]
        assert isinstance(step, kind)
        return step

    def memory(self, kind: type[_M]) -> _M:
        """What the current step remembers; a fresh memory at its beginning."""
        memory = self.session.memory
        return memory if isinstance(memory, kind) else kind()

    def changed(self, **changes: Any) -> Turn:
        """With other fields of the session."""
        return replace(self, session=msgspec.structs.replace(self.session, **changes))

    def learned(self, **facts: Any) -> Turn:
        """With other facts about the citizen."""
        return self.changed(citizen=msgspec.structs.replace(self.citizen, **facts))

    def remember(self, memory: Memory | None, **changes: Any) -> Turn:
        """With this as the step's memory, some of its fields changed."""
        return self.changed(memory=msgspec.structs.replace(memory, **changes) if memory and changes else memory)

    def trouble(self, problem: Problem) -> Turn:
        """With a problem page over the step."""
        return self.changed(problem=problem)

    def emit(self, *effects: AnyEffect) -> Turn:
        """With more for the shell to do."""
        return replace(self, effects=self.effects + effects)

    def device(self, tag: str, role: DeviceRole, command: DeviceCommand, within_s: float, quiet: bool = False) -> Turn:
        """Send a device command; its completion comes back to the step under `tag`."""
        number = self.session.next_id
        pending = Pending(number, tag, role, quiet)
        turn = self.changed(next_id=number + 1, pending=(*self.session.pending, pending))
        return turn.emit(RunDevice(number, role, command, within_s))

    def store(self, tag: str, command: AnyStoreCommand, within_s: float) -> Turn:
        """Ask the store; its completion comes back to the step under `tag`."""
        number = self.session.next_id
        turn = self.changed(next_id=number + 1, pending=(*self.session.pending, Pending(number, tag)))
        return turn.emit(RunStore(number, command, within_s))

    def unattended(self, role: DeviceRole, command: DeviceCommand, within_s: float) -> Turn:
        """Send a device command whose completion nobody waits for."""
        number = self.session.next_id
        return self.changed(next_id=number + 1).emit(RunDevice(number, role, command, within_s))

    def drop(self) -> Turn:
        """Give up whatever still runs for this step; late completions find no owner."""
        cancels = [CancelDevice(pending.id) for pending in self.session.pending if pending.role is not None]
        return self.changed(pending=()).emit(*cancels)

    def go(self, going: Going, target: str = "") -> Turn:
        """Want to go somewhere; the engine takes it there."""
        return replace(self, going=going, target=target)

    def say(self, key: str, **values: object) -> str:
        """A sentence of the shared texts in the citizen's language."""
        return self.context.texts(key, self.session.language, **values)

    def say_phrase(self, phrase: Phrase | Text) -> str:
        """A phrase in the citizen's language."""
        if isinstance(phrase, Text):
            return self.fill(phrase)
        return self.say(phrase.key, **dict(phrase.values))

    def fill(self, text: Text | None) -> str:
        """A sentence of the service, its {placeholders} filled from the step's values."""
        if text is None:
            return ""
        sentence = text.of(self.session.language)
        if "{" not in sentence:
            return sentence
        step = self.service.steps[self.session.index]
        return sentence.format(**self.scope.values(step.values))
