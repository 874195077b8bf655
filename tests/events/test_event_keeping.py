"""Keeping events: who may, what is refused, what a move, a cancellation, a copy and a series leave behind."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from accounts.models import AuditEntry
from events import times
from events.actions import keeping
from events.models import Event, EventState, Question, RegistrationState
from tests.events.making import make_event, make_event_keeper, make_registration
from tests.factories import make_actor, make_area, make_space, make_theme, make_user
from tests.platforms.test_partnerships import address, text_of
from tests.staff import sign_in

pytestmark = pytest.mark.django_db
STOCKHOLM = ZoneInfo("Europe/Stockholm")
HOUR = timedelta(hours=1)


@pytest.fixture
def keeper(client):
    user = make_event_keeper()
    sign_in(client, user)
    return user


def on_the_clock(moment):
    return f"{moment.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}"


def fields(event=None, **typed):
    """What the form of an event sends when nothing is changed but `typed`."""
    sent = {"title_sv": "Möte", "kind": "seminar", "audience": "public", "offer_hours": "24", "version": "1"}
    sent |= {"starts_at": "2031-05-06T09:00", "ends_at": "2031-05-06T12:00", "place": "Salen"}
    sent |= {"takes_registrations": "on", "has_waiting_list": "on"}
    if event:
        sent |= {"title_sv": event.title_sv, "version": str(event.version), "capacity": event.capacity or ""}
        if event.is_draft:
            sent |= {name: f"{times.local(getattr(event, name)):%Y-%m-%dT%H:%M}" for name in ("starts_at", "ends_at")}
    return {**sent, **typed}


def post(client, name, *args, **typed):
    return client.post(address(name, *args), typed)


def errors(response):
    assert response.status_code == 200
    found = response.context["form"].errors
    return {name: " ".join(words) for name, words in found.items()}


# ── Writing ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_staff_write_a_draft_with_all_that_it_says(client, keeper):
    firm, sea, industry = make_actor("Firm"), make_theme("sea"), make_area("industry")
    post(
        client,
        "event_new",
        **fields(organisers="firm", themes=[sea.pk], areas=[industry.pk], capacity="12", closes_at="2031-05-05 18.00"),
        **{"questions-sv": ["Mat?", "", "Grupp?"], "questions-kind": ["care", "text", "choice"]},
        **{"questions-options": ["bort", "", "A\nB\n"], "questions-required": ["no", "no", "yes"]},
    )

    event = Event.objects.get()
    assert (event.slug, event.state, event.by, event.capacity) == ("mote-2031", "draft", keeper, 12)
    assert (on_the_clock(event.starts_at), on_the_clock(event.closes_at)) == ("2031-05-06 09:00", "2031-05-05 18:00")
    assert [list(rows.all()) for rows in (event.organisers, event.themes, event.areas)] == [[firm], [sea], [industry]]
    asked = list(event.questions.values_list("number", "text_sv", "kind", "options", "is_required"))
    assert asked == [(1, "Mat?", "care", "", False), (2, "Grupp?", "choice", "A\nB", True)]
    assert AuditEntry.objects.filter(verb="event.add", by=keeper).count() == 1
    post(client, "event_new", **fields())
    assert Event.objects.exclude(slug="mote-2031").get().slug.startswith("mote-2031-")


def test_coordinators_write_events_of_their_space_and_nobody_else_does(client):
    eva, mia = make_user(), make_user()
    space = make_space(coordinator=eva, members=[mia])
    for user, status in ((mia, 404), (make_user(), 404), (eva, 302)):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        assert post(client, "space_event_new", space.slug, **fields(audience="partnership")).status_code == status
        assert client.get(address("event_new")).status_code == 404
    event = Event.objects.get()
    assert (event.space, event.partnership, event.audience) == (space, space.partnership, "partnership")
    for user, status in ((mia, 404), (eva, 200)):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        for name in ("event_edit", "event_copy", "event_series"):
            assert client.get(address(name, event.slug)).status_code == status
        assert client.get(address("event_step", event.slug, "publish")).status_code == status


def test_who_lost_the_right_while_the_form_was_open_changes_nothing(client):
    translation.activate("en")
    eva = make_user()
    event = make_event(space=make_space(coordinator=eva), state="draft", place="Salen")
    event.space.members.filter(user=eva).update(role="member")
    with pytest.raises(Exception, match="coordinator"):
        keeping.publish(event, by=eva)
    with pytest.raises(keeping.NoEntry):
        keeping.publish(event, by=make_user())
    with pytest.raises(keeping.NoEntry):
        keeping.publish(make_event(state="draft"), by=eva)
    event.refresh_from_db()
    assert event.state == EventState.DRAFT


def test_a_paused_space_takes_no_more_events(client):
    eva = make_user()
    event = make_event(space=make_space(coordinator=eva), place="Salen", state="draft")
    type(event.space).objects.update(state="paused")
    client.force_login(eva, backend="django.contrib.auth.backends.ModelBackend")
    post(client, "event_step", event.slug, "publish")
    event.refresh_from_db()
    assert event.state == EventState.DRAFT


@pytest.mark.parametrize(
    ("typed", "where", "words"),
    [
        ({"ends_at": "2031-05-06T08:00"}, "ends_at", "ends before it starts"),
        ({"ends_at": "2031-05-06T09:00"}, "ends_at", "ends before it starts"),
        ({"ends_at": "2032-05-06T09:00"}, "ends_at", "longer than a month"),
        ({"starts_at": "2027-03-28T02:30", "ends_at": "2027-03-28T05:00"}, "starts_at", "02:30 on 28 March 2027 does"),
        ({"starts_at": "tomorrow"}, "starts_at", "2026-12-01 09:00"),
        ({"closes_at": "2031-05-06T09:01"}, "closes_at", "before the event starts"),
        ({"opens_at": "2031-05-05T09:00", "closes_at": "2031-05-05T09:00"}, "opens_at", "before it closes"),
        ({"audience": "partnership"}, "partnership", "Choose the partnership"),
        ({"organisers": "Nobody"}, "organisers", "No organisation in the register is called “Nobody”"),
        ({"capacity": "0"}, "capacity", "1"),
        ({"questions-sv": "Vad?", "questions-kind": "choice", "questions-options": "A"}, "questions", "two choices"),
        ({"questions-en": "What?"}, "questions", "no Swedish"),
    ],
)
def test_what_can_not_be_is_refused_with_the_way_out_and_nothing_typed_is_lost(client, keeper, typed, where, words):
    response = post(client, "event_new", **fields(text_sv="Långt skrivet", **typed))
    assert words in errors(response)[where]
    assert "Långt skrivet" in response.content.decode()
    assert not Event.objects.exists()


def test_of_the_hour_that_comes_twice_the_first_is_meant_and_said(client, keeper):
    response = client.post(
        address("event_new"), fields(starts_at="2027-10-31T02:30", ends_at="2027-10-31T05:00"), follow=True
    )
    assert Event.objects.get().starts_at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert "The clock shows 02:30 twice that night. The first of the two is meant." in text_of(response)


def test_a_published_event_keeps_time_and_place_until_it_is_moved(client, keeper):
    event = make_event("Möte", place="Salen", capacity=9)
    post(client, "event_edit", event.slug, **fields(event, title_sv="Nytt", place="Elsewhere"))
    event.refresh_from_db()
    assert (event.title_sv, event.place, event.version, event.sequence) == ("Nytt", "Salen", 2, 0)


def test_somebody_elses_save_is_shown_and_not_overwritten(client, keeper):
    event = make_event("Möte", state="draft")
    sent = fields(event, title_sv="Mitt")
    Event.objects.update(title_sv="Deras", version=2)
    response = post(client, "event_edit", event.slug, **sent)
    assert response.status_code == 409
    assert "Deras" in text_of(response) and "Mitt" in text_of(response)
    event.refresh_from_db()
    assert event.title_sv == "Deras"
    assert post(client, "event_edit", event.slug, **sent | {"version": "2"}).status_code == 302


def test_there_are_never_fewer_seats_than_people_who_have_one(client, keeper):
    event = make_event("Möte", capacity=5)
    for state in (RegistrationState.CONFIRMED, RegistrationState.OFFERED, RegistrationState.WAITING):
        make_registration(event, state=state)
    response = post(client, "event_edit", event.slug, **fields(event, capacity="1"))
    assert "2 people have a seat already" in errors(response)["capacity"]
    assert post(client, "event_edit", event.slug, **fields(event, capacity="2")).status_code == 302
    event.refresh_from_db()
    assert event.capacity == 2


@pytest.mark.parametrize(("before", "after", "filled"), [(1, "2", 1), (1, "", 1), (2, "1", 0), ("", "3", 0)])
def test_more_seats_go_to_those_who_wait(client, keeper, monkeypatch, before, after, filled):
    given = []
    monkeypatch.setattr(keeping, "fill", given.append)
    event = make_event("Möte", capacity=before or None)
    assert post(client, "event_edit", event.slug, **fields(event, capacity=after)).status_code == 302
    assert given == [event] * filled


def test_questions_are_changed_in_place_and_one_that_was_answered_stays(client, keeper):
    event = make_event("Möte")
    first, second = (Question.objects.create(event=event, number=n, text_sv=f"F{n}") for n in (1, 2))
    make_registration(event).answers.create(question=second, text="Ja")
    rows = {"questions-key": [second.pk, first.pk], "questions-sv": ["F2 nytt", "F1"]}
    assert post(client, "event_edit", event.slug, **fields(event), **rows).status_code == 302
    assert list(event.questions.values_list("pk", "text_sv")) == [(second.pk, "F2 nytt"), (first.pk, "F1")]

    event.refresh_from_db()
    response = post(client, "event_edit", event.slug, **fields(event), **{"questions-sv": "Annan"})
    assert "Somebody has answered “F2 nytt”" in errors(response)["questions"]
    only = {"questions-key": [second.pk], "questions-sv": ["F2"]}
    assert post(client, "event_edit", event.slug, **fields(event), **only).status_code == 302
    assert list(event.questions.values_list("pk", flat=True)) == [second.pk]


def test_a_button_of_the_rows_saves_nothing_and_loses_nothing(client, keeper):
    rows = {"questions-sv": ["A", "B"], "questions-kind": ["text", "care"], "do": "questions.up.2"}
    response = post(client, "event_new", **fields(title_sv="Halv"), **rows)
    form = response.context["form"]
    assert [row["sv"] for row in form["questions"].value()] == ["B", "A"]
    assert (form["title_sv"].value(), Event.objects.count()) == ("Halv", 0)


# ── From state to state ──────────────────────────────────────────────────────────────────────────────────────────────
def test_a_draft_is_published_once_it_says_where(client, keeper):
    event = make_event(state="draft", published_at=None)
    assert "Say where it is" in errors(post(client, "event_step", event.slug, "publish"))["__all__"]
    Event.objects.update(video_link="https://video.example/")
    assert post(client, "event_step", event.slug, "publish").status_code == 302
    event.refresh_from_db()
    assert (event.state, event.published_at is not None, event.version) == ("published", True, 2)
    assert "is in the state “Published” now" in errors(post(client, "event_step", event.slug, "publish"))["__all__"]


def moving(event, **typed):
    sent = {name: f"{times.local(getattr(event, name)):%Y-%m-%dT%H:%M}" for name in ("starts_at", "ends_at")}
    return {**sent, "place": event.place, "reason": "Snow", **typed}


@pytest.fixture
def told(monkeypatch):
    """Who would be told of what."""
    found = []
    monkeypatch.setattr(keeping, "tell_changed", lambda event, what: found.append((event.pk, what)))
    return found


def test_a_move_is_told_and_says_when_and_why(client, keeper, told):
    event = make_event(
        place="A", starts_at=datetime(2031, 5, 6, 7, tzinfo=UTC), closes_at=datetime(2031, 5, 6, tzinfo=UTC)
    )
    sent = moving(event, starts_at="2031-05-05T10:00", ends_at="2031-05-05T12:00", place="B")
    assert post(client, "event_step", event.slug, "move", **sent).status_code == 302

    now = Event.objects.get()
    assert (now.moved_from, now.starts_at, now.place) == (event.starts_at, datetime(2031, 5, 5, 8, tzinfo=UTC), "B")
    assert (now.sequence, now.reason, now.state, now.closes_at) == (1, "Snow", "published", now.starts_at)
    assert told == [(event.pk, "moved")]
    entry = AuditEntry.objects.get(verb="event.move")
    assert (entry.by, entry.reason) == (keeper, "Snow")
    words = text_of(client.get(event.get_absolute_url()))
    assert "It was to begin Tue 6 May 2031, 09:00. Snow" in words
    assert "Mon 5 May 2031, 10:00–12:00 CEST (UTC+2)" in words


@pytest.mark.parametrize(
    ("typed", "where", "words"),
    [
        ({}, "__all__", "Neither time nor place differs"),
        ({"reason": "", "place": "B"}, "reason", "required"),
        ({"starts_at": "2020-05-05T10:00", "ends_at": "2020-05-05T11:00"}, "starts_at", "has passed already"),
        ({"ends_at": "2031-05-05T10:00"}, "ends_at", "ends before it starts"),
        ({"starts_at": "2031-03-30T02:10"}, "starts_at", "does not exist"),
    ],
)
def test_a_move_that_can_not_be_is_refused(client, keeper, told, typed, where, words):
    event = make_event(place="A", starts_at=datetime(2031, 5, 6, 7, tzinfo=UTC))
    assert words in errors(post(client, "event_step", event.slug, "move", **moving(event, **typed)))[where]
    event.refresh_from_db()
    assert (told, event.sequence) == ([], 0)


def test_what_is_over_is_not_moved_and_what_has_not_begun_was_not_held(client, keeper):
    over, coming = make_event(days=-3, place="A"), make_event()
    assert "is over" in errors(post(client, "event_step", over.slug, "move", **moving(over, place="B")))["__all__"]
    assert "has not begun yet" in errors(post(client, "event_step", coming.slug, "hold"))["__all__"]
    assert post(client, "event_step", over.slug, "hold").status_code == 302
    over.refresh_from_db()
    assert over.state == EventState.HELD
    names = [step["name"] for step in keeping.open_steps(coming)]
    assert names == ["move", "cancel"]


def test_a_cancelled_event_says_why_is_told_and_changes_no_more(client, keeper, told):
    event = make_event("Möte", place="A")
    assert "required" in errors(post(client, "event_step", event.slug, "cancel"))["reason"]
    post(client, "event_step", event.slug, "cancel", reason="Ice")
    event.refresh_from_db()
    assert (event.state, event.reason, event.sequence, told) == ("cancelled", "Ice", 1, [(event.pk, "cancelled")])
    assert "The event is cancelled Ice" in text_of(client.get(event.get_absolute_url()))
    post(client, "event_edit", event.slug, **fields(event, title_sv="Nytt"))
    event.refresh_from_db()
    assert event.title_sv == "Möte"
    assert client.get(address("event_step", event.slug, "delete")).status_code == 404


# ── Copies and series ────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_copy_has_all_but_the_dates_and_the_people(client, keeper):
    event = make_event(
        "Möte", organisers=[make_actor("Firm")], themes=[make_theme("sea")], place="A", capacity=3,
        moved_from=timezone.now(), reason="Snow", sequence=4, source="x", closes_at=timezone.now(),
    )  # fmt: skip
    Question.objects.create(event=event, number=1, text_sv="Mat?", kind="care", is_required=True)
    make_registration(event)
    post(client, "event_copy", event.slug, starts_at="2031-05-06T09:00", ends_at="2031-05-06T12:00")

    made = Event.objects.exclude(pk=event.pk).get()
    assert (made.title_sv, made.place, made.capacity, made.state) == ("Möte", "A", 3, "draft")
    assert (made.moved_from, made.reason, made.sequence, made.source, made.closes_at) == (None, "", 0, "", None)
    assert made.uid != event.uid
    assert [one.name for one in made.organisers.all()] == ["Firm"]
    assert list(made.questions.values_list("text_sv", "kind", "is_required")) == [("Mat?", "care", True)]
    assert not made.registrations.exists()


def series(client, event, **typed):
    response = post(client, "event_series", event.slug, **{"rhythm": "weekly", **typed})
    assert response.status_code == 302, response.context["form"].errors
    return [on_the_clock(one.starts_at) for one in Event.objects.order_by("starts_at")]


def at_nine(year, month, day, **more):
    return make_event("Möte", place="A", starts_at=datetime(year, month, day, 9, tzinfo=STOCKHOLM), **more)


def test_nine_stays_nine_over_both_nights_on_which_the_clocks_are_changed(client, keeper):
    spring = at_nine(2027, 3, 22)
    assert series(client, spring, times="3") == ["2027-03-22 09:00", "2027-03-29 09:00", "2027-04-05 09:00"]
    Event.objects.all().delete()
    autumn = at_nine(2027, 10, 18)
    found = series(client, autumn, rhythm="fortnightly", until="2027-11-20")
    assert found == ["2027-10-18 09:00", "2027-11-01 09:00", "2027-11-15 09:00"]
    assert {one.ends_at - one.starts_at for one in Event.objects.all()} == {2 * HOUR}


def test_a_series_leaves_out_days_and_follows_months(client, keeper):
    event = at_nine(2027, 1, 12, closes_at=datetime(2027, 1, 10, 12, tzinfo=STOCKHOLM))
    found = series(client, event, rhythm="weekday", times="4", left_out="2027-03-09")
    assert found == ["2027-01-12 09:00", "2027-02-09 09:00", "2027-04-13 09:00"]
    assert on_the_clock(Event.objects.order_by("starts_at").last().closes_at) == "2027-04-11 12:00"
    event.refresh_from_db()
    assert event.series.rule == "FREQ=MONTHLY;COUNT=4;BYDAY=+2TU"
    assert "already" in errors(post(client, "event_series", event.slug, rhythm="weekly", times="2"))["__all__"]


@pytest.mark.parametrize(
    ("typed", "where", "words"),
    [
        ({}, "times", "when the series ends"),
        ({"times": "3", "until": "2027-02-01"}, "until", "not both"),
        ({"times": "3", "rhythm": "monthly"}, "rhythm", "Not every month"),
        ({"until": "2030-01-01"}, "until", "At most 60"),
        ({"times": "3", "left_out": "julafton"}, "left_out", "“julafton” is no day"),
        ({"times": "3", "left_out": "2027-02-08"}, "left_out", "2027-02-08 is none of the days"),
        ({"times": "2", "left_out": "2027-02-05"}, "__all__", "nothing is left"),
    ],
)
def test_a_series_that_can_not_be_is_refused(client, keeper, typed, where, words):
    event = at_nine(2027, 1, 29)
    assert words in errors(post(client, "event_series", event.slug, **{"rhythm": "weekly", **typed}))[where]
    assert Event.objects.count() == 1


def test_a_series_does_not_fall_into_the_gap_of_march(client, keeper):
    event = make_event("Möte", starts_at=datetime(2027, 3, 21, 2, 30, tzinfo=STOCKHOLM))
    response = post(client, "event_series", event.slug, rhythm="weekly", times="3")
    assert "02:30 on 28 March 2027 does not exist" in errors(response)["left_out"]
    assert len(series(client, event, times="3", left_out="2027-03-28")) == 2


def test_a_change_is_for_one_or_for_this_and_the_following(client, keeper, told):
    first = at_nine(2027, 3, 15, capacity=5)
    series(client, first, times="4")
    _one, two, three, four = Event.objects.order_by("starts_at")
    Event.objects.filter(pk=four.pk).update(state="cancelled", reason="Ice")

    post(client, "event_edit", two.slug, **fields(two, title_sv="Bara denna"))
    two.refresh_from_db()
    post(client, "event_edit", two.slug, **fields(two, title_sv="Alla", capacity="7", scope="following"))
    titles = list(Event.objects.order_by("starts_at").values_list("title_sv", "capacity"))
    assert titles == [("Möte", 5), ("Alla", 7), ("Alla", 7), ("Möte", 5)]

    two.refresh_from_db()
    sent = moving(two, starts_at="2027-03-23T10:00", ends_at="2027-03-23T12:00", scope="following")
    post(client, "event_step", two.slug, "move", **sent)
    assert [on_the_clock(one.starts_at) for one in Event.objects.order_by("starts_at")] == [
        *("2027-03-15 09:00", "2027-03-23 10:00", "2027-03-30 10:00", "2027-04-05 09:00"),
    ]
    assert told == [(two.pk, "moved"), (three.pk, "moved")]
    post(client, "event_step", two.slug, "cancel", reason="Snow", scope="this")
    assert list(Event.objects.order_by("starts_at").values_list("state", flat=True)) == [
        *("published", "cancelled", "published", "cancelled"),
    ]


def test_too_few_seats_at_one_of_the_following_changes_none(client, keeper):
    first = at_nine(2027, 3, 15, capacity=5)
    series(client, first, times="2")
    one, two = Event.objects.order_by("starts_at")
    for _ in range(3):
        make_registration(two)
    response = post(client, "event_edit", one.slug, **fields(one, capacity="2", scope="following"))
    assert "3 people have a seat already" in errors(response)["capacity"]
    assert list(Event.objects.values_list("capacity", flat=True)) == [5, 5]


# ── The clock ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_clock_knows_its_two_nights():
    assert not times.exists(datetime(2027, 3, 28, 2, 0))  # noqa: DTZ001 - what the clock on the wall shows
    assert not times.exists(datetime(2027, 3, 28, 2, 59))  # noqa: DTZ001
    assert times.exists(datetime(2027, 3, 28, 3, 0))  # noqa: DTZ001
    assert [times.is_double(datetime(2027, 10, 31, hour, 30)) for hour in (1, 2, 3)] == [False, True, False]  # noqa: DTZ001
    assert times.midnight(date(2027, 3, 28)) == datetime(2027, 3, 27, 23, tzinfo=UTC)


def test_history_tells_each_save(client, keeper):
    event = make_event("Möte", place="A")
    post(client, "event_step", event.slug, "cancel", reason="Ice")
    rows = apps_history(event)
    assert rows == [("insert", "published", ""), ("update", "cancelled", "Ice")]


def apps_history(event):
    from django.apps import apps

    model = apps.get_model("events", "EventEvent")
    return list(model.objects.filter(pgh_obj=event).order_by("pgh_id").values_list("pgh_label", "state", "reason"))
