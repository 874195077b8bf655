"""The library of methods in public: what stands on its pages, for whom, and with how many questions to the database."""

import json
import shutil
from pathlib import Path

import pytest
from django.urls import reverse

from actors.region import load, read_folder
from missions import content
from missions.models import Change, Method, MethodVersion, Mission, Proposal, Run
from tests.actors.test_load_region import FIRST_REGION
from tests.factories import make_space, make_user
from tests.missions.method_making import both, full_stage, make_method, make_version, stage

pytestmark = pytest.mark.django_db


def page(client, name, *args, **get):
    return client.get(reverse(name, args=args), get)


def text_of(answer):
    return " ".join(answer.content.decode().split())


def retire(method, *numbers):
    method.versions.filter(number__in=numbers).update(retired_at="2030-01-01T00:00Z")


# ── The list ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_list_shows_each_method_with_its_course_and_its_numbers(client):
    make_method("metod-a", versions=2, name=both("Metod A"), suits=both("För små grupper."))
    shown = text_of(page(client, "method_list"))
    for words in ("Metod A", "För små grupper.", "Tema", "Mal", "3–6 veckor"):
        assert words in shown
    assert "<dt>Versioner</dt><dd>2</dd>" in shown


def test_a_method_of_which_every_version_is_retired_is_listed_as_retired(client):
    method = make_method("metod-a", versions=2)
    retire(method, 2)
    assert "Ingen ny omgång börjar med den." not in text_of(page(client, "method_list"))

    retire(method, 1)
    assert "Ingen ny omgång börjar med den." in text_of(page(client, "method_list"))
    assert page(client, "method", "metod-a").status_code == 200


def test_a_method_with_only_a_draft_is_seen_by_its_owners_only(client):
    eva = make_user()
    method = Method.objects.create(slug="ny")
    method.owners.add(eva)
    make_version(method, 1, published=False, name=both("Hemlig metod"))
    addresses = [("method_list",), ("method", "ny"), ("method_version", "ny", 1), ("method_export", "ny", 1)]

    def found():
        answers = [page(client, *address) for address in addresses]
        return [(one.status_code, "Hemlig metod" in b"".join(one).decode()) for one in answers]

    assert found() == [(200, False), (404, False), (404, False), (404, False)]
    client.force_login(eva)
    assert found() == [(200, True)] * 4


@pytest.mark.parametrize("methods", [1, 3])
def test_the_list_asks_the_database_as_often_for_one_as_for_three(client, django_assert_num_queries, methods):
    for number in range(methods):
        make_method(f"metod-{number}", versions=2)
    with django_assert_num_queries(3):
        page(client, "method_list")
