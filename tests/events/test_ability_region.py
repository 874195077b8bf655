"""The framework of self-assessment in a region's folder: loaded once, and kept as it was when somebody has judged."""

import json
import shutil
from pathlib import Path

import pytest

from actors.region import FolderError, load, read_folder
from events.models import AbilityStatement, Dimension, Framework
from tests.actors.test_load_region import FIRST_REGION, TINY
from tests.events.judging import make_assessment, make_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    """A small region with the framework of the first one."""
    path = Path(shutil.copytree(TINY, tmp_path / "region"))
    assessing = json.loads((FIRST_REGION / "methods.json").read_text())["capability_assessment"]
    edit(path, lambda said: said.update(capability_assessment=assessing))
    return path


def edit(folder, change):
    file = folder / "methods.json"
    held = json.loads(file.read_text())
    change(held)
    file.write_text(json.dumps(held))


def first_statement(held):
    return held["capability_assessment"]["dimensions"][0]["statements"][0]


def outcome_of(folder):
    return load(read_folder(folder)).kinds["ability_statement"]


def test_seven_dimensions_of_three_statements_and_five_levels_load(folder):
    load(read_folder(folder))

    framework = Framework.objects.get()
    assert [level["sv"] for level in framework.levels][::4] == ["Finns inte", "Förebild för andra"]
    assert [one.statements.count() for one in Dimension.objects.filter(framework=framework)] == [3] * 7
    first = AbilityStatement.objects.get(slug="direction-1")
    assert first.text_sv == "Vi vet vilka samhällsutmaningar vi prioriterar och varför."


def test_a_second_run_changes_nothing(folder):
    load(read_folder(folder))

    again = load(read_folder(folder))

    assert again.writes == 0
    assert [again.kinds[kind].kept for kind in ("framework", "dimension", "ability_statement")] == [{}, {}, {}]


def test_a_statement_that_nobody_judged_takes_new_words(folder):
    load(read_folder(folder))
    edit(folder, lambda held: first_statement(held).update(sv="Nya ord"))

    assert outcome_of(folder).changed == ["direction-1"]
    assert AbilityStatement.objects.get(slug="direction-1").text_sv == "Nya ord"


def test_a_statement_that_was_judged_keeps_its_words_and_that_is_reported_each_time(folder):
    load(read_folder(folder))
    make_assessment(make_round(Framework.objects.get()), level=2)
    edit(folder, lambda held: first_statement(held).update(sv="Nya ord"))

    outcomes = [outcome_of(folder) for _ in range(2)]

    assert [(one.changed, one.kept) for one in outcomes] == [([], {"direction-1": ["text_sv"]})] * 2
    assert AbilityStatement.objects.get(slug="direction-1").text_sv.startswith("Vi vet")


def test_a_region_without_a_framework_loads():
    load(read_folder(TINY))

    assert not Framework.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said.update(capability_assessment=[1]),
        lambda said: said["capability_assessment"].update(levels=[]),
        lambda said: said["capability_assessment"]["dimensions"][0].update(key="Not a key"),
        lambda said: first_statement(said).update(sv=""),
        lambda said: first_statement(said).update(key="direction-2"),
    ],
)
def test_a_framework_that_is_wrong_is_refused_as_a_whole(folder, change):
    edit(folder, change)

    with pytest.raises(FolderError) as refused:
        read_folder(folder)

    assert "capability_assessment" in str(refused.value)
    assert len(set(refused.value.errors)) == len(refused.value.errors)
