"""What is kept of a person in missions: given out to them, and let go when their account is closed."""

import json

import pytest
from django.urls import reverse

from accounts.actions import close_account
from accounts.models import User
from missions.mine import MissionPart
from missions.models import CriterionScore, Evidence, Statement
from tests.factories import make_space, make_user
from tests.missions.making import make_criteria, make_evidence, make_mission, make_statement

pytestmark = pytest.mark.django_db


@pytest.fixture
def eva():
    return make_user("eva@example.org", name="Eva Ek")


@pytest.fixture
def work(eva):
    """A statement of Eva's, with a judgement and evidence of hers, in a mission of a room that she is not in."""
    mission = make_mission("Secret Mission", space=make_space(), is_published=False)
    statement = make_statement(mission, owner=eva)
    evidence = make_evidence(statement, "I saw it")
    Evidence.objects.filter(pk=evidence.pk).update(by=eva)
    [bold] = make_criteria("bold")
    CriterionScore.objects.create(mission=mission, criterion=bold, points=2, reason="I think so", by=eva)
    return mission


def test_my_data_holds_what_i_did_and_names_no_mission_that_i_may_not_read(client, eva, work):
    client.force_login(eva, backend="django.contrib.auth.backends.ModelBackend")
    held = json.loads(client.get(reverse("my_data")).content)["missions"]
    assert [one["reason"] for one in held["judged"]] == ["I think so"]
    assert [one["words"] for one in held["evidence"]] == ["I saw it"]
    assert [one["mission"] for one in held["statements"]] == [None]
    work.is_published = True
    work.save()
    held = json.loads(client.get(reverse("my_data")).content)["missions"]
    assert [one["mission"] for one in held["statements"]] == ["Secret Mission"]


def test_a_closed_account_owns_no_statement(eva, work):
    close_account(by=eva)
    assert Statement.objects.get().owner is None


def test_an_account_with_work_in_missions_is_used(eva, work):
    make_user()
    assert list(MissionPart().is_used(User.objects.all())) == [eva]
