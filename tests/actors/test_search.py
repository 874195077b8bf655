"""What a search finds, what it ranks first, what it says about why, and that nothing typed can break it."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actors.models import Actor, Competence
from actors.search import asked
from tests.factories import make_actor, make_area, make_municipality, make_theme

pytestmark = pytest.mark.django_db


def found(query, **more):
    with override("en"):
        response = Client().get(reverse("actor_list"), {"q": query, **more})
    assert response.status_code == 200
    return response


def names(query, **more):
    return [hit.actor.name for hit in found(query, **more).context["hits"]]


@pytest.mark.parametrize("query", ["foretag", "Företag", "FÖRETAGET", "företagens", "foretagens"])
def test_swedish_words_are_found_in_any_form_with_or_without_dots(query):
    make_actor("Hit", description_sv="Företagens egen mötesplats")
    make_actor("Other", kind="public", description_sv="Myndighet")

    assert names(query, kind="public") == []
    assert "Hit" in names(query)


def test_english_words_are_found_in_any_form():
    make_actor("Hit", description_en="Forecasting of floods")
    make_actor("Other", description_en="Castles")

    assert names("forecasts flood") == ["Hit"]


def test_words_may_be_found_in_different_texts_and_languages():
    make_actor("Hit", offers_sv="Provbassäng", seeks_en="Partners for turbines")
    make_actor("Half", offers_sv="Provbassäng")

    assert names("provbassäng turbine") == ["Hit"]


@pytest.mark.parametrize("status", ["draft", "submitted", "returned", "archived"])
def test_words_of_an_actor_that_is_not_public_change_no_answer(status):
    make_actor("Kranvik Varv")
    make_actor("Hidden", description_sv="Kranviq", status=status)

    for narrowed in ({}, {"kind": "sme"}):
        answer = found("kranviq", **narrowed)

        assert [hit.actor.name for hit in answer.context["hits"]] == ["Kranvik Varv"]
        assert (answer.context["wanted"].exact, answer.context["total"].total) == (False, 1)


def test_the_last_word_may_be_begun_only():
    make_actor("Hit", description_sv="Undervattensteknik vid Sydfjord")
    make_actor("Other")

    assert names("underv") == ["Hit"]
    assert names("sydfjord underv") == ["Hit"]
    assert names("underv sydfjord") == []


def test_a_neuter_noun_is_found_with_and_without_its_article():
    make_actor("Bare", description_sv="Ett varv vid hamn")
    make_actor("Article", description_sv="Hamnen och varvet")

    for query in ("varv", "varvet", "varvets", "varv hamn", "varvet hamn", "varvets hamnar"):
        assert names(query, sort="name") == ["Article", "Bare"], query


def test_common_words_do_not_hide_a_hit():
    make_actor("Hit", description_sv="Varv vid kusten")

    assert names("ett varv vid en kust") == ["Hit"]
    assert names("the varv of") == ["Hit"]


def test_words_between_strokes_and_dots_are_found():
    make_actor("Hit", description_sv="hav/vatten och AI-labb på exempel.test")

    for query in ("vatten", "hav", "labb", "AI-labb", "exempel.test", "hav/vatten"):
        assert names(query) == ["Hit"], query


def test_tags_are_found_by_their_names_in_both_languages():
    area = make_area("forming", name_sv="Formningsteknologi", name_en="Forming technology")
    part = make_area("press", name_sv="Pressning", name_en="Stamping", parent=area)
    theme = make_theme("sea", name_sv="Hav", name_en="Ocean")
    skill = Competence.objects.create(slug="weld", name_sv="Svetsning", name_en="Welding")
    place = make_municipality(name="Sydfjord")
    make_actor("Hit", kind="academia", areas=[part], themes=[theme], competences=[skill], municipality=place)
    make_actor("Other", kind="sme")

    for query in ("formningsteknologi", "stamping", "ocean", "hav", "svetsning", "welding", "sydfjord", "högskola"):
        assert names(query) == ["Hit"], query


@pytest.mark.parametrize("typo", ["Sydfjrods", "Sydfords varv", "Sidfjords", "sydfjords vavr"])
def test_a_misspelt_name_is_found_when_no_text_has_the_words(typo):
    make_actor("Sydfjords Varv")
    make_actor("Quite another")

    response = found(typo)

    assert [hit.actor.name for hit in response.context["hits"]] == ["Sydfjords Varv"]
    assert "spelt much like" in response.content.decode()


@pytest.mark.parametrize(
    "spelling",
    [
        "556036-0793",
        "5560360793",
        "556036 0793",
        " 556036–0793 ",
        "16556036-0793",
        "SE556036079301",
        "SE 556036-0793 01",
        "55 60 36 07 93",
        "556036.0793",
        "org.nr 556036-0793",
        "Orgnr: 5560360793",
        "５５６０３６０７９３",
        "Sydfjords 556036-0793",
    ],
)
def test_an_organisation_number_finds_its_actor_however_it_is_spelt(spelling):
    make_actor("Sydfjords", organisation_number="5560360793")
    make_actor("Sydfjords other", organisation_number="5560360794")

    assert names(spelling) == ["Sydfjords"]


def test_a_personal_identity_number_is_not_searched_for():
    make_actor("Hit", description_sv="8101019801")

    response = found("810101-9801")

    assert response.context["hits"] == []
    assert "personal identity number" in response.content.decode()


def test_the_best_match_comes_first():
    make_actor("C text only", description_sv="hamn")
    make_actor("B offers", offers_sv="hamn")
    make_actor("A name Hamn")
    make_actor("Hamn först")

    assert names("hamn") == ["Hamn först", "A name Hamn", "B offers", "C text only"]
    assert names("hamn", sort="name") == ["A name Hamn", "B offers", "C text only", "Hamn först"]


def test_a_name_is_among_the_first_however_many_have_the_word(monkeypatch):
    monkeypatch.setattr("actors.search.RANKED", 3)
    for number in range(10):
        make_actor(f"Many {number}", description_sv="hamn")
    make_actor("Hamnen")

    assert names("hamn")[0] == "Hamnen"


def test_each_row_says_where_the_words_were_found():
    area = make_area("sea", name_sv="Hamnteknik", name_en="Ports")
    make_actor("Hit", areas=[area], offers_sv="En hamn för prov", organisation_number="5560360793")

    (hit,) = found("hamn").context["hits"]
    with override("en"):
        assert list(map(str, hit.why)) == ["what they offer", "area"]
    assert hit.text == "En <mark>hamn</mark> för prov"
    (hit,) = found("5560360793").context["hits"]
    with override("en"):
        assert list(map(str, hit.why)) == ["organisation number"]


def test_text_around_the_words_is_never_html():
    make_actor("<b>hamn</b>", description_sv="<script>alert(1)</script> hamn \ue000 <img src=x onerror=y>")

    body = found("hamn").content.decode()

    assert "<script>alert" not in body
    assert "<img src=x" not in body
    assert "<b>" not in body
    assert "&lt;b&gt;<mark>hamn</mark>&lt;/b&gt;" in body


def test_words_between_strokes_are_marked_where_they_stand():
    make_actor("Hit", description_sv="Om hav/vatten & AI-labb")

    (hit,) = found("vatten labb").context["hits"]

    assert hit.text == "Om hav/<mark>vatten</mark> &amp; AI-<mark>labb</mark>"


@pytest.mark.parametrize(
    ("query", "written"), [("ostra", "Östra"), ("östra", "Ostra"), ("oresund", "Øresund"), ("øresund", "Oresund")]
)
def test_a_word_is_marked_however_its_first_letter_is_written(query, written):
    make_actor("Hit", description_sv=f"Vid {written}, nära ån")

    (hit,) = found(query).context["hits"]

    assert hit.text == f"Vid <mark>{written}</mark>, nära ån"


def test_a_form_of_a_word_is_marked_in_the_language_of_its_text():
    make_actor("Hit", description_sv="Varvens varv", description_en="Forecasting for varv")

    (hit,) = found("varv forecasts").context["hits"]

    assert hit.text == "<mark>Forecasting</mark> for <mark>varv</mark>"
    with override("sv"):
        (hit,) = Client().get(reverse("actor_list"), {"q": "varv forecasts"}).context["hits"]
    assert hit.text == "<mark>Varvens</mark> <mark>varv</mark>"


def test_of_a_long_text_the_part_with_the_words_is_shown():
    make_actor("Hit", description_sv="Inledning. " * 60 + "En hamn för prov. " + "Avslutning. " * 60)

    (hit,) = found("hamn").context["hits"]

    assert hit.text.startswith("… ")
    assert hit.text.endswith(" …")
    assert "En <mark>hamn</mark> för prov." in hit.text
    assert len(hit.text) < 330


# ── The terms follow the rows, whoever writes ────────────────────────────────────────────────────────────────────────
def test_renaming_a_tag_in_bulk_is_found_at_once():
    area, place, skill = make_area("a"), make_municipality(), Competence.objects.create(slug="s", name_sv="Gammal")
    part = make_area("b", parent=area)
    make_actor("Hit", areas=[part], municipality=place, competences=[skill])

    type(area).objects.filter(pk=area.pk).update(name_sv="Jättehög")
    type(place).objects.update(name="Sydfjord")
    Competence.objects.update(name_sv="Svetsning")

    assert names("jättehög") == names("sydfjord") == names("svetsning") == ["Hit"]
    assert names("gammal") == []


def test_tags_set_by_bulk_sql_are_facets_at_once():
    theme, actor = make_theme("sea"), make_actor("Hit")
    through = Actor.themes.through

    through.objects.bulk_create([through(actor=actor, theme=theme)])
    assert names("", theme="sea") == ["Hit"]
    through.objects.all().delete()
    assert names("", theme="sea") == []


def test_the_terms_cannot_be_written_by_hand():
    actor = make_actor("Hit", kind="sme")

    Actor.objects.update(facets=["k:public"], labels="wrong")

    actor.refresh_from_db()
    assert actor.facets == ["k:sme"]
    assert "wrong" not in actor.labels


def test_a_change_of_terms_alone_is_no_history():
    actor = make_actor(areas=[make_area("a")])
    before = actor.events.count()

    actor.areas.clear()

    assert actor.events.count() == before


# ── Hostile input ────────────────────────────────────────────────────────────────────────────────────────────────────
HOSTILE = ["'", '"', "\\", "a:*", "!a & (b | c", "<->", "%", "_", "' OR 1=1 --", "\x00", "{}", "a\tb", "²", "ⅷ", "'':*"]


@pytest.mark.parametrize("query", [*HOSTILE, "x" * 10_000, "ö " * 90, "-" * 200])
def test_hostile_text_gets_a_page(query):
    make_actor("Hit")
    with override("en"):
        response = Client().get(reverse("actor_list"), {"q": query})
    assert response.status_code in (200, 400)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=220))
def test_any_text_gets_a_page(query):
    with override("en"):
        response = Client().get(reverse("actor_list"), {"q": query})
    assert response.status_code in (200, 400)


@given(st.text(max_size=300))
def test_any_text_becomes_few_short_words(text):
    words = asked(text).words
    assert len(words) <= 8
    assert all(0 < len(word) <= 40 for word in words)
