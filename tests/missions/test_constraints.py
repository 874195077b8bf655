"""What the database promises of missions and methods: each constraint refuses a row that breaks it, whoever writes."""

from datetime import date

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.db.models import F

from missions import content
from missions.models import (
    Change,
    Commitment,
    CriterionScore,
    Evidence,
    Experiment,
    GateAnswer,
    GateDecision,
    Indicator,
    Measurement,
    Method,
    MethodVersion,
    Mission,
    Need,
    Output,
    OutputEvidence,
    Proposal,
    ProposalVote,
    Review,
    Run,
    RunRole,
    RunStage,
    Stage,
    Statement,
    StatementLink,
    Tick,
)
from tests.factories import make_user
from tests.missions.running import make_said
from tests.missions.worlds import make_full_space

pytestmark = pytest.mark.django_db
DAY, LATER = date(2026, 5, 1), date(2026, 6, 1)
DRAFTED, PUBLISHED = {"version__published_at": None}, {"published_at__isnull": False}

# name: (model, which row of it, what breaks it when it is written over the row)
BROKEN_BY = {
    "change_says_why": (Change, {}, {"reason": ""}),
    "commitment_done_has_a_date": (Commitment, {}, {"state": "done"}),
    "commitment_wave_1_to_9": (Commitment, {}, {"wave": 10}),
    "criterion_points_0_to_3": (CriterionScore, {}, {"points": 4}),
    "evidence_is_for_one_thing": (Evidence, {}, {"statement": None, "experiment": None}),
    "evidence_is_one_thing": (Evidence, {"document__isnull": False}, {"url": "https://example.org/"}),
    "experiment_ends_after_it_starts": (Experiment, {}, {"starts_on": LATER, "ends_on": DAY}),
    "experiment_verdict_rests_on_outcome_and_learning": (Experiment, {}, {"verdict": "stop", "outcome": "x"}),
    "gate_adjust_and_stop_have_a_reason": (GateDecision, {}, {"reason": ""}),
    "indicator_target_differs_from_baseline": (Indicator, {}, {"baseline": 1, "target": 1}),
    "method_version_retired_after_published": (
        MethodVersion,
        {"published_at__isnull": False},
        {"retired_at": "2001-01-01T00:00Z"},
    ),
    "method_version_weeks_in_order": (MethodVersion, {"published_at": None}, {"weeks_min": 3, "weeks_max": 2}),
    "mission_due_after_baseline": (Mission, {}, {"baseline_on": DAY, "due_on": DAY}),
    "mission_ended_has_a_date": (Mission, {}, {"state": "ended"}),
    "mission_started_has_measure_baseline_and_date": (Mission, {}, {"state": "started"}),
    "mission_target_differs_from_baseline": (Mission, {}, {"baseline": 1, "target": 1}),
    "need_says_what": (Need, {}, {"words": ""}),
    "output_evidence_is_one_thing": (OutputEvidence, {}, {"document": None}),
    "run_closed_has_a_date": (Run, {}, {"state": "closed"}),
    "run_role_has_a_holder": (RunRole, {}, {"user": None}),
    "run_stage_closed_has_a_date": (RunStage, {"state": "waiting"}, {"closed_on": DAY}),
    "run_stage_passed_has_a_learning": (RunStage, {"state": "open"}, {"state": "passed", "closed_on": DAY}),
    "run_stage_skipped_or_stopped_has_a_reason": (RunStage, {"state": "open"}, {"state": "skipped", "closed_on": DAY}),
    "stage_weeks_in_order": (Stage, DRAFTED, {"weeks_min": 3, "weeks_max": 2}),
    "statement_leads_not_to_itself": (StatementLink, {}, {"target": F("source")}),
}
# name: (model, which row of it, what of its twin is otherwise: the rest is the same, and may not be there twice)
TWICE = {
    "activity_ticked_once": (Tick, {}, {}),
    "commitment_number_once": (Commitment, {}, {}),
    "criterion_scored_once": (CriterionScore, {}, {}),
    "experiment_number_once": (Experiment, {}, {}),
    "gate_question_answered_once": (GateAnswer, {}, {}),
    "indicator_number_once": (Indicator, {}, {"is_goal": False}),
    "indicator_one_of_the_goal": (Indicator, {}, {"number": 9}),
    "measurement_once_a_day": (Measurement, {}, {}),
    "method_version_once": (MethodVersion, {"published_at": None}, {}),
    "need_number_once": (Need, {}, {}),
    "output_once": (Output, {}, {}),
    "proposal_number_once": (Proposal, {}, {}),
    "proposal_voted_once": (ProposalVote, {}, {}),
    "review_once": (Review, {}, {}),
    "run_number_once": (Run, {}, {"state": "reviewed"}),
    "run_one_at_a_time": (Run, {}, {"number": 9}),
    "run_one_open_stage": (RunStage, {"state": "open"}, {"position": 9, "stage": DRAFTED}),
    "run_role_once": (RunRole, {}, {}),
    "run_stage_once": (RunStage, {"state": "waiting"}, {"position": 9}),
    "run_stage_position_once": (RunStage, {"state": "waiting"}, {"stage": DRAFTED}),
    "stage_position_once": (Stage, DRAFTED, {"slug": "other"}),
    "stage_slug_once": (Stage, DRAFTED, {"position": 9}),
    "statement_link_once": (StatementLink, {}, {}),
    "statement_number_once": (Statement, {}, {}),
}


@pytest.fixture
def full():
    """A row of everything, a goal that is measured, and a draft of a method with a stage and a reason."""
    make_full_space(make_user())
    Indicator.objects.update(is_goal=True)
    draft = content.write(Method.objects.create(slug="drafted"), 1, make_said("skiss"))
    Change.objects.create(version=draft, stage="skiss", reason="It was missing")


def row_of(model, which):
    return model._base_manager.filter(**which).order_by("pk").first()


def broken(act):
    """The name of the constraint that `act` breaks, also one that is judged at the end; None when all hold."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            act()
    except IntegrityError as error:
        return error.__cause__.diag.constraint_name
    return None


def test_every_constraint_is_broken_here():
    found = {one.name for model in apps.get_app_config("missions").get_models() for one in model._meta.constraints}
    assert set(BROKEN_BY) | set(TWICE) == found


@pytest.mark.parametrize("name", BROKEN_BY)
def test_the_database_refuses_what_breaks_it(full, name):
    model, which, values = BROKEN_BY[name]
    row = row_of(model, which)
    assert broken(lambda: model._base_manager.filter(pk=row.pk).update(**values)) == name


@pytest.mark.parametrize("name", TWICE)
def test_the_database_takes_nothing_twice(full, name):
    model, which, others = TWICE[name]
    twin = row_of(model, which)
    for field, value in others.items():
        setattr(twin, field, row_of(Stage, value) if isinstance(value, dict) else value)
    twin.pk = None
    assert broken(lambda: models.Model.save(twin, force_insert=True)) == name


def test_evidence_of_nothing_and_of_two_things_is_refused(full):
    """The sides of these constraints that the table above leaves out."""
    for model in (Evidence, OutputEvidence):
        row = row_of(model, {"document__isnull": False})
        rows = model._base_manager.filter(pk=row.pk)
        two = ({"measurement": Measurement.objects.get()}, {"url": "https://example.org/"}, {"thing": "event:1"})
        for values in ({"document": None}, *two, {"document": None, "thing": "event"}):
            assert broken(lambda rows=rows, values=values: rows.update(**values)) is not None
    row = row_of(Evidence, {"statement__isnull": False})
    both = {"experiment": Experiment.objects.get()}
    assert broken(lambda: Evidence.objects.filter(pk=row.pk).update(**both)) == "evidence_is_for_one_thing"
