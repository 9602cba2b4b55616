"""What a verified version may hold: which role may bring which path, which files at all, and that each is whole.

Not responsible for signatures (trust). A district's key reaches `districts/<its code>/` and nothing else, and the
city's key reaches everything but those: delegated means given away.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence

from tuf.api.metadata import TargetFile, Targets

from offline_cache.catalogue.refused import CatalogueRefusedError

FOLDERS = frozenset({"services", "codes", "texts", "templates"})
MOST_ITEM_BYTES = 1024 * 1024
MOST_PATHS = 50_000
_PATH = re.compile(r"[a-z]{1,16}(/[a-z0-9_-][a-z0-9._-]{0,63}){1,3}")
_ENDINGS = (".toml", ".typ")
_DISTRICT = "district-"


def allowed_paths(roles: Mapping[str, Targets]) -> dict[str, TargetFile]:
    """All paths of a version. Raises CatalogueRefusedError (foreign, too_large)."""
    paths: dict[str, TargetFile] = {}
    delegations = roles["targets"].delegations
    known = (delegations.roles or {}) if delegations is not None else {}
    for role, targets in roles.items():
        for path, info in targets.targets.items():
            own = path.split("/")[0] in FOLDERS
            if role != "targets":
                own = role.startswith(_DISTRICT) and path.startswith(f"districts/{role.removeprefix(_DISTRICT)}/")
                own = own and role in known and known[role].is_delegated_path(path)
            if not own or not _PATH.fullmatch(path) or not path.endswith(_ENDINGS):
                raise CatalogueRefusedError("foreign", f"{role} may not bring {path[:100]!r}")
            if info.length > MOST_ITEM_BYTES:
                raise CatalogueRefusedError("too_large", path)
            paths[path] = info
    if len(paths) > MOST_PATHS:
        raise CatalogueRefusedError("too_large", f"{len(paths)} paths")
    return paths


def check_items(
    paths: Mapping[str, TargetFile], items: Sequence[bytes], have: Callable[[bytes], bool]
) -> tuple[dict[str, bytes], dict[bytes, bytes]]:
    """SHA-256 by path, and the new items by SHA-256. `have` says whether an item is kept already.

    Raises CatalogueRefusedError: altered for one that is missing or of another length, foreign for one nobody names.
    """
    arrived = {hashlib.sha256(item).digest(): item for item in items}
    named: dict[str, bytes] = {}
    for path, info in paths.items():
        digest = _digest(path, info)
        if digest in arrived:
            if len(arrived[digest]) != info.length:
                raise CatalogueRefusedError("altered", path)
        elif not have(digest):
            raise CatalogueRefusedError("altered", f"{path} is missing")
        named[path] = digest
    if arrived.keys() - set(named.values()):
        raise CatalogueRefusedError("foreign", "an item that no path names")
    return named, arrived


def _digest(path: str, info: TargetFile) -> bytes:
    text = info.hashes.get("sha256", "")
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        raise CatalogueRefusedError("malformed", f"{path} without a SHA-256")
    return bytes.fromhex(text)
