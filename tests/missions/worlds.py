"""A mission with everything on its page, for those who look at it."""

from datetime import date, timedelta

from django.utils import timezone

from actors.models import ActorKind
from missions.actions import learning, moving, runs
from missions.actions import mission as actions
from missions.models import MethodRole, Review
from tests.factories import (
    make_actor,
    make_area,
    make_decision,
    make_document,
    make_partnership,
    make_space,
    make_theme,
)
from tests.missions.filling import make_commitment, make_experiment
from tests.missions.filling import make_indicator as make_measured
from tests.missions.making import (
    MEASURED,
    judge,
    make_criteria,
    make_evidence,
    make_indicator,
    make_mission,
    make_need,
    make_statement,
)
from tests.missions.running import make_version

DECIDED = {"state": "decided", "decided_on": date(2026, 5, 1)}


def make_errand(cora, mia):
    """A public mission under way in the space that `cora` coordinates and `mia` is a member of."""
    firm, lead = make_actor("Firm", slug="firm"), make_actor("Municipality", kind=ActorKind.PUBLIC)
    together = make_partnership("Frisk kust", slug="coast", name_en="Healthy coast", members=[firm, lead])
    space = make_space("Living bays", partnership=together, coordinator=cora, members=[mia])
    mission = make_mission(
        "Levande vikar",
        slug="bays",
        name_en="Living bays",
        space=space,
        owner=lead,
        actors=[firm, lead],
        themes=[make_theme("hav", name_sv="Hav", name_en="Sea")],
        areas=[make_area("smart", name_en="Smart industry")],
        challenge_en="The sea floor is dead.",
        measure_en="Bays with eelgrass",
        period="2026–2032",
        source="https://example.org/a-long-address-of-a-source-that-has-to-be-broken",
        is_example=True,
        note="Read in November.",
        **MEASURED,
    )
    judge(mission, make_criteria("bold", "clear", "open"), 3)
    value = make_indicator(mission, is_goal=True).measurements.create(on=date(2026, 6, 1), value=3)
    plan, choice = make_document(space, "Plan.txt"), make_decision(space, "Five bays", **DECIDED)
    past = timezone.localdate() - timedelta(days=3)
    last = make_statement(mission, "the water is clear", "eelgrass comes back", because_text="light reaches it")
    bad = make_statement(mission, "we plant", "it grows", leads_to=[last], confidence="refuted", owner_actor=firm)
    first = make_statement(mission, "we measure", "we know", leads_to=[bad, last], confidence="shown", owner=mia)
    make_statement(mission, "boats change", "less leaks", leads_to=[first], confidence="indicated", review_on=past)
    for thing in ({"document": plan}, {"decision": choice}, {"measurement": value}, {}):
        make_evidence(first, **thing)
    make_evidence(bad, "It died", is_against=True, url="https://example.org/died")
    actions.move(mission, "start", by=cora)
    mission.refresh_from_db()
    return mission


def make_full_space(eva):
    """A space that `eva` coordinates, with a mission that has a row of everything."""
    space = make_space(coordinator=eva)
    mission = make_mission(space=space)
    judge(mission, make_criteria("bold"))
    plan, choice = make_document(space, "Plan.txt"), make_decision(space)
    first = make_statement(mission, owner=eva, leads_to=[make_statement(mission)])
    make_evidence(first, document=plan)
    make_evidence(first, decision=choice)
    make_commitment(mission, user=eva)
    make_evidence(make_experiment(mission))
    make_measured(mission, values=[("2026-10-01", 3)])
    make_need(mission)
    run = runs.start_run(mission, by=eva, version=make_version())
    stage = run.stages.select_related("stage").get(position=1)
    stage.run = run
    runs.tick(stage, "ett-act", by=eva, done=True)
    runs.attach(stage, "ett-out", by=eva, thing={"document": plan.pk}, words="x")
    runs.answer(stage, by=eva, answers={"ett-must": ("yes", "x")})
    runs.decide(stage, by=eva, verdict="adjust", reason="x")
    runs.set_roles(run, by=eva, holders={MethodRole.objects.create(slug="lead", name_sv="Ledare"): ([eva], [])})
    newer = make_version(method=run.method_version.method)
    moving.move(run, by=eva, version=newer, seen=moving.facts(moving.preview(run, newer)))
    learning.vote(learning.propose(run, by=eva, stage="", part="stage", text="x", learning="x"), by=eva, is_for=True)
    Review.objects.create(run=run, user=eva)
    return space
