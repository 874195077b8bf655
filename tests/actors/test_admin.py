"""The register in the administration: lists, form, history, claims, rights."""

from datetime import datetime, timedelta

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, User
from actors import actions
from actors.models import Actor, Certainty, Claim, Representative, TwinPair
from actors.models.people import working_days_before
from notifications.actions import queue_email
from notifications.models import Email, EmailState, Suppression
from notifications.rendering import render
from tests.factories import make_actor, make_area, make_claim, make_curator, make_municipality, make_theme, make_user
from tests.staff import sign_in

pytestmark = pytest.mark.django_db
FORM = {
    "name": "Mast AB",
    "slug": "mast",
    "kind": "sme",
    "certainty": "high",
    "representatives-TOTAL_FORMS": 0,
    "representatives-INITIAL_FORMS": 0,
    "claims-TOTAL_FORMS": 0,
    "claims-INITIAL_FORMS": 0,
}


@pytest.fixture
def curator(client):
    user = make_curator(name="Cilla")
    sign_in(client, user)
    return user


def fill(rows):
    """Rows in every table of the register, everything linked to everything."""
    for _ in range(rows):
        place, area, theme = make_municipality(), make_area(parent=make_area()), make_theme()
        actor = make_actor(municipality=place, areas=[area], themes=[theme], representatives=[make_user()])
        waiting = make_actor(status="submitted", submitted_at=timezone.now(), municipality=place)
        make_claim(actor=actor)
        TwinPair.objects.create(first=actor, second=waiting, score=90)
        actions.archive(make_actor(), by=make_curator(), reason="Gone.")
        Email.objects.create(
            key=str(actor.pk),
            kind="transactional",
            to="a@example.org",
            language="sv",
            template="actor_published",
            context={},
            state=EmailState.FAILED,
        )


def lists():
    models = [model for model in admin.site._registry if model._meta.app_label in {"accounts", "actors"}]
    names = [f"{model._meta.app_label}_{model._meta.model_name}_changelist" for model in models]
    return [reverse(f"admin:{name}") for name in [*names, "actors_actor_queue", "index"]]


def test_no_list_costs_more_for_three_rows_than_for_one(client, django_assert_max_num_queries):
    sign_in(client, make_user(is_staff=True, is_superuser=True))
    fill(1)
    costs = {}
    for url in lists():
        client.get(url)
        with django_assert_max_num_queries(30) as queries:
            assert client.get(url).status_code == 200, url
        costs[url] = len(queries)
    fill(2)
    for url in lists():
        with django_assert_max_num_queries(30) as queries:
            client.get(url)
        assert len(queries) == costs[url], url


def test_the_start_page_counts_what_waits(client, curator):
    actor = make_actor()
    Actor.objects.update(updated_at=timezone.now() - timedelta(days=400))
    make_actor(certainty=Certainty.LOW)
    waiting = make_actor(status="submitted", submitted_at=timezone.now())
    make_claim(actor=actor)
    TwinPair.objects.create(first=actor, second=waiting, score=90)
    Email.objects.create(
        key="1", kind="transactional", to="a@example.org", language="sv", template="x", state=EmailState.UNKNOWN
    )
    Suppression.objects.create(address="gone@example.org")
    Suppression.objects.create(address="long.ago@example.org", since=timezone.now() - timedelta(days=32))

    response = client.get("/admin/")

    counts = {row.key: row.count for row in response.context["worklists"]}
    ones = dict.fromkeys(("new", "twins", "claims", "unverified", "nobody", "mails", "stopped"), 1)
    assert counts == {**ones, "unanswered": 0, "ownerless": 0}
    assert [row.name for row in response.context["waiting"]] == [waiting.name]
    for row in response.context["worklists"]:
        page = client.get(row.url)
        assert page.status_code == 200, row.key
        if "cl" in page.context:
            assert page.context["cl"].result_count == row.count, row.key


def test_counting_stops_at_the_cap(client, curator, settings):
    settings.COUNT_CAP = 2
    for _ in range(5):
        make_actor(status="submitted", submitted_at=timezone.now())

    first = client.get("/en/admin/").context["worklists"][0]
    assert (first.count, first.is_capped) == (3, True)
    assert "over 2" in client.get("/en/admin/").content.decode()


def test_a_year_is_written_without_grouping(client, curator):
    make_municipality(population=31996, population_year=2023)

    page = client.get(reverse("admin:actors_municipality_changelist")).content.decode()

    assert "2023" in page
    assert "2\u00a0023" not in page and "2,023" not in page


def change(client, actor, **data):
    return client.post(f"/en/admin/actors/actor/{actor.pk}/change/", {**FORM, "slug": actor.slug, **data})


def test_a_save_is_logged_with_the_person_and_shown_in_the_history(client, curator):
    actor = make_actor("Old AB")

    response = change(client, actor, name="New AB", seen=actor.version)

    assert response.status_code == 302
    page = client.get(f"/en/admin/actors/actor/{actor.pk}/history/")
    saved = page.context["saves"][0]
    assert (saved["by"], [row for row in saved["changes"] if row[0] == "Name"]) == (
        curator,
        [("Name", "Old AB", "New AB")],
    )
    assert [entry.verb for entry in page.context["done"]] == ["actor.edit"]


def test_a_website_without_a_scheme_is_taken_for_an_encrypted_one_as_in_the_public_form(client, curator):
    actor = make_actor()

    change(client, actor, website="mast.example", seen=actor.version)

    assert Actor.objects.get().website == "https://mast.example"


def test_no_save_overwrites_a_newer_one(client, curator):
    actor = make_actor("Old AB")
    seen = actor.version
    Actor.objects.filter(pk=actor.pk).update(name="Theirs AB")

    response = change(client, actor, name="Mine AB", seen=seen)

    page = response.content.decode()
    assert response.status_code == 409
    assert Actor.objects.get().name == "Theirs AB"
    assert response.context["adminform"].form.conflict == [("Name", "Old AB", "Theirs AB")]
    assert 'value="Mine AB"' in page

    again = change(client, actor, name="Mine AB", seen=Actor.objects.get().version)
    assert (again.status_code, Actor.objects.get().name) == (302, "Mine AB")


@pytest.mark.parametrize("seen", ["", "x", "0", "9" * 30])
def test_a_form_without_its_version_saves_nothing(client, curator, seen):
    actor = make_actor("Old AB")

    assert change(client, actor, name="New AB", seen=seen).status_code in {200, 409}
    assert Actor.objects.get().name == "Old AB"


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("232100-008", "The organisation number must have ten digits, for example 232100-0081."),
        ("232100-0082", "The organisation number is not right. Check the digits."),
        ("811218-9876", "This looks like a personal identity number."),
    ],
)
def test_a_wrong_number_is_explained(client, curator, typed, answer):
    actor = make_actor()

    response = change(client, actor, organisation_number=typed, seen=actor.version)

    assert response.status_code == 200
    assert answer in response.content.decode()


@pytest.mark.parametrize("typed", ["2321000081", "232100-0081", " 16 232100 0081 ", "SE232100008101"])
def test_a_number_is_kept_as_ten_digits_however_it_is_spelt(client, curator, typed):
    actor = make_actor()

    assert change(client, actor, organisation_number=typed, seen=actor.version).status_code == 302
    assert Actor.objects.get().organisation_number == "2321000081"


def test_a_taken_number_names_the_other_one(client, curator):
    make_actor("Region X", organisation_number="2321000081")
    actor = make_actor()

    response = change(client, actor, organisation_number="232100-0081", seen=actor.version)

    assert response.status_code == 200
    assert "There is already a profile for that number." in response.content.decode()
    assert (
        change(client, actor, organisation_number="232100-0081", unit="Archive", seen=actor.version).status_code == 302
    )


def test_the_state_cannot_be_written_by_hand(client, curator):
    actor = make_actor(status="draft")

    change(client, actor, name="Mast AB", status="published", seen=actor.version)

    assert Actor.objects.get().status == "draft"


def test_a_curator_may_do_exactly_what_the_group_says(client, curator):
    actor, user = make_actor(), make_user()
    entry = AuditEntry.objects.record(by=None, verb="x.y", target=actor)
    claim = make_claim(actor=actor)
    base = "/en/admin"
    refused = [
        f"{base}/actors/actor/{actor.pk}/delete/",
        f"{base}/accounts/user/add/",
        f"{base}/accounts/user/{user.pk}/delete/",
        f"{base}/accounts/auditentry/add/",
        f"{base}/accounts/auditentry/{entry.pk}/delete/",
        f"{base}/auth/group/",
        f"{base}/auth/group/add/",
        f"{base}/actors/claim/add/",
        f"{base}/actors/claim/{claim.pk}/delete/",
        f"{base}/actors/area/add/",
    ]
    for url in refused:
        assert {client.get(url).status_code, client.post(url, {"post": "yes"}).status_code} == {403}, url

    rights = {
        "email": user.email,
        "name": "x",
        "language": "sv",
        "is_superuser": "on",
        "is_staff": "on",
        "is_active": "on",
    }
    assert client.post(f"{base}/accounts/user/{user.pk}/change/", rights).status_code == 403
    client.post(f"{base}/accounts/user/", {"action": "make_curators", "_selected_action": [user.pk]})
    client.post(f"{base}/actors/actor/", {"action": "delete_selected", "_selected_action": [actor.pk], "post": "yes"})
    user.refresh_from_db()
    assert (user.is_superuser, user.is_staff, user.groups.count()) == (False, False, 0)
    assert Actor.objects.filter(pk=actor.pk).exists()


def test_a_curator_sends_a_mail_again_and_frees_a_stopped_address(client, curator):
    mail = queue_email(
        to="eva@example.org", template="account_unknown", context={"signup_path": "/x/"}, language="sv", key="x"
    )
    Email.objects.update(state=EmailState.FAILED)
    stopped = Suppression.objects.create(address="bo@example.org")

    client.post("/en/admin/notifications/email/", {"action": "send_again", "_selected_action": [mail.pk]})
    client.post(f"/en/admin/notifications/suppression/{stopped.pk}/lift/", {"reason": "He has a new mailbox."})

    assert Email.objects.get(again_of=mail).to == "eva@example.org"
    assert not Suppression.objects.exists()


def test_staff_of_no_group_see_no_table(client):
    sign_in(client, make_user(is_staff=True))

    assert client.get("/admin/").context["app_list"] == []
    for url in lists():
        if not url.endswith("/admin/"):
            assert client.get(url).status_code == 403, url


def test_an_administrator_makes_curators(client):
    sign_in(client, make_user(is_staff=True, is_superuser=True))
    make_curator()
    user = make_user()

    client.post("/en/admin/accounts/user/", {"action": "make_curators", "_selected_action": [user.pk]})

    user = User.objects.get(pk=user.pk)
    assert (user.is_staff, user.has_perm("actors.curate_actor")) == (True, True)
    assert AuditEntry.objects.get().verb == "user.make_curator"


def claim_path(claim):
    return f"/en/admin/actors/claim/{claim.pk}/change/"


def test_an_approved_claim_makes_an_owner_and_the_mail_was_shown(client, curator):
    eva = make_user("eva@mast.example", language="en")
    claim = make_claim(
        actor=make_actor("Mast AB", website="https://www.mast.example", is_website_verified=True), user=eva
    )

    shown = client.get(claim_path(claim))
    client.post(claim_path(claim), {"decision": "approve"})

    assert ("The address is of the actor's own checked domain, mast.example.") in [
        fact for _ok, fact in shown.context["evidence"]
    ]
    assert dict(shown.context["mails"])["approve"] == render(Email.objects.get())
    assert list(Representative.objects.values_list("user", "role")) == [(eva.pk, "owner")]
    assert (Claim.objects.get().state, Claim.objects.get().decided_by) == ("approved", curator)


def test_a_second_claimant_becomes_an_editor(client, curator):
    actor = make_actor(representatives=[make_user()])
    claim = make_claim(actor=actor)

    actions.approve_claim(claim, by=curator)

    assert actor.representatives.get(user=claim.user).role == "editor"


def test_a_claim_is_refused_with_a_reason_only_and_decided_once(client, curator):
    claim = make_claim()

    assert "Write a reason" in client.post(claim_path(claim), {"decision": "refuse"}).content.decode()
    assert "Choose what to do." in client.post(claim_path(claim), {}).content.decode()
    client.post(claim_path(claim), {"decision": "refuse", "text": "Use your work address."})
    again = client.post(claim_path(claim), {"decision": "approve"}, follow=True)

    assert (Claim.objects.get().state, Claim.objects.get().reason) == ("refused", "Use your work address.")
    assert Email.objects.get().template == "claim_refused"
    assert "is already decided" in again.content.decode()
    assert not Representative.objects.exists()


def test_a_pair_can_be_judged_on_its_own_page(client, curator):
    first, second = make_actor("Mast AB"), make_actor("Mast AB")
    actions.remember_twins(first)
    pair = TwinPair.objects.get()

    page = client.get(f"/en/admin/actors/twinpair/{pair.pk}/change/")
    client.post(f"/en/admin/actors/twinpair/{pair.pk}/change/", {"apart": "1"})

    assert page.context["reasons"] == ["name 100 % like"]
    pair.refresh_from_db()
    assert pair.dismissed_by == curator
    actions.remember_twins(second)
    assert list(TwinPair.objects.open()) == []


def test_the_log_is_exported_without_formulas(client, curator):
    actions.archive(make_actor("=cmd()"), by=curator, reason="+1")
    entry = AuditEntry.objects.get()

    response = client.post("/en/admin/accounts/auditentry/", {"action": "export", "_selected_action": [entry.pk]})

    line = response.getvalue().decode("utf-8-sig").splitlines()[1].split(";")
    assert line[1:3] + line[5:] == ["Cilla", "actor.archive", "'=cmd()", "'+1"]


@pytest.mark.parametrize(
    ("now", "days", "before"),
    [
        ("2026-11-23 12:00", 5, "2026-11-16 12:00"),  # Monday to Monday
        ("2026-11-22 12:00", 5, "2026-11-15 12:00"),  # on a Sunday what was asked on Monday still has a day
        ("2026-11-20 12:00", 1, "2026-11-19 12:00"),
    ],
)
def test_weekends_are_no_working_days(now, days, before):
    assert working_days_before(datetime.fromisoformat(now), days) == datetime.fromisoformat(before)


def test_staff_see_claims_nobody_owns_at_once_and_those_an_owner_let_lie_after_five_working_days(client, curator):
    owned = make_actor(representatives=[make_user()])
    unowned, fresh, late = make_claim(), make_claim(actor=owned), make_claim(actor=owned, is_domain_proven=True)
    editors_only = make_actor()
    Representative.objects.create(actor=editors_only, user=make_user(), role="editor")
    only_an_editor = make_claim(actor=editors_only)
    make_claim(state="refused")
    Claim.objects.filter(pk=late.pk).update(created_at=working_days_before(timezone.now(), 5))

    assert [claim.pk for claim in Claim.objects.for_staff()] == [late.pk, unowned.pk, only_an_editor.pk]
    everything = client.get("/en/admin/actors/claim/?state__exact=open").context["cl"].result_list
    assert [claim.pk for claim in everything] == [late.pk, unowned.pk, only_an_editor.pk, fresh.pk]
    page = client.get("/en/admin/actors/claim/?turn=staff")
    assert [claim.pk for claim in page.context["cl"].result_list] == [late.pk, unowned.pk, only_an_editor.pk]
    assert "no owner has answered within five working days" in page.content.decode()
    lists = client.get("/en/admin/").context["worklists"]
    assert next(each.count for each in lists if each.key == "claims") == 3
    assert "own checked website when the person asked" in client.get(claim_path(late)).content.decode()
    assert "own checked website when the person asked" not in client.get(claim_path(fresh)).content.decode()


def test_a_unit_is_cleaned_before_it_is_looked_up(client, curator):
    actor = make_actor(organisation_number="2321000081")

    change(client, actor, unit=" Kust\u202e  enheten ", seen=actor.version)

    actor.refresh_from_db()
    assert actor.unit == "Kust enheten"


def test_who_may_speak_for_an_actor_is_named_by_address(client, curator):
    person, actor = make_user("eva@example.org"), make_actor()
    url = reverse("admin:actors_actor_change", args=[actor.pk])
    one = {"representatives-TOTAL_FORMS": 1, "representatives-0-actor": actor.pk, "representatives-0-role": "owner"}

    def name(address):
        seen = {"seen": Actor.objects.get(pk=actor.pk).version}
        return client.post(url, FORM | one | seen | {"representatives-0-user": address})

    assert name("nobody@example.org").status_code == 200
    assert name(" Eva@Example.org ").status_code == 302
    row = Representative.objects.get()
    assert (row.actor, row.user, row.role) == (actor, person, "owner")
    assert 'value="eva@example.org"' in client.get(url).content.decode()
