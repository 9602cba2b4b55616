"""The base of all commands, apart from their list so that each role can have a file of its own."""

from __future__ import annotations

import msgspec


class Command(msgspec.Struct, frozen=True, tag=True):
    """Base of all commands; the deadline travels beside it."""
