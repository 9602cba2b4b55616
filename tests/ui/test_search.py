"""The search page: what is typed is reported letter by letter, and the keyboard lives on while results change."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from kiosk.intents import Intent, Searched, ServiceChosen
from kiosk.texts import load_texts
from kiosk.views import Language, SearchView, View
from tests.ui.conftest import TEXTS, SteadyClock
from ui.components.option import TileCard
from ui.gallery_samples import sample_views
from ui.keyboard import KeyboardPanel
from ui.window import KioskWindow


def view_of(language: Language = Language.SIMPLIFIED) -> SearchView:
    view = sample_views(language)["search"]
    assert isinstance(view, SearchView)
    return view


def heard(window: KioskWindow) -> list[Intent]:
    found: list[Intent] = []
    window.intent.connect(found.append)
    return found


def test_committed_text_letters_and_backspace_are_reported(window: KioskWindow, show: Callable[[View], None]) -> None:
    show(msgspec.structs.replace(view_of(), text=""))
    found, keyboard = heard(window), window.findChild(KeyboardPanel)
    assert keyboard is not None
    keyboard.composed.emit("she bao")
    keyboard.composed.emit("")
    keyboard.text_committed.emit("社保")
    keyboard.backspace.emit()
    assert [intent.text for intent in found if isinstance(intent, Searched)] == ["she bao", "", "社保", "社"]


def test_new_results_replace_the_tiles_and_keep_the_keyboard(window: KioskWindow, show: Callable[[View], None]) -> None:
    view = view_of()
    show(view)
    keyboard = window.findChild(KeyboardPanel)
    assert len([card for card in window.findChildren(TileCard) if card.isVisible()]) == len(view.tiles)
    show(msgspec.structs.replace(view, text="社保卡", tiles=view.tiles[:1]))
    assert window.findChild(KeyboardPanel) is keyboard
    assert [card.tile for card in window.findChildren(TileCard) if card.isVisible()] == [view.tiles[0]]
    show(msgspec.structs.replace(view, text="x", tiles=(), advice="没有找到。"))
    assert [card for card in window.findChildren(TileCard) if card.isVisible()] == []


def test_a_tile_opens_its_service_and_done_the_first(
    window: KioskWindow, show: Callable[[View], None], qtbot: QtBot, clock: SteadyClock
) -> None:
    view = view_of()
    show(view)
    clock.now += 5
    found = heard(window)
    cards = [card for card in window.findChildren(TileCard) if card.isVisible()]
    qtbot.mouseClick(cards[1], Qt.MouseButton.LeftButton)
    keyboard = window.findChild(KeyboardPanel)
    assert keyboard is not None
    keyboard.done.emit()
    assert [intent.id for intent in found if isinstance(intent, ServiceChosen)] == [view.tiles[1].id, view.tiles[0].id]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("shape", [(1080, 1920), (1920, 1080)])
@pytest.mark.parametrize("care", [False, True])
@pytest.mark.parametrize("found", [True, False])
def test_the_whole_keyboard_is_on_the_page(
    window: KioskWindow,
    show: Callable[[View], None],
    language: Language,
    shape: tuple[int, int],
    care: bool,
    found: bool,
) -> None:
    window.resize(*shape)
    view = sample_views(language, care)["search"]
    assert isinstance(view, SearchView)
    advice = load_texts(TEXTS)("search.none", language, phone="12345")
    show(view if found else msgspec.structs.replace(view, tiles=(), advice=advice))
    keyboard = window.findChild(KeyboardPanel)
    assert keyboard is not None
    assert keyboard.height() >= keyboard.sizeHint().height()
    assert keyboard.visibleRegion().boundingRect() == keyboard.rect()


def test_another_language_builds_the_page_anew_with_what_was_typed(
    window: KioskWindow, show: Callable[[View], None]
) -> None:
    show(view_of())
    show(view_of(Language.ENGLISH))
    assert len([card for card in window.findChildren(TileCard) if card.isVisible()]) == 2
