"""Transaction ids, and numbers a citizen can say aloud."""

from __future__ import annotations

import uuid

import pytest

from offline_cache.outbox.identifiers import (
    check_digit,
    is_local_number,
    is_transaction_id,
    local_number,
    new_transaction_id,
)


def test_an_id_is_a_uuid_of_version_7_that_carries_its_time() -> None:
    made = new_transaction_id(1_700_000_000_123)
    assert is_transaction_id(made)
    assert uuid.UUID(made).int >> 80 == 1_700_000_000_123
    assert uuid.UUID(made).variant == uuid.RFC_4122


def test_ids_of_one_millisecond_differ_and_later_ones_sort_after() -> None:
    assert len({new_transaction_id(5) for _ in range(1000)}) == 1000
    assert new_transaction_id(5) < new_transaction_id(6)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "42",
        "888c1acf-4f4a-44fb-a495-816c1a140505",
        "00000000-0001-77F0-A252-CBE68BBFCE49",
        "{00000000-0001-77f0-a252-cbe68bbfce49}",
        "00000000000177f0a252cbe68bbfce49",
        "é" * 36,
    ],
    ids=["empty", "short", "version 4", "capitals", "braces", "no dashes", "letters"],
)
def test_other_texts_are_no_ids(text: str) -> None:
    assert not is_transaction_id(text)


def test_a_made_id_and_its_usual_form_are_taken() -> None:
    assert is_transaction_id("00000000-0001-77f0-a252-cbe68bbfce49")


def test_the_number_names_the_terminal_and_its_count() -> None:
    assert local_number("GZ-TH-0001", 42).startswith("TH0001-000042-")
    assert local_number("GZ-TH-0001", 12_345_678).startswith("TH0001-12345678-")
    assert is_local_number(local_number("GZ-TH-0001", 42))


def test_the_check_digit_is_damms() -> None:
    assert check_digit("572") == "4"  # the example of Damm's thesis


def test_every_single_wrong_digit_is_found() -> None:
    right = local_number("GZ-TH-0001", 70_416)
    for place, character in enumerate(right):
        if character.isdigit():
            others = [digit for digit in "0123456789" if digit != character]
            assert not any(is_local_number(right[:place] + digit + right[place + 1 :]) for digit in others)


def test_every_swap_of_neighbouring_digits_is_found() -> None:
    right = local_number("GZ-TH-0001", 912_837)
    for place in range(len(right) - 1):
        one, two = right[place], right[place + 1]
        if one.isdigit() and two.isdigit() and one != two:
            assert not is_local_number(right[:place] + two + one + right[place + 2 :])
