"""The one window: header, the page's screen, overlays, caption, the technician's hidden corner.

Not responsible for what a page says (kiosk.views) or what happens next: it reports intents.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PySide6.QtCore import QPointF, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QColor,
    QGuiApplication,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QLayout, QWidget

from kiosk.intents import SettingChosen, TechnicianPressed, Touched
from kiosk.texts import Texts
from kiosk.views import View
from ui.components.blind import Blind
from ui.components.caption import Caption
from ui.components.corner import HiddenCorner
from ui.components.header import Controls, Header
from ui.components.kit import Kit, column
from ui.components.upper import Upper
from ui.guard import TouchGuard
from ui.metrics import DESIGN_DIAGONAL_MM, px_per_mm_for
from ui.pilot import Cockpit, Pilot
from ui.screens.base import Scene, Screen
from ui.screens.registry import OVERLAYS, screen_for
from ui.speech.narrator import Narrator
from ui.speech.speaker import EspeakSpeaker, Speaker
from ui.theme import NORMAL


@dataclass(frozen=True)
class Clocks:
    """Where the window takes the time from: `local` for the clock on the glass, `steady` (s) for touches."""

    local: Callable[[], datetime] = datetime.now
    steady: Callable[[], float] = time.monotonic


HELD_BACK_MS = 1_000


class KioskWindow(QWidget):
    """`show_view` in, `intent` out.

    The same page with other content waits for the finger to lift, at most HELD_BACK_MS: built again under a finger, its
    buttons would lose the touch.
    """

    intent = Signal(object)

    def __init__(
        self,
        texts: Texts,
        diagonal_mm: float = DESIGN_DIAGONAL_MM,
        clocks: Clocks | None = None,
        speaker: Speaker | None = None,
    ) -> None:
        super().__init__(None, Qt.WindowType.FramelessWindowHint)
        self._texts, self._diagonal_mm = texts, diagonal_mm
        self._clocks = clocks or Clocks()
        self._view: View | None = None
        self._screen: Screen[Any] | None = None
        self._overlay: Screen[Any] | None = None
        self._anew = False
        self._paper = NORMAL.paper
        self.may_close = False
        self._header = Header()
        self._header.intent.connect(self.intent)
        self._caption = Caption()
        self._upper = Upper()
        self._controls = Controls()
        self._controls.intent.connect(self.intent)
        self._page = column()
        box = column()
        box.addWidget(self._header)
        box.addWidget(self._upper)
        box.addLayout(self._page, 1)
        box.addWidget(self._controls)
        box.addWidget(self._caption)
        box.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # the glass decides, not the content
        self.setLayout(box)
        self._blind = Blind(self)
        self._blind.lifted.connect(lambda: self.intent.emit(SettingChosen("screen", "shown")))
        engine = EspeakSpeaker()
        engine.finished.connect(lambda: self.intent.emit(Touched()))  # whoever listened was not idle
        self.narrator = Narrator(speaker or engine, texts)
        self.narrator.said.connect(self._show_said)
        cockpit = Cockpit(self, self._page_now, (self._header, self._controls), self.intent.emit)
        self.pilot = Pilot(cockpit, self.narrator, texts)
        self._corner = HiddenCorner(self)
        self._corner.held.connect(lambda: self.intent.emit(TechnicianPressed()))
        self._guard = TouchGuard(self._clocks.steady, self._is_fast, self._move_by_key)
        self._held_back: View | None = None
        self._patience = QTimer(self, singleShot=True)
        self._patience.timeout.connect(self._show_held_back)
        self._guard.lifted.connect(self._let_go)
        self._minute = QTimer(self)
        self._minute.timeout.connect(lambda: self._header.show_time(self._clocks.local()))
        self._minute.start(5_000)

    def fill_screen(self) -> None:
        """Cover the screen. Without a window manager "full screen" alone leaves a 160x160 window."""
        self.setGeometry(QGuiApplication.primaryScreen().geometry())
        self.show()

    def use_texts(self, texts: Texts) -> None:
        """Take the words of the frame and of the pages' own parts from here, from the next page on."""
        self._texts, self._anew = texts, True
        self.narrator.use_texts(texts)
        self.pilot.use_texts(texts)

    def show_view(self, view: View) -> None:
        """Show `view`: an overlay over the present page, or a page of its own."""
        if self._guard.touched and self._view is not None and type(self._view) is type(view):
            self._held_back = view
            if not self._patience.isActive():
                self._patience.start(HELD_BACK_MS)
            return
        self._show_now(view)

    def _let_go(self) -> None:
        if self._held_back is not None:
            self._patience.start(0)  # once the button under the finger has heard of the release

    def _show_held_back(self) -> None:
        if (view := self._held_back) is not None:
            self._show_now(view)

    def _show_now(self, view: View) -> None:
        self._held_back = None
        self._view = view
        if isinstance(view, OVERLAYS):
            self._show_overlay(view)
        else:
            self._drop_overlay()
            self._show_page(view)
        self._guard.page_changed()
        self._show_frame(view)
        self.narrator.show(view)
        self.pilot.page_shown(view)
        if view.chrome.voice.blank:
            self._blind.cover(self._scene().kit(view.chrome))
        else:
            self._blind.hide()

    def press_key(self, key: str, held_s: float = 0.0) -> None:
        """A key of the twelve below the glass went down."""
        self.pilot.press(key, held_s)

    def _page_now(self) -> QWidget | None:
        return self._overlay if self._overlay is not None else self._screen

    def _show_said(self, words: str) -> None:
        """What is spoken is captioned, whatever it is."""
        if self._view is not None:
            self._caption.show_caption(self._scene().kit(self._view.chrome), words)

    def _show_page(self, view: View) -> None:
        shown = self._screen
        if shown is None or self._anew or not _shows(shown, view):
            self._anew = False
            self._drop_page()
            self._screen = self._new_screen(view)
            self._page.addWidget(self._screen, 1)
        assert self._screen is not None
        self._screen.render(view)
        self._screen.show()

    def _show_overlay(self, view: View) -> None:
        if self._overlay is None or not _shows(self._overlay, view):
            self._drop_overlay()
            self._overlay = self._new_screen(view)
            self._page.addWidget(self._overlay, 1)
        if self._screen is not None:
            self._screen.hide()  # what lies below must not be read, and must not be touched
        self._overlay.render(view)

    def _new_screen(self, view: View) -> Screen[Any]:
        screen = screen_for(view, self._scene())
        screen.setProperty("shows", type(view).__name__)
        screen.intent.connect(self.intent)
        return screen

    def _drop_page(self) -> None:
        self._dismiss(self._screen)
        self._screen = None

    def _drop_overlay(self) -> None:
        self._dismiss(self._overlay)
        self._overlay = None

    def _dismiss(self, screen: Screen[Any] | None) -> None:
        """Hide `screen` now; Qt frees it, with all it held, once its own handlers have returned."""
        if screen is not None:
            screen.hide()
            self._page.removeWidget(screen)
            screen.deleteLater()

    def _scene(self) -> Scene:
        ratio = px_per_mm_for(self.width(), self.height(), self._diagonal_mm)
        return Scene(ratio, self.width() > self.height(), self._texts)

    def _show_frame(self, view: View) -> None:
        kit = self._scene().kit(view.chrome)
        if self._paper != kit.colours.paper:
            self._paper = kit.colours.paper
            self.update()
        self._header.show_chrome(kit, view.chrome, self._clocks.local())
        self._caption.show_caption(kit, self.narrator.captioned(view))
        self._show_low(kit, view)
        self._corner.resize(kit.metrics.mm(18), kit.metrics.mm(18))
        self._corner.raise_()

    def _show_low(self, kit: Kit, view: View) -> None:
        """In the low layout the upper half shows the title, and everything to press stands below it."""
        screen = self._overlay if isinstance(view, OVERLAYS) else self._screen
        self._upper.setVisible(kit.low)
        self._controls.setVisible(kit.low and screen is not None and not screen.crowded)
        if not kit.low:
            return
        self._upper.show_title(kit, view.title, screen.above if screen is not None else None)
        if (frame := self._header.layout()) is not None:
            frame.activate()
        self._upper.setFixedHeight(max(0, self.height() // 2 - self._header.sizeHint().height()))
        margin = kit.metrics.margin
        self._controls.setContentsMargins(margin, 0, margin, kit.metrics.mm(4))
        self._controls.show_chrome(kit, view.chrome)

    def _is_fast(self, at: QPointF) -> bool:
        widget = self.childAt(at.toPoint())
        while widget is not None and widget is not self:
            if widget.property("fast"):
                return True
            widget = widget.parentWidget()
        return False

    def _move_by_key(self, by_key: bool) -> None:
        if not by_key:
            self.pilot.used = False
            self.narrator.hush()
        if bool(self.property("by_key")) != by_key:
            self.setProperty("by_key", by_key)
            self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another resolution: build the present page again at its size."""
        view, below = self._view, self._screen
        if view is None or event.oldSize() == event.size():
            return
        self._drop_overlay()
        if below is not None and not isinstance(view, OVERLAYS):
            self._drop_page()
        self.show_view(view)

    def showEvent(self, event: QShowEvent) -> None:
        handle = self.windowHandle()
        handle.removeEventFilter(self._guard)
        handle.installEventFilter(self._guard)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Only the program itself closes the window (`may_close`)."""
        event.setAccepted(self.may_close)
        if self.may_close:
            self.narrator.hush()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(QRect(event.rect()), QColor(self._paper))
        painter.end()


def _shows(screen: Screen[Any], view: View) -> bool:
    return bool(screen.property("shows") == type(view).__name__)
