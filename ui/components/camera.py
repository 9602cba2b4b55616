"""The live camera picture with a frame for the face or the paper, and the picture that was taken. Nothing is kept.

Frames come from kiosk.frames; they are copied to the screen at most 15 times a second and only while visible.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QHideEvent, QImage, QPainter, QPainterPath, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QFrame, QSizePolicy

from kiosk.frames import FrameReader
from ui.components.kit import Kit
from ui.components.text import spoken

FRAME_MS = 66
A4 = 210 / 297
"""Width to height of a sheet that stands upright."""


class CameraPicture(QFrame):
    """Shows the frames of the file `path`, or the JPEG `taken`.

    A face is mirrored, as people expect of a mirror; a `paper` is not, so that it can be read.
    """

    def __init__(self, kit: Kit, path: str, taken: bytes = b"", *, paper: bool = False) -> None:
        super().__init__()
        self._kit, self._path, self._paper = kit, path, paper
        self._reader: FrameReader | None = None
        self._sequence = 0
        self._image = QImage.fromData(taken) if taken else QImage()
        self._is_live = not taken
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._fetch)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        guide = "photo.paper" if paper else "photo.guide"
        spoken(self, kit.say("photo.preview"), kit.say(guide) if self._is_live else "")

    def sizeHint(self) -> QSize:
        return QSize(self._kit.metrics.mm(160), self._kit.metrics.mm(160))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._kit.metrics.mm(60), self._kit.metrics.mm(60))

    def showEvent(self, event: QShowEvent) -> None:
        if self._is_live and self._path:
            self._timer.start()
            self._fetch()

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()
        if self._reader is not None:
            self._reader.close()
            self._reader = None
        if self._is_live:
            self._image = QImage()

    def _fetch(self) -> None:
        try:
            self._reader = self._reader or FrameReader(self._path)
        except (OSError, ValueError):
            return  # the camera process has not made the file yet; asked again with the next tick
        picture = self._reader.latest(self._sequence)
        if picture is None:
            return
        self._sequence = picture.sequence
        stride = picture.width * 3
        image = QImage(picture.rgb, picture.width, picture.height, stride, QImage.Format.Format_RGB888)
        self._image = image.copy()  # the bytes belong to the picture and go with it
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        clip = QPainterPath()
        clip.addRoundedRect(area, self._kit.metrics.radius, self._kit.metrics.radius)
        painter.setClipPath(clip)
        painter.fillRect(area, QColor(self._kit.colours.ink if self._is_live else self._kit.colours.surface_off))
        if self._image.isNull():
            painter.setPen(QColor(self._kit.colours.surface))
            painter.setFont(self._kit.font(self._kit.metrics.body))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self._kit.say("photo.no_picture"))
        else:
            self._picture(painter, area)
        if self._is_live:
            self._guide(painter, area)
        painter.end()

    def _picture(self, painter: QPainter, area: QRectF) -> None:
        size = self._image.size().toSizeF()
        fit = Qt.AspectRatioMode.KeepAspectRatioByExpanding if self._is_live else Qt.AspectRatioMode.KeepAspectRatio
        size.scale(area.size(), fit)
        target = QRectF(0, 0, size.width(), size.height())
        target.moveCenter(area.center())
        painter.save()
        if self._is_live and not self._paper:
            painter.translate(area.width(), 0)
            painter.scale(-1, 1)
        painter.drawImage(target, self._image)
        painter.restore()

    def _guide(self, painter: QPainter, area: QRectF) -> None:
        tall = area.height() * (0.86 if self._paper else 0.72)
        frame = QRectF(0, 0, min(tall * A4, area.width() * 0.9) if self._paper else tall * 0.74, tall)
        frame.moveCenter(area.center())
        pen = QPen(QColor(self._kit.colours.surface), 0.9 * self._kit.metrics.px_per_mm)
        pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._paper:
            painter.drawRect(frame)
        else:
            painter.drawEllipse(frame)
