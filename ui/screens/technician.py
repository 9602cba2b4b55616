"""Maintenance: the one thing to do next, devices, store and outbox. No personal data."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kiosk.intents import Chosen
from kiosk.views import DeviceRow, TechnicianView
from ui.components.button import Button
from ui.components.kit import column, row
from ui.components.panel import Band, Pair, Panel, Rule, Symbol
from ui.components.text import Text, spoken
from ui.screens.base import Screen

_LEVELS = {
    "ok": ("check-circle", "ok"),
    "warn": ("warning", "warn"),
    "bad": ("x-circle", "bad"),
}


class TechnicianScreen(Screen[TechnicianView]):
    """Tests and actions are reported as Chosen with their id."""

    def _compose(self, view: TechnicianView) -> None:
        kit = self._kit
        box = self._scrolled()
        if view.todo:
            box.addWidget(Band(kit, "warn", kit.say("technician.todo"), view.todo, "wrench"))
        self._section(box, "technician.devices", [self._device(device) for device in view.devices])
        for option in view.actions:
            button = self._button(option.label, Chosen(option.id))
            button.setEnabled(option.enabled)
            button.setAccessibleDescription(option.detail)
            box.addWidget(button)
        self._section(box, "technician.facts", [Pair(kit, fact.label, fact.value) for fact in view.facts])
        self._section(box, "technician.report", [Text(kit, line, kit.metrics.small) for line in view.report])

    def _section(self, box: QVBoxLayout, key: str, rows: list[QWidget]) -> None:
        if not rows:
            return
        box.addWidget(Text(self._kit, self._kit.say(key), self._kit.metrics.lead, bold=True))
        panel = Panel(self._kit, spacing_mm=2.5)
        for place, widget in enumerate(rows):
            if place:
                panel.box.addWidget(Rule(self._kit))
            panel.box.addWidget(widget)
        box.addWidget(panel)

    def _device(self, device: DeviceRow) -> QWidget:
        kit, (symbol, name) = self._kit, _LEVELS[device.level]
        ink = getattr(kit.colours, name)
        holder = QWidget()
        line, words = row(kit.metrics.mm(4)), column()
        line.addWidget(Symbol(symbol, ink, kit.metrics.pick(11, 14)), 0, Qt.AlignmentFlag.AlignVCenter)
        words.addWidget(Text(kit, device.name, bold=True))
        level = f"{kit.say(f'technician.{device.level}')} · " if device.level != "ok" else ""
        state = level + device.state  # a state that is well says so itself
        words.addWidget(Text(kit, state, kit.metrics.small).coloured(ink))
        if device.hint:
            words.addWidget(Text(kit, device.hint, kit.metrics.small).coloured(kit.colours.ink_soft))
        line.addLayout(words, 1)
        if device.test:
            line.addWidget(self._test(device))
        holder.setLayout(line)
        return holder

    def _test(self, device: DeviceRow) -> Button:
        words = self._kit.say("button.test")
        button = self._button(words, Chosen(device.test))
        button.setFixedWidth(button.sizeHint().width())
        spoken(button, f"{words} {device.name}")
        return button
