"""What the reader gets: headers, languages, emblem, size; and what typed text cannot do to it."""

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.utils import parsedate_to_datetime

import pytest
from django.conf import settings as configured
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from notifications import sending
from notifications.composing import compose
from notifications.models import Email
from notifications.rendering import MASK, Rendered, render
from tests.notifications.conftest import queue
from web import region

CODE = {"purpose": "password", "minutes": 15}


def words(language):
    """What the region calls itself in `language`: site name and the text of the emblem."""
    with translation.override(language):
        return region.current().site_name, region.current().emblem.text


def a_mail(**values):
    fields = {"key": "k", "template": "account_code", "context": CODE, "secret": {"code": "C0DE"}}
    return Email(**{"to": "eva@example.org", "language": "sv", **fields, **values})


@pytest.mark.django_db(transaction=True)
def test_the_headers_say_who_writes_and_that_nobody_should_answer_by_machine(sink):
    mail = queue("eva@example.org")
    sending.send_due()
    message = sink.taken[0].message

    assert {name: message[name] for name in ("To", "From", "Subject", "Reply-To", "Message-ID", "Auto-Submitted")} == {
        "To": "eva@example.org",
        "From": f"{words('en')[0]} <{configured.DEFAULT_FROM_EMAIL}>",
        "Subject": "Your code to sign in",
        "Reply-To": region.current().contact_email,
        "Message-ID": mail.message_id,
        "Auto-Submitted": "auto-generated",
    }
    assert mail.message_id.endswith(f"@{configured.MAIL_DOMAIN}>")
    assert abs((parsedate_to_datetime(message["Date"]) - timezone.now()).total_seconds()) < 60
    assert sink.taken[0].sender == configured.DEFAULT_FROM_EMAIL
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
    ]


def test_the_reader_s_language_and_the_region_s_time_are_switched_on():
    told = {"what": "totp_activated", "at": "2026-07-01T20:30:00+00:00", "account_path": "/x/"}
    with translation.override("sv"), timezone.override(UTC):
        mail = render(a_mail(template="account_notice", context=told, language="en"))
        assert (translation.get_language(), timezone.get_current_timezone()) == ("sv", UTC)
    assert mail.subject == "A change to your account"
    assert "22:30" in mail.text and "22:30" in mail.html


def test_links_are_built_from_the_site_s_address_only(settings):
    settings.SITE_URL = "https://hub.example.org"
    mail = render(a_mail(template="account_unknown", context={"signup_path": "https://evil.example/x"}))
    assert "evil" not in mail.text + mail.html
    assert "https://hub.example.org" in mail.text


def test_a_code_never_reaches_the_subject_and_can_be_masked(tmp_path, settings):
    folder = tmp_path / "mail" / "leaky"
    folder.mkdir(parents=True)
    for name in ("subject.txt", "body.txt", "body.html"):
        (folder / name).write_text("[{{ code }}]")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]

    assert render(a_mail(template="leaky")) == Rendered("[]", "[C0DE]\n", "[C0DE]")
    assert render(a_mail(template="leaky"), masked=True) == Rendered("[]", f"[{MASK}]\n", f"[{MASK}]")


TYPED = st.text(max_size=300) | st.sampled_from(["a\r\nBcc: b@example.org", "a\n\nbody", "\r", "{{ code }}", "<b>"])


@effort(max_examples=60, deadline=None)
@given(typed=TYPED)
def test_what_people_type_is_never_a_header_a_template_or_markup(typed):
    context = {
        "what": "email_deleted",
        "deleted_email": typed,
        "account_path": "/",
        "at": datetime.now(UTC).isoformat(),
    }
    mail = a_mail(template="account_notice", context=context, secret={"code": "C0DE"})
    rendered = render(mail)
    raw = compose(mail, Rendered(" ".join(typed.split())[:250], rendered.text, rendered.html))

    assert "C0DE" not in rendered.text + rendered.html
    assert "<b>" not in rendered.html
    assert message_from_bytes(raw).keys().count("Bcc") == 0
    raw_headers = raw.split(b"\r\n\r\n", 1)[0]
    assert not re.search(rb"(?im)^(bcc|cc):", raw_headers)


@pytest.mark.parametrize("name", ["List-Unsubscribe", "References", "In-Reply-To"])
def test_a_long_address_for_machines_stays_in_one_piece(name):
    address = f"<https://innovationshubben.regionblekinge.example/inga-fler-mejl/{'a' * 60}/>"

    message = compose(a_mail(), Rendered("s", "t", "<p>h</p>", {name: address}))

    assert f"{name}: {address}\r\n".encode() in message


@pytest.mark.parametrize("subject", ["a\r\nBcc: b@example.org", "a\nX: y", "a\rb"])
def test_a_subject_with_line_ends_is_refused_if_it_ever_came_so_far(subject):
    with pytest.raises(ValueError):
        compose(a_mail(), Rendered(subject, "", ""))


@pytest.mark.django_db(transaction=True)
def test_what_arrives_is_letter_by_letter_what_was_rendered(sink):
    mail = queue("eva@example.org", language="sv", secret={"code": "Å-" + "ö" * 200})
    expected = render(mail)
    sending.send_due()

    message = sink.taken[0].message
    parts = {part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()}
    assert parts["text/plain"].replace("\r\n", "\n") == expected.text
    assert parts["text/html"].replace("\r\n", "\n") == expected.html
    assert parts["image/png"].startswith(b"\x89PNG")


def test_a_domain_with_swedish_letters_becomes_ascii():
    message = message_from_bytes(compose(a_mail(to="eva@örn.example"), Rendered("s", "t", "h")))
    assert message["To"] == "eva@xn--rn-eka.example"
