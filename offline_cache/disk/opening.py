"""Opens the store for its owner; a damaged one is salvaged first. Says meanwhile that nothing is accepted."""

from __future__ import annotations

import logging

from offline_cache.clock import Clock
from offline_cache.errors import StoreUnavailable
from offline_cache.outbox.schedule import Draw
from offline_cache.store import Place, Store, open_store, salvage_store

log = logging.getLogger(__name__)

SALVAGING = "salvaging"
REPAIRABLE = ("damaged", "chain_broken")


class Opener:
    """Call it for an open, checked store. Raises StoreUnavailable."""

    def __init__(self, place: Place, clock: Clock, draw: Draw) -> None:
        self._place, self._clock, self._draw = place, clock, draw
        self._busy = ""

    @property
    def busy(self) -> str:
        """Why commands are refused without waiting for the owner; empty when they are not."""
        return self._busy

    def __call__(self) -> Store:
        """Open the store, saving what verifies if its file is damaged."""
        try:
            return open_store(self._place, self._clock, self._draw)
        except StoreUnavailable as error:
            if error.reason not in REPAIRABLE:
                raise
            self._salvage(error)
        return open_store(self._place, self._clock, self._draw)

    def _salvage(self, damage: StoreUnavailable) -> None:
        self._busy = SALVAGING
        try:
            salvage_store(self._place, self._clock)
        except StoreUnavailable as error:
            if error.reason == "disk_full":  # there may be a reserve to give up
                raise
            log.error("nothing could be salvaged: %s", error)
            raise damage from error
        finally:
            self._busy = ""
