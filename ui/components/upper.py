"""The upper half of the low layout: what the page is about, large, and what is only read. Nothing to press."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ui.components.kit import Kit, Stage, column
from ui.components.text import Text


class Upper(Stage):
    """A title, and below it what the page gave to be read there."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[Kit, str, QWidget | None] | None = None
        self.hide()

    def show_title(self, kit: Kit, title: str, reading: QWidget | None) -> None:
        """Show `title` above `reading`, which belongs to this place from now on."""
        if self._shown == (kit, title, reading):
            return
        self._shown = (kit, title, reading)
        box = column(kit.metrics.mm(5))
        self.fresh(box)
        margin = kit.metrics.margin
        box.setContentsMargins(margin, kit.metrics.mm(4), margin, kit.metrics.mm(4))
        if reading is None:
            box.addStretch(1)
        px = kit.metrics.heading if reading is not None else kit.metrics.display
        box.addWidget(Text(kit, title, px, bold=True, lines=4).balanced().centred())
        if reading is not None:
            box.addWidget(reading, 1)
        else:
            box.addStretch(1)
