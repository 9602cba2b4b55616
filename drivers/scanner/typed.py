"""Keys of a wedge scanner → the line that they type on a US keyboard. Pure; the clock is the events' own.

Only what a US layout types is taken: a wedge cannot send more (UTF-8 comes out corrupt; use a serial mode for
Chinese codes). Keys with Ctrl, Alt or the logo key type nothing, so no control character can arise but Tab.
"""

from __future__ import annotations

from collections.abc import Iterable

from evdev import ecodes

from drivers.contract.scanner import PAYLOAD_LIMIT_BYTES
from drivers.evdev_input import DOWN, UP, KeyEvent

STALE_S = 5.0
"""A line that was begun and not ended for so long is thrown away."""
_ROWS = (
    (ecodes.KEY_1, "1234567890-=", "!@#$%^&*()_+"),
    (ecodes.KEY_Q, "qwertyuiop[]", "QWERTYUIOP{}"),
    (ecodes.KEY_A, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (ecodes.KEY_BACKSLASH, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (ecodes.KEY_KP7, "789-456+1230.", "789-456+1230."),
)
_PLAIN: dict[int, str] = {ecodes.KEY_SPACE: " ", ecodes.KEY_TAB: "\t", ecodes.KEY_KPSLASH: "/"}
_PLAIN[ecodes.KEY_KPASTERISK] = "*"
_SHIFTED = dict(_PLAIN)
for _first, _low, _high in _ROWS:
    _PLAIN.update({_first + index: char for index, char in enumerate(_low)})
    _SHIFTED.update({_first + index: char for index, char in enumerate(_high)})
_SHIFTS = frozenset({ecodes.KEY_LEFTSHIFT, ecodes.KEY_RIGHTSHIFT})
_SILENCERS = frozenset(
    {
        ecodes.KEY_LEFTCTRL,
        ecodes.KEY_RIGHTCTRL,
        ecodes.KEY_LEFTALT,
        ecodes.KEY_RIGHTALT,
        ecodes.KEY_LEFTMETA,
        ecodes.KEY_RIGHTMETA,
    }
)
_ENDS = frozenset({ecodes.KEY_ENTER, ecodes.KEY_KPENTER})


class TypedLine:
    """The line being typed."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._held: set[int] = set()
        self._last_s = 0.0
        self._unwanted = False

    def forget(self) -> None:
        """What has been typed of the present line does not count, nor will its rest."""
        self._unwanted = bool(self._text) or self._unwanted
        self._text.clear()

    def type(self, events: Iterable[KeyEvent]) -> list[bytes]:
        """The lines that `events` ended; a line that is too long is cut to one byte more than any that we take."""
        ended = []
        for event in events:
            line = self._type(event)
            if line:
                ended.append(line)
        return ended

    def _type(self, event: KeyEvent) -> bytes:
        if event.lost:
            self._held.clear()
            self._text.clear()
            self._unwanted = True
            return b""
        if event.at_s - self._last_s > STALE_S:
            self._text.clear()
            self._unwanted = False
        self._last_s = event.at_s
        if event.code in _SHIFTS | _SILENCERS:
            (self._held.discard if event.value == UP else self._held.add)(event.code)
        elif event.value == DOWN and not self._held & _SILENCERS:
            return self._press(event.code)
        return b""

    def _press(self, code: int) -> bytes:
        if code in _ENDS:
            line, wanted = "".join(self._text).encode("ascii"), not self._unwanted
            self._text.clear()
            self._unwanted = False
            return line if wanted else b""
        char = (_SHIFTED if self._held & _SHIFTS else _PLAIN).get(code)
        if char is not None and len(self._text) <= PAYLOAD_LIMIT_BYTES:
            self._text.append(char)
        return b""
