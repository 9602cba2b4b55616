"""Size, colours, place and voice: each choice counts at once, so that the page itself is the sample."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout

from kiosk.intents import Declined, SettingChosen
from kiosk.views import Chrome, DisplayView, Option, Setting
from ui.components.button import Button
from ui.components.kit import add_rows
from ui.components.text import Text, spoken
from ui.screens.base import Screen


class DisplayScreen(Screen[DisplayView]):
    """One row of buttons a setting; the chosen one is marked by look, sign and word."""

    def _compose(self, view: DisplayView) -> None:
        box = self._scrolled(4)
        for setting in view.settings:
            box.addWidget(Text(self._kit, setting.label, self._kit.metrics.lead, bold=True))
            self._row(setting, box)

    def _row(self, setting: Setting, box: QVBoxLayout) -> None:
        buttons = [self._choice(setting, option) for option in setting.options]
        across = len(buttons) if self._scene.wide else 2 if self._kit.metrics.large else min(len(buttons), 4)
        if self._kit.language == "en" and not self._scene.wide:
            across = min(across, 2)
        add_rows(box, buttons, across, self._kit.metrics.gap)

    def _choice(self, setting: Setting, option: Option) -> Button:
        is_chosen = option.id == setting.chosen
        intent = SettingChosen(setting.id, option.id)
        button = self._button(option.label, intent, "chosen" if is_chosen else "key", "check" if is_chosen else "")
        description = f"{setting.label} {self._kit.say('page.chosen') if is_chosen else ''}".strip()
        spoken(button, option.label, description)
        return button

    def _actions(self, view: DisplayView) -> list[Button]:
        return [self._button(view.close, Declined(), "main", "check")]

    def _ways_out(self, chrome: Chrome) -> list[Button]:
        return []
