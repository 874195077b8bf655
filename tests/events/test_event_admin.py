"""Events in the administration: words and tags are kept there, all that people act on is only read."""

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEntry
from events.models import Event
from tests.events.making import make_event
from tests.factories import make_actor, make_curator, make_municipality, make_theme
from tests.staff import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator(client):
    curator = make_curator()
    sign_in(client, curator)
    return curator


def change(event):
    return reverse("admin:events_event_change", args=[event.pk])


def typed(event, **more):
    return {"title_sv": event.title_sv, "kind": event.kind, "seen": event.updated_at.isoformat(), **more}


def test_staff_change_words_and_the_log_holds_it(client, curator):
    event, firm = make_event("Möte"), make_actor("Firm")
    sent = typed(event, title_sv="Nytt", organisers=[firm.pk], state="held", starts_at_0="2020-01-01", capacity="1")
    assert client.post(change(event), sent).status_code == 302
    now = Event.objects.get()
    assert (now.title_sv, now.version, list(now.organisers.all())) == ("Nytt", 2, [firm])
    assert (now.state, now.starts_at, now.capacity) == (event.state, event.starts_at, None)
    assert list(AuditEntry.objects.values_list("verb", "by")) == [("event.edit", curator.pk)]
    assert not LogEntry.objects.exists()


def test_a_save_over_a_newer_one_is_shown_first(client, curator):
    event = make_event("Möte")
    sent = typed(event, title_sv="Mitt")
    Event.objects.get().save()
    answer = client.post(change(event), sent)
    assert answer.status_code == 409
    assert "Mitt" in answer.content.decode()
    assert Event.objects.get().title_sv == "Möte"


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_as_much_for_many_rows_as_for_one(client, curator, rows):
    for _ in range(rows):
        make_event("Möte", municipality=make_municipality(), themes=[make_theme()])
    with CaptureQueriesContext(connection) as context:
        assert client.get(reverse("admin:events_event_changelist"), {"q": "möte"}).status_code == 200
    assert len(context) <= 12
