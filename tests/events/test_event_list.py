"""All events at once: what is listed how, facets, the archive, the chart, and what a file holds."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from django.utils.html import strip_tags

from events.models import Event, Registration, RegistrationState
from tests.actors.test_register_list import questions
from tests.events.making import make_event, make_registration
from tests.factories import make_actor, make_area, make_municipality, make_space, make_theme, make_user
from tests.platforms.test_partnerships import address, text_of
from tests.staff import sign_in

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def get(client, name, *args, **query):
    return client.get(address(name, *args), query)


def listed(client, name="event_list", **query):
    response = get(client, name, **query)
    assert response.status_code == 200
    return [row.event.title for span in response.context["spans"] for row in span.rows]


def counts(client, name="event_list", **query):
    return {
        group["name"]: {option["value"]: option["count"] for option in group["options"] if option["count"]}
        for group in get(client, name, **query).context["groups"]
    }


def test_coming_events_stand_under_their_month_the_next_first_and_past_ones_in_the_archive(client):
    make_event("Later", starts_at=datetime(2031, 3, 2, 9, tzinfo=UTC))
    make_event("Sooner", starts_at=datetime(2031, 1, 31, 22, 30, tzinfo=UTC))
    make_event("Night", starts_at=datetime(2031, 1, 31, 23, 30, tzinfo=UTC))  # it is February on the clock
    make_event("Old", starts_at=datetime(2020, 5, 2, 9, tzinfo=UTC), state="held")
    make_event("Older", starts_at=datetime(2019, 5, 2, 9, tzinfo=UTC), state="held")

    assert listed(client) == ["Sooner", "Night", "Later"]
    spans = get(client, "event_list").context["spans"]
    assert [span.name for span in spans] == ["January 2031", "February 2031", "March 2031"]
    assert listed(client, "event_archive") == ["Old", "Older"]
    assert [span.name for span in get(client, "event_archive").context["spans"]] == ["2020", "2019"]
    assert listed(client, month=["2031-01", "2031-03"]) == ["Sooner", "Later"]
    assert listed(client, "event_archive", year="2019") == ["Older"]
    assert counts(client)["month"] == {"2031-01": 1, "2031-02": 1, "2031-03": 1}


def test_what_is_under_way_is_coming_however_long_ago_it_began_and_however_much_has_been_since(client):
    make_event("A year", starts_at=NOW - timedelta(days=360), ends_at=NOW + timedelta(days=5))
    make_event("Over", days=-9, state="held")
    make_event("Begun", starts_at=NOW - timedelta(hours=1), ends_at=NOW + timedelta(hours=1))
    make_event("Ends this moment", starts_at=NOW - timedelta(hours=1), ends_at=NOW)
    make_event("Next", days=1)

    assert listed(client) == ["A year", "Begun", "Next"]
    assert listed(client, "event_archive") == ["Ends this moment", "Over"]


def test_drafts_and_closed_events_are_listed_for_nobody_but_their_own(client):
    eva = make_user()
    space = make_space(coordinator=eva)
    make_event("Draft", space=space, state="draft", days=1)
    make_event("Inside", space=space, audience="partnership", days=2)
    make_event("Members", audience="registered", days=3)
    make_event("Public", days=4)

    assert listed(client) == ["Public"]
    client.force_login(make_user(), backend="django.contrib.auth.backends.ModelBackend")
    assert listed(client) == ["Members", "Public"]
    client.force_login(eva, backend="django.contrib.auth.backends.ModelBackend")
    assert listed(client) == ["Draft", "Inside", "Members", "Public"]
    assert [row["title"] for row in exported(client)] == ["Public"]


def test_facets_narrow_and_count_as_if_they_were_not_chosen(client):
    sea, top, town = make_theme("sea"), make_area("industry"), make_municipality()
    part = make_area("marine", parent=top)
    make_event("A", themes=[sea], areas=[part], kind="workshop", days=1)
    make_event("B", themes=[sea], areas=[top, part], municipality=town, days=2)
    make_event("C", audience="registered", days=3)
    client.force_login(make_user(), backend="django.contrib.auth.backends.ModelBackend")

    assert listed(client, theme="sea") == ["A", "B"]
    assert listed(client, area="industry") == ["A", "B"]
    assert listed(client, area="marine", kind="seminar") == ["B"]
    assert listed(client, municipality=town.code) == ["B"]
    assert listed(client, audience=["registered"]) == ["C"]
    found = counts(client, kind="workshop")
    assert found["kind"] == {"workshop": 1, "seminar": 2}
    assert found["theme"] == {"sea": 1}
    assert found["area"] == {"industry": 1, "marine": 1}
    assert found["municipality"] == {}
    assert counts(client)["area"] == {"industry": 2, "marine": 2}
    assert counts(client)["seats"] == {"free": 3}


def test_a_free_seat_is_one_that_whoever_signs_up_now_gets(client):
    full, offered, waiting = (make_event(name, capacity=1, days=1) for name in ("Full", "Offered", "Waiting"))
    make_registration(full)
    make_registration(offered, state=RegistrationState.OFFERED)
    make_registration(waiting, state=RegistrationState.LEFT)
    make_event("Closed", days=2, closes_at=NOW - timedelta(hours=1))
    make_event("Early", days=3, opens_at=NOW + timedelta(hours=1))
    make_event("Off", days=4, state="cancelled", reason="Ice")
    make_event("Elsewhere", days=5, takes_registrations=False)
    make_event("Wide", days=6)

    assert listed(client, seats="free") == ["Waiting", "Wide"]
    assert counts(client)["seats"] == {"free": 2}
    words = text_of(get(client, "event_list"))
    assert "1 seat left" in words
    assert words.count("Full – waiting list") == 2


CHANGES = {
    "title_sv": ("Stormen", "Stormen"),
    "title_en": ("The storm", "The storm"),
    "kind": ("training", "Training"),
    "state": ("cancelled", "Cancelled"),
    "audience": ("registered", "People with an account"),
    "place": ("Kajen", "Kajen"),
    "starts_at": (datetime(2031, 5, 6, 7, 30, tzinfo=UTC), "09:30–"),
    "ends_at": (datetime(2031, 5, 7, 12, tzinfo=UTC), "Wed 7 May 2031"),
    "is_whole_day": (True, "Tue 6 May 2031"),
    "moved_from": (NOW, "Moved"),
    "confidence": ("low", "Uncertain"),
    "is_example": (True, "Invented example"),
    "capacity": (7, "7 seats left"),
    "takes_registrations": (False, ""),
    "closes_at": (NOW, "Sign-up has closed"),
    "opens_at": (datetime(2031, 5, 1, tzinfo=UTC), "Sign-up opens later"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_row_says_what_is_so_now_whatever_was_shown_a_moment_ago(client, name):
    event = make_event("Havet", starts_at=datetime(2031, 5, 6, 8, tzinfo=UTC), reason="Ice")
    client.force_login(make_user(), backend="django.contrib.auth.backends.ModelBackend")
    (before,) = rows_of(client)
    value, words = CHANGES[name]
    Event.objects.filter(pk=event.pk).update(**{name: value})
    (after,) = rows_of(client)
    assert words not in before if words else "Sign-up is open" in before
    assert words in after if words else "Sign-up is open" not in after


def rows_of(client):
    """The words of each row of the list."""
    found = [row.h4() for span in get(client, "event_list").context["spans"] for row in span.rows]
    return [" ".join(strip_tags(one).split()) for one in found]


def test_a_row_names_seats_themes_and_the_municipality_as_they_are_now(client):
    sea, town = make_theme("sea"), make_municipality()
    event = make_event(themes=[sea], municipality=town, capacity=2)
    assert "2 seats left" in rows_of(client)[0]
    row = make_registration(event)
    assert "1 seat left" in rows_of(client)[0]
    Registration.objects.filter(pk=row.pk).update(state=RegistrationState.LEFT)
    assert "2 seats left" in rows_of(client)[0]
    type(sea).objects.filter(pk=sea.pk).update(name_sv="Djupet", name_en="The deep")
    type(town).objects.filter(pk=town.pk).update(name="Utklippan")
    assert "Utklippan The deep" in rows_of(client)[0]
    event.themes.clear()
    assert "The deep" not in rows_of(client)[0]


@pytest.mark.parametrize(
    "query",
    [
        *({"nowhere": "1"}, {"theme": "x"}, {"kind": "x"}, {"month": "2026-13"}, {"month": "1926-12"}, {"page": "0"}),
        *({"seats": "x"}, {"municipality": "x"}, {"audience": "x"}, {"year": "2020"}, {"when": "past"}),
    ],
)
def test_an_address_that_nobody_can_answer_is_refused_with_a_way_on(client, query):
    response = get(client, "event_list", **query)
    assert response.status_code == 400
    assert f'href="{address("event_list")}"' in response.content.decode()


def test_empty_lists_say_what_will_stand_there(client):
    assert "No event is planned just now" in text_of(get(client, "event_list"))
    assert "Nothing has been held yet" in text_of(get(client, "event_archive"))
    make_event()
    assert "No event fits" in text_of(get(client, "event_list", kind="training"))


def test_a_long_list_has_pages(client, monkeypatch):
    monkeypatch.setattr("events.views.overview.PAGE_SIZE", 2)
    for number, name in enumerate("ABC", 1):
        make_event(name, days=number)
    assert (listed(client), listed(client, page="2")) == (["A", "B"], ["C"])
    assert get(client, "event_list", page="3").status_code == 404


def test_a_result_that_is_too_large_is_counted_up_to_a_bound(client, settings):
    settings.COUNT_CAP = 2
    for _ in range(4):
        make_event(kind="workshop")
    page = get(client, "event_list")
    assert "More than 2 events" in text_of(page)
    assert '<span class="num">3+</span>' in page.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("name", "query", "number"),
    [
        ("event_list", {}, 3),
        ("event_list", {"kind": "seminar", "theme": "sea", "seats": "free"}, 3),
        ("event_archive", {}, 3),
        ("event_chart", {}, 2),
    ],
)
def test_a_list_asks_as_much_for_many_rows_as_for_one(client, rows, name, query, number):
    sea = make_theme("sea")
    for place in range(rows):
        day = -9 - place if name == "event_archive" else 9 + place
        make_event(f"E{place}", themes=[sea], municipality=make_municipality(), days=day, organisers=[make_actor()])
    assert questions(lambda: get(client, name, **query)) == number


def test_a_full_page_of_events_is_light(client):
    sea, town = make_theme("sea"), make_municipality()
    for number in range(26):
        make_event(
            "Ett evenemang med ett ganska långt namn om havet " * 2, themes=[sea], municipality=town, days=number
        )
    assert len(get(client, "event_list").content) < 60_000


def test_the_chart_counts_coming_and_past_events_by_municipality(client):
    town = make_municipality()
    make_event("A", municipality=town)
    make_event("B", municipality=town, days=-9, state="held")
    make_event("C", municipality=town, days=-8, state="held")
    for query, number in (({}, 1), ({"when": "past"}, 2)):
        place = get(client, "event_chart", **query).context["places"][0]
        assert (place["code"], place["count"]) == (town.code, number)
        assert len(listed_at(client, place["url"])) == number


def listed_at(client, url):
    return [row for span in client.get(url).context["spans"] for row in span.rows]


# ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def exported(client, **query):
    response = get(client, "event_export", "json", **query)
    assert response.status_code == 200
    return json.loads(b"".join(response.streaming_content))["events"]


def test_a_file_holds_the_result_with_all_that_is_public(client):
    sea, firm = make_theme("sea"), make_actor("Firm")
    event = make_event(
        "Meet", themes=[sea], organisers=[firm, make_actor("Secret", status="draft")], organiser_note="Friends",
        place="Dock", capacity=5, starts_at=datetime(2031, 1, 2, 8, tzinfo=UTC), video_link="https://secret.example/",
    )  # fmt: skip
    make_registration(event)
    make_event("Other", days=2)

    (row,) = exported(client, theme="sea")
    assert row == {
        "title": "Meet",
        "kind": "seminar",
        "state": "published",
        "audience": "public",
        "starts_at": "2031-01-02T08:00:00+00:00",
        "ends_at": "2031-01-02T10:00:00+00:00",
        "is_whole_day": False,
        "place": "Dock",
        "address": "",
        "municipality": "",
        "organisers": ["Firm", "Friends"],
        "areas": [],
        "themes": ["sea"],
        "capacity": 5,
        "seats_left": 4,
        "is_example": False,
        "source": "",
        "confidence": "",
        "url": row["url"],
    }
    csv = b"".join(get(client, "event_export", "csv", theme="sea").streaming_content).decode()
    assert "2031-01-02T09:00:00+01:00" in csv
    assert "secret" not in csv.lower()
    assert get(client, "event_export", "xlsx").status_code == 200
    assert get(client, "event_export", "pdf").status_code == 404
    assert get(client, "event_export", "csv", nowhere="1").status_code == 400
    assert exported(client, when="past") == []


def test_staff_see_the_way_to_a_new_event(client):
    from tests.events.making import make_event_keeper

    assert "New event" not in text_of(get(client, "event_list"))
    sign_in(client, make_event_keeper())
    assert "New event" in text_of(get(client, "event_list"))
