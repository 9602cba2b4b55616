"""Nobody is here: greeting, promises, notices, three languages, begin. Touching anywhere begins."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QVBoxLayout

from kiosk.intents import Begun
from kiosk.views import AttractView
from ui.components.button import Button
from ui.components.kit import column, row
from ui.components.panel import Band, Bullet
from ui.components.pictures import DoorPicture
from ui.components.text import Text
from ui.screens.base import Screen


class AttractScreen(Screen[AttractView]):
    """The language and care buttons stand in the window's header."""

    def _heading(self, view: AttractView) -> None:
        """The greeting stands below the picture."""

    def _compose(self, view: AttractView) -> None:
        kit = self._kit
        if self._scene.wide:
            line, box = row(kit.metrics.mm(12)), column(kit.metrics.mm(4))
            line.addWidget(DoorPicture(kit, 110), 5)
            line.addLayout(box, 6)
            self._root.addLayout(line, 1)
        else:
            box = self._root
        box.addStretch(1)
        if not self._scene.wide:
            self._reading(box).addWidget(DoorPicture(kit, 100 if kit.metrics.large else 122))
        self._words(view, box)
        box.addStretch(2)
        for notice in view.notices[:2]:
            self._root.addWidget(Band(kit, "info", notice))

    def _words(self, view: AttractView, box: QVBoxLayout) -> None:
        kit = self._kit
        px = kit.metrics.heading if self._scene.wide and kit.metrics.large else kit.metrics.display
        title = Text(kit, view.title, px, bold=True, lines=3).balanced()
        if not kit.low:
            box.addWidget(title if self._scene.wide else title.centred())
        promises, aside = column(kit.metrics.mm(3)), 0 if self._scene.wide or kit.metrics.large else 14
        promises.setContentsMargins(kit.metrics.mm(aside), kit.metrics.mm(3), 0, 0)
        for line in view.lines[: 2 if kit.low or (kit.wide and kit.metrics.large) else 4]:
            promises.addWidget(Bullet(kit, line, "check-circle", kit.colours.ok))
        box.addLayout(promises)

    def _actions(self, view: AttractView) -> list[Button]:
        return [self._button(self._kit.say("button.begin"), Begun(), "main", "arrow-right")]

    def _footer(self, view: AttractView) -> None:
        super()._footer(view)
        if self._scene.wide:
            return
        foot = f"{view.hours}   {self._kit.say('page.welcome')}".strip()
        self._root.addWidget(
            Text(self._kit, foot, self._kit.metrics.small).coloured(self._kit.colours.ink_soft).centred()
        )

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.intent.emit(Begun())
