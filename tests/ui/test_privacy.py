"""When the attract page is back, nothing of the citizen before is left in any widget or picture."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np
import numpy.typing
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

from kiosk.views import Language, ReviewView, Row, TextView, View
from ui.app import running_app
from ui.gallery import settle
from ui.gallery_samples import sample_views
from ui.window import KioskWindow

NAME = "欧阳植入名"
Show = Callable[[View], None]


def _words_of(widget: QWidget) -> str:
    plain = [getattr(widget, "text", str)(), widget.accessibleName(), widget.accessibleDescription()]
    held = [repr(value) for value in vars(widget).values()]
    return " ".join([*map(str, plain), widget.toolTip(), widget.windowTitle(), *held])


def _holders(name: str) -> list[QWidget]:
    return [widget for widget in QApplication.allWidgets() if name in _words_of(widget)]


def _pixels(window: KioskWindow) -> np.typing.NDArray[np.int16]:
    image = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(bytes(image.constBits()), np.uint8).astype(np.int16)


def _visit(show: Show) -> None:
    views = sample_views(Language.SIMPLIFIED)
    for view in views.values():
        show(view)
    show(msgspec.structs.replace(views["text"], title=f"{NAME}的地址", value=NAME))
    review = views["review"]
    assert isinstance(review, ReviewView)
    show(msgspec.structs.replace(review, rows=(Row("姓名", NAME, "name"),), statement=f"{NAME}声明"))
    for name in ("still_there", "help"):
        show(msgspec.structs.replace(views[name], title=NAME))


def test_the_planted_name_is_found_while_it_is_shown(window: KioskWindow, show: Show) -> None:
    _visit(show)
    assert _holders(NAME) != []


def test_no_widget_holds_the_planted_name_after_attract(window: KioskWindow, show: Show) -> None:
    _visit(show)
    show(sample_views(Language.SIMPLIFIED)["attract"])
    assert _holders(NAME) == []


def test_attract_looks_the_same_before_and_after_a_session(window: KioskWindow, show: Show) -> None:
    attract = sample_views(Language.SIMPLIFIED)["attract"]
    _visit(show)  # fills Qt's glyph caches, so that both pictures are painted alike
    show(attract)
    before = _pixels(window)
    _visit(show)
    show(attract)
    # Qt paints a large glyph now from its cache, now from its outline: edges may differ by an invisible shade
    assert np.abs(_pixels(window) - before).max() <= 40


def test_written_text_is_gone_when_the_same_question_comes_to_the_next_citizen(window: KioskWindow, show: Show) -> None:
    views = sample_views(Language.SIMPLIFIED)
    text = views["text"]
    assert isinstance(text, TextView)
    show(msgspec.structs.replace(text, value=NAME))
    show(views["attract"])
    show(msgspec.structs.replace(text, value=""))
    assert _holders(NAME) == []


def test_pages_do_not_pile_up(window: KioskWindow, show: Show) -> None:
    views = sample_views(Language.SIMPLIFIED)
    for _ in range(2):
        show(views["menu"])
        show(views["attract"])
    settle(running_app())
    count = len(QApplication.allWidgets())
    for _ in range(5):
        show(views["menu"])
        show(views["review"])
        show(views["attract"])
    assert len(QApplication.allWidgets()) == count
