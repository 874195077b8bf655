"""The report on a method: each line true by real rows alone, for everybody the same, as a page and as a tagged PDF."""

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from missions.actions import learning, runs
from missions.models import Change, StageState
from missions.report import report_of
from tests.factories import make_space, make_user
from tests.missions.making import make_mission
from tests.missions.running import go, make_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def eva():
    return make_user("eva@example.org", name="Eva Ek")


@pytest.fixture
def version():
    return make_version("ett", "tva", "tre", "fyra")


def begin(version, eva, name="Mission", **fields):
    mission = make_mission(name, space=make_space(coordinator=eva), **fields)
    return runs.start_run(mission, by=eva, version=version)


def here(run):
    stage = run.stages.select_related("stage").get(state=StageState.OPEN)
    stage.run = run
    return stage


def finish(run, eva, learnt="We learnt"):
    """Adjusted once, with evidence, one stage skipped, and stopped at the third gate; looked back on and closed."""
    runs.attach(here(run), "ett-out", by=eva, thing={"url": "https://example.org/"})
    runs.decide(here(run), by=eva, verdict="adjust", reason="More data")
    go(here(run), eva, learnt)
    runs.skip(here(run), by=eva, reason="Was done")
    runs.decide(here(run), by=eva, verdict="stop", reason="No owner", learning="Find the owner first")
    learning.answer_review(run, by=eva, worked="All")
    return learning.close(run, by=eva, outcome="It came to something")


def teach(run, method):
    newer = make_version("ett", "fem", method=method)
    proposal = run.proposals.create(number=1, text="Change it", learning="It was wrong")
    Change.objects.create(version=newer, stage="fem", run=run, proposal=proposal)


def holding(method):
    return {line.key: line.holds for line in report_of(method).lines}


def test_no_line_holds_before_something_shows_it(version, eva):
    nothing = {"developed": False, "carried_out": False, "tested": False}
    assert holding(version.method) == nothing
    run = begin(version, eva)
    go(here(run), eva)
    assert holding(version.method) == nothing
    make_version("ett", method=version.method)
    assert holding(version.method) == nothing, "a version that nothing taught is no development"


def test_each_line_holds_by_its_own_rows(version, eva):
    run = finish(begin(version, eva), eva)
    assert holding(version.method) == {"developed": False, "carried_out": True, "tested": True}
    run.reviews.update(answered_at=None)
    assert holding(version.method)["tested"] is False
    teach(run, version.method)
    assert holding(version.method)["developed"] is True


def test_stages_are_told_as_they_went(version, eva):
    run = finish(begin(version, eva), eva)
    [told] = report_of(version.method).runs
    facts = {slug: (one.state, one.adjusted, one.yes, one.asked, one.evidence) for slug, one in told.stages.items()}
    assert facts == {
        "ett": ("passed", 1, 2, 2, 1),
        "tva": ("skipped", 0, 0, 0, 0),
        "tre": ("stopped", 0, 0, 2, 0),
        "fyra": ("waiting", 0, 0, 0, 0),
    }
    run.stages.filter(stage__slug="ett").update(opened_on="2026-01-01", closed_on="2026-01-09")
    compared = {row["name"]: row["median"] for row in report_of(version.method).compared}
    assert list(compared.values()) == [8, None, None, None], "only stages that were passed have a time to compare"


def test_an_invented_run_shows_nothing_beside_a_real_one(version, eva):
    finish(begin(version, eva, "Invented", is_example=True), eva)
    assert report_of(version.method).is_invented
    begin(version, eva, "Real")
    report = report_of(version.method)
    assert [one.run.mission.name for one in report.runs] == ["Real"]
    assert (report.is_invented, report.lines[1].holds) == (False, False)


def page_of(client, name, version, language="en"):
    with override(language):
        return client.get(reverse(name, args=[version.method.slug]))


def test_a_run_that_is_not_public_is_counted_and_says_nothing(client, version, eva):
    finish(begin(version, eva, "Secret Mission", is_published=False), eva, learnt="Secret lesson")
    page = page_of(client, "method_report", version).content.decode()
    assert "And 1 run in a partnership that is not public." in page
    words = page + text_of(page_of(client, "method_report_pdf", version).content)
    for secret in ("Secret", "It came to something", "Find the owner", "Was done"):
        assert secret not in words
    client.force_login(eva, backend="django.contrib.auth.backends.ModelBackend")
    assert "Secret" not in page_of(client, "method_report", version).content.decode(), "the same for everybody"


def test_the_page_asks_as_much_for_six_runs_as_for_one(client, version, eva):
    def asked():
        with CaptureQueriesContext(connection) as taken:
            assert page_of(client, "method_report", version).status_code == 200
        return len(taken)

    finish(begin(version, eva), eva)
    asked()
    few = asked()
    for _run in range(5):
        finish(begin(version, eva), eva)
    assert asked() == few


# ── The PDF ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def text_of(content):
    pages = pypdfium2.PdfDocument(content)
    return "\n".join(page.get_textpage().get_text_range() for page in pages)


SAYS = {
    "sv": ("Rapport om metoden", "Metoden är prövad", "justerat 1 gång"),
    "en": ("Report on the method", "The method was tested", "adjusted 1 time"),
}


@pytest.mark.parametrize(("language", "words"), SAYS.items())
def test_the_pdf_says_what_the_page_says_with_tags_and_its_language(client, version, eva, language, words):
    finish(begin(version, eva), eva, learnt="Ask the boat club")
    answer = page_of(client, "method_report_pdf", version, language)
    assert answer["Content-Type"] == "application/pdf"
    assert f"{version.method.slug}.pdf" in answer["Content-Disposition"]
    document = pypdfium2.PdfDocument(answer.content)
    text = " ".join(text_of(answer.content).split())
    for one in (*words, "Ask the boat club", "It came to something", "Was done"):
        assert one in text
    assert pdfium.FPDFCatalog_IsTagged(document)
    assert language_of(document) == language
    tree = pdfium.FPDF_StructTree_GetForPage(document[0])
    assert pdfium.FPDF_StructTree_CountChildren(tree) > 0
    for mark in (b"/StructTreeRoot", b"/MarkInfo", b"pdfuaid:part"):
        assert mark in answer.content


def language_of(document):
    size = pdfium.FPDFCatalog_GetLanguage(document, None, 0)
    held = (pdfium.FPDF_WCHAR * (size // 2))()
    pdfium.FPDFCatalog_GetLanguage(document, held, size)
    return bytes(held).decode("utf-16-le").rstrip("\0")


def test_whatever_is_typed_stays_text_in_the_pdf(client, version, eva):
    typed = '#read("x") $x^2$ *bold* _em_ "quoted" \\ @ref <label> = head [b] //c'
    finish(begin(version, eva), eva, learnt=typed)
    text = " ".join(text_of(page_of(client, "method_report_pdf", version).content).split())
    for part in ("#read(", "$x^2$", "*bold* _em_", "\\ @ref <label> = head [b] //c"):
        assert part in text


def test_the_emblem_of_the_programme_stands_on_each_page_of_the_pdf(client, version, eva):
    for _run in range(6):
        finish(begin(version, eva), eva, learnt="ord " * 70)
    document = pypdfium2.PdfDocument(page_of(client, "method_report_pdf", version, "sv").content)
    assert len(document) > 1
    assert all("Europeiska unionen" in page.get_textpage().get_text_range() for page in document)
