"""How two versions differ: whole facts, few of them, each in its place; and marks for each word."""

import copy
import json

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from missions.content import Checker, read_method
from missions.difference import Place, difference, marks, moved_among
from tests.missions.method_making import both, method_said, stage


@pytest.fixture(scope="module")
def methods():
    """The methods of the first region in the fixed form."""
    held = json.loads((settings.BASE_DIR / "regions/blekinge/methods.json").read_text())
    roles, kinds = ({one["key"] for one in held[name]} for name in ("roles", "evidence_kinds"))
    read = [read_method(one, "", Checker("", None), roles, kinds) for one in held["templates"]]
    return {one["slug"]: one for one in read}


def edited(said, change):
    said = copy.deepcopy(said)
    change(said)
    for place, one in enumerate(said["stages"], 1):
        one["order"] = place
    return said


def places(said, change):
    return {tuple(place) for place in difference(said, edited(said, change)).places}


# ── Real edits of the three methods ──────────────────────────────────────────────────────────────────────────────────
def test_a_method_does_not_differ_from_itself(methods):
    for said in methods.values():
        found = difference(said, copy.deepcopy(said))
        assert (bool(found), found.places) == (False, set())


def test_a_reworded_activity_is_one_fact_in_one_language_with_its_key(methods):
    pilot = methods["missionspilot"]

    def reword(said):
        said["stages"][0]["activities"][1]["sv"] = "Jämför med alla S3-teman"

    found = difference(pilot, edited(pilot, reword))
    assert found.places == {Place("tema", "activities", "compare-with-s3-themes")}
    (change,) = found.stages
    (fact,) = change.facts
    assert [(one.language, one.before, one.after) for one in fact.texts] == [
        ("sv", "Jämför med S3-temana", "Jämför med alla S3-teman")
    ]


def test_each_part_of_a_stage_has_its_own_place(methods):
    def change(said):
        first = said["stages"][1]
        first["purpose"]["en"] = "Gather."
        first["short_sv"] = "Möts"
        first["name"]["sv"] = "Mötas"
        first["duration_weeks"]["max"] = 11
        first["roles"].append("evaluator")
        first["gate"][0]["required"] = False
        first["outputs"][0]["evidence_kind"] = "map"

    pilot = methods["missionspilot"]
    gate, output = pilot["stages"][1]["gate"][0]["key"], pilot["stages"][1]["outputs"][0]["key"]
    assert places(pilot, change) == {
        ("samla", "purpose", ""),
        ("samla", "stage", "short"),
        ("samla", "stage", "name"),
        ("samla", "weeks", ""),
        ("samla", "roles", ""),
        ("samla", "gate", gate),
        ("samla", "outputs", output),
    }


def test_what_is_said_of_the_whole_method_has_no_stage(methods):
    def change(said):
        said["name"]["sv"] = "Ny"
        said["suits"]["en"] = "New"
        said["origin"]["text"]["sv"] = "Nytt"
        said["origin"]["sources"].append("https://example.org/")
        said["duration_weeks"]["min"] = 1

    assert places(methods["roar"], change) == {
        ("", "stage", "name"),
        ("", "stage", "suits"),
        ("", "stage", "origin"),
        ("", "stage", "sources"),
        ("", "weeks", ""),
    }


def test_a_stage_that_comes_first_moves_no_other(methods):
    found = difference(
        methods["roar"], edited(methods["roar"], lambda said: said["stages"].insert(0, stage("forstudie")))
    )
    assert [(one.slug, one.is_new, one.is_gone, one.moved) for one in found.stages] == [
        ("forstudie", True, False, None)
    ]


def test_a_stage_that_went_is_told_where_it_stood(methods):
    found = difference(methods["roar"], edited(methods["roar"], lambda said: said["stages"].pop(2)))
    assert [(one.slug, one.is_gone, one.place) for one in found.stages] == [("vagar", True, Place("vagar", "stage"))]


def test_a_stage_that_moved_is_told_with_both_places_and_the_others_are_not(methods):
    def move(said):
        said["stages"].append(said["stages"].pop(0))

    found = difference(methods["missionsdesign"], edited(methods["missionsdesign"], move))
    assert [(one.slug, one.moved) for one in found.stages] == [("forbered", (1, 6))]


def test_a_stage_may_move_and_change_at_once(methods):
    def both_at_once(said):
        said["stages"][0]["purpose"]["sv"] = "Nytt"
        said["stages"].append(said["stages"].pop(0))

    assert places(methods["missionsdesign"], both_at_once) == {
        ("forbered", "stage", ""),
        ("forbered", "purpose", ""),
    }


def test_items_that_came_went_and_moved(methods):
    def change(said):
        activities = said["stages"][0]["activities"]
        activities.pop(0)
        activities.reverse()
        activities.insert(0, {"key": "new", **both("Ny")})

    pilot = methods["missionspilot"]
    keys = [one["key"] for one in pilot["stages"][0]["activities"]]
    found = difference(pilot, edited(pilot, change))
    facts = {fact.place.key: (fact.before is None, fact.after is None, fact.is_moved) for fact in found.stages[0].facts}
    assert facts["new"] == (True, False, False)
    assert facts[keys[0]] == (False, True, False)
    assert [key for key, fact in facts.items() if fact[2]] in ([keys[1]], [keys[2]])
    assert len(facts) == 3


# ── Any two versions ─────────────────────────────────────────────────────────────────────────────────────────────────
WORDS = st.sampled_from(["", "Samla", "Samla behov", "Samla alla behov från byn", "Välj\n\ntema"])
SAID = st.builds(both, WORDS, WORDS)
WEEKS = st.fixed_dictionaries({"min": st.sampled_from([None, 1, 2]), "max": st.sampled_from([None, 3])})


def items(**more):
    one = st.fixed_dictionaries({"key": st.sampled_from("abcde"), "sv": WORDS, "en": WORDS, **more})
    return st.lists(one, max_size=4, unique_by=lambda item: item["key"])


STAGE = st.builds(
    stage,
    st.sampled_from(["ett", "tva", "tre", "fyra"]),
    short_sv=WORDS,
    short_en=WORDS,
    name=SAID,
    purpose=SAID,
    activities=items(),
    outputs=items(evidence_kind=st.sampled_from(["document", "map"])),
    gate=items(required=st.booleans()),
    duration_weeks=WEEKS,
    roles=st.lists(st.sampled_from(["leader", "voice"]), unique=True),
)
METHOD = st.builds(
    lambda stages, **said: method_said("metod", *stages, **said),
    st.lists(STAGE, min_size=1, max_size=4, unique_by=lambda one: one["slug"]),
    name=SAID,
    suits=SAID,
    origin=st.fixed_dictionaries({"text": SAID, "sources": st.lists(st.sampled_from("xyz"), unique=True)}),
    duration_weeks=WEEKS,
)


def apply(said, found):
    """What the second version says, written down from the first and the facts alone."""
    said = copy.deepcopy(said)
    for text in found.texts:
        (said["origin"]["text"] if text.name == "origin" else said[text.name])[text.language] = text.after
    if found.sources:
        said["origin"]["sources"] = found.sources.after
    if found.weeks:
        said["duration_weeks"] = found.weeks.after
    stages = {one["slug"]: one for one in said["stages"]}
    for change in found.stages:
        stages[change.slug] = changed(stages.get(change.slug), change)
    order = found.order if found else list(stages)
    return said | {"stages": [stages[slug] | {"order": place} for place, slug in enumerate(order, 1)]}


def changed(said, change):
    if change.is_new or change.is_gone:
        return change.after
    for text in change.texts:
        if text.name == "short":
            said[f"short_{text.language}"] = text.after
        else:
            said[text.name][text.language] = text.after
    if change.weeks:
        said["duration_weeks"] = change.weeks.after
    if change.roles:
        said["roles"] = change.roles.after
    for part in change.items:
        found = {item["key"]: item for item in said[part.part]} | {f.place.key: f.after for f in part.facts}
        said[part.part] = [found[key] for key in part.order]
    return said


@hypothesis(max_examples=300, deadline=None)
@given(METHOD, METHOD)
def test_the_facts_of_a_difference_write_down_the_second_version(before, after):
    found = difference(before, after)

    assert apply(before, found) == after
    assert bool(found) is (before != after) is bool(found.places)


@hypothesis(max_examples=300, deadline=None)
@given(st.lists(st.integers(0, 9), unique=True), st.randoms())
def test_what_did_not_move_stands_in_order(before, random):
    after = random.sample(before, len(before))
    still = [one for one in before if one not in moved_among(before, after)]

    assert still == [one for one in after if one in still]
    assert (moved_among(before, after) == set()) is (before == after)


# ── Word by word ─────────────────────────────────────────────────────────────────────────────────────────────────────
TEXTS = st.lists(st.sampled_from(["samla", "behov", "från", "byn,", " ", "\n\n", "och"]), max_size=14).map(" ".join)


@hypothesis(max_examples=300, deadline=None)
@given(TEXTS, TEXTS)
def test_marks_read_as_the_one_text_or_the_other(before, after):
    found = marks(before, after)
    assert "".join(mark.text for mark in found if mark.kind != "new") == before
    assert "".join(mark.text for mark in found if mark.kind != "gone") == after


def test_marks_name_the_words_that_changed():
    assert [tuple(mark) for mark in marks("Samla behov från byn", "Samla alla behov från staden")] == [
        ("same", "Samla "),
        ("new", "alla "),
        ("same", "behov från "),
        ("gone", "byn"),
        ("new", "staden"),
    ]


def test_texts_that_have_little_in_common_are_not_cut_to_pieces():
    assert [mark.kind for mark in marks("Samla behov från byn", "Vi väljer behov")] == ["gone", "new"]
