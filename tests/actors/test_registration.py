"""A person and an organisation enter in one flow."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts import proofs
from accounts.models import AuditEntry, User
from actors.actions import registration
from actors.models import Actor, ActorStatus, Claim, Representative, RepresentativeRole
from notifications.models import Email
from tests.actors.journeys import DETAILS, NUMBER, code_for, register
from tests.factories import make_actor, make_user, verified

pytestmark = pytest.mark.django_db
PERSONAL = "850709-9805"


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def start(client, **data):
    return client.post(reverse("registration_start"), data)


def test_from_number_to_submitted(client):
    answer = register(client)
    actor = Actor.objects.get()

    assert (answer.status_code, answer.url) == (302, reverse("registration_can", args=[actor.slug]))
    assert (actor.name, actor.organisation_number, actor.kind) == ("Havsprov AB", "5560125790", "sme")
    assert actor.status == ActorStatus.DRAFT
    owner = Representative.objects.get()
    assert (owner.actor, owner.role) == (actor, RepresentativeRole.OWNER)
    assert (owner.user.email, owner.user.name) == ("eva@havsprov.example", "Eva Ek")
    assert EmailAddress.objects.get().verified
    assert client.get(reverse("my_page")).context["user"] == owner.user

    version = {"version": actor.version}
    step = client.post(reverse("registration_can", args=[actor.slug]), {"offers_sv": "Provbädd", **version})
    assert step.url == reverse("registration_seek", args=[actor.slug])
    assert b"Havsprov AB" in client.get(reverse("registration_preview", args=[actor.slug])).content
    for _twice in range(2):
        sent = client.post(reverse("registration_preview", args=[actor.slug]))
        assert sent.url == reverse("registration_done", args=[actor.slug])
    actor.refresh_from_db()
    assert (actor.status, actor.offers_sv) == (ActorStatus.SUBMITTED, "Provbädd")
    assert Email.objects.filter(template="registration_received", to="eva@havsprov.example").count() == 1
    assert AuditEntry.objects.filter(verb="actor.submit").count() == 1
    assert client.get(sent.url).status_code == 200


def test_the_whole_flow_asks_for_five_fields(client):
    required = {name for name, field in client.get(reverse("registration_start")).context["form"].fields.items()}
    start(client, query=NUMBER)
    form = client.get(reverse("registration_details")).context["form"]
    required |= {name for name, field in form.fields.items() if field.required}

    assert required == {"query", "name", "kind", "person", "email"}


def test_a_name_is_compared_with_what_is_published(client):
    make_actor("Telenor Sverige AB")
    make_actor("Hemlig Telenor", status=ActorStatus.DRAFT)

    page = start(client, query="Telenor")

    assert [actor.name for actor, _alike in page.context["alike"]] == ["Telenor Sverige AB"]
    assert client.get(reverse("registration_details")).context["form"].initial["name"] == "Telenor"
    assert start(client, query="Något helt annat").url == reverse("registration_details")


def test_a_number_that_is_here_leads_to_the_profile_and_a_draft_is_not_described(client):
    public = make_actor("Öppen AB", organisation_number="5560125790")
    page = start(client, query="SE556012579001")
    assert page.context["actor"] == public
    assert reverse("actor_claim", args=[public.slug]).encode() in page.content
    Actor.objects.update(status=ActorStatus.DRAFT)

    page = start(client, query=NUMBER)

    assert page.status_code == 200
    assert "Öppen AB".encode() not in page.content


@pytest.mark.parametrize(
    ("query", "message"),
    [("232100-008", "ten digits"), ("232100-0082", "Check the digits"), (PERSONAL, "personal identity number")],
)
def test_a_wrong_number_says_what_is_wrong(client, query, message):
    page = start(client, query=query)

    assert page.status_code == 200
    assert message in str(page.context["form"].errors)


def everything_in_the_database():
    with connection.cursor() as cursor:
        cursor.execute("select table_name from information_schema.tables where table_schema = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        for table in tables:
            cursor.execute(f'select t::text from "{table}" t')
            for (row,) in cursor.fetchall():
                yield table, row
    for session in Session.objects.all():
        yield "session", str(session.get_decoded())


@pytest.mark.parametrize("spelling", [PERSONAL, "19850709-9805", "SE850709980501", "Kalle 8507099805"])
def test_a_sole_traders_number_is_nowhere(client, caplog, spelling):
    caplog.set_level("DEBUG")
    pages = [start(client, query=spelling), start(client, query=spelling, sole_trader="1")]
    pages.append(client.post(reverse("registration_details"), DETAILS | {"organisation_number": spelling}))
    pages.append(start(client, query="Kalles båtar", new="1"))
    sole = {"organisation_number": spelling, "is_sole_trader": "on"}
    pages.append(client.post(reverse("registration_details"), DETAILS | {"name": "", **sole}))
    pages.append(client.post(reverse("registration_details"), DETAILS | {"organisation_number": spelling}))
    pages.append(client.post(reverse("registration_details"), DETAILS | sole))
    client.post(reverse("registration_code"), {"code": code_for(DETAILS["email"])})

    assert Actor.objects.get().is_sole_trader
    digits = "8507099805"
    seen = [row for _table, row in everything_in_the_database()] + [page.content.decode() for page in pages]
    assert len(seen) > 20
    for text in [*seen, caplog.text]:
        assert digits not in text.replace("-", "").replace(" ", "")


def test_the_answer_is_the_same_with_and_without_an_account(client):
    verified(make_user("known@example.org", name="Känd"))

    def pages(email):
        fresh = Client()
        start(fresh, query=NUMBER)
        sent = fresh.post(reverse("registration_details"), DETAILS | {"email": email})
        shown = fresh.get(reverse("registration_code"))
        wrong = fresh.post(reverse("registration_code"), {"code": "BBBB-BBBB"})
        bodies = [one.content.decode().replace(email, "ADDRESS") for one in (sent, shown, wrong)]
        tokens = [one.context["csrf_token"] for one in (shown, wrong)]
        for token in tokens:
            bodies = [body.replace(str(token), "TOKEN") for body in bodies]
        mail = Email.objects.filter(to=email).values("template", "context", "kind", "language").get()
        return sent.url, sent.status_code, bodies, mail

    assert pages("known@example.org") == pages("other@example.org")


def test_a_second_factor_is_still_asked_for_and_nothing_is_made_before(client):
    user = verified(make_user(DETAILS["email"], name="Eva Ek"))
    TOTP.activate(user, generate_totp_secret())

    answer = register(client)

    assert answer.url == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session
    assert client.get(reverse("my_page")).status_code == 302
    assert not Actor.objects.exists()
    assert client.session["registration"]["name"] == "Havsprov AB"


def test_a_closed_door_stays_closed(client):
    verified(make_user(DETAILS["email"], is_active=False))

    answer = register(client)

    assert answer.url == reverse("account_inactive")
    assert "_auth_user_id" not in client.session
    assert not Actor.objects.exists()


def test_who_proves_the_mailbox_owns_the_account_alone(client):
    squatter = make_user(DETAILS["email"], password="a-long-password-here")
    EmailAddress.objects.create(user=squatter, email=DETAILS["email"], verified=False)
    EmailAddress.objects.create(user=squatter, email="bad@example.org", verified=False)
    inside = Client()
    inside.force_login(squatter)

    register(client)

    squatter.refresh_from_db()
    assert not squatter.has_usable_password()
    assert [row.email for row in EmailAddress.objects.all()] == [DETAILS["email"]]
    assert inside.get(reverse("my_page")).status_code == 302
    assert Representative.objects.get().user == squatter


def test_a_wrong_code_keeps_what_was_typed_and_get_changes_nothing(client):
    start(client, query=NUMBER)
    client.post(reverse("registration_details"), DETAILS)
    before = code_for(DETAILS["email"])
    for method in (client.get, client.head):
        assert method(reverse("registration_code")).status_code == 200
    page = client.post(reverse("registration_code"), {"code": "BBBB-BBBB"})
    assert page.status_code == 200
    assert page.context["form"].errors["code"] == [str(proofs.WRONG_CODE)]
    assert not User.objects.exists()

    assert client.post(reverse("registration_code"), {"code": before}).status_code == 302
    assert Actor.objects.get().name == "Havsprov AB"


def test_a_new_code_can_be_asked_for_and_limits_do_not_follow_a_header(client):
    start(client, query=NUMBER)
    client.post(reverse("registration_details"), DETAILS)
    for number in range(proofs.CODES_PER_ADDRESS + 2):
        client.post(reverse("registration_code_again"), headers={"X-Forwarded-For": f"192.0.2.{number}"})
    assert Email.objects.filter(template="registration_code").count() == proofs.CODES_PER_ADDRESS

    page = client.post(reverse("registration_details"), DETAILS)

    assert page.status_code == 429
    assert page.context["form"]["name"].value() == "Havsprov AB"


def test_many_addresses_from_one_client_are_limited_also_with_invented_headers():
    answers = []
    for number in range(proofs.CODES_PER_CLIENT + 3):
        fresh = Client(headers={"X-Forwarded-For": f"192.0.2.{number}"})
        start(fresh, query=NUMBER)
        values = DETAILS | {"email": f"p{number}@example.org"}
        answers.append(fresh.post(reverse("registration_details"), values).status_code)

    assert answers == [302] * proofs.CODES_PER_CLIENT + [429] * 3


def test_a_number_taken_while_the_mail_was_read_loses_nothing(client):
    start(client, query=NUMBER)
    client.post(reverse("registration_details"), DETAILS)
    winner = make_actor("Snabbare AB", organisation_number="5560125790")

    answer = client.post(reverse("registration_code"), {"code": code_for(DETAILS["email"])})
    page = client.get(answer.url)

    assert answer.url == reverse("registration_taken")
    assert page.context["actor"] == winner
    assert page.context["user"].email == DETAILS["email"]
    assert client.session["registration"]["name"] == "Havsprov AB"


def test_a_signed_in_person_needs_no_code(client):
    user = verified(make_user())
    client.force_login(user)
    start(client, query=NUMBER)
    form = client.get(reverse("registration_details")).context["form"]
    assert set(form.fields) == {"name", "kind"}

    answer = client.post(reverse("registration_details"), {"name": "Andra AB", "kind": "industry"})

    actor = Actor.objects.get()
    assert answer.url == reverse("registration_can", args=[actor.slug])
    assert Representative.objects.get().user == user
    assert not Email.objects.exists()


def test_steps_out_of_order_lead_back(client):
    for name in ("registration_details", "registration_code", "registration_taken"):
        assert client.get(reverse(name)).url == reverse("registration_start")
    assert client.post(reverse("registration_code_again")).url == reverse("registration_start")


@pytest.mark.parametrize("name", ["registration_can", "registration_preview", "registration_done", "actor_edit"])
def test_a_draft_is_not_there_for_others(client, name):
    draft = make_actor(status=ActorStatus.DRAFT, representatives=[make_user()])
    client.force_login(verified(make_user()))

    assert client.get(reverse(name, args=[draft.slug])).status_code == 404


def test_names_become_free_addresses():
    made = [
        registration.register_actor(by=make_user(), name=name, kind="sme") for name in ("Å Ä Ö", "Å Ä Ö", "Karta", "李")
    ]

    slugs = [actor.slug for actor in made]
    assert slugs[0] == "a-a-o"
    assert len(set(slugs)) == 4
    assert "karta" not in slugs
    assert all(slugs)


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_with_one_number_in_ten_spellings_make_one_row():
    from tests.actors.test_numbers import SPELLINGS

    people = [verified(make_user()) for _person in range(20)]

    def go(number):
        browser = Client()
        browser.force_login(people[number])
        try:
            start(browser, query=SPELLINGS[number % 10])
            answer = browser.post(reverse("registration_details"), {"name": f"Namn {number}", "kind": "public"})
            return answer.status_code, browser.session["registration"]["name"] if answer.status_code == 200 else ""
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(go, range(20)))

    actor = Actor.objects.get()
    assert actor.organisation_number == "2321000081"
    assert Representative.objects.count() == 1
    assert not Claim.objects.exists()
    assert {status for status, _name in answers} <= {200, 302}


@pytest.mark.django_db(transaction=True)
def test_the_constraint_itself_answers_with_the_holder():
    people = [make_user() for _person in range(20)]

    def go(user):
        try:
            return registration.register_actor(by=user, name="Samma", kind="public", organisation_number="2321000081")
        except registration.AlreadyHere as error:
            return error.actor
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(go, people))

    assert {actor.pk for actor in answers} == {Actor.objects.get().pk}
    assert Representative.objects.count() == 1


def test_one_person_does_not_hold_number_after_number(client, monkeypatch):
    monkeypatch.setattr(registration, "MOST_UNSENT", 1)
    register(client)
    client.post(reverse("registration_start"), {"query": "2321000081", "new": "1"})

    answer = client.post(reverse("registration_details"), DETAILS | {"name": "Annat AB"})

    assert answer.status_code == 429
    assert "Annat AB" in answer.content.decode()
    assert Actor.objects.get().name == "Havsprov AB"


def test_who_proves_the_address_later_does_not_either(client, monkeypatch):
    monkeypatch.setattr(registration, "MOST_UNSENT", 1)
    register(client)
    stranger = Client()

    answer = register(stranger, query="2321000081", name="Annat AB")

    assert answer.status_code == 429
    assert Actor.objects.get().name == "Havsprov AB"
    assert "_auth_user_id" not in stranger.session
