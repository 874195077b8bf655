"""The register as a list: what the address says, what is found, in which order, and for how many questions."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from actors.models import ActorStatus
from tests.factories import make_actor, make_area, make_municipality, make_theme

pytestmark = pytest.mark.django_db


def names(response):
    return [hit.actor.name for hit in response.context["hits"]]


def get(client, query="", name="actor_list"):
    with override("en"):
        return client.get(reverse(name) + query)


def test_only_published_actors_are_listed(client):
    make_actor("Shown")
    for status in set(ActorStatus) - {ActorStatus.PUBLISHED}:
        make_actor(f"Hidden {status}", status=status)

    response = get(client)

    assert names(response) == ["Shown"]
    assert b"Hidden" not in response.content


def test_names_stand_in_swedish_order(client):
    for name in ("Östra", "ånglok", "Zebra", "Ängen", "Eva", "Åsa", "Émile"):
        make_actor(name)

    assert names(get(client)) == ["Émile", "Eva", "Zebra", "ånglok", "Åsa", "Ängen", "Östra"]


@pytest.mark.parametrize(
    "query",
    ["?foo=1", "?kind=wizard", "?area=nowhere", "?page=0", "?page=101", "?page=x", "?sort=worst", "?q=" + "x" * 201],
)
def test_what_the_address_says_is_known_or_refused(client, query):
    response = get(client, query)

    assert response.status_code == 400
    assert query[1:].split("=")[0] in response.content.decode()


@pytest.mark.parametrize("name", ["utm_source", "mtm_campaign", "fbclid", "gclid", "msclkid", "mc_cid", "mc_eid"])
def test_what_others_hang_on_a_shared_link_is_passed_over(client, name):
    for actor in ("Found", "Other"):
        make_actor(actor)

    response = get(client, f"?q=found&{name}=x&{name}=y")

    assert (response.status_code, names(response)) == (200, ["Found"])


def test_saying_a_single_thing_twice_is_refused(client):
    assert get(client, "?q=a&q=b").status_code == 400


def test_empty_parts_of_the_address_say_nothing(client):
    make_actor("Shown")

    assert names(get(client, "?q=&kind=&sort=&page=")) == ["Shown"]


def test_values_of_one_facet_widen_and_facets_narrow(client):
    first, second = make_municipality("9001"), make_municipality("9002")
    make_actor("A", kind="sme", municipality=first)
    make_actor("B", kind="industry", municipality=first)
    make_actor("C", kind="sme", municipality=second)

    assert names(get(client, "?kind=sme&kind=industry")) == ["A", "B", "C"]
    assert names(get(client, "?kind=sme&kind=industry&municipality=9001")) == ["A", "B"]
    assert names(get(client, "?kind=sme&municipality=9001")) == ["A"]


def test_an_area_holds_the_actors_of_its_subareas(client):
    top = make_area("industry")
    part = make_area("industry-forming", parent=top)
    make_actor("Top", areas=[top])
    make_actor("Part", areas=[part])
    make_actor("Neither")

    assert names(get(client, "?area=industry")) == ["Part", "Top"]
    assert names(get(client, "?area=industry-forming")) == ["Part"]


def test_a_chip_takes_its_filter_away(client):
    make_theme("sea")
    make_actor("A", kind="sme")

    response = get(client, "?q=a&kind=sme&theme=sea")

    with override("en"):
        here = reverse("actor_list")
    assert [chip["url"] for chip in response.context["chips"]] == [
        here + "?kind=sme&theme=sea",
        here + "?q=a&theme=sea",
        here + "?q=a&kind=sme",
    ]


def test_a_page_beyond_the_last_is_missing(client):
    make_actor()

    assert get(client, "?page=2").status_code == 404


def test_pages_hold_every_actor_once(client, settings):
    settings.PAGE_SIZE = 2
    for name in "ABCDE":
        make_actor(name)

    assert [names(get(client, f"?page={page}")) for page in (1, 2, 3)] == [["A", "B"], ["C", "D"], ["E"]]


def test_an_anonymous_reader_gets_no_cookie_and_may_keep_the_page(client):
    make_actor()

    response = get(client)

    assert not response.cookies
    assert "public" in response["Cache-Control"]
    assert response["ETag"]
    with override("en"):
        again = client.get(reverse("actor_list"), headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304


def questions(ask):
    """How many statements `ask` sends, without those that only open and close a transaction."""
    with CaptureQueriesContext(connection) as context:
        ask()
    return len([q for q in context.captured_queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))])


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("name", "query", "number"),
    [("actor_list", "", 4), ("actor_list", "?q=alpha&kind=sme&sort=name", 5), ("actor_chart", "?q=alpha", 2)],
)
def test_the_number_of_questions_does_not_follow_the_rows(client, rows, name, query, number):
    for row in range(rows):
        make_actor(f"Alpha {row}", areas=[make_area()], themes=[make_theme()], municipality=make_municipality())

    assert questions(lambda: get(client, query, name)) == number
