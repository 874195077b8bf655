"""The page of one actor: who sees it, what it says, and how it looks to machines."""

import json
import re

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from actors.models import ActorStatus, Competence
from tests.actors.test_register_list import questions
from tests.factories import make_actor, make_area, make_municipality, make_theme, make_user
from tests.staff import sign_in

pytestmark = pytest.mark.django_db


def page(client, actor):
    with override("en"):
        return client.get(reverse("actor", args=[actor.slug]))


def make_curator():
    user = make_user(is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="curate_actor"))
    return user


@pytest.mark.parametrize("status", sorted(set(ActorStatus) - {ActorStatus.PUBLISHED}))
def test_what_is_not_public_is_seen_by_its_representatives_and_curators_only(client, status):
    eva = make_user()
    actor = make_actor(status=status, representatives=[eva])

    answers = {}
    for name, user in (("anyone", None), ("stranger", make_user()), ("eva", eva), ("curator", make_curator())):
        client.logout()
        if user:
            sign_in(client, user, second_factor=name == "curator")
        answers[name] = page(client, actor).status_code

    assert answers == {"anyone": 404, "stranger": 404, "eva": 200, "curator": 200}


def test_what_was_public_and_is_archived_is_gone(client):
    actor = make_actor(status=ActorStatus.ARCHIVED, published_at=timezone.now())

    assert page(client, actor).status_code == 410


def test_an_unverified_actor_says_so(client):
    assert "Unverified" in page(client, make_actor(certainty="low")).content.decode()
    assert "Unverified" not in page(client, make_actor(certainty="medium")).content.decode()


def test_an_actor_nobody_looks_after_may_be_asked_for(client):
    free, taken = make_actor(), make_actor(representatives=[make_user()])

    with override("en"):
        assert reverse("actor_claim", args=[free.slug]) in page(client, free).content.decode()
        assert reverse("actor_claim", args=[taken.slug]) not in page(client, taken).content.decode()


def test_only_who_may_edit_is_shown_the_way_to_edit(client):
    eva = make_user()
    actor = make_actor(representatives=[eva])
    with override("en"):
        edit = reverse("actor_edit", args=[actor.slug])

    assert edit not in page(client, actor).content.decode()
    client.force_login(eva)
    response = page(client, actor)
    assert edit in response.content.decode()
    assert "no-store" in response["Cache-Control"]


def test_machines_read_the_facts_and_nothing_escapes_them(client):
    actor = make_actor("</script><b>A", organisation_number="5560360793", description_sv="Text")

    body = page(client, actor).content.decode()
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', body, re.DOTALL)

    facts = json.loads(block)
    assert facts["@type"] == "Organization"
    assert facts["name"] == "</script><b>A"
    assert facts["identifier"] == "5560360793"
    assert f'<link rel="canonical" href="{facts["url"]}">' in body


@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_questions_does_not_follow_the_tags(client, rows):
    competences = [Competence.objects.create(slug=f"c-{n}", name_sv=f"C {n}") for n in range(rows)]
    areas = [make_area(parent=make_area()) for _ in range(rows)]
    themes = [make_theme() for _ in range(rows)]
    actor = make_actor(areas=areas, themes=themes, competences=competences, municipality=make_municipality())

    assert questions(lambda: page(client, actor)) == 5
