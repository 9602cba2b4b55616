"""The city's list of 148 services: each once; each of the 62 that vary gives another, explained result elsewhere."""

from __future__ import annotations

import tomllib

import pytest

from kiosk import intents as do
from kiosk.folders import CONFIG
from kiosk.journey.model import LookupStep, Service
from kiosk.views import ComparisonView, Language
from tests.journeys.citizen import TODAY, Citizen, make_context

CONTEXT = make_context()
CATALOGUE = CONTEXT.catalogue
VARYING = sorted(service.id for service in CATALOGUE.services.values() if service.districts_differ)
FORMS = "general/blank-forms"
"""What varies here are the forms of the other services: shown by the tests of papers."""


def overlays_of(service: str) -> list[str]:
    """The districts with a rule of their own for the service, today."""
    found = ((district, overlay) for (district, named), overlay in CATALOGUE.overlays.items() if named == service)
    return sorted(district for district, overlay in found if overlay.in_force(TODAY))


def listed_by(service: Service, district: str) -> set[str]:
    """The names that a district has in the public list the service shows."""
    datasets = [step.dataset for step in service.steps if isinstance(step, LookupStep) and step.public]
    entries = (entry for name in datasets for entry in CATALOGUE.public[name].entries)
    return {entry.title.of(Language.SIMPLIFIED) for entry in entries if entry.district == district}


def test_every_number_of_the_list_has_one_service() -> None:
    assert sorted(service.no for service in CATALOGUE.services.values()) == list(range(1, 149))
    assert len(VARYING) == 62
    assert all(service.district for service in CATALOGUE.services.values() if service.districts_differ)


@pytest.mark.parametrize("name", [name for name in VARYING if overlays_of(name)])
def test_a_district_with_its_own_rule_differs_from_another_and_says_why(name: str) -> None:
    own = overlays_of(name)
    others = [code for code in CATALOGUE.districts if code != own[0]]
    citizen = Citizen(CONTEXT).does(do.ServiceChosen(name), do.Chosen("compare"))
    for side, code in (("left", own[0]), ("right", own[1] if len(own) > 1 else others[0])):
        citizen.does(do.Chosen(side), do.Chosen(code))
    assert isinstance(citizen.view, ComparisonView)
    different = {row.label: (row.left, row.right) for row in citizen.view.rows if row.left != row.right}
    assert "依据" in different
    assert all(different["依据"])
    assert len(different) > 1, "only the name of the rule differs"


@pytest.mark.parametrize("name", [name for name in VARYING if not overlays_of(name) and name != FORMS])
def test_where_no_rule_differs_the_districts_have_lists_of_their_own(name: str) -> None:
    service = CATALOGUE.services[name]
    lists = {code: listed_by(service, code) for code in CATALOGUE.districts}
    filled = [names for names in lists.values() if names]
    assert len(filled) >= 2
    assert not set.intersection(*filled)


def test_every_label_and_state_of_the_sample_records_has_words() -> None:
    words = CATALOGUE.record_words
    for path in sorted((CONFIG / "samples" / "datasets").glob("*.toml")):
        for record in tomllib.loads(path.read_text(encoding="utf-8"))["record"]:
            said = {label for label, _ in record["rows"]} | ({record["state"]} if record.get("state") else set())
            assert not {word for word in said if word not in words}, path.name
