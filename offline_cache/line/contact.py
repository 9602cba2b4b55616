"""What is done whenever the centre is asked how it is: its time first, then one duty after another.

A duty is light; what takes long has a thread of its own. One that fails does not keep the others from their turn.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
from collections.abc import Callable, Sequence

from kiosk.ipc import Cancelled, Control, DeadlineExceeded
from offline_cache.errors import StoreError
from offline_cache.line import wire
from offline_cache.line.central import Centre
from offline_cache.owner import Owner
from offline_cache.store import Store
from offline_cache.trust.signed_text import read_signed
from offline_cache.trust.trusted_time import TrustedTime

log = logging.getLogger(__name__)

TIME_PREFIX = "DT1."
Duty = Callable[[Control], None]
"""Something to do at a contact; raises CentreError, StoreError, DeadlineExceeded or Cancelled."""


class Contact:
    """Call it at each probe of the line. Raises CentreError when the centre does not answer."""

    def __init__(self, owner: Owner, centre: Centre, time: TrustedTime, duties: Sequence[Duty]) -> None:
        self._owner, self._centre, self._time, self._duties = owner, centre, time, duties
        self._signing_key: bytes | None = None

    def believe(self, store: Store) -> None:
        """The store was opened, or the centre pinned: whose signature counts from now on."""
        keys = store.trust.keys()
        self._signing_key = keys.signing_key if keys is not None else None

    def __call__(self, control: Control) -> None:
        """Ask, then do what is to be done."""
        self._ask_time(control)
        for duty in self._duties:
            try:
                duty(control)
            except (StoreError, DeadlineExceeded) as error:
                log.info("%s put off: %s", getattr(duty, "__qualname__", duty), str(error) or "no time left")
            except Cancelled:
                return

    def _ask_time(self, control: Control) -> None:
        nonce = secrets.token_urlsafe(16)
        health = self._centre.health(nonce, control)
        if self._signing_key is None:
            return
        stated = read_signed(TIME_PREFIX, health.time, self._signing_key, wire.SignedTime)
        if stated is None or stated.n != nonce:
            log.warning("the centre's time is not signed by the key that we have pinned")
        elif self._time.hear(stated.t):
            with contextlib.suppress(StoreError, Cancelled, DeadlineExceeded):
                self._owner.run(self._keep_time, control)

    def _keep_time(self, store: Store) -> None:
        with store.database.transaction():
            self._time.keep(store.database)
