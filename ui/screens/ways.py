"""The quiet list of other ways at the foot of a page (no card with me, send the code again, …)."""

from __future__ import annotations

from PySide6.QtCore import SignalInstance
from PySide6.QtWidgets import QVBoxLayout

from kiosk.intents import Chosen
from kiosk.views import Option
from ui.components.button import Button
from ui.components.kit import Kit


def add_other_ways(intent: SignalInstance, kit: Kit, box: QVBoxLayout, others: tuple[Option, ...]) -> None:
    """Add one button for each of `others` to `box`; pressing emits Chosen on `intent`."""
    for option in others:
        button = Button(kit, option.label, "second")
        button.setEnabled(option.enabled)
        button.setAccessibleDescription(option.detail)
        button.clicked.connect(lambda _=False, chosen=option.id: intent.emit(Chosen(chosen)))
        box.addWidget(button)
