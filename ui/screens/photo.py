"""Take a picture: the live preview with a frame for the face or the paper, then the picture to judge."""

from __future__ import annotations

from kiosk.intents import Confirmed, Declined
from kiosk.views import PhotoView
from ui.components.button import Button
from ui.components.camera import CameraPicture
from ui.components.text import Text
from ui.screens.base import Screen


class PhotoScreen(Screen[PhotoView]):
    """Confirmed takes the picture, or uses the one that was taken; Declined takes it again."""

    def _compose(self, view: PhotoView) -> None:
        kit = self._kit
        words, large = self._columns(2, 3)
        self._say(view.hint, words)
        self._warn(view.problem, words)
        self._reading(large).addWidget(CameraPicture(kit, view.frames, view.taken, paper=view.of_paper), 1)
        if not view.taken:
            words_of = kit.say("photo.paper" if view.of_paper else "photo.guide")
            guide = Text(kit, words_of, kit.metrics.lead, bold=True).coloured(kit.colours.accent)
            words.addWidget(guide if self._scene.wide else guide.centred())
        if self._scene.wide:
            words.addStretch(1)

    def _actions(self, view: PhotoView) -> list[Button]:
        say = self._kit.say
        if not view.taken:
            return [self._button(say("button.take_photo"), Confirmed(), "main", "camera")]
        again = self._button(say("button.retake"), Declined(), "second", "arrow-counter-clockwise")
        return [again, self._button(say("button.use_photo"), Confirmed(), "main", "check")]
