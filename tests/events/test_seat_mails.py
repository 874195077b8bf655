"""What people hear of their seats: by mail, among the notices, in the digest; and that nobody hears what is not so."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation
from django.utils.translation import override

from accounts.actions import close_account
from events.actions import changes, reminders, seat_told, seats
from events.mine import SeatPart
from events.models import Answer, Audience, Event, EventState, Question, QuestionKind, Registration, RegistrationState
from events.tasks import give_out_seats
from notifications import live, subjects, telling
from notifications.models import Email, Notification
from notifications.rendering import render
from tests.events.making import make_event, make_registration
from tests.factories import make_space, make_user, verified
from tests.missions.test_portfolio import address

pytestmark = pytest.mark.django_db
CONFIRMED, WAITING, OFFERED, LEFT = (
    RegistrationState.CONFIRMED,
    RegistrationState.WAITING,
    RegistrationState.OFFERED,
    RegistrationState.LEFT,
)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def come(event, email="eva@example.org", **facts):
    user = facts.get("user")
    values = {"name": "Eva Ek", "email": user.email if user else email, "language": "en", **facts}
    return seats.sign_up(event, **values)[0]


def told(email):
    return render(email, live=live.read(email))


def is_told(email):
    try:
        return bool(live.read(email))
    except live.NoLonger:
        return False


def reminded():
    return list(Email.objects.filter(template="event_reminder").values_list("to", flat=True))


# ── Mails ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_mail_says_what_when_and_where_and_its_link_opens_the_seat(client):
    event = make_event("Kustdag", title_en="Coast day", place="Stationshuset", video_link="https://video.example.org/x")
    row = come(event)
    mail = told(Email.objects.get())
    assert mail.subject == "You have a seat: Coast day"
    with override("en"):
        path = address("event_seat", row.token)
    for words in (mail.text, mail.html):
        assert "Stationshuset" in words and "It stands on the page of your seat." in words and path in words
        assert "video.example.org" not in words
    assert client.get(path).status_code == 200


def test_the_link_and_the_words_are_stored_nowhere():
    row = come(make_event("Kustdag"))
    mail = Email.objects.get()
    assert row.token not in f"{mail.context} {mail.secret} {mail.key}"
    assert "Kustdag" not in f"{mail.context} {mail.secret}"


def test_the_mail_to_who_waits_has_the_number_and_no_video_link():
    event = make_event(capacity=1, video_link="https://video.example.org/x")
    come(event, "a@example.org")
    come(event, "b@example.org")
    mail = told(Email.objects.latest("pk"))
    assert "You are number 1 on the waiting list" in mail.text
    assert "It stands on the page of your seat." not in mail.text + mail.html


def test_the_mail_to_a_colleague_says_who_it_was():
    come(make_event(), "bo@example.org", by=make_user(name="Eva Ek"))
    assert "Eva Ek has signed you up." in told(Email.objects.get()).text


def test_a_mail_whose_cause_is_gone_does_not_go():
    event = make_event(capacity=1)
    first, second = come(event, "a@example.org"), come(event, "b@example.org")
    confirmed, waiting = Email.objects.order_by("pk")
    seats.leave(first)
    assert (is_told(confirmed), is_told(waiting)) == (False, False)
    offered = Email.objects.get(context__what="offered")
    assert offered.expires_at == Registration.objects.get(pk=second.pk).offered_until
    seats.take_offer(second)
    assert not is_told(offered)
    Event.objects.update(state=EventState.CANCELLED, reason="Storm")
    assert not is_told(Email.objects.latest("pk"))
    second.delete()
    assert not is_told(Email.objects.latest("pk"))


def test_who_may_no_longer_see_the_event_hears_nothing_of_it():
    eva = make_user()
    space = make_space(members=[eva])
    event = make_event(audience=Audience.PARTNERSHIP, space=space)
    come(event, user=eva)
    mail = Email.objects.get()
    assert is_told(mail)
    changes.tell_changed(event, "moved")
    notices = list(Notification.objects.all())
    assert len(subjects.lines_of(notices)) == 1
    assert seat_told.dates([eva.pk], timezone.localdate() + 30 * DAY)
    space.members.get(user=eva).delete()
    assert not is_told(mail)
    assert subjects.lines_of(notices) == {}
    assert seat_told.dates([eva.pk], timezone.localdate() + 30 * DAY) == {}


def test_a_mail_goes_to_the_address_that_the_person_has_now():
    eva, event = make_user("old@example.org"), make_event()
    come(event, user=eva)
    eva.email = "new@example.org"
    eva.save()
    changes.tell_changed(event, "moved")
    assert Email.objects.latest("pk").to == "new@example.org"


# ── Moved and cancelled ──────────────────────────────────────────────────────────────────────────────────────────────
def test_all_who_come_or_wait_hear_of_a_change_once():
    event, eva = make_event(), make_user()
    for number, state in enumerate((CONFIRMED, WAITING, OFFERED, LEFT)):
        make_registration(event, email=f"{number}@example.org", state=state)
    make_registration(event, eva)
    Event.objects.update(sequence=1, moved_from=event.starts_at, reason="The hall is closed")
    event.refresh_from_db()
    assert changes.tell_changed(event, "moved") == changes.tell_changed(event, "moved") == 4
    assert sorted(Email.objects.values_list("to", flat=True)) == [
        *(f"{number}@example.org" for number in range(3)),
        eva.email,
    ]
    notice = Notification.objects.get()
    assert (notice.user, notice.kind, notice.place) == (eva, "event_moved", f"event:{event.pk}")
    mail = told(Email.objects.filter(user=eva).get())
    assert "The hall is closed" in mail.text and "Det skulle ha börjat" in mail.text


def test_a_second_change_is_told_anew():
    event = make_event()
    make_registration(event, email="a@example.org")
    for number in (1, 2):
        event.sequence = number
        event.save()
        changes.tell_changed(event, "moved")
    assert Email.objects.count() == 2


def test_who_is_cancelled_on_hears_why():
    event = make_event("Kustdag", state=EventState.CANCELLED, reason="A storm is coming", sequence=1)
    row = make_registration(event)
    changes.tell_changed(event, "cancelled")
    mail = told(Email.objects.get())
    assert (mail.subject, "A storm is coming" in mail.text) == ("Inställt: Kustdag", True)
    line = subjects.lines_of(list(Notification.objects.all()))
    assert [one.title for one in line.values()] == ["Kustdag"]
    assert row.token in next(iter(line.values())).url()


def test_no_offer_lives_past_an_earlier_start():
    event = make_event()
    row = make_registration(event, email="a@example.org", state=OFFERED, offered_until=timezone.now() + 20 * HOUR)
    Event.objects.update(starts_at=timezone.now() + HOUR)
    event.refresh_from_db()
    changes.tell_changed(event, "moved")
    row.refresh_from_db()
    assert row.offered_until == event.starts_at


# ── Reminding ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_day_before_who_has_a_seat_is_reminded_once():
    soon = make_event(starts_at=timezone.now() + 23 * HOUR)
    for state in (CONFIRMED, WAITING, OFFERED, LEFT):
        make_registration(soon, email=f"{state}@example.org", state=state)
    make_registration(make_event(starts_at=timezone.now() + 25 * HOUR), email="later@example.org")
    make_registration(make_event(starts_at=timezone.now() - HOUR), email="now@example.org")
    make_registration(make_event(starts_at=timezone.now() + HOUR, state="cancelled", reason="x"), email="c@example.org")
    assert (reminders.queue_reminders(), reminders.queue_reminders()) == (1, 0)
    assert reminded() == ["confirmed@example.org"]
    mail = Email.objects.get()
    assert mail.expires_at == soon.starts_at
    seats.leave(soon.registrations.get(state=CONFIRMED))
    assert not is_told(mail), "who left is not reminded"


def test_who_signs_up_on_the_last_day_has_just_read_it():
    come(make_event(starts_at=timezone.now() + 5 * HOUR))
    assert reminders.queue_reminders() == 0


def test_a_moved_event_is_reminded_of_anew():
    event = make_event(starts_at=timezone.now() + 5 * HOUR)
    make_registration(event, email="a@example.org")
    assert reminders.queue_reminders() == 1
    Event.objects.update(starts_at=timezone.now() + 50 * HOUR, ends_at=timezone.now() + 52 * HOUR, sequence=1)
    event.refresh_from_db()
    changes.tell_changed(event, "moved")
    assert reminders.queue_reminders() == 0
    Event.objects.update(starts_at=timezone.now() + 20 * HOUR)
    assert reminders.queue_reminders() == 1
    assert reminded() == ["a@example.org"] * 2


# ── Notices and dates ────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_notice_of_an_offer_stands_while_it_is_one():
    translation.activate("en")
    eva = make_user()
    event = make_event("Kustdag", capacity=1)
    first, second = come(event, "a@example.org"), come(event, user=eva)
    seats.leave(first)
    notices = list(Notification.objects.all())
    line = subjects.lines_of(notices)[notices[0].pk]
    assert (line.title, str(line.action)) == ("Kustdag", "Take the seat, or say no")
    stranger = Notification(pk=0, user=make_user(), thing=f"registration:{second.pk}", kind="seat_offered")
    assert subjects.lines_of([stranger]) == {}
    seats.take_offer(second)
    assert subjects.lines_of(notices) == {}


def test_a_muted_event_has_a_name():
    eva, event = make_user(), make_event("Kustdag")
    make_registration(event, eva)
    telling.set_muted(eva, f"event:{event.pk}", muted=True)
    mute = eva.mutes.get()
    mute.thing = mute.target
    assert subjects.lines_of([mute])[mute.pk].title == "Kustdag"


def test_the_digest_has_the_dates_of_what_one_comes_to():
    eva = make_user()
    make_registration(make_event("Soon", days=3), eva)
    make_registration(make_event("Late", days=20), eva)
    make_registration(make_event("Waits", days=3), eva, state=WAITING)
    make_registration(make_event("Off", days=3, state="cancelled", reason="x"), eva)
    found = seat_told.dates([eva.pk], timezone.localdate() + 7 * DAY)
    assert [str(line.title) for _on, line in found[eva.pk]] == ["Soon"]


# ── My data ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_my_data_have_what_i_signed_up_to_also_as_a_guest():
    eva = verified(make_user("eva@example.org"))
    event = make_event("Kustdag")
    question = Question.objects.create(event=event, number=1, text_sv="Mat?", kind=QuestionKind.CARE)
    come(event, "eva@example.org", answers={question.pk: "Vegan"})
    make_registration(event, email="other@example.org")
    found = SeatPart().data(eva)["registrations"]
    assert [(one["event"], one["answers"]) for one in found] == [("Kustdag", [{"question": "Mat?", "answer": "Vegan"}])]


def test_closing_an_account_gives_the_seats_on_and_keeps_that_somebody_came_until_it_is_counted():
    eva = make_user()
    coming = make_event(capacity=1)
    make_registration(coming, eva)
    make_registration(coming, email="next@example.org", state=WAITING)
    held = make_registration(make_event(days=-3), eva, came=True)
    counted = make_registration(make_event(days=-3, counted_at=timezone.now()), eva, came=True)
    brought = make_registration(make_event(), email="bo@example.org", by=eva)
    assert SeatPart().warnings(eva) != []
    close_account(by=eva)
    assert list(coming.registrations.values_list("email", "state")) == [("next@example.org", OFFERED)]
    held.refresh_from_db()
    assert (held.user, held.came, "eva" in held.name.lower(), held.email) == (
        None,
        True,
        False,
        f"gone-{held.pk}@account.invalid",
    )
    assert not Registration.objects.filter(pk=counted.pk).exists()
    brought.refresh_from_db()
    assert brought.by is None


def test_what_was_said_of_food_and_access_goes_a_week_after_the_event():
    kept = []
    for days, is_kept in ((-6, True), (-8, False)):
        event = make_event(days=days)
        row = make_registration(event, email="a@example.org")
        for number, kind in enumerate((QuestionKind.CARE, QuestionKind.TEXT)):
            question = Question.objects.create(event=event, number=number, text_sv="?", kind=kind)
            answer = Answer.objects.create(registration=row, question=question, text="Vegan")
            kept += [answer.pk] if is_kept or kind == QuestionKind.TEXT else []
    assert (SeatPart().purge(timezone.now()), SeatPart().purge(timezone.now())) == (1, 0)
    assert sorted(Answer.objects.values_list("pk", flat=True)) == kept


def test_who_comes_to_something_is_no_unused_account():
    eva, bo = make_user(), make_user()
    make_registration(make_event(), eva)
    assert list(SeatPart().is_used(type(eva).objects.filter(pk__in=[eva.pk, bo.pk]))) == [eva]


def test_the_task_of_the_clock_gives_seats_on_and_reminds():
    event = make_event(capacity=1, starts_at=timezone.now() + 20 * HOUR)
    make_registration(event, email="a@example.org", state=OFFERED, offered_until=timezone.now() - HOUR)
    make_registration(event, email="b@example.org", state=WAITING)
    make_registration(make_event(starts_at=timezone.now() + 20 * HOUR), email="c@example.org")
    for _ in range(2):
        give_out_seats()
    assert [(mail.to, mail.context["what"]) for mail in Email.objects.order_by("pk")] == [
        ("a@example.org", "lapsed"),
        ("b@example.org", "offered"),
        ("c@example.org", "reminder"),
    ]
