"""Which screen shows which view. Each is imported on first use, so that the first paint comes early."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from kiosk.views import DisplayView, HelpView, StillThereView, View
from ui.screens.base import Scene, Screen

_PLACES: dict[str, tuple[str, str]] = {
    "AttractView": ("attract", "AttractScreen"),
    "MenuView": ("menu", "MenuScreen"),
    "SearchView": ("search", "SearchScreen"),
    "ServiceView": ("service", "ServiceScreen"),
    "ComparisonView": ("comparison", "ComparisonScreen"),
    "NoticeView": ("notice", "NoticeScreen"),
    "CardView": ("card", "CardScreen"),
    "CodeView": ("code", "CodeScreen"),
    "ChoiceView": ("choice", "ChoiceScreen"),
    "ChoicesView": ("choices", "ChoicesScreen"),
    "EntriesView": ("entries", "EntriesScreen"),
    "SignatureView": ("signature", "SignatureScreen"),
    "DateView": ("date", "DateScreen"),
    "TextView": ("text", "TextScreen"),
    "PhotoView": ("photo", "PhotoScreen"),
    "ReviewView": ("review", "ReviewScreen"),
    "DocumentView": ("document", "DocumentScreen"),
    "RecordsView": ("records", "RecordsScreen"),
    "WorkingView": ("working", "WorkingScreen"),
    "PrintingView": ("printing", "PrintingScreen"),
    "ResultView": ("result", "ResultScreen"),
    "RatingView": ("rating", "RatingScreen"),
    "GoodbyeView": ("goodbye", "GoodbyeScreen"),
    "ProblemView": ("problem", "ProblemScreen"),
    "StillThereView": ("overlays", "StillThereScreen"),
    "HelpView": ("overlays", "HelpScreen"),
    "DisplayView": ("display", "DisplayScreen"),
    "OutOfServiceView": ("out_of_service", "OutOfServiceScreen"),
    "TechnicianView": ("technician", "TechnicianScreen"),
}

OVERLAYS: tuple[type[View], ...] = (StillThereView, HelpView, DisplayView)


def screen_for(view: View, scene: Scene) -> Screen[Any]:
    """A new screen for `view`. KeyError for a view type without a screen: a bug."""
    module, name = _PLACES[type(view).__name__]
    screen: Screen[Any] = getattr(import_module(f"ui.screens.{module}"), name)(scene)
    return screen


def load_all() -> None:
    """Import every screen now, while nobody waits."""
    for module, _ in _PLACES.values():
        import_module(f"ui.screens.{module}")
