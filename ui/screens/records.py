"""Records that were found, or that none were."""

from __future__ import annotations

from PySide6.QtCore import Qt

from kiosk.intents import Confirmed
from kiosk.views import RecordCard, RecordsView
from ui.components.button import Button
from ui.components.header import Pill
from ui.components.kit import row
from ui.components.panel import Band, Pair, Panel
from ui.components.text import Text
from ui.screens.base import Screen


class RecordsScreen(Screen[RecordsView]):
    """One panel a record: title, state, rows."""

    def _compose(self, view: RecordsView) -> None:
        box = self._scrolled()
        self._say(view.hint, box)
        for record in view.records:
            box.addWidget(self._record(record))
        if not view.records and view.empty:
            box.addWidget(Band(self._kit, "info", view.empty))

    def _record(self, record: RecordCard) -> Panel:
        panel = Panel(self._kit)
        line = row(self._kit.metrics.mm(4))
        line.addWidget(Text(self._kit, record.title, self._kit.metrics.lead, bold=True), 1)
        if record.state:
            pill = Pill(self._kit, "info", record.state, self._kit.colours.accent, self._kit.colours.accent_soft)
            line.addWidget(pill, 0, Qt.AlignmentFlag.AlignTop)
        panel.box.addLayout(line)
        for entry in record.rows:
            panel.box.addWidget(Pair(self._kit, entry.label, entry.value))
        return panel

    def _actions(self, view: RecordsView) -> list[Button]:
        return [self._button(view.confirm, Confirmed(), "main", "check")]
