"""Every kind of question: asked part by part, judged as it is given, read back by its citizen, kept by its parts."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from drivers.contract.scanner import ScanCode, ScannedCode
from drivers.contract.smart_card import BankCard, ReadBankCard
from drivers.contract.status import DeviceReport, DeviceRole, DeviceState
from kiosk import intents as do
from kiosk.journey.context import Context
from kiosk.journey.model import AnyStep, Material
from kiosk.journey.strict import Reader
from kiosk.views import Language
from offline_cache.contract import Accept, LineState, Lookup
from tests.journeys.citizen import INK, Citizen, good_world, sensible

SERVICE = "hrss/social-security-card"


def words(text: str) -> dict[str, str]:
    """A text that reads the same in three languages."""
    return {"zh-Hans": text, "zh-Hant": text, "en": text}


def step(kind: str, **keys: Any) -> AnyStep:
    """A step as a file would say it."""
    reader = Reader("test")
    common: dict[str, Any] = {"id": "it", "name": words("问"), "title": words("是什么？"), "label": words("它")}
    if kind in {"materials", "paper", "signature"}:
        del common["label"]
    found = reader._step({"kind": kind, **common, **keys}, "step")
    assert reader.mistakes == []
    return found  # type: ignore[return-value]  # read as a step


def asks(context: Context, new: AnyStep, **changes: Any) -> Citizen:
    """A citizen at a question that stands where the questions of a service were."""
    service = context.catalogue.services[SERVICE]
    kept = [one for one in service.steps if one.id in {"review", "submit", "slip", "rating"}]
    early = [one for one in service.steps if one.id in {"notice", "identity", "code", "prefill"}]
    other = msgspec.structs.replace(service, steps=(*early, new, *kept), **changes)
    catalogue = replace(context.catalogue, services={**context.catalogue.services, SERVICE: other})
    devices = tuple(DeviceReport(role, DeviceState.ONLINE) for role in DeviceRole)
    world = msgspec.structs.replace(good_world(), devices=devices)
    citizen = Citizen(replace(context, catalogue=catalogue), world).does(do.Begun(), do.ServiceChosen(SERVICE))
    while citizen.session is None or citizen.session.index < len(early):
        run = next(iter(citizen.running.values()), None)
        if run is None:
            citizen.does(sensible(citizen.view))
        else:
            citizen.answer(type(run.command), citizen.healthy(run.command))
    return citizen


def kept(citizen: Citizen) -> str:
    """What the transaction holds of the answer."""
    while not citizen.commands(Accept):
        citizen.step()
    draft = citizen.commands(Accept)[0].draft
    return next(answer.value for answer in draft.answers if answer.name == "it")


def shown(citizen: Citizen) -> str:
    """What the review page reads."""
    assert citizen.page == "ReviewView", citizen.view
    return next(row.value for row in citizen.view.rows if row.edit == "it")


def test_an_address_is_a_district_a_street_and_a_door(context: Context) -> None:
    citizen = asks(context, step("question", ask="address"))
    assert (citizen.page, citizen.view.title, citizen.view.hint) == ("ChoiceView", "在哪个区？", "是什么？")
    citizen.does(do.Chosen("440117"), do.Answered("街口街道"), do.Answered("1"))
    assert citizen.view.problem == "请写到门牌号，例如车陂路1号301房。"
    citizen.does(do.BackPressed())
    assert citizen.view.title == "在哪个街道或镇？"
    citizen.does(do.Answered("街口街道"), do.Answered("演示路８号"))
    assert shown(citizen) == "广州市从化区街口街道演示路８号"
    citizen.does(do.LanguageChosen(Language.ENGLISH))
    assert shown(citizen) == "演示路８号, 街口街道, Conghua, 广州市"
    assert json.loads(kept(citizen)) == {
        "city": "广州市",
        "district": "440117",
        "street": "街口街道",
        "detail": "演示路８号",
    }


def test_an_address_anywhere_asks_for_the_city_instead(context: Context) -> None:
    citizen = asks(context, step("question", ask="address", anywhere=True))
    citizen.does(do.Chosen("outside"))
    assert citizen.view.title == "在哪个省、哪个市？"
    citizen.does(do.Answered("湖南省长沙市"), do.Answered("演示街3号"))
    assert shown(citizen) == "湖南省长沙市演示街3号"
    citizen.does(do.EditPressed("it"))
    assert citizen.page == "ChoiceView"


def test_a_period_cannot_end_before_it_begins(context: Context) -> None:
    citizen = asks(context, step("question", ask="period", latest="today"))
    citizen.does(do.Answered("2026-02-10"))
    assert citizen.view.earliest == "2026-02-10"
    citizen.does(do.Answered("2026-02-09"))
    assert citizen.view.problem == "请选范围内的日期。"
    citizen.does(do.Answered("2026-03-01"))
    assert shown(citizen) == "2026年2月10日 – 2026年3月1日"
    assert json.loads(kept(citizen)) == {"first": "2026-02-10", "last": "2026-03-01"}


def test_a_person_has_a_name_of_any_script_and_a_number_that_adds_up(context: Context) -> None:
    citizen = asks(context, step("question", ask="person"))
    citizen.does(do.Answered("7号"))
    assert "姓名" in citizen.view.problem
    citizen.does(do.Answered("𫞩·买买提"), do.Answered("110105194912310021"))
    assert "对不上" in citizen.view.problem
    citizen.does(do.Answered("11010519491231002x"))
    assert shown(citizen) == "𫞩·买买提  110105********002X"
    assert json.loads(kept(citizen))["number"] == "11010519491231002X"


def test_a_company_is_known_by_its_credit_code(context: Context) -> None:
    citizen = asks(context, step("question", ask="company"))
    assert citizen.view.keyboard == "code"
    citizen.does(do.Answered("11370800MB28559185"))
    assert "营业执照" in citizen.view.problem
    citizen.does(do.Answered("１１370800mb 28559184"), do.Answered("演示单位"))
    assert shown(citizen) == "演示单位  11370800MB28559184"


@pytest.mark.parametrize(
    ("ask", "wrong", "right", "value"),
    [
        ("plate", "粤I1234", "粤a d12345", "粤AD12345"),
        ("id_number", "110105194912310029", "11010519491231002x", "11010519491231002X"),
        ("account", "62220", "6222 0000 0000 0001", "6222000000000001"),
        ("phone", "12345", "020-83123456", "020-83123456"),
        ("latin", "王", "WANG", "WANG"),
        ("number", "一", "12.5", "12.5"),
    ],
)
def test_codes_are_tidied_and_checked_at_once(context: Context, ask: str, wrong: str, right: str, value: str) -> None:
    for language in Language:
        citizen = asks(context, step("question", ask=ask))
        citizen.does(do.LanguageChosen(language), do.Answered(wrong))
        assert (citizen.page, citizen.view.value) == ("TextView", wrong.upper() if ask != "latin" else wrong)
        assert citizen.view.problem
        citizen.does(do.Answered(right))
        assert kept(citizen) == value


def test_several_answers_are_counted_and_listed(context: Context) -> None:
    options = [{"id": name, "label": words(name)} for name in ("甲", "乙", "丙")]
    citizen = asks(context, step("question", ask="choices", options=options, most=2))
    citizen.does(do.Picked(()))
    assert citizen.view.problem == "请先回答这个问题。"
    citizen.does(do.Picked(("甲", "乙", "丙")))
    assert citizen.view.problem == "请选1至2项。"
    citizen.does(do.Picked(("甲", "丁")))
    assert citizen.view.problem == "请从列出的选项里选一个。"
    citizen.does(do.Picked(("甲", "丙")))
    assert shown(citizen) == "甲、丙"
    citizen.does(do.EditPressed("it"))
    assert citizen.view.chosen == ("甲", "丙")
    assert json.loads(kept(citizen)) == ["甲", "丙"]


def group() -> AnyStep:
    """Family members, with a question that only some are asked."""
    return step(
        "group",
        add=words("加一人"),
        least=1,
        most=2,
        fields=[
            {"id": "who", "name": words("问"), "title": words("是谁？"), "label": words("人"), "ask": "person"},
            {
                "id": "old",
                "name": words("问"),
                "title": words("何时退休？"),
                "label": words("退休"),
                "ask": "month",
                "when": 'item.who.number.startsWith("1101051949")',
            },
        ],
    )


def test_a_group_is_a_list_that_can_be_changed_and_shortened(context: Context) -> None:
    citizen = asks(context, group())
    citizen.does(do.Confirmed())
    assert citizen.view.problem == "请至少加1项。"
    citizen.does(do.Chosen("add"), do.Answered("陈演示"), do.Answered("11010519491231002X"))
    assert citizen.view.title == "何时退休？"
    citizen.does(do.Answered("2009-12"))
    assert [entry.detail for entry in citizen.view.entries] == ["陈演示  110105********002X、2009年12月"]
    citizen.does(do.Chosen("add"), do.Answered("李样"), do.BackPressed(), do.BackPressed())
    assert (citizen.page, len(citizen.view.entries)) == ("EntriesView", 1)
    citizen.does(do.Chosen("add"), do.Answered("李样"), do.Answered("440106195003189960"))
    assert (citizen.page, citizen.view.add, len(citizen.view.entries)) == ("EntriesView", "", 2)
    citizen.does(do.EditPressed("1"), do.Answered("李样子"), do.Confirmed())
    assert citizen.view.entries[1].detail.startswith("李样子")
    citizen.does(do.Chosen("remove:0"), do.Chosen("remove:7"), do.Confirmed())
    assert shown(citizen) == "李样子  440106********9960"
    citizen.does(do.EditPressed("it"))
    assert citizen.page == "EntriesView"
    entries = json.loads(kept(citizen.does(do.Confirmed())))
    assert [set(entry) for entry in entries] == [{"who"}]


def test_a_bank_card_is_read_not_typed_and_typing_stays_possible(context: Context) -> None:
    body = words("插卡")
    citizen = asks(context, step("bank_card", body=body))
    assert citizen.commands(ReadBankCard)[0].whole_number
    citizen.answer(ReadBankCard, BankCard("622200****0001", number="6222000000000001"))
    assert shown(citizen) == "622200******0001"
    typed = asks(context, step("bank_card", body=body))
    typed.fail(ReadBankCard, "protocol")
    assert typed.view.problem
    typed.does(do.Chosen("type"))
    assert (typed.page, typed.find(ReadBankCard)) == ("TextView", None)
    typed.does(do.Answered("12"))
    assert typed.view.problem
    assert kept(typed.does(do.Answered("6222000000000002"))) == "6222000000000002"


def test_a_code_that_cannot_be_read_is_typed_after_a_few_tries(context: Context) -> None:
    scan = step("scan", body=words("扫"), rules=[{"rule": "length(value) == 4", "message": words("四位")}])
    citizen = asks(context, scan)
    assert citizen.view.place == "scanner"
    citizen.answer(ScanCode, ScannedCode(b"12345"))
    assert (citizen.page, citizen.view.problem) == ("TextView", "四位")
    again = asks(context, scan)
    for _ in range(5):
        again.fail(ScanCode, "no_media")
    assert again.page == "TextView"
    assert kept(again.does(do.Answered("A1B2"))) == "A1B2"
    read = asks(context, scan).answer(ScanCode, ScannedCode(b" 12\x0034\r\n"))
    assert kept(read) == "1234"


def test_a_signature_goes_with_the_application(context: Context) -> None:
    citizen = asks(context, step("signature", hint=words("写"), statement=words("属实")))
    citizen.does(do.Signed(b"no picture"))
    assert citizen.view.problem == "没有看到签名，请再签一次。"
    citizen.does(do.Signed(INK))
    while not citizen.commands(Accept):
        citizen.step()
    attached = citizen.commands(Accept)[0].draft.attachments
    assert [(one.name, one.media_type, one.content) for one in attached] == [("it", "image/png", INK)]


def test_who_cannot_write_confirms_by_key_and_the_office_is_told(context: Context) -> None:
    citizen = asks(context, step("signature", hint=words("写"), statement=words("属实"))).does(do.Declined())
    while not citizen.commands(Accept):
        citizen.step()
    draft = citizen.commands(Accept)[0].draft
    assert draft.attachments == ()
    assert [(one.value, one.shown) for one in draft.answers if one.name == "it"] == [
        ("confirmed_by_key", "写不了字，本人按键确认")
    ]


def papers(**changes: Any) -> dict[str, Any]:
    """One material as a file would say it."""
    made = Reader("test").read(Material, {"id": "book", "name": words("户口簿"), **changes})
    assert made is not None
    return {"materials": (made,)}


def test_papers_that_the_city_has_are_not_asked_for(context: Context) -> None:
    citizen = asks(context, step("materials", agree=words("好")), **papers(licences=["household"]))
    assert [(card.title, card.state) for card in citizen.view.records] == [("户口簿", "")]
    assert [row.value for row in citizen.view.records[0].rows] == ["原件1份"]
    none = asks(context, step("materials", agree=words("好")), **papers(need="case", when="proxy", case=words("代办")))
    assert none.view.empty == "您的情况不需要交材料。"
    assert none.does(do.Confirmed()).page == "ReviewView"


def test_a_paper_is_photographed_unless_an_e_licence_stands_for_it(context: Context) -> None:
    paper = step("paper", material="book", hint=words("放平"), review=words("清楚吗？"))
    citizen = asks(context, paper, **papers(licences=["household"]))
    assert citizen.running
    assert {run.role for run in citizen.running.values()} == {DeviceRole.DOCUMENT_CAMERA}
    citizen.serve()
    assert citizen.page == "PhotoView"


def test_what_everybody_may_know_asks_nobody_and_needs_no_line(context: Context) -> None:
    citizen = Citizen(context, good_world(LineState.OFFLINE))
    citizen.does(do.Begun(), do.ServiceChosen("general/nearest-place"), do.Confirmed())
    assert citizen.view.chosen == "440106"  # where this terminal stands
    citizen.does(do.Chosen("440104"))
    assert [card.title for card in citizen.view.records] == ["越秀区政务服务中心（演示）"]
    assert citizen.view.hint == "截至2026年11月23日，来源：样例数据（演示）"
    citizen.does(do.BackPressed(), do.Chosen("440115"))
    assert "没有登记的网点" in citizen.view.empty
    citizen.step().step()
    assert citizen.session is not None
    assert citizen.session.citizen.card is None
    assert not citizen.sent


def test_a_payment_counts_only_what_was_chosen_and_asks_anew_for_another_person(context: Context) -> None:
    citizen = Citizen(context).does(do.Begun(), do.ServiceChosen("tax/resident-contributions"))
    while citizen.page != "ChoicesView":
        citizen.step()
    citizen.does(do.Picked(("YB1", "YL1")))
    assert {row.label: row.value for row in citizen.view.rows}["一共"] == "¥760.00"
    citizen.does(do.EditPressed("bills"), do.Picked(("YL1",)))
    assert {row.label: row.value for row in citizen.view.rows}["一共"] == "¥360.00"
    before = len(citizen.commands(Lookup))
    citizen.does(do.EditPressed("whose"), do.Chosen("other"), do.Answered("陈演示"), do.Answered("11010519491231002X"))
    asked = citizen.commands(Lookup)
    assert len(asked) == before + 1
    assert [answer.value for answer in asked[-1].parameters] == ["11010519491231002X"]
