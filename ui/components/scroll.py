"""Content that may be longer than the page: drag it, or press the two large arrows that appear only then."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QScroller, QScrollerProperties, QWidget

from ui.components.button import Button
from ui.components.kit import Kit, column, row


class Scroll(QWidget):
    """Shows `content`; `moved` tells that the citizen looked around."""

    moved = Signal()

    def __init__(self, kit: Kit, content: QWidget) -> None:
        super().__init__()
        self._content = content
        self._area = QScrollArea()
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(False)  # we size the content: Qt's own pass can leave it a stale height
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.viewport().setAutoFillBackground(False)
        self._area.setWidget(content)
        content.setAutoFillBackground(False)
        content.installEventFilter(self)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._fit)
        self._up = Button(kit, kit.say("button.page_up"), "quiet", symbol="caret-up")
        self._down = Button(kit, kit.say("button.page_down"), "quiet", symbol="caret-down")
        self._up.clicked.connect(lambda: self._turn(-1))
        self._down.clicked.connect(lambda: self._turn(1))
        self._arrows = self._arrow_row(kit)
        box = column(kit.metrics.gap)
        box.addWidget(self._area, 1)
        box.addWidget(self._arrows)
        self.setLayout(box)
        bar = self._area.verticalScrollBar()
        bar.valueChanged.connect(self._show_ends)
        _make_draggable(self._area)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest:
            self._soon.start()
        return False

    def _arrow_row(self, kit: Kit) -> QWidget:
        arrows = QWidget()
        line = row(kit.metrics.gap)
        line.addWidget(self._up)
        line.addWidget(self._down)
        arrows.setLayout(line)
        arrows.hide()
        return arrows

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
        self._soon.start()  # once more when the arrows have taken their room

    def _turn(self, direction: int) -> None:
        bar = self._area.verticalScrollBar()
        bar.setValue(bar.value() + direction * int(self._area.viewport().height() * 0.85))
        self.moved.emit()

    def _fit(self) -> None:
        viewport = self._area.viewport()
        wide = self.width()
        needed = max(self._content.heightForWidth(wide), self._content.minimumSizeHint().height())
        self._arrows.setVisible(needed > self.height())
        layout = self.layout()
        if layout is not None:
            layout.activate()
        self._content.resize(wide, max(needed, viewport.height()))
        self._show_ends()

    def _show_ends(self) -> None:
        bar = self._area.verticalScrollBar()
        self._up.setEnabled(bar.value() > bar.minimum())
        self._down.setEnabled(bar.value() < bar.maximum())


def _make_draggable(area: QScrollArea) -> None:
    viewport = area.viewport()
    QScroller.grabGesture(viewport, QScroller.ScrollerGestureType.LeftMouseButtonGesture)
    scroller = QScroller.scroller(viewport)
    properties = scroller.scrollerProperties()
    off = QScrollerProperties.OvershootPolicy.OvershootAlwaysOff
    metric = QScrollerProperties.ScrollMetric
    properties.setScrollMetric(metric.VerticalOvershootPolicy, off)
    properties.setScrollMetric(metric.HorizontalOvershootPolicy, off)
    properties.setScrollMetric(metric.DragStartDistance, 0.008)  # metres: a trembling finger is not a drag
    properties.setScrollMetric(metric.MousePressEventDelay, 0.0)  # a touch shows at once; a drag takes it back
    scroller.setScrollerProperties(properties)
