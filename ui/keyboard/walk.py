"""Walking from key to key with arrows, for the keypad. Not responsible for what the keys do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QWidget

ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
"""Steps right and down."""


K = TypeVar("K", bound=QAbstractButton)


def neighbour(keys: Sequence[K], here: K, step: tuple[int, int], inside: QWidget) -> K | None:
    """The key that a person would name as the next one in the direction of `step`; None at the edge."""
    right, down = step
    at = _middle(here, inside)
    ahead: list[tuple[int, int, K]] = []
    for place, key in enumerate(keys):
        way = _middle(key, inside) - at
        along = way.x() * right + way.y() * down
        aside = abs(way.x() * down + way.y() * right)
        # Sideways means in the same row; up and down means the nearest row first.
        if key.isEnabled() and along > 0 and (down or aside < here.height() / 2):
            ahead.append((along * (4 if down else 1) + aside, place, key))
    return min(ahead)[2] if ahead else None


def _middle(key: QWidget, inside: QWidget) -> QPoint:
    return key.mapTo(inside, key.rect().center())
