"""Actors that came by a load or a seed are compared too, in batches, by the clock."""

import pytest
from django.utils import timezone

from actors.actions.twins import CANDIDATES, search_twins, unsearched
from actors.models import Actor, TwinPair
from actors.tasks import find_twins
from tests.factories import make_actor, make_municipality

pytestmark = pytest.mark.django_db


def test_each_actor_is_searched_once_in_batches_until_it_changes():
    place = make_municipality()
    one, other = make_actor("Mast AB", municipality=place), make_actor("Mast Aktiebolag", municipality=place)
    lone, draft = make_actor("Quite another"), make_actor("Mast HB", municipality=place, status="draft")

    assert (search_twins(2), search_twins(2), search_twins(2)) == (2, 1, 0)

    assert list(TwinPair.objects.open().values_list("first", "second")) == [(one.pk, other.pk)]
    Actor.objects.filter(pk=lone.pk).update(name="Mast", municipality=place, updated_at=timezone.now())
    assert list(unsearched()) == [lone]
    assert find_twins() == 1
    assert TwinPair.objects.open().count() == 3
    assert draft.pk not in {pk for pair in TwinPair.objects.values_list("first", "second") for pk in pair}


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Cefur", "Ceur Aktiebolag"),
        ("Rosnäs Besökssäkerhet HB", "Rosnas Besokssakerhet HB"),
        ("Nordisk Fiberbeläggning AB", "Fiberbeläggning Nordisk ek. för."),
        ("Teko Tryck", "TekoTayck Ltd"),
    ],
)
def test_twins_are_found_without_dots_with_a_slip_in_another_order_or_of_another_form(name, other):
    place = make_municipality()
    pair = [make_actor(name, municipality=place).pk, make_actor(other, municipality=place).pk]
    for number in range(CANDIDATES + 5):
        make_actor(f"{name.split()[0]} {number} avdelning AB", municipality=place)

    search_twins(100)

    assert TwinPair.objects.open().filter(first=pair[0], second=pair[1]).exists()


def test_looking_for_twins_is_no_change_of_the_actor_and_a_verdict_stands():
    place = make_municipality()
    one, _other = make_actor("Mast AB", municipality=place), make_actor("Mast Aktiebolag", municipality=place)
    search_twins(10)
    TwinPair.objects.update(dismissed_at=timezone.now())
    before = Actor.objects.values().get(pk=one.pk)
    Actor.objects.filter(pk=one.pk).update(updated_at=timezone.now())
    touched = Actor.objects.values().get(pk=one.pk)

    assert search_twins(10) == 1

    assert Actor.objects.values().get(pk=one.pk) == touched
    assert before["version"] <= touched["version"]
    assert not TwinPair.objects.open().exists()
