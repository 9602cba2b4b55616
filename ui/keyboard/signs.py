"""Signs that are drawn, not written: take back, capitals, arrows of the candidates.

Not responsible for colours: they are drawn with the painter's pen.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

# Corner points in a square of 2 by 2 around the middle; a line is closed where it ends as it begins.
_LINES: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {
    "backspace": (
        ((-1.1, 0), (-0.5, -0.7), (1.0, -0.7), (1.0, 0.7), (-0.5, 0.7), (-1.1, 0)),
        ((-0.1, -0.28), (0.46, 0.28)),
        ((-0.1, 0.28), (0.46, -0.28)),
    ),
    "shift": (
        (
            (0, -0.85),
            (0.85, 0.05),
            (0.4, 0.05),
            (0.4, 0.75),
            (-0.4, 0.75),
            (-0.4, 0.05),
            (-0.85, 0.05),
            (0, -0.85),
        ),
    ),
    "down": (((-0.7, -0.3), (0, 0.4), (0.7, -0.3)),),
    "up": (((-0.7, 0.3), (0, -0.4), (0.7, 0.3)),),
    "left": (((0.3, -0.7), (-0.4, 0), (0.3, 0.7)),),
    "right": (((-0.3, -0.7), (0.4, 0), (-0.3, 0.7)),),
}


def paint(painter: QPainter, sign: str, face: QRectF, size_px: int) -> None:
    """Draw `sign` about `size_px` high in the middle of `face`."""
    pen = QPen(painter.pen().color(), max(1.5, size_px * 0.075))
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    scale, middle = size_px * 0.42, face.center()
    for line in _LINES[sign]:
        painter.drawPolyline(QPolygonF([QPointF(x * scale, y * scale) + middle for x, y in line]))
