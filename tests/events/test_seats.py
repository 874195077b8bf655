"""Who gets a seat and who waits: signing up, leaving, what is offered, and by when it is taken."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from events.actions import seats
from events.models import Answer, Audience, EventState, Question, QuestionKind, Registration, RegistrationState
from notifications.models import Email, Notification
from tests.events.making import make_event, make_registration
from tests.factories import make_actor, make_space, make_user

pytestmark = pytest.mark.django_db
CONFIRMED, WAITING, OFFERED, LEFT = (
    RegistrationState.CONFIRMED,
    RegistrationState.WAITING,
    RegistrationState.OFFERED,
    RegistrationState.LEFT,
)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


def come(event, email="eva@example.org", **facts):
    """Somebody signs up; their registration."""
    user = facts.get("user")
    values = {"name": "Eva Ek", "email": user.email if user else email, "language": "sv", **facts}
    return seats.sign_up(event, **values)[0]


def refused(act):
    with pytest.raises(ValidationError) as caught:
        act()
    return caught.value.code


def mails():
    """[(to, what)] of the mails about seats, in order."""
    return [(mail.to, mail.context["what"]) for mail in Email.objects.order_by("pk")]


def states(event):
    return [row.state for row in event.registrations.order_by("pk")]


def test_a_guest_gets_a_seat_and_one_mail():
    event = make_event(capacity=2)
    row = come(event, "Eva@Example.org", organisation="The harbour")
    assert (row.state, row.email, row.user, row.organisation) == (CONFIRMED, "eva@example.org", None, "The harbour")
    assert mails() == [("eva@example.org", "confirmed")]


def test_one_person_twice_is_one_row_and_one_mail():
    event, eva = make_event(capacity=2), make_user()
    first = come(event, user=eva)
    assert seats.sign_up(event, name="E", email=eva.email, language="sv", user=eva) == (first, False)
    assert (event.registrations.count(), len(mails())) == (1, 1)


def test_what_somebody_signed_up_to_as_a_guest_becomes_theirs():
    event = make_event()
    come(event, "eva@example.org")
    eva = make_user("eva@example.org")
    assert come(event, user=eva).user == eva
    assert event.registrations.count() == 1


def test_an_address_that_was_somebody_elses_is_not_taken_for_them():
    event, eva = make_event(), make_user("old@example.org")
    come(event, user=eva)
    eva.email = "new@example.org"
    eva.save()
    row = come(event, "old@example.org", name="Another")
    assert (row.name, row.user) == ("Another", None)
    assert sorted(event.registrations.values_list("email", flat=True)) == ["new@example.org", "old@example.org"]


def test_when_all_seats_are_taken_one_waits_in_order():
    event = make_event(capacity=1)
    rows = [come(event, f"p{number}@example.org") for number in range(4)]
    assert states(event) == [CONFIRMED, WAITING, WAITING, WAITING]
    assert [row.number for row in rows[1:]] == [1, 2, 3]
    assert mails()[1:] == [(f"p{number}@example.org", "waiting") for number in (1, 2, 3)]


def test_without_a_waiting_list_a_full_event_takes_nobody():
    event = make_event(capacity=1, has_waiting_list=False)
    come(event, "a@example.org")
    assert refused(lambda: come(event, "b@example.org")) == "full"
    assert event.registrations.count() == 1


def test_nobody_passes_those_who_wait():
    event = make_event(capacity=1)
    make_registration(event, email="first@example.org", state=WAITING)
    assert come(event, "late@example.org").state == WAITING


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"state": EventState.DRAFT}, "over"),
        ({"state": EventState.HELD}, "over"),
        ({"state": EventState.CANCELLED, "reason": "Storm"}, "cancelled"),
        ({"takes_registrations": False}, "elsewhere"),
        ({"days": -1}, "closed"),
        ({"opens_at": timezone.now() + timedelta(days=1)}, "not_yet"),
        ({"closes_at": timezone.now() - timedelta(days=1)}, "closed"),
    ],
)
def test_nobody_signs_up_to_what_takes_nobody(fields, code):
    event = make_event(**fields)
    assert refused(lambda: come(event)) == code
    assert (event.registrations.count(), mails()) == (0, [])


def test_the_second_before_the_deadline_counts_and_the_second_after_does_not():
    before, after = (make_event(closes_at=timezone.now() + shift) for shift in (SECOND, -SECOND))
    assert come(before).state == CONFIRMED
    assert refused(lambda: come(after)) == "closed"


def test_the_second_before_it_opens_does_not_count():
    early, open_now = (make_event(opens_at=timezone.now() + shift) for shift in (SECOND, -SECOND))
    assert refused(lambda: come(early)) == "not_yet"
    assert come(open_now).state == CONFIRMED


def test_an_event_for_people_with_an_account_takes_no_guests():
    event = make_event(audience=Audience.REGISTERED)
    assert refused(lambda: come(event)) == "no_entry"
    assert come(event, user=make_user()).state == CONFIRMED


def test_an_event_of_a_partnership_takes_its_people_only():
    eva, stranger = make_user(), make_user()
    event = make_event(audience=Audience.PARTNERSHIP, space=make_space(coordinator=eva))
    assert refused(lambda: come(event, user=stranger)) == "no_entry"
    assert come(event, user=eva).state == CONFIRMED


def test_a_person_has_the_name_that_they_gave_themselves():
    bo = make_user(name="Bo Berg")
    assert come(make_event(), user=bo, name="Bosse", by=make_user()).name == "Bo Berg"
    assert come(make_event(), user=make_user(name=""), name="Eva Ek").name == "Eva Ek"


def test_a_colleague_is_signed_up_to_public_events_only():
    eva, event = make_user(), make_event(audience=Audience.REGISTERED)
    assert refused(lambda: come(event, user=make_user(), by=eva)) == "no_entry"
    assert come(make_event(), "bo@example.org", by=eva).by == eva


def test_on_behalf_of_an_organisation_only_who_speaks_for_it():
    eva, firm = make_user(), make_actor()
    ours = make_actor(representatives=[eva])
    event = make_event()
    assert refused(lambda: come(event, user=eva, actor=firm)) == "not_yours"
    row = come(event, user=eva, actor=ours, organisation="ignored")
    assert (row.actor, row.organisation) == (ours, "")


def test_answers_are_kept_and_an_emptied_one_is_deleted():
    event = make_event()
    care = Question.objects.create(event=event, number=1, text_sv="Mat?", kind=QuestionKind.CARE)
    row = come(event, answers={care.pk: "Inga nötter"})
    assert list(Answer.objects.values_list("text", flat=True)) == ["Inga nötter"]
    seats.change(row, organisation="X", is_listed=True, answers={care.pk: ""})
    row.refresh_from_db()
    assert (Answer.objects.count(), row.organisation, row.is_listed) == (0, "X", True)


def test_who_leaves_gives_the_seat_to_the_next_in_line():
    event = make_event(capacity=1, offer_hours=24)
    first, second, third = (come(event, f"{name}@example.org") for name in "abc")
    seats.leave(first)
    assert states(event) == [LEFT, OFFERED, WAITING]
    second.refresh_from_db()
    assert timedelta(hours=23, minutes=59) < second.offered_until - timezone.now() <= timedelta(hours=24)
    assert mails()[-2:] == [("a@example.org", "left"), ("b@example.org", "offered")]
    third.refresh_from_db()
    assert third.number == 1


def test_leaving_twice_changes_nothing():
    event = make_event(capacity=1)
    row = come(event)
    seats.leave(row)
    seats.leave(row)
    assert [what for _to, what in mails()] == ["confirmed", "left"]


def test_nobody_leaves_what_is_over():
    event = make_event(days=-1)
    row = make_registration(event)
    assert refused(lambda: seats.leave(row)) == "over"


def test_who_leaves_and_comes_back_is_the_same_row_at_the_end_of_the_list():
    event = make_event(capacity=1)
    _first, second, third = (come(event, f"{name}@example.org") for name in "abc")
    seats.leave(second)
    again = come(event, "b@example.org")
    assert (again.pk, again.state, again.number) == (second.pk, WAITING, 2)
    assert third.number == 1


def test_an_offer_is_taken_once():
    event = make_event(capacity=1)
    first, second = (come(event, f"{name}@example.org") for name in "ab")
    seats.leave(first)
    seats.take_offer(second)
    seats.take_offer(second)
    assert states(event) == [LEFT, CONFIRMED]
    assert [what for to, what in mails() if to == "b@example.org"] == ["waiting", "offered", "confirmed"]


def test_an_offer_that_is_declined_goes_on():
    event = make_event(capacity=1)
    first, second, _third = (come(event, f"{name}@example.org") for name in "abc")
    seats.leave(first)
    seats.decline_offer(second)
    assert states(event) == [LEFT, LEFT, OFFERED]


def test_who_has_taken_the_seat_does_not_lose_it_by_an_old_page():
    event = make_event(capacity=1)
    row = come(event)
    assert refused(lambda: seats.decline_offer(row)) == "gone"
    assert states(event) == [CONFIRMED]


def test_an_offer_ends_when_it_ends_and_goes_on():
    event = make_event(capacity=1)
    first, second, _third = (come(event, f"{name}@example.org") for name in "abc")
    seats.leave(first)
    Registration.objects.filter(pk=second.pk).update(offered_until=timezone.now() - SECOND)
    assert refused(lambda: seats.take_offer(second)) == "gone"
    assert seats.expire_offers() == 1
    assert states(event) == [LEFT, LEFT, OFFERED]
    assert mails()[-2:] == [("b@example.org", "lapsed"), ("c@example.org", "offered")]
    assert seats.expire_offers() == 0


def test_an_offer_does_not_live_past_the_start():
    event = make_event(capacity=1, starts_at=timezone.now() + 2 * HOUR)
    first, second = (come(event, f"{name}@example.org") for name in "ab")
    seats.leave(first)
    second.refresh_from_db()
    assert second.offered_until == event.starts_at


@pytest.mark.parametrize(
    "fields",
    [
        {"starts_at": timezone.now() - HOUR, "closes_at": timezone.now() + HOUR},
        {"closes_at": timezone.now() - HOUR},
        {"state": EventState.CANCELLED, "reason": "Storm"},
    ],
)
def test_no_seat_is_offered_after_the_start_or_the_closing_or_when_it_is_cancelled(fields):
    event = make_event(capacity=1, **fields)
    row = make_registration(event)
    make_registration(event, state=WAITING)
    seats.leave(row)
    assert states(event) == [LEFT, WAITING]
    assert seats.expire_offers() == 0


def test_more_seats_are_offered_to_as_many_as_there_are():
    event = make_event(capacity=1)
    for name in "abcd":
        come(event, f"{name}@example.org")
    event.capacity = 3
    event.save()
    assert len(seats.fill(event)) == 2
    assert states(event) == [CONFIRMED, OFFERED, OFFERED, WAITING]
    assert seats.fill(event) == []


def test_the_clock_finds_a_seat_that_nobody_gave_on():
    event = make_event(capacity=2)
    make_registration(event)
    make_registration(event, state=WAITING)
    assert seats.expire_offers() == 1
    assert states(event) == [CONFIRMED, OFFERED]


def test_an_offer_waits_among_the_notices_of_who_has_an_account():
    event, eva = make_event(capacity=1), make_user()
    first, _second = come(event, "a@example.org"), come(event, user=eva)
    seats.leave(first)
    notice = Notification.objects.get()
    assert (notice.user, notice.kind, notice.part, notice.why) == (eva, "seat_offered", "a_needs", "comes")
    assert notice.told_at is not None, "the mail tells it; the digest does not repeat it"


def test_who_is_forgotten_leaves_no_trace_and_the_seat_goes_on():
    event = make_event(capacity=1)
    first, second = (come(event, f"{name}@example.org") for name in "ab")
    seats.forget(first)
    assert list(event.registrations.values_list("pk", "state")) == [(second.pk, OFFERED)]
    assert not Email.objects.filter(to="a@example.org").exists()
    assert refused(lambda: seats.leave(first)) == "gone"
