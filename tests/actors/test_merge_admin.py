"""Merging in the administration: seen before it is done, refused without losing words, undone from the list."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actors import actions
from actors.models import Actor, Merge, TwinPair
from notifications.models import Email
from notifications.rendering import render
from tests.actors.test_admin_in_browser import enter
from tests.browser import scrolls_sideways
from tests.factories import make_actor, make_area, make_claim, make_curator, make_user
from tests.staff import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator(client):
    user = make_curator(name="Cilla")
    sign_in(client, user)
    return user


def pair(**fields):
    winner = make_actor("Mast", representatives=[make_user(language="en")], description_en="We build masts.")
    person = make_user(language="en")
    loser = make_actor("Mast AB", representatives=[person], areas=[make_area()], size="small", **fields)
    make_claim(loser)
    return winner, loser


def path(winner, loser):
    return f"/en/admin/actors/actor/{winner.pk}/merge/{loser.pk}/"


def post(client, winner, loser, **data):
    versions = {"winner_version": winner.version, "loser_version": loser.version}
    return client.post(path(winner, loser), {**versions, **data})


def test_the_page_shows_the_values_what_moves_and_the_mail_that_is_sent(client, curator):
    winner, loser = pair()

    first = client.get(path(winner, loser))
    again = post(client, winner, loser, reason="One company", v_name="loser", preview="1")
    assert not Merge.objects.exists()
    done = post(client, winner, loser, reason="One company", v_name="loser")

    assert [row["name"] for row in first.context["rows"]] == ["name", "size", "description_en", "areas"]
    assert "1 representative<" in first.content.decode()
    assert "1 open claim<" in first.content.decode()
    made = Merge.objects.get()
    assert done.url == f"/en/admin/actors/merge/{made.pk}/change/"
    email = Email.objects.get(template="actor_merged")
    assert [(each["mail"], each["to"]) for each in again.context["mails"]] == [(render(email), [email.to])]
    assert Actor.objects.get(pk=winner.pk).name == "Mast AB"


def test_a_missing_reason_is_said_and_no_choice_is_lost(client, curator):
    winner, loser = pair()

    response = post(client, winner, loser, v_name="loser", v_size="winner")

    ticked = {row["name"]: side for row in response.context["rows"] for side, _value, is_on in row["sides"] if is_on}
    assert (response.status_code, ticked["name"], ticked["size"]) == (200, "loser", "winner")
    assert "Both have an owner" in response.content.decode()
    assert not Merge.objects.exists()


def test_a_newer_version_is_answered_409(client, curator):
    winner, loser = pair()
    Actor.objects.filter(pk=loser.pk).update(name="Newer")

    response = post(client, winner, loser, reason="My words")

    assert response.status_code == 409
    assert "My words" in response.content.decode()
    assert "Newer" in response.content.decode()


@pytest.mark.parametrize(
    "data",
    [{"v_name": "both"}, {"v_areas": "x"}, {"winner_version": "x"}, {"loser_version": ""}, {"reason": "x" * 1001}],
)
def test_a_form_made_by_hand_merges_nothing(client, curator, data):
    winner, loser = pair()
    assert post(client, winner, loser, **data).status_code == 200
    assert not Merge.objects.exists()


def test_an_actor_with_itself_or_nobody_is_not_found(client, curator):
    actor = make_actor()
    assert client.get(path(actor, actor)).status_code == 404
    assert client.get(f"/en/admin/actors/actor/{actor.pk}/merge/987654/").status_code == 404


def test_staff_without_the_right_and_curators_without_second_factor_get_nowhere(client):
    winner, loser = pair()
    made = actions.merge(make_actor(), make_actor(), by=make_curator())
    urls = (path(winner, loser), f"/en/admin/actors/merge/{made.pk}/change/")
    sign_in(client, make_user(is_staff=True))
    assert [client.post(url, {}).status_code for url in urls] == [403, 403]
    sign_in(client, make_curator(), second_factor=False)
    assert [client.post(url, {}).status_code for url in urls] == [302, 302]
    made.refresh_from_db()
    assert (Merge.objects.count(), made.undone_at) == (1, None)


def test_a_merge_is_undone_from_the_list_and_a_refusal_names_what_changed(client, curator):
    winner, loser = pair()
    made = actions.merge(winner, loser, by=curator, reason="x", choices={"size": "loser"})
    url = f"/en/admin/actors/merge/{made.pk}/change/"
    assert url.removeprefix("/en") in client.get("/en/admin/actors/merge/").content.decode().replace("/en/", "/")
    Actor.objects.filter(pk=winner.pk).update(size="large")

    assert "Mast: size" in client.post(url).content.decode()
    Actor.objects.filter(pk=winner.pk).update(size="small")

    assert "are two again" in client.post(url, follow=True).content.decode()
    assert Actor.objects.get(pk=loser.pk).status == "published"


def test_the_list_asks_as_often_for_three_as_for_one(client, curator):
    def asked():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get("/en/admin/actors/merge/").status_code == 200
        return len(queries)

    actions.merge(make_actor(), make_actor(), by=curator)
    asked()
    one = asked()
    for _ in range(2):
        actions.merge(make_actor(), make_actor(), by=curator)
    assert asked() == one


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("language", "width", "scheme"), [("", 1280, "light"), ("/en", 390, "dark")])
def test_twins_are_merged_and_undone_by_keyboard_in_four_steps(open_window, language, width, scheme):
    winner, loser = pair(website="https://mast.example")
    TwinPair.objects.create(first=winner, second=loser, score=95)
    window = enter(open_window(viewport={"width": width, "height": 900}, color_scheme=scheme), make_curator())
    page = window.page
    window.go(f"{language}/admin/actors/twinpair/")
    page.locator("#result_list a, .results a").filter(has_text="Mast AB").press("Enter")
    page.locator(f"a.button[href$='/{winner.pk}/merge/{loser.pk}/']").press("Enter")
    page.wait_for_url("**/merge/*/")
    assert not scrolls_sideways(page)
    page.locator("input[name=v_name][value=loser]").press("Space")
    page.fill("#mg-reason", "One company.")
    page.locator("button.rv-go").press("Enter")
    page.wait_for_url("**/change/")
    assert not scrolls_sideways(page)
    assert Actor.objects.get(pk=winner.pk).name == "Mast AB"

    page.locator("form.rv-acts button").press("Enter")
    page.locator(".messagelist, [role=status]").first.wait_for()

    assert Actor.objects.get(pk=winner.pk).name == "Mast"
    window.go(f"{language}/admin/actors/merge/")
    window.check()
    assert window.faults == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_it_works_without_scripts(open_window):
    winner, loser = pair()
    window = enter(open_window(java_script_enabled=False), make_curator())
    window.go(path(winner, loser))
    window.page.fill("#mg-reason", "One company.")
    window.page.locator("button.rv-go").click()
    window.page.wait_for_url("**/change/")
    assert Actor.objects.get(pk=loser.pk).merged_into == winner
