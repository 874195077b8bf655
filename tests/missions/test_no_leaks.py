"""What missions must not tell: of organisations, partnerships, spaces and missions that are not public, by any way."""

import json
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from actors.models import ActorStatus
from missions.actions import argument, runs
from missions.models import Change, CommitmentState, Mission, Part, Proposal, RunStage, StageState
from missions.report import report_of
from missions.views.mission import organisations
from platforms.models import Document, SpaceMember
from tests.factories import make_actor, make_decision, make_document, make_partnership, make_space, make_user
from tests.missions.filling import make_commitment, make_experiment
from tests.missions.making import make_evidence, make_keeper, make_mission, make_statement
from tests.missions.running import make_version
from tests.staff import sign_in

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def eva():
    return make_user("eva@example.org", name="Eva Ek")


@pytest.fixture
def space(eva):
    return make_space("Secret Room", coordinator=eva)


@pytest.fixture
def mission(space):
    return make_mission("Living Bays", space=space)


def read(client, name, *args, user=None):
    if user:
        sign_in(client, user, second_factor=user.is_staff)
    else:
        client.logout()
    with translation.override("en"):
        answer = client.get(reverse(name, args=args))
    if answer.status_code != 200:
        return answer.status_code
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return unescape(body.decode())


def test_an_organisation_that_is_not_public_is_named_in_no_portfolio(client, mission, eva):
    hidden = make_actor("Hidden Firm", status=ActorStatus.DRAFT)
    make_commitment(mission, "Lend a boat", actor=hidden)
    make_experiment(mission, "A trial", owner_actor=hidden)
    pages = [read(client, name, mission.slug) for name in ("mission", "mission_portfolio")]
    pages += [read(client, name) for name in ("open_commitments", "portfolios")]
    for page in pages:
        assert "Hidden Firm" not in page
    assert "an organisation that is not public" in pages[1]
    assert "Hidden Firm" in read(client, "mission_portfolio", mission.slug, user=eva)


def test_a_public_mission_does_not_tell_of_a_partnership_that_is_not(client, eva):
    together = make_partnership("Hidden Partnership", is_published=False, members=[make_actor("Secret Partner")])
    mission = make_mission(space=make_space(partnership=together, coordinator=eva))
    run = runs.start_run(mission, by=eva, version=make_version())
    pages = [read(client, name, mission.slug) for name in ("mission", "mission_portfolio", "mission_needs", "runs")]
    pages.append(read(client, "method_report", run.method_version.method.slug))
    for page in pages:
        assert "Hidden Partnership" not in page
        assert "Secret Partner" not in page
    assert organisations(mission) == [], "nor of how many its members are, on four legs"
    assert [one.name for one in organisations(mission, inside=True)] == ["Secret Partner"]


def passed(version, eva, days, **fields):
    """A run whose first stage took `days` days."""
    run = runs.start_run(make_mission(space=make_space(coordinator=eva), **fields), by=eva, version=version)
    now = timezone.localdate()
    done = {"opened_on": now - timedelta(days=days), "closed_on": now, "learning": "Learnt"}
    run.stages.filter(position=1).update(state=StageState.PASSED, **done)
    return run


def test_a_run_that_is_not_public_moves_no_figure_of_the_comparison(eva):
    old = make_version("ett", "gammalt")
    new = make_version("ett", "tva", method=old.method)
    passed(new, eva, 10)
    before = report_of(new.method).compared
    passed(old, eva, 90, is_published=False)
    after = report_of(new.method).compared
    assert [row["median"] for row in after] == [row["median"] for row in before] == [10, None]
    assert [row["name"] for row in after] == [row["name"] for row in before], "nor by a stage that it alone has"
    assert RunStage.objects.filter(stage__slug="gammalt").exists()


@pytest.fixture
def taught(space, eva):
    """A published version with a change that a run of a mission taught which is not public."""
    mission = make_mission("Secret Mission", space=space, is_published=False)
    run = runs.start_run(mission, by=eva, version=make_version())
    says = {"stage": "ett", "part": Part.GATE, "text": "Secret Text", "learning": "Secret Learning"}
    proposal = Proposal.objects.create(run=run, number=1, by=eva, on_behalf_of=make_actor("Named Firm"), **says)
    version = make_version(method=run.method_version.method)
    change = {"stage": "ett", "part": Part.GATE, "key": "ett-must"}
    Change.objects.create(version=version, run=run, proposal=proposal, **change)
    return version


def test_a_mission_that_is_not_public_is_told_of_by_no_page_file_or_feed(client, space, taught):
    mission = Mission.objects.get()
    actor = make_actor("Public Firm", slug="firm")
    mission.actors.add(actor)
    make_statement(mission, "secret if", "secret then")
    make_commitment(mission, "Secret Promise", actor=actor)
    make_experiment(mission, "Secret Trial")
    stranger = make_user()
    asked = [
        ("mission_list",),
        ("portfolios",),
        ("open_commitments",),
        ("mission_feed",),
        ("sitemap_part", "missions-0"),
    ]
    asked += [("mission_export", form) for form in ("csv", "json")] + [("start",), ("actor_missions", actor.slug)]
    asked += [("partnership_missions", space.partnership.slug), ("actor", actor.slug)]
    asked += [(name, taught.method.slug) for name in ("method", "method_report")]
    asked += [("method_difference", taught.method.slug, 1, 2), ("method_version", taught.method.slug, 2)]
    for name, *args in asked:
        for user in (None, stranger):
            words = str(read(client, name, *args, user=user))
            assert "ecret" not in words, (name, user)
            assert "Named Firm" not in words or name == "start", (name, "who proposed it; the register names it")
    inner = [(name,) for name in ("mission", "mission_picture", "mission_portfolio", "mission_needs", "mission_offer")]
    inner += [("runs",), ("run", 1), ("run_stage", 1, "ett"), ("run_learning", 1)]
    for name, *args in inner:
        assert read(client, name, mission.slug, *args, user=stranger) == 404, name


def test_a_thing_of_another_space_is_held_back_in_a_run_and_while_editing(client, mission, eva):
    run = runs.start_run(mission, by=eva, version=make_version())
    stage = run.stages.select_related("stage").get(position=1)
    stage.run = run
    plan, choice = make_document(mission.space, "Plan.txt"), make_decision(mission.space, "Secret Choice")
    runs.attach(stage, "ett-out", by=eva, thing={"document": plan.pk})
    runs.attach(stage, "ett-out", by=eva, thing={"decision": choice.pk})
    statement = make_statement(mission)
    make_evidence(statement, "It was seen", document=plan)
    assert "Plan" in read(client, "run_stage", mission.slug, 1, "ett", user=eva)
    other = make_space("Other", partnership=mission.partnership)
    Document.objects.update(space=other)
    choice.__class__.objects.update(space=other)
    page = read(client, "run_stage", mission.slug, 1, "ett", user=eva)
    assert "Evidence held by the partnership" in page
    assert "Plan" not in page
    assert "Secret Choice" not in page
    page = read(client, "statement", mission.slug, statement.number, user=eva)
    assert "lies in another space" in page
    assert "Plan" not in page


def test_staff_who_are_no_members_read_no_words_persons_or_documents_of_the_space(client, mission, eva):
    run = runs.start_run(mission, by=eva, version=make_version())
    stage = run.stages.select_related("stage").get(position=1)
    stage.run = run
    plan = make_document(mission.space, "Plan.txt")
    runs.attach(stage, "ett-out", by=eva, thing={"document": plan.pk}, words="secret words")
    runs.save_output(stage, "ett-out", by=eva, version=1, text="secret output")
    runs.answer(stage, by=eva, answers={"ett-must": ("yes", "secret note")})
    make_evidence(make_statement(mission, owner=eva), "secret proof", document=plan)
    make_commitment(mission, user=eva)
    Mission.objects.update(is_published=False)
    keeper = make_keeper()
    pages = [("mission",), ("mission_portfolio",), ("mission_needs",), ("runs",), ("run", 1), ("run_stage", 1, "ett")]
    for name, *args in pages:
        page = read(client, name, mission.slug, *args, user=keeper)
        for secret in ("Eva Ek", "Plan", "secret", "Secret Room"):
            assert secret not in page, (name, secret)
    assert read(client, "run_learning", mission.slug, 1, user=keeper) == 404


def test_an_offer_tells_nothing_new_of_a_mission_that_went_out_of_sight(client, mission, eva):
    per = make_user()
    firm = make_actor("Firm", representatives=[per])
    make_commitment(mission, "A boat", actor=firm, state=CommitmentState.OFFERED, offered_by=per)
    assert "Living Bays" in read(client, "offer", mission.slug, 1, user=per)
    Mission.objects.update(is_published=False, name_sv="Secret Name", name_en="")
    for name, *args in (("offer", mission.slug, 1), ("my_page",)):
        page = read(client, name, *args, user=per)
        assert "A boat" in page
        assert "Secret Name" not in page
        assert "a mission that is not public any more" in page


def test_my_data_holds_no_words_of_others_in_a_mission_that_i_may_not_read_any_more(client, mission, eva):
    bo = make_user()
    member = SpaceMember.objects.create(space=mission.space, user=bo)
    statement = make_statement(mission, "we look", "we find", owner=bo)

    def told():
        client.force_login(bo, backend=BACKEND)
        return client.get(reverse("my_data")).content.decode()

    assert "we look" in told()
    member.delete()
    Mission.objects.update(is_published=False)
    version = {"version": statement.version, "leads_to": ()}
    argument.edit(statement, by=eva, **version, if_text="secret if", then_text="secret then")
    held = told()
    assert "secret" not in held
    assert len(json.loads(held)["missions"]["statements"]) == 1
