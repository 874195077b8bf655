"""Simple tasks: whose, by when, ticked off."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from platforms.actions import Frozen, NoEntry, Outdated, tasks
from platforms.models import SpaceMember, SpaceState, Task, Verb
from tests.actors.test_register_list import questions
from tests.factories import make_decision, make_space, make_task, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


@pytest.fixture
def people():
    return [make_user(name=name) for name in ("Cora", "Mia", "Otto")]


@pytest.fixture
def space(people):
    return make_space("Bays", coordinator=people[0], members=[people[1]], observers=[people[2]])


def listed(space):
    return reverse("tasks", args=[space.slug])


def day(number):
    return timezone.localdate() + timedelta(days=number)


def test_a_task_has_an_owner_a_date_and_the_decision_it_follows_from(client, space, people):
    decision = make_decision(space)
    client.force_login(people[0])
    assert client.get(f"{listed(space)}?decision=1").context["form"]["decision"].value() == decision.pk
    sent = {"title": "Ask the harbour", "owner": people[1].pk, "due_on": "2026-12-01", "decision": decision.pk}

    assert client.post(listed(space), sent).status_code == 302

    task = space.tasks.get()
    assert (task.number, task.owner, str(task.due_on), task.decision) == (1, people[1], "2026-12-01", decision)
    assert space.activities.get().verb == Verb.ASSIGNED
    assert "Ask the harbour" in client.get(decision.get_absolute_url()).content.decode()


@pytest.mark.parametrize("field", ["owner", "decision"])
def test_ids_of_other_spaces_in_the_form_are_refused_and_what_was_typed_stays(client, space, people, field):
    elsewhere = make_space(coordinator=make_user(name="Canary"))
    ids = {"owner": elsewhere.members.get().user_id, "decision": make_decision(elsewhere, "Canary").pk}
    client.force_login(people[0])

    html = client.post(listed(space), {"title": "Kept words", field: ids[field]}).content.decode()

    assert "Kept words" in html and "error-summary" in html and "Canary" not in html
    assert not Task.objects.filter(space=space).exists()
    rows = {"owner": elsewhere.members.get().user, "decision": elsewhere.decisions.get()}
    with pytest.raises(ValidationError):
        tasks.assign(space, by=people[0], title="x", **{field: rows[field]})


def test_an_observer_takes_no_task_and_gives_none(client, space, people):
    with pytest.raises(ValidationError):
        tasks.assign(space, by=people[0], title="x", owner=people[2])
    with pytest.raises(PermissionDenied):
        tasks.assign(space, by=people[2], title="x")
    with pytest.raises(NoEntry):
        tasks.assign(space, by=make_user(), title="x")
    with pytest.raises(PermissionDenied):
        tasks.tick(make_task(space), by=people[2], done=True)


def test_mine_come_first_then_by_date_and_late_ones_say_so_in_words(client, space, people):
    make_task(space, "Undated")
    make_task(space, "Soon", due_on=day(2))
    make_task(space, "Late", due_on=day(-3))
    make_task(space, "Mine later", owner=people[1], due_on=day(9))
    make_task(space, "Done", done_at=timezone.now())
    client.force_login(people[1])

    answer = client.get(listed(space))

    assert [t.title for t in answer.context["page"].rows] == ["Mine later", "Late", "Soon", "Undated"]
    assert "3 days late" in answer.content.decode()
    assert [t.title for t in client.get(listed(space), {"done": "1"}).context["page"].rows] == ["Done"]
    assert client.get(listed(space), {"done": "x"}).status_code == 400


def test_a_task_is_ticked_off_and_can_be_taken_up_again(client, space, people):
    task = make_task(space, owner=people[1])
    client.force_login(people[1])
    url = reverse("task_done", args=[space.slug, task.number])

    for _twice in range(2):
        assert client.post(url, {"done": "1", "back": "space"})["Location"] == space.get_absolute_url()
    task.refresh_from_db()
    assert task.done_by == people[1]
    assert [a.verb for a in space.activities.all()] == [Verb.FINISHED]

    assert client.post(url, {"done": "0"})["Location"] == listed(space)
    task.refresh_from_db()
    assert (task.done_at, task.done_by) == (None, None)


def test_who_saves_over_somebody_else_sees_both(client, space, people):
    task = make_task(space)
    tasks.edit(task, by=people[0], version=1, title="Hers", note="", owner=None, due_on=None, decision=None)
    client.force_login(people[1])
    url = reverse("task_edit", args=[space.slug, task.number])

    answer = client.post(url, {"title": "Mine", "version": "1", "owner": people[1].pk})

    assert answer.status_code == 409
    assert "<td>Hers</td><td>Mine</td>" in answer.content.decode()
    assert "<td>–</td><td>Mia</td>" in answer.content.decode()
    with pytest.raises(Outdated):
        tasks.edit(task, by=people[1], version=1, title="x", owner=None, decision=None)
    assert client.post(url, {"title": "Mine", "version": "2"}).status_code == 302
    task.refresh_from_db()
    assert (task.title, task.version) == ("Mine", 3)


def test_a_task_keeps_an_owner_who_has_left_until_somebody_changes_it(client, space, people):
    task = make_task(space, owner=people[1])
    SpaceMember.objects.filter(user=people[1]).delete()
    client.force_login(people[0])

    sent = {"title": "New words", "owner": people[1].pk, "version": "1"}
    assert client.post(reverse("task_edit", args=[space.slug, task.number]), sent).status_code == 302

    task.refresh_from_db()
    assert (task.title, task.owner) == ("New words", people[1])
    with pytest.raises(ValidationError):
        tasks.assign(space, by=people[0], title="x", owner=people[1])


def test_a_paused_space_takes_no_task(client, space, people):
    task = make_task(space)
    space.state = SpaceState.PAUSED
    space.save()

    with pytest.raises(Frozen):
        tasks.assign(space, by=people[0], title="x")
    with pytest.raises(Frozen):
        tasks.tick(task, by=people[0], done=True)
    client.force_login(people[0])
    assert client.post(listed(space), {"title": "x"})["Location"] == space.get_absolute_url()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_questions_does_not_follow_the_rows(client, space, people, rows):
    for number in range(rows):
        make_task(space, owner=people[1], decision=make_decision(space), due_on=day(number))
    client.force_login(people[1])

    assert questions(lambda: client.get(listed(space))) == 8
