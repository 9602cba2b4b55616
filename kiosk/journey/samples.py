"""The sample citizen whom a service is shown and walked with: its `sample` on top of the usual one (演示).

A service for people whose card runs out, or who are not registered here, is never reached by a citizen who has a
long-term card and lives in Tianhe. Pure; nothing here is used for a real citizen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from drivers.contract.values import IdCard
from kiosk.journey.model import Service
from kiosk.journey.rules import CARD_FIELDS, KNOWN_FIELDS

ON_CARD = frozenset(CARD_FIELDS) - {"layout"}


def card_of(service: Service, card: IdCard) -> IdCard:
    """The card that is laid on the reader for a walk."""
    return msgspec.structs.replace(card, **{name: said for name, said in service.sample.items() if name in ON_CARD})


def known_of(service: Service, known: Mapping[str, str]) -> dict[str, str]:
    """What the city knows of the sample citizen; "" takes a field away."""
    own = {name: said for name, said in service.sample.items() if name in KNOWN_FIELDS}
    return {name: said for name, said in {**known, **own}.items() if said}


def sample_mistakes(service: Service) -> Iterator[str]:
    """What is wrong with `sample`, one line each."""
    for name in sorted(service.sample.keys() - ON_CARD - set(KNOWN_FIELDS)):
        yield f"sample: {name} is no field of the card and none that the city knows"
