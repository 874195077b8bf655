"""allauth's own pages, with our settings: codes first, no answer tells who has an account, limits hold."""

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts import proofs
from accounts.models import User
from notifications.models import Email
from tests.factories import make_user, verified

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def test_sign_in_by_code(client):
    user = verified(make_user("eva@example.org"))
    client.post(reverse("account_request_login_code"), {"email": "EVA@example.org"})
    code = Email.objects.get(to="eva@example.org").secret["code"]

    answer = client.post(reverse("account_confirm_login_code"), {"code": code.lower()})

    assert answer.url == reverse("home")
    assert client.get(answer.url, follow=True).context["user"] == user


def neutral(answer, *addresses):
    body = answer.content.decode()
    for text in (*addresses, str((answer.context or {}).get("csrf_token", "no token"))):
        body = body.replace(text, "…")
    return answer.status_code, answer.headers.get("Location"), body


@pytest.mark.parametrize(
    "page", ["account_login", "account_request_login_code", "account_signup", "account_reset_password"]
)
def test_known_and_unknown_addresses_get_the_same_answer(page):
    verified(make_user("known@example.org"))
    seen = []
    for email in ("known@example.org", "other@example.org"):
        browser = Client()
        first = browser.post(reverse(page), {"email": email, "login": email, "name": "Eva Ek"})
        after = browser.get(first.url)
        wrong = browser.post(first.url, {"code": "BBBB-BBBB"})
        seen.append([neutral(one, email) for one in (first, after, wrong)])

    assert seen[0] == seen[1]


def test_wrong_password_and_unknown_address_get_the_same_answer():
    verified(make_user("known@example.org", password="a-long-password-here"))
    seen = []
    for email in ("known@example.org", "other@example.org"):
        answer = Client().post(reverse("account_login"), {"login": email, "password": "not the password"})
        seen.append(neutral(answer, email))

    assert seen[0] == seen[1]
    assert seen[0][0] == 200


def test_asking_for_codes_is_limited_though_the_cache_is_emptied_and_the_header_invented():
    verified(make_user("known@example.org"))
    for number in range(proofs.CODES_PER_ADDRESS + 3):
        cache.clear()
        browser = Client(headers={"X-Forwarded-For": f"192.0.2.{number}"})
        browser.post(reverse("account_request_login_code"), {"email": "known@example.org"})

    assert Email.objects.filter(to="known@example.org").count() == proofs.CODES_PER_ADDRESS
    for page in ("account_login", "account_request_login_code"):
        field = "login" if page == "account_login" else "email"
        Client().post(reverse(page), {field: "known@example.org"})
    assert Email.objects.filter(to="known@example.org").count() == proofs.CODES_PER_ADDRESS


@pytest.mark.parametrize("page", ["account_signup", "account_reset_password", "account_email"])
def test_no_page_fills_the_mailbox_of_somebody_else(page):
    member = verified(make_user("member@example.org"))
    for _number in range(proofs.CODES_PER_ADDRESS + 3):
        cache.clear()
        browser = Client()
        if page == "account_email":
            browser.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
        browser.post(reverse(page), {"email": "eva@example.org", "name": "Eva Ek", "action_add": ""})

    assert Email.objects.filter(to="eva@example.org").count() == proofs.CODES_PER_ADDRESS


def test_the_change_of_address_does_not_tell_who_has_an_account():
    verified(make_user("known@example.org"))
    seen = []
    for number, email in enumerate(("known@example.org", "other@example.org")):
        browser = Client()
        member = verified(make_user(f"member{number}@example.org", name="Member"))
        browser.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
        first = browser.post(reverse("account_email"), {"email": email, "action_add": ""})
        after = browser.get(first.url)
        wrong = browser.post(first.url, {"code": "BBBB-BBBB"})
        seen.append([neutral(one, email, member.email) for one in (first, after, wrong)])

    assert seen[0] == seen[1]


def test_guessing_passwords_is_limited_though_the_cache_is_emptied():
    user = verified(make_user("known@example.org", password="a-long-password-here"))
    right = {"login": user.email, "password": "a-long-password-here"}
    assert Client().post(reverse("account_login"), right).url == reverse("home")
    for _try in range(proofs.TRIES_PER_ADDRESS - 1):
        cache.clear()
        Client().post(reverse("account_login"), {"login": "known@example.org", "password": "wrong"})
    cache.clear()

    browser = Client()
    answer = browser.post(reverse("account_login"), right)

    assert answer.status_code == 200
    assert "_auth_user_id" not in browser.session


def test_a_forwarded_header_of_the_wrong_length_is_no_error(client, settings):
    settings.TRUSTED_PROXIES = settings.ALLAUTH_TRUSTED_PROXY_COUNT = 3

    answer = client.post(reverse("account_login"), {"login": "a@example.org", "password": "x"})
    one = client.post(
        reverse("account_login"), {"login": "a@example.org", "password": "x"}, headers={"X-Forwarded-For": "1.2.3.4"}
    )

    assert (answer.status_code, one.status_code) == (200, 200)


def test_a_plain_account_is_made_by_name_address_and_code(client):
    client.post(reverse("account_signup"), {"name": "Eva Ek", "email": "eva@example.org"})
    code = Email.objects.get(to="eva@example.org").secret["code"]
    client.post(reverse("account_email_verification_sent"), {"code": code})

    user = User.objects.get()
    assert (user.name, user.language) == ("Eva Ek", "en")
    assert EmailAddress.objects.get(user=user).verified
    assert client.get(reverse("my_page")).context["user"] == user


@pytest.mark.parametrize(("is_staff", "page"), [(True, "admin:index"), (False, "home")])
def test_staff_land_on_what_waits_and_others_where_home_leads(client, is_staff, page):
    verified(make_user("eva@example.org", password="a-long-password-here", is_staff=is_staff))

    answer = client.post(reverse("account_login"), {"login": "eva@example.org", "password": "a-long-password-here"})

    assert answer.url == reverse(page)
