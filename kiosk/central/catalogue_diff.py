"""What changed between two versions of the catalogue, in words that an officer can check. Decides nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any


def differences(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> list[str]:
    """One line for each file that came, went or changed, with the fields that did."""
    lines = [f"new: {path}" for path in sorted(new.keys() - old.keys())]
    lines += [f"gone: {path}" for path in sorted(old.keys() - new.keys())]
    for path in sorted(path for path in old.keys() & new.keys() if old[path] != new[path]):
        lines.append(f"changed: {path}{_fields(old[path], new[path])}")
    return lines


def _fields(old: bytes, new: bytes) -> str:
    try:
        before, after = _flat(tomllib.loads(old.decode())), _flat(tomllib.loads(new.decode()))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return ""
    changed = [name for name in sorted(before.keys() | after.keys()) if before.get(name) != after.get(name)]
    said = [f"{name} {_shown(before, name)} -> {_shown(after, name)}" for name in changed]
    return ": " + "; ".join(said) if said else " (comments or order only)"


def _flat(value: Any, name: str = "") -> dict[str, Any]:
    if isinstance(value, dict):
        parts = value.items()
    elif isinstance(value, list):
        parts = {str(place): part for place, part in enumerate(value, start=1)}.items()
    else:
        return {name: value}
    return {key: leaf for part, inner in parts for key, leaf in _flat(inner, f"{name}.{part}".lstrip(".")).items()}


def _shown(fields: Mapping[str, Any], name: str) -> str:
    return repr(fields[name]) if name in fields else "absent"
