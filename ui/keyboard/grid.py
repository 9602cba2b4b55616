"""Places keys: the rows of a layout, side by side to the edge, so that no finger falls between two keys.

Not responsible for what keys do; it reports which one was used.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QRect, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from ui.keyboard.key import Clock, Key, Look
from ui.keyboard.layouts import Act, KeySpec, Layout
from ui.metrics import Metrics
from ui.theme import Style

_LOOKS = {Act.BACKSPACE: Look.QUIET, Act.SHIFT: Look.QUIET, Act.SPACE: Look.QUIET, Act.DONE: Look.MAIN}


class KeyGrid(QWidget):
    """Shows one layout at a time. `used` carries the KeySpec of the key."""

    used = Signal(object)

    def __init__(
        self,
        metrics: Metrics,
        style: Style,
        clock: Clock,
        parent: QWidget | None = None,
        large: bool = False,
    ) -> None:
        """`large`: a pad with few keys, written large."""
        super().__init__(parent)
        self._large = large
        self._metrics, self._style, self._clock = metrics, style, clock
        self._layout: Layout = ()
        self._keys: list[tuple[KeySpec, Key]] = []

    @property
    def keys(self) -> list[tuple[KeySpec, Key]]:
        """The keys on show, row by row."""
        return list(self._keys)

    def show_layout(self, layout: Layout) -> None:
        """Replace all keys."""
        for _, key in self._keys:
            key.hide()
            key.deleteLater()
        self._layout = layout
        self._keys = [(spec, self._make(spec)) for row in layout for spec in row.keys]
        self._place()
        for _, key in self._keys:
            key.show()

    def relabel(self, layout: Layout) -> None:
        """Other signs on the same keys (capitals): the keys stay, so that a finger on one is not lost."""
        specs = [spec for row in layout for spec in row.keys]
        self._layout = layout
        self._keys = [(spec, key) for spec, (_, key) in zip(specs, self._keys, strict=True)]
        for spec, key in self._keys:
            _dress(key, spec)

    def key_of(self, act: Act) -> Key | None:
        """The first key with this act."""
        return next((key for spec, key in self._keys if spec.act is act), None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the keys anew."""
        self._place()

    def _make(self, spec: KeySpec) -> Key:
        key = Key(self._metrics, self._style, self._clock, self)
        key.look = _LOOKS.get(spec.act, Look.PLAIN)
        if spec.act in (Act.SPACE, Act.DONE):
            key.text_px = self._metrics.small
        elif self._large:
            key.text_px = self._metrics.heading
        elif spec.width > 3 and spec.hint:  # the five strokes have room
            key.text_px, key.hint_share = self._metrics.heading, 0.55
        if spec.act in (Act.BACKSPACE, Act.SHIFT):
            key.sign = spec.act.value
        _dress(key, spec)
        key.used.connect(lambda: self._use(key))
        return key

    def _use(self, key: Key) -> None:
        spec = next((spec for spec, candidate in self._keys if candidate is key), None)
        if spec is not None:
            self.used.emit(spec)

    def _place(self) -> None:
        if not self._layout or self.width() <= 0:
            return
        unit = self.width() / max(row.width for row in self._layout)
        top, keys = 0.0, iter(self._keys)
        total = sum(row.height for row in self._layout)
        for row in self._layout:
            height = self.height() * row.height / total
            left = (self.width() - row.width * unit) / 2
            for spec in row.keys:
                right = left + spec.width * unit
                _, key = next(keys)
                key.setGeometry(_between(left, top, right, top + height))
                left = right
            top += height


def row_height(metrics: Metrics) -> int:
    """Height of one row of keys with its gap, in pixels: the least key and a little more to see it by."""
    return metrics.key + metrics.mm(1.5) + metrics.gap


def _between(left: float, top: float, right: float, bottom: float) -> QRect:
    x, y = math.floor(left), math.floor(top)
    return QRect(x, y, math.floor(right) - x, math.floor(bottom) - y)


def _dress(key: Key, spec: KeySpec) -> None:
    key.setText(spec.label)
    key.hint = spec.hint
    key.setAccessibleName(spec.name or spec.label)
    key.update()
