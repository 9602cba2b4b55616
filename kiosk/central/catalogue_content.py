"""What of `config/` is published, and under which role. Not responsible for whether it makes sense (the linter)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from kiosk.central.catalogue_keys import district_role

FOLDERS = ("services", "districts", "codes", "texts", "templates")
PATH = re.compile(r"[a-z]{1,16}(/[a-z0-9_-][a-z0-9._-]{0,63}){1,3}")
MOST_BYTES = 1024 * 1024
ENDINGS = (".toml", ".typ")


class ContentError(Exception):
    """A file cannot be published; the text is one line."""


def read_content(folder: Path) -> dict[str, bytes]:
    """Path to bytes of everything that is published; ContentError."""
    content: dict[str, bytes] = {}
    for top in FOLDERS:
        for file in sorted((folder / top).rglob("*")):
            if file.is_dir() and not file.is_symlink():
                continue
            path = file.relative_to(folder).as_posix()
            if file.is_symlink() or not PATH.fullmatch(path) or not path.endswith(ENDINGS):
                raise ContentError(f"{path}: not a name that terminals take ({', '.join(ENDINGS)}; a-z 0-9 . _ -)")
            content[path] = file.read_bytes()
            if len(content[path]) > MOST_BYTES:
                raise ContentError(f"{path}: longer than {MOST_BYTES} bytes")
    if not content:
        raise ContentError(f"{folder}: nothing to publish")
    return content


def by_role(content: Mapping[str, bytes], districts: frozenset[str]) -> dict[str, dict[str, bytes]]:
    """The content of each role: `targets` is the city's, `district-<code>` has `districts/<code>/`; ContentError."""
    shared: dict[str, dict[str, bytes]] = {"targets": {}}
    shared.update({district_role(code): {} for code in sorted(districts)})
    for path, body in content.items():
        parts = path.split("/")
        if parts[0] != "districts":
            shared["targets"][path] = body
        elif len(parts) == 3 and parts[1] in districts:
            shared[district_role(parts[1])][path] = body
        else:
            raise ContentError(f"{path}: {parts[1]} is not one of the districts")
    return shared


def district_codes(file: Path) -> frozenset[str]:
    """The codes of the districts to which a part is delegated; ContentError."""
    try:
        return frozenset(str(entry["code"]) for entry in tomllib.loads(file.read_text(encoding="utf-8"))["entries"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ContentError(f"{file.name}: cannot be read as a list of districts") from error
