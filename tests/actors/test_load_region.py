"""A region's folder becomes the register: wholly or not at all, and never over what staff wrote."""

import csv
import re
import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as rules
from hypothesis import strategies as st

from accounts.models import AuditEntry
from actors.models import Actor, ActorStatus, Area, Certainty, Competence, LoadedRow, Municipality, Theme
from actors.region import FolderError, load, read_folder
from tests.factories import make_actor

TINY = Path(__file__).parent.parent / "region_tiny"
FIRST_REGION = settings.BASE_DIR / "regions" / "blekinge"
ALL = (Area, Theme, Municipality, Competence, Actor)
pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    """A copy of the tiny region to break."""
    return Path(shutil.copytree(TINY, tmp_path / "region"))


def rewrite(path, change):
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def set_cell(folder, file, row, column, value):
    rewrite(folder / file, lambda rows: rows[row].update({column: value}))


def faults(folder):
    with pytest.raises(FolderError) as error:
        read_folder(folder)
    return error.value.errors


def counts():
    return [model.objects.count() for model in (*ALL, LoadedRow, AuditEntry)]


def test_the_first_region_is_loaded_with_source_and_certainty():
    report = load(read_folder(FIRST_REGION))

    with (FIRST_REGION / "actors.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["slug"]: row for row in csv.DictReader(file)}
    assert len(rows) == 121
    assert [len(report.kinds[kind].new) for kind in ("area", "theme", "municipality", "actor")] == [10, 3, 5, 121]
    for actor in Actor.objects.select_related("municipality").prefetch_related("areas", "themes"):
        row = rows[actor.slug]
        assert actor.name == row["name"]
        assert actor.source == row["source"]
        assert actor.certainty == row["confidence"]
        assert actor.is_website_verified == (row["website_basis"] == "source")
        assert actor.organisation_number == row["org_number"].replace("-", "")
        assert (actor.municipality.code if actor.municipality else "") == row["municipality_code"]
        assert sorted(a.slug for a in actor.areas.all()) == sorted(filter(None, row["areas"].split(";")))
        assert sorted(t.slug for t in actor.themes.all()) == sorted(filter(None, row["themes"].split(";")))
        assert (actor.status, actor.confirmed_at, actor.latitude) == (ActorStatus.PUBLISHED, None, None)
        assert actor.published_at
    assert Actor.objects.filter(certainty=Certainty.LOW).exists()
    assert not Actor.objects.filter(facets=[]).exists()
    assert AuditEntry.objects.get().verb == "region.load"


def test_every_actor_of_the_first_region_is_described_in_both_languages():
    described = [
        row["slug"] for row in read_folder(FIRST_REGION).actors if row["description_en"] and row["description_sv"]
    ]

    assert len(described) == 121


def test_the_second_run_changes_no_row():
    load(read_folder(TINY))
    before = [list(model.objects.order_by("pk").values()) for model in (*ALL, LoadedRow, AuditEntry)]

    report = load(read_folder(TINY))

    assert report.writes == 0
    assert [list(model.objects.order_by("pk").values()) for model in (*ALL, LoadedRow, AuditEntry)] == before


def test_an_edited_field_is_kept_and_told_and_an_untouched_one_follows_the_folder(folder):
    load(read_folder(folder))
    Actor.objects.filter(slug="skogsverket").update(name="Edited by staff")
    set_cell(folder, "actors.csv", 0, "name", "New name in the folder")
    set_cell(folder, "actors.csv", 0, "description_sv", "Ny text i mappen.")
    set_cell(folder, "actors.csv", 0, "themes", "tra")

    report = load(read_folder(folder)).kinds["actor"]

    actor = Actor.objects.get(slug="skogsverket")
    assert (actor.name, actor.description_sv) == ("Edited by staff", "Ny text i mappen.")
    assert [theme.slug for theme in actor.themes.all()] == ["tra"]
    assert report.kept == {"skogsverket": ["name"]}
    assert report.changed == ["skogsverket"]
    assert load(read_folder(folder)).writes == 0


def test_edited_links_are_kept(folder):
    load(read_folder(folder))
    actor = Actor.objects.get(slug="skogsverket")
    actor.areas.clear()
    set_cell(folder, "actors.csv", 0, "areas", "gruvor;skog")

    report = load(read_folder(folder)).kinds["actor"]

    assert report.kept == {"skogsverket": ["areas"]}
    assert list(actor.areas.all()) == []


def test_a_row_that_staff_removed_does_not_come_back(folder):
    load(read_folder(folder))
    Actor.objects.get(slug="utifran").delete()

    report = load(read_folder(folder)).kinds["actor"]

    assert report.removed == ["utifran"]
    assert not Actor.objects.filter(slug="utifran").exists()


def test_what_left_the_folder_is_told_and_left_as_it_is(folder):
    load(read_folder(folder))
    rewrite(folder / "actors.csv", lambda rows: rows.pop(2))

    report = load(read_folder(folder)).kinds["actor"]

    assert report.gone == ["utifran"]
    assert Actor.objects.filter(slug="utifran").exists()


def test_an_archived_actor_is_not_published_again(folder):
    load(read_folder(folder))
    Actor.objects.filter(slug="skogsverket").update(status=ActorStatus.ARCHIVED)
    set_cell(folder, "actors.csv", 0, "description_sv", "Ny text.")

    load(read_folder(folder))

    assert Actor.objects.get(slug="skogsverket").status == ActorStatus.ARCHIVED


def test_a_number_that_somebody_registered_first_is_kept_and_told(folder):
    make_actor("Mine", slug="mine", organisation_number="2021002320")
    set_cell(folder, "actors.csv", 0, "org_number", "202100-2320")

    report = load(read_folder(folder)).kinds["actor"]

    assert report.kept == {"skogsverket": ["organisation_number"]}
    assert Actor.objects.get(organisation_number="2021002320").slug == "mine"


@pytest.mark.parametrize(
    ("file", "row", "column", "value", "said"),
    [
        ("actors.csv", 0, "slug", "", "filled in"),
        ("actors.csv", 0, "slug", "Å b", "hyphens"),
        ("actors.csv", 1, "slug", "skogsverket", "line 2"),
        ("actors.csv", 0, "name", "x" * 201, "200"),
        ("actors.csv", 0, "kind", "company", "sme"),
        ("actors.csv", 0, "org_number", "202100-2321", "not right"),
        ("actors.csv", 0, "org_number", "12", "ten digits"),
        ("actors.csv", 0, "org_number", "811218-9876", "sole trader"),
        ("actors.csv", 0, "description_sv", "Ring 19811218-9876", "personal"),
        ("actors.csv", 0, "website", "javascript:alert(1)", "http"),
        ("actors.csv", 0, "website", "ftp://example.org", "http"),
        ("actors.csv", 0, "municipality_code", "X9", "X9"),
        ("actors.csv", 0, "areas", "skog;nosuch", "nosuch"),
        ("actors.csv", 0, "themes", "nosuch", "nosuch"),
        ("actors.csv", 0, "competences", "nosuch", "nosuch"),
        ("actors.csv", 0, "confidence", "sure", "low"),
        ("actors.csv", 0, "source", "", "filled in"),
        ("areas.csv", 1, "parent", "nosuch", "parent"),
        ("municipalities.csv", 0, "latitude", "99", "degrees"),
        ("municipalities.csv", 0, "population", "many", "whole number"),
        ("events.csv", 0, "date", "2026-02-30", "day"),
        ("events.csv", 0, "end_date", "2020-01-01", "before"),
        ("events.csv", 0, "organiser", "nosuch", "nosuch"),
        ("partnerships.csv", 0, "members", "nosuch", "nosuch"),
        ("partnerships.csv", 0, "lead", "nosuch", "nosuch"),
        ("partnerships.csv", 0, "lead", "utifran", "not one of the members"),
        ("partnerships.csv", 0, "status", "over", "closed"),
        ("partnerships.csv", 0, "result", "perhaps", "yes"),
        ("partnerships.csv", 0, "starts_on", "2024-02-30", "day"),
        ("partnerships.csv", 0, "ends_on", "2023-12-31", "before it starts"),
        ("partnerships.csv", 0, "theme", "nosuch", "nosuch"),
        ("partnerships.csv", 1, "slug", "ihop", "line 2"),
        ("partnerships.csv", 0, "name", "", "filled in"),
        ("partnerships.csv", 0, "goal_statement", "811218-9876", "personal"),
        ("missions.csv", 0, "partnership", "nosuch", "nosuch"),
        ("missions.csv", 0, "status", "perhaps", "candidate"),
        ("indicators.csv", 0, "kind", "wish", "output"),
    ],
)
def test_a_bad_cell_is_told_by_file_line_and_column_and_nothing_is_written(
    folder, settings, file, row, column, value, said
):
    settings.LANGUAGE_CODE = "en"
    set_cell(folder, file, row, column, value)
    before = counts()

    with pytest.raises(CommandError) as error:
        call_command("load_region", str(folder))

    first = str(error.value).splitlines()[0]
    assert first.startswith(f"{file}, line {row + 2}, column {column}: "), first
    assert said in first
    assert "811218" not in str(error.value)
    assert counts() == before


def test_a_broken_table_is_told(folder):
    (folder / "actors.csv").write_bytes(b"slug,name\n\xff\xfe\n")
    assert "UTF-8" in faults(folder)[0]
    (folder / "actors.csv").write_text("slug,nonsense\n")
    assert any("nonsense" in line for line in faults(folder))
    (folder / "actors.csv").unlink()
    assert faults(folder)[0].startswith("actors.csv")


@pytest.mark.parametrize("content", ["[", "[]", "{}", '{"templates": [{}]}', '{"templates": "x"}', "[" * 100_000])
def test_a_broken_method_library_is_told(folder, content):
    (folder / "methods.json").write_text(content)
    told = faults(folder)
    assert told
    assert all(line.startswith("methods.json") for line in told)


def test_the_folder_must_colour_and_draw_all_that_its_tables_name(folder):
    rewrite(folder / "municipalities.csv", lambda rows: rows[0].update(code="N9"))
    rewrite(folder / "themes.csv", lambda rows: rows[0].update(slug="sten"))
    told = "\n".join(faults(folder))
    assert {"N9", "N1", "sten", "tra"} <= set(re.findall(r"[“”](\w+)”", told))  # both languages' quotation marks


def test_rows_and_bytes_are_limited(folder, monkeypatch):
    monkeypatch.setattr("actors.region.files.read_table.__kwdefaults__", {"key": None, "max_rows": 1})
    assert any("1 rows" in line or "1 rader" in line for line in faults(folder))


def test_an_error_while_writing_leaves_nothing(folder, monkeypatch):
    made = read_folder(folder)
    made.actors[0].values["kind"] = "x" * 99
    before = counts()

    with pytest.raises(Exception, match="too long"):
        load(made)

    assert counts() == before


def test_two_loads_at_once_take_turns(folder):
    other = connection.copy()
    try:
        with other.cursor() as cursor, connection.cursor() as ours:
            cursor.execute("SELECT pg_advisory_lock(hashtext('region.load'))")
            ours.execute("SET LOCAL lock_timeout = '100ms'")
            with pytest.raises(OperationalError, match="lock timeout"):
                load(read_folder(folder))
    finally:
        other.close()

    assert load(read_folder(folder)).writes


def test_the_number_of_statements_does_not_follow_the_number_of_rows(folder):
    def more(count):
        def change(rows):
            rows += [{**rows[0], "slug": f"more-{i}-{count}", "org_number": ""} for i in range(count)]

        rewrite(folder / "actors.csv", change)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            load(read_folder(folder))
        return len(queries)

    load(read_folder(folder))

    assert more(2) == more(40)


@given(
    st.text(alphabet=st.characters(codec="utf-8"), max_size=200),
    st.sampled_from(["actors", "areas", "events", "partnerships"]),
)
@rules(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_in_a_table_is_read_or_refused(folder, noise, name):
    kept = (TINY / f"{name}.csv").read_text("utf-8")
    (folder / f"{name}.csv").write_text(kept + noise, encoding="utf-8", newline="")
    try:
        read_folder(folder)
    except FolderError as error:
        assert error.errors
    (folder / f"{name}.csv").write_text(kept, encoding="utf-8")


def test_the_report_is_written_out():
    out = StringIO()
    call_command("load_region", str(TINY), stdout=out)
    assert "actor: 3" in out.getvalue()
