"""Whether records of a terminal's journal follow one another: the hash chain of docs/journal.md, read anew."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def follows(previous: str, record: dict[str, Any]) -> bool:
    """Whether a record names `previous` (hex) as its predecessor's hash, and its own hash is over its values.

    A record after a gap that a salvage left names another one; its head is then judged by the hash alone.
    """
    try:
        before = bytes.fromhex(record["previous"])
        text = json.dumps(record["values"], ensure_ascii=False, separators=(",", ":"))
        own = hashlib.sha256(before + text.encode()).hexdigest()
        numbered = isinstance(record["values"][0], int)
        return bool(numbered and record["hash"] == own and (record["previous"] == previous or not previous))
    except (IndexError, KeyError, TypeError, ValueError):
        return False
