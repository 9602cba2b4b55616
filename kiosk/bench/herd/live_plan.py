"""What the processes of a live run tell each other, as JSON: the plan, and what came of it."""

from __future__ import annotations

import msgspec


class Account(msgspec.Struct, frozen=True):
    """A terminal that the centre knows, the Ed25519 key that it signs with, and the centre's key that it has pinned."""

    id: str
    private_key: bytes
    centre_key: bytes


class SealingKey(msgspec.Struct, frozen=True):
    """The centre's key that payloads are sealed to: its id, suite and bytes."""

    key_id: str
    suite: str
    public_key: bytes


class Plan(msgspec.Struct, frozen=True):
    """What one process of clients is to do. Times are seconds after `zero_s` of CLOCK_MONOTONIC."""

    url: str
    sealing: SealingKey
    accounts: tuple[Account, ...]
    entries: int
    outage_s: float
    poll_s: float
    zero_s: float
    until_s: float
    seed: int
    first: int = 0
    """Number of the first of these terminals in the fleet."""


class Told(msgspec.Struct, frozen=True):
    """One terminal at the end: of each entry its key, state, and when it ended."""

    number: int
    keys: tuple[str, ...]
    states: tuple[str, ...]
    captured_s: tuple[float, ...]
    ended_s: tuple[float, ...]


class Report(msgspec.Struct, frozen=True):
    """What one process saw: posts, and probes and reports, by second; only what reached the centre."""

    terminals: tuple[Told, ...]
    posts: dict[int, int]
    others: dict[int, int]
    took_s: tuple[float, ...]
