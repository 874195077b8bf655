"""Meetings of two: whom to meet and why, asking and answering, the schedule, and that nothing is taken twice."""

import random
from collections import Counter
from datetime import timedelta
from itertools import combinations
from time import sleep

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.models import Competence
from events import matching
from events.actions import matching as acts
from events.actions import meeting_news, seats
from events.models import Event, EventState, Meeting, MeetingState, RegistrationState, Seat
from notifications import subjects
from notifications.live import NoLonger
from notifications.models import Email, Notification
from tests.events.making import make_event, make_event_keeper, make_matchmaking, make_meeter, make_registration
from tests.events.reading import read
from tests.factories import make_actor, make_space, make_user
from tests.missions.test_at_once import at_once, slowly
from tests.missions.test_portfolio import address, sign_in

HOUR = timedelta(hours=1)


def code_of(act, *args, **more):
    with pytest.raises(ValidationError) as refused:
        act(*args, **more)
    return refused.value.code


@pytest.fixture
def event():
    return make_matchmaking().event


@pytest.fixture
def two(event):
    """Eva, who looks for sensors, and Bo, who offers them."""
    eva, bo = make_user("eva@example.org", name="Eva"), make_user("bo@example.org", name="Bo")
    return (
        make_meeter(event, eva, wishes="Givare för algdata", organisation="Hamnen"),
        make_meeter(event, bo, offers="Vi bygger givare och bojar", organisation="Sjömätt"),
    )


# ── Times ────────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.django_db
def test_times_are_whole_meetings_only():
    row = make_matchmaking(minutes=25)
    assert [slot - row.starts_at for slot in matching.slots_of(row)] == [timedelta(minutes=25 * n) for n in range(4)]


@pytest.mark.django_db
def test_who_keeps_the_event_sets_times_that_leave_booked_meetings_where_they_are(event, two):
    keeper, row = make_event_keeper(), event.matchmaking
    acts.accept(acts.ask(*two), registration=two[1])
    times = {"starts_at": row.starts_at, "ends_at": row.ends_at, "minutes": 20, "tables": 5}
    assert acts.set_times(event, by=keeper, **times).tables == 5
    assert code_of(acts.set_times, event, by=keeper, **{**times, "starts_at": row.starts_at + HOUR}) == "in_the_way"
    with pytest.raises(ValidationError) as refused:
        acts.set_times(event, by=keeper, **{**times, "ends_at": row.starts_at + timedelta(minutes=5)})
    assert [*refused.value.error_dict] == ["ends_at"]
    with pytest.raises(PermissionDenied):
        acts.set_times(event, by=make_user(), **times)


# ── Whom to meet ─────────────────────────────────────────────────────────────────────────────────────────────────────
def suggested(event, registration, **more):
    people = matching.people_of(event)
    (me,) = [person for person in people if person.pk == registration.pk]
    return matching.suggest(me, people, **more)


@pytest.mark.django_db
def test_a_suggestion_says_why_in_words(event, two):
    sensors = Competence.objects.create(slug="givare", name_sv="Givare", name_en="Sensors")
    eva, bo = two
    eva.profile.wished.add(sensors)
    bo.profile.offered.add(sensors)
    with override("en"):
        (for_eva,), (for_bo,) = suggested(event, eva), suggested(event, bo)
    assert (for_eva.person.name, for_bo.person.name) == ("Bo", "Eva")
    assert for_eva.reasons == [
        "offers the competence “Sensors”, which you look for",
        "writes of “givare” in what they offer; you look for it",
    ]
    assert for_bo.reasons == [
        "looks for the competence “Sensors”, which you offer",
        "writes of “Givare” in what they look for; you offer it",
    ]


@pytest.mark.django_db
def test_a_word_that_few_write_is_worth_more_than_one_that_all_write(event):
    me = make_meeter(event, wishes="Vatten och magnetometer")
    for _ in range(6):
        make_meeter(event, offers="Vatten")
    rare = make_meeter(event, offers="Magnetometer")
    assert suggested(event, me)[0].person.pk == rare.pk


@pytest.mark.django_db
def test_long_words_are_found_by_their_beginning_and_words_that_say_nothing_by_nothing(event):
    me = make_meeter(event, wishes="Vi söker någon som kan algblomningsprognoser")
    near = make_meeter(event, offers="Vi kan algblomning")
    make_meeter(event, offers="Vi söker någon som kan annat")
    assert [one.person.pk for one in suggested(event, me)] == [near.pk]


@pytest.mark.django_db
def test_nobody_is_told_to_meet_their_own_organisation_nor_whom_they_have_met_before(event):
    firm = make_actor("Firm")
    me = make_meeter(event, wishes="Givare", actor=firm)
    make_meeter(event, offers="Givare", actor=firm)
    make_meeter(event, offers="Givare", organisation="FIRM")
    met = make_meeter(event, offers="Givare")
    fresh = make_meeter(event, offers="Givare")
    before = make_event(days=-40)
    then = timezone.now() - timedelta(days=40)
    pair = {"asker": make_registration(before, me.user), "asked": make_registration(before, met.user)}
    Meeting.objects.create(event=before, state=MeetingState.BOOKED, starts_at=then, table=1, **pair)
    without = matching.met_before(me, matching.people_of(event))
    assert without == {met.pk}
    assert [one.person.pk for one in suggested(event, me, without=without)] == [fresh.pk]


@pytest.mark.django_db
def test_only_who_has_a_seat_and_has_said_something_is_met(event, two):
    make_registration(event)
    make_meeter(event, offers="Givare", state=RegistrationState.WAITING)
    assert {person.name for person in matching.people_of(event)} == {"Eva", "Bo"}


# ── Asking and answering ─────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.django_db
def test_a_question_is_accepted_into_the_first_time_that_both_have(event, two):
    eva, bo = two
    per = make_meeter(event, offers="x")
    slots = matching.slots_of(event.matchmaking)
    first = acts.accept(acts.ask(per, eva), registration=eva)
    meeting = acts.accept(acts.ask(eva, bo, line="Your sensors"), registration=bo)
    assert (first.starts_at, first.table) == (slots[0], 1)
    assert (meeting.state, meeting.starts_at, meeting.table, meeting.line) == ("booked", slots[1], 1, "Your sensors")
    assert Seat.objects.filter(meeting=meeting, starts_at=slots[1]).count() == 2


@pytest.mark.django_db
def test_who_asks_somebody_that_has_asked_already_says_yes(two):
    eva, bo = two
    acts.ask(eva, bo)
    assert acts.ask(bo, eva).state == MeetingState.BOOKED
    assert Meeting.objects.count() == 1


@pytest.mark.django_db
def test_what_cannot_be_asked_is_refused_with_its_reason(event, two):
    eva, bo = two
    silent, waits = make_registration(event), make_meeter(event, state=RegistrationState.WAITING)
    elsewhere = make_meeter(make_matchmaking().event)
    assert code_of(acts.ask, eva, eva) == "yourself"
    assert code_of(acts.ask, eva, silent) == "no_profile"
    assert code_of(acts.ask, eva, waits) == "no_seat"
    assert code_of(acts.ask, eva, elsewhere) == "no_seat"
    meeting = acts.ask(eva, bo)
    assert code_of(acts.ask, eva, bo) == "there"
    acts.decline(meeting, registration=bo)
    assert code_of(acts.ask, eva, bo) == "said_no"
    assert acts.ask(bo, eva).state == MeetingState.ASKED


@pytest.mark.django_db
def test_somebody_has_a_bounded_number_of_questions(event, two, monkeypatch):
    monkeypatch.setattr(acts, "MOST_ASKED", 2)
    eva, bo = two
    acts.ask(eva, bo)
    acts.ask(eva, make_meeter(event))
    assert code_of(acts.ask, eva, make_meeter(event)) == "too_many"


@pytest.mark.django_db
def test_only_the_one_who_was_asked_answers_and_only_the_two_cancel(event, two):
    eva, bo = two
    meeting, stranger = acts.ask(eva, bo), make_meeter(event)
    for act, who in ((acts.accept, eva), (acts.accept, stranger), (acts.decline, eva), (acts.cancel, stranger)):
        with pytest.raises(PermissionDenied):
            act(meeting, registration=who)
    acts.accept(meeting, registration=bo)
    assert code_of(acts.accept, meeting, registration=bo) == "answered"
    assert code_of(acts.decline, meeting, registration=bo) == "answered"


@pytest.mark.django_db
def test_a_cancelled_meeting_frees_time_and_table_for_others(event, two):
    eva, bo = two
    meeting = acts.accept(acts.ask(eva, bo), registration=bo)
    acts.cancel(meeting, registration=eva)
    assert not Seat.objects.exists()
    again = acts.accept(acts.ask(bo, eva), registration=eva)
    assert (again.starts_at, again.table) == (meeting.starts_at, meeting.table)


@pytest.mark.django_db
def test_without_a_common_time_or_a_table_nothing_is_booked_and_the_question_stays():
    event = make_matchmaking(minutes=60, hours=2, tables=1).event
    a, b, c, d = (make_meeter(event) for _ in range(4))
    acts.accept(acts.ask(a, b), registration=b)
    second = acts.accept(acts.ask(c, d), registration=d)
    assert second.starts_at == event.starts_at + HOUR
    waits = acts.ask(a, c)
    assert code_of(acts.accept, waits, registration=c) == "no_time"
    waits.refresh_from_db()
    assert (waits.state, waits.starts_at) == ("asked", None)


@pytest.mark.django_db
def test_nothing_is_booked_at_a_cancelled_event_or_when_its_time_is_over(two, event):
    eva, bo = two
    meeting = acts.ask(eva, bo)
    event.state, event.reason = EventState.CANCELLED, "Storm"
    event.save()
    assert code_of(acts.accept, meeting, registration=bo) == "no_time"
    past = make_matchmaking(make_event(starts_at=timezone.now() - HOUR), hours=1).event
    assert code_of(acts.ask, make_meeter(past), make_meeter(past)) == "over"


@pytest.mark.django_db
def test_whoever_leaves_the_event_leaves_their_meetings_and_the_others_hear_of_it(event, two):
    eva, bo = two
    per = make_meeter(event)
    booked, waits = acts.accept(acts.ask(eva, bo), registration=bo), acts.ask(per, bo)
    bo.state = RegistrationState.LEFT
    bo.save()
    with transaction.atomic():
        acts.left(bo)
    assert set(Meeting.objects.values_list("pk", "state")) == {(booked.pk, "cancelled"), (waits.pk, "cancelled")}
    assert not Seat.objects.exists()
    assert Email.objects.filter(to="eva@example.org", context__what="cancelled").exists()


# ── What people are told ─────────────────────────────────────────────────────────────────────────────────────────────
def mails_of(what):
    return [(email, meeting_news.read_meeting(email)) for email in Email.objects.filter(context__what=what)]


@pytest.mark.django_db
def test_each_hears_what_the_other_did_by_mail_and_on_the_site(two):
    eva, bo = two
    meeting = acts.ask(eva, bo, line="Your sensors")
    ((email, words),) = mails_of("asked")
    assert (email.to, email.template, words["who"], words["line"]) == (bo.email, "meeting_asked", "Eva", "Your sensors")
    notice = Notification.objects.get()
    line = subjects.lines_of([notice])[notice.pk]
    assert (notice.user, line.title, str(line.place)) == (bo.user, "Eva", meeting.event.title)
    acts.accept(meeting, registration=bo)
    with pytest.raises(NoLonger):
        meeting_news.read_meeting(email)
    assert subjects.lines_of([notice]) == {}
    ((email, words),) = mails_of("booked")
    assert (email.to, words["who"], words["table"]) == (eva.email, "Bo", 1)
    acts.cancel(meeting, registration=bo)
    ((email, words),) = mails_of("cancelled")
    assert (email.to, words["who"]) == (eva.email, "Bo")


@pytest.mark.django_db
def test_a_guest_is_led_to_their_own_page_by_the_key_that_no_row_holds(event, two):
    eva, _bo = two
    guest = make_meeter(event, email="guest@example.org")
    acts.ask(eva, guest)
    ((email, words),) = mails_of("asked")
    assert words["url"].endswith(address("matching_guest", guest.token)) or guest.token in words["url"]
    assert guest.token not in f"{email.context}{email.secret}"


# ── Filling the schedule ─────────────────────────────────────────────────────────────────────────────────────────────
def assert_no_clash(event, *, most=None):
    booked = Meeting.objects.filter(event=event, state=MeetingState.BOOKED)
    slots, tables = matching.slots_of(event.matchmaking), event.matchmaking.tables
    rows = list(booked.values_list("asker", "asked", "starts_at", "table"))
    places = Counter((slot, table) for _one, _two, slot, table in rows)
    people = Counter((one, slot) for asker, asked, slot, _table in rows for one in (asker, asked))
    assert max(places.values(), default=1) == max(people.values(), default=1) == 1
    assert all(slot in slots and 1 <= table <= tables for _one, _two, slot, table in rows)
    pairs = Counter(frozenset(row[:2]) for row in rows)
    assert max(pairs.values(), default=1) == 1
    each = Counter(one for row in rows for one in row[:2])
    assert most is None or max(each.values(), default=0) <= most
    seats = set(Seat.objects.filter(meeting__event=event).values_list("registration", "starts_at"))
    assert seats == set(people)
    return rows


WORDS = "givare bojar drönare musslor tång vätgas kylning lidar radar robotar filter membran kartor batterier"
WORDS = WORDS.split()


def crowd(event, number, seed=1):
    draw = random.Random(seed)
    return [
        make_meeter(
            event,
            email=f"g{one}@example.org",
            organisation=f"Org {one // 2}",
            offers=" ".join(draw.sample(WORDS, 3)),
            wishes=" ".join(draw.sample(WORDS, 3)),
        )
        for one in range(number)
    ]


@pytest.mark.django_db
def test_two_hundred_people_get_a_schedule_without_a_clash():
    event = make_matchmaking(minutes=15, hours=2, tables=80).event
    people = crowd(event, 200)
    for one, two in combinations(people[:20], 2):
        if (one.pk + two.pk) % 3 == 0:
            acts.ask(one, two)
    number = acts.fill(event, by=make_event_keeper(), most=6)
    rows = assert_no_clash(event, most=6)
    assert len(rows) == number
    assert number >= 540, "of at most 600, when everybody gets six"
    assert {frozenset(row[:2]) for row in rows} & {
        frozenset(pair) for pair in Meeting.objects.filter(line="").values_list("asker", "asked")
    }
    assert acts.fill(event, by=make_event_keeper(), most=6) <= 30
    assert_no_clash(event, most=6)


@pytest.mark.django_db
def test_who_has_asked_comes_first_and_who_has_declined_is_not_put_together(event):
    a, b, c, d = crowd(event, 4, seed=3)
    asked = acts.ask(a, c)
    acts.decline(acts.ask(b, d), registration=d)
    acts.fill(event, by=make_event_keeper(), most=1)
    asked.refresh_from_db()
    assert asked.state == MeetingState.BOOKED
    assert not Meeting.objects.filter(asker=b, asked=d, state=MeetingState.BOOKED).exists()


@pytest.mark.django_db
def test_everybody_who_got_a_meeting_gets_one_mail_with_their_schedule(event, two):
    acts.fill(event, by=make_event_keeper(), most=3)
    told = {email.to: words for email, words in mails_of("schedule")}
    assert {to: [one["who"] for one in words["meetings"]] for to, words in told.items()} == {
        "eva@example.org": ["Bo"],
        "bo@example.org": ["Eva"],
    }


@pytest.mark.django_db
def test_only_who_keeps_the_event_fills_it(event, two):
    with pytest.raises(PermissionDenied):
        acts.fill(event, by=two[0].user, most=3)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_plan_has_a_clash_whatever_stands_there_already(data):
    people, slots = range(1, data.draw(st.integers(2, 14)) + 1), list(range(data.draw(st.integers(1, 5))))
    tables, most = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 4))
    every = list(combinations(people, 2))
    worth = st.floats(0.1, 120)
    pairs = data.draw(st.dictionaries(st.sampled_from(every), worth, max_size=40))
    before = data.draw(st.lists(st.tuples(st.sampled_from(slots), st.sampled_from(every)), max_size=6))
    taken, seated, counts = [], {slot: set() for slot in slots}, Counter()
    for slot, pair in before:
        table = 1 + sum(1 for other, _table in taken if other == slot)
        if not seated[slot] & {*pair} and table <= tables:
            taken.append((slot, table))
            seated[slot] |= {*pair}
            counts.update(pair)
    room = {"tables": tables, "most": most, "taken": taken, "seated": seated, "counts": counts}
    found = matching.plan(pairs, slots, **room)
    assert found == matching.plan(dict(reversed(pairs.items())), slots, **room), "the same people, the same schedule"
    places = [*taken, *((one.slot, one.table) for one in found)]
    assert len(places) == len(set(places))
    assert all(1 <= one.table <= tables for one in found)
    for slot in slots:
        here = [who for one in found if one.slot == slot for who in (one.first, one.second)]
        assert len(here) == len(set(here))
        assert not set(here) & seated[slot]
    each = counts + Counter(who for one in found for who in (one.first, one.second))
    assert all(each[who] <= max(most, counts[who]) for who in each)
    assert len({(one.first, one.second) for one in found}) == len(found)


def best(edges):
    """The worth of the best matching, by trying all: for few people only."""
    pairs = list(edges)
    if not pairs:
        return 0
    first, rest = pairs[0], pairs[1:]
    without = best({pair: edges[pair] for pair in rest})
    apart = {pair: edges[pair] for pair in rest if not {*pair} & {*first}}
    return max(without, edges[first] + best(apart))


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(list(combinations(range(7), 2))), st.integers(1, 20).map(float), max_size=12))
def test_a_matching_is_worth_at_least_half_of_the_best_and_leaves_nobody_who_could_meet(edges):
    found = matching.matched(edges)
    people = [who for pair in found for who in pair]
    assert len(people) == len(set(people))
    assert sum(edges[pair] for pair in found) * 2 >= best(edges)
    assert all({*pair} & {*people} for pair in edges)


def test_pairs_are_exchanged_where_two_are_worth_more_than_one():
    assert matching.matched({(1, 2): 5.0, (1, 3): 4.0, (2, 4): 4.0}) == [(1, 3), (2, 4)]


# ── At the same moment ───────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.django_db(transaction=True)
def test_one_person_who_is_accepted_by_many_at_once_sits_at_one_table_at_a_time():
    event = make_matchmaking(minutes=20, hours=1, tables=2).event
    eva, *others = [make_meeter(event) for _ in range(6)]
    waiting = [acts.ask(eva, other) for other in others]
    answers = at_once(
        *(
            lambda row=row, who=who: acts.accept(row, registration=who).state
            for row, who in zip(waiting, others, strict=True)
        )
    )
    assert sorted(map(str, answers)) == ["booked"] * 3 + ["no_time"] * 2
    assert_no_clash(event)


@pytest.mark.django_db(transaction=True)
def test_many_pairs_at_once_share_the_tables():
    event = make_matchmaking(minutes=60, hours=1, tables=3).event
    people = [make_meeter(event) for _ in range(10)]
    waiting = [acts.ask(one, two) for one, two in zip(people[::2], people[1::2], strict=True)]
    answers = at_once(*(lambda row=row: acts.accept(row, registration=row.asked).state for row in waiting))
    assert sorted(map(str, answers)) == ["booked"] * 3 + ["no_time"] * 2
    assert_no_clash(event)


@pytest.mark.django_db(transaction=True)
def test_nobody_is_asked_who_leaves_at_the_same_moment(monkeypatch):
    monkeypatch.setattr(acts, "_coming", slowly(acts._coming))
    event = make_matchmaking().event
    eva, bo = make_meeter(event), make_meeter(event)
    at_once(lambda: acts.ask(eva, bo), lambda: sleep(0.15) or seats.leave(bo))
    bo.refresh_from_db()
    assert bo.state == RegistrationState.LEFT
    assert not Meeting.objects.filter(state__in=acts.OPEN).exists()


@pytest.mark.django_db(transaction=True)
def test_the_schedule_holds_nobody_who_leaves_while_it_is_filled(monkeypatch):
    monkeypatch.setattr(acts, "_meeting", slowly(acts._meeting))
    event, keeper = make_matchmaking().event, make_event_keeper()
    make_meeter(event, wishes="Givare", organisation="Hamnen")
    bo = make_meeter(event, offers="Givare", organisation="Berg")
    filled, _left = at_once(lambda: acts.fill(event, by=keeper, most=3), lambda: sleep(0.1) or seats.leave(bo))
    assert filled == 1
    assert not Meeting.objects.filter(state__in=acts.OPEN).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("first", "second"), [("accept", "decline"), ("accept", "cancel"), ("decline", "accept")])
def test_a_question_is_answered_or_taken_back_once(monkeypatch, first, second):
    monkeypatch.setattr(meeting_news, "tell", slowly(meeting_news.tell))
    eva, bo = (make_meeter(event) for event in [make_matchmaking().event] * 2)
    meeting = acts.ask(eva, bo)
    whose = {"accept": bo, "decline": bo, "cancel": eva}
    _started, late = at_once(
        lambda: getattr(acts, first)(meeting, registration=whose[first]),
        lambda: sleep(0.1) or getattr(acts, second)(meeting, registration=whose[second]),
    )
    meeting.refresh_from_db()
    expected = {"accept": "booked", "decline": "declined"}[first]
    # What is booked already can be cancelled still, a moment later.
    assert (late, meeting.state) == ((None, "cancelled") if second == "cancel" else ("answered", expected))
    assert Seat.objects.count() == (2 if meeting.state == "booked" else 0)


@pytest.mark.django_db(transaction=True)
def test_what_both_cancel_at_once_is_told_once(monkeypatch):
    monkeypatch.setattr(meeting_news, "tell", slowly(meeting_news.tell))
    eva, bo = (make_meeter(event) for event in [make_matchmaking().event] * 2)
    meeting = acts.accept(acts.ask(eva, bo), registration=bo)
    both = at_once(*(lambda who=who: acts.cancel(meeting, registration=who) for who in (eva, bo)))
    assert sorted(map(str, both)) == ["None", "answered"]


@pytest.mark.django_db(transaction=True)
def test_times_are_not_changed_under_a_meeting_that_is_being_booked(monkeypatch):
    monkeypatch.setattr(acts, "_seat", slowly(acts._seat))
    event, keeper = make_matchmaking().event, make_event_keeper()
    eva, bo = make_meeter(event), make_meeter(event)
    meeting, row = acts.ask(eva, bo), event.matchmaking
    times = {"starts_at": row.starts_at + HOUR, "ends_at": row.ends_at, "minutes": 20, "tables": 5}
    booked, changed = at_once(
        lambda: acts.accept(meeting, registration=bo).state,
        lambda: sleep(0.1) or acts.set_times(event, by=keeper, **times),
    )
    assert (booked, changed) == ("booked", "in_the_way")


@pytest.mark.django_db(transaction=True)
def test_who_is_just_leaving_describes_nothing_any_more(monkeypatch):
    monkeypatch.setattr(acts, "left", slowly(acts.left))
    bo = make_registration(make_matchmaking().event)
    said = {"offers": "x", "wishes": "", "offered": [], "wished": []}
    _left, answer = at_once(lambda: seats.leave(bo), lambda: sleep(0.1) or acts.describe(bo, **said))
    assert answer == "no_seat"


@pytest.mark.django_db
def test_the_database_lets_nobody_sit_twice_at_a_time_nor_two_pairs_at_a_table(event, two):
    eva, bo = two
    per, ann = make_meeter(event), make_meeter(event)
    meeting = acts.accept(acts.ask(eva, bo), registration=bo)
    with pytest.raises(IntegrityError), transaction.atomic():
        Seat.objects.create(meeting=acts.ask(per, eva), registration=eva, starts_at=meeting.starts_at)
    with pytest.raises(IntegrityError), transaction.atomic():
        Meeting.objects.create(
            event=event, asker=per, asked=ann, state="booked", starts_at=meeting.starts_at, table=meeting.table
        )


# ── Pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.django_db
def test_two_find_each_other_ask_and_accept_and_see_the_same_time(client, event, two):
    eva, bo = two
    page = address("event_matching", event.slug)
    sign_in(client, eva.user)
    assert [one.person.name for one in client.get(page).context["suggestions"]] == ["Bo"]
    client.post(page, {"do": "ask", "to": bo.pk, "line": "Your sensors"})
    sign_in(client, bo.user)
    (asked,) = client.get(page).context["asked_me"]
    client.post(page, {"do": "accept", "meeting": asked.pk})
    (mine,) = client.get(page).context["booked"]
    sign_in(client, eva.user)
    (hers,) = client.get(page).context["booked"]
    assert (mine.pk, mine.starts_at, mine.other.name, hers.other.name) == (hers.pk, event.starts_at, "Eva", "Bo")
    (entry,) = read(client.get(address("matching_ics", event.slug)).content).events
    assert (entry["SUMMARY"], entry["DTSTART"]) == ("Meeting with Bo, Sjömätt", event.starts_at)
    assert entry["DTEND"] - entry["DTSTART"] == timedelta(minutes=20)


@pytest.mark.django_db
def test_a_guest_does_all_of_it_by_the_key_in_their_mail(client, event, two):
    eva, _bo = two
    guest = make_registration(event, email="guest@example.org")
    page = address("matching_guest", guest.token)
    client.post(page, {"do": "profile", "offers": "Givare", "wishes": ""})
    client.post(page, {"do": "ask", "to": eva.pk, "line": ""})
    acts.accept(Meeting.objects.get(), registration=eva)
    answer = client.get(page)
    assert [one.other.name for one in answer.context["booked"]] == ["Eva"]
    assert "no-store" in answer["Cache-Control"]
    assert len(read(client.get(address("matching_guest_ics", guest.token)).content).events) == 1
    for token in ("x" * 32, eva.token):
        assert client.get(address("matching_guest", token)).status_code == 404
    Event.objects.update(state=EventState.DRAFT)
    assert client.get(page).status_code == 404


@pytest.mark.django_db
def test_the_page_is_for_who_has_a_seat_others_are_shown_the_way_in_and_strangers_nothing(client, event):
    page = address("event_matching", event.slug)
    sign_in(client, make_user())
    assert "events/matching_door.html" in [one.name for one in client.get(page).templates]
    assert client.get(address("matching_ics", event.slug)).status_code == 404
    assert client.get(address("event_matching", make_event().slug)).status_code == 404
    closed = make_matchmaking(make_event(space=make_space(coordinator=make_user()), audience="partnership")).event
    assert client.get(address("event_matching", closed.slug)).status_code == 404


@pytest.mark.django_db
def test_nobody_presses_on_a_meeting_of_others(client, event, two):
    eva, bo = two
    meeting, stranger = acts.ask(eva, bo), make_meeter(event)
    sign_in(client, stranger.user)
    for do in ("accept", "decline", "cancel"):
        answer = client.post(address("event_matching", event.slug), {"do": do, "meeting": meeting.pk})
        assert answer.status_code == 404
    sign_in(client, eva.user)
    assert (
        client.post(address("event_matching", event.slug), {"do": "accept", "meeting": meeting.pk}).status_code == 404
    )
    meeting.refresh_from_db()
    assert meeting.state == MeetingState.ASKED


@pytest.mark.django_db
@pytest.mark.parametrize("number", [2, 40])
def test_the_page_asks_as_many_questions_for_many_people_as_for_few(
    client, event, number, django_assert_max_num_queries
):
    me, *_others = crowd(event, number)
    page = address("matching_guest", me.token)
    with django_assert_max_num_queries(12):
        client.get(page)


@pytest.mark.django_db
def test_the_organiser_sets_times_on_their_page_fills_and_sees_the_whole_schedule(client):
    eva = make_user()
    event = make_event(kind="matchmaking", space=make_space(coordinator=eva))
    sign_in(client, eva)
    page = address("matching_keep", event.slug)
    local = timezone.localtime(event.starts_at)
    times = {
        "starts_at": f"{local:%Y-%m-%dT%H:%M}",
        "ends_at": f"{local + HOUR:%Y-%m-%dT%H:%M}",
        "minutes": 20,
        "tables": 3,
    }
    early = {**times, "starts_at": f"{local - 2 * HOUR:%Y-%m-%dT%H:%M}"}
    assert "starts_at" in client.post(page, {"do": "times", **early}).context["times"].errors
    assert client.post(page, {"do": "times", **times}).status_code == 302
    crowd(event, 6)
    assert client.post(page, {"do": "fill", "most": "3"}).status_code == 302
    assert len(client.get(page).context["meetings"]) == Meeting.objects.count() > 0
    sign_in(client, make_user())
    assert client.get(page).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("way", [seats.leave, seats.forget])
def test_giving_up_ones_seat_gives_up_ones_meetings_and_the_other_is_told(event, two, way):
    eva, bo = two
    acts.accept(acts.ask(eva, bo), registration=bo)
    way(bo)
    assert not Meeting.objects.filter(state=MeetingState.BOOKED).exists()
    ((email, words),) = mails_of("cancelled")
    assert (email.to, bool(words["who"])) == (eva.email, True)
