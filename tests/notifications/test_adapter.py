"""allauth's mails: all known, all through the outbox, codes kept apart."""

from pathlib import Path

import allauth
import pytest
from django.urls import reverse
from django.utils import timezone

from notifications import adapter
from notifications.adapter import OutboxAccountAdapter
from notifications.models import Email, EmailKind
from notifications.rendering import render
from tests.factories import make_user

FOLDERS = [Path(allauth.__file__).parent / "templates" / app / "email" for app in ("account", "mfa")]
NAMES = sorted(path.name.removesuffix("_subject.txt") for folder in FOLDERS for path in folder.glob("*_subject.txt"))
GIVEN = {
    "code": "ABC-123",
    "password_reset_url": "http://evil.example/en/account/reset/key-x/",
    "signup_url": "http://evil.example/x",
    "from_email": "a@example.org",
    "to_email": "b@example.org",
    "deleted_email": "c@example.org",
    "ip": "192.0.2.7",
    "user_agent": "Browser",
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_every_mail_of_allauth_has_its_place(name):
    eva = make_user("eva@example.org", language="en")

    for _ in range(2):
        OutboxAccountAdapter().send_mail(f"account/email/{name}", "Eva@example.org", GIVEN)

    first, second = Email.objects.order_by("id")
    assert first.key != second.key
    assert (first.kind, first.user, first.language) == (EmailKind.SECURITY, eva, "en")
    assert "ABC-123" not in str(first.context)
    assert "192.0.2.7" not in str(first.context)
    mail = render(first)
    assert "evil" not in mail.text + mail.html
    assert ("ABC-123" in mail.text and "ABC-123" in mail.html) is (name in adapter.CODES)
    assert mail.subject


@pytest.mark.django_db
def test_a_code_dies_in_the_outbox_when_it_would_no_longer_work(settings):
    settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
    OutboxAccountAdapter().send_mail("account/email/login_code", "eva@example.org", GIVEN)
    mail = Email.objects.get()
    assert (mail.secret, mail.context) == ({"code": "ABC-123"}, {"purpose": "sign_in", "minutes": 10})
    assert 590 <= (mail.expires_at - timezone.now()).total_seconds() <= 600


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "language"), [("/", "sv"), ("/en/", "en")])
def test_a_stranger_is_answered_in_the_language_of_the_page(client, path, language):
    from django.utils import translation

    with translation.override(language):
        page = reverse("account_request_login_code")
    client.post(page, {"email": "stranger@example.org"})
    assert list(Email.objects.values_list("template", "language", "user")) == [("account_unknown", language, None)]


@pytest.mark.django_db
def test_a_mail_that_allauth_invents_tomorrow_is_an_error_today():
    with pytest.raises(KeyError):
        OutboxAccountAdapter().send_mail("account/email/brand_new", "eva@example.org", {})
