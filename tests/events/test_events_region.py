"""The events of a region's folder: what they become, and that staff's words stay."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from actors.models import LoadedRow
from actors.region import FolderError, load, read_folder
from events.models import Event
from tests.actors.test_load_region import FIRST_REGION, TINY, set_cell

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(TINY, tmp_path / "region"))


def loaded(folder):
    return load(read_folder(folder)).kinds["event"]


def test_a_row_becomes_an_event_of_which_only_the_days_are_known(folder):
    set_cell(folder, "events.csv", 0, "date", "2024-03-30")
    set_cell(folder, "events.csv", 0, "end_date", "2024-03-31")
    load(read_folder(folder))

    event = Event.objects.get(slug="sagdagen-2024-03-30")
    assert (event.title_sv, event.kind, event.place, event.municipality.name) == (
        "Sågdagen",
        "seminar",
        "Granby",
        "Granby",
    )
    assert (event.starts_at, event.ends_at) == (
        datetime(2024, 3, 29, 23, tzinfo=UTC),
        datetime(2024, 3, 31, 22, tzinfo=UTC),
    )
    assert (event.is_whole_day, event.state, event.takes_registrations, event.audience) == (
        True,
        "held",
        False,
        "public",
    )
    assert [one.slug for one in event.organisers.all()] == ["skogsverket"]
    assert (event.source, event.confidence, event.hours) == ("https://inlandet.example/", "high", None)


def test_what_lies_ahead_is_announced_and_not_held(folder):
    set_cell(folder, "events.csv", 0, "date", "2131-03-30")
    set_cell(folder, "events.csv", 0, "end_date", "")
    load(read_folder(folder))
    assert list(Event.objects.values_list("state", "is_whole_day")) == [("published", True)]


def test_the_documented_events_of_the_first_region_fill_the_archive_and_a_second_load_changes_nothing(client):
    load(read_folder(FIRST_REGION))
    events = Event.objects.filter(is_example=False)
    assert (events.count(), events.past(timezone.now()).count()) == (22, 22)
    with CaptureQueriesContext(connection) as context:
        assert load(read_folder(FIRST_REGION)).kinds["event"].writes == 0
    assert not [
        q for q in context.captured_queries if "events_event" in q["sql"] and q["sql"].startswith(("UP", "INS"))
    ]


def test_what_staff_wrote_stays_and_what_they_left_follows_the_folder(folder):
    load(read_folder(folder))
    Event.objects.update(text_sv="Skrivet av staben")
    set_cell(folder, "events.csv", 0, "place", "Tallby")
    outcome = loaded(folder)
    event = Event.objects.get()
    assert (event.text_sv, event.place) == ("Skrivet av staben", "Tallby")
    assert (len(outcome.changed), outcome.kept) == (1, {event.slug: ["text_sv"]})
    assert LoadedRow.objects.filter(kind="event").count() == 1


@pytest.mark.parametrize(
    ("column", "value", "words"), [("kind", "party", "one of"), ("end_date", "2020-01-01", "ends before")]
)
def test_a_row_that_can_not_be_is_told_with_its_place(folder, column, value, words):
    set_cell(folder, "events.csv", 0, column, value)
    with translation.override("en"), pytest.raises(FolderError, match=f"events.csv, line 2, column {column}.*{words}"):
        read_folder(folder)
