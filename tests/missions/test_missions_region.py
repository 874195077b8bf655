"""The missions of a region's folder become public pages, and staff's edits stay."""

import csv
import shutil
from pathlib import Path

import pytest
from django.utils import translation

from actors import actions
from actors.models import Actor
from actors.region import FolderError, load, read_folder
from missions.models import Mission
from tests.actors.test_load_region import FIRST_REGION, TINY, set_cell
from tests.factories import make_actor, make_curator

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(TINY, tmp_path / "region"))


def loaded(folder):
    return load(read_folder(folder)).kinds["mission"]


def test_a_row_becomes_a_public_page_with_all_that_the_folder_says():
    load(read_folder(TINY))

    mission = Mission.objects.get()
    assert (mission.slug, mission.name_sv, mission.goal_sv) == ("mal", "Mål", "Allt av trä.")
    assert (mission.level, mission.state, mission.is_published, mission.is_example) == (
        "region",
        "candidate",
        True,
        False,
    )
    assert (mission.partnership.slug, mission.space, mission.source) == ("ihop", None, "https://inlandet.example/")
    assert [theme.slug for theme in mission.themes.all()] == ["tra"]
    assert [area.slug for area in mission.areas.all()] == ["skog"]
    assert [actor.slug for actor in mission.actors.all()] == ["gruvan"]


def test_the_twelve_missions_of_the_first_region_load(client):
    load(read_folder(FIRST_REGION))

    with (FIRST_REGION / "missions.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["slug"]: row for row in csv.DictReader(file)}
    found = {one.slug: one for one in Mission.objects.select_related("partnership")}
    assert len(rows) == 12
    assert set(found) == set(rows)
    for slug, row in rows.items():
        mission = found[slug]
        assert (mission.state, mission.level) == (row["status"], row["level"])
        assert (mission.partnership.slug if mission.partnership else "") == row["partnership"]
        assert (mission.name_en, mission.goal_en) == (row["name_en"], row["goal_statement_en"])
        assert mission.name_en
        assert (
            mission.actors.count() == len(row["members"].split(";")) if row["members"] else not mission.actors.count()
        )
    states = [mission.state for mission in found.values()]
    assert (states.count("candidate"), states.count("documented")) == (2, 10)
    for mission in found.values():
        with translation.override("en"):
            page = client.get(mission.get_absolute_url()).content.decode()
        words = "A candidate: this is a proposal." if mission.is_candidate else "Documented: told here as its source"
        assert words in page


def test_loading_again_changes_nothing_and_the_folder_is_followed(folder):
    loaded(folder)
    assert loaded(folder).same == ["mal"]

    set_cell(folder, "missions.csv", 0, "goal_statement", "Nästan allt av trä.")
    assert loaded(folder).changed == ["mal"]
    assert Mission.objects.get().goal_sv == "Nästan allt av trä."


def test_what_staff_edited_is_kept_and_told(folder):
    loaded(folder)
    Mission.objects.update(goal_sv="Vårt mål.", state="forming")
    set_cell(folder, "missions.csv", 0, "goal_statement", "Nästan allt av trä.")
    set_cell(folder, "missions.csv", 0, "name", "Nytt namn")

    outcome = loaded(folder)

    mission = Mission.objects.get()
    assert (mission.goal_sv, mission.state, mission.name_sv) == ("Vårt mål.", "forming", "Nytt namn")
    assert outcome.kept["mal"] == ["goal_sv", "state"]


def test_an_organisation_that_was_merged_is_told_of_once(folder, client):
    loaded(folder)
    stays, gone = make_actor("Stays"), Actor.objects.get(slug="gruvan")
    actions.merge(stays, gone, by=make_curator())

    assert loaded(folder).changed == []
    shown = client.get(Mission.objects.get().get_absolute_url()).context
    assert shown["organisations"] == [stays]
    assert shown["helix"].total == 2  # with the partnership's other member


@pytest.mark.parametrize(
    ("column", "value"),
    [("status", "started"), ("level", "moon"), ("goal_statement", ""), ("partnership", "Ihop!"), ("theme", "nowhere")],
)
def test_a_fault_is_told_and_nothing_is_loaded(folder, column, value):
    set_cell(folder, "missions.csv", 0, column, value)
    with pytest.raises(FolderError) as error:
        loaded(folder)
    assert any(line.startswith("missions.csv") for line in error.value.errors)
    assert not Mission.objects.exists()
