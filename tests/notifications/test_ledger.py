"""The ledger in the administration: who sees what, and what can be done."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from notifications.models import Email, EmailKind, EmailState, Notification, Part, Suppression, Why
from notifications.rendering import MASK, render
from notifications.tokens import SETTINGS, token
from tests.factories import make_user
from tests.notifications.conftest import queue

pytestmark = pytest.mark.django_db
LIST, STOPPED = reverse("admin:notifications_email_changelist"), reverse("admin:notifications_suppression_changelist")


@pytest.fixture
def sign_in(client, settings):
    """Sign in as staff with just these permissions."""
    settings.SECOND_FACTOR_REQUIRED = False

    def do(*codenames):
        user = make_user(is_staff=True)
        found = Permission.objects.filter(content_type__app_label="notifications", codename__in=codenames)
        assert len(found) == len(codenames)
        user.user_permissions.set(found)
        client.force_login(user)
        return user

    return do


def make_sent(**values):
    """A sent mail that carried no code."""
    mail = queue(template="account_unknown", context={"signup_path": "/x/"}, secret={}, **values)
    Email.objects.filter(pk=mail.pk).update(state=EmailState.SENT, subject="Hello", sent_at=timezone.now())
    mail.refresh_from_db()
    return mail


def lift_of(stopped):
    return reverse("admin:notifications_suppression_lift", args=[stopped.pk])


def run(client, url, action, *rows):
    return client.post(url, {"action": action, "_selected_action": [row.pk for row in rows]}, follow=True)


def test_the_list_asks_as_much_for_three_mails_as_for_one(client, sign_in, django_assert_max_num_queries):
    sign_in("view_email", "resend_email")
    counts = []
    for number in (1, 2):
        [make_sent(user=make_user()) for _ in range(number)]
        with django_assert_max_num_queries(12) as captured:
            assert client.get(LIST).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_list_of_stopped_addresses_asks_as_much_for_three_as_for_one(
    client, sign_in, django_assert_max_num_queries
):
    sign_in("view_suppression", "lift_suppression")
    counts = []
    for number in (1, 2):
        [Suppression.objects.create(address=f"{number}{other}@example.org") for other in range(number)]
        with django_assert_max_num_queries(12) as captured:
            assert client.get(STOPPED).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_an_address_is_found_and_trouble_is_one_filter(client, sign_in):
    sign_in("view_email")
    make_sent(to="fine@example.org")
    for state in ("failed", "unknown", "suppressed"):
        Email.objects.filter(pk=queue(f"{state}@example.org").pk).update(state=state)
    Email.objects.filter(pk=queue("delayed@example.org").pk).update(attempts=1)
    queue("waiting@example.org")

    def listed(**query):
        return sorted(client.get(LIST, query).context["cl"].queryset.values_list("to", flat=True))

    assert listed(q="fine@") == ["fine@example.org"]
    assert listed(state__exact="unknown") == ["unknown@example.org"]
    assert listed(trouble="yes") == [f"{name}@example.org" for name in ("delayed", "failed", "suppressed", "unknown")]


@pytest.mark.parametrize(("demo", "shown"), [(False, "••••"), (True, "QWE-789")])
def test_codes_are_shown_in_the_demo_only(client, sign_in, settings, demo, shown):
    settings.DEMO = demo
    sign_in("view_email")
    mail = queue(secret={"code": "QWE-789"})

    pages = [
        client.get(reverse("admin:notifications_email_change", args=[mail.pk])).content.decode(),
        client.get(reverse("admin:notifications_email_html", args=[mail.pk])).content.decode(),
    ]

    for page in pages:
        assert shown in page
        assert ("QWE-789" in page) is demo


def test_a_mail_is_shown_under_a_policy_of_its_own_and_the_rest_under_the_strict_one(client, sign_in):
    sign_in("view_email")
    mail = make_sent()

    page = client.get(reverse("admin:notifications_email_html", args=[mail.pk]))
    ledger = client.get(reverse("admin:notifications_email_change", args=[mail.pk]))

    policy = page.headers["Content-Security-Policy"]
    assert "sandbox;" in policy and "default-src 'none'" in policy and "script-src" not in policy
    assert "frame-ancestors 'self'" in policy
    assert page.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "no-store" in page.headers["Cache-Control"]
    assert "cid:" not in page.content.decode()
    assert "unsafe-inline" not in ledger.headers["Content-Security-Policy"]
    assert "frame-src 'self'" in ledger.headers["Content-Security-Policy"]
    assert ledger.headers["X-Frame-Options"] == "DENY"
    frames = re.findall("<iframe[^>]*>", ledger.content.decode())
    assert [" sandbox " in frame for frame in frames] == [True]
    assert client.post(reverse("admin:notifications_email_html", args=[mail.pk])).status_code == 405
    assert client.get(reverse("admin:notifications_email_html", args=[0])).status_code == 404


def test_a_mail_that_cannot_be_built_still_has_its_page(client, sign_in):
    sign_in("view_email")
    mail = queue(template="gone")
    page = client.get(reverse("admin:notifications_email_change", args=[mail.pk]))
    shown = client.get(reverse("admin:notifications_email_html", args=[mail.pk]))
    assert (page.status_code, shown.status_code) == (200, 404)
    assert "TemplateDoesNotExist" in page.content.decode()


def test_sending_again_makes_a_new_mail_and_is_logged(client, sign_in):
    staff = sign_in("view_email", "resend_email")
    mail = make_sent(key="x" * 200)

    run(client, LIST, "send_again", mail)
    run(client, LIST, "send_again", mail)  # a double click

    copy = Email.objects.get(again_of=mail)
    assert (copy.to, copy.template, copy.context) == (mail.to, mail.template, mail.context)
    assert (copy.state, copy.key, copy.message_id == mail.message_id) == ("queued", f"again:{mail.pk}:1", False)
    assert list(AuditEntry.objects.values_list("by", "verb", "target_id")) == [
        (staff.pk, "email.send_again", str(mail.pk))
    ]

    Email.objects.filter(pk=copy.pk).update(state=EmailState.FAILED)
    run(client, LIST, "send_again", mail)
    assert list(Email.objects.filter(again_of=mail).values_list("key", flat=True).order_by("id")) == [
        f"again:{mail.pk}:1",
        f"again:{mail.pk}:2",
    ]


def test_what_cannot_be_sent_again_says_why(client, sign_in):
    sign_in("view_email", "resend_email")
    waiting, stopped, withdrawn, used = queue(), make_sent(to="Gone@example.org"), make_sent(), queue()
    late = make_sent(expires_at=timezone.now() - timedelta(seconds=1))
    Suppression.objects.create(address="gone@example.org")
    Email.objects.filter(pk=withdrawn.pk).update(state=EmailState.WITHDRAWN)
    used.end(EmailState.SENT)
    good = make_sent()

    page = run(client, LIST, "send_again", waiting, stopped, withdrawn, used, late, good)

    assert list(Email.objects.exclude(again_of=None).values_list("again_of", flat=True)) == [good.pk]
    assert [message.level_tag for message in page.context["messages"]] == ["error"] * 5 + ["success"]


def make_told(**values):
    """A digest that told three things: a person's, of a space."""
    eva = make_user("eva@example.org")
    mail = queue(eva.email, user=eva, template="digest", context={}, secret={}, kind=EmailKind.DIGEST, **values)
    Email.objects.filter(pk=mail.pk).update(state=EmailState.UNKNOWN)
    for number, part in enumerate((Part.NEEDS, Part.NEW, Part.NEW)):
        Notification.objects.create(
            user=eva, thing=f"thread:{number}", place="space:1", kind="x", part=part, why=Why.MEMBER, digest=mail
        )
    mail.refresh_from_db()
    return mail


def test_a_digest_is_not_sent_again_since_the_next_one_tells_what_is_left(client, sign_in):
    sign_in("view_email", "resend_email")
    digests = [make_told(live="notifications.digest"), queue(kind=EmailKind.DIGEST, template="digest", secret={})]
    Email.objects.update(state=EmailState.FAILED)

    page = run(client, LIST, "send_again", *digests)

    assert [message.level_tag for message in page.context["messages"]] == ["error", "error"]
    assert not Email.objects.exclude(again_of=None).exists()


def test_nothing_is_sent_again_to_a_closed_account(client, sign_in):
    sign_in("view_email", "resend_email")
    mail = make_sent(user=make_user(is_active=False))

    page = run(client, LIST, "send_again", mail)

    assert [message.level_tag for message in page.context["messages"]] == ["error"]
    assert not Email.objects.filter(again_of=mail).exists()


@pytest.mark.parametrize("template", ["digest", "talk_post"])
def test_words_that_are_stored_nowhere_are_not_made_up_for_staff(client, sign_in, template):
    sign_in("view_email")
    mail = make_told(live="notifications.digest")
    Email.objects.update(template=template)

    page = client.get(reverse("admin:notifications_email_change", args=[mail.pk]), headers={"accept-language": "en"})
    html = client.get(reverse("admin:notifications_email_html", args=[mail.pk]))

    text = page.content.decode()
    assert html.status_code == 404
    assert "<iframe" not in text and "mail-text" not in text
    assert f'href="{reverse("mail_preview")}#{template}"' in text
    assert f"{Part.NEEDS.label}: 1, {Part.NEW.label}: 2" in text


def test_the_link_that_ends_mails_of_a_kind_is_its_reader_s_alone(client, sign_in):
    sign_in("view_email")
    eva = make_user()
    mail = make_sent(user=eva, kind=EmailKind.REMINDER)

    pages = [
        client.get(reverse(f"admin:notifications_email_{page}", args=[mail.pk])).content.decode()
        for page in ("change", "html")
    ]

    assert token(SETTINGS, eva.pk) in render(mail).html
    for page in pages:
        assert token(SETTINGS, eva.pk) not in page
        assert MASK in page


def test_a_stopped_address_is_let_go_by_staff_and_logged(client, sign_in):
    sign_in("view_suppression", "lift_suppression")
    stopped = Suppression.objects.create(address="gone@example.org", reason="550 5.1.1")

    page = client.post(lift_of(stopped), {"reason": "She has a new\nmailbox."}, follow=True)

    assert page.status_code == 200
    assert not Suppression.objects.exists()
    assert list(AuditEntry.objects.values_list("verb", "target_label", "reason")) == [
        ("suppression.lift", "gone@example.org", "She has a new mailbox.")
    ]


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_nobody_lifts_a_stop_without_saying_why(client, sign_in, reason):
    sign_in("view_suppression", "lift_suppression")
    stopped = Suppression.objects.create(address="gone@example.org", reason="550 5.1.1")

    page = client.post(lift_of(stopped), {"reason": reason}, follow=True)

    assert [message.level_tag for message in page.context["messages"]] == ["error"]
    assert Suppression.objects.exists() and not AuditEntry.objects.exists()


def test_staff_see_who_is_stopped_why_and_since_when(client, sign_in):
    sign_in("view_suppression", "view_email")
    mail = make_sent(to="Gone@example.org")
    stopped = Suppression.objects.create(address="gone@example.org", cause="complaint", reason="complaint: abuse")
    [Suppression.objects.create(address=f"{number}@example.org") for number in range(2)]

    listed = client.get(STOPPED, {"q": "gone", "cause__exact": "complaint"}).context["cl"].queryset
    page = client.get(reverse("admin:notifications_suppression_change", args=[stopped.pk])).content.decode()
    of_the_mail = client.get(reverse("admin:notifications_email_change", args=[mail.pk])).content.decode()

    assert list(listed) == [stopped]
    assert "complaint: abuse" in page and f"{LIST}?q=gone%40example.org" in page
    assert reverse("admin:notifications_suppression_change", args=[stopped.pk]) in of_the_mail


def test_without_the_permission_nothing_can_be_done_even_by_hand(client, sign_in):
    sign_in("view_email", "view_suppression")
    mail, stopped = make_sent(), Suppression.objects.create(address="gone@example.org")
    change = reverse("admin:notifications_email_change", args=[mail.pk])

    assert "send_again" not in client.get(change).content.decode()
    run(client, LIST, "send_again", mail)
    run(client, LIST, "delete_selected", mail)
    assert (
        lift_of(stopped)
        not in client.get(reverse("admin:notifications_suppression_change", args=[stopped.pk])).content.decode()
    )
    answers = [
        client.post(lift_of(stopped), {"reason": "Because."}).status_code,
        client.post(change, {"to": "other@example.org", "state": "queued"}).status_code,
        client.post(reverse("admin:notifications_email_delete", args=[mail.pk]), {"post": "yes"}).status_code,
        client.post(reverse("admin:notifications_email_add"), {"to": "a@example.org"}).status_code,
        client.post(reverse("admin:notifications_suppression_add"), {"address": "a@example.org"}).status_code,
    ]

    assert answers == [403] * 5
    assert list(Email.objects.values_list("pk", "to", "state")) == [(mail.pk, mail.to, "sent")]
    assert Suppression.objects.count() == 1
    assert not AuditEntry.objects.exists()


def test_not_even_an_administrator_rewrites_the_ledger(client, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    client.force_login(make_user(is_staff=True, is_superuser=True))
    mail, stopped = make_sent(), Suppression.objects.create(address="gone@example.org")

    typed = {"post": "yes", "to": "other@example.org", "address": "other@example.org"}
    answers = [
        client.post(reverse(f"admin:notifications_{name}_{page}", args=args), typed)
        for name, row in (("email", mail), ("suppression", stopped))
        for page, args in (("add", []), ("change", [row.pk]), ("delete", [row.pk]))
    ]
    run(client, LIST, "delete_selected", mail)
    run(client, STOPPED, "delete_selected", stopped)

    assert [answer.status_code for answer in answers] == [403] * 6
    assert list(Email.objects.values_list("pk", "to", "state")) == [(mail.pk, mail.to, "sent")]
    assert list(Suppression.objects.all()) == [stopped]


def test_a_mail_is_shown_as_text_letter_by_letter(client, sign_in):
    sign_in("view_email")
    context = {"name": "Eva <b>Ek</b>", "actor": "A", "slug": "a", "text": "<i>One</i>\nTwo"}
    mail = queue(template="claim_approved", context=context, secret={})

    page = client.get(reverse("admin:notifications_email_change", args=[mail.pk])).content.decode()

    assert "&lt;i&gt;One&lt;/i&gt;\nTwo" in page
    assert "<i>One" not in page


@pytest.mark.parametrize("who", ["nobody", "person", "staff"])
def test_the_ledger_is_closed_to_everybody_else(client, settings, who):
    settings.SECOND_FACTOR_REQUIRED = False
    mail = make_sent()
    if who != "nobody":
        client.force_login(make_user(is_staff=who == "staff"))
    urls = [
        LIST,
        STOPPED,
        *(reverse(f"admin:notifications_email_{page}", args=[mail.pk]) for page in ("change", "html")),
    ]
    assert {client.get(url).status_code for url in urls} == {302 if who == "nobody" else 403}
