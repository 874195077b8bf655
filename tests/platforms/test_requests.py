"""Asking to join: who may, what is asked, and what the answer does."""

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from actors.models import Actor
from notifications import live
from notifications.models import Email, EmailState
from notifications.rendering import render
from notifications.sending import send_due
from platforms.actions import NoEntry, invitations, members, requests
from platforms.models import JoinRequest, PartnershipMember, Space, SpaceInvitation, SpaceMember
from tests.factories import make_actor, make_partnership, make_space, make_user, verified
from tests.platforms.doorway import make_invitation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def space():
    coordinator = verified(make_user("cora@example.org", name="Cora", language="en"))
    return make_space("Living Bays", coordinator=coordinator, access="ask", questions="Why?\nHow often?")


@pytest.fixture
def eva(client):
    user = verified(make_user("eva@example.org", name="Eva Ek", language="en"))
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return user


def leader(space):
    return space.members.get(role="coordinator").user


def test_the_spaces_own_address_leads_outsiders_to_its_door(client, space, eva):
    page = client.get(reverse("space", args=[space.slug]), follow=True)

    assert page.redirect_chain == [(reverse("space_door", args=[space.slug]), 302)]
    assert all(text in page.content.decode() for text in ("Living Bays", "Why?", "How often?"))


@pytest.mark.parametrize("values", [{"access": "private"}, {"state": "paused"}])
def test_there_is_no_door_where_nobody_may_ask(client, space, eva, values):
    Space.objects.update(**values)

    assert client.get(reverse("space", args=[space.slug])).status_code == 404
    assert client.get(reverse("space_door", args=[space.slug])).status_code == 404
    assert client.post(reverse("space_door", args=[space.slug]), {"answer0": "x", "answer1": "y"}).status_code == 404
    assert JoinRequest.objects.count() == 0


def test_the_door_asks_an_anonymous_reader_to_sign_in_whether_there_is_a_space_or_not(client, space):
    for slug in (space.slug, "nowhere"):
        assert client.get(reverse("space_door", args=[slug])).url.startswith(reverse("account_login"))


def test_questions_and_answers_are_kept_as_they_read_that_day(client, space, eva):
    client.post(reverse("space_door", args=[space.slug]), {"answer0": "Boats", "answer1": "Weekly"})
    Space.objects.update(questions="Something else?")

    asked = JoinRequest.objects.get()
    assert asked.answers == [
        {"question": "Why?", "answer": "Boats"},
        {"question": "How often?", "answer": "Weekly"},
    ]
    assert list(Email.objects.values_list("template", "to")) == [("space_request", "cora@example.org")]


def test_an_unanswered_question_is_asked_again_and_the_rest_is_kept(client, space, eva):
    page = client.post(reverse("space_door", args=[space.slug]), {"answer0": "Boats"})

    assert page.status_code == 200
    assert "Boats" in page.content.decode()
    assert JoinRequest.objects.count() == 0


def test_one_request_at_a_time(client, space, eva):
    for _time in range(3):
        client.post(reverse("space_door", args=[space.slug]), {"answer0": "a", "answer1": "b"})

    assert JoinRequest.objects.count() == Email.objects.count() == 1


def test_one_asks_for_an_organisation_of_the_partnership_only(client, space, eva):
    ours, theirs = make_actor(), make_actor()
    Space.objects.update(partnership=make_partnership(members=[ours]))
    typed = {"answer0": "a", "answer1": "b"}
    client.post(reverse("space_door", args=[space.slug]), typed | {"on_behalf_of": theirs.pk})
    assert JoinRequest.objects.count() == 0

    client.post(reverse("space_door", args=[space.slug]), typed | {"on_behalf_of": ours.pk})
    assert JoinRequest.objects.get().on_behalf_of == ours


@pytest.mark.parametrize("role", ["member", "observer"])
def test_the_coordinator_lets_in(client, space, role):
    eva = verified(make_user())
    asked = requests.ask_to_join(space, by=eva)
    client.force_login(leader(space), backend="django.contrib.auth.backends.ModelBackend")

    client.post(reverse("space_request", args=[space.slug, asked.pk]), {"answer": role})

    asked.refresh_from_db()
    assert (asked.state, asked.decided_by) == ("approved", leader(space))
    assert SpaceMember.objects.get(user=eva).role == role


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({}, "This field is required."),
        ({"answer": "no"}, "Say in a line why"),
        ({"answer": "coordinator"}, "coordinator"),
    ],
)
def test_a_hand_made_answer_decides_nothing(client, space, typed, error):
    asked = requests.ask_to_join(space, by=make_user())
    client.force_login(leader(space), backend="django.contrib.auth.backends.ModelBackend")

    page = client.post(reverse("space_request", args=[space.slug, asked.pk]), typed)

    assert page.status_code == 200
    assert error in page.content.decode()
    assert JoinRequest.objects.get().state == "open"


def test_a_refusal_tells_its_reason_and_one_may_ask_again(space):
    eva = verified(make_user(language="en"))
    asked = requests.ask_to_join(space, by=eva)
    requests.decide(space, asked.pk, by=leader(space), reason="Full for now.")

    mail = Email.objects.get(to=eva.email)
    assert "Full for now." in render(mail, live=live.read(mail)).text
    assert requests.ask_to_join(space, by=eva).pk != asked.pk
    with pytest.raises(ValidationError):
        requests.decide(space, asked.pk, by=leader(space), role="member")


@pytest.mark.parametrize("role", ["member", "observer", None])
def test_only_a_coordinator_answers(client, space, role):
    asked = requests.ask_to_join(space, by=make_user())
    other = make_user()
    if role:
        SpaceMember.objects.create(space=space, user=other, role=role)
    client.force_login(other, backend="django.contrib.auth.backends.ModelBackend")
    url = reverse("space_request", args=[space.slug, asked.pk])

    assert (client.get(url).status_code, client.post(url, {"answer": "member"}).status_code) == (404, 404)
    with pytest.raises(PermissionDenied if role else NoEntry):
        requests.decide(space, asked.pk, by=other, role="member")


def test_a_request_to_another_space_does_not_exist_here(space):
    asked = requests.ask_to_join(make_space(), by=make_user())
    client = Client()
    client.force_login(leader(space), backend="django.contrib.auth.backends.ModelBackend")

    assert client.post(reverse("space_request", args=[space.slug, asked.pk]), {"answer": "member"}).status_code == 404


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", ["answered", "no longer a coordinator", "removed again"])
def test_who_gets_a_mail_is_decided_when_it_is_sent(space, change):
    eva = verified(make_user())
    asked = requests.ask_to_join(space, by=eva)
    if change == "no longer a coordinator":
        SpaceMember.objects.filter(user=leader(space)).update(role="member")
    else:
        cora = leader(space)
        requests.decide(space, asked.pk, by=cora, role="member")
        if change == "removed again":
            members.remove(space, SpaceMember.objects.get(user=eva).pk, by=cora)

    send_due()

    states = dict(Email.objects.values_list("template", "state"))
    assert states["space_request"] == EmailState.WITHDRAWN
    if change != "no longer a coordinator":
        sent = EmailState.WITHDRAWN if change == "removed again" else EmailState.SENT
        assert states["space_request_answered"] == sent


def test_a_space_that_shuts_while_somebody_asks_answers_as_if_it_were_not_there(client, space, eva, monkeypatch):
    shut = Space.objects.filter(pk=space.pk).update
    lock = requests.lock
    monkeypatch.setattr(requests, "lock", lambda pk: shut(state="paused") and lock(pk))

    answer = client.post(reverse("space_door", args=[space.slug]), {"answer0": "x", "answer1": "y"})

    assert answer.status_code == 404
    assert JoinRequest.objects.count() == 0


def test_the_door_names_no_organisation_that_was_never_published(client, space, eva):
    draft, gone = make_actor("Secret Draft", status="draft"), make_actor("Once Known", status="archived")
    Actor.objects.filter(pk=gone.pk).update(published_at=timezone.now())
    for actor in (draft, gone):
        PartnershipMember.objects.create(partnership=space.partnership, actor=actor)

    page = client.get(reverse("space_door", args=[space.slug])).content.decode()

    assert "Secret Draft" not in page
    assert "Once Known" in page


def test_being_let_in_answers_whatever_else_waited(space):
    eva = verified(make_user("eva@example.org"))
    EmailAddress.objects.create(user=eva, email="eva@work.example", verified=True)
    requests.ask_to_join(space, by=eva)
    first, other = (make_invitation(space, email=email) for email in (eva.email, "eva@work.example"))
    foreign = make_invitation(space, email="bo@example.org")

    invitations.accept(first, by=eva)

    assert JoinRequest.objects.get().state == "approved"
    states = dict(SpaceInvitation.objects.values_list("pk", "state"))
    assert states == {first.pk: "accepted", other.pk: "accepted", foreign.pk: "open"}
