"""Calendars: what programs of others read, by the library and by a second reader that shares nothing with it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.test import override_settings
from django.utils import timezone
from django.utils.translation import override

from accounts.models import AuditEntry, User
from actors.models import Municipality
from events import calendar
from events.actions import calendars, matching
from events.models import Audience, CalendarFeed, Event, EventState, Registration, RegistrationState
from tests.events.making import make_event, make_event_keeper, make_matchmaking, make_meeter, make_registration
from tests.events.reading import read
from tests.factories import make_area, make_municipality, make_space, make_theme, make_user
from tests.missions.test_portfolio import address, sign_in

pytestmark = pytest.mark.django_db
HERE = ZoneInfo("Europe/Stockholm")
HOUR = timedelta(hours=1)


def at(*parts):
    return datetime(*parts, tzinfo=HERE)


def body_of(client, name, *args, query=""):
    answer = client.get(address(name, *args) + query)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    return answer.content


def titles(body):
    return [one["SUMMARY"] for one in read(body).events]


# ── One entry ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_an_entry_says_the_same_to_the_library_and_to_a_second_reader():
    event = make_event(
        "Kustens råvaror; vad, hur & varför?",
        text_sv="Rad ett\nRad två, med \\ bakstreck; och mer\n" + "åäö " * 60,
        place="Östra kajen 3, hus A",
        address="371 32",
        latitude=56.16,
        longitude=15.59,
        starts_at=at(2027, 5, 4, 9),
        sequence=3,
    )
    with override("sv"):
        body = calendar.calendar_of([event])
    (mine,) = icalendar.Calendar.from_ical(body).walk("VEVENT")
    (other,) = read(body).events

    assert str(mine["SUMMARY"]) == other["SUMMARY"] == event.title_sv
    assert str(mine["DESCRIPTION"]).rstrip() == other["DESCRIPTION"].rstrip() == event.text_sv.rstrip()
    assert str(mine["LOCATION"]) == other["LOCATION"] == "Östra kajen 3, hus A, 371 32"
    assert str(mine["UID"]) == other["UID"] == f"{event.uid}@localhost"
    assert int(mine["SEQUENCE"]) == int(other["SEQUENCE"]) == 3
    assert mine["DTSTART"].dt == other["DTSTART"] == event.starts_at
    assert mine["DTEND"].dt == other["DTEND"] == event.ends_at
    assert other["GEO"] == "56.16;15.59"
    assert other["STATUS"] == "CONFIRMED"
    assert "ORGANIZER" not in other


def test_no_line_is_longer_than_75_octets_and_none_breaks_a_letter():
    body = calendar.calendar_of([make_event("Å" * 150, text_sv="åäö" * 190)])
    lines = body.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert all(line.decode() is not None for line in lines)
    assert titles(body) == ["Å" * 150]


@pytest.mark.parametrize(
    ("day", "before", "after"),
    [((2027, 3, 28), "+01:00", "+02:00"), ((2027, 10, 31), "+02:00", "+01:00")],
)
def test_nine_o_clock_stays_nine_o_clock_over_the_days_on_which_clocks_are_changed(day, before, after):
    midnight = at(*day)
    moments = [midnight - 15 * HOUR, midnight.replace(hour=9), midnight.replace(hour=9) + timedelta(days=1)]
    events = [make_event(starts_at=moment, ends_at=moment + HOUR) for moment in moments]
    found = read(calendar.calendar_of(events))
    assert [one["RAW"]["DTSTART"][-6:] for one in found.events] == ["090000"] * 3
    assert [one["DTSTART"] for one in found.events] == [event.starts_at for event in events]
    offsets = [one["DTSTART"].isoformat()[-6:] for one in found.events]
    assert offsets == [before, after, after]


def test_an_event_across_the_change_itself_keeps_its_length():
    """02:30 to 03:30 summer time is an hour, of which a wall clock shows two."""
    starts_at = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)
    (found,) = read(calendar.calendar_of([make_event(starts_at=starts_at, ends_at=starts_at + HOUR)])).events
    assert found["RAW"]["DTSTART"].endswith("T013000")
    assert found["RAW"]["DTEND"].endswith("T033000")
    assert found["DTEND"] - found["DTSTART"] == HOUR


@pytest.mark.parametrize("year", [2019, 2024, 2026, 2027, 2031])
def test_the_zone_that_is_sent_agrees_with_the_world_on_every_day_of_the_year(year):
    found = read(calendar.calendar_of([make_event(starts_at=at(year, 6, 1, 9))]))
    for day in range(366):
        wall = datetime(year, 1, 1, 12) + timedelta(days=day)  # noqa: DTZ001 - local time
        assert found.zones["Europe/Stockholm"].offset(wall) == wall.replace(tzinfo=HERE).utcoffset(), wall


def test_of_a_whole_day_only_the_days_are_said_and_the_last_one_is_not_left_out():
    one = make_event(starts_at=at(2024, 3, 30), ends_at=at(2024, 3, 31, 23, 59), is_whole_day=True)
    until_midnight = make_event(starts_at=at(2024, 3, 30), ends_at=at(2024, 4, 1), is_whole_day=True)
    for event in (one, until_midnight):
        (found,) = read(calendar.calendar_of([event])).events
        assert found["RAW"]["DTSTART"] == "20240330"
        assert found["RAW"]["DTEND"] == "20240401"
        assert found["PARAMETERS"]["DTSTART"] == {"VALUE": "DATE"}


def test_a_change_keeps_the_uid_raises_the_sequence_and_a_cancelled_event_says_so_and_why():
    event = make_event("Dialog")
    (before,) = read(calendar.calendar_of([event])).events
    event.state, event.reason, event.sequence, event.version = EventState.CANCELLED, "Storm", 1, 2
    event.save()
    with override("sv"):
        (after,) = read(calendar.calendar_of([event])).events
    assert before["UID"] == after["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == ("0", "1")
    assert (after["STATUS"], after["SUMMARY"]) == ("CANCELLED", "Inställt: Dialog")
    assert "Storm" in after["DESCRIPTION"]


def test_an_entry_speaks_the_language_that_is_asked_for(client):
    event = make_event("Frukost", title_en="Breakfast", text_sv="På svenska", text_en="In English")
    assert [titles(calendar.calendar_of([event], language=code)) for code in ("sv", "en")] == [
        ["Frukost"],
        ["Breakfast"],
    ]


@override_settings(SITE_URL="https://hub.example.org")
def test_the_uid_names_the_site():
    event = make_event(uid=UUID(int=7))
    (found,) = read(calendar.calendar_of([event])).events
    assert found["UID"] == "00000000-0000-0000-0000-000000000007@hub.example.org"


# ── Files by right ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_one_event_is_given_to_whoever_may_read_it_and_to_nobody_else(client):
    shown, draft = make_event("Öppet"), make_event(state=EventState.DRAFT)
    inside = make_event(space=make_space(coordinator=make_user()), audience=Audience.PARTNERSHIP)
    assert titles(body_of(client, "event_ics", shown.slug)) == ["Öppet"]
    for hidden in (draft, inside):
        assert client.get(address("event_ics", hidden.slug)).status_code == 404


def test_the_video_link_is_told_to_who_has_a_seat_only(client):
    event = make_event(video_link="https://video.example.org/secret")
    eva, bo, per = make_user(), make_user(), make_user()
    make_registration(event, eva)
    make_registration(event, bo, state=RegistrationState.WAITING)
    for user, is_told in ((None, False), (per, False), (bo, False), (eva, True)):
        client.logout()
        if user:
            sign_in(client, user)
        assert (b"video.example.org" in body_of(client, "event_ics", event.slug)) is is_told


def test_public_events_as_a_calendar_narrowed_like_the_list(client):
    area, theme, town = make_area("tech"), make_theme("hav"), make_municipality("1080")
    part = make_area("ai", parent=area)
    make_event("A", areas=[part], kind="workshop")
    make_event("B", themes=[theme], municipality=town)
    make_event("Over", days=-60)
    make_event("Inside", audience=Audience.REGISTERED)
    found = {
        query: set(titles(body_of(client, "events_ics", query=query)))
        for query in ("", "?kind=workshop", "?area=tech", "?theme=hav", f"?municipality={town.code}", "?kind=training")
    }
    assert found[""] == {"A", "B"}
    assert found["?kind=workshop"] == found["?area=tech"] == {"A"}
    assert found["?theme=hav"] == found[f"?municipality={town.code}"] == {"B"}
    assert found["?kind=training"] == set()


@pytest.mark.parametrize("name", ["events_ics", "events_atom"])
def test_an_unknown_part_of_the_address_is_refused_in_words(client, name):
    for query in ("?nowhere=1", "?kind=x", "?area=no"):
        answer = client.get(address(name) + query)
        assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (400, "text/html")


def test_what_was_announced_last_stands_first_in_the_feed(client):
    old = make_event("Old", published_at=timezone.now() - timedelta(days=3))
    make_event("New & <bold>")
    make_event("Draft", state=EventState.DRAFT)
    text = client.get(address("events_atom")).content.decode()
    assert text.index("New &amp; &lt;bold&gt;") < text.index("Old")
    assert "Draft" not in text
    assert f"urn:uuid:{old.uid}" in text


# ── One's own calendar ───────────────────────────────────────────────────────────────────────────────────────────────
def feed_of(user):
    return address("calendar_feed", calendars.make_feed(by=user).token)


def test_a_person_makes_an_address_sees_it_again_makes_a_new_one_and_ends_it(client):
    eva = make_user()
    sign_in(client, eva)
    page = address("my_calendar")
    assert client.get(page).context["feed"] is None
    client.post(page, {"do": "make"})
    first = client.get(page).context
    assert first["url"] == client.get(page).context["url"]
    assert first["webcal"].startswith("webcal://")
    path = address("calendar_feed", first["feed"].token)
    assert client.get(path).status_code == 200
    client.post(page, {"do": "make"})
    second = client.get(page).context["feed"]
    assert client.get(path).status_code == 404
    assert client.get(address("calendar_feed", second.token)).status_code == 200
    client.post(page, {"do": "end"})
    assert client.get(address("calendar_feed", second.token)).status_code == 404
    assert list(AuditEntry.objects.order_by("id").values_list("verb", flat=True)) == [
        "calendar.make",
        "calendar.make",
        "calendar.revoke",
    ]


def test_it_holds_what_i_come_to_what_i_wait_for_and_what_my_spaces_have(client):
    eva, bo = make_user(), make_user()
    space = make_space(coordinator=eva)
    seat = make_event("Seat", video_link="https://video.example.org/x")
    make_registration(seat, eva)
    waits = make_event("Waits")
    make_registration(waits, eva, state=RegistrationState.WAITING)
    left = make_event("Left")
    make_registration(left, eva, state=RegistrationState.LEFT)
    make_event("Ours", space=space, audience=Audience.PARTNERSHIP)
    make_event("Draft", space=space, audience=Audience.PARTNERSHIP, state=EventState.DRAFT)
    make_event("Theirs", space=make_space(coordinator=bo), audience=Audience.PARTNERSHIP)
    make_registration(make_event("Bo's"), bo)
    make_event("For all")
    with override("en"):
        body = body_of(client, "calendar_feed", calendars.make_feed(by=eva).token)
    found = {one["SUMMARY"]: one["STATUS"] for one in read(body).events}
    assert found == {"Seat": "CONFIRMED", "Waits (waiting list)": "TENTATIVE", "Ours": "CONFIRMED"}
    assert b"video.example.org" in body


def test_it_holds_my_meetings_of_two_as_well(client):
    eva, event = make_user(), make_matchmaking().event
    mine, other = make_meeter(event, eva), make_meeter(event, email="bo@example.org", organisation="Sjömätt")
    matching.accept(matching.ask(mine, other), registration=other)
    body = client.get(feed_of(eva)).content
    assert titles(body) == [event.title, "Meeting with bo, Sjömätt"]
    assert "table 1" in read(body).events[1]["LOCATION"]


def test_whoever_leaves_a_space_reads_no_more_of_it(client):
    eva = make_user()
    space = make_space(coordinator=make_user(), members=[eva])
    event = make_event("Ours", space=space, audience=Audience.PARTNERSHIP)
    make_registration(event, eva)
    path = feed_of(eva)
    assert titles(client.get(path).content) == ["Ours"]
    space.members.filter(user=eva).delete()
    assert titles(client.get(path).content) == []


def test_an_address_shows_no_second_factor_so_staff_read_no_drafts_by_it(client):
    keeper = make_event_keeper()
    space = make_space(coordinator=make_user(), members=[keeper])
    draft = make_event("Draft", space=space, state=EventState.DRAFT)
    make_event("Theirs", space=make_space(coordinator=make_user()), audience=Audience.PARTNERSHIP)
    make_registration(draft, keeper)
    secret = make_event("Secret", space=make_space(coordinator=make_user()), audience=Audience.PARTNERSHIP)
    make_registration(secret, keeper)
    assert titles(client.get(feed_of(keeper)).content) == []


def test_an_address_that_never_was_or_of_a_closed_account_is_no_page(client):
    eva = make_user()
    path = feed_of(eva)
    User.objects.filter(pk=eva.pk).update(is_active=False)
    assert client.get(path).status_code == 404
    assert client.get(address("calendar_feed", "x" * 32)).status_code == 404


def test_an_unchanged_calendar_is_not_sent_again_and_a_change_is(client):
    eva = make_user()
    event = make_event("Dialog")
    row = make_registration(event, eva)
    path = feed_of(eva)
    tag = client.get(path)["ETag"]
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    row.state, row.waits_since = RegistrationState.WAITING, timezone.now()
    row.save()
    changed = client.get(path, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    Event.objects.filter(pk=event.pk).update(sequence=1, title_sv="Samtal")
    assert client.get(path, headers={"If-None-Match": changed["ETag"]}).status_code == 200


def test_the_feed_is_kept_by_nobody_else_and_leaves_no_cookie(client):
    answer = client.get(feed_of(make_user()))
    assert answer["Cache-Control"] == "private, no-cache" or set(answer["Cache-Control"].split(", ")) == {
        "private",
        "no-cache",
    }
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Referrer-Policy"] == "strict-origin"
    assert not answer.cookies


def test_an_address_that_is_asked_for_all_the_time_must_wait(client, monkeypatch):
    monkeypatch.setattr("events.views.calendars.OFTEN", 2)
    path = feed_of(make_user())
    answers = [client.get(path) for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert answers[-1]["Retry-After"]


@pytest.mark.parametrize("number", [1, 3])
def test_a_calendar_asks_at_most_six_questions(client, django_assert_max_num_queries, number):
    eva = make_user()
    space = make_space(coordinator=eva)
    for _ in range(number):
        make_registration(make_event(), eva)
        make_event(space=space)
    path = feed_of(eva)
    with django_assert_max_num_queries(6):
        client.get(path)


def test_two_addresses_of_one_person_never_work_at_once():
    eva = make_user()
    for _ in range(3):
        calendars.make_feed(by=eva)
    assert CalendarFeed.objects.filter(user=eva, revoked_at=None).count() == 1


def test_an_entry_is_written_anew_when_its_row_has_changed_and_only_then(client, monkeypatch):
    eva, town, written = make_user(), make_municipality(), []
    event = make_event("Dialog", municipality=town)
    seat, path = make_registration(event, eva), feed_of(eva)
    whole = calendar.entry_of
    monkeypatch.setattr(calendar, "entry_of", lambda one, **more: written.append(one.pk) or whole(one, **more))

    def entry():
        (found,) = read(client.get(path).content).events
        return found

    assert [entry()["LOCATION"] for _ in range(3)] == [town.name] * 3
    assert written == [event.pk]
    Municipality.objects.filter(pk=town.pk).update(name="Utklippan")
    assert entry()["LOCATION"] == "Utklippan"
    for name, value, said in (
        *(("place", "Kajen", "LOCATION"), ("title_sv", "Samtal", "SUMMARY"), ("title_sv", "Prat", "SUMMARY")),
        *(("text_sv", "Om havet", "DESCRIPTION"), ("ends_at", event.ends_at + HOUR, "DTEND")),
    ):
        Event.objects.filter(pk=event.pk).update(**{name: value})  # as no form would: neither version nor date change
        assert entry()[said] == value
    Registration.objects.filter(pk=seat.pk).update(state=RegistrationState.WAITING, waits_since=timezone.now())
    assert entry()["SUMMARY"] == "Prat (waiting list)"
    assert len(written) == 8


def test_entries_that_are_kept_are_never_more_than_a_bound(client, monkeypatch):
    monkeypatch.setattr(calendar, "KEPT", 3)
    eva = make_user()
    for number in range(3):
        make_registration(make_event(f"E{number}", days=number + 1), eva)
    path = feed_of(eva)
    assert titles(client.get(path).content) == ["E0", "E1", "E2"]
    make_event("Public", days=9)
    assert titles(body_of(client, "events_ics")) == ["E0", "E1", "E2", "Public"]
    assert titles(client.get(path).content) == ["E0", "E1", "E2"]
    assert len(calendar._kept) <= 4
