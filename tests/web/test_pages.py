"""The standing pages: what they must say, what they must not leave behind, and the letter box."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from django.urls import reverse
from django.utils import translation

from notifications.models import Email
from tests.factories import make_user
from web import region

PAGES = ("accessibility", "privacy", "cookies", "about", "styleguide")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize("name", PAGES)
def test_a_reader_gets_no_cookie(client, name):
    response = client.get(reverse(name))

    assert response.status_code == 200
    assert response.cookies == {}
    assert "no-store" not in response.get("Cache-Control", "")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_shown_to_somebody_signed_in_is_kept_by_nobody(client, name):
    client.force_login(make_user())

    assert client.get(reverse(name))["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_leads_to_itself_in_the_other_language(client, name):
    here = reverse(name)
    with translation.override("sv"):
        there = reverse(name)

    assert f'href="{there}?a=1" lang="sv"' in client.get(here, {"a": "1"}).content.decode()
    assert f'href="{here}" lang="en"' in client.get(there).content.decode()


def test_the_accessibility_statement_says_what_the_law_asks_for(client):
    html = client.get(reverse("accessibility")).content.decode()
    here = region.current()

    for part in (here.publisher.name, here.supervisor.name, here.supervisor.url, here.contact_email, "2018:1937"):
        assert part.replace("@", "<wbr>@") in html or part in html
    assert f"{settings.ACCESSIBILITY['assessed_on']:%-d %B %Y}".lower() in html.lower()
    assert reverse("contact") in html
    assert "conforms partly" in html


def test_the_cookie_page_names_the_cookies_that_are_set(client):
    html = client.get(reverse("cookies")).content.decode()

    assert f"<code>{settings.SESSION_COOKIE_NAME}</code>" in html
    assert f"<code>{settings.CSRF_COOKIE_NAME}</code>" in html


def test_security_txt_is_in_force_for_less_than_a_year(client):
    response = client.get("/.well-known/security.txt")
    expires = re.search(r"Expires: (\S+)", response.content.decode())[1]
    left = datetime.fromisoformat(expires.replace("Z", "+00:00")) - datetime.now(UTC)

    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert "Contact: mailto:" in response.content.decode()
    assert timedelta(days=100) < left < timedelta(days=365)


def test_robots_are_shown_the_map(client):
    text = client.get("/robots.txt").content.decode()

    assert "Disallow: /admin/\n" in text
    assert f"Sitemap: {settings.SITE_URL}/sitemap.xml" in text


LETTER = {"about": "accessibility", "message": "The chart is hard to read.", "email": "eva@example.org"}


def test_anybody_can_write_without_an_account(client):
    response = client.post(reverse("contact"), LETTER, follow=True)

    mail = Email.objects.get(template="contact")
    assert response.status_code == 200
    assert (mail.to, mail.context["message"]) == (region.current().contact_email, LETTER["message"])
    assert (mail.context["email"], mail.context["topic"]) == ("eva@example.org", "Accessibility")


def test_the_same_letter_twice_is_one_mail(client):
    for _time in range(2):
        client.post(reverse("contact"), LETTER)

    assert Email.objects.filter(template="contact").count() == 1


def test_nothing_typed_is_lost_when_something_is_missing(client):
    html = client.post(reverse("contact"), {"about": "other", "message": "", "email": "no address"}).content.decode()

    assert 'value="no address"' in html
    assert 'href="#id_message"' in html
    assert 'aria-describedby="id_message_helptext id_message_error"' in html
    assert not Email.objects.exists()


def test_a_stream_of_letters_is_stopped(client):
    answers = []
    for number in range(6):
        cache.clear()  # Redis may be emptied: the count stands in PostgreSQL
        answers.append(client.post(reverse("contact"), {**LETTER, "message": f"Letter {number}"}))

    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert "Letter 5" in answers[-1].content.decode()


def test_the_menu_shows_only_pages_that_exist(client, settings):
    settings.NAVIGATION = [("about", "About us"), ("no_such_page", "Nowhere")]

    html = client.get(reverse("about")).content.decode()

    assert f'<a href="{reverse("about")}" aria-current="page">About us</a>' in html
    assert "Nowhere" not in html


def test_the_menu_says_where_a_page_belongs_that_is_no_part_of_it(client, settings):
    settings.NAVIGATION = [("start", "Start"), ("contact", "Write", "no_such_page", "about")]

    html = client.get(reverse("about")).content.decode()

    assert f'<a href="{reverse("contact")}" aria-current="true">Write</a>' in html
