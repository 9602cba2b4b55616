"""Which guide light shines beside which page: it shows a hand where to go. Pure.

Not responsible for the panel: a terminal without one simply has no lights.
"""

from __future__ import annotations

from drivers.contract.panel import GuideLight
from kiosk.views import AnyView, CardView, PrintingView


def light_of(view: AnyView) -> GuideLight | None:
    """The light of a page; None for a page that asks for no hand at a slot."""
    match view:
        case CardView(reading=False):
            return GuideLight.ID_CARD
        case PrintingView(kind="document"):
            return GuideLight.DOCUMENT
        case PrintingView(kind="receipt"):
            return GuideLight.RECEIPT
    return None
