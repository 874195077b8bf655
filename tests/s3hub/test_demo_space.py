"""The demo has a partnership and a living space, both clearly invented, made once."""

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from accounts.models import User
from actors import worklists
from actors.models import Actor
from actors.region import load, read_folder
from missions.actions.mission import missing
from missions.argument import argument_of, circle
from missions.models import Evidence, Mission, Statement
from notifications import live
from notifications.models import Email
from platforms.models import (
    Activity,
    AgreementAcceptance,
    Decision,
    Mention,
    Partnership,
    Post,
    Space,
    SpaceInvitation,
    SpaceMember,
    Task,
    Thread,
)
from s3hub import demo, demo_space
from tests.actors.test_load_region import FIRST_REGION

pytestmark = pytest.mark.django_db
MADE = (User, Actor, Partnership, Space, SpaceMember, Thread, Post, Decision, Task, SpaceInvitation, Activity)
MADE += (Mission, Statement, Evidence)


@pytest.fixture
def space():
    load(read_folder(FIRST_REGION))
    demo.make_people()
    demo_space.make()
    return Space.objects.get()


def test_the_demo_asks_whether_a_profile_is_still_right_and_has_each_of_the_curators_lists(space):
    mail = Email.objects.get(template="actor_still_right")
    assert (mail.user.email, live.read(mail)["first"]) == ("foretag@example.org", "Exempel: Vikvakt AB")
    names = {key: [actor.slug for actor in worklists.FRESHNESS[key]()] for key in ("asked", "unanswered", "nobody")}
    assert names == {
        "asked": ["exempel-vikvakt"],
        "unanswered": ["exempel-segelmakarna"],
        "nobody": ["exempel-sjomatt"],
    }


def test_the_demo_space_has_life_in_it(space):
    mira = User.objects.get(email="medlem@example.org")
    roles = dict(space.members.values_list("user__email", "role"))

    assert (roles["medlem@example.org"], roles["foretag@example.org"]) == ("member", "coordinator")
    assert "observer" in roles.values()
    assert "kurator@example.org" not in roles
    assert space in Space.objects.listed()
    assert 3 <= space.threads.count() <= 5
    assert all(thread.post_count == thread.posts.count() >= 2 for thread in space.threads.all())
    assert not Post.objects.filter(html="").exists()
    assert not Post.objects.filter(created_at__gt=timezone.now()).exists()
    assert {(d.state, d.answers.filter(user=mira).exists()) for d in space.decisions.all()} == {
        ("decided", True),
        ("proposed", False),
    }
    assert space.tasks.filter(owner=mira, done_at=None).exists()
    assert Mention.objects.get().user == mira
    assert SpaceInvitation.objects.alive().count() == 1
    assert space.active_at == space.activities.signs_of_life().first().at
    assert space.activities.filter(at__gt=space.members.get(user=mira).seen_at).exists()


def test_everything_of_it_says_that_it_is_invented(space, client):
    partnership = space.partnership

    assert partnership.is_example
    assert not partnership.is_result
    assert all(member.actor.name.startswith("Exempel: ") for member in partnership.members.all())
    assert all(one.on_behalf_of is None or one.on_behalf_of.name.startswith("Exempel: ") for one in space.members.all())
    with override("en"):
        page = client.get(reverse("partnership", args=[partnership.slug])).content.decode()
    assert "Invented example" in page
    assert space.name in page


def test_the_demo_mission_is_under_way_and_says_that_it_is_invented(space, client):
    mission = Mission.objects.with_latest_value().get(space=space)
    argument = argument_of(mission, inside=False)

    assert (mission.state, mission.is_example, mission.is_published, missing(mission)) == ("started", True, True, [])
    assert len(argument.said) == 7
    assert [one.number for one in argument.untested] == [2, 4, 5, 7]
    assert [one.number for one in argument.overdue] == [2]
    assert sum(one.held for one in argument.said) == 2
    assert circle(argument.links, 7, [1]) == [7, 1, 3, 6, 7]
    assert mission.how_far == 25
    with override("en"):
        assert "Invented example" in client.get(mission.get_absolute_url()).content.decode()


def test_a_company_of_the_demo_has_an_agreement_to_accept(space):
    newest = space.partnership.agreements.first()
    company = User.objects.get(email="foretag@example.org")
    mine = space.partnership.members.represented_by(company).get()

    assert newest.version == 2
    assert not AgreementAcceptance.objects.filter(agreement=newest, member=mine).exists()
    assert AgreementAcceptance.objects.filter(agreement=newest).count() == 2


def test_the_second_start_makes_nothing_anew(space):
    before = [model.objects.count() for model in MADE]

    demo_space.make()

    assert [model.objects.count() for model in MADE] == before


def test_a_region_without_examples_has_none(settings, tmp_path):
    settings.REGION = tmp_path
    demo_space.make()
    assert not Partnership.objects.exists()
