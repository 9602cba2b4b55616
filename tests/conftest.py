"""What every test gets: no real screen, a fixed locale of time, and no leftover environment of a supervisor."""

from __future__ import annotations

import inspect
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("ours", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ours")  # how fast inputs are made says something about the machine, not about us
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.pop("NOTIFY_SOCKET", None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that holds something to a deadline runs with nothing beside it: `./run test` gives it a turn alone."""
    for item in items:
        if isinstance(item, pytest.Function) and "monotonic()" in inspect.getsource(item.function):
            item.add_marker("alone")


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory, for stores that are opened by the thousand: a sync costs nothing there."""
    home = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="doorstep-", dir=home if home.is_dir() else tmp_path) as folder:
        yield Path(folder)
