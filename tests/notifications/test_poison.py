"""Jobs that are broken: none stops the others, none is tried for ever, and staff see each of them."""

import base64
import json
from datetime import timedelta

import pytest
from django.utils import timezone

from notifications import bell, digests, sending
from notifications.models import DigestSetting, Email, EmailKind, EmailState, Notification, Why
from platforms.actions import talk
from s3hub import processes
from tests.factories import make_space, make_user
from tests.notifications.conftest import Valkey, queue
from tests.notifications.test_killed import environment, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

POISON = {
    "no such template": {"template": "no_such_template"},
    "a path for a template": {"template": "../../etc/passwd"},
    "values of another kind": {"context": {"minutes": []}},
    "a reader that is gone": {"live": "nobody.knows"},
    "an address that no line takes": {"to": f"{'å' * 70}@example.org"},
}


@pytest.mark.parametrize("values", POISON.values(), ids=list(POISON))
@pytest.mark.parametrize("kind", [EmailKind.SECURITY, EmailKind.DIGEST])
def test_a_broken_mail_stops_no_other_is_tried_a_day_and_shown_to_staff(sink, values, kind):
    fine = [queue(f"fine{number}@example.org", kind=kind) for number in range(2)]
    poison = Email(key="poison", to="broken@example.org", language="en", template="account_code", kind=kind)
    for name, value in values.items():
        setattr(poison, name, value)
    poison.due_at = timezone.now() - timedelta(hours=1)  # the first in line
    poison.save()

    assert sending.send_due()[EmailState.SENT] == 2

    assert sink.ids() == {mail.message_id: 1 for mail in fine}
    assert list(Email.objects.in_trouble()) == [poison]
    tries = 1
    while Email.objects.filter(pk=poison.pk, state=EmailState.QUEUED).exists():
        Email.objects.filter(pk=poison.pk).update(due_at=timezone.now())
        sending.send_due()
        tries += 1
        assert tries < 20
    poison.refresh_from_db()
    assert (poison.state, poison.attempts) == (EmailState.FAILED, len(sending.BACKOFF_MINUTES) + 1)
    assert list(Email.objects.in_trouble()) == [poison]


def test_a_language_that_nobody_speaks_is_answered_in_one_of_ours(sink):
    queue("odd@example.org", language="xx")
    assert sending.send_due() == {EmailState.SENT: 1}
    assert "ABC-123" in sink.taken[0].message.get_body(("plain",)).get_content()


def test_a_mail_of_megabytes_goes_like_any_other(sink):
    context = {"name": "Eva", "actor": "A", "slug": "a", "text": "å " * 300_000}
    queue(template="claim_approved", context=context, secret={})
    queue()

    assert sending.send_due() == {EmailState.SENT: 2}


@pytest.mark.parametrize("thing", ["thread:none", "thread:0", "thread:" + "9" * 30, "nothing", "elsewhere:1", ""])
def test_news_of_what_cannot_be_stop_nobody_elses_digest(sink, thing):
    bo, eva = make_user(), make_user()
    space = make_space(members=[bo, eva])
    talk.start(space, by=space.members.coordinators().first().user, title="Water", body="Hello")
    Notification.objects.create(user=eva, thing=thing, place="space:1", kind="posted", part="c_new", why=Why.MEMBER)
    DigestSetting.objects.update(next_at=timezone.now())
    digests.queue_due()

    sending.send_due()

    assert [bo.email] in [taken.to for taken in sink.taken]
    assert Email.objects.get(user=bo).state == EmailState.SENT
    assert Email.objects.get(user=eva).state in (EmailState.SENT, EmailState.QUEUED)


def message(task="notifications.tasks.send_due_mail", body=b"[[], {}, {}]", **properties):
    """What the broker holds for a worker."""
    properties = {"delivery_info": {}, "delivery_tag": "x", "body_encoding": "base64", **properties}
    headers = {"task": task, "id": "1", "lang": "py"}
    values = {"body": base64.b64encode(body).decode(), "content-encoding": "utf-8", "content-type": "application/json"}
    return json.dumps({**values, "headers": headers, "properties": properties})


MALFORMED = [
    "not json",
    "{}",
    "[]",
    message(body=b"not json"),
    message(body=b'[["an id"], {"that": "is not known"}, {}]'),
    message(task="os.system", body=b'[["true"], {}, {}]'),
    message().replace("application/json", "application/x-python-serialize"),
    message(body_encoding="rot13"),
]


def arrives(child, sink, mail):
    child.start_again_if_dead()
    return bell.ring() and sink.ids()[mail.message_id]


@pytest.mark.slow
def test_messages_that_are_none_cost_the_worker_a_start_at_most_and_stop_no_mail(sink, monkeypatch, tmp_path):
    """Some of them end it: whoever watches over it (here as in the demo) starts it again."""
    command = ["celery", "-A", "s3hub", "worker", "--concurrency=1", "--without-gossip", "--without-mingle"]
    with Valkey(tmp_path) as valkey:
        monkeypatch.setattr(bell, "broker", lambda: valkey.broker_url)
        valkey.command("LPUSH", "celery", *MALFORMED)
        mail = queue("a@example.org")
        own = environment(sink, REDIS_URL=valkey.broker_url)
        child = processes.Child("worker", command, log=tmp_path / "worker.log", environ=own)
        child.start()
        try:
            wait_until(lambda: arrives(child, sink, mail), 90, "the mail")
        finally:
            processes.end([child])
