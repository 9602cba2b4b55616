"""The sample citizen of a service, and what rules read in the records that a look-up gave."""

from __future__ import annotations

import msgspec

from drivers.contract.values import CardLayout, IdCard
from kiosk.journey.samples import card_of, known_of, sample_mistakes
from kiosk.journey.scope import row_text
from offline_cache.contract import Answer, Record
from tests.journeys.citizen import make_context

SERVICE = msgspec.structs.replace(
    make_context().catalogue.services["general/track-case"],
    sample={"valid_to": "2026-05-01", "hukou_district": "", "phone": "13000000002"},
)


def test_a_sample_replaces_fields_of_the_card_and_of_what_is_known() -> None:
    card = card_of(SERVICE, IdCard(CardLayout.RESIDENT, name="黄桂香", valid_to="long-term"))
    assert (card.name, card.valid_to) == ("黄桂香", "2026-05-01")
    assert known_of(SERVICE, {"hukou_district": "440106", "employer": "演示"}) == {
        "employer": "演示",
        "phone": "13000000002",
    }


def test_a_sample_of_a_field_that_nobody_has_is_a_mistake() -> None:
    assert list(sample_mistakes(SERVICE)) == []
    odd = msgspec.structs.replace(SERVICE, sample={"shoe_size": "38"})
    assert list(sample_mistakes(odd)) == ["sample: shoe_size is no field of the card and none that the city knows"]


def test_a_row_is_read_of_the_first_record_that_has_it_or_of_the_chosen_one() -> None:
    first = Record("小型汽车", (Answer("号牌号码", "粤A12345"), Answer("状态", "正常")))
    second = Record("摩托车", (Answer("号牌号码", "粤A54321"), Answer("检验有效期止", "2026-09-30")))
    assert row_text((first, second), "检验有效期止", "") == "2026-09-30"
    assert row_text((first, second), "检验有效期止", "粤A54321") == "2026-09-30"
    assert row_text((first, second), "检验有效期止", "粤A12345") == ""
    assert row_text((), "状态", "") == ""
