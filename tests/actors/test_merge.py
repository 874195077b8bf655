"""Twins are made one, nothing is lost on the way, and it can be undone."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from actors import actions
from actors.actions.merge import plan
from actors.models import (
    Actor,
    Claim,
    ClaimState,
    Competence,
    Merge,
    Representative,
    RepresentativeRole,
    Reviewing,
    TwinPair,
)
from actors.models.merging import unanswered
from actors.region import load, read_folder
from notifications.models import Email
from notifications.rendering import render
from tests.factories import (
    make_actor,
    make_area,
    make_claim,
    make_curator,
    make_municipality,
    make_space,
    make_theme,
    make_user,
)

TINY = Path(__file__).parent.parent / "region_tiny"
VOLVO, SKF = "5560125790", "5560073495"
pytestmark = pytest.mark.django_db


def everything(*actors):
    """The state of some actors and of all that points at them, but for the counter of saves, which only goes up."""
    pks = [actor.pk for actor in actors]
    rows = [
        list(model.objects.filter(**{f"{column}__in": pks}).order_by("pk").values())
        for model, column in (
            (Actor, "pk"),
            (Representative, "actor"),
            (Claim, "actor"),
            (TwinPair, "first"),
            (Reviewing, "actor"),
        )
    ]
    for actor in rows[0]:
        actor.pop("version")
    tags = [
        sorted(getattr(Actor, name).through.objects.filter(actor__in=pks).values_list("actor", through))
        for name, through in (("areas", "area"), ("themes", "theme"), ("competences", "competence"))
    ]
    return rows, tags


def twins():
    """A published and a submitted actor with everything that can point at one."""
    eva, bo, ada, cy = (make_user(f"{name}@example.org", language="en") for name in ("eva", "bo", "ada", "cy"))
    place, area, other, theme = make_municipality(), make_area(), make_area(), make_theme()
    skill = Competence.objects.create(slug="s", name_sv="S")
    winner = make_actor("Mast", areas=[area], themes=[theme], representatives=[eva], organisation_number=SKF)
    loser = make_actor(
        "Mast AB",
        status="submitted",
        submitted_at=timezone.now(),
        areas=[area, other],
        competences=[skill],
        municipality=place,
        organisation_number=VOLVO,
        unit="North",
        latitude="56.16000",
        longitude="15.58000",
        description_en="Masts.",
        website="https://mast.example",
        representatives=[bo],
    )
    Representative.objects.create(actor=winner, user=ada, role=RepresentativeRole.EDITOR)
    Representative.objects.create(actor=loser, user=ada, role=RepresentativeRole.OWNER)
    make_claim(loser, cy, message="Me")
    make_claim(winner, cy, message="Me again")
    make_claim(loser, make_user(), message="Let me in")
    make_claim(loser, make_user(), state=ClaimState.REFUSED)
    actions.remember_twins(loser)
    Reviewing.objects.look(loser, by=eva)
    return Actor.objects.get(pk=winner.pk), Actor.objects.get(pk=loser.pk)


def test_every_relation_to_an_actor_says_what_merging_does_to_it(monkeypatch):
    assert unanswered(Actor) == []
    monkeypatch.delattr(Claim, "merging")
    assert unanswered(Actor) == ["actors.claim.actor"]


def test_merging_moves_everything_and_the_higher_role_wins():
    winner, loser = twins()
    curator = make_curator()

    made = actions.merge(winner, loser, by=curator, choices={"organisation_number": "loser"}, reason="One company")

    winner, loser = Actor.objects.get(pk=winner.pk), Actor.objects.get(pk=loser.pk)
    assert (winner.name, winner.organisation_number, winner.unit) == ("Mast", VOLVO, "North")
    assert (winner.description_en, str(winner.latitude), winner.website) == (
        "Masts.",
        "56.16000",
        "https://mast.example",
    )
    assert [winner.areas.count(), winner.themes.count(), winner.competences.count()] == [2, 1, 1]
    roles = winner.representatives.order_by("user__email").values_list("user__email", "role")
    assert list(roles) == [(f"{name}@example.org", "owner") for name in ("ada", "bo", "eva")]
    assert winner.claims.filter(state=ClaimState.OPEN).count() == 2
    assert loser.claims.filter(state=ClaimState.OPEN).count() == 0
    assert (loser.status, loser.merged_into, loser.organisation_number, loser.unit) == ("archived", winner, "", "")
    assert loser.representatives.count() == 0
    assert sorted(Email.objects.values_list("to", flat=True)) == ["ada@example.org", "bo@example.org"]
    verbs = AuditEntry.objects.filter(verb="actor.merge").values_list("target_id", "by")
    assert set(verbs) == {(str(winner.pk), curator.pk), (str(loser.pk), curator.pk)}
    assert (made.reason, made.by, made.undone_at) == ("One company", curator, None)
    mail = render(Email.objects.first())
    assert mail.subject == "Mast AB is now a part of Mast"
    assert "One company" in mail.text
    assert winner.slug in mail.text


@pytest.mark.parametrize("side", ["winner", "loser"])
def test_merging_and_undoing_leaves_the_very_same_rows(side):
    winner, loser = twins()
    before = everything(winner, loser)
    choices = dict.fromkeys([*actions.default_choices(winner, loser)], side)

    made = actions.merge(winner, loser, by=make_curator(), choices=choices, reason="x")
    assert everything(winner, loser) != before
    actions.undo_merge(made, by=make_curator())

    assert everything(winner, loser) == before
    made.refresh_from_db()
    assert made.undone_at
    with pytest.raises(ValidationError, match=r"already undone|redan"):
        actions.undo_merge(made, by=make_curator())


def change_name(winner, loser):
    winner.name = "Other"
    winner.save()


def take_number(winner, loser):
    make_actor(organisation_number=VOLVO, unit="north")


def demote(winner, loser):
    winner.representatives.filter(user__email="ada@example.org").update(role="editor")


def untag(winner, loser):
    winner.competences.clear()


def decide_claim(winner, loser):
    actions.approve_claim(winner.claims.get(message="Let me in"), by=make_curator())


def merge_on(winner, loser):
    actions.merge(make_actor("Third"), winner, by=make_curator())


@pytest.mark.parametrize("spoil", [change_name, take_number, demote, untag, decide_claim, merge_on])
def test_what_changed_since_is_named_and_nothing_is_undone(spoil):
    winner, loser = twins()
    made = actions.merge(winner, loser, by=make_curator(), choices={"name": "loser"}, reason="x")
    winner = Actor.objects.get(pk=winner.pk)
    spoil(winner, loser)
    after = everything(winner, loser)

    with pytest.raises(ValidationError) as error:
        actions.undo_merge(made, by=make_curator())

    assert error.value.code in ("clash", "merged")
    assert error.value.code == "merged" or error.value.params["what"]
    assert everything(winner, loser) == after


def test_a_person_who_left_since_does_not_come_back():
    winner, loser = twins()
    made = actions.merge(winner, loser, by=make_curator(), reason="x")
    Representative.objects.filter(user__email__in=["ada@example.org", "bo@example.org"]).delete()

    actions.undo_merge(made, by=make_curator())

    assert [row.user.email for row in Representative.objects.filter(actor__in=[winner, loser])] == ["eva@example.org"]


def test_who_represents_the_merged_one_again_is_named_and_not_doubled():
    winner, loser = twins()
    made = actions.merge(winner, loser, by=make_curator(), reason="x")
    Representative.objects.create(actor=loser, user=Representative.objects.get(user__email="ada@example.org").user)

    with pytest.raises(ValidationError) as error:
        actions.undo_merge(made, by=make_curator())

    assert error.value.code == "clash"
    assert "Ada" in error.value.params["what"]


def test_it_can_be_undone_for_90_days():
    winner, loser = make_actor(), make_actor()
    made = actions.merge(winner, loser, by=make_curator())
    Merge.objects.update(at=timezone.now() - timedelta(days=90, minutes=1))
    made.refresh_from_db()

    with pytest.raises(ValidationError) as error:
        actions.undo_merge(made, by=make_curator())

    assert error.value.code == "late"
    Merge.objects.update(at=timezone.now() - timedelta(days=89))
    actions.undo_merge(made, by=make_curator())
    assert Actor.objects.get(pk=loser.pk).status == "published"


def test_only_curators_merge_and_undo():
    owner = make_user()
    winner, loser = make_actor(representatives=[owner]), make_actor(representatives=[owner])
    with pytest.raises(PermissionDenied):
        actions.merge(winner, loser, by=owner, reason="x")
    made = actions.merge(winner, loser, by=make_curator(), reason="x")
    with pytest.raises(PermissionDenied):
        actions.undo_merge(made, by=owner)


@pytest.mark.parametrize(
    ("code", "fields", "more"),
    [
        ("reason", {}, {"reason": " "}),
        ("public", {"winner": "submitted"}, {}),
        ("state", {"loser": "archived"}, {}),
        ("state", {"winner": "draft"}, {}),
        ("choice", {}, {"choices": {"name": "both"}}),
        ("choice", {}, {"choices": {"slug": "loser"}}),
        ("changed", {}, {"versions": (0, None)}),
        ("changed", {}, {"versions": (None, 0)}),
    ],
)
def test_what_cannot_be_merged_is_said_and_nothing_happens(code, fields, more):
    eva, bo = make_user(), make_user()
    winner = make_actor(representatives=[eva], status=fields.get("winner", "published"))
    loser = make_actor(representatives=[bo], status=fields.get("loser", "published"))
    before = everything(winner, loser)

    with pytest.raises(ValidationError) as error:
        actions.merge(winner, loser, by=make_curator(), **{"reason": "x", **more})

    assert error.value.code == code
    assert (everything(winner, loser), Merge.objects.count(), Email.objects.count()) == (before, 0, 0)


def test_an_actor_is_not_merged_into_itself():
    one = make_actor()
    with pytest.raises(ValidationError) as error:
        actions.merge(one, one, by=make_curator())
    assert error.value.code == "same"


@pytest.mark.parametrize(("status", "into"), [("published", "other"), ("archived", "itself")])
def test_the_database_keeps_what_is_merged_archived_and_never_into_itself(status, into):
    one, other = make_actor(status=status), make_actor()

    with pytest.raises(IntegrityError, match="actor_merged_is_archived"), transaction.atomic():
        Actor.objects.filter(pk=one.pk).update(merged_into={"other": other, "itself": one}[into])


def test_a_merged_actor_is_neither_restored_nor_offered_to_be():
    winner, loser, curator = make_actor(), make_actor(), make_curator()
    actions.merge(winner, loser, by=curator)
    loser.refresh_from_db()

    assert actions.open_steps(loser, curator) == []
    with pytest.raises(ValidationError) as error:
        actions.restore(loser, by=curator)
    assert error.value.code == "merged"


def test_the_preview_counts_what_comes_over():
    winner, loser = twins()
    seen = plan(winner, loser, actions.default_choices(winner, loser))
    assert (seen.representatives, seen.claims, seen.tags, len(seen.mails), seen.needs_reason) == (2, 2, 2, 2, True)


def test_the_fuller_then_the_published_value_is_ticked():
    winner = make_actor("Mast", description_sv="Vi")
    loser = make_actor("Mast AB", status="submitted", description_en="We", description_sv="Oss")
    chosen = actions.default_choices(winner, loser)
    assert [chosen[name] for name in ("name", "description_sv", "description_en", "areas")] == [
        "winner",
        "winner",
        "loser",
        "both",
    ]
    assert actions.who_stays(loser, winner) == (winner, loser)


def test_the_old_address_leads_to_the_new_one(client):
    first, second, third = make_actor("First"), make_actor("Second"), make_actor("Third")
    actions.merge(second, first, by=make_curator())
    made = actions.merge(third, second, by=make_curator())

    for path in (first.get_absolute_url(), second.get_absolute_url()):
        response = client.get(path)
        assert (response.status_code, response.url) == (301, third.get_absolute_url())
    for format in ("csv", "json"):
        rows = b"".join(client.get(reverse("actor_export", args=[format])).streaming_content)
        assert (b"Third" in rows, b"Second" in rows, b"First" in rows) == (True, False, False)
    actions.undo_merge(made, by=make_curator())
    assert client.get(second.get_absolute_url()).status_code == 200


def test_an_address_leads_nowhere_that_the_reader_may_not_see(client):
    winner, loser = make_actor(status="submitted"), make_actor(status="submitted")
    actions.merge(winner, loser, by=make_curator())
    assert client.get(loser.get_absolute_url()).status_code == 404


def test_loading_the_region_again_reports_a_merged_actor_and_leaves_it(capsys):
    load(read_folder(TINY))
    winner, loser = Actor.objects.order_by("pk")[:2]
    actions.merge(winner, loser, by=make_curator(), reason="x", choices={"description_sv": "loser"})
    before = everything(winner, loser)

    call_command("load_region", TINY)

    assert everything(winner, loser) == before
    assert f"{loser.slug} (" in capsys.readouterr().out
    assert load(read_folder(TINY)).kinds["actor"].merged == {loser.slug: winner.slug}


def somebody_waits_for_us():
    with connection.cursor() as cursor:
        waiting = "SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        cursor.execute(f"SELECT EXISTS ({waiting})")
        return cursor.fetchone()[0]


def at_once(*acts):
    """Do each act in a thread of its own, all begun together; what came of each: "done", or why it was refused."""
    ready = Barrier(len(acts))

    def go(act):
        try:
            ready.wait()
            act()
        except ValidationError as error:
            return error.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(go, acts))


def when_it_waits_for_us(pool, act):
    """Begin `act` in another thread, and return its outcome to come once it waits for what we have locked."""
    outcome = pool.submit(at_once, act)
    end = time.monotonic() + 10
    while not somebody_waits_for_us():
        assert time.monotonic() < end
        time.sleep(0.01)
    return outcome


@pytest.mark.django_db(transaction=True)
def test_both_are_locked_in_one_order_whichever_stays():
    """Else two curators who merge the same pair in opposite directions could wait for each other."""
    first, second, curator = make_actor(), make_actor(), make_curator()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Actor.objects.select_for_update().get(pk=first.pk)
            outcome = when_it_waits_for_us(pool, partial(actions.merge, second, first, by=curator))
            free = Actor.objects.select_for_update(skip_locked=True).filter(pk=second.pk)
            assert list(free) == [second]
        assert outcome.result(timeout=10) == ["done"]


@pytest.mark.django_db(transaction=True)
def test_an_undo_that_comes_while_somebody_saves_sees_what_was_saved():
    winner, loser, curator = make_actor("Mast"), make_actor("Mast AB"), make_curator()
    made = actions.merge(winner, loser, by=curator, choices={"name": "loser"})

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Actor.objects.filter(pk=winner.pk).update(name="Mast i Blekinge")
            outcome = when_it_waits_for_us(pool, partial(actions.undo_merge, made, by=curator))
        assert outcome.result(timeout=10) == ["clash"]
    assert Actor.objects.get(pk=winner.pk).name == "Mast i Blekinge"


@pytest.mark.django_db(transaction=True)
def test_two_curators_who_undo_the_same_merge_at_once_undo_it_once():
    one, other, curators = make_actor(), make_actor(), [make_curator(), make_curator()]
    made = actions.merge(one, other, by=curators[0])

    done = at_once(*(partial(actions.undo_merge, made, by=curator) for curator in curators))

    assert done == ["done", "state"]
    assert AuditEntry.objects.filter(verb="actor.undo_merge").count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_curators_who_merge_the_same_pair_at_once_merge_it_once():
    one, other, curators = make_actor(), make_actor(), [make_curator(), make_curator()]

    done = at_once(
        partial(actions.merge, one, other, by=curators[0]), partial(actions.merge, other, one, by=curators[1])
    )

    assert done == ["done", "state"]
    assert Merge.objects.count() == 1
    assert Actor.objects.exclude(merged_into=None).count() == 1


def test_curators_hear_nothing_of_rows_in_closed_rooms_and_undoing_leaves_what_was_changed_there():
    curator, bo, ann = make_curator(), make_user(name="Bo Secret"), make_user(name="Ann Secret")
    winner, loser, third = make_actor(), make_actor(), make_actor()
    space = make_space("Secret Room", members=[bo, ann])
    space.members.filter(user__in=[bo, ann]).update(on_behalf_of=loser)
    made = actions.merge(winner, loser, by=curator)
    assert set(space.members.filter(user__in=[bo, ann]).values_list("on_behalf_of", flat=True)) == {winner.pk}
    assert [row for row in made.moved["rows"] if not row.get("quiet")] == []
    space.members.filter(user=bo).update(on_behalf_of=third)

    actions.undo_merge(made, by=curator)

    now = dict(space.members.filter(user__in=[bo, ann]).values_list("user", "on_behalf_of"))
    assert now == {bo.pk: third.pk, ann.pk: loser.pk}
