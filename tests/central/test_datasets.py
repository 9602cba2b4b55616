"""Generic datasets of the sample city: a person's own records, narrowed by what was asked, never somebody else's."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from kiosk.central.database import Database
from kiosk.central.records import look_up
from kiosk.central.refusals import Refusal
from kiosk.folders import CONFIG
from kiosk.journey.catalogue import load_catalogue
from kiosk.journey.model import LookupStep
from kiosk.texts import load_texts
from tests.central.conftest import PEOPLE

HUANG, LI = PEOPLE["huang-guixiang"]["number"], PEOPLE["li-zhaotang"]["number"]
MOTHER, CHILD = PEOPLE["chen-meilan"]["number"], PEOPLE["huang-xiaoyu"]["number"]


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
    with pytest.raises(Refusal, match="not_kin"):
        titles(sqlite_template, "vehicle_violations", HUANG, **{"for": LI})


def test_a_parent_sees_a_registered_childs_records_and_nobody_elses(sqlite_template: Path) -> None:
    shots = titles(sqlite_template, "vaccination_shots", MOTHER, **{"for": CHILD})
    assert "乙肝疫苗" in shots
    assert shots != titles(sqlite_template, "vaccination_shots", MOTHER)
    with pytest.raises(Refusal, match="not_kin"):
        titles(sqlite_template, "vaccination_shots", MOTHER, **{"for": PEOPLE["liang-yichen"]["number"]})


def test_a_son_sees_his_fathers_records(sqlite_template: Path) -> None:
    son = PEOPLE["li-jianguo"]["number"]
    fathers = titles(sqlite_template, "disability_subsidies", LI)
    assert fathers
    assert titles(sqlite_template, "disability_subsidies", son, **{"for": LI}) == fathers


def test_open_data_is_found_without_a_person_and_a_persons_data_is_not(sqlite_template: Path) -> None:
    assert titles(sqlite_template, "company_credit", "", company_name="广州演示科技有限公司") == [
        "广州演示科技有限公司"
    ]
    assert titles(sqlite_template, "company_credit", "", company_name="没有这家公司") == []
    assert titles(sqlite_template, "company_credit", HUANG) == []
    assert titles(sqlite_template, "vehicle_violations", "") == []
    assert titles(sqlite_template, "resident_contributions", "", **{"for": HUANG}) == []
    with pytest.raises(Refusal, match="unknown_dataset"):
        titles(sqlite_template, "cases", "")


def test_every_look_up_of_the_catalogue_has_its_dataset_and_only_open_ones_ask_nobody() -> None:
    catalogue = load_catalogue(CONFIG, load_texts(CONFIG / "texts"))
    folder = CONFIG / "samples" / "datasets"
    open_ones = {path.stem for path in folder.glob("*.toml") if tomllib.loads(path.read_text("utf-8")).get("open")}
    for service in catalogue.services.values():
        asked = {step.dataset for step in service.steps if isinstance(step, LookupStep) and not step.public}
        asked -= {"cases", "issued"}
        assert all((folder / f"{dataset}.toml").is_file() for dataset in asked), service.id
        assert not asked or (service.identity == "L0") == (asked <= open_ones), service.id


def test_what_is_open_is_found_for_nobody_and_only_by_the_words_that_were_asked(sqlite_template: Path) -> None:
    assert titles(sqlite_template, "utility_bills", "", bill="水费", account="88000001") == ["水费 2026年10月"]
    assert titles(sqlite_template, "utility_bills", "", bill="电费", account="88000001") == []
    assert titles(sqlite_template, "same_names", "", full_name="黄桂香") == ["黄桂香"]
    assert titles(sqlite_template, "same_names", "", full_name="黄桂") == []


def test_what_is_a_persons_own_is_not_found_for_nobody(sqlite_template: Path) -> None:
    assert titles(sqlite_template, "household_members", "") == []
    assert len(titles(sqlite_template, "household_members", HUANG)) == 3
