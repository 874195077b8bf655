"""What was typed outlives the session: for who wrote it, for an hour, until it is sent."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from platforms.models import Post, Space, Thread
from tests.factories import make_space, make_user, verified
from web import kept

pytestmark = pytest.mark.django_db
WORDS = "A long and considered answer that took half an hour"


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def eva():
    return verified(make_user("eva@example.org", name="Eva"))


@pytest.fixture
def path(eva):
    return reverse("thread_new", args=[make_space("Bay", coordinator=eva).slug])


def typed(user, **values):
    return {"title": "Subject", "body": WORDS, kept.WHOSE: kept.whose(user), **values}


def sign_in(client, user):
    """As a person does: the session that holds the text goes on."""
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")


@pytest.fixture
def signed_out(client, eva, path):
    """A browser whose session had ended when the form was sent."""
    answer = client.post(path, typed(eva))
    assert answer.url == f"{reverse('account_login')}?next={path}"
    return client


def test_after_signing_in_the_form_is_filled_in_again(signed_out, eva, path):
    page = signed_out.get(reverse("account_login")).content.decode()
    assert "what you wrote is still there" in page
    sign_in(signed_out, eva)

    page = signed_out.get(path).content.decode()

    assert WORDS in page
    assert 'value="Subject"' in page
    assert "You were signed out. What you wrote is still here" in page
    assert WORDS in signed_out.get(path).content.decode(), "It stays until it is sent."


def test_once_sent_it_is_forgotten(signed_out, eva, path):
    sign_in(signed_out, eva)
    assert signed_out.post(path, typed(eva, title="")).status_code == 200
    assert WORDS in signed_out.get(path).content.decode()

    signed_out.post(path, typed(eva))

    assert Thread.objects.count() == 1
    assert WORDS not in signed_out.get(path).content.decode()


def test_somebody_else_with_the_same_browser_does_not_see_it(signed_out, eva, path):
    other = make_user()
    space = Space.objects.get()
    space.members.create(user=other)
    sign_in(signed_out, other)

    assert WORDS not in signed_out.get(path).content.decode()


def test_after_an_hour_it_is_gone(signed_out, eva, path, monkeypatch):
    sign_in(signed_out, eva)
    now = kept.time.time()
    monkeypatch.setattr(kept.time, "time", lambda: now + 3601)

    assert WORDS not in signed_out.get(path).content.decode()


def test_who_cannot_show_whose_page_it_was_on_fills_no_session(client, eva, path):
    for whose in ("", str(eva.pk), kept.whose(eva) + "x"):
        client.post(path, typed(eva, **{kept.WHOSE: whose}))
    assert kept.IN_SESSION not in client.session


def test_only_pages_that_take_part_keep_anything(client, eva):
    client.post(reverse("my_person"), {"name": WORDS, kept.WHOSE: kept.whose(eva)})
    assert kept.IN_SESSION not in client.session


def test_what_is_kept_is_bounded(client, eva):
    space = make_space(coordinator=eva)
    client.post(reverse("thread_new", args=[space.slug]), typed(eva, body="ö" * 40_000))
    page = next(iter(client.session[kept.IN_SESSION].values()))
    assert set(page["typed"]) == {"title"}

    for number in range(5):
        client.post(reverse("thread", args=[space.slug, number + 1]), typed(eva))

    assert len(client.session[kept.IN_SESSION]) == kept.MOST_PAGES


def test_every_form_of_a_space_says_whose_it_is(client, eva, path):
    sign_in(client, eva)
    assert f'name="{kept.WHOSE}"' in client.get(path).content.decode()
    assert kept.WHOSE not in client.get(reverse("my_person")).content.decode()


def test_without_the_cookie_for_forms_nothing_is_kept_but_the_words_can_be_copied(eva, path):
    browser = Client(enforce_csrf_checks=True)
    hostile = "</textarea><script>alert(1)</script> " + WORDS

    answer = browser.post(path, typed(eva, body=hostile))

    page = answer.content.decode()
    assert answer.status_code == 403
    assert WORDS in page
    assert "readonly" in page
    assert "<script>alert" not in page
    assert kept.IN_SESSION not in browser.session
    assert not Post.objects.exists()


def test_the_page_of_a_refused_form_elsewhere_shows_nothing_of_it(eva):
    browser = Client(enforce_csrf_checks=True)

    assert WORDS not in browser.post(reverse("account_login"), {"login": WORDS}).content.decode()
