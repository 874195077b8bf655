"""What is kept for a minute, or for good, must never show what is no longer so."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from actors import facets
from actors.models import Actor, ActorStatus
from tests.factories import make_actor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch, settings):
    settings.COUNT_CAP = 2
    monkeypatch.setattr(facets, "_remembered", {})


def names(client):
    with override("en"):
        return sorted(hit.actor.name for hit in client.get(reverse("actor_list"), {"q": "alpha"}).context["hits"])


def test_the_ranking_of_a_large_result_is_asked_for_once(client):
    for name in ("Alpha One", "Alpha Two", "Alpha Three"):
        make_actor(name)
    assert names(client) == ["Alpha One", "Alpha Three", "Alpha Two"]

    make_actor("Alpha Four")

    assert names(client) == ["Alpha One", "Alpha Three", "Alpha Two"]


def test_an_actor_that_is_no_longer_public_is_not_shown_from_a_kept_ranking(client):
    for name in ("Alpha One", "Alpha Two", "Alpha Three"):
        make_actor(name)
    names(client)

    Actor.objects.filter(name="Alpha Two").update(status=ActorStatus.ARCHIVED)

    assert names(client) == ["Alpha One", "Alpha Three"]


def test_a_row_that_was_rendered_before_shows_what_is_written_now(client):
    make_actor("Alpha One", description_sv="Bygger båtar.")
    assert "Bygger båtar." in client.get(reverse("actor_list")).content.decode()

    Actor.objects.update(description_sv="Lagar <b>båtar</b>.")

    assert "Lagar &lt;b&gt;båtar&lt;/b&gt;." in client.get(reverse("actor_list")).content.decode()
