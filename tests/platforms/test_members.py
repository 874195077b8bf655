"""Who is in a space: roles, organisations, first visit, and a list that stays cheap."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from notifications import live
from notifications.models import Email
from notifications.rendering import render
from platforms.actions import NoEntry, members
from platforms.models import SpaceMember
from tests.factories import make_actor, make_partnership, make_space, make_user, verified

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
    ours = [make_actor("First Works"), make_actor("Second Works")]
    made = make_space(
        "Living Bays",
        partnership=make_partnership(members=ours),
        coordinator=people["cora"],
        members=[people["mia"]],
        observers=[people["olle"]],
    )
    return made


def of(space, user):
    return SpaceMember.objects.get(space=space, user=user)


def client_of(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def first_and_second(space):
    return [one.actor for one in space.partnership.members.order_by("pk")]


def test_a_coordinator_gives_role_and_organisation(space, people):
    first, _second = first_and_second(space)
    url = reverse("space_member", args=[space.slug, of(space, people["mia"]).pk])

    client_of(people["cora"]).post(url, {"role": "observer", "on_behalf_of": first.pk})

    mia = of(space, people["mia"])
    assert (mia.role, mia.on_behalf_of) == ("observer", first)


@pytest.mark.parametrize("typed", [{"role": "king"}, {"role": ""}, {"role": "member", "on_behalf_of": "987654"}])
def test_a_hand_made_role_or_organisation_changes_nothing(space, people, typed):
    url = reverse("space_member", args=[space.slug, of(space, people["mia"]).pk])

    answer = client_of(people["cora"]).post(url, typed)

    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()
    assert of(space, people["mia"]).role == "member"


@pytest.mark.parametrize("who", ["mia", "olle", "eva"])
def test_nobody_else_changes_or_removes_anybody(space, people, who):
    cora = of(space, people["cora"])
    for name in ("space_member", "space_member_remove"):
        url = reverse(name, args=[space.slug, cora.pk])
        assert client_of(people[who]).get(url).status_code == 404
        assert client_of(people[who]).post(url, {"role": "observer"}).status_code == 404
    error = NoEntry if who == "eva" else PermissionDenied
    with pytest.raises(error):
        members.change_member(space, cora.pk, by=people[who], role="member", on_behalf_of=None)
    with pytest.raises(error):
        members.remove(space, cora.pk, by=people[who])


def test_a_member_cannot_raise_themselves_by_hand(space, people):
    url = reverse("space_member", args=[space.slug, of(space, people["mia"]).pk])

    client_of(people["mia"]).post(url, {"role": "coordinator", "introduction": "Me"})

    mia = of(space, people["mia"])
    assert (mia.role, mia.introduction) == ("member", "Me")


def test_a_member_of_another_space_does_not_exist_here(space, people):
    other = make_space(members=[people["eva"]])
    member = of(other, people["eva"])
    for name in ("space_member", "space_member_remove"):
        url = reverse(name, args=[space.slug, member.pk])
        assert client_of(people["cora"]).post(url, {"role": "observer"}).status_code == 404
    with pytest.raises(NoEntry):
        members.remove(space, member.pk, by=people["cora"])


def test_changing_employer_is_told_to_the_coordinators_and_leaves_a_vacant_seat(space, people):
    first, second = first_and_second(space)
    members.change_member(space, of(space, people["mia"]).pk, by=people["cora"], role="member", on_behalf_of=first)

    url = reverse("space_member", args=[space.slug, of(space, people["mia"]).pk])
    client_of(people["mia"]).post(url, {"on_behalf_of": second.pk, "introduction": ""})

    mail = Email.objects.get(template="space_seat")
    text = render(mail, live=live.read(mail)).text
    assert mail.to == "cora@example.org"
    assert all(part in text for part in ("Mia", "From now on for Second Works", "First Works has nobody"))
    assert not any(part in str(mail.context) for part in ("Mia", "Works", "Living"))
    page = client_of(people["olle"]).get(reverse("space_members", args=[space.slug])).content.decode()
    assert "Vacant seats" in page
    assert page.count("First Works") == 1


def test_the_last_coordinator_cannot_be_less(space, people):
    url = reverse("space_member", args=[space.slug, of(space, people["cora"]).pk])
    with pytest.raises(ValidationError):
        members.change_member(space, of(space, people["cora"]).pk, by=people["cora"], role="member", on_behalf_of=None)
    assert client_of(people["cora"]).post(url, {"role": "member"}).status_code == 302
    assert of(space, people["cora"]).role == "coordinator"


def test_the_first_visit_introduces_and_can_be_skipped(space, people):
    url = reverse("space_welcome", args=[space.slug])
    page = client_of(people["olle"]).get(url).content.decode()
    assert "Your first ten minutes" in page
    assert "Cora" in page
    assert of(space, people["olle"]).welcomed_at is None

    client_of(people["olle"]).post(url, {"introduction": "I watch seals."})
    client_of(people["mia"]).post(url, {"introduction": "Half", "skip": "1"})

    olle, mia = of(space, people["olle"]), of(space, people["mia"])
    assert (olle.introduction, mia.introduction) == ("I watch seals.", "")
    assert olle.welcomed_at
    assert mia.welcomed_at


def test_observers_read_the_list_and_get_no_buttons(space, people):
    page = client_of(people["olle"]).get(reverse("space_members", args=[space.slug])).content.decode()

    assert all(name in page for name in ("Cora", "Mia", "Olle"))
    assert reverse("space_member", args=[space.slug, of(space, people["mia"]).pk]) not in page
    assert reverse("invitation_new", args=[space.slug]) not in page
    assert "@example.org" not in page[page.index("<main") : page.index("</main")]


@pytest.mark.parametrize("number", [1, 3, 120])
def test_the_list_asks_as_often_for_many_as_for_one(space, people, number):
    for _one in range(number):
        SpaceMember.objects.create(space=space, user=make_user(), on_behalf_of=make_actor())
    client = client_of(people["cora"])

    with CaptureQueriesContext(connection) as asked:
        page = client.get(reverse("space_members", args=[space.slug]))

    assert len(asked) <= 12
    assert len(page.content) < 60_000
