"""Envelopes that cross a process boundary, and their limits.

Not responsible for what the bodies mean: each contract (drivers.contract, offline_cache.contract)
brings its own tagged unions.
Words and life cycle are XFS4IoT's: a command has an id, a deadline and its own cancel token; zero or
more events; exactly one completion.
"""

from __future__ import annotations

import msgspec

MAX_MESSAGE_BYTES = 24 * 1024 * 1024
"""A sealed certificate with pictures stays far below this; anything longer is a fault."""
NOT_UNDERSTOOD = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding a message raises when it is none: also for a tag that is not UTF-8, and for a thousand nested lists."""


class Envelope(msgspec.Struct, frozen=True, tag=True):
    """Base of everything on the wire."""


class Submit(Envelope, frozen=True):
    """A command: `body` is the encoded command, `within_s` its deadline counted from arrival."""

    id: int
    within_s: float
    body: msgspec.Raw


class Cancel(Envelope, frozen=True):
    """Stop command `id` as soon as it can be stopped; its completion still comes."""

    id: int


class Progress(Envelope, frozen=True):
    """An event of command `id`."""

    id: int
    body: msgspec.Raw


class Done(Envelope, frozen=True):
    """The completion of command `id`, successful."""

    id: int
    body: msgspec.Raw


class Failed(Envelope, frozen=True):
    """The completion of command `id`, failed; `body` is the contract's error value."""

    id: int
    body: msgspec.Raw


class Notice(Envelope, frozen=True):
    """Unsolicited: a state changed."""

    body: msgspec.Raw


Inbound = Submit | Cancel
Outbound = Progress | Done | Failed | Notice
