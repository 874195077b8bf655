"""The agreement of a partnership: each organisation accepts each version, once, by somebody who speaks for it."""

from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEntry
from platforms import actions
from platforms.models import Agreement, AgreementAcceptance, Partnership, PartnershipMember
from tests.factories import make_actor, make_curator, make_partnership, make_user
from tests.platforms.test_partnerships import address, get, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def agreed():
    """Eva, who speaks for one of the two organisations of a partnership, and version 1 of its agreement."""
    eva = make_user("eva@example.org", name="Eva Ek")
    mine, other = make_actor("Mine", representatives=[eva]), make_actor("Other")
    together = make_partnership(members=[mine, other])
    agreement = actions.add_agreement(together, by=make_curator(), text_sv="Vi lovar **allt**.")
    return eva, together, agreement


def member_of(together, name):
    return together.members.get(actor__name=name)


def accept(client, agreement, member):
    path = address("agreement_accept", agreement.partnership.slug, agreement.version)
    return client.post(path, {"member": member.pk})


def test_a_representative_is_told_reads_and_accepts_once(client, agreed):
    eva, together, agreement = agreed
    mine, page = member_of(together, "Mine"), address("partnership_agreement", together.slug, 1)

    assert "has not accepted" not in text_of(get(client, "partnership", together.slug))
    client.force_login(eva)
    assert "Mine has not accepted version 1 of the agreement yet." in text_of(get(client, "partnership", together.slug))
    assert "Accept for Mine" in text_of(client.get(page))
    assert "<strong>allt</strong>" in client.get(page).content.decode()

    assert accept(client, agreement, mine).status_code == 302
    assert accept(client, agreement, mine).status_code == 302

    acceptance = AgreementAcceptance.objects.get()
    assert (acceptance.member, acceptance.by) == (mine, eva)
    entry = AuditEntry.objects.get(verb="partnership.accept")
    assert (entry.by, entry.reason) == (eva, "Mine: 1")
    assert "has not accepted" not in text_of(get(client, "partnership", together.slug))
    assert "Accept for" not in text_of(client.get(page))


def test_anybody_reads_the_agreement_and_which_organisations_accepted_but_not_who(client, agreed):
    eva, together, agreement = agreed
    actions.accept_agreement(agreement, member_of(together, "Mine"), by=eva)

    said = text_of(get(client, "partnership_agreement", together.slug, 1))

    assert "Mine" in said.split("Accepted by")[1]
    assert "Eva" not in said
    assert "eva@" not in said
    assert get(client, "partnership_agreement", together.slug, 2).status_code == 404


def test_an_organisation_that_was_never_public_is_not_named_by_what_it_accepted(client, agreed):
    _eva, together, agreement = agreed
    secret = PartnershipMember.objects.create(partnership=together, actor=make_actor("Secret Draft", status="draft"))
    AgreementAcceptance.objects.create(agreement=agreement, member=secret)

    page = get(client, "partnership_agreement", together.slug, 1)

    assert "Secret Draft" not in page.content.decode()


def test_a_new_version_asks_anew_and_the_old_one_says_that_it_is_old(client, agreed):
    eva, together, first = agreed
    mine = member_of(together, "Mine")
    actions.accept_agreement(first, mine, by=eva)
    second = actions.add_agreement(together, by=make_curator(), text_sv="Vi lovar mer.")
    client.force_login(eva)

    assert second.version == 2
    assert "Mine has not accepted version 2" in text_of(get(client, "partnership", together.slug))
    old = text_of(get(client, "partnership_agreement", together.slug, 1))
    assert "This is an older version." in old
    assert "Accept for" not in old
    with pytest.raises(ValidationError):
        actions.accept_agreement(first, mine, by=eva)
    actions.accept_agreement(second, mine, by=eva)
    assert "has not accepted" not in text_of(get(client, "partnership", together.slug))


def test_nobody_accepts_for_an_organisation_that_they_do_not_speak_for(client, agreed):
    eva, together, agreement = agreed
    others = member_of(together, "Other")
    elsewhere = PartnershipMember.objects.create(
        partnership=make_partnership(), actor=make_actor(representatives=[eva])
    )

    for user in (eva, make_curator()):
        with pytest.raises(PermissionDenied):
            actions.accept_agreement(agreement, others, by=user)
    with pytest.raises(PartnershipMember.DoesNotExist):
        actions.accept_agreement(agreement, elsewhere, by=eva)
    client.force_login(eva)
    for sent in (others.pk, elsewhere.pk, "", "x", "٣", "9" * 40):
        path = address("agreement_accept", together.slug, 1)
        assert client.post(path, {"member": sent}).status_code == 404
    assert not AgreementAcceptance.objects.exists()


def test_an_organisation_that_left_and_a_closed_partnership_accept_nothing(client, agreed):
    eva, together, agreement = agreed
    mine = member_of(together, "Mine")
    client.force_login(eva)
    together.members.update(left_on=timezone.localdate())
    with pytest.raises(ValidationError):
        actions.accept_agreement(agreement, mine, by=eva)
    together.members.update(left_on=None)
    Partnership.objects.update(status="closed")
    with pytest.raises(ValidationError):
        actions.accept_agreement(agreement, mine, by=eva)

    assert "has not accepted" not in text_of(get(client, "partnership", together.slug))
    assert accept(client, agreement, mine).status_code == 302
    assert not AgreementAcceptance.objects.exists()


def test_only_those_who_may_add_agreements_do(agreed):
    eva, together, _agreement = agreed
    with pytest.raises(PermissionDenied):
        actions.add_agreement(together, by=eva, text_sv="Mitt.")


def at_once(*calls):
    """Run each call in a thread of its own, all from the same moment on; what they returned."""
    barrier, answers = Barrier(len(calls)), []

    def run(call):
        barrier.wait()
        try:
            answers.append(call())
        finally:
            connection.close()

    threads = [Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.django_db(transaction=True)
def test_colleagues_who_accept_at_once_make_one_acceptance_and_one_line_in_the_log():
    people = [make_user() for _ in range(8)]
    together = make_partnership(members=[make_actor(representatives=people)])
    agreement = Agreement.objects.create(partnership=together, version=1, text_sv="Vi lovar.")
    member = together.members.get()

    answers = at_once(*(lambda by=by: actions.accept_agreement(agreement, member, by=by) for by in people))

    assert sorted(answers) == [False] * 7 + [True]
    assert AgreementAcceptance.objects.count() == 1
    assert AuditEntry.objects.filter(verb="partnership.accept").count() == 1


@pytest.mark.django_db(transaction=True)
def test_versions_that_are_added_at_once_get_a_number_each():
    together, curator = make_partnership(), make_user(is_staff=True, is_superuser=True)

    at_once(*(lambda: actions.add_agreement(together, by=curator, text_sv="Vi lovar.") for _ in range(4)))

    assert sorted(together.agreements.values_list("version", flat=True)) == [1, 2, 3, 4]
