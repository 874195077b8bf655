"""What a mail server says of mails of ours that did not arrive stops mail to dead addresses, and to no others."""

import pytest

from notifications import bounces, sending
from notifications.models import EmailState, Suppression
from platforms.actions.mail_in import Outcome, receive
from tests.notifications.conftest import queue

pytestmark = pytest.mark.django_db(transaction=True)

REPORT = """From: MAILER-DAEMON@mx.example.net
To: hub@example.org
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} <{address}>: Recipient address rejected

--b
Content-Type: {head}

Message-ID: {message_id}
From: hub@example.org
To: {address}
Subject: Your code

--b--
"""


def report(mail, **values):
    facts = {"address": "eva@example.org", "action": "failed", "status": "5.1.1", "head": "message/rfc822"}
    return REPORT.format(**{**facts, "message_id": mail.message_id, **values}).replace("\n", "\r\n").encode()


@pytest.fixture
def sent(sink):
    mail = queue("eva@example.org")
    sending.send_due()
    return mail


@pytest.mark.parametrize("head", ["message/rfc822", "text/rfc822-headers"])
@pytest.mark.parametrize("address", ["eva@example.org", "Eva@Example.org"])
def test_a_dead_address_is_stopped_and_staff_see_why(sent, head, address):
    assert receive(report(sent, head=head, address=address)) == Outcome.STOPPED

    sent.refresh_from_db()
    assert sent.state == EmailState.FAILED and "Recipient address rejected" in sent.answer
    assert Suppression.objects.get().address == "eva@example.org"
    later = queue("eva@example.org")
    sending.send_due()
    later.refresh_from_db()
    assert later.state == EmailState.SUPPRESSED


@pytest.mark.parametrize(
    "values",
    [
        {"action": "delayed", "status": "4.4.1"},
        {"action": "delivered", "status": "2.0.0"},
        {"status": "5.2.2"},
        {"status": "5.7.1"},
        {"status": "4.2.2"},
        {"address": "bo@example.org"},
        {"address": "eva"},
        {"message_id": "<somebody@else.example>"},
        {"message_id": f"<{'0' * 40}@example.org>"},
        {"message_id": ""},
        {"head": "text/plain"},
    ],
    ids=str,
)
def test_whatever_is_no_report_of_a_dead_address_that_we_wrote_to_stops_nothing(sent, values):
    queue("bo@example.org")

    assert receive(report(sent, **values)) == Outcome.DROPPED
    assert not Suppression.objects.exists()


def test_a_second_report_changes_nothing(sent):
    for _time in range(2):
        assert bounces.take(report(sent)) == [sent]
    assert Suppression.objects.count() == 1


@pytest.mark.parametrize("raw", [b"", b"\xff" * 100, b"Content-Type: multipart/report\r\n\r\n", b"A: b\r\n\r\nhello"])
def test_anything_else_is_no_report(raw):
    assert bounces.take(raw) == []
