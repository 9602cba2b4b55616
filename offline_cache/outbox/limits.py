"""What a service allows to be promised while the centre cannot be asked: how many at once, up to what amount. Pure."""

from __future__ import annotations

from offline_cache.contract import Terms

MOST_VALID_DAYS = 3650
TOO_MANY_WAITING = "too_many_waiting"
AMOUNT_OFFLINE = "amount_offline"


def refusal(terms: Terms, waiting: int, *, online: bool) -> str:
    """Why a transaction may not be promised now; empty when it may. `waiting`: of its service, not answered yet.

    The number counts whatever the line is doing: each one is a promise that no office has seen. The amount counts
    without the line only, for with it the office sees the payment at once.
    """
    if terms.most_waiting and waiting >= terms.most_waiting:
        return TOO_MANY_WAITING
    if not online and terms.amount_fen > terms.most_fen:
        return AMOUNT_OFFLINE
    return ""
