"""Generic datasets of the sample city: a person's own records, narrowed by what was asked, never somebody else's."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.central.database import Database
from kiosk.central.records import look_up
from kiosk.central.refusals import Refusal
from tests.central.conftest import PEOPLE

HUANG, LI = PEOPLE["huang-guixiang"]["number"], PEOPLE["li-zhaotang"]["number"]


def titles(path: Path, dataset: str, number: str, **parameters: str) -> list[str]:
    """The titles of the records found."""
    database = Database(f"sqlite:///{path}")
    try:
        with database.transaction() as session:
            return [record.title for record in look_up(session, dataset, number, parameters, {})]
    finally:
        database.close()


def test_records_are_narrowed_by_what_was_asked(sqlite_template: Path) -> None:
    assert len(titles(sqlite_template, "vehicle_violations", HUANG)) == 2
    assert len(titles(sqlite_template, "vehicle_violations", HUANG, plate="粤A12345")) == 2
    assert titles(sqlite_template, "vehicle_violations", HUANG, plate="粤B99999") == []


def test_a_person_without_records_has_none_and_an_unknown_dataset_is_said(sqlite_template: Path) -> None:
    nobody = PEOPLE["chen-meilan"]["number"]
    assert titles(sqlite_template, "vehicle_violations", nobody) == []
    with pytest.raises(Refusal, match="unknown_dataset"):
        titles(sqlite_template, "moon", HUANG)


def test_only_what_anybody_may_pay_is_shown_for_another_person(sqlite_template: Path) -> None:
    assert len(titles(sqlite_template, "resident_contributions", HUANG, **{"for": LI})) == 2
    own = titles(sqlite_template, "vehicle_violations", HUANG)
    assert titles(sqlite_template, "vehicle_violations", HUANG, **{"for": LI}) == own
    assert len(own) != len(titles(sqlite_template, "vehicle_violations", LI))
