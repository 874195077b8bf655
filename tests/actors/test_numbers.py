"""Organisation numbers in every spelling; personal numbers in none."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from actors import numbers

SPELLINGS = [
    "2321000081",
    "232100-0081",
    " 232100 0081 ",
    "16232100-0081",
    "162321000081",
    "SE232100008101",
    "se 232100-0081 01",
    "２３２１００－００８１",
    "232100–0081",
    "232100\u00a00081",
    "23 21 00-00 81",
]


@pytest.mark.parametrize("text", SPELLINGS)
def test_every_spelling_is_one_number(text):
    assert numbers.looks_like_number(text)
    assert numbers.parse(text) == "2321000081"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("232100-0082", "checksum"),
        ("232100-008", "length"),
        ("SE2321000081", "length"),
        ("23210000811", "length"),
        ("850709-9805", "personal"),
        ("19850709-9805", "personal"),
        ("8507099804", "personal"),  # mistyped, still somebody's
        ("16850709-9805", "personal"),
        ("SE850709980501", "personal"),
        ("８５０７０９－９８０５", "personal"),
        ("850709+9805", "personal"),
    ],
)
def test_what_is_not_a_number_says_why(text, code):
    with pytest.raises(ValidationError) as error:
        numbers.parse(text)
    assert error.value.code == code


@pytest.mark.parametrize("name", ["3M", "Tech 24", "Studio 12345", "Blå AB", "7-Eleven", ""])
def test_a_name_with_digits_is_a_name(name):
    assert not numbers.looks_like_number(name)


@pytest.mark.parametrize("text", ["Kalle 850709-9805", "Bygg 198507099805", "(850709 9805)"])
def test_a_personal_number_inside_a_text_is_refused(text):
    with pytest.raises(ValidationError):
        numbers.forbid_personal_number(text)


@pytest.mark.parametrize("text", ["Ring 0455-30 50 00", "232100-0081", "Founded 1985", "850799-9805"])
def test_other_digits_in_a_text_are_fine(text):
    numbers.forbid_personal_number(text)


@given(st.text(max_size=60))
def test_any_text_is_a_number_or_a_reason(text):
    try:
        digits = numbers.parse(text)
    except ValidationError as error:
        assert error.code in {"personal", "length", "checksum"}
    else:
        assert luhn.is_valid(digits)
        assert digits[2] not in "01"
    numbers.holds_personal_number(text)


@given(st.integers(0, 99), st.sampled_from("01"), st.integers(0, 999999))
def test_no_third_digit_below_two_ever_passes(start, third, rest):
    body = f"{start:02}{third}{rest:06}"
    with pytest.raises(ValidationError):
        numbers.parse(body + luhn.calc_check_digit(body))
