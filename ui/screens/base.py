"""What every screen shares: title, content, the buttons at the bottom. Not responsible for what a page says.

A screen lives as long as the same kind of page is shown. `render` builds the page anew from the view; what the
citizen has typed so far is kept while it is the same question (another language, larger text, a new problem).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kiosk.intents import BackPressed, Intent, LeavePressed, Touched
from kiosk.texts import Texts
from kiosk.views import Chrome, TextSize, View
from ui.components.button import Button
from ui.components.kit import Kit, Stage, column, row
from ui.components.panel import Band
from ui.components.scroll import Scroll
from ui.components.text import Text
from ui.metrics import Metrics
from ui.tokens import TOKENS

V = TypeVar("V", bound=View)


@dataclass(frozen=True)
class Scene:
    """Where screens stand: the panel's density, its orientation, the words."""

    px_per_mm: float
    wide: bool
    texts: Texts

    def kit(self, chrome: Chrome) -> Kit:
        """The kit for a page with this frame."""
        swell = TOKENS.sizes[chrome.look.size]
        swell = max(swell, TOKENS.sizes[TextSize.LARGER]) if chrome.care else swell
        colours = TOKENS.themes[chrome.look.theme]
        low = chrome.look.low and not self.wide  # a panel on its side is within reach as it is
        return Kit(Metrics(self.px_per_mm, swell), self.texts, chrome.language.value, self.wide, colours, low)


class Screen(Stage, Generic[V]):
    """Base of all screens; subclasses implement `_compose`."""

    intent = Signal(object)
    crowded = False
    """In the low layout: the row of languages and help gives way to the page."""

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self._scene = scene
        self._view: V | None = None
        self._root = column()
        self.above: QWidget | None = None
        """In the low layout: what is only read, for the upper half; the window shows it."""

    # QWidget.render paints a widget elsewhere; nobody calls it on a screen
    def render(self, view: V) -> None:  # type: ignore[override]
        """Show `view`."""
        before, self._view = self._view, view
        if before is not None and content_of(before) == content_of(view):
            return
        if before is None or not is_same_question(before, view):
            self._forget(view)
        self._kit = self._scene.kit(view.chrome)
        self._rebuild()

    def _rebuild(self) -> None:
        """Build the page again from the present view."""
        if self._view is not None:
            self._root, self.above = column(), None
            self.fresh(self._root)
            self._build(self._view)

    def _forget(self, view: V) -> None:
        """A new question: drop what was typed for the one before, start from `view`."""

    def _build(self, view: V) -> None:
        metrics = self._kit.metrics
        air = 3.5 if self._scene.wide else 5.5
        self._root.setContentsMargins(metrics.margin, metrics.mm(air), metrics.margin, metrics.mm(air))
        self._root.setSpacing(metrics.mm(min(air, 5)))
        if self._kit.low:  # an expanding spacer without a stretch: it takes what nothing else wants
            self._root.addStretch(0)
        self._heading(view)
        self._compose(view)
        self._footer(view)
        if self.above is not None:
            self._reading(self._root).addStretch(0)

    def _heading(self, view: V) -> None:
        if view.title and not self._kit.low:
            self._root.addWidget(Text(self._kit, view.title, self._kit.metrics.heading, bold=True, lines=4).balanced())

    def _compose(self, view: V) -> None:
        raise NotImplementedError

    def _actions(self, view: V) -> list[Button]:
        """The page's own buttons, the main one last."""
        return []

    def _footer(self, view: V) -> None:
        actions, ways_out = self._actions(view), self._ways_out(view.chrome)
        if self._kit.low:
            self._low_footer(ways_out, actions)
            return
        if self._scene.wide:
            line = row(self._kit.metrics.gap)
            for button in ways_out:
                line.addWidget(self._at_least(button, 46))
            line.addStretch(1)
            for button in actions:
                line.addWidget(self._at_least(button, 100 if button is actions[-1] else 70))
            self._root.addLayout(line)
            return
        for group in (actions, ways_out):
            line = row(self._kit.metrics.gap)
            for button in group:
                line.addWidget(button, 3 if button is group[-1] and group is actions else 2)
            if group:
                self._root.addLayout(line)

    def _low_footer(self, ways_out: list[Button], actions: list[Button]) -> None:
        """One line where the words have room in it, else two."""
        metrics, together = self._kit.metrics, [*ways_out, *actions]
        needed = sum(button.sizeHint().width() for button in together) * 1.35
        for group in [together] if needed < metrics.mm(240) else [actions, ways_out]:
            line = row(metrics.gap)
            for button in group:
                line.addWidget(button, 3 if button is group[-1] and button in actions else 2)
            if group:
                self._root.addLayout(line)

    def _at_least(self, button: Button, width_mm: float) -> Button:
        button.setFixedWidth(max(button.sizeHint().width(), self._kit.metrics.mm(width_mm)))
        return button

    def _reading(self, box: QVBoxLayout) -> QVBoxLayout:
        """Where a thing goes that is read and never pressed: `box`, or in the low layout the upper half."""
        if not self._kit.low:
            return box
        if self.above is None:
            self.above = QWidget()
            self.above.setLayout(column(self._kit.metrics.mm(4)))
        found = self.above.layout()
        assert isinstance(found, QVBoxLayout)
        return found

    def _columns(self, left: int = 1, right: int = 1) -> tuple[QVBoxLayout, QVBoxLayout]:
        """Where words and where the large thing go: side by side in landscape, one below the other in portrait."""
        if not self._scene.wide:
            return self._root, self._root
        line = row(self._kit.metrics.mm(12))
        words, large = column(self._kit.metrics.mm(4)), column(self._kit.metrics.mm(4))
        line.addLayout(words, left)
        line.addLayout(large, right)
        self._root.addLayout(line, 1)
        return words, large

    def _ways_out(self, chrome: Chrome) -> list[Button]:
        found: list[Button] = []
        if chrome.can_back:
            found.append(self._button(self._kit.say("button.back"), BackPressed(), "quiet", "arrow-left"))
        if chrome.can_leave:
            found.append(self._button(self._kit.say("button.leave"), LeavePressed(), "quiet", "sign-out"))
        return found

    def _button(self, text: str, intent: Intent | None, look: str = "second", symbol: str = "") -> Button:
        button = Button(self._kit, text, look, symbol=symbol)  # type: ignore[arg-type]  # a Look, checked there
        if intent is not None:
            button.clicked.connect(lambda: self.intent.emit(intent))
        return button

    def _scrolled(self, spacing_mm: float = 5) -> QVBoxLayout:
        """A column that scrolls when it is too long, added to the page; the caller fills it."""
        content = QWidget()
        box, whole = column(self._kit.metrics.mm(spacing_mm)), column()
        whole.addLayout(box)
        whole.addStretch(1)  # not an alignment: Qt then forgets that height follows from width
        content.setLayout(whole)
        scroll = Scroll(self._kit, content)
        scroll.moved.connect(lambda: self.intent.emit(Touched()))
        self._root.addWidget(scroll, 1)
        return box

    def _say(self, text: str, box: QVBoxLayout | None = None) -> None:
        """Add a paragraph, if there is one."""
        if text:
            (box or self._root).addWidget(Text(self._kit, text))

    def _warn(self, problem: str, box: QVBoxLayout | None = None) -> None:
        """Add the band that tells what is wrong, if something is."""
        if problem:
            (box or self._root).addWidget(Band(self._kit, "bad", self._kit.say("page.problem"), problem))


def content_of(view: View) -> View:
    """The view without what the window's own frame shows: a slower line must not lift a finger off."""
    frame = {"line": "online", "caption": "", "terminal": "", "service": "", "can_help": True}
    return msgspec.structs.replace(view, chrome=msgspec.structs.replace(view.chrome, **frame))


def is_same_question(before: View, now: View) -> bool:
    """Was only the language, the size or a problem changed?"""
    if (before.chrome.step, before.chrome.of) != (now.chrome.step, now.chrome.of):
        return False
    return before.title == now.title or before.chrome.language != now.chrome.language
