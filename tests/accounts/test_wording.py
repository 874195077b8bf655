"""What allauth and Django say on our pages is plain Swedish too."""

import gettext
import re
from pathlib import Path

import allauth
import django
import pytest
from django.urls import reverse
from django.utils import translation

from accounts import wording
from tests.factories import make_user, verified

pytestmark = pytest.mark.django_db

JARGON = re.compile(r"\bepost|\bmail|vänligen|autentis|verifier|detta värde|detta fält|säkerställ", re.IGNORECASE)
FOR_ANYONE = ["account_login", "account_request_login_code", "account_signup", "account_reset_password"]
FOR_ME = ["account_email", "account_change_password", "mfa_index", "mfa_list_webauthn", "account_reauthenticate"]


@pytest.fixture(autouse=True)
def swedish():
    with translation.override("sv"):
        yield


def said(answer):
    """The text of a page, without tags, addresses and scripts."""
    body = re.sub(r"<script.*?</script>", "", answer.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body[body.index("<main") : body.index("</main>")]).split())


@pytest.mark.parametrize("page", FOR_ANYONE)
def test_a_page_for_anyone_and_its_errors_are_plain(client, page):
    for answer in (client.get(reverse(page)), client.post(reverse(page), {"email": "x", "login": "x"})):
        assert answer.status_code == 200
        assert not JARGON.search(said(answer)), said(answer)


@pytest.mark.parametrize("page", FOR_ME)
def test_a_page_about_my_account_and_its_errors_are_plain(client, page):
    user = verified(make_user(password="a-long-password-here"))
    client.force_login(user)

    for answer in (client.get(reverse(page)), client.post(reverse(page), {"email": "x", "action_add": ""})):
        if answer.status_code == 200:
            assert not JARGON.search(said(answer)), said(answer)


def test_the_page_that_asks_for_the_code_is_plain_and_has_one_main_button(client):
    client.post(reverse("account_login"), {"login": "nobody@example.org"})

    answer = client.post(reverse("account_confirm_login_code"), {"code": "BBBB-BBBB"})

    assert not JARGON.search(said(answer)), said(answer)
    main = answer.content.decode().split("<main", 1)[1]
    assert re.findall(r'<button class="btn"[^>]*>\s*([^<]+?)\s*</button>', main) == ["Fortsätt"]


def test_no_field_says_its_label_once_more_inside(client):
    for page in FOR_ANYONE:
        assert "placeholder" not in client.get(reverse(page)).content.decode()


def test_every_sentence_is_still_said_by_a_library():
    """A sentence that a library words anew would fall back to the library's own Swedish."""
    folders = [Path(allauth.__file__).parent, Path(django.__file__).parent / "conf"]
    folders.append(Path(django.__file__).parent / "contrib/auth")
    known = set()
    for folder in folders:
        with (folder / "locale/sv/LC_MESSAGES/django.mo").open("rb") as file:
            known |= {key[0] if isinstance(key, tuple) else key for key in gettext.GNUTranslations(file)._catalog}

    counted = [sentence._kw["singular"] for sentence in wording.COUNTED]
    assert [sentence for sentence in [*wording.SENTENCES, *counted] if sentence not in known] == []
