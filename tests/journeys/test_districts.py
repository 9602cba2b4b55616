"""Districts: which rule counts, who decides, and two of them side by side, in three languages."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from kiosk import intents as do
from kiosk.journey.context import Context
from kiosk.views import ChoiceView, ComparisonView, Language, NoticeView, ServiceView
from tests.journeys.citizen import TODAY, Citizen, make_context

ALLOWANCE, RENTAL = "civil/longevity-allowance", "housing/public-rental"


@pytest.fixture(scope="module")
def context() -> Context:
    return make_context()


def compared(context: Context, service: str, language: Language = Language.SIMPLIFIED) -> Citizen:
    return Citizen(context).does(do.LanguageChosen(language), do.ServiceChosen(service), do.Chosen("compare"))


def page(citizen: Citizen) -> ComparisonView:
    assert isinstance(citizen.view, ComparisonView)
    return citizen.view


def test_the_worked_example_city_and_huangpu_side_by_side(context: Context) -> None:
    view = page(compared(context, ALLOWANCE, Language.ENGLISH))
    assert (view.left, view.right) == ("Tianhe", "Huangpu")
    monthly = view.rows[0]
    assert all(f" {yuan} yuan" in monthly.left for yuan in (30, 100, 200, 300))
    assert all(f" {yuan} yuan" in monthly.right for yuan in (80, 150, 250, 350))
    basis = next(row for row in view.rows if row.label == "Basis")
    assert basis.left == "The city's rule counts"
    assert "1 January 2024" in basis.right or "2024" in basis.right


def test_what_differs_stands_before_what_is_the_same(context: Context) -> None:
    same = [row.left == row.right for row in page(compared(context, RENTAL)).rows]
    assert same == sorted(same)
    assert {True, False} == set(same)


def test_the_faster_district_and_who_decides_are_told(context: Context) -> None:
    view = page(compared(context, RENTAL))
    assert (view.left, view.right) == ("天河区", "花都区")
    assert "天河区快10天" in view.saved
    decided = next(row for row in view.rows if row.label == "由谁决定")
    assert decided.left.startswith("天河区")
    assert decided.right.startswith("花都区")


def test_any_two_districts_can_be_chosen(context: Context) -> None:
    citizen = compared(context, ALLOWANCE)
    citizen.does(do.Chosen("left"))
    assert isinstance(citizen.view, ChoiceView)
    assert len(citizen.view.options) == 11
    assert citizen.view.chosen == "440106"
    assert [option.id for option in citizen.view.options if option.detail] == ["440112"]
    citizen.does(do.Chosen("440112"))
    assert page(citizen).left == "黄埔区"
    assert page(citizen).saved == ()  # the same twice: nothing is saved, nothing differs
    assert all(row.left == row.right for row in page(citizen).rows)
    citizen.does(do.Chosen("right"), do.Chosen("440103"))
    assert page(citizen).right == "荔湾区"


def test_the_way_back_leads_to_the_service_and_to_the_menu(context: Context) -> None:
    citizen = compared(context, ALLOWANCE).does(do.Chosen("left"), do.BackPressed())
    assert isinstance(citizen.view, ComparisonView)
    citizen.does(do.BackPressed())
    assert isinstance(citizen.view, ServiceView)
    citizen.does(do.BackPressed())
    assert citizen.page == "MenuView"


def test_what_no_such_page_offers_changes_nothing(context: Context) -> None:
    citizen = compared(context, ALLOWANCE)
    before = citizen.view
    citizen.does(do.Chosen("nowhere"), do.Confirmed(), do.ServiceChosen(RENTAL))
    assert citizen.view == before
    citizen.does(do.Chosen("left"), do.Chosen("999999"))
    assert isinstance(citizen.view, ChoiceView)


def test_a_service_that_is_the_same_everywhere_offers_no_comparison(context: Context) -> None:
    citizen = Citizen(context).does(do.ServiceChosen("hrss/enrolment-certificate"))
    assert isinstance(citizen.view, ServiceView)
    assert citizen.view.compare == ""
    citizen.does(do.Chosen("compare"))
    assert isinstance(citizen.view, ServiceView)


@pytest.mark.parametrize("language", Language)
def test_every_overlay_differs_from_the_city_and_says_why(context: Context, language: Language) -> None:
    told = 0
    for district, service in context.catalogue.overlays:
        other = "440103" if district != "440103" else "440104"
        while (other, service) in context.catalogue.overlays:
            other = str(int(other) + 1)
        there = replace(context, terminal=replace(context.terminal, district=other, site="hall"))
        citizen = compared(there, service, language).does(do.Chosen("right"), do.Chosen(district))
        view = page(citizen)
        different = [row for row in view.rows if row.left != row.right]
        assert different, (district, service)
        assert all(row.label and row.left and row.right for row in view.rows), (district, service)
        told += 1
    assert told == len(context.catalogue.overlays)


def test_a_district_that_decides_itself_is_named_on_the_services_page(context: Context) -> None:
    citizen = Citizen(context).does(do.ServiceChosen(RENTAL))
    assert isinstance(citizen.view, ServiceView)
    assert [row.value for row in citizen.view.facts if row.label == "由谁决定"] == ["天河区住房保障部门（演示）"]


ENROLMENT = "medical/resident-enrolment"


def rule_of(context: Context, hukou: str, street: str) -> str:
    """The district's own rule as the notice tells it, for somebody registered in this district and street."""
    known = {"hukou_district": hukou, "hukou_street": street}
    citizen = Citizen(context, known=known).does(do.Begun(), do.ServiceChosen(ENROLMENT))
    while not (isinstance(citizen.view, ChoiceView) and citizen.view.title == "住在哪个区？"):
        citizen.step()
    citizen.does(do.Chosen("440106"))
    assert isinstance(citizen.view, NoticeView)
    return " ".join(citizen.view.paragraphs)


def test_a_streets_rule_stands_over_the_districts_and_that_over_the_citys(context: Context) -> None:
    catalogue = context.catalogue
    district, street = catalogue.overlays["440106", ENROLMENT], catalogue.streets["440106", "车陂街", ENROLMENT]
    assert street.note.hans in rule_of(context, "440106", "车陂街")
    assert district.note.hans in rule_of(context, "440106", "石牌街")
    assert district.note.hans in rule_of(context, "440105", "车陂街")  # that street is in another district
    assert catalogue.resolve(ENROLMENT, "440103", TODAY, "车陂街").overlay is None


def test_a_street_keeps_what_its_district_changed_and_it_did_not(context: Context) -> None:
    catalogue = context.catalogue
    district = msgspec.structs.replace(catalogue.overlays["440106", ENROLMENT], promise_days=3)
    changed = replace(catalogue, overlays={**catalogue.overlays, ("440106", ENROLMENT): district})
    assert changed.resolve(ENROLMENT, "440106", TODAY, "车陂街").service.promise_days == 3


def test_figures_with_a_name_are_compared(context: Context) -> None:
    here = replace(context, terminal=replace(context.terminal, district="440105"))
    rows = {row.label: (row.left, row.right) for row in page(compared(here, "education/student-aid")).rows}
    assert rows["补助标准"] != ("", "")
    assert rows["补助标准"][0] != rows["补助标准"][1]
