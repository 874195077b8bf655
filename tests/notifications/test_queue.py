"""What is written into the outbox, and how."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from notifications import bell
from notifications.actions import queue_email, queue_emails, withdraw
from notifications.models import Email, EmailState
from tests.notifications.conftest import queue


@pytest.fixture
def rings(monkeypatch):
    """How often the broker was rung."""
    rung = []
    monkeypatch.setattr("celery.app.base.Celery.send_task", lambda app, name, **options: rung.append(name))
    return rung


@pytest.mark.django_db
def test_the_same_key_is_one_mail():
    first = queue(key="actor:7:published")
    again = queue("other@example.org", key="actor:7:published")

    assert again == first
    assert list(Email.objects.values_list("to", flat=True)) == [first.to]


@pytest.mark.django_db(transaction=True)
def test_the_same_key_at_the_same_time_is_one_mail():
    start, seen = threading.Barrier(8), []

    def one():
        start.wait()
        seen.append(queue("reader@example.org", key="once").pk)
        connection.close()

    threads = [threading.Thread(target=one) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert len(seen) == 8
    assert set(seen) == {Email.objects.get().pk}


@pytest.mark.django_db(transaction=True)
def test_the_bell_rings_once_per_transaction_and_only_after_it(rings):
    with transaction.atomic():
        queue()
        queue()
        assert rings == []
    assert rings == [bell.TASK]


@pytest.mark.django_db(transaction=True)
def test_a_mail_vanishes_with_its_cause(rings):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        queue()
        raise ZeroDivisionError
    assert (Email.objects.count(), rings) == (0, [])


@pytest.mark.django_db
def test_a_waiting_mail_can_be_withdrawn_and_loses_its_code():
    mail = queue(key="k")

    assert withdraw(key="k") is True
    assert withdraw(key="k") is False
    assert withdraw(key="unknown") is False

    mail.refresh_from_db()
    assert (mail.state, mail.secret) == (EmailState.WITHDRAWN, {"code": ""})


@pytest.mark.django_db
@pytest.mark.parametrize("state", sorted(set(EmailState.values) - {"queued"}))
def test_what_has_gone_cannot_be_withdrawn(state):
    Email.objects.filter(pk=queue(key="k").pk).update(state=state)
    assert withdraw(key="k") is False
    assert Email.objects.get().state == state


@pytest.mark.django_db
@pytest.mark.parametrize(
    "to", ["", "nobody", "a@b@c.se", "a@example.org\r\nBcc: b@example.org", "a@example.org, b@x.se"]
)
def test_what_is_no_address_is_refused(to):
    with pytest.raises(ValidationError):
        queue_email(to=to, template="account_code", context={}, language="sv", key="k")
    assert not Email.objects.exists()


@pytest.mark.django_db
def test_values_that_json_cannot_carry_are_refused():
    with pytest.raises(TypeError), transaction.atomic():
        queue(context={"when": object()})


@given(path=st.text())
def test_a_link_in_a_mail_never_leaves_the_site(path):
    from django.conf import settings

    from notifications.templatetags.mail import absolute

    link = absolute(path)
    assert link == "" or link.startswith(settings.SITE_URL + "/")


@pytest.mark.django_db
def test_many_at_once_are_what_one_by_one_would_be():
    now = timezone.now()
    same = {"template": "account_code", "language": "sv", "due_at": now, "created_at": now}
    mails = [
        {"to": f"p{n}@example.org", "key": f"many:{n}", "context": {"n": n, "å": [None]}, **same} for n in range(3)
    ]

    queue_emails([*mails, {**mails[0], "to": "second@example.org"}])
    queue_emails(mails)

    made = list(Email.objects.order_by("key"))
    assert [(one.to, one.key, one.context) for one in made] == [(m["to"], m["key"], m["context"]) for m in mails]
    single = queue_email(**{k: v for k, v in mails[0].items() if k != "created_at"} | {"key": "one"})
    kept = {field.name for field in Email._meta.concrete_fields} - {"id", "key", "created_at"}
    assert {name: getattr(made[0], name) for name in kept} == {
        name: getattr(Email.objects.get(pk=single.pk), name) for name in kept
    }


@pytest.mark.django_db
def test_a_value_that_no_column_takes_is_refused_and_not_dropped():
    with pytest.raises(TypeError, match="usr"):
        queue_emails([{"to": "a@example.org", "key": "k", "template": "account_code", "language": "sv", "usr": 1}])
