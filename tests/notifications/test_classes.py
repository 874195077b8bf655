"""Every mail has a class, in a table that people read: `docs/mails.md`."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import InvitationState
from actors import actions
from actors.actions import freshness, registration
from actors.models import Actor, StillRight
from events.actions import changes, follow_up, inviting, programmes, reminders, rounds, seats
from events.actions import matching as meetings
from events.models import StepKind
from insight import actions as subscriptions
from insight import news
from insight.models import Rhythm
from missions.actions import offers
from notifications import wishes
from notifications.models import Email, EmailKind
from platforms.actions import invitations, members, pulse, requests, talk
from platforms.actions.addresses import Person
from platforms.models import Space, SpaceInvitation, SpaceRole
from tests.events.judging import make_round, make_supporter
from tests.events.making import make_event, make_event_keeper, make_matchmaking, make_meeter, make_registration
from tests.events.test_follow_up import make_meeting
from tests.events.test_programmes import make_programme
from tests.factories import make_actor, make_curator, make_space, make_subscription, make_user
from tests.missions.filling import make_mission
from tests.notifications.test_examples import FOLDERS

ROW = re.compile(r"^\| `(\w+)` \| ([\w, ]+) \|", re.MULTILINE)
KINDS = {
    "security": EmailKind.SECURITY,
    "personal": EmailKind.TRANSACTIONAL,
    "reminder": EmailKind.REMINDER,
    "digest": EmailKind.DIGEST,
}


def classes():
    """{template: the kinds it may be queued as}"""
    rows = ROW.findall((settings.BASE_DIR / "docs" / "mails.md").read_text())
    assert len(rows) == len(dict(rows))
    return {template: {KINDS[name] for name in text.split(", ")} for template, text in rows}


def test_every_template_has_a_class_and_the_table_names_none_that_is_gone():
    assert set(classes()) == FOLDERS


def test_what_may_be_a_reminder_can_be_ended_and_nothing_else():
    reminders = {template for template, kinds in classes().items() if EmailKind.REMINDER in kinds}
    assert {template for template, _label in wishes.kinds()} == reminders


def ago(days):
    return timezone.now() - timedelta(days=days)


def act_in_the_register(eva, bo, curator):
    claim, _is_new = registration.claim_actor(make_actor(representatives=[eva]), by=bo)
    actions.refuse_claim(claim, by=eva, reason="No.")
    claim, _is_new = registration.claim_actor(make_actor(representatives=[eva]), by=bo)
    actions.approve_claim(claim, by=eva)
    actions.archive(make_actor(representatives=[eva]), by=curator, reason="Gone.")
    actions.publish(make_actor(representatives=[eva], status="submitted", submitted_at=ago(1)), by=curator)
    actions.return_for_changes(
        make_actor(representatives=[eva], status="submitted", submitted_at=ago(1)), by=curator, reason="More."
    )
    actions.merge(make_actor(), make_actor(representatives=[eva]), by=curator, reason="One.")
    registration.send_receipt(make_actor(submitted_at=ago(1)), to=eva, language="sv")
    ours, mine = make_actor(representatives=[eva, bo]), make_actor(representatives=[eva])
    Actor.objects.filter(pk__in=[ours.pk, mine.pk]).update(updated_at=ago(300))
    freshness.ask_due()
    for one in StillRight.objects.select_related("actor"):
        freshness.leave(freshness.Link(one.actor, eva, one.asked_at))


def act_in_spaces(eva, bo):
    space = make_space(coordinator=eva)
    invitations.invite(space, by=eva, people=[Person(1, "new@example.org", "")], role=SpaceRole.MEMBER, language="sv")
    SpaceInvitation.objects.update(sent_at=ago(4))
    invitation = SpaceInvitation.objects.get()
    assert invitations.remind(space, by=eva) == 1
    invitations.resend(space, invitation.pk, by=eva)
    invitations.decline(invitation, reason="")
    assert SpaceInvitation.objects.get().state == InvitationState.DECLINED
    requests.decide(space, requests.ask_to_join(space, by=bo).pk, by=eva, role=SpaceRole.MEMBER)
    thread = talk.start(space, by=bo, title="Water", body="Who knows?").thread
    talk.follow(thread, by=eva, wanted=True)
    talk.write(thread, by=bo, body="@Eva Ek news")
    members.leave(space, by=bo)
    Space.objects.update(active_at=ago(100))
    pulse.ask_silent()
    pulse.let_rest(timezone.now() + timedelta(days=30))


def act_in_missions(eva, bo):
    mission, firm = make_mission(space=make_space(coordinator=eva)), make_actor(representatives=[bo])
    offered = offers.offer(mission, by=bo, actor=firm, text="A boat", due_on=None)
    offers.decline(offered, by=eva, answer="Next year.")


def act_at_events(eva, bo):
    event = make_event(starts_at=timezone.now() + timedelta(hours=20))
    make_registration(event, eva)
    reminders.queue_reminders()
    row, _is_new = seats.sign_up(event, name="Bo", email="bo@example.org", language="sv")
    seats.leave(row)
    changes.tell_changed(event, "moved")
    space = make_space(coordinator=eva, members=[bo])
    inviting.ask_members(make_event(space=space), by=eva, space=space, people=[bo.pk])


def act_at_a_matchmaking(eva, bo):
    coming, past = make_matchmaking().event, make_matchmaking(make_event(days=-31)).event
    one, two = make_meeter(coming, eva), make_meeter(coming, bo)
    meetings.cancel(meetings.accept(meetings.ask(one, two), registration=two), registration=one)
    make_meeting(past, make_meeter(past, eva), make_meeter(past, bo))
    assert follow_up.ask_due() == 2


def act_about_ability(eva):
    keeper, round_ = make_event_keeper(), make_round()
    rounds.ask(round_, by=keeper, actors=[make_supporter(representatives=[eva])])
    rounds.remind(round_, by=keeper)
    programme = make_programme(StepKind.TASK)
    done = programmes.hand_in(programmes.join(programme, by=eva), programme.steps.get(), by=eva, words="Our plan")
    programmes.judge(done, by=keeper, is_accepted=True, answer="")


def act_as_a_reader_of_news():
    asked = {"areas": (), "themes": (), "rhythm": Rhythm.WEEKLY, "language": "sv"}
    subscriptions.subscribe(email="new@example.org", is_proven=False, **asked)
    make_actor(published_at=ago(1))
    make_subscription()
    assert news.queue_due() == 1


@pytest.mark.django_db
def test_what_acts_queue_is_of_the_class_that_the_table_says():
    eva, bo, curator = make_user(name="Eva Ek"), make_user(name="Bo Berg"), make_curator()
    act_in_the_register(eva, bo, curator)
    act_in_spaces(eva, bo)
    act_in_missions(eva, bo)
    act_at_events(eva, bo)
    act_at_a_matchmaking(eva, bo)
    act_about_ability(bo)
    act_as_a_reader_of_news()

    queued = set(Email.objects.values_list("template", "kind"))
    told = classes()
    assert [(template, kind) for template, kind in queued if kind not in told[template]] == []
    assert {template for template in told if not template.startswith(("account_", "password_", "talk_answer"))} - {
        template for template, _kind in queued
    } == {"contact", "digest", "registration_code", "space_closed"}
    assert {("representative_left", kind) for kind in told["representative_left"]} <= queued
