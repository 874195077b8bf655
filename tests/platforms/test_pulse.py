"""How a silent space is asked about, and how it is taken up, rests, goes on elsewhere or ends."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import AuditEntry, InvitationState
from notifications.models import DigestSetting, Email, EmailState
from notifications.sending import send_due
from platforms.actions import Frozen, NoEntry, enter, pulse, tasks, tell
from platforms.actions.report import draft
from platforms.models import (
    Activity,
    Decision,
    Document,
    JoinRequest,
    Space,
    SpaceInvitation,
    SpaceLink,
    SpaceMember,
    SpaceReport,
    SpaceRole,
    SpaceState,
    Task,
    Verb,
)
from tests.factories import make_actor, make_partnership, make_space, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def ago(days):
    return timezone.now() - timedelta(days=days)


def lively(space, *days):
    """Signs of life so many days ago."""
    for day in days:
        Activity.objects.create(space=space, verb=Verb.POSTED, at=ago(day))
    Space.objects.filter(pk=space.pk).update(active_at=ago(min(days)))
    space.refresh_from_db()
    return space


def closing(space, **fields):
    report = draft(space)
    report.learnings = "Begin earlier."
    for name, value in fields.items():
        setattr(report, name, value)
    return report


@pytest.mark.parametrize(
    ("days", "limit"),
    [((), 60), ((1,), 60), ((7, 14, 21), 60), ((12, 24, 36), 72), ((30, 60, 90), 90), ((100, 101, 102), 60)],
)
def test_the_limit_follows_the_rhythm_of_the_space(days, limit):
    space = make_space()
    noon = timezone.localtime().replace(hour=12)  # the same time by the clock on the wall, summer and winter
    for day in days:
        Activity.objects.create(space=space, verb=Verb.POSTED, at=noon - timedelta(days=day))
    Activity.objects.create(space=space, verb=Verb.JOINED, at=ago(200))  # no sign of life

    assert pulse.limit_for(space) == limit


def test_coordinators_of_a_silent_space_are_asked_once():
    eva, bo, member = make_user(), make_user(), make_user()
    space = lively(make_space(coordinator=eva, members=[member]), 61, 62)
    SpaceMember.objects.create(space=space, user=bo, role=SpaceRole.COORDINATOR)
    lively(make_space(coordinator=eva), 59)

    assert [pulse.ask_silent(), pulse.ask_silent()] == [1, 0]
    mails = Email.objects.filter(template="space_silent")
    assert sorted(mails.values_list("user", flat=True)) == [eva.pk, bo.pk]
    assert {str(mail.context) for mail in mails} == {str({"space": space.pk})}


def test_a_space_with_a_slower_rhythm_is_asked_later():
    lively(make_space(), 70, 84, 98)

    assert pulse.ask_silent() == 0
    assert pulse.ask_silent(timezone.now() + timedelta(days=15)) == 1


@pytest.mark.django_db(transaction=True)
def test_whoever_has_answered_or_left_meanwhile_gets_no_question():
    eva, bo = make_user(), make_user()
    DigestSetting.objects.create(user=eva, most=5)
    answered, left = lively(make_space(coordinator=eva), 80), lively(make_space(coordinator=bo), 80)
    SpaceMember.objects.create(space=left, user=eva, role=SpaceRole.COORDINATOR)
    pulse.ask_silent()
    pulse.revive(answered, by=eva)
    left.members.filter(user=bo).delete()
    send_due()

    states = Email.objects.filter(template="space_silent").values_list("user", "context__space", "state")
    assert sorted(states) == sorted(
        [
            (eva.pk, answered.pk, EmailState.WITHDRAWN),
            (bo.pk, left.pk, EmailState.WITHDRAWN),
            (eva.pk, left.pk, EmailState.SENT),
        ]
    )


def test_a_space_whose_coordinators_do_not_answer_is_put_to_rest():
    eva = make_user()
    space = lively(make_space(coordinator=eva), 80)
    pulse.ask_silent()

    assert pulse.let_rest() == 0
    assert pulse.let_rest(timezone.now() + timedelta(days=15)) == 1
    space.refresh_from_db()
    assert space.state == SpaceState.PAUSED
    assert Email.objects.filter(template="space_rests", user=eva).exists()
    with pytest.raises(Frozen):
        enter(space, eva, write=True)


def test_a_silent_space_is_in_no_list_even_if_nobody_runs_the_clock():
    alive, dead = lively(make_space(access="ask"), 73), lively(make_space(access="ask"), 75)

    assert list(Space.objects.announced()) == [alive]
    assert dead.state == SpaceState.OPEN


def test_writing_ends_the_question():
    eva = make_user()
    space = lively(make_space(coordinator=eva), 80)
    pulse.ask_silent()
    _row, member = enter(space, eva, write=True)
    tell(member, Verb.POSTED)

    assert pulse.let_rest(timezone.now() + timedelta(days=15)) == 0


@pytest.mark.parametrize("step", ["revive", "pause"])
def test_only_a_coordinator_decides(step):
    member, stranger = make_user(), make_user()
    space = make_space(members=[member])
    act = getattr(pulse, step)

    with pytest.raises(PermissionDenied):
        act(space, by=member)
    with pytest.raises(NoEntry):
        act(space, by=stranger)


def test_closing_ends_every_way_in_and_tells_the_members():
    eva, bo = make_user(), make_user()
    space = make_space(coordinator=eva, members=[bo])
    invitation = SpaceInvitation.objects.create(space=space, email="x@example.org", by=eva)
    link = SpaceLink.objects.create(space=space, nonce="n", token_hash="h", by=eva, expires_at=ago(-1))
    asked = JoinRequest.objects.create(space=space, user=make_user())
    pulse.close(space, by=eva, report=closing(space))

    for row in (space, invitation, link, asked):
        row.refresh_from_db()
    assert (space.state, invitation.state) == (SpaceState.CLOSED, InvitationState.REVOKED)
    assert (link.revoked_at is not None, asked.state) == (True, "refused")
    assert list(Email.objects.filter(template="space_closed").values_list("user", flat=True)) == [bo.pk]
    for act in (pulse.pause, pulse.revive):
        with pytest.raises(Frozen):
            act(space, by=eva)
    with pytest.raises(Frozen):
        pulse.close(space, by=eva, report=closing(space))


def test_the_report_is_drafted_from_the_space_without_names_of_people():
    wharf, eva = make_actor("Varvet"), make_user(name="Eva Ek")
    space = make_space("Levande vikar", coordinator=eva, purpose="Klart vatten")
    space.members.update(on_behalf_of=wharf)
    Decision.objects.create(space=space, number=1, title="Fem vikar", state="decided", decided_on="2026-11-20")
    Decision.objects.create(space=space, number=2, title="Kanske")
    Document.objects.create(space=space, number=1, title="Plan", latest=3)
    report = draft(space)

    assert (report.title, report.purpose) == ("Levande vikar", "Klart vatten")
    assert report.members == "- Varvet: 1 person"
    assert "Fem vikar" in report.decisions
    assert "Kanske" not in report.decisions
    assert "Plan, version 3" in report.documents
    assert "Eva" not in f"{report.members}{report.decisions}{report.documents}"


def test_the_report_is_read_by_members_and_by_everybody_only_when_it_is_public(client):
    eva, stranger = make_user(), make_user()
    space = make_space("Levande vikar", coordinator=eva)
    pulse.close(space, by=eva, report=closing(space))
    path = SpaceReport.objects.get().get_absolute_url()

    assert client.get(path).status_code == 404
    client.force_login(stranger)
    assert client.get(path).status_code == 404
    client.force_login(eva)
    assert "Begin earlier." in client.get(path).content.decode()
    SpaceReport.objects.update(is_public=True)
    client.logout()
    page = client.get(path).content.decode()
    assert "Begin earlier." in page
    assert space.slug not in page


def test_a_space_can_be_opened_again_for_two_weeks_and_keeps_the_reports_address():
    eva = make_user()
    space = make_space(coordinator=eva)
    pulse.close(space, by=eva, report=closing(space, is_public=True))
    first = SpaceReport.objects.get().code
    pulse.reopen(space, by=eva)

    assert not SpaceReport.objects.visible_to(eva).exists()
    pulse.close(space, by=eva, report=closing(space))
    assert [report.code for report in SpaceReport.objects.all()] == [first]
    Space.objects.filter(pk=space.pk).update(closed_at=ago(15))
    with pytest.raises(ValidationError):
        pulse.reopen(space, by=eva)


def test_going_on_elsewhere_takes_people_and_open_tasks_along_and_leaves_the_words():
    eva, bo, ola, ann = (make_user() for _each in range(4))
    wharf = make_actor()
    space = make_space(coordinator=eva, members=[bo], observers=[ola])
    space.members.filter(user=bo).update(on_behalf_of=wharf)
    target = make_space(coordinator=eva, members=[ann])
    Task.objects.create(space=target, number=1, title="Old")
    tasks.assign(space, by=eva, title="Open")
    Task.objects.create(space=space, number=2, title="Done", done_at=timezone.now())
    pulse.merge(space, by=eva, into=target, report=closing(space))

    space.refresh_from_db()
    assert (space.state, space.merged_into) == (SpaceState.CLOSED, target)
    roles = dict(target.members.values_list("user", "role"))
    assert roles == {eva.pk: "coordinator", bo.pk: "member", ola.pk: "observer", ann.pk: "member"}
    assert target.members.get(user=bo).on_behalf_of == wharf
    assert list(target.tasks.values_list("number", "title").order_by("number")) == [(1, "Old"), (2, "Open")]
    assert list(space.tasks.values_list("title", flat=True)) == ["Done"]
    assert not Space.objects.visible_to(ann).filter(pk=space.pk).exists()
    assert not space.activities.exclude(task=None).exists(), "the old space would go on naming what lies in the new one"


def test_nobody_is_led_into_a_space_that_the_coordinator_does_not_lead():
    eva = make_user()
    space, foreign = make_space(coordinator=eva), make_space(members=[eva])

    for target in (foreign, space):
        with pytest.raises(ValidationError):
            pulse.merge(space, by=eva, into=target, report=closing(space))
    assert not SpaceReport.objects.exists()


def test_the_log_tells_staff_the_partnership_and_not_the_room():
    eva = make_user()
    space = make_space("Secret Room", partnership=make_partnership("Fresh Coast"), coordinator=eva)
    pulse.pause(space, by=eva)

    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.target_label) == ("space.pause", "Fresh Coast")
    assert "Secret" not in f"{entry.target_label}{entry.reason}"


def test_looking_changes_nothing_and_a_post_does(client):
    eva = make_user()
    space = lively(make_space(coordinator=eva), 80)
    pulse.ask_silent()
    client.force_login(eva)
    page = client.get(reverse("space_pulse", args=[space.slug])).content.decode()

    assert "What shall happen?" in page
    assert client.get(reverse("space_step", args=[space.slug, "revive"])).status_code == 405
    assert client.post(reverse("space_step", args=[space.slug, "close"])).status_code == 404
    client.post(reverse("space_step", args=[space.slug, "revive"]))
    space.refresh_from_db()
    assert (space.asked_at, space.active_at > ago(1)) == (None, True)


def test_two_coordinators_who_save_settings_never_overwrite_each_other(client):
    eva = make_user()
    space = make_space("Vikar", coordinator=eva)
    client.force_login(eva)
    path = reverse("space_settings", args=[space.slug])
    typed = {"name": "Mina vikar", "purpose": "", "access": "private", "questions": "", "version": "1"}
    assert client.post(path, {**typed, "name": "Deras vikar"}).status_code == 302
    answer = client.post(path, typed)

    assert answer.status_code == 409
    page = answer.content.decode()
    assert "<td>Deras vikar</td><td>Mina vikar</td>" in page
    assert ">Deras vikar</a>" in page
    assert client.post(path, {**typed, "version": "2"}).status_code == 302
    space.refresh_from_db()
    assert space.name == "Mina vikar"


def test_a_wrong_report_keeps_what_was_typed_and_closes_nothing(client):
    eva = make_user()
    space = make_space(coordinator=eva)
    client.force_login(eva)
    answer = client.post(reverse("space_close", args=[space.slug]), {"title": "Slut", "purpose": "Det här"})

    assert answer.status_code == 200
    assert "Det här" in answer.content.decode()
    space.refresh_from_db()
    assert space.state == SpaceState.OPEN
