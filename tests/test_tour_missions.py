"""The tour through missions: every page of them, for readers, members, coordinators and staff."""

import pytest
from django.utils import timezone

from missions.models import Mission, MissionState
from missions.picture import MANY
from tests.factories import make_actor, make_space, make_user
from tests.missions.making import make_mission, make_statement
from tests.missions.worlds import make_errand

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BUTTON = "main form.form .btn"
ERRORS = ".summary"


def test_walk_errand(walk):
    cora, mia, boss = make_user("cora@example.org", name="Cora"), make_user("mia@example.org"), make_boss()
    mission = make_errand(cora, mia)
    read(walk, mission)
    walk.enter(mia)
    argue(walk, mission)
    walk.enter(cora)
    steer(walk, mission)
    walk.enter(boss)
    keep(walk)


def make_boss():
    return make_user("boss@example.org", is_staff=True, is_superuser=True)


def read(walk, mission):
    walk.see("mission", mission.slug)
    walk.see("mission_picture", mission.slug)
    for state in (MissionState.CANDIDATE, MissionState.DOCUMENTED):
        walk.see("mission", make_mission(state=state).slug)
    walk.see("mission_picture", make_mission().slug)
    large = make_mission()
    for _ in range(MANY + 1):
        make_statement(large)
    walk.see("mission", large.slug)
    walk.see("mission_picture", large.slug)
    walk.see("partnership", "coast")
    walk.see("partnership_missions", "coast")
    walk.see("actor", "firm")
    walk.see("actor_missions", "firm")
    walk.see("actor_missions", make_actor().slug)


def argue(walk, mission):
    """What a member does: statements, links, a circle, evidence; and somebody else who was faster."""
    walk.see("mission", mission.slug)
    walk.see("space_missions", mission.space.slug)
    walk.see("statement_new", mission.slug)
    walk.press(BUTTON, shows=ERRORS)
    walk.fill(if_text="we ask", then_text="they answer")
    walk.press(BUTTON, shows=".messages")
    walk.see("statement", mission.slug, 1)
    walk.page.locator("[name=leads_to]").last.check()
    walk.page.locator("[name=leads_to][value='3']").check()
    walk.press(BUTTON, shows=ERRORS)
    mission.statements.filter(number=1).update(version=9)
    walk.see("statement", mission.slug, 1)
    mission.statements.filter(number=1).update(version=10, if_text="they were faster")
    walk.press(BUTTON, shows="table", status=409)
    walk.press(BUTTON, shows=".messages")
    walk.see("evidence_new", mission.slug, 1)
    walk.press(BUTTON, shows=ERRORS)
    walk.fill(words="It was seen", url="https://example.org/")
    walk.press(BUTTON, shows=".messages")
    walk.see("statement", mission.slug, 3)
    walk.see("evidence_remove", mission.slug, 1, mission.statements.get(number=1).evidence.get().pk)
    walk.press(".btn.danger", shows=".messages")
    walk.see("statement_remove", mission.slug, 2)
    walk.press(".btn.danger", shows=".messages")


def steer(walk, mission):
    """What a coordinator does: the goal, the criteria, publishing, the end; and a new mission in an empty space."""
    walk.see("mission_goal", mission.slug)
    walk.fill(target="1", measure_sv="")
    walk.press(BUTTON, shows=ERRORS)
    walk.see("mission_criteria", mission.slug)
    walk.page.locator("textarea").first.fill("")
    walk.press(BUTTON, shows=ERRORS)
    walk.see("mission_publish", mission.slug)
    Mission.objects.filter(pk=mission.pk).update(is_published=False)
    walk.see("mission", mission.slug)
    walk.see("mission_publish", mission.slug)
    walk.see("mission_end", mission.slug)
    walk.press(BUTTON, shows=ERRORS)
    walk.fill(outcome="Three of five.")
    walk.press(BUTTON, shows=".ended-with")
    empty = make_space("Empty room", coordinator=mission.space.members.coordinators().get().user)
    walk.see("space_missions", empty.slug)
    walk.see("space_mission_new", empty.slug)
    walk.press(BUTTON, shows=ERRORS)
    walk.fill(name="Ny", goal="Mål")
    walk.press(BUTTON, shows="#to-start")


def keep(walk):
    """What staff do: missions without a space, and the administration."""
    closed = {"state": "closed", "closed_at": timezone.now()}
    walk.see("mission_relocate", make_mission(space=make_space("Closed room", **closed)).slug)
    walk.press(BUTTON, shows=ERRORS)
    kept = make_mission(state=MissionState.CANDIDATE)
    walk.see("mission", kept.slug)
    walk.see("mission_new")
    walk.press(BUTTON, shows=ERRORS)
    for name in ("changelist", "add"):
        walk.see(f"admin:missions_mission_{name}")
    walk.press("#content input[name=_save]", shows=".errornote")
    walk.see("admin:missions_mission_change", kept.pk)
    Mission.objects.get(pk=kept.pk).save()
    walk.press("#content input[name=_save]", shows=".errornote", status=409)
    walk.press("#content input[name=_save]", shows=".messagelist")
    walk.see("admin:missions_mission_change", Mission.objects.get(slug="bays").pk)
    walk.see("admin:missions_mission_history", kept.pk)
