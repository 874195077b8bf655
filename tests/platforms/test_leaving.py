"""Leaving, being removed and closing an account: nothing is left hanging, and it takes effect in every channel."""

import json
import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts import mine
from accounts.actions import close_account
from accounts.models import AuditEntry
from accounts.purge import purge_now
from notifications.models import Email, EmailState
from notifications.sending import send_due
from platforms.actions import NoEntry, members, requests
from platforms.mine import SpacePart
from platforms.models import (
    Follow,
    JoinRequest,
    Mention,
    Post,
    Space,
    SpaceInvitation,
    SpaceMember,
    SpaceState,
    Task,
    Thread,
)
from tests.factories import make_space, make_user, verified
from tests.platforms.doorway import address, invite, make_invitation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def people():
    names = ("cora", "mia", "olle", "eva")
    return {name: verified(make_user(f"{name}@example.org", name=name.title(), language="en")) for name in names}


@pytest.fixture
def space(people):
    return make_space("Living Bays", coordinator=people["cora"], members=[people["mia"]], observers=[people["olle"]])


def of(space, user):
    return SpaceMember.objects.filter(space=space, user=user).first()


def client_of(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def make_task(space, owner, **fields):
    number = space.tasks.count() + 1
    return Task.objects.create(space=space, number=number, title=f"Task {number}", owner=owner, **fields)


def talk(space, user):
    thread = Thread.objects.create(space=space, number=1, title="Secret thread", by=user)
    post = Post.objects.create(thread=thread, number=1, by=user, body="My very own words")
    Follow.objects.create(thread=thread, user=user)
    Mention.objects.create(post=post, user=user)
    return post


def test_leaving_takes_two_clicks_and_hands_over_open_tasks(space, people):
    open_one, done = make_task(space, people["mia"]), make_task(space, people["mia"], done_at=timezone.now())
    client = client_of(people["mia"])
    url = reverse("space_leave", args=[space.slug])
    assert "Task 1" in client.get(url).content.decode()

    answer = client.post(url, {"tasks_to": of(space, people["cora"]).pk}, follow=True)

    assert "You have left Living Bays" in answer.content.decode()
    open_one.refresh_from_db()
    done.refresh_from_db()
    assert (of(space, people["mia"]), open_one.owner, done.owner) == (None, people["cora"], people["mia"])
    assert client.get(space.get_absolute_url()).status_code == 404
    assert Email.objects.get(template="space_seat").to == "cora@example.org"


@pytest.mark.parametrize("to", ["olle", "stranger"])
def test_tasks_go_to_somebody_who_writes_here(space, people, to):
    make_task(space, people["mia"])
    other = make_space(members=[people["eva"]])
    heir = of(space, people["olle"]) if to == "olle" else of(other, people["eva"])

    answer = client_of(people["mia"]).post(reverse("space_leave", args=[space.slug]), {"tasks_to": heir.pk})

    assert answer.status_code == 200
    assert of(space, people["mia"])


def test_the_last_coordinator_leaves_only_when_somebody_takes_over(space, people):
    client, url = client_of(people["cora"]), reverse("space_leave", args=[space.slug])
    assert client.post(url, {}).status_code == 200
    assert of(space, people["cora"])
    with pytest.raises(ValidationError):
        members.leave(space, by=people["cora"])

    client.post(url, {"lead_to": of(space, people["olle"]).pk})

    assert of(space, people["cora"]) is None
    assert of(space, people["olle"]).role == "coordinator"


def test_the_only_person_cannot_leave():
    cora = make_user()
    space = make_space(coordinator=cora)

    page = client_of(cora).post(reverse("space_leave", args=[space.slug]), {})

    assert "Close the space instead" in page.content.decode()
    with pytest.raises(ValidationError):
        members.leave(space, by=cora)
    assert of(space, cora)


@pytest.mark.parametrize("state", [SpaceState.PAUSED, SpaceState.CLOSED])
def test_one_can_leave_a_space_that_takes_nothing_more(space, people, state):
    Space.objects.update(state=state, closed_at=timezone.now() if state == SpaceState.CLOSED else None)

    members.leave(space, by=people["mia"])

    assert of(space, people["mia"]) is None


@pytest.mark.django_db(transaction=True)
def test_two_coordinators_who_leave_at_once_leave_one_behind(space, people):
    members.change_member(space, of(space, people["mia"]).pk, by=people["cora"], role="coordinator", on_behalf_of=None)
    barrier, refused = threading.Barrier(2), []

    def go(user):
        barrier.wait()
        try:
            members.leave(space, by=user)
        except ValidationError:
            refused.append(user)
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=[people[name]]) for name in ("cora", "mia")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 1
    assert SpaceMember.objects.coordinators().filter(space=space).count() == 1


def test_removal_asks_first_and_then_is_immediate(space, people):
    task = make_task(space, people["mia"])
    talk(space, people["mia"])
    url = reverse("space_member_remove", args=[space.slug, of(space, people["mia"]).pk])
    client, mia = client_of(people["cora"]), client_of(people["mia"])
    assert "1 open task loses its owner" in client.get(url).content.decode()
    assert mia.get(space.get_absolute_url()).status_code == 200

    client.post(url)

    assert {mia.get(reverse(name, args=[space.slug])).status_code for name in ("space", "space_members")} == {404}
    assert mia.post(reverse("space_leave", args=[space.slug])).status_code == 404
    task.refresh_from_db()
    assert (task.owner, Follow.objects.count(), Mention.objects.count()) == (None, 0, 0)
    assert Post.objects.get().by == people["mia"]


def test_what_a_removed_coordinator_sent_no_longer_lets_in(space, people):
    members.change_member(space, of(space, people["mia"]).pk, by=people["cora"], role="coordinator", on_behalf_of=None)
    invitation = make_invitation(space, by=people["mia"])

    members.remove(space, of(space, people["mia"]).pk, by=people["cora"])

    assert not SpaceInvitation.objects.alive().exists()
    assert "Living Bays" not in Client().get(address(invitation)).content.decode()


def test_removal_ends_open_invitations_to_the_same_person(space, people):
    make_invitation(space, email="mia@example.org")

    members.remove(space, of(space, people["mia"]).pk, by=people["cora"])

    assert SpaceInvitation.objects.get().state == "revoked"


@pytest.mark.django_db(transaction=True)
def test_mails_that_wait_for_somebody_who_is_no_longer_in_are_withdrawn(space, people):
    members.change_member(space, of(space, people["mia"]).pk, by=people["cora"], role="coordinator", on_behalf_of=None)
    requests.ask_to_join(space, by=people["eva"])
    members.remove(space, of(space, people["mia"]).pk, by=people["cora"])

    send_due()

    states = dict(Email.objects.filter(template="space_request").values_list("to", "state"))
    assert states == {"cora@example.org": EmailState.SENT, "mia@example.org": EmailState.WITHDRAWN}


def test_nobody_removes_themselves_or_the_last_coordinator(space, people):
    url = reverse("space_member_remove", args=[space.slug, of(space, people["cora"]).pk])

    assert client_of(people["cora"]).post(url).url == reverse("space_leave", args=[space.slug])
    with pytest.raises(ValidationError):
        members.remove(space, of(space, people["cora"]).pk, by=people["cora"])


# ── My page, my data, closing an account, the purge ──────────────────────────────────────────────────────────────────
def part():
    return next(part for part in mine.parts() if part.key == "spaces")


def test_my_page_shows_my_spaces_and_what_waits_for_me_though_no_mail_came(space, people):
    make_invitation(make_space("Other Room", coordinator=people["cora"]), email="mia@example.org")
    make_invitation(make_space("Old Room", coordinator=people["cora"]), email="mia@example.org", state="revoked")
    make_invitation(make_space("Not mine", coordinator=people["cora"]), email="olle@example.org")

    page = client_of(people["mia"]).get(reverse("my_page")).content.decode()

    assert "Living Bays" in page
    assert "Other Room" in page
    assert "Old Room" not in page
    assert "Not mine" not in page


def test_invitations_to_an_address_that_is_not_proven_are_not_shown(people):
    make_invitation(make_space("Other Room", coordinator=people["cora"]), email="claimed@example.org")

    page = client_of(make_user("claimed@example.org")).get(reverse("my_page")).content.decode()

    assert "Other Room" not in page


def test_my_data_is_everything_of_mine_and_nothing_of_others(space, people):
    talk(space, people["mia"])
    make_task(space, people["mia"])
    requests.ask_to_join(make_space(), by=people["mia"], answers=[("Why?", "Because of boats")])
    make_invitation(space, by=people["mia"], email="private@example.org", line="A word of theirs")
    thread = Thread.objects.get()
    Post.objects.create(thread=thread, number=2, by=people["cora"], body="Words of somebody else")

    text = json.dumps(part().data(people["mia"]))

    for own in ("Living Bays", "My very own words", "Secret thread", "Task 1", "Because of boats"):
        assert own in text
    for foreign in ("Words of somebody else", "private@example.org", "A word of theirs", "cora@example.org"):
        assert foreign not in text


def test_my_data_names_no_space_that_i_am_no_longer_in(space, people):
    talk(space, people["mia"])
    members.remove(space, of(space, people["mia"]).pk, by=people["cora"])

    text = json.dumps(part().data(people["mia"]))

    assert "My very own words" in text
    assert "Living Bays" not in text


def test_closing_an_account_gives_the_space_to_whoever_writes_and_has_been_here_longest(space, people):
    assert "Mia becomes the coordinator of Living Bays" in part().warnings(people["cora"])[0]

    close_account(by=people["cora"])

    assert of(space, people["cora"]) is None
    assert of(space, people["mia"]).role == "coordinator"
    assert Space.objects.get().state == SpaceState.OPEN


def test_a_space_without_anybody_to_lead_it_is_paused_and_staff_see_its_partnership(people):
    space = make_space("Living Bays", coordinator=people["cora"], observers=[people["olle"]])
    assert "is paused" in part().warnings(people["cora"])[0]

    close_account(by=people["cora"])

    entry = AuditEntry.objects.get(verb="space.without_coordinator")
    assert Space.objects.get().state == SpaceState.PAUSED
    assert (entry.target_label, entry.by) == (str(space.partnership), None)


def test_closing_an_account_leaves_no_name_and_no_address_behind(space, people):
    mia = people["mia"]
    talk(space, mia)
    make_task(space, mia)
    make_invitation(make_space(coordinator=people["cora"]), email="mia@example.org", name="Mia", line="Dear Mia")
    requests.ask_to_join(make_space(), by=mia, answers=[("Why?", "I am Mia")])
    refused = JoinRequest.objects.create(space=make_space(), user=mia, state="refused", reason="Mia, no")

    close_account(by=mia)

    refused.refresh_from_db()
    assert (refused.reason, JoinRequest.objects.count()) == ("", 1)
    row = SpaceInvitation.objects.get()
    assert (row.email, row.name, row.line, row.state) == (f"closed-{mia.pk}@account.invalid", "", "", "revoked")
    assert (of(space, mia), Task.objects.get().owner, Follow.objects.count()) == (None, None, 0)
    assert Post.objects.get().body == "My very own words"


def test_whoever_has_been_in_a_space_is_not_purged(people):
    users = type(people["mia"]).objects.all()
    SpaceMember.objects.create(space=make_space(coordinator=people["cora"]), user=people["mia"])

    assert set(part().is_used(users)) == {people["cora"], people["mia"]}


def test_invitations_are_kept_a_year_after_their_end(space):
    old, young, running_out = make_invitation(space, email="a@x.org"), *invite(space, "b@x.org", "c@x.org")
    long_ago = timezone.now() - timezone.timedelta(days=366)
    SpaceInvitation.objects.filter(pk=old.pk).update(state="declined", answered_at=long_ago)
    SpaceInvitation.objects.filter(pk=running_out.pk).update(expires_at=long_ago)
    SpaceInvitation.objects.filter(pk=young.pk).update(state="declined", answered_at=timezone.now())

    purge_now()

    assert list(SpaceInvitation.objects.all()) == [young]


def test_somebody_who_is_gone_already_cannot_be_removed_or_changed_again(space, people):
    pk = of(space, people["mia"]).pk
    members.remove(space, pk, by=people["cora"])

    with pytest.raises(NoEntry):
        members.remove(space, pk, by=people["cora"])
    with pytest.raises(NoEntry):
        members.change_member(space, pk, by=people["cora"], role="observer", on_behalf_of=None)


def test_an_address_that_is_not_proven_gives_nothing_of_an_invitation_away_and_ends_none(space):
    invitation = make_invitation(space, email="dana@example.org", name="Dana Secret")
    liar = make_user("dana@example.org")

    assert SpacePart().data(liar)["invitations"] == []
    close_account(by=liar)

    invitation.refresh_from_db()
    assert (invitation.state, invitation.email) == ("open", "dana@example.org")
