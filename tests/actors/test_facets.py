"""The numbers beside the facets are those one gets by counting the actors one by one."""

import random

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actors import facets
from actors.facets import COUNTED
from actors.filters import ActorFilter
from actors.models import Actor, ActorKind, ActorStatus, Area, Municipality, SizeClass, Theme
from tests.factories import make_actor, make_area, make_municipality, make_theme

WORDS = ("hamn", "sol", "vind")


@pytest.fixture
def register(db):
    """Forty actors of every sort, the same ones each time."""
    chance = random.Random(4)
    tops = [make_area(f"top-{i}") for i in range(2)]
    areas = [*tops, *(make_area(f"part-{i}", parent=tops[i % 2]) for i in range(3))]
    themes = [make_theme(f"theme-{i}") for i in range(3)]
    places = [make_municipality(f"900{i}") for i in range(3)]
    for number in range(40):
        make_actor(
            f"Actor {number}",
            kind=chance.choice(ActorKind.values),
            size=chance.choice(["", *SizeClass.values]),
            municipality=chance.choice([None, *places]),
            areas=chance.sample(areas, chance.randint(0, 3)),
            themes=chance.sample(themes, chance.randint(0, 2)),
            offers_sv=chance.choice(["", "något"]),
            seeks_en=chance.choice(["", "something"]),
            description_sv=chance.choice(WORDS),
            status=chance.choice([ActorStatus.PUBLISHED] * 4 + [ActorStatus.DRAFT]),
        )


def values(actor):
    """The tags of an actor by facet, read from its own rows."""
    areas = list(actor.areas.all())
    return {
        "kind": {actor.kind},
        "size": {actor.size} - {""},
        "municipality": {actor.municipality.code} if actor.municipality else set(),
        "area": {a.slug for a in areas} | {a.parent.slug for a in areas if a.parent},
        "theme": {theme.slug for theme in actor.themes.all()},
        "has": {n for n in ("offers", "seeks") if getattr(actor, f"{n}_sv") or getattr(actor, f"{n}_en")},
    }


def by_hand(chosen, word):
    """For each facet how many actors have each tag, when they pass the word and all other facets; and the result."""
    actors = [a for a in Actor.objects.filter(status="published") if not word or a.description_sv == word]
    rows = [(actor.name, values(actor)) for actor in actors]

    def passing(without=None):
        return [
            (name, tags)
            for name, tags in rows
            if all(tags[facet] & set(wanted) for facet, wanted in chosen.items() if wanted and facet != without)
        ]

    counted = {}
    for facet in COUNTED:
        for _name, tags in passing(without=facet):
            for tag in tags[facet]:
                counted[facet, tag] = counted.get((facet, tag), 0) + 1
    return counted, sorted(name for name, _tags in passing())


def subset(values):
    return st.lists(st.sampled_from(values), max_size=2, unique=True)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_counts_and_rows_are_those_of_counting_by_hand(register, data):
    chosen = {
        "kind": data.draw(subset(ActorKind.values)),
        "size": data.draw(subset(SizeClass.values)),
        "municipality": data.draw(subset(list(Municipality.objects.values_list("code", flat=True)))),
        "area": data.draw(subset(list(Area.objects.values_list("slug", flat=True)))),
        "theme": data.draw(subset(list(Theme.objects.values_list("slug", flat=True)))),
        "has": data.draw(subset(["offers", "seeks"])),
    }
    word = data.draw(st.sampled_from(["", *WORDS]))
    address = QueryDict(mutable=True)
    for facet, tags in chosen.items():
        address.setlist(facet, tags)
    address["q"] = word

    wanted = ActorFilter(address)
    assert wanted.problems() == []
    counts = wanted.counts()
    counted = {
        (tag.facet, tag.value): counts.get(tag.facet, counts[""]).of(tag.key)[0]
        for facet in COUNTED
        for tag in wanted.vocabulary.of(facet)
    }
    expected, result = by_hand(chosen, word)

    assert {key: number for key, number in counted.items() if number} == expected
    assert sorted(wanted.narrowed().values_list("name", flat=True)) == result
    assert counts[""].total == len(result)


@pytest.mark.django_db
def test_a_number_above_the_cap_is_not_told(client, settings):
    settings.COUNT_CAP = 2
    for _ in range(3):
        make_actor(kind="sme")
    make_actor(kind="public")

    with override("en"):
        response = client.get(reverse("actor_list"))

    body = " ".join(response.content.decode().split())
    assert "More than 2 actors" in body
    assert response.context["total"].of("k:sme") == (2, True)
    assert response.context["total"].of("k:public") == (1, False)


@pytest.mark.django_db
def test_beyond_the_candidates_a_number_is_a_least_number(monkeypatch):
    monkeypatch.setattr(facets, "CANDIDATES", 2)
    monkeypatch.setattr(facets, "_remembered", {})
    for _ in range(4):
        make_actor(kind="sme")

    wanted = ActorFilter(QueryDict())
    assert wanted.problems() == []

    assert wanted.counts()[""].of("k:sme") == (3, True)
    assert wanted.counts()[""].is_partial
