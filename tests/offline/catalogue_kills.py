"""`python -m tests.offline.catalogue_kills FOLDER`: terminals that kill themselves at named points of a flip.

For each point of `POINTS`: a store that has version 1 takes version 2, and its process dies there by SIGKILL; then the
store is opened as after a power-on, and what it has active is compared with what was published. Forks, so that a point
costs milliseconds. Prints one JSON object: how often the old version, the new one, and a mixture were found.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from tests.offline.catalogue_city import CONTENT, City, Screen

STATEMENTS = (
    "UPDATE catalogue_state SET active = NULLIF",
    "DELETE FROM catalogue_metadata",
    "INSERT INTO catalogue_metadata",
    "INSERT INTO catalogue_item",
    "INSERT INTO catalogue_version",
    "INSERT INTO catalogue_path",
    "UPDATE catalogue_state SET former",
    "DELETE FROM catalogue_version",
    "DELETE FROM catalogue_item",
    "UPDATE catalogue_state SET tag",
    "COMMIT",
)
POINTS = tuple(f"{moment} {statement}" for statement in STATEMENTS for moment in ("before", "after"))
NEW = {"services/hrss/card.toml": b"new", "services/hrss/second.toml": b"second"}


class Mortal:
    """A connection that ends its process, without warning, around a statement. Everything else is the real one's."""

    def __init__(self, connection: Any, point: str) -> None:
        self._connection, self._point = connection, point

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, sql: str, *values: Any) -> Any:
        self._reach(f"before {sql}")
        answer = self._connection.execute(sql, *values)
        self._reach(f"after {sql}")
        return answer

    def _reach(self, here: str) -> None:
        if here.startswith(self._point):
            os.kill(os.getpid(), signal.SIGKILL)


def die_at(point: str, folder: Path, city: City) -> bool:
    """Fork a terminal that takes version 2 until it dies; whether it did."""
    child = os.fork()
    if child == 0:
        try:
            screen = Screen(folder, city)
            screen.database._connection = Mortal(screen.database._connection, point)
            screen.client.refresh()
        finally:
            os._exit(3)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def main() -> None:
    """Every point once."""
    root = Path(sys.argv[1])
    city = City(root / "city")
    city.publish()
    first = Screen(root / "first", city)
    first.client.refresh()
    first.close()
    image = (root / "first" / "store.db").read_bytes()
    city.publish(**{name.removesuffix(".toml").replace("/", "__"): body for name, body in NEW.items()})
    whole = {1: CONTENT, 2: CONTENT | NEW}
    found: Counter[str] = Counter()
    for number, point in enumerate(POINTS):
        folder = root / f"point-{number}"
        folder.mkdir()
        (folder / "store.db").write_bytes(image)
        if not die_at(point, folder, city):
            found["survived"] += 1
        after = Screen(folder, city)
        active = after.store.active()
        found["mixed" if active.files != whole[active.version] else f"version {active.version}"] += 1
        after.client.refresh()
        found["healed"] += after.store.active().files == whole[2]
        after.close()
    sys.stdout.write(json.dumps({"points": len(POINTS)} | found))


if __name__ == "__main__":
    main()
