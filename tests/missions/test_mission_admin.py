"""Missions in the administration: what staff keep, and what they leave to the people of a space."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEntry
from missions.models import Mission
from tests.factories import make_actor, make_curator, make_partnership, make_space
from tests.missions.making import MEASURED, make_mission
from tests.staff import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator(client):
    curator = make_curator()
    sign_in(client, curator)
    return curator


def change(mission):
    return reverse("admin:missions_mission_change", args=[mission.pk])


def typed(mission, **more):
    names = ("name_sv", "slug", "goal_sv", "level")
    return {**{name: getattr(mission, name) for name in names}, "seen": mission.updated_at.isoformat(), **more}


def test_staff_change_a_mission_and_the_log_holds_it(client, curator):
    mission, firm = make_mission(), make_actor("Firm")
    answer = client.post(change(mission), typed(mission, goal_sv="Nytt.", actors=[firm.pk], unit="ton"))
    assert answer.status_code == 302
    mission.refresh_from_db()
    assert (mission.goal_sv, mission.unit, mission.version, list(mission.actors.all())) == ("Nytt.", "ton", 2, [firm])
    assert list(AuditEntry.objects.values_list("verb", "by")) == [("mission.edit", curator.pk)]


def test_staff_add_a_mission(client, curator):
    sent = {"name_sv": "Ny", "slug": "ny", "goal_sv": "Mål", "level": "region"}
    assert client.post(reverse("admin:missions_mission_add"), sent).status_code == 302
    mission = Mission.objects.get()
    assert (mission.state, mission.is_published) == ("forming", False)
    assert AuditEntry.objects.get().verb == "mission.add"


def test_a_save_over_a_newer_one_is_shown_first(client, curator):
    mission = make_mission()
    sent = typed(mission, goal_sv="Mitt.")
    Mission.objects.get().save()
    answer = client.post(change(mission), sent)
    assert answer.status_code == 409
    assert "Mitt." in answer.content.decode()
    assert Mission.objects.get().goal_sv == mission.goal_sv


@pytest.mark.parametrize(("name", "value"), [("target", "1"), ("due_on", "2026-01-01"), ("actors", "x")])
def test_what_can_not_be_is_refused(client, curator, name, value):
    mission = make_mission(**MEASURED)
    sent = {**MEASURED, **typed(mission), name: value}
    answer = client.post(change(mission), sent)
    assert answer.status_code == 200
    assert name in answer.context["adminform"].form.errors


def test_a_mission_of_a_space_is_read_only_here_and_its_space_is_not_named(client, curator):
    mission = make_mission(space=make_space("Secret room"))
    page = client.get(change(mission)).content.decode()
    assert "Secret room" not in page
    assert 'name="_save"' not in page
    assert client.post(change(mission), typed(mission, goal_sv="X")).status_code == 403
    assert Mission.objects.get().goal_sv == mission.goal_sv


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(client, curator, rows):
    for _ in range(rows):
        make_mission(partnership=make_partnership())
    client.get(reverse("admin:missions_mission_changelist"))
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("admin:missions_mission_changelist"))
    assert len(queries) == 9
