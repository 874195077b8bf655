"""Partnerships in the administration: lists, the form, members, agreements that nobody changes, steps as buttons."""

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from platforms.models import Agreement, AgreementAcceptance, Partnership, PartnershipMember
from tests.factories import make_actor, make_area, make_curator, make_partnership, make_theme, make_user
from tests.staff import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator(client):
    user = make_curator(name="Cilla")
    sign_in(client, user)
    return user


def address(row, page="change"):
    return f"/en/admin/platforms/partnership/{row.pk}/{page}/"


def typed(row, *, members=(), agreements=(), **fields):
    """What the form sends for `row`, with new members and agreements."""
    data = {
        "seen": row.updated_at.isoformat(),
        "name_sv": row.name_sv,
        "purpose_sv": row.purpose_sv,
        "slug": row.slug,
        "certainty": row.certainty,
        "is_published": "on",
        "members-TOTAL_FORMS": len(members),
        "members-INITIAL_FORMS": sum("id" in one for one in members),
        "agreements-TOTAL_FORMS": row.agreements.count() + len(agreements),
        "agreements-INITIAL_FORMS": row.agreements.count(),
    }
    for number, agreement in enumerate(row.agreements.all()):
        data[f"agreements-{number}-id"] = agreement.pk
    for name, rows in (("members", members), ("agreements", agreements)):
        first = row.agreements.count() if name == "agreements" else 0
        for number, one in enumerate(rows, first):
            data |= {f"{name}-{number}-{column}": value for column, value in one.items()}
    return {**data, **fields}


def fill(rows):
    for _ in range(rows):
        actors = [make_actor() for _ in range(rows)]
        together = make_partnership(members=actors, themes=[make_theme()], areas=[make_area()], lead=actors[0])
        for version in range(1, rows + 1):
            Agreement.objects.create(partnership=together, version=version, text_sv="Vi lovar.")


def test_no_page_costs_more_for_many_rows(client, curator, django_assert_max_num_queries):
    fill(1)
    changes = reverse("admin:platforms_partnership_changelist")

    def costs():
        found = []
        for url in (changes, address(Partnership.objects.order_by("-pk").first())):
            client.get(url)
            with django_assert_max_num_queries(30) as queries:
                assert client.get(url).status_code == 200
            found.append(len(queries))
        return found

    first = costs()
    fill(3)

    assert costs() == first


def test_a_partnership_is_made_with_its_members_and_logged(client, curator):
    actor = make_actor("Firm")
    data = {
        "name_sv": "Frisk kust",
        "slug": "frisk-kust",
        "purpose_sv": "Syfte",
        "certainty": "high",
        "members-TOTAL_FORMS": 1,
        "members-INITIAL_FORMS": 0,
        "members-0-actor": actor.pk,
        "members-0-role": "partner",
        "members-0-is_new": "true",
        "agreements-TOTAL_FORMS": 1,
        "agreements-INITIAL_FORMS": 0,
        "agreements-0-dated_on": "2026-11-24",
        "agreements-0-text_sv": "Vi lovar.",
    }

    response = client.post("/en/admin/platforms/partnership/add/", data)

    assert response.status_code == 302
    made = Partnership.objects.get()
    assert (made.status, made.is_published) == ("forming", False)
    assert [(m.actor, m.is_new) for m in made.members.all()] == [(actor, True)]
    assert [(a.version, a.text_sv) for a in made.agreements.all()] == [(1, "Vi lovar.")]
    assert {e.verb for e in AuditEntry.objects.all()} == {"partnership.agreement", "partnership.add"}


def test_no_save_overwrites_a_newer_one_and_both_are_shown(client, curator):
    together = make_partnership("Old")
    sent = typed(together, name_sv="Mine")
    theirs = Partnership.objects.get(pk=together.pk)
    theirs.name_sv = "Theirs"
    theirs.save()

    response = client.post(address(together), sent)

    assert response.status_code == 409
    assert Partnership.objects.get().name_sv == "Theirs"
    assert response.context["adminform"].form.conflict == [("Name in Swedish", "Theirs", "Mine")]
    assert 'value="Mine"' in response.content.decode()
    again = client.post(address(together), {**sent, "seen": Partnership.objects.get().updated_at.isoformat()})
    assert (again.status_code, Partnership.objects.get().name_sv) == (302, "Mine")


@pytest.mark.parametrize("seen", ["", "x", "2020-01-01", "9" * 60])
def test_a_form_without_its_version_saves_nothing(client, curator, seen):
    together = make_partnership("Old")

    assert client.post(address(together), typed(together, name_sv="Mine", seen=seen)).status_code in {200, 409}
    assert Partnership.objects.get().name_sv == "Old"


def test_an_agreement_is_added_as_the_next_version_and_never_changed(client, curator):
    together = make_partnership()
    first = Agreement.objects.create(partnership=together, version=1, text_sv="Vi lovar.")
    data = typed(together, agreements=[{"dated_on": "2026-11-24", "text_sv": "Vi lovar mer.", "version": "9"}])
    data |= {"agreements-0-text_sv": "Vi lovar inget.", "agreements-0-DELETE": "on"}

    assert client.post(address(together), data).status_code == 302

    assert [(a.version, a.text_sv) for a in together.agreements.order_by("version")] == [
        (1, "Vi lovar."),
        (2, "Vi lovar mer."),
    ]
    assert 'name="agreements-0-text_sv"' not in client.get(address(together)).content.decode()
    assert Agreement.objects.get(pk=first.pk).text_sv == "Vi lovar."


def test_the_status_is_changed_by_the_buttons_of_the_workflow_only(client, curator):
    together = make_partnership(status="active")

    client.post(address(together), typed(together, status="closed"))
    assert Partnership.objects.get().status == "active"
    page = client.get(address(together)).content.decode()
    assert [step in page for step in ("move/pause/", "move/close/", "move/start/", "move/reopen/")] == [
        True,
        True,
        False,
        False,
    ]
    assert client.post(address(together, "move/pause")).status_code == 302
    assert Partnership.objects.get().status == "paused"
    said = client.post(address(together, "move/pause"), follow=True)
    assert "is paused now. Nothing was changed." in said.content.decode()
    assert client.post(address(together, "move/nonsense")).status_code == 404
    assert client.get(address(together, "move/close")).status_code == 405


def test_members_are_searched_for_among_actors_and_nonsense_is_an_error_in_the_form(client, curator):
    together, actor = make_partnership(), make_actor("Findable")
    found = client.get(
        reverse("admin:autocomplete"),
        {"app_label": "platforms", "model_name": "partnershipmember", "field_name": "actor", "term": "Finda"},
    )
    assert [row["text"] for row in found.json()["results"]] == ["Findable"]

    for nonsense in (":", "9" * 40, "-1", "\u0663"):
        response = client.post(address(together), typed(together, members=[{"actor": nonsense, "role": "partner"}]))
        assert response.status_code == 200
        response = client.post(address(together), typed(together, lead=nonsense))
        assert response.status_code == 200
    assert (
        client.post(address(together), typed(together, members=[{"actor": actor.pk, "role": "partner"}])).status_code
        == 302
    )
    assert PartnershipMember.objects.get().actor == actor


def test_a_member_is_removed_only_if_it_has_accepted_nothing(client, curator):
    together = make_partnership(members=[make_actor("Accepted"), make_actor("Mistaken")])
    accepted, mistaken = together.members.all()
    agreement = Agreement.objects.create(partnership=together, version=1, text_sv="Vi lovar.")
    AgreementAcceptance.objects.create(agreement=agreement, member=accepted)

    def remove(member):
        row = {"id": member.pk, "actor": member.actor_id, "role": "partner", "DELETE": "on"}
        return client.post(address(together), typed(Partnership.objects.get(), members=[row]))

    response = remove(accepted)
    assert response.status_code == 200
    assert "Accepted has accepted an agreement, so its row stays." in response.content.decode()
    assert remove(mistaken).status_code == 302
    assert list(together.members.all()) == [accepted]


def test_a_partnership_that_ends_before_it_starts_is_refused(client, curator):
    together = make_partnership()

    response = client.post(address(together), typed(together, starts_on="2026-02-01", ends_on="2026-01-01"))

    assert response.status_code == 200
    assert "The partnership ends before it starts." in response.content.decode()


def test_those_who_may_not_change_partnerships_do_not(client):
    together = make_partnership(status="active")
    user = make_user(is_staff=True)
    sign_in(client, user)

    assert client.get(address(together)).status_code == 403
    assert client.post(address(together, "move/pause")).status_code == 403
    assert client.post(address(together), typed(together, name_sv="Mine")).status_code == 403
    assert Partnership.objects.get().status == "active"
