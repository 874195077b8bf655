"""Following an actor: its followers hear in their digest of what everybody may know, and of nothing else."""

import pytest
from django.urls import reverse

from actors.actions import following, merge
from actors.models import ActorStatus, Follower
from events.actions import keeping
from missions.actions.mission import publish
from notifications.models import EVERYTHING, Mute, Notification
from notifications.subjects import lines_of
from tests.events.making import make_event
from tests.factories import make_actor, make_curator, make_user
from tests.missions.making import make_mission

pytestmark = pytest.mark.django_db


def told(user):
    return [(row.thing, row.kind, row.why) for row in Notification.objects.filter(user=user)]


def press(client, actor, wanted):
    return client.post(reverse("actor_follow", args=[actor.slug]), {"wanted": wanted})


def test_a_person_follows_with_one_press_and_ends_it_with_another_and_twice_changes_nothing(client):
    eva, actor = make_user(), make_actor()
    client.force_login(eva)

    for wanted, count in [("1", 1), ("1", 1), ("0", 0), ("0", 0)]:
        assert press(client, actor, wanted).url == actor.get_absolute_url()
        assert Follower.objects.filter(user=eva, actor=actor).count() == count


def test_what_is_not_public_cannot_be_followed_and_a_stranger_is_asked_to_sign_in(client):
    draft, public = make_actor(status=ActorStatus.DRAFT), make_actor()

    assert "login" in press(client, public, "1").url or "account" in press(client, public, "1").url
    client.force_login(make_user())

    assert press(client, draft, "1").status_code == 404
    assert not Follower.objects.exists()


def test_followers_hear_of_a_changed_profile_but_not_who_changed_it_nor_of_another_contact_address(client):
    eva, sven = make_user(), make_user()
    actor = make_actor(representatives=[eva], description_sv="Vi bygger båtar.")
    for user in (eva, sven):
        following.follow(actor, by=user, wanted=True)
    client.force_login(eva)
    page = client.get(reverse("actor_edit", args=[actor.slug])).context["form"]
    typed = {name: value for name, value in page.initial.items() if value is not None} | {"version": actor.version}

    client.post(reverse("actor_edit", args=[actor.slug]), typed | {"contact_email": "ny@example.org"})
    assert told(sven) == []
    actor.refresh_from_db()
    client.post(
        reverse("actor_edit", args=[actor.slug]),
        typed | {"version": actor.version, "description_sv": "Vi bygger bojar."},
    )

    assert told(sven) == [(f"actor:{actor.pk}", following.PROFILE, "follows_actor")]
    assert told(eva) == []


def test_followers_hear_when_a_mission_of_the_organisation_becomes_public():
    eva, actor = make_user(), make_actor()
    following.follow(actor, by=eva, wanted=True)
    mission = make_mission(is_published=False, actors=[actor])

    publish(mission, by=make_curator(), is_public=True)

    assert told(eva) == [(f"actor:{actor.pk}", following.MISSION, "follows_actor")]


@pytest.mark.parametrize(("audience", "count"), [("public", 1), ("registered", 0)])
def test_followers_hear_when_the_organisation_invites_everybody_to_an_event(audience, count):
    eva, actor = make_user(), make_actor()
    following.follow(actor, by=eva, wanted=True)
    event = make_event(organisers=[actor], state="draft", place="Kajen", audience=audience)

    keeping.publish(event, by=make_curator())

    assert told(eva) == [(f"actor:{actor.pk}", following.EVENT, "follows_actor")] * count


def test_the_line_is_for_who_follows_while_the_actor_is_public():
    eva, sven, actor = make_user(), make_user(), make_actor("Båtbyggarna")
    for user in (eva, sven):
        following.follow(actor, by=user, wanted=True)
    following.tell_followers([actor.pk], following.PARTNERSHIP)
    rows = list(Notification.objects.order_by("user"))

    following.follow(actor, by=sven, wanted=False)
    lines = lines_of(rows)
    assert [(row.user, lines[row.pk].title) for row in rows if row.pk in lines] == [(eva, "Båtbyggarna")]
    assert lines[rows[0].pk].url() == actor.get_absolute_url()

    actor.status = ActorStatus.ARCHIVED
    actor.save()
    assert lines_of(rows) == {}


def test_who_has_muted_the_organisation_hears_nothing():
    eva, sven, actor = make_user(), make_user(), make_actor()
    for user, target in [(eva, f"actor:{actor.pk}"), (sven, EVERYTHING)]:
        following.follow(actor, by=user, wanted=True)
        Mute.objects.create(user=user, target=target)

    following.tell_followers([actor.pk], following.PROFILE)

    assert not Notification.objects.exists()


def test_opening_the_page_is_being_told(client):
    eva, actor = make_user(), make_actor()
    following.follow(actor, by=eva, wanted=True)
    following.tell_followers([actor.pk], following.PROFILE)
    client.force_login(eva)

    assert 'name="wanted" value="0"' in client.get(actor.get_absolute_url()).content.decode()

    assert Notification.objects.get().read_at is not None


def test_merging_moves_followers_and_keeps_each_once():
    eva, sven, first, second = make_user(), make_user(), make_actor(), make_actor()
    for user, actor in [(eva, first), (eva, second), (sven, second)]:
        following.follow(actor, by=user, wanted=True)

    merge(first, second, by=make_curator())

    assert set(Follower.objects.values_list("user", "actor")) == {(eva.pk, first.pk), (sven.pk, first.pk)}


def test_my_page_lists_them_my_data_has_them_and_a_closed_account_follows_nobody(client):
    from actors.mine import FollowingPart

    eva, actor = make_user(), make_actor("Båtbyggarna")
    following.follow(actor, by=eva, wanted=True)
    client.force_login(eva)

    assert "Båtbyggarna" in client.get(reverse("my_page")).content.decode()
    assert FollowingPart().data(eva)["follows"][0]["organisation"] == "Båtbyggarna"
    FollowingPart().close(eva)
    assert not Follower.objects.exists()
