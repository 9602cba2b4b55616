"""One service in two districts side by side: what differs stands out, what is the same stands once."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout

from kiosk.intents import Chosen
from kiosk.views import ComparisonView, Contrast
from ui.components.button import Button
from ui.components.kit import column, row
from ui.components.panel import Band, Panel, Rule
from ui.components.text import Text, spoken
from ui.screens.base import Screen


class ComparisonScreen(Screen[ComparisonView]):
    """The names of the two districts stay above; the rows scroll."""

    def _compose(self, view: ComparisonView) -> None:
        kit = self._kit
        self._root.addLayout(self._heads(view))
        box = self._scrolled(4)
        for words in view.saved:
            box.addWidget(Band(kit, "ok", words))
        panel = Panel(kit)
        for place, contrast in enumerate(view.rows):
            if place:
                panel.box.addWidget(Rule(self._kit))
            panel.box.addLayout(self._row(contrast, view))
        box.addWidget(panel)

    def _heads(self, view: ComparisonView) -> QVBoxLayout:
        line, box = row(self._kit.metrics.mm(6)), column()
        for name in (view.left, view.right):
            line.addWidget(
                Text(self._kit, name, self._kit.metrics.lead, bold=True).coloured(self._kit.colours.accent), 1
            )
        box.addLayout(line)
        return box

    def _row(self, contrast: Contrast, view: ComparisonView) -> QVBoxLayout:
        kit, box = self._kit, column(self._kit.metrics.mm(1))
        box.addWidget(Text(kit, contrast.label, kit.metrics.small).coloured(kit.colours.ink_soft))
        if contrast.left == contrast.right:
            box.addWidget(Text(kit, contrast.left, kit.metrics.body, lines=8).coloured(kit.colours.ink_soft))
            return box
        line = row(kit.metrics.mm(6))
        for name, value in ((view.left, contrast.left), (view.right, contrast.right)):
            cell = Text(kit, value, kit.metrics.body, bold=True, lines=20)
            spoken(cell, f"{name} {value}")
            line.addWidget(cell, 1)
        box.addLayout(line)
        return box

    def _actions(self, view: ComparisonView) -> list[Button]:
        return [self._button(option.label, Chosen(option.id), "second") for option in view.options]
