"""Connections to the driver processes and to the store, turned into facts for the engine.

Not responsible for deciding anything: a command goes out, exactly one completion comes back as a fact. Every
callback runs on a connection's own thread and only posts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from drivers.contract.commands import DEVICE_CONTRACT, DeviceCommand, DeviceNotice, PrintDocument, PrintReceipt
from drivers.contract.errors import DeviceFailure
from drivers.contract.panel import FlashRate, GuideLight, SetGuideLight
from drivers.contract.status import DeviceReport, DeviceRole, DeviceState
from kiosk.ipc import Client, NeverSent, NoAnswer, RemoteError
from kiosk.journey.effects import RunDevice, RunStore
from kiosk.journey.events import (
    AnyFact,
    DeviceDone,
    DeviceFailed,
    DeviceSaid,
    OutcomeArrived,
    StoreDone,
    StoreFailed,
)
from kiosk.terminal.edition import Edition
from offline_cache.contract import (
    STORE_CONTRACT,
    Accept,
    AnyStoreCommand,
    DeviceTold,
    GetStatus,
    LineChanged,
    LineState,
    OutcomeChanged,
    StoreFailure,
    StoreStatus,
)
from offline_cache.contract_catalogue import CatalogueStatus

SHINE_WITHIN_S = 2.0


class ReportArrived(msgspec.Struct, frozen=True, tag=True):
    """A device reported its state."""

    report: DeviceReport


class KeyArrived(msgspec.Struct, frozen=True, tag=True):
    """A key of the pad below the glass went down."""

    key: str
    held_s: float

    def __repr__(self) -> str:
        return "KeyArrived()"


class LineArrived(msgspec.Struct, frozen=True, tag=True):
    """The store reported the line's state."""

    line: LineState


class StoreLink(msgspec.Struct, frozen=True, tag=True):
    """The store's process came or went."""

    up: bool


class StatusArrived(msgspec.Struct, frozen=True, tag=True):
    """The store's own state; ages are rounded to minutes, so that it does not change all the time."""

    status: StoreStatus


class EditionArrived(msgspec.Struct, frozen=True, tag=True):
    """There is another edition of what this terminal offers."""

    edition: Edition


Word = AnyFact | ReportArrived | KeyArrived | LineArrived | StoreLink | StatusArrived | CatalogueStatus | EditionArrived
Post = Callable[[Word], None]


class Links:
    """All connections of the terminal. `post` must be safe to call from any thread."""

    def __init__(self, sockets: Path, roles: Sequence[str], post: Post) -> None:
        self._post = post
        self._devices = {
            DeviceRole(role): Client(
                str(sockets / f"{role}.sock"),
                DEVICE_CONTRACT,
                on_notice=self._device_notice,
                on_link=lambda up, role=role: self._device_link(DeviceRole(role), up),  # type: ignore[misc]  # the default binds the loop's value
            )
            for role in roles
        }
        self._store = Client(
            str(sockets / "store.sock"),
            STORE_CONTRACT,
            on_notice=self._store_notice,
            on_link=lambda up: post(StoreLink(up)),
        )

    def run_device(self, effect: RunDevice, post: Post) -> Callable[[], None]:
        """Send a device command; its facts go to `post`. Returns what cancels it."""
        client = self._devices.get(effect.role)
        number = effect.command_id
        if client is None:
            post(DeviceFailed(number, DeviceFailure("offline", "this terminal has no such device")))
            return lambda: None

        def finish(result: Any, error: Exception | None) -> None:
            if error is None:
                post(DeviceDone(number, result))
            else:
                post(DeviceFailed(number, device_failure(error, effect.command)))

        sent = client.start(effect.command, effect.within_s, finish, lambda event: post(DeviceSaid(number, event)))
        return lambda: client.cancel(sent)

    def run_store(self, effect: RunStore, post: Post) -> Callable[[], None]:
        """Send a store command; its fact goes to `post`. Returns what cancels it."""
        number = effect.command_id

        def finish(result: Any, error: Exception | None) -> None:
            if error is None:
                post(StoreDone(number, result))
            else:
                post(StoreFailed(number, store_failure(error, effect.command)))

        sent = self._store.start(effect.command, effect.within_s, finish)
        return lambda: self._store.cancel(sent)

    def shine(self, light: GuideLight, rate: FlashRate) -> None:
        """Ask the panel for a light; whether it shone is the panel's own report's business."""
        client = self._devices.get(DeviceRole.PANEL)
        if client is not None:
            client.start(SetGuideLight(light, rate), SHINE_WITHIN_S, lambda result, error: None)

    def ask_status(self, devices: Sequence[DeviceReport]) -> None:
        """Have the store describe itself; StatusArrived is posted when it does. It hears how the devices are."""
        told = tuple(DeviceTold(str(report.role), str(report.state)) for report in devices)

        def finish(result: Any, error: Exception | None) -> None:
            if isinstance(result, StoreStatus):
                minutes = float(round(result.oldest_s / 60) * 60)
                self._post(StatusArrived(msgspec.structs.replace(result, oldest_s=minutes)))

        self._store.start(GetStatus(told), 5.0, finish)

    def ask_store(self, command: AnyStoreCommand, within_s: float) -> Any:
        """Ask the store and wait. Raises RemoteError, ConnectionLost, NoAnswer; never on the screen's thread."""
        return self._store.call(command, within_s)

    def close(self) -> None:
        """Drop every connection."""
        for client in [*self._devices.values(), self._store]:
            client.close()

    def _device_link(self, role: DeviceRole, up: bool) -> None:
        state = DeviceState.STARTING if up else DeviceState.OFFLINE
        if not up:
            self._post(ReportArrived(DeviceReport(role, state, reason="offline", hint="driver process ended")))

    def _device_notice(self, notice: DeviceNotice) -> None:
        if isinstance(notice, DeviceReport):
            self._post(ReportArrived(notice))
        else:
            self._post(KeyArrived(notice.key, notice.held_s))

    def _store_notice(self, notice: LineChanged | OutcomeChanged | CatalogueStatus) -> None:
        match notice:
            case LineChanged(line=line):
                self._post(LineArrived(line))
            case OutcomeChanged(outcome=outcome):
                self._post(OutcomeArrived(outcome))
            case CatalogueStatus():
                self._post(notice)


def device_failure(error: Exception, command: DeviceCommand) -> DeviceFailure:
    """What the engine is told when a device command did not complete by itself.

    A driver that dies or falls silent with a print in its hands leaves nobody to say what came out.
    """
    match error:
        case RemoteError(error=DeviceFailure() as failure):
            return failure
        case ValueError():  # too long for the driver to read: it never left, so nothing can have come out
            return DeviceFailure("unsupported", "the command is too long to be sent")
        case NeverSent():
            return DeviceFailure("offline", "the driver process is not there")
        case _ if isinstance(command, PrintDocument | PrintReceipt):
            return DeviceFailure("outcome_unknown", "the driver process did not live to tell")
        case NoAnswer():
            return DeviceFailure("timeout", "the driver process did not answer")
        case _:
            return DeviceFailure("offline", "the driver process ended")


def store_failure(error: Exception, command: AnyStoreCommand) -> StoreFailure:
    """What the engine is told when a store command did not complete by itself.

    A silent or dead store promises nothing. An Accept may have become durable all the same: "timeout" says so,
    and the same draft can be asked for again.
    """
    match error:
        case RemoteError(error=StoreFailure() as failure):
            return failure
        case ValueError():  # too long for the store to read: it never left, and asking again changes nothing
            return StoreFailure("invalid", "too_long")
        case NoAnswer():
            return StoreFailure("timeout")
        case _:
            return StoreFailure("timeout" if isinstance(command, Accept) else "offline")
