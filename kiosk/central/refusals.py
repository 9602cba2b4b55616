"""How the centre says no."""

from __future__ import annotations

from collections.abc import Mapping


class Refusal(Exception):
    """An answer that is not the wanted one: status, a reason word, further members, headers."""

    def __init__(self, status: int, reason: str, headers: Mapping[str, str] | None = None, **members: object) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason
        self.headers = dict(headers or {})
        self.members = members
