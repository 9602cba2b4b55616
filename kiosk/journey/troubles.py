"""From failures of devices and of the store to problem pages: what happened, what is certain, what to do.

Not responsible for painting them (kiosk.journey.pages).
"""

from __future__ import annotations

from drivers.contract.errors import DeviceFailure
from drivers.contract.status import DeviceRole
from kiosk.journey.session import Phrase, Problem
from kiosk.journey.turn import Broken, Turn
from kiosk.texts import Texts
from offline_cache.contract import StoreFailure

TRY_AGAIN = ("retry", "leave")


def device_text(texts: Texts, role: DeviceRole, kind: str) -> str:
    """The text key for a failure of a device; a kind without words of its own gets the general ones."""
    key = f"device.{role}.{kind}"
    return key if key in texts else f"device.{role}.other"


def store_text(texts: Texts, failure: StoreFailure) -> str:
    """The text key for a failure of the store or the centre; the centre's reason is the most exact."""
    for key in (f"store.reason.{failure.reason}", f"store.{failure.kind}"):
        if key in texts:
            return key
    return "store.other"


def broken(turn: Turn, failed: Broken, options: tuple[str, ...] = TRY_AGAIN) -> Turn:
    """Show a problem page for a failed command; nothing was promised yet."""
    if isinstance(failed.failure, DeviceFailure) and failed.role is not None:
        key = device_text(turn.context.texts, failed.role, failed.failure.kind)
        role = failed.role if failed.failure.kind == "offline" else ""
        return turn.trouble(
            Problem(Phrase(key), options, "certain.nothing_sent", "advice.call", role=role, nearest=True)
        )
    assert isinstance(failed.failure, StoreFailure)
    key = store_text(turn.context.texts, failed.failure)
    return turn.trouble(Problem(Phrase(key), options, "certain.nothing_sent", "advice.call", nearest=failed.offline))


def line_lost(turn: Turn) -> Turn:
    """The service needs the line and there is none: nothing is kept; where else it can be done."""
    return turn.trouble(
        Problem(Phrase("store.offline"), TRY_AGAIN, "certain.nothing_kept", "advice.call", nearest=True)
    )
