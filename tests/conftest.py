"""What every test gets: no real screen, a fixed locale of time, and no leftover environment of a supervisor."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile("ours", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ours")  # how fast inputs are made says something about the machine, not about us
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.pop("NOTIFY_SOCKET", None)
