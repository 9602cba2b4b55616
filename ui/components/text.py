"""Text on the glass: laid out by us, so that it is plain by construction and can be measured and elided.

QLabel guesses HTML from its text, does not break a long word and cannot elide several lines; Paragraph does none
of the first and all of the rest. Not responsible for what the text says.
"""

from __future__ import annotations

import unicodedata

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from ui.components.kit import Kit

LEADING = 1.36  # distance of baselines in font sizes: Chinese needs air between lines
MOST_CHARACTERS = 4000  # of one text; a longer one ends in an ellipsis


def clean(text: str) -> str:
    """`text` without control and direction characters, which could hide or turn what stands there."""
    kept = "".join(c if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Cs") else " " for c in text)
    return kept if len(kept) <= MOST_CHARACTERS else kept[: MOST_CHARACTERS - 1] + "…"


class Paragraph:
    """`text` broken into lines of at most `width` pixels; at most `lines` of them (0: any), the last elided."""

    def __init__(self, text: str, face: QFont, width: float, lines: int = 0) -> None:
        self.face = face
        self.width = max(1.0, width)
        self.leading = face.pixelSize() * LEADING
        self.text = clean(text)
        self.lines, self.is_elided = _broken(self.text, face, self.width, lines)

    @property
    def height(self) -> float:
        """Pixels from the top of the first line to the foot of the last."""
        return self.leading * len(self.lines)

    @property
    def breaks_a_word(self) -> bool:
        """Whether a line ends inside a word: between two Latin letters, or anywhere in a Chinese word of four signs."""
        if len(self.lines) > 1 and len("".join(self.lines)) <= 4:
            return True
        ends = zip(self.lines, self.lines[1:], strict=False)
        return any(_is_latin(one[-1:]) and _is_latin(two[:1]) and f"{one} {two}" not in self.text for one, two in ends)

    @property
    def natural_width(self) -> float:
        """Pixels of the widest line."""
        metrics = QFontMetricsF(self.face)
        return max((metrics.horizontalAdvance(line) for line in self.lines), default=0.0)

    def draw(self, painter: QPainter, at: QPointF, colour: str, align: Qt.AlignmentFlag) -> None:
        """Paint with the top left corner of the block at `at`; `align` is left, centre or right within width."""
        metrics = QFontMetricsF(self.face)
        painter.setFont(self.face)
        painter.setPen(QColor(colour))
        baseline = at.y() + (self.leading - metrics.height()) / 2 + metrics.ascent()
        for line in self.lines:
            spare = self.width - metrics.horizontalAdvance(line)
            shift = {Qt.AlignmentFlag.AlignHCenter: spare / 2, Qt.AlignmentFlag.AlignRight: spare}.get(align, 0.0)
            # whole pixels, for crisp baselines
            painter.drawText(QPointF(round(at.x() + shift), round(baseline)), line)
            baseline += self.leading


def _is_latin(sign: str) -> bool:
    return sign.isascii() and sign.isalpha()


def _broken(text: str, face: QFont, width: float, most: int) -> tuple[list[str], bool]:
    found: list[str] = []
    for block in text.split("\n"):
        found += _block_lines(block, face, width)
    if most and len(found) > most:
        rest = " ".join(found[most - 1 :])
        found = [*found[: most - 1], QFontMetricsF(face).elidedText(rest, Qt.TextElideMode.ElideRight, width)]
        return found, True
    return found, False


def _block_lines(block: str, face: QFont, width: float) -> list[str]:
    layout = QTextLayout(block, face)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    lines: list[str] = []
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        # QTextLine counts UTF-16 units: characters outside the BMP take two
        units = block.encode("utf-16-le")
        start, end = 2 * line.textStart(), 2 * (line.textStart() + line.textLength())
        lines.append(units[start:end].decode("utf-16-le", "replace").rstrip())
    layout.endLayout()
    return lines or [""]


def balanced_width(text: str, face: QFont, width: float) -> float:
    """The narrowest width that needs no more lines than `width` does: a title without a lone last character."""
    wanted = len(Paragraph(text, face, width).lines)
    if wanted == 1:
        return width
    low, high = width / 2, width
    for _ in range(6):
        middle = (low + high) / 2
        low, high = (low, middle) if len(Paragraph(text, face, middle).lines) <= wanted else (middle, high)
    return high


class Text(QLabel):
    """A paragraph as a widget. `lines` limits it (0: as many as it takes)."""

    def __init__(self, kit: Kit, text: str, px: int = 0, *, bold: bool = False, lines: int = 0) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._face = kit.font(px or kit.metrics.body, bold)
        self._limit = lines
        self._colour = kit.colours.ink
        self._balanced = False
        self._cache: dict[int, Paragraph] = {}
        self.setText(clean(text))
        self.setAccessibleName(self.text())
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def coloured(self, colour: str) -> Text:
        """The same, in `colour`."""
        self._colour = colour
        return self

    def centred(self) -> Text:
        """The same, centred."""
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        return self

    def righted(self) -> Text:
        """The same, at the right edge."""
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        return self

    def balanced(self) -> Text:
        """The same, with lines of about equal length."""
        self._balanced = True
        return self

    def snug(self) -> Text:
        """The same, never wider than its words."""
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Minimum)
        return self

    def set(self, text: str) -> None:
        """Show another text."""
        if clean(text) == self.text():
            return
        self._cache.clear()
        self.setText(clean(text))
        self.setAccessibleName(self.text())
        self.updateGeometry()

    def paragraph(self, width: int) -> Paragraph:
        """How the text breaks at `width`."""
        if width not in self._cache:
            self._cache.clear()
            wide = balanced_width(self.text(), self._face, width) if self._balanced else width
            self._cache[width] = Paragraph(self.text(), self._face, wide, self._limit)
        return self._cache[width]

    @property
    def is_cut(self) -> bool:
        """Does the widget lack room for its lines? (An intended ellipsis is not a cut.)"""
        needed = self.paragraph(self.width())
        too_wide = not needed.is_elided and needed.natural_width > self.width() + 1
        return too_wide or needed.height > self.height() + 1

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return int(self.paragraph(width).height + 0.999)

    def sizeHint(self) -> QSize:
        natural = Paragraph(self.text(), self._face, 100_000, self._limit)
        return QSize(int(natural.natural_width) + 2, int(natural.height + 0.999))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._face.pixelSize(), int(self._face.pixelSize() * LEADING + 0.999))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paragraph = self.paragraph(self.width())
        area: QRect = self.contentsRect()
        align = self.alignment() & Qt.AlignmentFlag.AlignHorizontal_Mask
        spare = area.width() - paragraph.width
        shift = spare / 2 if align == Qt.AlignmentFlag.AlignHCenter else 0.0
        paragraph.draw(painter, QPointF(area.x() + shift, area.y()), self._colour, align)
        painter.end()


def spoken(widget: QWidget, name: str, description: str = "") -> None:
    """Give `widget` the name and description that a screen reader speaks."""
    widget.setAccessibleName(clean(name))
    widget.setAccessibleDescription(clean(description))
