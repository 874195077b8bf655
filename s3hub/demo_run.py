"""The demo's invented method with its two versions, and the runs that taught the second: told in the region's folder.

Rows are written as they would stand after months of work, so that no mail of today is part of it. No method of the
region itself gets a version that nobody wrote.
"""

from django.db import transaction

from actors.models import Actor
from missions import content
from missions.models import (
    Change,
    GateAnswer,
    GateDecision,
    GateVerdict,
    Method,
    MethodRole,
    MethodVersion,
    Mission,
    Output,
    OutputEvidence,
    Proposal,
    ProposalVote,
    Review,
    Run,
    RunRole,
    RunStage,
    RunState,
    StageState,
    Tick,
)
from s3hub.demo import told
from s3hub.demo_space import ago, day


@transaction.atomic
def make():
    """Make the invented method where it is missing, and the runs of missions that have none."""
    for row in told("method"):
        if not Method.objects.filter(slug=row["slug"]).exists():
            _make_method(row)
    missions = {one.slug: one for one in Mission.objects.filter(is_example=True, runs=None).select_related("space")}
    for row in told("run"):
        if row["mission"] in missions:
            _Made(missions[row["mission"]], row).fill()


# ── The method ───────────────────────────────────────────────────────────────────────────────────────────────────────
def _make_method(row):
    method = Method.objects.create(slug=row["slug"], position=100)
    for number, days in enumerate(row["days"], 1):
        version = content.write(method, number, _said(row, number), created_at=ago(days + 2))
        version.published_at = ago(days)
        if number > 1:
            version.news_sv, version.news_en = row["news"]
        version.save()


def _said(row, number):
    """What a version says, in the fixed form; the second has what was added."""
    return {
        "name": _both(row["name"]),
        "origin": {"text": _both(row["origin"]), "sources": []},
        "suits": _both(row["suits"]),
        "duration_weeks": {
            "min": sum(one["weeks"][0] for one in row["stage"]),
            "max": sum(one["weeks"][1] for one in row["stage"]),
        },
        "stages": [_stage(row, one, place, number) for place, one in enumerate(row["stage"], 1)],
    }


def _stage(row, said, order, number):
    gate = [_item(said, "gate", place) | {"required": one[2]} for place, one in enumerate(said["gate"], 1)]
    if number > 1 and "added" in said:
        key, *words = said["added"]
        gate.append({"key": key, **_both(words), "required": True})
    return {
        "order": order,
        "slug": said["slug"],
        "short_sv": said["short"][0],
        "short_en": said["short"][1],
        "name": _both(said["name"]),
        "purpose": _both(said["purpose"]),
        "activities": [_item(said, "activities", place) for place in range(1, len(said["activities"]) + 1)],
        "outputs": [
            _item(said, "outputs", place) | {"evidence_kind": one[2]} for place, one in enumerate(said["outputs"], 1)
        ],
        "gate": gate,
        "duration_weeks": {"min": said["weeks"][0], "max": said["weeks"][1]},
        "roles": row["roles"],
    }


def _item(said, part, place):
    return {"key": f"{said['slug']}-{part}-{place}", **_both(said[part][place - 1])}


def _both(words):
    return {"sv": words[0], "en": words[1]}


# ── A run ────────────────────────────────────────────────────────────────────────────────────────────────────────────
class _Made:
    """A run while it is filled."""

    def __init__(self, mission, row):
        self.row, self.mission = row, mission
        self.people = {one.user.email: one for one in mission.space.members.select_related("user", "on_behalf_of")}
        is_closed = "closed" in row
        self.run = Run.objects.create(
            mission=mission,
            number=mission.runs.count() + 1,
            method_version=MethodVersion.objects.get(method__slug=row["method"], number=row["version"]),
            state=RunState.CLOSED if is_closed else RunState.RUNNING,
            started_on=day(-row["days"]),
            started_by=self.people[row["by"]].user,
            closed_on=day(-row["closed"]) if is_closed else None,
            outcome=row.get("outcome", ""),
        )

    def fill(self):
        told_of = {one["slug"]: one for one in self.row["stage"]}
        for stage in self.run.method_version.stages.order_by("position"):
            self._work(stage, told_of.get(stage.slug, {"state": StageState.WAITING}))
        for role, holder in self.row["roles"].items():
            self._hold(MethodRole.objects.get(slug=role), holder)
        for said in self.row.get("review", ()):
            self._look_back(dict(said))
        for number, said in enumerate(self.row.get("proposal", ()), 1):
            self._propose(number, said)

    def _work(self, said, row):
        stage = RunStage.objects.create(
            run=self.run,
            stage=said,
            position=said.position,
            state=row["state"],
            opened_on=day(-row["open"]) if "open" in row else None,
            closed_on=day(-row["closed"]) if "closed" in row else None,
            reason=row.get("reason", ""),
            learning=row.get("learning", ""),
        )
        leader = self.people[self.row["by"]]
        done = len(said.activities) if row["state"] == StageState.PASSED else row.get("ticks", 0)
        for item in said.activities[:done]:
            Tick.objects.create(stage=stage, activity=item["key"], by=leader.user, at=ago(row["open"] - 1))
        for item, output in zip(said.outputs, row.get("outputs", ()), strict=False):
            self._bring_forth(stage, item["key"], output, row["open"] - 2)
        for item, answer in zip(said.gate, row.get("answers", ()), strict=False):
            at = ago(row["closed"])
            GateAnswer.objects.create(stage=stage, key=item["key"], answer=answer, by=leader.user, at=at)
        self._decide(stage, row, leader)

    def _bring_forth(self, stage, key, row, days):
        by, space = self.people[row["by"]].user, self.mission.space
        output = Output.objects.create(stage=stage, key=key, text=row["text"], by=by, at=ago(days))
        thing = {
            "document": space.documents.filter(title=row.get("document", "")).first(),
            "decision": space.decisions.filter(title=row.get("decision", "")).first(),
            "url": row.get("url", ""),
        }
        if any(thing.values()):
            OutputEvidence.objects.create(output=output, by=by, at=ago(days), **thing)

    def _decide(self, stage, row, leader):
        facts = {"stage": stage, "by": leader.user, "on_behalf_of": leader.on_behalf_of}
        if adjusted := row.get("adjusted"):
            at, reason = ago(adjusted["days"]), adjusted["reason"]
            GateDecision.objects.create(**facts, verdict=GateVerdict.ADJUST, reason=reason, at=at)
        if row["state"] == StageState.PASSED:
            GateDecision.objects.create(**facts, verdict=GateVerdict.GO, at=ago(row["closed"]))

    def _hold(self, role, holder):
        if holder in self.people:
            RunRole.objects.create(run=self.run, role=role, user=self.people[holder].user)
        else:
            RunRole.objects.create(run=self.run, role=role, actor=Actor.objects.get(slug=holder))

    def _look_back(self, row):
        member, days = self.people[row.pop("by")], self.row["closed"]
        Review.objects.create(
            run=self.run,
            user=member.user,
            on_behalf_of=member.on_behalf_of,
            asked_at=ago(days + 7),
            answered_at=ago(days + 3),
            **row,
        )

    def _propose(self, number, row):
        member = self.people[row["by"]]
        proposal = Proposal.objects.create(
            run=self.run,
            number=number,
            by=member.user,
            on_behalf_of=member.on_behalf_of,
            at=ago(self.row.get("closed", 1) + 2),
            answer=row.get("answer", ""),
            **{name: row[name] for name in ("stage", "part", "text", "learning", "state")},
        )
        for email, is_for in row["votes"].items():
            ProposalVote.objects.create(proposal=proposal, user=self.people[email].user, is_for=is_for)
        if "change" in row:
            self._teach(proposal, row["change"])

    def _teach(self, proposal, key):
        """The next version has it, and says why."""
        version = self.run.method_version
        following = version.method.versions.get(number=version.number + 1)
        where = {"stage": proposal.stage, "part": proposal.part, "key": key}
        Change.objects.create(version=following, run=self.run, proposal=proposal, **where)
