"""Hand an ID card, a bank card or a bar code to the device that reads it."""

from __future__ import annotations

from kiosk.views import CardView
from ui.components.panel import Band
from ui.components.pictures import CardPicture
from ui.components.text import Text
from ui.screens.base import Screen
from ui.screens.ways import add_other_ways


class CardScreen(Screen[CardView]):
    """A picture of where the card goes; it changes when the card is being read."""

    def _compose(self, view: CardView) -> None:
        kit = self._kit
        words, large = self._columns()
        read = self._reading(words)
        self._say(view.body, read)
        if view.problem:
            self._warn(view.problem, read)
        elif view.reading:
            read.addWidget(Band(kit, "info", kit.say("card.reading"), symbol="identification-card"))
        picture = CardPicture(kit, 120, view.reading, view.place)
        picture.setAccessibleName(kit.say(f"card.{view.place}"))
        if not (kit.low and kit.metrics.large and view.problem):  # the words need the room more
            self._reading(large).addWidget(picture, 1)
        if not view.reading:
            label = Text(kit, kit.say(f"card.{view.place}"), kit.metrics.lead, bold=True)
            large.addWidget(label.coloured(kit.colours.accent).centred())
        if self._scene.wide:
            words.addStretch(1)
        add_other_ways(self.intent, kit, words, view.others)
