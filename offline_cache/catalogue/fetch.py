"""Fetches the catalogue's files from the centre, within a size and the caller's time. Nothing is unfolded here."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.ipc import Control
from offline_cache.catalogue.client import Fetched
from offline_cache.line.http import Exchanger, Request

REFRESH_S = 120.0
"""For one file; a parcel of 7 MB at 0.5 Mbit/s."""


@dataclass(frozen=True)
class CentreFetch:
    """GET of `/v1/catalogue/<name>`; each file has `within_s` from first to last byte, however slowly it drips."""

    exchanger: Exchanger
    within_s: float = REFRESH_S

    def __call__(self, name: str, cap_bytes: int, tag: str = "") -> Fetched:
        """Raises NoLine (also for an answer that is too long) and NotInTime."""
        request = Request("GET", f"/v1/catalogue/{name}", cap_bytes=cap_bytes, tag=tag)
        reply = self.exchanger.exchange(request, Control(self.within_s))
        return Fetched(reply.status, reply.body, reply.tag)
