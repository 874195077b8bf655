from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from accounts import mine
from accounts.actions import close_account
from accounts.purge import purge_now
from notifications.actions import queue_email
from notifications.mine import StoppedPart
from notifications.models import Email, EmailKind, EmailState, Suppression
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def mail_to(user, key, **fields):
    context = {"name": user.name, "actor": "Acme", "slug": "acme", "text": f"Dear {user.name}"}
    values = {"template": "claim_approved", "language": "sv", "key": key, "user": user, **fields}
    return queue_email(to=user.email, context=context, **values)


def part():
    return next(part for part in mine.parts() if part.key == "mails")


def test_my_data_tells_of_my_mails_and_of_nobody_elses():
    eva, other = make_user("eva@example.org", name="Eva"), make_user()
    mail_to(eva, "one")
    mail_to(other, "two")

    mails = part().data(eva)["mails"]
    assert [(mail["to"], mail["template"], mail["state"]) for mail in mails] == [
        ("eva@example.org", "claim_approved", "queued")
    ]


def test_my_data_tells_why_no_mail_comes_any_more():
    eva = make_user("eva@example.org")
    stop = Suppression.objects.create(address="eva@example.org", cause="complaint", reason="complaint: abuse")
    Suppression.objects.create(address="bo@example.org")

    assert StoppedPart().data(eva) == {
        "stopped": [
            {
                "address": "eva@example.org",
                "cause": "complaint",
                "reason": "complaint: abuse",
                "since": stop.since.isoformat(),
            }
        ]
    }


def test_closing_an_account_withdraws_what_waits_and_takes_name_and_address_out_of_the_ledger():
    eva, other = make_user("eva@example.org", name="Eva Ek"), make_user("bo@example.org", name="Bo")
    waiting, sent, others = mail_to(eva, "one"), mail_to(eva, "two:eva@example.org"), mail_to(other, "three")
    Email.objects.filter(pk=sent.pk).update(state=EmailState.SENT, subject="To Eva Ek", answer="250 eva@example.org")

    close_account(by=eva)

    left = list(Email.objects.order_by("pk").values("to", "state", "subject", "answer", "context", "key"))
    gone = f"closed-{eva.pk}@account.invalid"
    blank = {"name": "–", "actor": "Acme", "slug": "acme", "text": "Dear –"}
    assert left[:2] == [
        {"to": gone, "state": "withdrawn", "subject": "", "answer": "", "context": blank, "key": "one"},
        {"to": gone, "state": "sent", "subject": "To –", "answer": "", "context": blank, "key": "two:–"},
    ]
    assert (left[2]["to"], left[2]["state"]) == (others.to, "queued")
    assert waiting.pk != sent.pk


def test_a_warning_on_its_way_about_security_still_reaches_the_person():
    eva = make_user("eva@example.org", name="Eva")
    warning = mail_to(eva, "one", kind=EmailKind.SECURITY)

    close_account(by=eva)

    warning.refresh_from_db()
    assert (warning.to, warning.state) == ("eva@example.org", EmailState.QUEUED)


def test_the_ledger_forgets_a_mail_that_ended_long_ago_but_not_one_that_waits():
    eva = make_user()
    old, waiting = mail_to(eva, "one"), mail_to(eva, "two")
    long_ago = timezone.now() - timedelta(days=settings.MAIL_DAYS + 1)
    Email.objects.update(created_at=long_ago)
    Email.objects.filter(pk=old.pk).update(state=EmailState.SENT)

    assert purge_now()["mails"] == 1
    assert list(Email.objects.all()) == [waiting]


def test_my_page_tells_whoever_our_mails_do_not_reach_and_nobody_else(client):
    eva = make_user("Eva@example.org")
    client.force_login(eva)
    assert "Our mails do not reach you" not in client.get("/en/my-page/").content.decode()
    Suppression.objects.create(address="other@example.org")
    assert "Our mails do not reach you" not in client.get("/en/my-page/").content.decode()

    Suppression.objects.create(address="eva@example.org")

    page = client.get("/en/my-page/").content.decode()
    assert "Our mails do not reach you" in page
    assert all(f'href="{path}"' in page for path in ("/en/account/email/", "/en/contact/"))
