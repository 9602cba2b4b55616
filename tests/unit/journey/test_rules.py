"""CEL expressions: pure, and every failure is one error with words."""

from __future__ import annotations

import pytest

from kiosk.journey.model import Band
from kiosk.journey.rules import RuleError, evaluate, unknown_names
from kiosk.journey.scope import band_value


def test_our_functions_stand_beside_cels() -> None:
    assert evaluate('age_on("1956-03-05", plus_months("2026-01-01", 3)) >= 70', {}, {}) is True
    assert evaluate('month_of("2026-03-05")', {}, {}) == "2026-03"
    assert evaluate('year_of(plus_months("2026-03-05", -12))', {}, {}) == "2025"
    assert [evaluate(f'part_of("01,32,,2644", ",", {place})', {}, {}) for place in (0, 2, 3, 4)] == [
        "01",
        "",
        "2644",
        "",
    ]
    assert evaluate("length(name)", {"name": "欧阳"}, {}) == 2
    assert evaluate("money(30)", {}, {}) == "¥30.00"


@pytest.mark.parametrize("expression", ["a ==", "nobody.knows", "card.nothing", '"1" + 1', "[1][3]"])
def test_whatever_is_wrong_is_a_rule_error(expression: str) -> None:
    with pytest.raises(RuleError):
        evaluate(expression, {"card": {"name": "x"}}, {})


def test_names_that_nobody_provides_are_found_behind_a_short_circuit() -> None:
    assert unknown_names("true || ghost == 1", {}, {}) == ["ghost"]
    assert unknown_names("spell(1)", {}, {}) == ["spell"]
    assert unknown_names("[1, 2].filter(x, x > 1).size() == 1", {}, {}) == []


def test_a_table_says_nothing_outside_its_ages() -> None:
    bands = (Band(70, 79, 30), Band(80, 150, 100))
    assert [band_value(bands, age) for age in (69, 70, 79, 80, 151)] == [0, 30, 30, 100, 0]
