"""The missions of a space for the registrar: all that was written in them, with who wrote it and when."""

from missions import things
from platforms.public_record import who

GOAL = (
    *("slug", "name_sv", "name_en", "goal_sv", "goal_en", "challenge_sv", "challenge_en", "measure_sv", "measure_en"),
    *("unit", "baseline", "baseline_on", "target", "due_on", "level", "state", "period", "measure_note", "source"),
    *("note", "is_published", "created_at", "updated_at", "started_on", "ended_on", "outcome"),
)
STATEMENT = ("number", "if_text", "then_text", "because_text", "confidence", "review_on", "created_at", "updated_at")
COMMITMENT = ("number", "text", "due_on", "wave", "state", "answer", "created_at", "done_on", "result")
EXPERIMENT = ("number", "title", "hypothesis", "test", "outcome", "learning", "verdict", "starts_on", "ends_on")
INDICATOR = ("number", "name", "unit", "baseline", "target", "source", "is_goal")
STAGE = ("position", "state", "opened_on", "closed_on", "reason", "learning")
REVIEW = ("worked", "hindered", "missing", "surprise", "change", "answered_at")
PROPOSAL = ("number", "stage", "part", "text", "learning", "at", "state", "answer")


def missions_of(space):
    """The missions that are worked with in the space now, one after the other."""
    rows = space.missions.select_related("owner").prefetch_related("themes", "areas", "actors").order_by("pk")
    return [_mission(mission) for mission in rows]


def _of(row, *names):
    return {name: getattr(row, name) for name in names}


def _name(thing):
    return str(thing) if thing else ""


def _mission(mission):
    return {
        **_of(mission, *GOAL),
        "owner": _name(mission.owner),
        **{name: [str(one) for one in getattr(mission, name).all()] for name in ("themes", "areas", "actors")},
        "criteria": [
            {"criterion": str(one.criterion), **_of(one, "points", "reason", "at"), **who(one)}
            for one in mission.scores.select_related("criterion", "by")
        ],
        "statements": _statements(mission),
        "evidence": [_evidence(one) for one in _with_things(mission.evidence, mission, "statement", "experiment")],
        "commitments": _commitments(mission),
        "experiments": _experiments(mission),
        "indicators": [_indicator(one) for one in mission.indicators.prefetch_related("measurements__by")],
        "needs": [
            {"number": one.number, "competence": _name(one.competence), "words": one.words, "by": _name(one.filled_by)}
            for one in mission.needs.select_related("competence", "filled_by")
        ],
        "runs": [_run(run) for run in mission.runs.select_related("method_version", "started_by").order_by("number")],
    }


def _statements(mission):
    rows = mission.statements.select_related("owner", "owner_actor").prefetch_related("leads_to").order_by("number")
    return [
        {
            **_of(one, *STATEMENT),
            "owner": _name(one.owner),
            "organisation": _name(one.owner_actor),
            "leads_to": sorted(onward.number for onward in one.leads_to.all()),
        }
        for one in rows
    ]


def _with_things(evidence, mission, *others):
    rows = evidence.select_related("by", *things.SELECTED, *others).order_by("pk")
    return things.show(list(rows), mission, inside=True)


def _thing(row):
    """What evidence is, by the number that it has in the other files."""
    return {
        "document": row.document and row.document.number,
        "decision": row.decision and row.decision.number,
        "measurement": f"{row.measurement.indicator}: {row.measurement}" if row.measurement else "",
        "thing": str(row.elsewhere or row.thing),
        "url": row.url,
    }


def _evidence(row):
    return {
        "statement": row.statement and row.statement.number,
        "experiment": row.experiment and row.experiment.number,
        **_of(row, "words", "is_against", "dated_on"),
        **_thing(row),
        **who(row),
    }


def _commitments(mission):
    rows = mission.commitments.select_related("actor", "user", "offered_by", "statement").order_by("number")
    return [
        {
            **_of(one, *COMMITMENT),
            "organisation": one.actor.name,
            "person": _name(one.user),
            "offered_by": _name(one.offered_by),
            "statement": one.statement and one.statement.number,
        }
        for one in rows
    ]


def _experiments(mission):
    rows = mission.experiments.select_related("owner_actor", "statement").order_by("number")
    return [
        {
            **_of(one, *EXPERIMENT),
            "organisation": _name(one.owner_actor),
            "statement": one.statement and one.statement.number,
        }
        for one in rows
    ]


def _indicator(one):
    values = [{**_of(row, "on", "value", "note", "at"), **who(row)} for row in one.measurements.all()]
    return {**_of(one, *INDICATOR), "values": values}


# ── Runs ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _run(run):
    moves = run.moves.select_related("source", "target", "by").order_by("at", "pk")
    return {
        **_of(run, "number", "state", "started_on", "was_stopped", "closed_on", "outcome"),
        "method": str(run.method_version),
        "started_by": _name(run.started_by),
        "moves": [{"source": str(one.source), "target": str(one.target), "at": one.at, **who(one)} for one in moves],
        "roles": [
            {"role": str(one.role), "person": _name(one.user), "organisation": _name(one.actor)}
            for one in run.roles.select_related("role", "user", "actor")
        ],
        "stages": [_stage(stage) for stage in _stages(run)],
        "reviews": [
            {**who(one, "user"), **_of(one, *REVIEW)} for one in run.reviews.select_related("user", "on_behalf_of")
        ],
        "proposals": [_proposal(one) for one in run.proposals.select_related("by", "on_behalf_of")],
    }


def _stages(run):
    return run.stages.select_related("stage").prefetch_related("ticks__by", "answers__by", "decisions__by")


def _stage(stage):
    outputs = stage.outputs.select_related("by").order_by("pk")
    return {
        "stage": stage.stage.slug,
        **_of(stage, *STAGE),
        "done": [{"activity": one.activity, "at": one.at, **who(one)} for one in stage.ticks.all()],
        "outputs": [_output(one) for one in outputs],
        "answers": [{**_of(one, "key", "answer", "note", "at"), **who(one)} for one in stage.answers.all()],
        "decisions": [{**_of(one, "verdict", "reason", "at"), **who(one)} for one in stage.decisions.all()],
    }


def _output(output):
    rows = _with_things(output.evidence, output.stage.run.mission)
    evidence = [{"words": one.words, "at": one.at, **_thing(one), **who(one)} for one in rows]
    return {**_of(output, "key", "text", "at"), **who(output), "evidence": evidence}


def _proposal(proposal):
    votes = proposal.votes.select_related("user").order_by("pk")
    return {
        **_of(proposal, *PROPOSAL),
        **who(proposal),
        "votes": [{"name": str(vote.user), "is_for": vote.is_for, "at": vote.at} for vote in votes],
    }
