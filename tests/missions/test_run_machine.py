"""A run in any order of events, against a small model: stages in order, one open, what is done stays done."""

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from missions.actions import learning, moving, runs
from platforms.actions import Frozen
from tests.factories import make_space, make_user
from tests.missions.making import make_mission
from tests.missions.running import make_version

NAMES = ("ett", "tva", "tre", "fyra", "fem")
ENDED = ("passed", "skipped", "stopped")


class Machine(RuleBasedStateMachine):
    """The model is a list of [slug, state, has work] and the state of the run."""

    def __init__(self):
        super().__init__()
        self.point = transaction.atomic()
        self.point.__enter__()
        self.eva = make_user()
        mission = make_mission(space=make_space(coordinator=self.eva))
        self.version = make_version("ett", "tva", "tre")
        self.run = runs.start_run(mission, by=self.eva, version=self.version)
        self.model = [["ett", "open", False], ["tva", "waiting", False], ["tre", "waiting", False]]
        self.state, self.reviewed = "running", False

    def teardown(self):
        transaction.set_rollback(True)
        self.point.__exit__(None, None, None)

    def stage(self, place):
        row = self.run.stages.select_related("stage").order_by("position")[place]
        row.run = self.run
        return row

    def opened(self):
        """The place of the open stage, or None."""
        return next((place for place, one in enumerate(self.model) if one[1] == "open"), None)

    def follow(self):
        """What comes after the open stage was closed."""
        for one in self.model:
            if one[1] == "waiting":
                one[1] = "open"
                return
        self.state = "reviewed"

    def refused(self, act, *errors):
        with pytest.raises(errors or (Frozen,)), transaction.atomic():
            act()

    @rule(place=st.integers(0, 4))
    def work(self, place):
        if place >= len(self.model):
            return
        stage = self.stage(place)
        slug = self.model[place][0]
        key = stage.stage.outputs[0]["key"]
        version = next((one.version for one in stage.outputs.filter(key=key)), 0)
        act = lambda: runs.save_output(stage, key, by=self.eva, version=version, text=f"{slug} {version}")  # noqa: E731
        if self.state == "running" and self.model[place][1] == "open":
            act()
            self.model[place][2] = True
        else:
            self.refused(act)

    @rule(place=st.integers(0, 4), verdict=st.sampled_from(["go", "adjust", "stop"]), is_answered=st.booleans())
    def decide(self, place, verdict, is_answered):
        if place >= len(self.model):
            return
        stage = self.stage(place)
        answers = {item["key"]: ("yes", "") for item in stage.stage.gate} if is_answered else {}
        act = lambda: runs.decide(  # noqa: E731
            stage, by=self.eva, verdict=verdict, reason="r", learning="l", answers=answers
        )
        if self.state != "running" or self.model[place][1] != "open":
            self.refused(act)
            return
        said = {answer.key: answer.answer for answer in stage.answers.all()} | {key: "yes" for key in answers}
        if verdict == "go" and any(said.get(one["key"]) != "yes" for one in stage.stage.gate if one["required"]):
            self.refused(act, ValidationError)
            return
        act()
        self.model[place][2] = True
        if verdict == "go":
            self.model[place][1] = "passed"
            self.follow()
        elif verdict == "stop":
            self.model[place][1] = "stopped"
            self.state = "reviewed"

    @rule(place=st.integers(0, 4))
    def skip(self, place):
        if place >= len(self.model):
            return
        stage, state = self.stage(place), self.model[place][1]
        act = lambda: runs.skip(stage, by=self.eva, reason="r")  # noqa: E731
        if self.state != "running" or state not in ("open", "waiting"):
            self.refused(act)
            return
        act()
        self.model[place][1] = "skipped"
        if state == "open":
            self.follow()

    @rule(slugs=st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True))
    def move(self, slugs):
        newer = make_version(*slugs, method=self.version.method)
        shown = moving.facts(moving.preview(self.run, newer))
        act = lambda: moving.move(self.run, by=self.eva, version=newer, seen=shown)  # noqa: E731
        if self.state != "running":
            self.refused(act)
            return
        act()
        self.version = newer
        stays = [one for one in self.model if one[1] in ENDED or (one[0] not in slugs and (one[2] or one[1] == "open"))]
        moved = {one[0]: one for one in self.model if one not in stays}
        there = {one[0] for one in stays}
        self.model = stays + [moved.get(slug, [slug, "waiting", False]) for slug in slugs if slug not in there]

    @rule()
    def answer_the_questions(self):
        act = lambda: learning.answer_review(self.run, by=self.eva, worked="w")  # noqa: E731
        if self.state != "reviewed":
            self.refused(act)
            return
        act()
        self.reviewed = True

    @rule()
    def close(self):
        act = lambda: learning.close(self.run, by=self.eva, outcome="o")  # noqa: E731
        if self.state != "reviewed":
            self.refused(act)
        elif not self.reviewed:
            self.refused(act, ValidationError)
        else:
            act()
            self.state = "closed"

    @invariant()
    def the_run_is_as_the_model_says(self):
        self.run.refresh_from_db()
        rows = list(self.run.stages.select_related("stage").order_by("position"))
        assert [[row.stage.slug, row.state] for row in rows] == [one[:2] for one in self.model]
        assert [row.position for row in rows] == sorted({row.position for row in rows})
        assert self.run.state == self.state
        assert self.run.method_version == self.version
        assert (self.state == "running") == (self.opened() is not None)


@pytest.mark.django_db
def test_a_run_is_as_its_model_says_in_any_order_of_events():
    steps = settings(max_examples=12, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Machine, settings=steps)
