"""In whatever order drafts are begun, changed, published, discarded and versions retired: what was published stays byte
for byte as it was, numbers have no holes, and there is one draft at most."""

import json
from contextlib import suppress

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from missions import content
from missions.actions import methods as actions
from missions.difference import Place, difference
from missions.models import Change, MethodVersion
from tests.factories import make_user
from tests.missions.method_making import both, full_stage, make_method

pytestmark = pytest.mark.django_db
WORDS = st.sampled_from(["Samla behov", "Samla alla behov", "Möts på kajen"])
WHICH = st.integers(0, 3)
WHY = st.sampled_from([None, {"reason": "Byn glömdes bort", "run": None, "proposal": None}])


class Versions(RuleBasedStateMachine):
    """`kept` holds what each published version said when it was published."""

    @initialize()
    def begin(self):
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.by = make_user()
        self.method = make_method(owners=[self.by])
        self.kept = {1: self.said(1)}

    def said(self, number):
        return json.dumps(content.read_version(MethodVersion.objects.get(method=self.method, number=number)))

    def stages(self):
        draft = self.method.versions.drafts().first()
        return list(draft.stages.order_by("position")) if draft else []

    def one(self, which):
        stages = self.stages()
        return stages[which % len(stages)] if stages else None

    @rule()
    def begin_draft(self):
        actions.begin_draft(self.method, by=self.by)

    @rule(which=WHICH, words=WORDS, why=WHY)
    def reword(self, which, words, why):
        if stage := self.one(which):
            now = content.read_stage(stage)
            new = now | {"purpose": both(words), "gate": [one | {"sv": words} for one in now["gate"]]}
            actions.change_stage(self.method, stage.slug, by=self.by, seen=content.stamp(now), said=new, why=why)

    @rule(words=WORDS, why=WHY)
    def rename(self, words, why):
        if draft := self.method.versions.drafts().first():
            now = content.texts_of(content.read_version(draft))
            seen, new = content.stamp(now), now | {"name": both(words)}
            actions.change_texts(self.method, by=self.by, seen=seen, said=new, why=why)

    @rule(words=WORDS, why=WHY)
    def add(self, words, why):
        with suppress(ValidationError):
            actions.add_stage(self.method, by=self.by, said=full_stage(name=both(words)), why=why)

    @rule(which=WHICH, up=st.booleans(), why=WHY)
    def move(self, which, up, why):
        if stage := self.one(which):
            actions.move_stage(self.method, stage.slug, by=self.by, up=up, why=why)

    @rule(which=WHICH, why=WHY)
    def remove(self, which, why):
        if stage := self.one(which):
            with suppress(ValidationError):
                actions.remove_stage(self.method, stage.slug, by=self.by, why=why)

    @rule()
    def publish(self):
        if draft := self.method.versions.drafts().first():
            with suppress(ValidationError):
                actions.publish(self.method, by=self.by, version=draft.version, news_sv="Nytt")
                self.kept[draft.number] = self.said(draft.number)

    @rule()
    def discard(self):
        with suppress(ValidationError):
            actions.discard(self.method, by=self.by)

    @rule(which=WHICH)
    def retire(self, which):
        versions = list(self.method.versions.all())
        with suppress(ValidationError):
            actions.retire(versions[which % len(versions)], by=self.by)

    @invariant()
    def what_is_published_stays(self):
        published = self.method.versions.published().values_list("number", flat=True)
        assert {number: self.said(number) for number in published} == self.kept

    @invariant()
    def numbers_have_no_holes_and_a_draft_is_the_last(self):
        versions = list(self.method.versions.order_by("number"))
        assert [one.number for one in versions] == list(range(1, len(versions) + 1))
        assert not any(one.is_draft for one in versions[:-1])

    @invariant()
    def stages_stand_in_a_row(self):
        assert [one.position for one in self.stages()] == list(range(1, len(self.stages()) + 1))

    @invariant()
    def every_reason_of_the_draft_is_about_something_that_differs(self):
        if draft := self.method.versions.drafts().first():
            base = actions.base_of(self.method)
            places = difference(content.read_version(base), content.read_version(draft)).places
            assert {Place(one.stage, one.part, one.key) for one in Change.objects.filter(version=draft)} <= places

    def teardown(self):
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)


def test_published_versions_stay_and_numbers_have_no_holes():
    settings = hypothesis_settings(
        max_examples=10, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(Versions, settings=settings)
