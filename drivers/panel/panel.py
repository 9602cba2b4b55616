"""The panel board: doors, sensors, guide lights, the 12-key pad.

Not responsible for frames, nor for the order of events (events) or the thread that hears them (link). Lights that
were asked for are lit again when the board comes back, and are put out when the driver ends.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable

from drivers.contract.commands import Acknowledged, DeviceCommand, DeviceNotice, DeviceResult, GetReport, TestReport
from drivers.contract.errors import DeviceError, ProtocolError, UnsupportedCommand
from drivers.contract.panel import FlashRate, GuideLight, SetGuideLight
from drivers.contract.status import DeviceReport, DeviceRole, DeviceState
from drivers.panel.events import TELL_EVERY_S, EventStream
from drivers.panel.frames import ANSWER, Frame, Identity, Kind, decode_identity, decode_state, light_body
from drivers.panel.link import PanelLink
from drivers.panel.selftest import examine
from drivers.transport import Transport
from kiosk.ipc import Cancelled, Control, DeadlineExceeded

IDLE_S = 1.0
GOODBYE_S = 0.5


class BoardPanel:
    """One board on one wire."""

    role = DeviceRole.PANEL

    def __init__(self, transport: Transport, clock: Callable[[], float] = time.monotonic) -> None:
        self._transport, self._clock = transport, clock
        self._tell: Callable[[DeviceNotice], None] = lambda notice: None
        self._link: PanelLink | None = None
        self._identity: Identity | None = None
        self._events = EventStream()
        self._lock = threading.Lock()  # _events: two threads learn of the board
        self._wanted: dict[GuideLight, FlashRate] = {}

    def watch(self, tell: Callable[[DeviceNotice], None]) -> None:
        """Keys and changes go to `tell`, on the reading thread."""
        self._tell = tell

    def report(self, control: Control) -> DeviceReport:
        """Ask for everything that the board senses."""
        decode_state(self._connected(control).ask(Kind.STATE, control))  # learned by `heard`, in order with the events
        return self._report()

    def execute(self, command: DeviceCommand, control: Control) -> DeviceResult:
        """SetGuideLight and GetReport."""
        match command:
            case SetGuideLight(light, rate):
                self.shine(light, rate, control)
                self._wanted[light] = rate
                return Acknowledged()
            case GetReport():
                return self.report(control)
        raise UnsupportedCommand(f"{type(command).__name__} is not for a panel")

    def shine(self, light: GuideLight, rate: FlashRate, control: Control) -> None:
        """Set one light; ProtocolError when the board confirms something else."""
        link = self._connected(control)
        if self._identity is not None and light not in self._identity.lights:
            raise UnsupportedCommand(f"this board has no light at {light}")
        body = light_body(light, rate)
        if (answer := link.ask(Kind.LIGHT, control, body)) != body:
            raise ProtocolError("the board set another light", expected=body.hex(" "), got=answer.hex(" "))

    def self_test(self, control: Control) -> TestReport:
        """Version, sensors, and each light blinks."""
        return examine(self, control)

    def identity(self, control: Control) -> Identity:
        """Who the board is."""
        self._connected(control)
        assert self._identity is not None
        return self._identity

    def wanted(self, light: GuideLight) -> FlashRate:
        """How a light was last asked to shine."""
        return self._wanted.get(light, FlashRate.OFF)

    def close(self) -> None:
        """Put the lights out, if the board is there, and let go of the wire."""
        link, self._link = self._link, None
        if link is None:
            return
        if not link.answers:
            link.tell(Kind.DARK)  # it may still hear us
        elif link.alive:
            with contextlib.suppress(DeviceError, DeadlineExceeded):
                link.ask(Kind.DARK, Control(GOODBYE_S))
        link.close()

    def heard(self, frame: Frame) -> None:
        """The reading thread: events and states, in the order in which the board told them."""
        key = None
        with self._lock:
            if frame.is_event:
                key = self._events.hear(frame, self._clock())
            elif frame.kind == Kind.STATE + ANSWER:
                self._events.learn(decode_state(frame.body))
        if key is not None:
            self._tell(key)

    def paused(self) -> float:
        """The reading thread, between portions: tell what changed, ask for what was lost."""
        with self._lock:
            changed = self._events.take_change(self._clock())
            gap, restarted = self._events.gap, self._events.restarted
            self._events.restarted = False
            waits = self._events.change_waits or gap
        link = self._link
        if link is not None and restarted:
            self._light_again(link)
        if link is not None and gap:
            link.tell(Kind.STATE)
        if changed:
            self._tell(self._report())
        return TELL_EVERY_S if waits else IDLE_S

    def lost(self, error: DeviceError) -> None:
        """The reading thread: the board is gone. Told at once; the next report looks for it again."""
        self._tell(DeviceReport(self.role, DeviceState.OFFLINE, reason=error.kind, hint=error.hint))

    def _connected(self, control: Control) -> PanelLink:
        if self._link is not None and self._link.alive:
            return self._link
        if self._link is not None:
            self._link.close()
            self._link = None
        with self._lock:
            self._events = EventStream()
        link = PanelLink(self._transport, self, control)
        try:
            self._identity = decode_identity(link.ask(Kind.IDENTIFY, control))
            decode_state(link.ask(Kind.STATE, control))
        except (DeviceError, Cancelled, DeadlineExceeded):
            link.close()
            raise
        self._light_again(link)
        self._link = link
        return link

    def _light_again(self, link: PanelLink) -> None:
        for light, rate in list(self._wanted.items()):
            if rate is not FlashRate.OFF:
                link.tell(Kind.LIGHT, light_body(light, rate))

    def _report(self) -> DeviceReport:
        identity = self._identity
        with self._lock:
            state = self._events.state
        if identity is None or state is None:
            return DeviceReport(self.role, DeviceState.STARTING)
        model = f"{identity.name} {identity.firmware}".strip()
        return DeviceReport(self.role, DeviceState.ONLINE, model=model, sensors=state.sensors(identity.doors))
