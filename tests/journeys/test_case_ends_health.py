"""Health, insurance, families: answers that end a case early say what to do; an emergency asks nobody who she is."""

from __future__ import annotations

import pytest

from drivers.contract.commands import ReadIdCard
from kiosk import intents as do
from kiosk.journey.context import Context
from kiosk.views import ChoiceView, ProblemView
from offline_cache.contract import Accept
from tests.journeys.citizen import Citizen
from tests.journeys.test_case_ends import ROW, visit


@pytest.mark.parametrize(
    ("service", "answers", "advice"),
    [
        ("disabled/certificate-lost", {"类别或等级要改吗？": "other"}, "重新评定"),
        ("health/birth-certificate-booking", {"孩子多大了？": "old"}, "出生公证"),
        ("health/one-child-reward", {"户口在哪个区？": "outside"}, "户籍地申请"),
        ("medical/choose-clinic", {"为什么要改？": "wish"}, "下一年度"),
        ("medical/resident-enrolment", {"您是哪种情况？": "neither"}, "居住登记"),
        ("medical/resident-enrolment", {"有单位在给您交医保吗？": "yes"}, "职工医保"),
    ],
)
def test_an_answer_that_ends_the_case_says_what_to_do(
    context: Context, service: str, answers: ROW, advice: str
) -> None:
    citizen = visit(context, service, answers)
    assert isinstance(citizen.view, ProblemView), citizen.view.title
    assert advice in citizen.view.happened
    assert not citizen.commands(Accept)


def test_a_divorce_by_a_court_is_not_in_the_register(context: Context) -> None:
    citizen = Citizen(context).does(do.Begun(), do.ServiceChosen("civil/marriage-record"))
    while citizen.view.title != "婚姻是在哪里登记的？":
        citizen.step()
    citizen.does(do.Chosen("court"))
    assert isinstance(citizen.view, ProblemView)
    assert "判决书" in citizen.view.happened


def test_in_an_emergency_nobody_is_asked_for_a_card(context: Context) -> None:
    citizen = Citizen(context).does(do.Begun(), do.ServiceChosen("medical/other-city"), do.Confirmed())
    assert isinstance(citizen.view, ChoiceView)
    citizen.does(do.Chosen("yes"))
    assert isinstance(citizen.view, ProblemView)
    assert "视同已备案" in citizen.view.happened
    assert not citizen.commands(ReadIdCard)


def test_a_clinic_is_chosen_from_those_of_the_district(context: Context) -> None:
    citizen = Citizen(context).does(do.Begun(), do.ServiceChosen("medical/choose-clinic"))
    while citizen.view.title != "想在哪个区看病？":
        citizen.step()
    citizen.does(do.Chosen("440117"))
    assert isinstance(citizen.view, ChoiceView)
    assert [option.label for option in citizen.view.options] == ["从化演示社区卫生服务中心"]


def test_every_district_has_a_clinic_to_choose(context: Context) -> None:
    table = context.catalogue.public["medical_places"]
    clinics = {entry.district for entry in table.entries if entry.kind == "clinic"}
    assert clinics == context.catalogue.districts.keys()
