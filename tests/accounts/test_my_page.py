"""What a person sees, takes out and ends."""

import json
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts import actions, proofs
from accounts.models import AuditEntry, EmailProof, Tally, User
from accounts.purge import purge_now
from actors.actions import registration
from actors.models import Actor, ActorStatus, Claim, Representative
from tests.factories import make_actor, make_user, verified

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def eva(client):
    user = verified(make_user("eva@example.org", name="Eva Ek"))
    client.force_login(user)
    return user


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (ActorStatus.DRAFT, "registration_can"),
        (ActorStatus.SUBMITTED, "actor_edit"),
        (ActorStatus.RETURNED, "actor_edit"),
        (ActorStatus.PUBLISHED, "actor_confirm"),
    ],
)
def test_each_state_has_its_next_step(client, eva, status, says):
    reason = "Skriv vad ni gör." if status == ActorStatus.RETURNED else ""
    actor = make_actor(status=status, representatives=[eva], submitted_at=timezone.now(), status_reason=reason)
    make_actor("Någon annans", status=status)

    page = client.get(reverse("my_page")).content.decode()

    assert reverse(says, args=[actor.slug]) in page
    assert reason in page
    assert "Någon annans" not in page


@pytest.mark.parametrize("how_many", [1, 3])
def test_my_page_asks_as_often_for_three_as_for_one(client, eva, how_many, django_assert_max_num_queries):
    for _one in range(how_many):
        registration.claim_actor(make_actor(representatives=[eva]), by=make_user())
        registration.claim_actor(make_actor(), by=eva)

    with django_assert_max_num_queries(15):
        client.get(reverse("my_page"))


def test_my_data_holds_everything_of_mine_and_nothing_of_others(client, eva):
    bo = make_user("bo@example.org", name="Bo Bok")
    actor = make_actor("Gemensamma AB", representatives=[eva, bo])
    registration.claim_actor(actor, by=bo, message="Bos hemlighet")
    registration.claim_actor(make_actor("Annan AB"), by=eva, message="Min egen text")
    AuditEntry.objects.record(by=bo, verb="x.y", target=eva, reason="Bos skäl")

    answer = client.get(reverse("my_data"))

    text = answer.content.decode()
    data = json.loads(text)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer.headers["Cache-Control"]
    assert (data["person"]["email"], data["person"]["name"]) == ("eva@example.org", "Eva Ek")
    assert data["actors"]["represents"][0]["organisation"] == "Gemensamma AB"
    assert data["actors"]["requests"][0]["message"] == "Min egen text"
    for others in ("Bo Bok", "bo@example.org", "Bos hemlighet", "Bos skäl"):
        assert others not in text


def everything_in_the_database():
    with connection.cursor() as cursor:
        cursor.execute("select table_name from information_schema.tables where table_schema = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'select t::text from "{table}" t')
            yield from (row for (row,) in cursor.fetchall())


def test_closing_removes_the_person_and_keeps_organisation_and_log(client, eva):
    actor = make_actor("Kvar AB", representatives=[eva])
    draft = make_actor("Utkast", status=ActorStatus.DRAFT, representatives=[eva])
    registration.claim_actor(make_actor(), by=eva, message="Eva Ek ber")
    registration.confirm(actor, by=eva)
    Authenticator.objects.create(user=eva, type=Authenticator.Type.TOTP, data={"secret": "x"})
    elsewhere = Client()
    elsewhere.force_login(eva)
    log = AuditEntry.objects.count()
    actions.close_account(by=eva)

    eva.refresh_from_db()
    assert (eva.name, eva.is_active, eva.email) == ("", False, f"closed-{eva.pk}@account.invalid")
    assert Actor.objects.filter(pk=actor.pk).exists()
    assert not Actor.objects.filter(pk=draft.pk).exists()
    assert not (Representative.objects.exists() or Claim.objects.exists() or EmailAddress.objects.exists())
    assert AuditEntry.objects.count() == log + 1
    assert set(AuditEntry.objects.values_list("by_id", flat=True)) == {eva.pk}
    assert elsewhere.get(reverse("my_page")).status_code == 302
    left = [row for row in everything_in_the_database() if "Eva Ek" in row or "eva@example.org" in row]
    assert left == []


def test_the_page_warns_and_wants_the_address(client, eva):
    make_actor("Ensam AB", representatives=[eva])
    make_actor("Två AB", representatives=[eva, make_user()])
    url = reverse("close_account")
    page = client.get(url)
    assert [text for text in page.context["warnings"] if "AB" in text] == page.context["warnings"]
    assert len(page.context["warnings"]) == 1
    assert "Ensam AB" in page.context["warnings"][0]

    assert client.post(url, {"email": "wrong@example.org"}).status_code == 200
    assert User.objects.get(pk=eva.pk).is_active
    assert b"account is closed" in client.post(url, {"email": "EVA@example.org "}).content
    assert not User.objects.get(pk=eva.pk).is_active
    assert client.get(reverse("my_page")).status_code == 302


def test_sign_out_everywhere_keeps_this_window(client, eva):
    elsewhere = Client()
    elsewhere.force_login(eva)
    assert elsewhere.get(reverse("my_page")).status_code == 200

    client.post(reverse("sign_out_everywhere"))

    assert elsewhere.get(reverse("my_page")).status_code == 302
    assert client.get(reverse("my_page")).status_code == 200


def test_name_and_language_are_mine_to_change(client, eva):
    client.post(reverse("my_person"), {"name": "  Eva  Ekberg ", "language": "en"})

    eva.refresh_from_db()
    assert (eva.name, eva.language) == ("Eva Ekberg", "en")


def test_purge_takes_what_is_due_and_is_safe_twice():
    now = timezone.now()
    old, fresh = now - timedelta(days=31), now - timedelta(days=29)
    never, staff, new = make_user(joined_at=old), make_user(joined_at=old, is_staff=True), make_user(joined_at=fresh)
    owner = make_user(joined_at=old)
    gone = make_actor(status=ActorStatus.DRAFT, representatives=[make_user(last_login=now)])
    kept = make_actor(status=ActorStatus.DRAFT, representatives=[owner])
    by_staff = make_actor(status=ActorStatus.DRAFT)
    returned = make_actor(status=ActorStatus.RETURNED, submitted_at=old, representatives=[make_user(last_login=now)])
    Actor.objects.filter(pk__in=[gone.pk, by_staff.pk, returned.pk]).update(updated_at=old)
    Actor.objects.filter(pk=kept.pk).update(updated_at=fresh)
    proof, _code = proofs.new_proof(email="x@example.org", purpose="registration", client="c")
    EmailProof.objects.filter(pk=proof.pk).update(expires_at=old)
    Tally.objects.update(ends_at=old)

    first, second = purge_now(), purge_now()

    assert (first["actors"], first["codes"], first["tallies"], first["accounts"]) == (1, 1, 2, 1)
    assert set(second.values()) == {0}
    assert set(Actor.objects.all()) == {kept, by_staff, returned}
    assert not Actor.pgh_event_model.objects.filter(pgh_obj_id=gone.pk).exists()
    assert not User.objects.filter(pk=never.pk).exists()
    assert User.objects.filter(pk__in=[staff.pk, new.pk, owner.pk]).count() == 3
