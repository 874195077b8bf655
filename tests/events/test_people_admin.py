"""Who comes to events in the administration: staff who keep events read it, and nobody changes anything there."""

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from events.actions import counting, seat_mails
from events.models import Meeting, Profile, Registration
from notifications.models import Email
from tests.events.making import make_event, make_event_keeper, make_matchmaking, make_meeter, make_registration
from tests.events.test_follow_up import make_meeting
from tests.factories import make_actor, make_curator, make_user
from tests.staff import sign_in

pytestmark = pytest.mark.django_db
TABLES = ("registration", "profile", "meeting")


@pytest.fixture
def curator(client):
    curator = make_curator()
    sign_in(client, curator)
    return curator


def path(table, row=None):
    name = f"admin:events_{table}_"
    return reverse(name + "change", args=[row.pk]) if row else reverse(name + "changelist")


def page(client, table, row=None, **query):
    answer = client.get(path(table, row), query)
    assert answer.status_code == 200
    return answer.content.decode()


def make_three(event=None):
    """Eva who asked, Bo who was asked, and their meeting."""
    event = event or make_matchmaking().event
    eva = make_meeter(event, make_user("eva@example.org", name="Eva Ek"), offers="Givare", organisation="Hamnen")
    bo = make_meeter(event, email="bo@example.org", actor=make_actor("Sjömätt"), wishes="Givare")
    return eva, bo, make_meeting(event, eva, bo, line="Between us two")


def test_a_registration_is_found_by_person_and_event_with_what_became_of_its_last_mail(client, curator):
    eva, bo, _meeting = make_three()
    far = make_registration(make_event("Elsewhere"), email="per@example.org")
    seat_mails.queue([eva, bo, far], "confirmed", 1)
    Email.objects.filter(to="bo@example.org").update(state="failed")
    failed = str(Email.objects.get(to="bo@example.org").get_state_display())

    assert page(client, "registration").count(f">{failed}<") == 1
    assert "bo@example.org" in page(client, "registration", q="sjömätt")
    assert "eva@example.org" not in page(client, "registration", q="sjömätt")
    assert "per@example.org" in page(client, "registration", q="elsewhere")
    assert "per@example.org" not in page(client, "registration", event__id__exact=eva.event_id)
    shown = page(client, "registration", bo)
    assert reverse("admin:notifications_email_change", args=[Email.objects.get(to="bo@example.org").pk]) in shown
    assert reverse("event_people", args=[bo.event.slug]) in shown
    assert path("registration") + f"?event__id__exact={eva.event_id}" in page(client, "event", eva.event)


def test_the_mail_of_another_registration_is_not_told_as_ones_own(client, curator):
    row = make_registration(make_event(), email="bo@example.org")
    key = f"registration:{row.pk}0:confirmed:1"
    mail = Email.objects.create(to="x@example.org", key=key, template="event_seat", state="failed")
    assert f">{mail.get_state_display()}<" not in page(client, "registration")
    assert reverse("admin:notifications_email_change", args=[mail.pk]) not in page(client, "registration", row)


def test_what_is_shown_leaves_out_keys_and_words_between_two(client, curator):
    eva, bo, meeting = make_three()
    for table, row in zip(TABLES, (bo, bo.profile, meeting), strict=True):
        shown = page(client, table, row) + page(client, table)
        assert "Between us two" not in shown
        assert eva.nonce not in shown and bo.nonce not in shown and bo.token not in shown


@pytest.mark.parametrize("table", TABLES)
def test_nothing_is_changed_and_nothing_is_logged_also_not_by_an_administrator(client, table):
    eva, _bo, meeting = make_three()
    sign_in(client, make_user(is_staff=True, is_superuser=True))
    row = {"registration": eva, "profile": eva.profile, "meeting": meeting}[table]
    AuditEntry.objects.all().delete()
    assert page(client, table, row)
    assert client.post(path(table, row), {"name": "Other", "state": "left"}).status_code == 403
    client.post(path(table), {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"})
    assert client.get(reverse(f"admin:events_{table}_add")).status_code == 403
    assert client.post(reverse(f"admin:events_{table}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    assert type(row).objects.filter(pk=row.pk).exists()
    assert not LogEntry.objects.exists() and not AuditEntry.objects.exists()


@pytest.mark.parametrize("table", TABLES)
def test_staff_who_do_not_keep_events_see_none_of_it(client, table):
    eva, _bo, meeting = make_three()
    row = {"registration": eva, "profile": eva.profile, "meeting": meeting}[table]
    sign_in(client, make_user(is_staff=True))
    assert client.get(path(table)).status_code == client.get(path(table, row)).status_code == 403
    sign_in(client, make_event_keeper())
    assert client.get(path(table)).status_code == client.get(path(table, row)).status_code == 200


@pytest.mark.parametrize("number", [1, 3])
def test_the_lists_ask_as_much_for_many_rows_as_for_one(client, curator, number):
    event = make_matchmaking().event
    for place in range(number):
        one, two = (
            make_meeter(event, email=f"{who}{place}@example.org", actor=make_actor(), offers="x") for who in ("a", "b")
        )
        make_meeting(event, one, two)
        seat_mails.queue([one, two], "confirmed", 1)
    found = {}
    for table in TABLES:
        client.get(path(table))
        with CaptureQueriesContext(connection) as context:
            page(client, table, q="a")
        found[table] = len(context)
    assert found == {"registration": 11, "profile": 8, "meeting": 8}


def test_after_the_people_are_deleted_nothing_of_them_is_left_in_the_administration(client, curator):
    make_three(make_matchmaking(make_event("Long ago", days=-90)).event)
    for table, model in zip(TABLES, (Registration, Profile, Meeting), strict=True):
        page(client, table, model.objects.first())
    counting.forget_people(timezone.now())
    assert not any(model.objects.exists() for model in (Registration, Profile, Meeting))
    kept = str(list(AuditEntry.objects.values())) + str(list(LogEntry.objects.values()))
    assert not any(word in kept for word in ("Eva Ek", "eva@", "bo@", "Givare", "Hamnen"))
