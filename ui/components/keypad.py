"""The large digit pad: 1–9, clear, 0, delete. Reports digits; keeps nothing."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from ui.components.button import Key
from ui.components.kit import Kit
from ui.components.text import spoken


class Keypad(QWidget):
    """Twelve keys in the order of a telephone."""

    digit = Signal(str)
    erased = Signal()
    cleared = Signal()

    def __init__(self, kit: Kit) -> None:
        super().__init__()
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(kit.metrics.gap)
        for place, number in enumerate("123456789"):
            grid.addWidget(self._digit_key(kit, number), place // 3, place % 3)
        clear = Key(kit, kit.say("button.clear"), px=kit.metrics.body)
        clear.clicked.connect(self.cleared)
        erase = Key(kit, kit.say("button.erase"), symbol="backspace")
        erase.clicked.connect(self.erased)
        grid.addWidget(clear, 3, 0)
        grid.addWidget(self._digit_key(kit, "0"), 3, 1)
        grid.addWidget(erase, 3, 2)
        self.setLayout(grid)

    def _digit_key(self, kit: Kit, number: str) -> Key:
        key = Key(kit, number, px=kit.metrics.heading if kit.low else kit.metrics.display)
        spoken(key, number)
        key.clicked.connect(lambda: self.digit.emit(number))
        return key
