"""What was achieved. A provisional result must not look like an accepted one."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kiosk.intents import Confirmed
from kiosk.views import ResultView
from ui.components.button import Button
from ui.components.kit import column, row
from ui.components.panel import Band, Bullet, Panel, Symbol
from ui.components.qr import QrPicture
from ui.components.text import Text
from ui.screens.base import Screen


class ResultScreen(Screen[ResultView]):
    """Done and accepted are green with a tick; provisional is amber, says so first, and has no tick."""

    def _heading(self, view: ResultView) -> None:
        kit, is_provisional = self._kit, view.kind == "provisional"
        if is_provisional:
            self._reading(self._root).addWidget(self._not_yet())
        line = row(kit.metrics.mm(5))
        if not is_provisional:
            symbol = Symbol("check-circle", kit.colours.ok, kit.metrics.pick(20, 24))
            line.addWidget(symbol, 0, Qt.AlignmentFlag.AlignVCenter)
        if kit.low:  # the upper half says it
            return
        title = Text(kit, view.title, kit.metrics.heading, bold=True, lines=4).balanced()
        line.addWidget(title.coloured(kit.colours.warn if is_provisional else kit.colours.ok), 1)
        self._root.addLayout(line)

    def _not_yet(self) -> Panel:
        kit, ink = self._kit, self._kit.colours.on_warn_mark
        panel, line, words = Panel(kit, "amber"), row(kit.metrics.mm(6)), column()
        symbol = Symbol("hourglass-medium", kit.colours.on_warn_mark, kit.metrics.pick(22, 26))
        line.addWidget(symbol, 0, Qt.AlignmentFlag.AlignVCenter)
        words.addWidget(Text(kit, kit.say("provisional.band"), kit.metrics.display, bold=True).coloured(ink))
        words.addWidget(Text(kit, kit.say("provisional.detail")).coloured(ink))
        line.addLayout(words, 1)
        panel.box.addLayout(line)
        return panel

    def _compose(self, view: ResultView) -> None:
        box = self._scrolled()
        if view.reference or view.qr:
            panel = self._reference(view)
            if self._scene.wide:
                box = self._beside(panel, box)
            else:
                box.addWidget(panel)
        for paragraph in view.paragraphs:
            self._say(paragraph, box)
        if view.paper:
            box.addWidget(Band(self._kit, "info", view.paper, symbol="receipt"))
        if view.next_steps:
            self._next(view, box)

    def _beside(self, panel: Panel, box: QVBoxLayout) -> QVBoxLayout:
        """In landscape the number stands left of the words."""
        line, words, left = row(self._kit.metrics.mm(8)), column(self._kit.metrics.mm(4)), column()
        left.addWidget(panel)
        left.addStretch(1)
        line.addLayout(left, 1)
        line.addLayout(words, 1)
        box.addLayout(line)
        return words

    def _reference(self, view: ResultView) -> Panel:
        kit = self._kit
        mood: Literal["warn", "ok"] = "warn" if view.kind == "provisional" else "ok"
        panel = Panel(kit, mood)
        line, words = row(kit.metrics.mm(6)), column(kit.metrics.mm(1))
        words.addWidget(Text(kit, view.reference_label, kit.metrics.small).coloured(kit.colours.ink_soft))
        words.addWidget(Text(kit, view.reference, kit.metrics.heading, bold=True))
        if view.qr:
            words.addWidget(Text(kit, kit.say("page.scan"), kit.metrics.small).coloured(kit.colours.ink_soft))
        holder = QWidget()
        holder.setLayout(words)
        line.addWidget(holder, 1, Qt.AlignmentFlag.AlignVCenter)
        if view.qr:
            line.addWidget(QrPicture(kit, view.qr, 56), 0, Qt.AlignmentFlag.AlignVCenter)
        panel.box.addLayout(line)
        return panel

    def _next(self, view: ResultView, box: QVBoxLayout) -> None:
        box.addWidget(Text(self._kit, self._kit.say("page.next_steps"), self._kit.metrics.lead, bold=True))
        for number, step in enumerate(view.next_steps, 1):
            box.addWidget(Bullet(self._kit, step, number=number))

    def _actions(self, view: ResultView) -> list[Button]:
        return [self._button(view.confirm, Confirmed(), "main", "check")]
