"""Somebody asks to edit a profile that is here already."""

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import translation

from accounts.actions import close_account
from actors import actions
from actors.actions import registration
from actors.models import ActorStatus, Claim, ClaimState, Representative, RepresentativeRole
from notifications import sending
from notifications.models import Email, EmailState
from tests.actors.journeys import code_for
from tests.factories import make_actor, make_user, verified

pytestmark = pytest.mark.django_db
PERSON = {"person": "Bo Bok", "email": "bo@havsprov.example", "message": "Jag är vd."}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def test_a_stranger_proves_the_address_and_the_request_waits(client):
    actor = make_actor("Havsprov")

    client.post(reverse("actor_claim", args=[actor.slug]), PERSON)
    assert not Claim.objects.exists()
    answer = client.post(reverse("claim_code"), {"code": code_for(PERSON["email"])})

    claim = Claim.objects.get()
    assert answer.url == reverse("claim_done", args=[actor.slug])
    assert (claim.actor, claim.user.email, claim.message) == (actor, PERSON["email"], "Jag är vd.")
    assert (claim.state, claim.is_domain_proven) == (ClaimState.OPEN, False)
    assert not Representative.objects.exists()
    assert client.get(answer.url).status_code == 200
    assert Email.objects.get(template="claim_received").to == PERSON["email"]


def test_a_signed_in_person_asks_with_one_click_and_only_once(client):
    actor, user = make_actor(), verified(make_user())
    client.force_login(user)

    for _twice in range(2):
        client.post(reverse("actor_claim", args=[actor.slug]), {"message": ""})

    assert Claim.objects.get().user == user
    assert Email.objects.filter(template="claim_received").count() == 1


def test_a_second_factor_is_asked_for_before_a_request_is_made(client):
    actor, user = make_actor(), verified(make_user(PERSON["email"]))
    TOTP.activate(user, generate_totp_secret())

    client.post(reverse("actor_claim", args=[actor.slug]), PERSON)
    answer = client.post(reverse("claim_code"), {"code": code_for(PERSON["email"])})

    assert answer.url == reverse("mfa_authenticate")
    assert not Claim.objects.exists()


@pytest.mark.parametrize(
    ("website", "checked", "email", "proven"),
    [
        ("https://www.havsprov.example/om", True, "bo@havsprov.example", True),
        ("https://havsprov.example", True, "BO@HAVSPROV.EXAMPLE", True),
        ("https://havsprov.example", False, "bo@havsprov.example", False),
        ("https://havsprov.example", True, "bo@evil-havsprov.example", False),
        ("https://havsprov.example", True, "bo@mail.havsprov.example", False),
        ("https://gmail.com", True, "bo@gmail.com", False),
        ("", True, "bo@havsprov.example", False),
    ],
)
def test_a_work_address_on_the_checked_website_is_a_strong_reason(website, checked, email, proven):
    actor = make_actor(website=website, is_website_verified=checked)

    assert registration.domain_proves(email, actor) is proven


def test_an_owner_is_asked_and_decides(client):
    owner, asker = verified(make_user()), make_user()
    actor = make_actor(representatives=[owner])
    claim, _new = registration.claim_actor(actor, by=asker)
    assert Email.objects.get(template="claim_asks_owner").to == owner.email
    client.force_login(owner)
    assert reverse("claim_decide", args=[claim.pk]) in client.get(reverse("my_page")).content.decode()

    client.post(reverse("claim_decide", args=[claim.pk]), {"answer": "approve"})

    claim.refresh_from_db()
    assert (claim.state, claim.decided_by) == (ClaimState.APPROVED, owner)
    assert Representative.objects.filter(user=asker, actor=actor).exists()


def test_an_owner_says_no(client):
    owner, asker = verified(make_user()), make_user()
    actor = make_actor(representatives=[owner])
    claim, _new = registration.claim_actor(actor, by=asker)
    client.force_login(owner)

    client.post(reverse("claim_decide", args=[claim.pk]), {"answer": "refuse"})

    claim.refresh_from_db()
    assert claim.state == ClaimState.REFUSED
    assert not Representative.objects.filter(user=asker).exists()


def test_only_an_owner_of_that_actor_decides(client):
    asker, stranger = verified(make_user()), verified(make_user())
    make_actor(representatives=[stranger])
    claim, _new = registration.claim_actor(make_actor(representatives=[make_user()]), by=asker)

    for person in (asker, stranger):
        client.force_login(person)
        answer = client.post(reverse("claim_decide", args=[claim.pk]), {"answer": "approve"})
        assert answer.status_code == 404
    claim.refresh_from_db()
    assert claim.state == ClaimState.OPEN


def test_one_person_does_not_ask_all_day(client, monkeypatch):
    monkeypatch.setattr(registration, "MOST_CLAIMS", 2)
    asker, owner = verified(make_user()), make_user()
    first, second, third = (make_actor(representatives=[owner]) for _each in range(3))
    client.force_login(asker)
    asked = [
        client.post(reverse("actor_claim", args=[actor.slug]), {"message": "Jag är vd."}) for actor in (first, second)
    ]
    again = client.post(reverse("actor_claim", args=[second.slug]), {"message": "Jag är vd."})
    Claim.objects.update(state=ClaimState.REFUSED)

    answers = [
        client.post(reverse("actor_claim", args=[actor.slug]), {"message": "Jag är vd."}) for actor in (first, third)
    ]

    assert [one.status_code for one in (*asked, again)] == [302] * 3
    assert [one.status_code for one in answers] == [429] * 2
    assert all("Jag är vd." in one.content.decode() for one in answers)
    assert (Claim.objects.count(), Email.objects.filter(template="claim_asks_owner").count()) == (2, 2)


@pytest.mark.parametrize("decide", [actions.approve_claim, actions.refuse_claim])
def test_a_decision_asks_itself_who_may_take_it(decide):
    editor, asker = make_user(), make_user()
    actor = make_actor(representatives=[make_user()])
    Representative.objects.create(actor=actor, user=editor, role=RepresentativeRole.EDITOR)
    claim, _new = registration.claim_actor(actor, by=asker)
    words = {"reason": "No"} if decide is actions.refuse_claim else {}

    for person in (editor, asker):
        with pytest.raises(PermissionDenied):
            decide(claim, by=person, **words)
    claim.refresh_from_db()
    assert claim.state == ClaimState.OPEN


MEANWHILE = {
    "nothing": lambda claim, owner: None,
    "another owner decides": lambda claim, owner: actions.refuse_claim(
        claim, by=claim.actor.representatives.exclude(user=owner).get().user, reason="No"
    ),
    "the one who asks leaves": lambda claim, owner: close_account(by=claim.user),
    "the owner is removed": lambda claim, owner: owner.represents.all().delete(),
    "the owner becomes an editor": lambda claim, owner: owner.represents.update(role=RepresentativeRole.EDITOR),
    "the owner leaves": lambda claim, owner: close_account(by=owner),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", MEANWHILE)
def test_whether_an_owner_is_asked_is_decided_when_the_mail_goes(what):
    owner, other, asker = make_user(), make_user(), make_user()
    claim, _new = registration.claim_actor(make_actor(representatives=[owner, other]), by=asker)
    mail = Email.objects.get(template="claim_asks_owner", user=owner)

    MEANWHILE[what](claim, owner)
    sending.send_due()

    mail.refresh_from_db()
    assert mail.state == (EmailState.SENT if what == "nothing" else EmailState.WITHDRAWN)
    others = Email.objects.get(template="claim_asks_owner", user=other)
    still_asked = what not in {"another owner decides", "the one who asks leaves"}
    assert others.state == (EmailState.SENT if still_asked else EmailState.WITHDRAWN)


@pytest.mark.parametrize("status", [ActorStatus.DRAFT, ActorStatus.SUBMITTED, ActorStatus.ARCHIVED])
def test_what_is_not_public_cannot_be_asked_for(client, status):
    actor = make_actor(status=status)

    assert client.get(reverse("actor_claim", args=[actor.slug])).status_code == 404
