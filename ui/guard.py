"""Stands in front of the window: a second touch too soon, keys that are not ours, the wrong mouse buttons.

Old fingers touch twice, and the second touch would press whatever the next page shows in the same place. Digits and
letters are exempt while the page stays, except on the very same spot at once: bouncing glass.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent

SECOND_TOUCH_S = 0.4
BOUNCE_S = 0.09

_PRESSES = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)
_KEYS = (QEvent.Type.KeyPress, QEvent.Type.KeyRelease, QEvent.Type.Shortcut, QEvent.Type.ShortcutOverride)
OURS = frozenset(
    {
        Qt.Key.Key_Tab,
        Qt.Key.Key_Backtab,
        Qt.Key.Key_Return,
        Qt.Key.Key_Enter,
        Qt.Key.Key_Space,
        Qt.Key.Key_Backspace,
        *(Qt.Key(Qt.Key.Key_0 + digit) for digit in range(10)),
    }
)
_HARMLESS = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier


class TouchGuard(QObject):
    """An event filter for the QWindow. `now` gives seconds that only grow; `is_fast` knows keys by position.

    `by_key` is told whether the citizen moves by keys (True) or touches (False). `lifted` comes before the window
    itself hears of the release.
    """

    lifted = Signal()

    def __init__(
        self, now: Callable[[], float], is_fast: Callable[[QPointF], bool], by_key: Callable[[bool], None]
    ) -> None:
        super().__init__()
        self._now, self._is_fast, self._by_key = now, is_fast, by_key
        self._last = float("-inf")
        self._last_at = QPointF()
        self._page_changed = False
        self._swallowing = False
        self.touched = False

    def page_changed(self) -> None:
        """What lies under the finger is not what it was."""
        self._page_changed = True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in _PRESSES and isinstance(event, QMouseEvent):
            self._by_key(False)
            self.touched = True
            self._swallowing = not self._lets_press(event)
            return self._swallowing
        if kind == QEvent.Type.MouseButtonRelease:
            return self._release()
        if kind in _KEYS and isinstance(event, QKeyEvent):
            self._by_key(True)
            return not _is_ours(event)
        return kind == QEvent.Type.ContextMenu

    def _release(self) -> bool:
        self.touched = False
        self.lifted.emit()
        if self._swallowing:
            self._swallowing = False
            return True
        self._last = self._now()
        self._page_changed = False  # set again if this very release turns the page
        return False

    def _lets_press(self, event: QMouseEvent) -> bool:
        if event.button() is not Qt.MouseButton.LeftButton:
            return False
        since, at = self._now() - self._last, event.position()
        limit = SECOND_TOUCH_S
        if not self._page_changed and self._is_fast(at):
            limit = BOUNCE_S if (at - self._last_at).manhattanLength() < 40 else 0.0
        if since < limit:
            return False
        self._last_at = at
        return True


def _is_ours(event: QKeyEvent) -> bool:
    return event.key() in OURS and not event.modifiers() & ~_HARMLESS and not event.isAutoRepeat()
