"""The library of methods in public: what stands on its pages, for whom, and with how many questions to the database."""

import json
import shutil
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils.translation import override

from actors.region import load, read_folder
from missions import content
from missions.models import Change, Method, MethodVersion, Proposal
from tests.actors.test_load_region import FIRST_REGION
from tests.factories import make_space, make_user
from tests.missions.method_making import both, full_stage, make_method, make_mission, make_run, make_version, stage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_swedish():
    with override("sv"):
        yield


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


# ── A version ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_version_tells_everything_that_its_stages_say(client):
    make_method("metod-a", origin={"text": both("Från kusten."), "sources": ["https://example.org/kalla"]})
    shown = text_of(page(client, "method", "metod-a"))
    for words in (
        "Välj tema och behov.",
        "3–6 veckor",
        "Samla behov",
        "Behovsbeskrivning",
        "visas av: Dokument",
        'Är ett tema valt? <span class="tag">krävs</span>',
        'Är alla nöjda? <span class="tag">rådgivande</span>',
        '<a href="#role-leader">Ledare</a>',
        "Från kusten.",
        "https://example.org/kalla",
    ):
        assert words in shown, words
    assert shown.index("Tema</h2>") < shown.index("Mål</h2>")


def test_a_reader_of_english_gets_english_and_where_there_is_none_the_swedish(client):
    make_method("metod-a")
    shown = text_of(client.get("/en/methods/metod-a/"))
    for words in ("Our method", "Choose theme and need.", "shown by: Document", "Goal</h2>", "Tema</h2>"):
        assert words in shown, words


def test_the_methods_page_shows_the_newest_version_that_stands(client):
    method = make_method("metod-a", versions=2)
    make_version(method, 3, name=both("Tredje"))
    assert "<h1>Tredje</h1>" in text_of(page(client, "method", "metod-a"))
    retire(method, 3)
    assert "<h1>Vår metod</h1>" in text_of(page(client, "method", "metod-a"))


def test_older_and_retired_versions_are_reached_and_say_what_they_are(client):
    method = make_method("metod-a", versions=3)
    retire(method, 2)
    newest = text_of(page(client, "method", "metod-a"))
    for number in (1, 2):
        assert reverse("method_version", args=["metod-a", number]) in newest
    assert "Det här är en äldre version." in text_of(page(client, "method_version", "metod-a", 1))
    assert "Den här versionen är tillbakadragen" in text_of(page(client, "method_version", "metod-a", 2))
    retire(method, 1, 3)
    assert "Den här metoden är tillbakadragen" in text_of(page(client, "method", "metod-a"))


def test_the_runs_of_a_mission_that_one_may_not_see_are_only_counted(client):
    eva = make_user()
    space = make_space(members=[eva])
    version = make_method("metod-a").versions.get()
    make_run(version, make_mission("Öppna vikar"))
    make_run(version, make_mission("Hemliga vikar", is_published=False, space=space))

    shown = text_of(page(client, "method", "metod-a"))
    assert "Öppna vikar" in shown
    assert "Hemliga vikar" not in shown
    assert "1 omgång i ett partnerskap" in shown
    client.force_login(eva)
    assert "Hemliga vikar" in text_of(page(client, "method", "metod-a"))


# ── Why is it like this? ─────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def taught():
    """A method whose second version was taught by a run of a mission that only Eva may see."""
    eva = make_user()
    method = make_method("metod-a")
    mission = make_mission("Hemliga vikar", is_published=False, space=make_space(members=[eva]))
    run = make_run(method.versions.get(), mission)
    proposal = Proposal.objects.create(run=run, number=1, text="Hemligt förslag", learning="Hemlig lärdom")
    first = full_stage("tema", activities=[{"key": "collect", **both("Samla alla behov", "Collect needs")}])
    second = make_version(method, 2, first, full_stage("mal", name=both("Mål", "Goal")))
    place = {"version": second, "stage": "tema", "part": "activities", "key": "collect"}
    Change.objects.create(**place, run=run, proposal=proposal, reason="Byn glömdes bort")
    return eva, method


@pytest.mark.parametrize("name", ["method", "method_difference"])
def test_what_a_closed_space_taught_is_told_without_what_is_said_there(client, taught, name):
    eva, _method = taught
    address = ("metod-a", 1, 2)[: 3 if name == "method_difference" else 1]
    shown = text_of(page(client, name, *address))
    assert "Byn glömdes bort" in shown
    assert "På grund av en omgång i ett partnerskap." in shown
    assert "Hemlig" not in shown

    client.force_login(eva)
    shown = text_of(page(client, name, *address))
    for words in ("Hemliga vikar", "Hemligt förslag", "Hemlig lärdom"):
        assert words in shown
    assert "en omgång i ett partnerskap" not in shown


def test_a_later_version_still_knows_why_and_an_earlier_one_does_not(client, taught):
    _eva, method = taught
    make_version(method, 3)
    assert "Byn glömdes bort" in text_of(page(client, "method_version", "metod-a", 3))
    assert "Byn glömdes bort" not in text_of(page(client, "method_version", "metod-a", 1))


def test_the_reason_of_a_draft_is_not_known_before_it_is_published(client):
    method = make_method("metod-a")
    draft = make_version(method, 2, published=False)
    Change.objects.create(version=draft, stage="tema", part="purpose", reason="Hemligt skäl")
    assert "Hemligt skäl" not in text_of(page(client, "method", "metod-a"))


@pytest.mark.parametrize(("part", "key"), [("stage", ""), ("stage", "name"), ("purpose", ""), ("weeks", ""),
    ("roles", ""), ("activities", ""), ("outputs", "need"), ("gate", "liked")])  # fmt: skip
def test_every_part_of_a_stage_can_say_why_it_is_as_it_is(client, part, key):
    version = make_method("metod-a").versions.get()
    Change.objects.create(version=version, stage="tema", part=part, key=key, reason="Därför att")
    assert text_of(page(client, "method", "metod-a")).count("Därför att") == 1


@pytest.mark.parametrize(("part", "key"), [("stage", ""), ("stage", "name"), ("stage", "suits"), ("stage", "origin"),
    ("stage", "sources"), ("weeks", "")])  # fmt: skip
def test_the_method_as_a_whole_can_say_why_it_is_as_it_is(client, part, key):
    said = {"suits": both("Jämt"), "origin": {"text": both("Kusten"), "sources": ["https://example.org/"]}}
    version = make_method("metod-a", duration_weeks={"min": 1, "max": 2}, **said).versions.get()
    Change.objects.create(version=version, part=part, key=key, reason="Därför att")
    assert text_of(page(client, "method", "metod-a")).count("Därför att") == 1


@pytest.mark.parametrize("many", [1, 3])
def test_a_version_asks_the_database_as_often_for_one_of_all_as_for_three(client, django_assert_num_queries, many):
    stages = [full_stage(f"steg-{number}") for number in range(many)]
    method = make_method("metod-a", *stages, versions=many)
    version = method.versions.get(number=many)
    for number in range(many):
        run = make_run(version)
        Change.objects.create(version=version, stage=f"steg-{number}", part="purpose", run=run)
    with django_assert_num_queries(9):
        page(client, "method_version", "metod-a", many)
    if many > 1:
        with django_assert_num_queries(6):
            page(client, "method_difference", "metod-a", 1, 2)


# ── Two versions ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_difference_is_told_in_words_that_need_neither_colour_nor_sight(client):
    method = make_method("metod-a")
    changed = full_stage("tema", activities=[{"key": "collect", **both("Samla alla behov", "Collect needs")}])
    make_version(method, 2, full_stage("mal", name=both("Mål", "Goal")), changed, stage("ny", name=both("Nytt")))
    shown = text_of(page(client, "method_difference", "metod-a", 1, 2))
    assert 'Samla <ins><span class="hidden">[tillagt: </span>alla <span class="hidden">] </span></ins>behov' in shown
    for words in ("Nytt steg", "flyttat från plats", "Aktivitet", "ändras"):
        assert words in shown
    assert "{&#x27;" not in shown


def test_two_versions_are_compared_from_the_lower_number_and_one_with_itself_not_at_all(client):
    make_method("metod-a", versions=2)
    assert page(client, "method_difference", "metod-a", 2, 1)["Location"] == "/metoder/metod-a/1-2/"
    assert page(client, "method_difference", "metod-a", 2, 2)["Location"] == "/metoder/metod-a/2/"
    assert "De två versionerna säger samma sak." in text_of(page(client, "method_difference", "metod-a", 1, 2))
    assert page(client, "method_difference", "metod-a", 1, 9).status_code == 404


def test_a_draft_is_compared_by_those_who_keep_the_method_only(client):
    eva = make_user()
    method = make_method("metod-a", owners=[eva])
    make_version(method, 2, published=False, name=both("Hemlig metod"))
    assert page(client, "method_difference", "metod-a", 1, 2).status_code == 404
    client.force_login(eva)
    assert "Hemlig" in text_of(page(client, "method_difference", "metod-a", 1, 2))


# ── As a file ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_version_that_is_fetched_as_a_file_loads_as_the_same_method(client, tmp_path):
    load(read_folder(FIRST_REGION))
    before = {row.pk: content.read_version(row) for row in MethodVersion.objects.all()}
    again = Path(shutil.copytree(FIRST_REGION, tmp_path / "again"))
    held = json.loads((again / "methods.json").read_text())
    fetched = [
        json.loads(b"".join(page(client, "method_export", slug, 1)))
        for slug in Method.objects.values_list("slug", flat=True)
    ]
    held["templates"] = [one for file in fetched for one in file["templates"]]
    for words in ("roles", "evidence_kinds"):
        held[words] = fetched[0][words]
    (again / "methods.json").write_text(json.dumps(held))

    kinds = load(read_folder(again)).kinds

    for kind in ("method", "method_role", "evidence_kind"):
        assert (kinds[kind].new, kinds[kind].changed, kinds[kind].kept) == ([], [], {})
    assert {row.pk: content.read_version(row) for row in MethodVersion.objects.all()} == before


def test_the_file_says_whose_it_is_and_under_which_licence(client):
    make_method("metod-a")
    answer = page(client, "method_export", "metod-a", 1)
    assert answer["Content-Disposition"] == 'attachment; filename="metod-a-1.json"'
    file = json.loads(b"".join(answer))
    assert {"region", "publisher", "licence", "licence_url", "version", "published_at"} <= set(file)
    assert (file["version"], file["templates"][0]["slug"]) == (1, "metod-a")


def test_the_addresses_are_swedish_and_english():
    assert reverse("method_export", args=["metod-a", 2]) == "/metoder/metod-a/2/metod.json"
    with override("en"):
        assert reverse("method_difference", args=["metod-a", 1, 2]) == "/en/methods/metod-a/1-2/"
