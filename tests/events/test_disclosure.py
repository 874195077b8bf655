"""Whatever was ever told of rounds, no sum or difference of it is about fewer than three organisations."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from events.ability import mean_of
from events.disclosure import go_together, told_of
from events.models import FEWEST

ORGANISATIONS = range(9)
ROUND = st.frozensets(st.sampled_from(ORGANISATIONS))
# Often much the same organisations answer again: then differences are small.
LIKE = st.frozensets(st.sampled_from(ORGANISATIONS), max_size=3)
ROUNDS = st.tuples(ROUND, st.lists(LIKE, max_size=3)).map(lambda one: [one[0], *(one[0] ^ few for few in one[1])])


def row(members):
    return [Fraction(member in members) for member in ORGANISATIONS]


def rank(rows):
    rows, found = [list(one) for one in rows], 0
    for column in range(len(ORGANISATIONS)):
        pivot = next((one for one in rows[found:] if one[column]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        rows.insert(found, pivot)
        for other in rows[found + 1 :]:
            factor = other[column] / pivot[column]
            other[:] = [a - factor * b for a, b in zip(other, pivot, strict=True)]
        found += 1
    return found


def follows(sets, members):
    """Whether the sum over `members` is a sum of multiples of the sums over `sets`."""
    rows = [row(one) for one in sets]
    return rank([*rows, row(members)]) == rank(rows)


@given(rounds=ROUNDS)
@hypothesis_settings(max_examples=200, deadline=None)
def test_no_answer_of_one_or_two_organisations_follows_from_what_was_told(rounds):
    told = told_of(rounds)

    for sets in told.families.values():
        for one in ORGANISATIONS:
            for other in ORGANISATIONS:
                assert not follows(sets, {one, other}), (sets, one, other)


@given(rounds=ROUNDS)
@hypothesis_settings(deadline=None)
def test_what_was_told_before_is_told_still_so_that_old_copies_tell_nothing_more(rounds):
    for number in range(len(rounds)):
        before, now = told_of(rounds[:number]), told_of(rounds)
        assert before.wholes.items() <= now.wholes.items()
        assert before.comparisons == now.comparisons[: len(before.comparisons)]
        assert all(set(sets) <= set(now.families[place]) for place, sets in before.families.items())


@given(rounds=ROUNDS)
@hypothesis_settings(deadline=None)
def test_only_those_who_answered_in_every_round_of_a_comparison_are_compared(rounds):
    for one in told_of(rounds).comparisons:
        assert len(one.organisations) >= FEWEST
        assert all(one.organisations <= rounds[place] for place in one.rounds)


def test_three_organisations_are_told_of_and_two_are_not():
    assert told_of([frozenset({1, 2, 3})]).wholes == {0: {1, 2, 3}}
    assert told_of([frozenset({1, 2})]).wholes == {}


def test_the_same_organisations_are_compared_when_nobody_or_three_left():
    everyone = frozenset({1, 2, 3, 4, 5, 6})

    assert told_of([everyone, everyone]).comparison.organisations == everyone
    assert told_of([everyone, everyone - {4, 5, 6}]).comparison.organisations == {1, 2, 3}


@pytest.mark.parametrize("gone", [{1}, {1, 2}])
def test_nobody_is_compared_when_one_or_two_left_for_the_difference_would_be_theirs(gone):
    everyone = frozenset({1, 2, 3, 4, 5, 6})
    told = told_of([everyone, everyone - gone])

    assert told.comparison is None
    assert told.wholes == {0: everyone, 1: everyone - gone}


def test_when_one_or_two_are_new_the_same_are_compared_and_the_new_ones_are_part_of_nothing():
    told = told_of([frozenset({1, 2, 3}), frozenset({1, 2, 3, 4})])

    assert told.comparison.organisations == {1, 2, 3}
    assert told.wholes == {0: {1, 2, 3}}


def test_the_first_and_the_last_round_are_compared_when_the_middle_one_spoils_it():
    first, middle = frozenset(range(6)), frozenset(range(1, 6))
    told = told_of([first, middle, first])

    assert (told.comparison.rounds, told.comparison.organisations) == ((0, 2), first)


def test_sets_that_leave_a_piece_of_two_do_not_go_together():
    assert go_together([frozenset({1, 2, 3}), frozenset({1, 2, 3, 4, 5, 6})])
    assert not go_together([frozenset({1, 2, 3}), frozenset({1, 2, 3, 4, 5})])


@given(values=st.lists(st.fractions(0, 4, max_denominator=3), min_size=3, max_size=9))
def test_a_mean_is_never_told_so_near_an_end_that_it_says_what_everyone_answered(values):
    told = mean_of(values)

    assert 0 < told < 4
    assert told == round(told, 1)
