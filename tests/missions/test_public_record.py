"""The registrar takes out a space: its missions are in the file with all that anybody wrote in them."""

import io
import json
import zipfile

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.db import models
from django.urls import reverse

from tests.factories import make_space, make_user
from tests.missions.making import make_mission
from tests.missions.worlds import make_full_space
from tests.staff import sign_in

pytestmark = pytest.mark.django_db
LIBRARY = {"Method", "MethodVersion", "Stage", "MethodRole", "EvidenceKind", "Criterion", "Change"}  # of no mission
UNTYPED = {"url", "thing", "activity", "key", "stage"}


@pytest.fixture
def eva():
    return make_user("eva@example.org", name="Eva Ek")


@pytest.fixture
def space(eva):
    return make_full_space(eva)


def taken_out(client, space):
    user = make_user(is_staff=True)
    user.groups.add(Group.objects.get_or_create(name="registrars")[0])
    sign_in(client, user)
    answer = client.post(reverse("space_export", args=[space.slug]))
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def typed(model):
    kinds = (models.CharField, models.TextField)
    fields = [field for field in model._meta.concrete_fields if isinstance(field, kinds) and not field.choices]
    return [field for field in fields if field.name not in UNTYPED and not field.unique]


def test_every_word_that_was_written_in_a_mission_is_in_the_file(client, space):
    words = {}
    for model in apps.get_app_config("missions").get_models():
        if model.__name__ in LIBRARY:
            continue
        assert model._base_manager.exists(), f"{model.__name__} has no row"
        found = {field.name: f"{len(words)}{model.__name__}{field.name}"[: field.max_length] for field in typed(model)}
        model._base_manager.update(**found)
        words |= {(model.__name__, name): word for name, word in found.items()}
    archive = taken_out(client, space)
    told = archive.read("missions.json").decode()
    assert len(words) > 40
    assert [where for where, word in words.items() if word not in told] == []
    assert "missions.json" in {one["name"] for one in json.loads(archive.read("manifest.json"))["files"]}


def test_the_file_says_who_did_what(client, space):
    [mission] = json.loads(taken_out(client, space).read("missions.json"))
    [run] = mission["runs"]
    stage = run["stages"][0]
    people = [mission["statements"][1]["owner"], mission["commitments"][0]["person"], run["started_by"]]
    people += [run["roles"][0]["person"], run["moves"][0]["name"], run["proposals"][0]["votes"][0]["name"]]
    people += [stage["done"][0]["name"], stage["decisions"][0]["name"], stage["answers"][0]["name"]]
    assert set(people) == {"Eva Ek"}
    assert [one["document"] for one in mission["evidence"]] == [1, None, None]
    assert mission["statements"][1]["leads_to"] == [1]
    assert mission["indicators"][0]["values"][0]["value"] == "3.000"


def test_missions_of_other_spaces_are_not_in_the_file_and_the_page_counts_them(client, space, eva):
    make_mission("Elsewhere", space=make_space(coordinator=eva))
    assert len(json.loads(taken_out(client, space).read("missions.json"))) == 1
    page = client.get(reverse("space_export", args=[space.slug])).content.decode()
    assert "<dt>Missioner</dt><dd>1</dd>" in page
