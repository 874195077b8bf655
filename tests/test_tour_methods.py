"""The tour through the library of methods and the pages on which a next version is written."""

import pytest

from missions import content
from missions.actions import methods as actions
from missions.models import Change, Method
from tests.factories import make_user
from tests.factories import verified as proven
from tests.missions.method_making import both, full_stage, make_method, make_mission, make_run, make_version

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BUTTON, ERRORS = "main form.form .actions .btn", ".summary"
SLUG = "kusten"


def test_walk_methods(walk):
    walk.see("method_list")
    eva = proven(make_user("eva@example.org", name="Eva Berg"))
    method = make_library(eva)
    read_methods(walk)
    walk.enter(eva)
    walk.see("method_draft", SLUG)
    walk.press("main form .btn", shows=".stage-rows")
    write_a_stage(walk, method, eva)
    write_texts(walk, method, eva)
    walk.see("method_list")
    walk.see("method_version", SLUG, 3)
    end_a_draft(walk, method, eva)
    administer_methods(walk, method)


def make_library(eva):
    """A method with two versions, of which a run taught the second, one that is retired, and one with no version."""
    origin = {"text": both("Från kusten."), "sources": ["https://example.org/en/mycket/lang/adress/som/inte/ryms"]}
    method = make_method(SLUG, owners=[eva], origin=origin, suits=both("För små grupper."))
    run = make_run(method.versions.get(), make_mission())
    proposal = run.proposals.create(number=1, text="Fråga fler.", learning="Byn glömdes bort.")
    second = make_version(method, 2, full_stage("mal"), full_stage("ny", duration_weeks={"min": 1, "max": None}))
    for part, key in (("purpose", ""), ("stage", ""), ("gate", "liked"), ("weeks", "")):
        Change.objects.create(version=second, stage="mal", part=part, key=key, run=run, proposal=proposal)
    retired = make_method("djupet")
    retired.versions.update(retired_at="2030-01-01T00:00Z")
    Method.objects.create(slug="tom").owners.add(eva)
    return method


def read_methods(walk):
    for name, *args in (("method_list",), ("method", SLUG), ("method", "djupet"), ("method_version", SLUG, 1)):
        walk.see(name, *args)
    walk.page.locator("details.because summary").first.click() if walk.page.locator("details.because").count() else None
    walk.see("method_difference", SLUG, 1, 2)


def draft_of(method):
    return method.versions.drafts().get()


def write_a_stage(walk, method, eva):
    walk.see("method_draft", "tom")
    walk.see("method_stage_new", SLUG)
    walk.press(BUTTON, shows=ERRORS)
    walk.fill(name_sv="Växla upp", short_sv="Växla", purpose_sv="Se till att det lever vidare.")
    walk.page.locator("#gate-add").click()
    walk.page.locator("#gate-row-1").wait_for()
    walk.window.settle()
    walk.judge("one more question")
    walk.page.locator("[name=gate-sv]").first.fill("Lever det?")
    walk.press(BUTTON, shows=".stage-rows")
    walk.see("method_why", SLUG, query="?stage=vaxla-upp&part=stage&key=")
    walk.press(BUTTON, shows=".messages")
    walk.see("method_stage", SLUG, "mal")
    walk.fill(purpose_sv="Mitt syfte")
    change(method, "mal", eva, purpose=both("Deras syfte"))
    walk.press(BUTTON, shows=".differs", status=409)
    walk.see("method_stage", SLUG, "ny")
    actions.remove_stage(method, "ny", by=eva)
    walk.press(BUTTON, shows=".notice", status=409)
    walk.see("method_stage_remove", SLUG, "mal")


def change(method, slug, by, **new):
    now = content.read_stage(draft_of(method).stages.get(slug=slug))
    actions.change_stage(method, slug, by=by, seen=content.stamp(now), said=now | new)


def write_texts(walk, method, eva):
    walk.see("method_texts", SLUG)
    walk.fill(name_sv="", sources="ingen adress")
    walk.press(BUTTON, shows=ERRORS)
    walk.see("method_texts", SLUG)
    now = content.read_version(draft_of(method))
    seen = content.stamp(content.texts_of(now))
    actions.change_texts(method, by=eva, seen=seen, said=now | {"name": both("Deras namn")})
    walk.press(BUTTON, shows=".differs", status=409)
    walk.see("method_draft", SLUG)


def end_a_draft(walk, method, eva):
    walk.see("method_discard", SLUG)
    walk.see("method_publish", SLUG)
    walk.press(BUTTON, shows=ERRORS)
    walk.fill(news_sv="Ett nytt steg")
    change(method, "mal", eva, purpose=both("Nytt igen"))
    walk.press(BUTTON, shows=".notice", status=409)
    walk.press(BUTTON, shows=".method")
    walk.see("method_retire", SLUG, 3)
    walk.press("main form .btn", shows=".messages")
    walk.see("method_retire", SLUG, 3)


def administer_methods(walk, method):
    walk.enter(make_user(is_staff=True, is_superuser=True))
    walk.see("method_new")
    walk.press(BUTTON, shows=ERRORS)
    walk.fill(name_sv="En väg till")
    walk.press(BUTTON, shows=".messages")
    walk.see("method_discard", "en-vag-till")
    walk.see("admin:missions_method_changelist")
    walk.see("admin:missions_method_change", method.pk)
