"""The fixed top of the window: where you are, the state of the line, language, care mode, help, and the steps."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from kiosk.intents import CareToggled, DisplayPressed, HelpPressed, LanguageChosen
from kiosk.texts import Texts
from kiosk.views import Chrome, Language, Line
from ui.components.button import Button
from ui.components.kit import Kit, Stage, column, row
from ui.components.panel import Symbol
from ui.components.text import Text, spoken

LINES = {
    Line.ONLINE: ("wifi-high", "ok", "ok_soft"),
    Line.SLOW: ("wifi-medium", "warn", "warn_soft"),
    Line.OFFLINE: ("cloud-slash", "warn", "warn_soft"),
    Line.OUT_OF_SERVICE: ("prohibit", "bad", "bad_soft"),
}


PANEL_MM = 268
"""Width of the smallest panel that stands upright."""


class Pill(QFrame):
    """An icon and a word on a soft field."""

    def __init__(self, kit: Kit, symbol: str, text: str, ink: str, fill: str) -> None:
        super().__init__()
        self._fill = fill
        line = row(
            kit.metrics.mm(1.8),
            (kit.metrics.mm(3.5), kit.metrics.mm(0.8), kit.metrics.mm(3.5), kit.metrics.mm(0.8)),
        )
        line.addWidget(Symbol(symbol, ink, kit.metrics.pick(8.5, 11)))
        line.addWidget(Text(kit, text, kit.metrics.small, lines=1).coloured(ink))
        self.setLayout(line)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        spoken(self, text)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._fill))
        painter.drawRoundedRect(QRectF(self.rect()), self.height() / 2, self.height() / 2)
        painter.end()


class StepBar(QFrame):
    """One segment a step; the present and the past ones are filled."""

    def __init__(self, kit: Kit, step: int, of: int) -> None:
        super().__init__()
        self._kit, self._step, self._of = kit, step, of
        self.setFixedHeight(kit.metrics.mm(2.4))
        spoken(self, kit.say("page.step", step=step, of=of))

    def sizeHint(self) -> QSize:
        return QSize(self._kit.metrics.mm(120), self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        gap = self._kit.metrics.mm(1.5)
        wide = (self.width() - gap * (self._of - 1)) / self._of
        for place in range(self._of):
            done = place < self._step
            painter.setBrush(QColor(self._kit.colours.accent if done else self._kit.colours.line))
            high = self.height() if done else self.height() / 2  # the height tells it, too
            area = QRectF(place * (wide + gap), (self.height() - high) / 2, wide, high)
            painter.drawRoundedRect(area, high / 2, high / 2)
        painter.end()


class Controls(Stage):
    """The row of what can be pressed on every page: languages, care mode, screen and voice, help."""

    intent = Signal(object)

    def show_chrome(self, kit: Kit, chrome: Chrome) -> None:
        """Build the row for a page with this frame."""
        languages = [self._language(kit, chrome, language) for language in Language]
        others = [
            self._press(kit, kit.say("button.care"), CareToggled(), "hand-heart", chosen=chrome.care),
            self._press(kit, kit.say("button.display"), DisplayPressed(), "text-aa"),
        ]
        if chrome.can_help:
            others.append(self._press(kit, kit.say("button.help"), HelpPressed(), "question"))
        together = [*languages, *others]
        needed = sum(button.sizeHint().width() + kit.metrics.gap for button in together)
        stands_in_one = kit.wide or needed <= kit.metrics.mm(PANEL_MM) - 2 * kit.metrics.margin
        box = column(kit.metrics.gap)
        self.fresh(box)
        for group in [together] if stands_in_one else [languages, others]:
            line = row(kit.metrics.gap)
            for button in group:
                line.addWidget(button)
            box.addLayout(line)

    def _language(self, kit: Kit, chrome: Chrome, language: Language) -> Button:
        words = kit.say(f"language.{language.value.lower()}")
        return self._press(kit, words, LanguageChosen(language), chosen=language is chrome.language)

    def _press(self, kit: Kit, text: str, intent: object, symbol: str = "", chosen: bool = False) -> Button:
        button = Button(kit, text, "chosen" if chosen else "quiet", symbol=symbol, px=kit.metrics.small)
        button.clicked.connect(lambda: self.intent.emit(intent))
        if chosen:
            button.setAccessibleDescription(kit.say("page.chosen"))
        return button


class Header(Stage):
    """Rebuilt from the Chrome of each view, only when it differs."""

    intent = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._box: QVBoxLayout = column()
        self._shown: tuple[Chrome, float, Texts] | None = None
        self._clock: Text | None = None

    def show_chrome(self, kit: Kit, chrome: Chrome, now: datetime) -> None:
        """Show `chrome`; `now` is the local time on the clock."""
        wanted = (chrome, kit.metrics.px_per_mm, kit.texts)
        if self._shown != wanted:
            self._shown = wanted
            self._box = column()
            self.fresh(self._box)
            self._build(kit, chrome)
        self.show_time(now)

    def show_time(self, now: datetime) -> None:
        """Set the clock."""
        if self._clock is not None:
            self._clock.set(f"{now:%H:%M}")

    def _build(self, kit: Kit, chrome: Chrome) -> None:
        metrics = kit.metrics
        top = metrics.mm(3.5 if kit.wide else 5)
        self._box.setContentsMargins(metrics.margin, top, metrics.margin, 0)
        self._box.setSpacing(metrics.mm(4))
        place = self._place(kit, chrome)
        if kit.wide:
            line = row(metrics.mm(8))
            line.addWidget(place, 1)
            line.addWidget(self._controls(kit, chrome))
            self._box.addLayout(line)
        else:
            self._box.addWidget(place)
            if not kit.low:
                self._box.addWidget(self._controls(kit, chrome))
        if chrome.of > 0:
            self._box.addWidget(self._steps(kit, chrome))

    def _controls(self, kit: Kit, chrome: Chrome) -> Controls:
        controls = Controls()
        controls.show_chrome(kit, chrome)
        controls.intent.connect(self.intent)
        return controls

    def _place(self, kit: Kit, chrome: Chrome) -> QWidget:
        holder = QWidget()
        line = row(kit.metrics.mm(4))
        line.addWidget(Symbol("house", kit.colours.accent, kit.metrics.pick(11, 13)))
        line.addWidget(
            Text(kit, chrome.terminal, kit.metrics.small, bold=True, lines=1), 1, Qt.AlignmentFlag.AlignVCenter
        )
        symbol, ink, fill = LINES[chrome.line]
        ink, fill = getattr(kit.colours, ink), getattr(kit.colours, fill)
        line.addWidget(Pill(kit, symbol, kit.say(f"line.{chrome.line.value}"), ink, fill))
        self._clock = None
        if not kit.metrics.large:  # in large letters the place matters more than the hour
            self._clock = Text(kit, "00:00", kit.metrics.small).coloured(kit.colours.ink_soft).snug()
            line.addWidget(self._clock, 0, Qt.AlignmentFlag.AlignVCenter)
        holder.setLayout(line)
        return holder

    def _steps(self, kit: Kit, chrome: Chrome) -> QWidget:
        holder = QWidget()
        line = row(kit.metrics.mm(4))
        words = kit.say("page.step", step=chrome.step, of=chrome.of)
        line.addWidget(Text(kit, chrome.service, kit.metrics.small, lines=1).coloured(kit.colours.ink_soft), 1)
        line.addWidget(Text(kit, words, kit.metrics.small, bold=True).coloured(kit.colours.accent).snug())
        bar = StepBar(kit, chrome.step, chrome.of)
        if kit.wide:
            line.insertWidget(1, bar, 2, Qt.AlignmentFlag.AlignVCenter)
            holder.setLayout(line)
            return holder
        box = column(kit.metrics.mm(2))
        box.addLayout(line)
        box.addWidget(bar)
        holder.setLayout(box)
        return holder
