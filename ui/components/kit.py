"""What every building block needs to know about the page it stands on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from kiosk.texts import Texts
from ui import theme
from ui.metrics import Metrics
from ui.tokens import Colours

_L = TypeVar("_L", bound=QBoxLayout)


@dataclass(frozen=True)
class Kit:
    """Sizes, words, language and colours of one page; `wide` is landscape; `low`: its title stands in the
    upper half, where nothing can be pressed."""

    metrics: Metrics
    texts: Texts
    language: str
    wide: bool = False
    colours: Colours = theme.NORMAL
    low: bool = False

    @property
    def flat(self) -> bool:
        """Whether there is more room beside things than below them."""
        return self.wide or self.low

    def say(self, key: str, **values: object) -> str:
        """The word or sentence `ui.<key>` in the page's language."""
        return self.texts(f"ui.{key}", self.language, **values)

    def font(self, px: int, bold: bool = False) -> QFont:
        """The page's face at `px` pixels."""
        return theme.font(self.language, px, bold)


def column(spacing: int = 0, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> QVBoxLayout:
    """An empty column without the style's own margins."""
    return _bare(QVBoxLayout(), spacing, margins)


def row(spacing: int = 0, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> QHBoxLayout:
    """An empty row without the style's own margins."""
    return _bare(QHBoxLayout(), spacing, margins)


def _bare(layout: _L, spacing: int, margins: tuple[int, int, int, int]) -> _L:
    layout.setSpacing(spacing)
    layout.setContentsMargins(*margins)
    return layout


def add_rows(box: QVBoxLayout, cards: Sequence[QWidget], across: int, gap: int) -> None:
    """Add `cards` to `box` in rows of `across`, all equally wide.

    Not a QGridLayout: inside a scroll area that squeezes rows whose height follows from their width.
    """
    for start in range(0, len(cards), across):
        line = row(gap)
        for card in cards[start : start + across]:
            line.addWidget(card, 1)
        for _ in range(across - len(cards[start : start + across])):
            line.addWidget(QWidget(), 1)  # not a stretch: that takes no gap beside it
        box.addLayout(line)


class Stage(QWidget):
    """A place whose whole content is exchanged at once.

    The old content is hidden now and freed when Qt is back in its event loop, never before: a button may be in
    the middle of the touch that exchanges it. It keeps its parent meanwhile, or Python would free it at once.
    """

    def __init__(self) -> None:
        super().__init__()
        self._stand = column()
        self.setLayout(self._stand)
        self._content: QWidget | None = None

    def clear(self) -> None:
        """Leave the place empty."""
        if self._content is not None:
            self._stand.removeWidget(self._content)
            self._content.hide()
            self._content.deleteLater()
            self._content = None

    def fresh(self, layout: QBoxLayout) -> None:
        """Begin anew with `layout`; the caller fills it."""
        self.clear()
        self._content = QWidget()
        self._content.setLayout(layout)
        self._stand.addWidget(self._content)
