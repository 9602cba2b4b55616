"""What every test gets: no real screen, a fixed locale of time, and no leftover environment of a supervisor."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.pop("NOTIFY_SOCKET", None)
