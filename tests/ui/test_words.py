"""A catalogue may bring other words: the next page has them, header and page alike."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QAbstractButton, QWidget

from kiosk.texts import Texts, read_texts
from kiosk.views import AttractView, Chrome, Language, View
from ui.window import KioskWindow

VIEW = AttractView(chrome=Chrome(language=Language.SIMPLIFIED), title="t", lines=(), notices=(), hours="")
OTHER = """
[ui.button]
begin = { zh-Hans = "来办事", zh-Hant = "來辦事", en = "Come in" }
help = { zh-Hans = "帮帮我", zh-Hant = "幫幫我", en = "Aid" }
"""


def words_of(window: QWidget) -> str:
    buttons = [button for button in window.findChildren(QAbstractButton) if button.isVisible()]
    return " ".join(f"{button.text()} {button.accessibleName()}" for button in buttons)


def test_the_next_page_has_the_new_words(window: KioskWindow, show: Callable[[View], None], texts: Texts) -> None:
    show(VIEW)
    assert "开始办理" in words_of(window)
    window.use_texts(read_texts({"other.toml": OTHER.encode()}).over(texts))
    show(VIEW)
    found = words_of(window)
    assert "来办事" in found
    assert "帮帮我" in found
    assert "开始办理" not in found
