"""Paper is coming: which mouth to look at, which page, and what has stopped it."""

from __future__ import annotations

from kiosk.views import PrintingView
from ui.components.pictures import MouthPicture
from ui.components.text import Text
from ui.screens.base import Screen


class PrintingScreen(Screen[PrintingView]):
    """The picture of the terminal lights the mouth; it stands still when the printer does."""

    def _compose(self, view: PrintingView) -> None:
        kit = self._kit
        where = kit.say(f"printing.{view.kind}")
        words, large = self._columns()
        read = self._reading(words)
        self._say(view.body, read)
        self._warn(view.problem, read)
        picture = MouthPicture(kit, 150, view.kind == "document", bool(view.problem))
        picture.setAccessibleName(where)
        self._reading(large).addWidget(picture, 1)
        lines = [Text(kit, where, kit.metrics.lead, bold=True).coloured(kit.colours.accent)]
        if view.of > 0 and view.page > 0:
            sheet = kit.say("page.sheet", page=view.page, of=view.of)
            lines.append(Text(kit, sheet, kit.metrics.heading, bold=True))
        for line in lines:
            words.addWidget(line if self._scene.wide else line.centred())
        if self._scene.wide:
            words.addStretch(1)
