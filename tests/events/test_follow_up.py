"""What came of meetings: asked once, a month later, within the week's room; answered with a press; told in numbers."""

from datetime import timedelta

import pytest
from django.utils import timezone

from events.actions import counting, follow_up
from events.actions import matching as acts
from events.models import FollowUp, Meeting, MeetingState, Registration, Seat
from notifications import wishes
from notifications.live import NoLonger
from notifications.models import Email, EmailKind
from notifications.tokens import token
from tests.events.making import make_event, make_matchmaking, make_meeter
from tests.factories import make_user
from tests.missions.test_portfolio import address

pytestmark = pytest.mark.django_db


def make_meeting(event, one, two, **fields):
    place = {"starts_at": event.starts_at, "table": event.meetings.count() + 1}
    row = Meeting.objects.create(event=event, asker=one, asked=two, state=MeetingState.BOOKED, **{**place, **fields})
    Seat.objects.bulk_create(Seat(meeting=row, registration=who, starts_at=row.starts_at) for who in (one, two))
    return row


@pytest.fixture
def event():
    return make_matchmaking(make_event(days=-31)).event


@pytest.fixture
def eva(event):
    return make_meeter(event, make_user("eva@example.org", name="Eva"))


@pytest.fixture
def guest(event):
    return make_meeter(event, email="guest@example.org")


def page_of(registration):
    return address("meeting_follow_up", token(follow_up.PURPOSE, registration.pk))


def test_both_are_asked_once_in_one_mail_about_all_their_meetings(event, eva, guest):
    per = make_meeter(event)
    make_meeting(event, eva, guest)
    make_meeting(event, per, eva, starts_at=event.starts_at + timedelta(minutes=20))
    assert follow_up.ask_due() == 3
    assert follow_up.ask_due() == 0
    mail = Email.objects.get(to="eva@example.org")
    assert (mail.template, mail.kind) == ("meeting_follow_up", EmailKind.REMINDER)
    assert follow_up.read_question(mail)["names"] == [guest.name, per.name]


@pytest.mark.parametrize("days", [-29, -61])
def test_nobody_is_asked_before_thirty_days_nor_much_later(days):
    event = make_matchmaking(make_event(days=days)).event
    make_meeting(event, make_meeter(event), make_meeter(event))
    assert follow_up.ask_due() == 0


def test_who_did_not_come_and_whose_meeting_was_cancelled_are_not_asked(event, eva, guest):
    make_meeting(event, eva, guest)
    Registration.objects.filter(pk=guest.pk).update(came=False)
    assert follow_up.ask_due() == 1
    other = make_meeting(event, make_meeter(event), make_meeter(event))
    acts._end(other, "cancel")
    assert follow_up.ask_due() == 0


def test_who_wants_no_such_mails_gets_none(event, eva, guest):
    make_meeting(event, eva, guest)
    wishes.stop(eva.user, follow_up.TEMPLATE)
    assert follow_up.ask_due() == 1
    assert not Email.objects.filter(to="eva@example.org").exists()


def test_looking_changes_nothing_and_a_press_answers_without_signing_in(client, event, eva, guest):
    make_meeting(event, eva, guest)
    follow_up.ask_due()
    mail = Email.objects.get(to="guest@example.org")
    page = page_of(guest)
    client.get(page)
    client.head(page)
    (asked,) = client.get(page).context["asked"]
    assert asked.outcome == ""
    for outcome in ("together", "talking"):
        client.post(page, {"meeting": asked.pk, "outcome": outcome})
    answer = client.get(page)
    assert answer.context["is_done"]
    assert "no-store" in answer["Cache-Control"]
    assert FollowUp.objects.get(registration=guest).outcome == "talking"
    assert FollowUp.objects.get(registration=eva).outcome == ""
    with pytest.raises(NoLonger):
        follow_up.read_question(mail)


def test_nobody_answers_for_others_and_no_key_that_we_did_not_make_opens_anything(client, event, eva, guest):
    make_meeting(event, eva, guest)
    follow_up.ask_due()
    hers = FollowUp.objects.get(registration=eva)
    client.post(page_of(guest), {"meeting": hers.pk, "outcome": "together"})
    client.post(page_of(eva), {"meeting": hers.pk, "outcome": "rich"})
    hers.refresh_from_db()
    assert hers.outcome == ""
    for wrong in ("x", token("other.purpose", eva.pk), token(follow_up.PURPOSE, 987654)):
        assert client.get(address("meeting_follow_up", wrong)).status_code == 404


def test_numbers_outlive_the_people(event, eva, guest):
    make_meeting(event, eva, guest)
    follow_up.ask_due()
    follow_up.answer(guest, FollowUp.objects.get(registration=guest).pk, "together")
    wanted = {"meetings": 1, "asked": 2, "together": 1, "talking": 0, "nothing": 0}
    assert follow_up.results(event) == wanted
    now = timezone.now()
    assert counting.forget_people(now) == 0, "they may still answer"
    for _ in range(2):
        counting.forget_people(now + timedelta(days=40))
        assert (event.registrations.count(), follow_up.results(event)) == (0, wanted)
