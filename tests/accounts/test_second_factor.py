"""The administration opens only to staff who showed their second factor, whatever the address or the method."""

import pghistory.models
import pytest
from django.contrib import admin
from django.urls import NoReverseMatch, resolve, reverse
from django.utils import translation

from accounts.middleware import has_shown_second_factor
from actors.models import Actor
from tests.factories import make_actor, make_curator, make_user
from tests.staff import give_second_factor, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def swedish():
    """Addresses are made in the language that is active, which a test before may have changed."""
    with translation.override("sv"):
        yield


def admin_paths():
    """Every address of the admin that can be made, each list and form of each model among them."""
    names = ["index", "login", "logout", "password_change", "password_change_done", "autocomplete", "jsi18n"]
    for model in admin.site._registry:
        base = f"{model._meta.app_label}_{model._meta.model_name}"
        names += [f"{base}_changelist", f"{base}_add", f"{base}_change", f"{base}_history", f"{base}_delete"]
    for name in names:
        try:
            yield reverse(f"admin:{name}")
        except NoReverseMatch:
            yield reverse(f"admin:{name}", args=[1])
    yield "/admin/no-such-page/"


def answers(client, method):
    return {path: getattr(client, method)(path) for path in admin_paths()}


@pytest.mark.parametrize("method", ["get", "post", "head", "put", "delete"])
def test_staff_without_a_second_factor_are_led_to_set_one_up(client, method):
    sign_in(client, make_curator(), second_factor=False)

    for path, response in answers(client, method).items():
        assert (response.status_code, response.url.split("?")[0]) == (302, reverse("mfa_index")), path


@pytest.mark.parametrize("method", ["get", "post"])
def test_staff_who_have_not_shown_it_in_this_session_are_asked_for_it(client, method):
    curator = make_curator()
    give_second_factor(curator)
    sign_in(client, curator, second_factor=False)

    for path, response in answers(client, method).items():
        assert (response.status_code, response.url.split("?")[0]) == (302, reverse("mfa_reauthenticate")), path


def test_the_page_asked_for_is_where_one_comes_back_to(client):
    curator = make_curator()
    give_second_factor(curator)
    sign_in(client, curator, second_factor=False)

    assert client.get("/admin/actors/actor/?q=a").url.endswith("?next=%2Fadmin%2Factors%2Factor%2F%3Fq%3Da")
    assert client.get("/admin/login/?next=https://evil.example/").url.endswith("?next=%2Fadmin%2F")


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_signs_in_on_the_admins_own_page(client, method):
    for path, response in answers(client, method).items():
        if response.url.startswith(reverse("admin:login")):
            response = getattr(client, method)(response.url)
        assert (response.status_code, response.url.split("?")[0]) == (302, reverse("account_login")), path


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_member_is_no_staff_even_with_a_second_factor(client, method):
    sign_in(client, make_user())

    assert {response.status_code for response in answers(client, method).values()} == {403}


def test_staff_who_showed_it_get_in_in_both_languages(client):
    sign_in(client, make_curator())

    assert client.get("/admin/").status_code == 200
    assert client.get("/en/admin/").status_code == 200
    assert client.get("/admin/login/?next=/admin/actors/actor/").url == "/admin/actors/actor/"


def test_a_second_factor_that_was_taken_away_counts_no_more(client):
    curator = make_curator()
    sign_in(client, curator)
    curator.authenticator_set.all().delete()

    assert client.get("/admin/").status_code == 302


def test_what_another_person_showed_in_this_browser_counts_for_nobody_else(client, rf):
    sign_in(client, make_curator())
    other = make_curator()
    give_second_factor(other)
    request = rf.get("/admin/")
    request.session, request.user = client.session, other

    assert not has_shown_second_factor(request)


def test_history_knows_who_and_the_shape_of_the_address_but_no_names(client):
    curator, actor = make_curator(), make_actor("Mast AB")
    sign_in(client, curator)
    path = reverse("admin:actors_actor_review", args=[actor.pk])

    client.post(f"{path}?q=secret", {"step": "archive", "text": "Closed.", "version": actor.version})

    assert Actor.objects.get().status == "archived"
    context = pghistory.models.Context.objects.get()
    assert context.metadata == {"user": curator.pk, "url": resolve(path).route}


def test_after_setting_it_up_one_is_led_on_to_the_page_asked_for(client):
    curator = make_curator()
    sign_in(client, curator, second_factor=False)
    client.get("/admin/actors/actor/?q=a")
    go_on = reverse("go_on")
    assert go_on not in client.get(reverse("mfa_index")).content.decode()

    give_second_factor(curator)

    assert f'href="{go_on}"' in client.get(reverse("mfa_index")).content.decode()
    assert client.get(go_on).url == "/admin/actors/actor/?q=a"
    assert go_on not in client.get(reverse("mfa_index")).content.decode()


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_one_is_never_led_on_to_another_place(client, wanted):
    sign_in(client, make_curator())
    session = client.session
    session["second_factor_next"] = wanted
    session.save()

    assert client.get(reverse("go_on")).url == "/admin/"


def test_whoever_has_come_to_the_administration_is_led_there_no_more(client):
    sign_in(client, make_curator())
    session = client.session
    session["second_factor_next"] = "/admin/actors/actor/"
    session.save()

    client.get("/admin/")

    assert "second_factor_next" not in client.session
