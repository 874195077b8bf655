"""A mission from its beginning to its end: who may, what it needs, and what is refused."""

import threading
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import AuditEntry
from missions.actions import mission as actions
from missions.forms.mission import AmountField
from missions.models import Mission, MissionState
from notifications.models import Notification
from platforms.actions import Frozen, NoEntry
from platforms.models import Space, SpaceMember
from tests.factories import make_actor, make_curator, make_partnership, make_space, make_theme, make_user
from tests.missions.making import MEASURED, judge, make_criteria, make_keeper, make_mission
from tests.staff import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def people():
    return [make_user(f"{name}@example.org", name=f"{name.title()} Ek") for name in ("eva", "bo", "ulf")]


@pytest.fixture
def space(people):
    eva, bo, ulf = people
    firm = make_actor("Firm")
    return make_space(
        "Room", partnership=make_partnership(members=[firm]), coordinator=eva, members=[bo], observers=[ulf]
    )


@pytest.fixture
def criteria():
    return make_criteria()


@pytest.fixture
def ready(space, criteria):
    """A mission of the space that lacks nothing to start."""
    mission = make_mission(space=space, **MEASURED)
    judge(mission, criteria)
    return mission


def state_of(mission):
    return Mission.objects.get(pk=mission.pk).state


def enter(client, user):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")


def text(answer):
    return answer.content.decode()


# ── Beginning ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_coordinator_begins_a_mission_and_lands_on_what_it_needs(client, space, people, criteria):
    eva, bo, _ulf = people
    theme, firm = make_theme(), space.partnership.members.get().actor
    enter(client, eva)
    typed = {"name": "Levande vikar", "goal": "Fem vikar lever.", "themes": theme.pk, "owner": firm.pk}
    answer = client.post(reverse("space_mission_new", args=[space.slug]), typed, follow=True)

    mission = Mission.objects.get()
    assert (mission.slug, mission.space, mission.partnership) == ("levande-vikar", space, space.partnership)
    assert (mission.state, mission.is_published, mission.owner) == ("forming", False, firm)
    assert answer.redirect_chain[-1][0] == mission.get_absolute_url()
    for lacks in ("The goal has no measure", "The goal has no date", "“Bold” has not been judged"):
        assert lacks in text(answer)
    assert list(AuditEntry.objects.values_list("verb", "by")) == [("mission.add", eva.pk)]
    assert set(Notification.objects.values_list("user", "kind")) == {
        (bo.pk, "mission_new"),
        (people[2].pk, "mission_new"),
    }


def test_the_form_of_a_new_mission_has_eight_fields_at_most(client, space, people):
    enter(client, people[0])
    form = client.get(reverse("space_mission_new", args=[space.slug])).context["form"]
    assert len(form.fields) <= 8


def test_a_member_begins_no_mission_and_a_stranger_meets_no_space(client, space, people):
    with pytest.raises(PermissionDenied):
        actions.begin(by=people[1], name="X", goal="Y", space=space)
    for user in (people[1], make_user()):
        enter(client, user)
        assert client.get(reverse("space_mission_new", args=[space.slug])).status_code == 404
    with pytest.raises(NoEntry):
        actions.begin(by=make_user(), name="X", goal="Y", space=space)


def test_staff_begin_a_mission_without_a_space(client):
    curator, together = make_curator(), make_partnership()
    sign_in(client, curator)
    client.post(reverse("mission_new"), {"name": "Ny", "goal": "G", "partnership": together.pk})
    mission = Mission.objects.get()
    assert (mission.partnership, mission.space, mission.state) == (together, None, "forming")
    with pytest.raises(PermissionDenied):
        actions.begin(by=make_user(), name="X", goal="Y")


def test_two_missions_of_one_name_have_addresses_of_their_own(space, people):
    made = [actions.begin(by=people[0], name="Vatten", goal="G", space=space).slug for _ in range(2)]
    assert made[0] == "vatten"
    assert made[1].startswith("vatten-")


# ── Who may change it ────────────────────────────────────────────────────────────────────────────────────────────────
def test_whoever_may_not_write_in_the_space_changes_nothing(client, ready, people):
    _eva, _bo, ulf = people
    path = reverse("mission_goal", args=[ready.slug])
    enter(client, ulf)
    answer = client.get(path, follow=True)
    assert answer.redirect_chain[-1][0] == ready.get_absolute_url()
    assert "As an observer you can read here" in text(answer)
    for user in (make_user(), make_curator()):
        enter(client, user)
        assert client.get(path).status_code == 404
        with pytest.raises(NoEntry):
            actions.score(ready, by=user, version=1, scores={})


def test_staff_keep_a_mission_without_a_space_and_nobody_else_does(client):
    mission = make_mission()
    sign_in(client, make_curator())
    assert client.get(reverse("mission_goal", args=[mission.slug])).status_code == 200
    client.logout()
    enter(client, make_user())
    assert client.get(reverse("mission_goal", args=[mission.slug])).status_code == 404


def test_in_a_space_that_rests_nothing_is_changed(client, ready, people):
    Space.objects.update(state="paused")
    enter(client, people[1])
    answer = client.get(reverse("mission_criteria", args=[ready.slug]), follow=True)
    assert "The space is paused" in text(answer)


def test_a_mission_that_moved_to_another_space_is_closed_to_the_people_of_the_old_one(ready, people):
    stale = Mission.objects.select_related("space").get()
    Mission.objects.update(space=make_space())
    with pytest.raises(NoEntry), transaction.atomic():
        actions.enter_mission(stale, people[0])


# ── The goal ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def goal_form(mission, **typed):
    """What the page of the goal sends."""
    names = [*actions.PLAIN]
    found = {name: getattr(mission, name) for name in names}
    found = {name: getattr(value, "pk", value) for name, value in found.items() if value is not None}
    return {**found, "version": mission.version, **typed}


def test_the_goal_is_saved_and_the_others_are_told_once(client, ready, people):
    eva, bo, ulf = people
    enter(client, bo)
    path = reverse("mission_goal", args=[ready.slug])
    for target in ("6", "7,5"):
        mission = Mission.objects.get()
        assert client.post(path, goal_form(mission, target=target, name_en="Living bays")).status_code == 302
    mission = Mission.objects.get()
    assert (str(mission.target), mission.name_en, mission.version) == ("7.500", "Living bays", 3)
    assert set(Notification.objects.values_list("user", "thing", "count")) == {
        (eva.pk, f"mission:{mission.pk}", 2),
        (ulf.pk, f"mission:{mission.pk}", 2),
    }


@pytest.mark.parametrize(
    ("language", "typed", "value"),
    [
        *(("sv", "7,5", "7.5"), ("sv", "1 000,25", "1000.25"), ("sv", "7.5", "7.5"), ("sv", "-3", "-3")),
        *(("en", "7,5", "7.5"), ("en", "1,000", "1000"), ("en", "1,234,567.5", "1234567.5"), ("en", "7.5", "7.5")),
    ],
)
def test_a_value_is_read_as_people_write_it(language, typed, value):
    with translation.override(language):
        field = AmountField()
        assert field.clean(typed) == Decimal(value)
        assert field.clean(str(field.prepare_value(Decimal(value)))) == Decimal(value)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"target": "1"}, "The target is the same as the baseline"),
        ({"due_on": "2026-01-01"}, "after the day of the baseline"),
        ({"name_sv": ""}, "This field is required"),
        ({"target": "many"}, "Enter a number"),
    ],
)
def test_a_goal_that_can_not_be_reached_is_refused(client, ready, people, typed, words):
    enter(client, people[1])
    answer = client.post(reverse("mission_goal", args=[ready.slug]), goal_form(ready, **typed))
    assert answer.status_code == 200
    assert words in text(answer)
    assert Mission.objects.get().version == 1


def test_a_mission_under_way_keeps_measure_baseline_target_and_date(client, ready, people):
    actions.move(ready, "start", by=people[0])
    enter(client, people[1])
    typed = goal_form(ready, measure_sv="", baseline="", target="", due_on="")
    answer = client.post(reverse("mission_goal", args=[ready.slug]), typed)
    assert text(answer).count("The mission is under way, so this can not be left empty.") == 8  # each field, and above


def test_two_who_save_the_goal_are_shown_both_texts(client, ready, people):
    enter(client, people[1])
    path = reverse("mission_goal", args=[ready.slug])
    mine = goal_form(ready, goal_sv="Mitt mål.")
    client.post(path, goal_form(ready, goal_sv="Ditt mål."))
    answer = client.post(path, mine)
    assert answer.status_code == 409
    assert "Mitt mål." in text(answer)
    assert "Ditt mål." in text(answer)
    assert Mission.objects.get().goal_sv == "Ditt mål."


# ── Criteria and starting ────────────────────────────────────────────────────────────────────────────────────────────
def scores(mission, criteria, *points):
    typed = {"version": mission.version}
    for criterion, value in zip(criteria, points, strict=True):
        typed |= {f"points_{criterion.pk}": value, f"reason_{criterion.pk}": "Because" if value else ""}
    return typed


def test_criteria_are_judged_on_one_page_each_with_a_reason(client, space, criteria, people):
    mission = make_mission(space=space)
    enter(client, people[1])
    path = reverse("mission_criteria", args=[mission.slug])
    assert client.post(path, scores(mission, criteria, "3", "")).status_code == 302
    assert list(mission.scores.values_list("points", "reason", "by")) == [(3, "Because", people[1].pk)]

    mission.refresh_from_db()
    without = scores(mission, criteria, "1", "2") | {f"reason_{criteria[0].pk}": ""}
    assert "Give a reason" in text(client.post(path, without))
    client.post(path, scores(mission, criteria, "", "2"))
    assert list(mission.scores.values_list("criterion", "points")) == [(criteria[1].pk, 2)]
    assert client.post(path, scores(mission, criteria, "1", "1")).status_code == 409


@pytest.mark.parametrize(
    ("lacking", "words"),
    [
        ({"measure_sv": ""}, "the goal has no measure"),
        ({"baseline": None}, "the goal has no baseline"),
        ({"target": None}, "the goal has no target"),
        ({"due_on": None}, "the goal has no date"),
        ({"due_on": timezone.localdate() - timedelta(days=1)}, "the day of the goal has already passed"),
    ],
)
def test_a_mission_starts_only_with_measure_baseline_target_and_a_date_to_come(client, ready, people, lacking, words):
    Mission.objects.update(**lacking)
    ready.refresh_from_db()
    with pytest.raises(ValidationError, match=words):
        actions.move(ready, "start", by=people[0])
    enter(client, people[0])
    answer = client.get(ready.get_absolute_url())
    assert f"<li><span>{words[0].upper()}{words[1:]}</span></li>" in text(answer)
    assert reverse("mission_step", args=[ready.slug, "start"]) not in text(answer)


@pytest.mark.parametrize("points", [None, 0, 1])
def test_a_mission_starts_only_when_every_criterion_has_two_points(ready, criteria, people, points):
    ready.scores.filter(criterion=criteria[1]).delete()
    if points is not None:
        judge(ready, criteria[1:], points)
    with pytest.raises(ValidationError, match="“Clear” has"):
        actions.move(ready, "start", by=people[0])
    assert state_of(ready) == "forming"


def test_a_coordinator_starts_it_and_everybody_is_told(client, ready, people):
    eva, bo, _ulf = people
    enter(client, eva)
    answer = client.post(reverse("mission_step", args=[ready.slug, "start"]), follow=True)
    assert "The mission has started." in text(answer)
    mission = Mission.objects.get()
    assert (mission.state, mission.started_on) == ("started", timezone.localdate())
    assert AuditEntry.objects.get().verb == "mission.start"
    assert Notification.objects.get(user=bo).kind == "mission_started"


def test_a_member_neither_starts_nor_ends_nor_publishes(client, ready, people):
    enter(client, people[1])
    for name, args in (("mission_step", ["start"]), ("mission_end", []), ("mission_publish", [])):
        answer = client.post(reverse(name, args=[ready.slug, *args]), {"public": "0"}, follow=True)
        assert "Only a coordinator of the space can do this." in text(answer)
    assert (state_of(ready), Mission.objects.get().is_published) == ("forming", True)


def test_the_database_knows_what_a_mission_under_way_needs(ready):
    with pytest.raises(IntegrityError), transaction.atomic():
        Mission.objects.update(state="started")


@pytest.mark.parametrize("step", ["end", "reopen", "take_up"])
def test_a_step_leads_only_from_its_own_states(ready, people, step):
    with pytest.raises(ValidationError, match="Being formulated"):
        actions.end(ready, by=people[0], outcome="X", ended_on=date(2026, 1, 1)) if step == "end" else actions.move(
            ready, step, by=people[0]
        )
    assert state_of(ready) == "forming"


def test_a_candidate_is_taken_up_and_a_documented_mission_has_no_steps(space, people):
    candidate = make_mission(space=space, state=MissionState.CANDIDATE)
    assert actions.move(candidate, "take_up", by=people[0]).state == "forming"
    assert actions.open_steps(make_mission(state=MissionState.DOCUMENTED)) == []


# ── The end ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_it_ends_with_its_outcome_in_words_and_is_read_only_until_taken_up_again(client, ready, people):
    eva, bo, _ulf = people
    actions.move(ready, "start", by=eva)
    enter(client, eva)
    today = timezone.localdate()
    path = reverse("mission_end", args=[ready.slug])
    answer = client.post(path, {"outcome": "Three of five.", "ended_on": today.isoformat()}, follow=True)
    assert "Three of five." in text(answer)
    assert "Three of five." in text(client.get(ready.get_absolute_url()))
    with pytest.raises(Frozen):
        actions.score(ready, by=bo, version=1, scores={})

    client.post(reverse("mission_step", args=[ready.slug, "reopen"]))
    mission = Mission.objects.get()
    assert (mission.state, mission.ended_on, mission.outcome) == ("started", None, "")
    assert [one.verb for one in AuditEntry.objects.order_by("pk")] == ["mission.start", "mission.end", "mission.reopen"]
    assert AuditEntry.objects.get(verb="mission.end").reason == "Three of five."


@pytest.mark.parametrize(
    ("days", "words"), [(1, "lies in the future"), (-1, "before the day when the mission started")]
)
def test_it_ends_on_no_day_that_can_not_be(ready, people, days, words):
    actions.move(ready, "start", by=people[0])
    with pytest.raises(ValidationError, match=words):
        actions.end(ready, by=people[0], outcome="X", ended_on=timezone.localdate() + timedelta(days=days))
    assert state_of(ready) == "started"


# ── Publishing ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_before_it_is_public_the_coordinator_sees_what_everybody_will_read(client, ready, people):
    Mission.objects.update(is_published=False)
    enter(client, people[0])
    path = reverse("mission_publish", args=[ready.slug])
    assert "This is what everybody will read:" in text(client.get(path))
    client.post(path, {"public": "1"})
    assert Mission.objects.get().is_published
    client.post(path, {"public": "1"})
    client.post(path, {"public": "0"})
    assert not Mission.objects.get().is_published
    assert [one.verb for one in AuditEntry.objects.order_by("pk")] == ["mission.publish", "mission.withdraw"]


def test_staff_publish_a_mission_of_a_space_too_and_strangers_none(client, ready):
    sign_in(client, make_curator())
    client.post(reverse("mission_publish", args=[ready.slug]), {"public": "0"})
    assert not Mission.objects.get().is_published
    with pytest.raises(NoEntry):
        actions.publish(ready, by=make_user(), is_public=True)


# ── Two at once ──────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.django_db(transaction=True)
def test_of_two_who_start_at_once_one_is_told_that_it_is_done():
    eva = make_user("eva@example.org")
    space = make_space(coordinator=eva)
    SpaceMember.objects.create(space=space, user=(bo := make_user()), role="coordinator")
    mission = make_mission(space=space, **MEASURED)
    gate, outcome = threading.Barrier(2), []

    def start(user):
        gate.wait()
        try:
            actions.move(mission, "start", by=user)
            outcome.append("started")
        except ValidationError:
            outcome.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=start, args=[user]) for user in (eva, bo)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome) == ["started", "told"]
    assert AuditEntry.objects.count() == 1


@pytest.mark.parametrize("name", ["Portfölj", "Portfolio", "Åtaganden", "Commitments", "Kompetenser", "Competences"])
def test_no_mission_gets_the_address_of_another_page(client, space, people, name):
    mission = actions.begin(by=people[0], space=space, name=name, goal="Fem vikar lever 2032.")
    for language in ("sv", "en"):
        with translation.override(language):
            client.force_login(people[0], backend="django.contrib.auth.backends.ModelBackend")
            assert client.get(mission.get_absolute_url()).context["mission"] == mission


# ── A mission whose space is closed ──────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def stranded(ready, space):
    Space.objects.filter(pk=space.pk).update(state="closed", closed_at=timezone.now())
    return ready


def test_staff_move_a_mission_out_of_a_closed_space_by_the_address_they_were_given(client, stranded, space):
    new = make_space("Secret New Room", partnership=space.partnership, members=[make_user()])
    sign_in(client, make_keeper())
    page = reverse("mission_relocate", args=[stranded.slug])
    assert page in client.get(stranded.get_absolute_url()).content.decode()
    assert "Secret New Room" not in client.get(page).content.decode(), "they are not in it"
    answer = client.post(page, {"address": f"https://example.org{new.get_absolute_url()}"}, follow=True)
    assert "The mission has moved" in text(answer)
    stranded.refresh_from_db()
    assert stranded.space == new
    assert Notification.objects.filter(kind="mission_new").count() == new.members.count()
    entry = AuditEntry.objects.get(verb="mission.relocate")
    assert "Room" not in f"{entry.reason} {entry.target_label}"


def test_a_mission_moves_to_an_open_space_of_its_partnership_alone(client, stranded, space):
    elsewhere = make_space()
    closed = make_space(partnership=space.partnership, state="closed", closed_at=timezone.now())
    sign_in(client, make_keeper())
    for name in (elsewhere.slug, closed.slug, space.slug, "no-such-room"):
        answer = client.post(reverse("mission_relocate", args=[stranded.slug]), {"address": name})
        assert "no open space of the mission" in text(answer), name
    stranded.refresh_from_db()
    assert stranded.space == space


def test_nobody_moves_a_mission_whose_space_lives_and_only_staff_move_any(client, ready, space, people):
    new, keeper = make_space(partnership=space.partnership), make_keeper()
    with pytest.raises(ValidationError, match="not closed"):
        actions.relocate(ready, by=keeper, names=[new.slug])
    sign_in(client, keeper)
    page = reverse("mission_relocate", args=[ready.slug])
    assert client.get(page).status_code == 404
    Space.objects.filter(pk=space.pk).update(state="closed", closed_at=timezone.now())
    with pytest.raises(PermissionDenied):
        actions.relocate(ready, by=people[0], names=[new.slug])
    enter(client, people[0])
    assert client.get(page).status_code == 404
    assert "Staff can move the mission" in text(client.get(ready.get_absolute_url()))
