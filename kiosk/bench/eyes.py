"""Reads the terminal's screen as assistive tools do: over AT-SPI, from another process.

Not responsible for touching. Names, roles and places come from Qt's accessibility tree; what has no name here
has none for a blind citizen either.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jeepney import DBusAddress, Properties, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from jeepney.wrappers import DBusErrorResponse, unwrap_msg

_ACCESSIBLE = "org.a11y.atspi.Accessible"
_COMPONENT = "org.a11y.atspi.Component"
_SCREEN_COORDINATES = 0
_STATE_ENABLED, _STATE_SENSITIVE, _STATE_SHOWING = 8, 24, 25  # AtspiStateType


@dataclass(frozen=True)
class Seen:
    """One accessible object that shows: role, name, description, and rectangle on the screen in pixels."""

    role: str
    name: str
    description: str
    x: int
    y: int
    width: int
    height: int
    enabled: bool

    @property
    def centre(self) -> tuple[int, int]:
        """Where a finger would touch it."""
        return self.x + self.width // 2, self.y + self.height // 2

    def says(self, text: str) -> bool:
        """Whether its name or description holds `text`."""
        return text in self.name or text in self.description


class Eyes:
    """A view of the accessibility tree behind the session bus at `bus_address`."""

    def __init__(self, bus_address: str) -> None:
        with open_dbus_connection(bus=bus_address) as session:
            ask = new_method_call(DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus"), "GetAddress")
            address = unwrap_msg(session.send_and_get_reply(ask, timeout=10))[0]
        self._bus: DBusConnection = open_dbus_connection(bus=address.split(",guid")[0])

    def close(self) -> None:
        """Close the connection."""
        self._bus.close()

    def look(self) -> list[Seen]:
        """Everything that shows now, from top to bottom of the tree. Empty while the screen restarts."""
        with contextlib.suppress(DBusErrorResponse, TimeoutError):
            return list(self._walk("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root"))
        return []

    def find(self, text: str, within_s: float = 10.0, role: str = "") -> Seen | None:
        """The first object whose name contains `text`; None when it did not come in `within_s`."""
        ends = time.monotonic() + within_s
        while True:
            for seen in self.look():
                if seen.says(text) and (not role or seen.role == role):
                    return seen
            if time.monotonic() > ends:
                return None
            time.sleep(0.1)

    def _walk(self, name: str, path: str) -> Iterator[Seen]:
        for child_name, child_path in self._call(name, path, _ACCESSIBLE, "GetChildren")[0]:
            states = self._call(child_name, child_path, _ACCESSIBLE, "GetState")[0]
            role = self._call(child_name, child_path, _ACCESSIBLE, "GetRoleName")[0]
            if role != "application":
                if not _has(states, _STATE_SHOWING):
                    continue
                yield self._describe(child_name, child_path, role, states)
            yield from self._walk(child_name, child_path)

    def _describe(self, name: str, path: str, role: str, states: list[int]) -> Seen:
        label, description = (self._property(name, path, wanted) for wanted in ("Name", "Description"))
        x, y, width, height = self._call(name, path, _COMPONENT, "GetExtents", "u", (_SCREEN_COORDINATES,))[0]
        enabled = _has(states, _STATE_ENABLED) and _has(states, _STATE_SENSITIVE)
        return Seen(role, label, description, x, y, width, height, enabled)

    def _property(self, name: str, path: str, wanted: str) -> str:
        ask = Properties(DBusAddress(path, name, _ACCESSIBLE)).get(wanted)
        return str(unwrap_msg(self._bus.send_and_get_reply(ask, timeout=2))[0][1])

    def _call(
        self,
        name: str,
        path: str,
        interface: str,
        method: str,
        signature: str = "",
        body: tuple[Any, ...] = (),
    ) -> Any:
        message = new_method_call(DBusAddress(path, name, interface), method, signature or None, body)
        return unwrap_msg(self._bus.send_and_get_reply(message, timeout=2))


def _has(states: list[int], bit: int) -> bool:
    return bool(states[bit // 32] >> (bit % 32) & 1)
