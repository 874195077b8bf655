"""A link for a meeting lets in as many as it says, for as long as it says, and nobody else."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from platforms.actions import NoEntry, links, members
from platforms.actions.invitations import Unfit
from platforms.models import Space, SpaceLink, SpaceMember
from tests.factories import make_space, make_user, verified
from tests.platforms.doorway import code_to

pytestmark = pytest.mark.django_db
EVA = "eva@havsprov.example"


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def make_link(space=None, **fields):
    space = space or make_space("Living Bays", coordinator=verified(make_user(name="Cora")))
    by = space.members.coordinators().first().user
    until = timezone.now() + timedelta(hours=1)
    return links.make_link(space, by=by, **{"role": "member", "cap": 3, "expires_at": until, **fields})


def page_of(link):
    return reverse("meeting", args=[link.token])


def kill(link, how):
    if how == "full":
        SpaceLink.objects.update(used=link.cap)
    elif how == "too late":
        SpaceLink.objects.update(expires_at=timezone.now())
    elif how == "withdrawn":
        links.revoke_link(link.space, link.pk, by=link.by)
    elif how == "orphaned":
        SpaceMember.objects.filter(user=link.by).update(role="member")
    else:
        closed = timezone.now() if how == "closed" else None
        Space.objects.update(state=how, closed_at=closed)


DEAD = ["full", "too late", "withdrawn", "orphaned", "paused", "closed"]


def test_a_new_person_comes_in_with_name_address_and_code(client):
    link = make_link(role="observer")
    client.post(page_of(link), {"do": "code", "name": "Eva Ek", "email": EVA})

    answer = client.post(page_of(link), {"do": "prove", "code": code_to(EVA)})

    member = SpaceMember.objects.get(user__email=EVA)
    assert answer.url == reverse("space_welcome", args=[link.space.slug])
    assert (member.role, member.user.name) == ("observer", "Eva Ek")
    assert SpaceLink.objects.get().used == 1


def test_somebody_signed_in_comes_in_by_one_click(client):
    link = make_link()
    client.force_login(make_user(EVA), backend="django.contrib.auth.backends.ModelBackend")
    client.get(page_of(link))
    assert SpaceLink.objects.get().used == 0

    client.post(page_of(link), {"do": "join"})
    client.post(page_of(link), {"do": "join"})

    assert SpaceLink.objects.get().used == 1
    assert SpaceMember.objects.filter(user__email=EVA).count() == 1


def test_the_link_alone_lets_nobody_in(client):
    link = make_link()
    for data in ({"do": "join"}, {"do": "prove", "code": "BCDF-GHJK"}, {"do": "code"}, {"do": "x"}, {}):
        assert client.post(page_of(link), data).status_code == 200

    assert SpaceMember.objects.count() == 1


@pytest.mark.parametrize("how", DEAD)
def test_a_dead_link_says_so_and_names_nothing(client, how):
    link = make_link()
    eva = make_user(EVA)
    kill(link, how)

    page = client.get(page_of(link)).content.decode()

    assert "no longer lets anybody in" in page
    assert "Living Bays" not in page
    with pytest.raises(Unfit):
        links.use_link(link, by=eva)
    assert not SpaceMember.objects.filter(user=eva).exists()


def test_whoever_was_removed_does_not_come_back_by_the_link(client):
    link = make_link()
    eva = make_user(EVA)
    member = links.use_link(link, by=eva)
    members.remove(link.space, member.pk, by=link.by)

    with pytest.raises(Unfit, match="before"):
        links.use_link(link, by=eva)


def test_a_member_keeps_their_role_and_uses_no_place():
    link = make_link(role="observer")

    links.use_link(link, by=link.by)

    assert SpaceMember.objects.get(user=link.by).role == "coordinator"
    assert SpaceLink.objects.get().used == 0


@pytest.mark.django_db(transaction=True)
def test_twelve_at_once_for_three_places():
    link = make_link(cap=3)
    people = [make_user() for _one in range(12)]
    barrier, refused = threading.Barrier(12), []

    def come(user):
        barrier.wait()
        try:
            links.use_link(link, by=user)
        except Unfit:
            refused.append(user)
        finally:
            connection.close()

    threads = [threading.Thread(target=come, args=[user]) for user in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 9
    assert SpaceLink.objects.get().used == 3
    assert SpaceMember.objects.filter(user__in=people).count() == 3


@pytest.mark.parametrize("values", [{"role": "coordinator"}, {"used": 9}])
def test_the_database_keeps_the_promises_of_a_link(values):
    link = make_link()
    with pytest.raises(IntegrityError), transaction.atomic():
        SpaceLink.objects.filter(pk=link.pk).update(**values)


@pytest.mark.parametrize(
    "typed", [{"role": "coordinator"}, {"cap": "0"}, {"cap": "501"}, {"hours": "9999"}, {"cap": "x"}]
)
def test_a_hand_made_form_makes_no_link(client, typed):
    space = make_space(coordinator=make_user())
    client.force_login(space.members.get().user, backend="django.contrib.auth.backends.ModelBackend")

    answer = client.post(
        reverse("space_links", args=[space.slug]), {"cap": "5", "hours": "2", "role": "member"} | typed
    )

    assert answer.status_code == 200
    assert SpaceLink.objects.count() == 0


@pytest.mark.parametrize("role", ["member", "observer", None])
def test_only_coordinators_make_and_withdraw_links(role):
    link, other = make_link(), make_user()
    if role:
        SpaceMember.objects.create(space=link.space, user=other, role=role)
    error = PermissionDenied if role else NoEntry
    with pytest.raises(error):
        links.make_link(link.space, by=other, role="member", cap=1, expires_at=timezone.now())
    with pytest.raises(error):
        links.revoke_link(link.space, link.pk, by=other)


def test_the_coordinator_shows_address_and_code_and_withdraws(client):
    link = make_link()
    client.force_login(link.by, backend="django.contrib.auth.backends.ModelBackend")
    url = reverse("space_link", args=[link.space.slug, link.pk])
    page = client.get(url).content.decode()
    assert page_of(link) in page
    assert '<svg class="qr"' in page

    client.post(url)

    assert SpaceLink.objects.get().revoked_at
    assert '<svg class="qr"' not in client.get(url).content.decode()
    other = make_space(coordinator=link.by)
    assert client.get(reverse("space_link", args=[other.slug, link.pk])).status_code == 404


def test_the_page_is_kept_by_nobody():
    answer = Client().get(page_of(make_link()))
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Referrer-Policy"] == "strict-origin"
