"""A service is withdrawn at every moment of a visit: nothing is sent after it, what was sent is brought to its end."""

from __future__ import annotations

import msgspec
import pytest

from kiosk import intents as do
from kiosk.journey.context import Context
from kiosk.journey.model import RatingStep, SlipStep
from kiosk.views import Readiness
from offline_cache.contract import Accept, IssueCertificate
from offline_cache.contract_catalogue import CatalogueStatus
from tests.journeys.citizen import Citizen, good_status, good_world
from tests.journeys.test_misfortunes import moments

SERVICE = "hrss/social-security-card"
PROMISES = (Accept, IssueCertificate)


def withdrawn(citizen: Citizen, *services: str) -> Citizen:
    store = msgspec.structs.replace(good_status(), catalogue=CatalogueStatus(1, withdrawn=services))
    return citizen.becomes(msgspec.structs.replace(citizen.world, store=store))


def promises(citizen: Citizen) -> int:
    return sum(len(citizen.commands(kind)) for kind in PROMISES)


@pytest.mark.parametrize("service", [SERVICE, "hrss/enrolment-certificate", "general/track-case"])
def test_at_every_moment_it_ends_honestly(context: Context, service: str) -> None:
    told = finished = 0
    for citizen in moments(context, service, lambda: Citizen(context)):
        if citizen.session is None or citizen.session.stage != "steps":
            continue
        step = context.catalogue.services[service].steps[citizen.session.index]
        before, spent = promises(citizen), citizen.session.spent or isinstance(step, SlipStep | RatingStep)
        withdrawn(citizen, service)
        citizen.serve()
        if spent:
            finished += 1
            assert citizen.page != "ProblemView"
            continue
        told += 1
        assert citizen.page == "ProblemView"
        assert "暂停" in citizen.view.happened  # type: ignore[union-attr]  # a ProblemView
        assert promises(citizen) == before
        citizen.does(do.Chosen("menu"))
        assert citizen.page == "MenuView"
    assert told > 2
    assert finished > 0


def test_it_is_told_once_and_help_does_not_lie_over_it(context: Context) -> None:
    citizen = Citizen(context).does(do.Begun(), do.ServiceChosen(SERVICE), do.Confirmed(), do.HelpPressed())
    withdrawn(citizen, SERVICE)
    assert citizen.page == "ProblemView"
    shown = len(citizen.shown)
    withdrawn(citizen, SERVICE, "general/track-case")
    assert len(citizen.shown) == shown


def test_its_page_says_so_before_anybody_begins_it(context: Context) -> None:
    citizen = withdrawn(Citizen(context, good_world()), SERVICE).does(do.Begun(), do.ServiceChosen(SERVICE))
    view = citizen.view
    assert (view.readiness, view.nearest) == (Readiness.UNAVAILABLE, "")  # type: ignore[union-attr]  # a ServiceView
    assert citizen.does(do.Confirmed()).page == "ServiceView"
