"""The tour through runs: starting one, its stages, their gates, looking back, and the report on the method."""

import pytest

from missions.models import MethodRole, Output, StageState
from tests.factories import make_document, make_space, make_user
from tests.missions.making import make_mission
from tests.missions.running import go, make_stage, make_version

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BUTTON = "main form.form .btn"
ERRORS = ".summary"


def test_walk_running(walk):
    cora, mia = make_user("cora@example.org", name="Cora"), make_user("mia@example.org", name="Mia")
    MethodRole.objects.create(slug="leader", name_sv="Ledare", name_en="Leader")
    version = make_version(make_stage(1, "ett") | {"roles": ["leader"]}, make_stage(2, "tva"), make_stage(3, "tre"))
    mission = make_mission(space=make_space("Room", coordinator=cora, members=[mia]))
    make_document(mission.space, by=mia, name="Map.txt")
    walk.see("runs", mission.slug)
    walk.enter(cora)
    start(walk, mission)
    run = mission.runs.get()
    walk.enter(mia)
    work(walk, run)
    walk.enter(cora)
    decide(walk, run, cora)
    look_back(walk, run, cora, mia)
    walk.see("method_report", version.method.slug)
    walk.leave()
    for name, args in (("runs", ()), ("run", (1,)), ("run_stage", (1, "ett"))):
        walk.see(name, mission.slug, *args)
    walk.see("method_report", version.method.slug)


def start(walk, mission):
    walk.see("runs", mission.slug)
    walk.see("run_new", mission.slug)
    walk.press(BUTTON, shows=ERRORS)
    walk.page.locator("[name=version]").first.check()
    walk.press(BUTTON, shows=".course")
    walk.see("run_roles", mission.slug, 1)
    walk.page.locator("main select").first.select_option(index=1)
    walk.press(BUTTON, shows=".messages")


def work(walk, run):
    stage = (run.mission.slug, run.number, "ett")
    walk.see("run_stage", *stage)
    walk.press("button.tick", shows="button.tick .sign")
    walk.see("stage_output", *stage, "ett-out")
    walk.fill(text="Words of mine")
    walk.press(BUTTON, shows=".messages")
    walk.see("stage_output", *stage, "ett-out")
    Output.objects.update(version=7, text="Words of another")
    walk.press(BUTTON, shows="table", status=409)
    walk.see("stage_evidence", *stage, "ett-out")
    walk.press(BUTTON, shows=ERRORS)
    walk.page.locator("main select").first.select_option(index=1)
    walk.press(BUTTON, shows=".shown-by")
    walk.see("stage_gate", *stage)
    walk.page.locator("[name=said_ett-must]").nth(1).check()
    walk.press(BUTTON, shows=".messages")


def decide(walk, run, cora):
    slug = run.mission.slug
    walk.see("stage_gate", slug, 1, "ett")
    walk.press(BUTTON, shows=ERRORS)
    walk.page.locator("[name=verdict][value=adjust]").check()
    walk.fill(reason="More data")
    walk.press(BUTTON, shows=".messages")
    walk.see("run", slug, 1)
    walk.see("stage_skip", slug, 1, "tva")
    walk.press(BUTTON, shows=ERRORS)
    walk.fill(reason="Done before")
    walk.press(BUTTON, shows=".messages")
    make_version("ett", "fyra", method=run.method_version.method)
    walk.see("run", slug, 1)
    walk.see("run_move", slug, 1)
    for _stage in range(2):
        stage = run.stages.select_related("stage").get(state=StageState.OPEN)
        stage.run = run
        go(stage, cora)
    walk.see("run", slug, 1)


def look_back(walk, run, cora, mia):
    where = run.mission.slug, 1
    walk.see("run_learning", *where)
    walk.see("run_review", *where)
    walk.press(BUTTON, shows=ERRORS)
    walk.fill(worked="Much")
    walk.press(BUTTON, shows=".messages")
    walk.see("proposal_new", *where)
    walk.press(BUTTON, shows=ERRORS)
    walk.fill(text="Ask earlier", learning="It was late")
    walk.press(BUTTON, shows=".proposals")
    walk.press(".voting .btn", shows=".proposals [aria-pressed]")
    walk.see("proposal_settle", *where, 1)
    walk.press(BUTTON, shows=ERRORS)
    walk.page.locator("[name=state]").first.check()
    walk.press(BUTTON, shows=".messages")
    run.reviews.filter(user=mia).delete()
    walk.see("run_learning", *where)
    walk.see("run_close", *where)
    walk.press(BUTTON, shows=ERRORS)
    walk.fill(outcome="It went well")
    walk.press(BUTTON, shows=".water-ground")
