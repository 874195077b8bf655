"""The page of an event: what strangers read, what only some read, what machines read, and events of something else."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone, translation

from events.models import RegistrationState
from events.news import announced
from events.templatetags.events import double_hour, hours, when, zone
from tests.actors.test_register_list import questions
from tests.events.making import make_event, make_event_keeper, make_registration
from tests.factories import make_actor, make_area, make_partnership, make_space, make_theme, make_user
from tests.missions.making import make_mission
from tests.platforms.test_partnerships import address, text_of
from tests.staff import sign_in

pytestmark = pytest.mark.django_db
LINK = "https://video.example/secret"


def page(client, event):
    response = client.get(address("event", event.slug))
    assert response.status_code == 200
    return response


def log_in(client, user):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")


def test_a_stranger_reads_time_place_organisers_and_seats(client):
    event = make_event(
        "Meet", organisers=[make_actor("Firm"), make_actor("Secret", status="draft")], organiser_note="Friends",
        place="Dock", address="Quay 1", access_sv="Ramp", capacity=5, text_sv="Come all",
        starts_at=datetime(2031, 1, 2, 8, tzinfo=UTC), partnership=make_partnership("Coast"),
        mission=make_mission("Bays"), themes=[make_theme("sea")], areas=[make_area("industry")],
    )  # fmt: skip
    for state in RegistrationState.values:
        make_registration(event, state=state)

    words = text_of(page(client, event))
    for said in (
        "Thu 2 Jan 2031, 09:00–11:00 CET (UTC+1)",
        "Dock",
        "Quay 1",
        "Ramp",
        "Firm",
        "Friends",
        "Coast",
        "Bays",
    ):
        assert said in words
    assert "3 seats left of 5" in words
    assert "Secret" not in words


def test_drafts_and_closed_events_do_not_exist_for_others(client):
    eva, mia = make_user(), make_user()
    space = make_space("Secret Room", coordinator=eva, members=[mia])
    draft = make_event(state="draft", space=space)
    inside = make_event(audience="partnership", space=space)
    members = make_event(audience="registered")

    def seen():
        return [client.get(address("event", one.slug)).status_code == 200 for one in (draft, inside, members)]

    assert seen() == [False, False, False]
    log_in(client, make_user())
    assert seen() == [False, False, True]
    log_in(client, mia)
    assert seen() == [False, True, True]
    log_in(client, eva)
    assert seen() == [True, True, True]
    sign_in(client, make_event_keeper())
    assert seen() == [True, True, True]


def test_the_video_link_is_for_those_who_have_a_seat_and_those_who_keep_the_event(client):
    event, eva, mia, bo = make_event(video_link=LINK), make_user(), make_user(), make_user()
    make_registration(event, eva)
    make_registration(event, mia, state=RegistrationState.WAITING)
    assert LINK not in page(client, event).content.decode()
    for user, sees in ((mia, False), (bo, False), (eva, True)):
        log_in(client, user)
        assert (LINK in page(client, event).content.decode()) is sees
    sign_in(client, make_event_keeper())
    assert LINK in page(client, event).content.decode()


def test_what_is_not_public_around_an_event_is_not_named(client):
    partnership, mission = (
        make_partnership("Hidden Plan", is_published=False),
        make_mission("Hidden Goal", is_published=False),
    )
    space = make_space("Hidden Room", partnership=partnership)
    words = text_of(page(client, make_event(space=space, mission=mission)))
    assert "Hidden" not in words


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"closes_at": timezone.now() - timedelta(hours=1)}, "Sign-up closed"),
        ({"opens_at": timezone.now() + timedelta(hours=1)}, "Sign-up opens"),
        ({"starts_at": timezone.now() - timedelta(hours=1)}, "Nobody can sign up any more"),
        ({"state": "cancelled", "reason": "Ice"}, "Nobody can sign up."),
        ({"closes_at": timezone.now() + timedelta(hours=1)}, "Sign up by"),
    ],
)
def test_the_page_says_why_one_can_not_sign_up(client, fields, words):
    assert words in text_of(page(client, make_event(**fields)))


def test_a_full_event_says_so_with_and_without_a_waiting_list(client):
    for has_list, words in ((True, "the next in line is offered it"), (False, "All seats are taken")):
        event = make_event(capacity=1, has_waiting_list=has_list)
        make_registration(event)
        assert words in text_of(page(client, event))


def jsonld(response):
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', response.content.decode())
    return json.loads(found.group(1)) if found else None


def test_machines_read_the_event_without_what_is_closed(client):
    event = make_event(
        "Meet", place="Dock", organisers=[make_actor("Firm")], starts_at=datetime(2031, 7, 2, 7, tzinfo=UTC),
        video_link=LINK, moved_from=datetime(2031, 7, 1, 7, tzinfo=UTC), capacity=9,
    )  # fmt: skip
    found = jsonld(page(client, event))
    assert (found["startDate"], found["previousStartDate"]) == (
        "2031-07-02T09:00:00+02:00",
        "2031-07-01T09:00:00+02:00",
    )
    assert found["eventStatus"].endswith("EventRescheduled")
    assert found["eventAttendanceMode"].endswith("MixedEventAttendanceMode")
    assert found["location"] == {"@type": "Place", "name": "Dock"}
    assert (found["organizer"][0]["name"], found["maximumAttendeeCapacity"]) == ("Firm", 9)
    off = make_event(state="cancelled", reason="Ice", is_whole_day=True, starts_at=datetime(2031, 7, 1, 22, tzinfo=UTC))
    assert jsonld(page(client, off))["eventStatus"].endswith("EventCancelled")
    assert jsonld(page(client, off))["startDate"] == "2031-07-02"
    assert jsonld(page(client, make_event(is_example=True))) is None


def test_the_page_asks_at_most_eight_questions(client):
    sea, tech = make_theme("sea"), make_area("tech")
    for organisers in (1, 3):
        event = make_event(
            organisers=[make_actor() for _ in range(organisers)], themes=[sea], areas=[tech],
            partnership=make_partnership(), capacity=5,
        )  # fmt: skip
        assert questions(lambda event=event: page(client, event)) == 3


def test_a_series_shows_its_other_times(client):
    from events.models import EventSeries

    series = EventSeries.objects.create(rule="FREQ=WEEKLY")
    first = make_event("One", series=series, starts_at=datetime(2031, 1, 2, 8, tzinfo=UTC))
    make_event("Two", series=series, starts_at=datetime(2031, 1, 9, 8, tzinfo=UTC))
    make_event("Three", series=series, starts_at=datetime(2031, 1, 16, 8, tzinfo=UTC), state="draft")
    words = text_of(page(client, first))
    assert "Thu 9 Jan 2031" in words
    assert "Thu 16 Jan 2031" not in words


# ── Time in words ────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("fields", "swedish", "english"),
    [
        ({}, "tis 24 nov 2026 kl. 09.00–12.00", "Tue 24 Nov 2026, 09:00–12:00"),
        (
            {"days": 1},
            "tis 24 nov 2026 kl. 09.00 – ons 25 nov 2026 kl. 12.00",
            "Tue 24 Nov 2026, 09:00 – Wed 25 Nov 2026, 12:00",
        ),
        ({"is_whole_day": True}, "tis 24 nov 2026", "Tue 24 Nov 2026"),
        ({"is_whole_day": True, "days": 1}, "tis 24 nov 2026 – ons 25 nov 2026", "Tue 24 Nov 2026 – Wed 25 Nov 2026"),
    ],
)  # fmt: skip
def test_a_time_in_words(fields, swedish, english):
    starts_at = datetime(2026, 11, 24, 8, tzinfo=UTC)
    ends_at = starts_at + timedelta(days=fields.pop("days", 0), hours=3)
    if fields:
        starts_at, ends_at = datetime(2026, 11, 23, 23, tzinfo=UTC), ends_at.replace(hour=23)
    event = make_event(starts_at=starts_at, ends_at=ends_at, **fields)
    for code, words in (("sv", swedish), ("en", english)):
        with translation.override(code):
            assert when(event) == words


def test_zone_and_hours_and_the_double_hour():
    summer = make_event(starts_at=datetime(2027, 10, 31, 0, 30, tzinfo=UTC))
    winter = make_event(starts_at=datetime(2027, 10, 31, 1, 30, tzinfo=UTC))
    with translation.override("en"):
        assert [zone(one) for one in (summer, winter)] == ["CEST (UTC+2)", "CET (UTC+1)"]
        assert [hours(one) for one in (summer, winter)] == ["02:30–03:30", "02:30–04:30"]
        assert ("first of the two" in double_hour(summer), double_hour(winter)) == (True, "")


# ── Events of something else ─────────────────────────────────────────────────────────────────────────────────────────
def test_pages_of_others_tell_of_their_events(client):
    firm, coast = make_actor("Firm"), make_partnership("Coast")
    bays = make_mission("Bays", partnership=coast)
    make_event("Coming", organisers=[firm], partnership=coast, mission=bays)
    make_event("Over", organisers=[firm], partnership=coast, mission=bays, days=-9, state="held")
    make_event("Draft", organisers=[firm], partnership=coast, mission=bays, state="draft")
    make_event("Closed", organisers=[firm], partnership=coast, mission=bays, audience="partnership")
    for name, slug in (("actor", firm.slug), ("partnership", coast.slug), ("mission", bays.slug)):
        response = client.get(address(f"{name}_events", slug))
        found = [row.event.title for part in ("coming", "past") for row in response.context[part]]
        assert found == ["Coming", "Over"]
        assert f'id="events-of-{name}"' in response.content.decode()
        assert address(f"{name}_events", slug) in client.get(address(name, slug)).content.decode()


def test_a_space_lists_its_events_and_drafts_for_those_who_lead_it(client):
    eva, mia = make_user(), make_user()
    space = make_space(coordinator=eva, members=[mia])
    make_event("Draft", space=space, state="draft", days=1)
    make_event("Inside", space=space, audience="partnership", days=2)
    make_event("Elsewhere")
    for user, titles in ((eva, ["Draft", "Inside"]), (mia, ["Inside"])):
        log_in(client, user)
        response = client.get(address("space_events", space.slug))
        assert [row.event.title for row in response.context["coming"]] == titles
    log_in(client, make_user())
    assert client.get(address("space_events", space.slug)).status_code == 404


def test_the_start_page_shows_the_next_three_that_take_place(client):
    for days in (4, 1, 3, 2):
        make_event(f"E{days}", days=days)
    make_event("Off", days=0.5, state="cancelled", reason="Ice")
    make_event("Closed", days=0.5, audience="registered")
    assert [one.title for one in client.get(address("start")).context["events"]] == ["E1", "E2", "E3"]


def test_news_tell_what_was_announced_for_everybody_and_takes_place():
    sea, top = make_theme("sea"), make_area("industry")
    event = make_event("Meet", themes=[sea], areas=[make_area("marine", parent=top)], place="Dock", text_sv="Come all")
    make_event("Closed", audience="registered")
    make_event("Off", state="cancelled", reason="Ice")
    make_event("Old", days=-3)
    now = timezone.now()
    (news,) = announced(now - timedelta(hours=1), now)
    assert (news.thing, news.title(), news.about()) == (f"event:{event.pk}", "Meet", "Come all")
    assert news.tags == {f"t:{sea.pk}", f"a:{top.pk}", f"a:{event.areas.get().pk}"}
    assert "Dock" in news.text()
    assert announced(now, now + timedelta(hours=1)) == []
