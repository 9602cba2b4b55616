"""Judge what a service allows without the line: the limits of age, number and amount of offline captures."""

from __future__ import annotations

from collections.abc import Iterator

from kiosk.journey.model import OfflineLimits, Service, Step, SubmitStep

MOST_DAYS, MOST_WAITING = 365, 20_000


def limit_mistakes(service: Service) -> Iterator[str]:
    """What is wrong with `offline_limits`, one line each."""
    limits = service.offline_limits
    sends = service.offline == "Q" or service.offline == "A" and any(map(_sends, service.steps))
    if limits is None:
        if sends:
            yield f"offline_limits: {service.offline} needs them: valid_days, waiting, amount_fen where money is paid"
        return
    if not sends:
        yield f"offline_limits: {service.offline} sends nothing later; only Q has them"
    yield from _sizes(limits)
    if service.is_fee and limits.amount_fen < 1:
        yield "offline_limits: amount_fen must say up to what amount is taken without the line"
    if not service.is_fee and limits.amount_fen:
        yield "offline_limits: amount_fen has no meaning where nothing is paid (is_fee)"


def _sends(step: Step) -> bool:
    return isinstance(step, SubmitStep)


def _sizes(limits: OfflineLimits) -> Iterator[str]:
    if not 1 <= limits.valid_days <= MOST_DAYS:
        yield f"offline_limits: valid_days must be 1 to {MOST_DAYS}"
    if not 1 <= limits.waiting <= MOST_WAITING:
        yield f"offline_limits: waiting must be 1 to {MOST_WAITING}"
    if limits.amount_fen < 0:
        yield "offline_limits: amount_fen must not be negative"
