"""The tour through the ability of the support system: rounds, answers, the public page; and through programmes."""

import pytest

from events.actions import programmes
from events.models import Assessment, Participant, Programme, Round
from missions.models import MethodRole
from tests.events.judging import close, make_assessment, make_framework, make_round, make_supporter
from tests.events.making import make_event, make_event_keeper, make_registration
from tests.factories import make_user, verified

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BUTTON = "main form.form .btn"
SEND = "main button[value=send]"


def test_walk_ability(walk):
    keeper, eva = verified(make_event_keeper("karin@example.org")), verified(make_user("eva@example.org", name="Eva"))
    walk.see("ability")
    framework = make_framework()
    helpers = [make_supporter("Almi", representatives=[eva]), make_supporter("Krinova"), make_supporter("Vågen")]
    MethodRole.objects.create(slug="leader", name_sv="Ledare", name_en="Leader")
    walk.see("ability")
    walk.enter(keeper)
    begin(walk)
    round_ = Round.objects.get()
    walk.enter(eva)
    answer(walk, round_)
    walk.enter(keeper)
    keep(walk, round_)
    for helper in helpers[1:]:
        make_assessment(round_, helper, level=1)
    walk.see("ability_round_close", round_.pk)
    walk.press("main .btn.danger", shows=".verdict")
    later = make_round(framework, "after")
    for helper in helpers:
        make_assessment(later, helper, level=3)
    close(later)
    walk.see("ability_round", later.pk)
    walk.leave()
    walk.see("ability")
    walk.enter(eva)
    walk.see("ability_answer", round_.pk, Assessment.objects.get(round=round_, actor=helpers[0], role=None).pk)


def begin(walk):
    walk.see("ability")
    walk.see("ability_round_new")
    walk.press(BUTTON, shows=".summary")
    walk.page.locator("[name=kind]").first.check()
    walk.fill(name_sv="Före", opens_on="2026-01-07", closes_on="2027-01-09")
    walk.press(BUTTON, shows="[name=actors]")
    for box in walk.page.locator("[name=actors]").all()[1:]:
        box.uncheck()
    walk.press(BUTTON, shows="table")


def answer(walk, round_):
    assessment = round_.assessments.get()
    walk.see("my_page")
    walk.see("ability")
    walk.see("ability_round", round_.pk)
    walk.see("ability_answer", round_.pk, assessment.pk)
    walk.press(SEND, shows=".summary")
    for levels in walk.page.locator(".levels").all():
        levels.locator("input").nth(2).check()
    walk.press(SEND, shows=".own-rows")
    walk.see("ability_answer", round_.pk, assessment.pk)
    Assessment.objects.update(version=9, words="Words of another")
    walk.press(SEND, shows="table", status=409)
    walk.see("ability_in_role", round_.pk, assessment.pk)
    walk.press(BUTTON, shows=".summary")
    walk.page.locator("[name=role]").first.check()
    walk.press(BUTTON, shows=".levels")


def keep(walk, round_):
    walk.see("ability_round_edit", round_.pk)
    Round.objects.update(version=5, name_sv="Mätning av en annan")
    walk.press(BUTTON, shows="table", status=409)
    walk.see("ability_round_ask", round_.pk)
    walk.see("ability_round", round_.pk)
    walk.see("ability_round_close", round_.pk)


def test_walk_learning(walk):
    keeper, eva = verified(make_event_keeper("karin@example.org")), verified(make_user("eva@example.org", name="Eva"))
    make_supporter("Almi", representatives=[eva])
    walk.see("programme_list")
    walk.enter(keeper)
    walk.see("programme_new")
    walk.press(BUTTON, shows=".summary")
    walk.fill(title_sv="Leda missioner", ability_sv="Kan leda")
    walk.press(BUTTON, shows=".verdict")
    programme = Programme.objects.get()
    add_steps(walk, programme)
    programmes.publish(programme, by=keeper)
    walk.leave()
    walk.see("programme", programme.slug)
    walk.enter(eva)
    learn(walk, programme, eva)
    walk.enter(keeper)
    walk.see("programme", programme.slug)
    walk.see("programme_people", programme.slug)
    walk.see("programme_task", programme.slug, Participant.objects.get().done.get(step__kind="task").pk)
    walk.press(BUTTON, shows=".summary")
    walk.page.locator("[name=verdict]").first.check()
    walk.press(BUTTON, shows="table")
    walk.enter(eva)
    walk.see("programme", programme.slug)
    walk.see("programme_list")
    walk.see("programme_leave", programme.slug)


def add_steps(walk, programme):
    make_event("Träff", days=-2)
    for kind in ("study", "event", "task"):
        walk.see("programme_step_new", programme.slug)
        walk.page.locator(f"[name=kind][value={kind}]").check()
        if kind != "event":
            walk.press(BUTTON, shows=".summary")
            walk.fill(title_sv=f"Steg {kind}")
        else:
            walk.page.locator("[name=event]").select_option(index=1)
        walk.press(BUTTON, shows=".course-steps")
    walk.see("programme_step", programme.slug, 1)
    Programme.objects.update(version=40)
    walk.press(BUTTON, shows="h1", status=409)
    walk.see("programme_edit", programme.slug)
    walk.see("programme_step_remove", programme.slug, 1)


def learn(walk, programme, eva):
    walk.see("programme", programme.slug)
    walk.page.locator("[name=actor]").select_option(index=1)
    walk.press("main .needs .btn", shows="progress")
    make_registration(programme.steps.get(kind="event").event, eva, came=True)
    programmes.note_attendance()
    walk.press(".course-steps form .btn.second", shows=".course-steps .done")
    walk.see("programme_step_done", programme.slug, 3)
    walk.press(BUTTON, shows=".summary")
    walk.fill(words="Vår plan")
    walk.press(BUTTON, shows="blockquote")
    walk.see("programme_people", programme.slug)
