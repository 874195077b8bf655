"""The front page: living figures, the newest, and for a signed-in person what waits for them."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils.translation import override

from actors.models import ActorStatus
from tests.actors.test_register_list import questions
from tests.events.making import make_event
from tests.factories import make_actor, make_area, make_partnership, make_theme, make_user
from tests.missions.making import MEASURED, make_mission
from tests.staff import sign_in

pytestmark = pytest.mark.django_db


def start(client):
    with override("en"):
        return client.get(reverse("start"))


def test_the_figures_are_those_of_published_actors(client):
    top = make_area("industry")
    part = make_area("forming", parent=top)
    make_actor("A", areas=[top])
    make_actor("B", areas=[part])
    make_actor("Hidden", areas=[top], status=ActorStatus.SUBMITTED)

    response = start(client)

    assert [(area["tag"].value, area["count"]) for area in response.context["areas"]] == [("industry", (2, False))]
    assert [row["actor"].name for row in response.context["newest"]] == ["B", "A"]
    assert b"Hidden" not in response.content


def test_the_partnerships_that_are_under_way_are_told_of(client):
    make_partnership("Under way")
    for hidden in ({"status": "paused"}, {"status": "closed"}, {"is_published": False}):
        make_partnership("Not told of", **hidden)

    response = start(client)

    assert [row["partnership"].name for row in response.context["partnerships"]] == ["Under way"]
    assert b"Not told of" not in response.content


def test_the_missions_that_are_under_way_are_told_of_with_their_goal(client):
    started = {**MEASURED, "state": "started", "started_on": MEASURED["baseline_on"]}
    shown = make_mission("Living bays", goal_sv="Five bays live.", **started)
    make_mission("Hidden", is_published=False, **started)
    make_mission("Forming")
    response = start(client)
    assert response.context["missions"] == [shown]
    assert "Five bays live." in response.content.decode()


def test_an_empty_hub_has_a_front_page(client):
    assert start(client).status_code == 200


def test_a_person_is_told_what_waits_for_them(client):
    eva = make_user()
    make_actor("Mine", status=ActorStatus.RETURNED, representatives=[eva])
    make_actor("Other's", status=ActorStatus.RETURNED)

    client.force_login(eva)
    response = start(client)

    assert [actor.name for actor in response.context["needs"]["own"]] == ["Mine"]
    assert response.context["needs"]["queue"] == 0


def test_a_curator_is_told_how_many_wait_for_review(client):
    curator = make_user(is_staff=True)
    curator.user_permissions.add(Permission.objects.get(codename="curate_actor"))
    make_actor(status=ActorStatus.SUBMITTED)

    sign_in(client, curator, second_factor=False)
    assert start(client).context["needs"]["queue"] == 0
    sign_in(client, curator)
    assert start(client).context["needs"]["queue"] == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_questions_does_not_follow_the_rows(client, rows):
    for _ in range(rows):
        actor = make_actor(areas=[make_area()])
        make_partnership(members=[actor], themes=[make_theme()])
        make_mission(**MEASURED, state="started", started_on=MEASURED["baseline_on"])
        make_event()

    response = start(client)

    assert not response.cookies
    assert questions(lambda: start(client)) == 7


def test_the_sitemap_lists_every_public_page_in_both_languages_and_nothing_else(client):
    shown, hidden = make_actor("Shown"), make_actor("Hidden", status=ActorStatus.DRAFT)

    index = client.get("/sitemap.xml").content.decode()
    block = f"/sitemap-actors-{shown.pk // 2000 * 2000}.xml"
    assert block in index
    body = client.get(block).content.decode()

    for code in ("sv", "en"):
        with override(code):
            assert f"{reverse('actor', args=[shown.slug])}</loc>" in body
            assert reverse("actor", args=[hidden.slug]) not in body
    assert client.get("/sitemap-pages.xml").status_code == 200
    assert client.get("/sitemap-actors-x.xml").status_code == 404
    assert client.get("/sitemap-other.xml").status_code == 404
