"""The shipped catalogue, loaded once for all journeys."""

from __future__ import annotations

import pytest

from kiosk.journey.context import Context
from tests.journeys.citizen import Citizen, make_context


@pytest.fixture(scope="session")
def context() -> Context:
    return make_context()


@pytest.fixture
def citizen(context: Context) -> Citizen:
    return Citizen(context)
