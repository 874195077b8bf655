"""The methods of a region's folder: loaded as published versions, and a changed template is the next version."""

import json
import shutil
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from actors.region import FolderError, load, read_folder
from missions import content
from missions.models import Criterion, EvidenceKind, Method, MethodRole, MethodVersion, Stage
from tests.actors.test_load_region import FIRST_REGION, TINY

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(TINY, tmp_path / "region"))


def loaded(folder):
    return load(read_folder(folder)).kinds["method"]


def edit(folder, change):
    """Let `change` alter what methods.json holds."""
    file = folder / "methods.json"
    held = json.loads(file.read_text())
    change(held)
    file.write_text(json.dumps(held))


def said(slug):
    newest = MethodVersion.objects.current().filter(method__slug=slug).order_by("-number").first()
    return content.read_version(newest)


def test_the_three_methods_of_the_first_region_load_with_their_words():
    load(read_folder(FIRST_REGION))

    found = {method.slug: method for method in Method.objects.published().with_latest()}
    assert list(found) == ["missionsdesign", "roar", "missionspilot"]
    stages = {slug: Stage.objects.filter(version=method.latest_id).count() for slug, method in found.items()}
    assert stages == {"missionsdesign": 6, "roar": 7, "missionspilot": 8}
    assert (MethodRole.objects.count(), EvidenceKind.objects.count(), Criterion.objects.count()) == (9, 10, 5)
    pilot = Stage.objects.filter(version=found["missionspilot"].latest_id)
    assert [stage.short_sv for stage in pilot] == [
        "Tema", "Samla", "Kartlägg", "Formulera", "Designa", "Testa", "Utvärdera", "Växla upp"
    ]  # fmt: skip
    first = pilot[0]
    assert [(one["key"], one["evidence_kind"]) for one in first.outputs] == [
        ("need", "document"),
        ("owner", "decision"),
    ]
    assert first.activities[1] == {
        "key": "compare-with-s3-themes", "sv": "Jämför med S3-temana", "en": "Compare with S3 themes"
    }  # fmt: skip


def test_load_export_load_gives_the_same_method(tmp_path):
    load(read_folder(FIRST_REGION))
    before = {slug: said(slug) for slug in ("missionsdesign", "roar", "missionspilot")}

    again = Path(shutil.copytree(FIRST_REGION, tmp_path / "again"))
    edit(again, lambda held: held.update(templates=list(before.values())))
    outcome = loaded(again)

    assert (outcome.new, outcome.changed, outcome.kept) == ([], [], {})
    assert {slug: said(slug) for slug in before} == before


def test_loading_again_changes_nothing_and_a_changed_template_becomes_the_next_version(folder):
    loaded(folder)
    assert loaded(folder).same == ["a"]

    edit(folder, lambda held: held["templates"][0]["stages"][0].update(purpose={"sv": "Komma längre."}))
    assert loaded(folder).changed == ["a"]

    assert [version.number for version in Method.objects.get(slug="a").versions.current()] == [2, 1]
    assert said("a")["stages"][0]["purpose"]["sv"] == "Komma längre."


def test_what_the_hub_has_published_since_is_kept_and_told(folder):
    loaded(folder)
    method = Method.objects.get(slug="a")
    ours = said("a") | {"name": {"sv": "Vår egen", "en": ""}}
    version = content.write(method, 2, ours)
    publish(version)
    edit(folder, lambda held: held["templates"][0].update(name={"sv": "Mappens"}))

    assert loaded(folder).kept == {"a": ["content"]}
    assert said("a")["name"]["sv"] == "Vår egen"


def test_a_draft_makes_room_for_the_version_of_the_folder(folder):
    loaded(folder)
    draft = content.write(Method.objects.get(slug="a"), 2, said("a"))
    edit(folder, lambda held: held["templates"][0].update(name={"sv": "Mappens"}))
    loaded(folder)

    draft.refresh_from_db()
    assert (draft.number, draft.is_draft, said("a")["name"]["sv"]) == (3, True, "Mappens")


def publish(version):
    MethodVersion.objects.filter(pk=version.pk).update(published_at="2026-11-28T12:00Z")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda one: one.update(slug="Stort"), "templates[0].slug"),
        (lambda one: one.update(name={"en": "No Swedish"}), "templates[0].name.sv"),
        (lambda one: one.update(stages=[]), "templates[0].stages"),
        (lambda one: one["stages"].append(dict(one["stages"][0])), "templates[0].stages"),
        (lambda one: one["stages"][0].update(roles=["nobody"]), "templates[0].stages[0].roles"),
        (lambda one: one["stages"][0]["outputs"][0].update(evidence_kind="x"), "stages[0].outputs[0].evidence_kind"),
        (lambda one: one["stages"][0]["gate"].append({"key": "klar", "sv": "Igen?"}), "stages[0].gate"),
        (lambda one: one["stages"][0].update(duration_weeks={"min": 9, "max": 3}), "stages[0].duration_weeks"),
        (lambda one: one["stages"][0].update(purpose={"sv": "x" * 1001}), "stages[0].purpose.sv"),
        (lambda one: one["stages"][0].update(activities="x"), "stages[0].activities"),
        (lambda one: one.update(origin={"sources": ["javascript:x"]}), "templates[0].origin.sources[0]"),
        (lambda one: one["stages"][0].update(name=["x"]), "stages[0].name"),
    ],
)
def test_a_fault_in_a_method_is_told_with_its_path_and_nothing_is_loaded(folder, change, told):
    edit(folder, lambda held: change(held["templates"][0]))
    with pytest.raises(FolderError) as error:
        load(read_folder(folder))
    assert any(line.startswith("methods.json") and told in line for line in error.value.errors)
    assert not Method.objects.exists()


# ── A published version never changes ────────────────────────────────────────────────────────────────────────────────
TABLE, STAGES = MethodVersion._meta.db_table, Stage._meta.db_table
BY_SQL = [
    f"UPDATE {TABLE} SET name_sv = 'x'",
    f"UPDATE {TABLE} SET number = 7",
    f"UPDATE {TABLE} SET published_at = NULL",
    f"UPDATE {TABLE} SET published_at = now() - interval '1 day'",
    f"UPDATE {TABLE} SET sources = '[1]'",
    f"UPDATE {STAGES} SET gate = '[]'",
    f"UPDATE {STAGES} SET version_id = (SELECT id FROM {TABLE} WHERE published_at IS NULL)",
    f"DELETE FROM {STAGES} WHERE version_id = (SELECT id FROM {TABLE} WHERE published_at IS NOT NULL)",
    f"DELETE FROM {TABLE} WHERE published_at IS NOT NULL",
    f"INSERT INTO {STAGES} (version_id, position, slug, short_sv, short_en, name_sv, name_en, purpose_sv, purpose_en,"
    f" activities, outputs, gate, roles) SELECT version_id, 2, 'c', '', '', '', '', '', '', '[]', '[]', '[]', '[]'"
    f" FROM {STAGES} WHERE version_id = (SELECT id FROM {TABLE} WHERE published_at IS NOT NULL)",
]


@pytest.mark.parametrize("statement", BY_SQL)
def test_the_database_keeps_a_published_version_from_sql(folder, statement):
    loaded(folder)
    content.write(Method.objects.get(slug="a"), 2, said("a"))
    before = said("a")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert said("a") == before


def test_the_database_keeps_a_published_version_from_our_own_code(folder):
    loaded(folder)
    before = said("a")
    version = MethodVersion.objects.get()
    stage = version.stages.get()
    stage.purpose_sv = "Något annat"
    for attempt in (
        stage.save,
        stage.delete,
        version.delete,
        lambda: MethodVersion.objects.update(suits_sv="x"),
        lambda: Stage.objects.create(version=version, position=9, slug="ny", short_sv="Ny", name_sv="Ny"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()
    assert said("a") == before


def test_a_published_version_can_be_retired_and_a_draft_can_change(folder):
    loaded(folder)
    MethodVersion.objects.update(retired_at="2030-01-01T00:00Z")
    draft = content.write(Method.objects.get(slug="a"), 2, before := content.read_version(MethodVersion.objects.get()))
    draft.stages.update(purpose_sv="Nytt")

    assert content.read_version(draft)["stages"][0]["purpose"]["sv"] == "Nytt"
    draft.delete()
    assert content.read_version(MethodVersion.objects.get()) == before
