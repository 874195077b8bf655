"""Profiles are kept true: whom a mail asks, how often, what an answer from the mail does, and what curators see."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.conf import settings as configured
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import AuditEntry
from actors import worklists
from actors.actions import freshness
from actors.models import Actor, ActorStatus, Representative, RepresentativeRole, StillRight
from actors.models.people import ASKING
from actors.tasks import ask_if_still_right
from notifications import telling, wishes
from notifications.live import NoLonger, read
from notifications.models import Email, EmailKind, EmailState, Suppression
from notifications.rendering import render
from notifications.sending import send_due
from tests.factories import make_actor, make_curator, make_municipality, make_user
from tests.staff import sign_in

pytestmark = pytest.mark.django_db
LISTS = ("to_ask", "asked", "unanswered", "nobody_to_ask")


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def eva():
    return make_user("eva@example.org", name="Eva Ek", language="en")


def ago(days):
    return timezone.now() - timedelta(days=days)


def old(*representatives, name=None, days=200, **fields):
    """A profile that was saved and confirmed so many days ago."""
    actor = make_actor(name, representatives=representatives, **{"confirmed_at": ago(days), **fields})
    Actor.objects.filter(pk=actor.pk).update(updated_at=ago(days))
    actor.refresh_from_db()
    return actor


def asked(actor, *, days=0, times=1):
    return StillRight.objects.create(actor=actor, asked_at=ago(days), times=times)


def link(actor, user, view="still_right", *, days=0):
    return freshness.answer_path(StillRight(actor=actor, asked_at=ago(days)), user.pk, view)


def mails():
    return Email.objects.filter(template=ASKING)


# ── Asking ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_one_mail_asks_a_person_about_all_their_old_profiles_once(eva):
    bo = make_user("bo@example.org")
    mine, ours = old(eva), old(eva, bo)
    make_actor(representatives=[eva])
    old(eva, status=ActorStatus.ARCHIVED)
    old(make_user(is_active=False))
    fresh = old(eva)
    Actor.objects.filter(pk=fresh.pk).update(confirmed_at=ago(100))

    assert [ask_if_still_right(), ask_if_still_right()] == [2, 0]

    told = {mail.user: mail.context["actors"] for mail in mails()}
    assert told == {eva: [mine.pk, ours.pk], bo: [ours.pk]}
    assert set(mails().values_list("kind", flat=True)) == {EmailKind.REMINDER}
    assert set(StillRight.objects.values_list("actor", "times")) == {(mine.pk, 1), (ours.pk, 1)}


def test_the_months_are_those_of_the_setting(eva, settings):
    old(eva, days=200)
    settings.ACTOR_FRESH_MONTHS = 7
    assert freshness.ask_due() == 0
    settings.ACTOR_FRESH_MONTHS = 6
    assert freshness.ask_due() == 1


def test_it_is_asked_again_after_a_month_three_times_in_all_and_then_it_is_for_the_curators(eva):
    actor = old(eva)
    for times in (1, 2, 3):
        assert freshness.ask_due() == 1
        StillRight.objects.update(asked_at=ago(29))
        assert freshness.ask_due() == 0
        assert list(Actor.objects.asked()) == [actor]
        StillRight.objects.update(asked_at=ago(30))
        assert StillRight.objects.get().times == times
    assert freshness.ask_due() == 0
    assert list(Actor.objects.unanswered()) == [actor]


def test_after_an_answer_the_count_begins_anew(eva):
    actor = old(eva)
    asked(actor, days=300, times=3)
    assert freshness.ask_due() == 1
    assert StillRight.objects.get().times == 1


def test_whoever_wants_no_such_mails_or_cannot_be_reached_is_not_asked(eva):
    muted, stopped = make_user(), make_user("gone@example.org")
    wishes.stop(eva, ASKING)
    telling.set_muted(muted, "everything", muted=True)
    Suppression.objects.create(address=stopped.email)
    actors = {old(person) for person in (eva, muted, stopped)}

    assert freshness.ask_due() == 0
    assert set(Actor.objects.nobody_to_ask()) == actors
    assert not StillRight.objects.exists()


def test_every_old_profile_is_in_exactly_one_list(eva):
    for days, times in ((1, 1), (1, 3), (40, 1), (40, 3), (201, 2), (300, 3)):
        asked(old(eva), days=days, times=times)
        asked(old(), days=days, times=times)
    old(eva)
    make_actor(representatives=[eva])

    found = [actor for name in LISTS for actor in getattr(Actor.objects, name)()]
    assert len(found) == len(set(found)) == 13
    assert set(found) == set(Actor.objects.stale())
    assert [getattr(Actor.objects, name)().count() for name in LISTS] == [4, 2, 1, 6]


def test_without_room_in_the_week_the_question_waits(eva):
    old(eva)
    sent = {"to": eva.email, "language": "en", "template": "space_silent", "kind": EmailKind.REMINDER}
    Email.objects.create(key="x", state=EmailState.SENT, sent_at=ago(2), due_at=ago(2), **sent)
    freshness.ask_due()
    assert timedelta(days=4.9) < mails().get().due_at - timezone.now() < timedelta(days=5.1)


@pytest.mark.django_db(transaction=True)
def test_two_schedulers_at_once_ask_once():
    start, actors = Barrier(3), [old(make_user()) for _number in range(4)]

    def run(_number):
        start.wait()
        freshness.ask_due()
        connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(run, range(3)))
    assert mails().count() == 4
    assert set(StillRight.objects.values_list("actor", "times")) == {(actor.pk, 1) for actor in actors}


@pytest.mark.django_db(transaction=True)
def test_a_run_beside_another_asks_nobody():
    old(make_user())

    def run(_number):
        try:
            return freshness.ask_due()
        finally:
            connections.close_all()

    with transaction.atomic(), connection.cursor() as cursor, ThreadPoolExecutor(1) as pool:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [freshness.ALONE])
        assert list(pool.map(run, [1])) == [0]
    assert freshness.ask_due() == 1


def test_a_run_takes_a_day_s_share_with_the_same_number_of_questions_for_any_number(
    monkeypatch, django_assert_num_queries
):
    for days in (300, 301):
        old(make_user(), days=days)
    with django_assert_num_queries(10):
        assert freshness.ask_due() == 2
    several = [old(make_user(), make_user(), days=220 + number) for number in range(8)]
    monkeypatch.setattr(freshness, "A_RUN", 6)
    with django_assert_num_queries(10):
        assert freshness.ask_due() == 12
    assert set(Actor.objects.to_ask()) == set(several[:2])


def test_a_question_is_counted_at_least_once_and_not_without_end():
    for times in (0, 4):
        with pytest.raises(IntegrityError, match="still_right_times"), transaction.atomic():
            asked(make_actor(), times=times)


# ── The mail ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_mail_says_what_stands_in_each_profile_and_gives_each_its_own_ways_to_answer(eva):
    place = make_municipality(name="Karlshamn")
    actor = old(eva, name="Mast AB", municipality=place, website="https://mast.example", description_en="We rig.")
    other = old(eva, name="Segel AB")
    freshness.ask_due()
    mail = mails().get()
    made = render(mail, live=read(mail))

    assert made.subject == "Are your 2 profiles still right?"
    for text in ("Karlshamn", "https://mast.example", "We rig.", "Segel AB"):
        assert text in made.text and text in made.html
    for one in (actor, other):
        question = StillRight.objects.get(actor=one)
        for view in ("still_right", "still_right_left"):
            path = configured.SITE_URL + freshness.answer_path(question, eva.pk, view)
            assert path in made.text and path in made.html
        assert f"{configured.SITE_URL}/en/actors/{one.slug}/edit/" in made.text
    assert "List-Unsubscribe" in made.headers


def test_no_key_lies_in_the_outbox(eva):
    actor = old(eva)
    freshness.ask_due()
    path = freshness.answer_path(StillRight.objects.get(), eva.pk)
    assert mails().get().context == {"actors": [actor.pk]}
    assert not Email.objects.filter(context__icontains=path.split("/")[-2]).exists()


@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda actor: Actor.objects.update(confirmed_at=timezone.now()),
        lambda actor: actor.save(),
        lambda actor: Actor.objects.update(status=ActorStatus.ARCHIVED),
        lambda actor: Representative.objects.all().delete(),
    ],
)
def test_a_mail_that_waits_does_not_go_when_there_is_nothing_to_ask_any_more(eva, meanwhile):
    actor = old(eva)
    freshness.ask_due()
    assert read(mails().get())["count"] == 1
    meanwhile(actor)
    with pytest.raises(NoLonger):
        read(mails().get())


# ── Answering ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_looking_changes_nothing_and_a_press_confirms_without_signing_in(client, eva):
    actor, waiting = old(eva, name="Mast AB"), old(eva, name="Segel AB")
    freshness.ask_due()
    path = freshness.answer_path(StillRight.objects.get(actor=actor), eva.pk)
    for ask in (client.get, client.head):
        answer = ask(path)
        assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    assert Actor.objects.get(pk=actor.pk).confirmed_at == actor.confirmed_at
    assert "noindex" in client.get(path).content.decode()

    answer = client.post(path)

    assert timezone.now() - Actor.objects.get(pk=actor.pk).confirmed_at < timedelta(minutes=1)
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.by, entry.target_label) == ("actor.confirm", eva, "Mast AB")
    assert path.split("/")[-2] not in f"{entry.reason} {entry.target_id}"
    assert not answer.cookies
    assert freshness.answer_path(StillRight.objects.get(actor=waiting), eva.pk) in answer.content.decode()
    assert list(Actor.objects.stale()) == [waiting]


def test_an_answer_works_with_the_cookies_of_somebody_else(eva):
    actor, browser = old(eva), Client(enforce_csrf_checks=True)
    browser.force_login(make_user())
    assert browser.post(link(actor, eva)).status_code == 200
    assert AuditEntry.objects.get().by == eva


def test_a_second_press_changes_nothing_and_the_page_says_that_it_is_answered(client, eva):
    actor = old(eva)
    path = link(actor, eva)
    client.post(path)
    confirmed_at = Actor.objects.get(pk=actor.pk).confirmed_at
    assert client.post(path).status_code == 200
    assert Actor.objects.get(pk=actor.pk).confirmed_at == confirmed_at
    assert AuditEntry.objects.count() == 1
    page = client.get(path).content.decode()
    assert "nothing more is needed" in page and '<form class="form"' not in page


@pytest.mark.parametrize("view", ["still_right", "still_right_left"])
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("left", freshness.NOT_YOURS),
        ("closed", freshness.NOT_YOURS),
        ("archived", freshness.registration.NOT_PUBLISHED),
        ("old", freshness.EXPIRED),
    ],
)
def test_what_can_no_longer_be_answered_says_so_and_changes_nothing(client, eva, view, wrong, words):
    actor = old(eva, make_user())
    path = link(actor, eva, view, days=121 if wrong == "old" else 119)
    if wrong == "left":
        Representative.objects.filter(user=eva).delete()
    elif wrong == "closed":
        type(eva).objects.filter(pk=eva.pk).update(is_active=False)
    elif wrong == "archived":
        Actor.objects.update(status=ActorStatus.ARCHIVED)
    people = Representative.objects.count()
    for ask in (client.get, client.post):
        answer = ask(path)
        assert answer.status_code == 410
        assert str(words) in answer.content.decode()
    assert Actor.objects.get().confirmed_at == actor.confirmed_at
    assert Representative.objects.count() == people
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("view", ["still_right", "still_right_left"])
def test_who_may_answer_is_judged_when_they_do(client, eva, view, monkeypatch):
    """Between the page and the lock the person has left."""
    actor, judge = old(eva), freshness.why_not

    def leaves(found):
        reason = judge(found)
        Representative.objects.all().delete()
        return reason

    monkeypatch.setattr(freshness, "why_not", leaves)
    assert client.post(link(actor, eva, view)).status_code == 410
    assert Actor.objects.get().confirmed_at == actor.confirmed_at
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("view", ["still_right", "still_right_left"])
def test_an_address_that_we_did_not_make_is_a_404(client, eva, view):
    actor, bo = old(eva), make_user()
    path = link(actor, eva, view)
    key = re.search(r"[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[a-z2-7]{26}", path)[0]
    first, _person, *rest = key.split("-")
    for forged in (f"{first}-{bo.pk:x}-{'-'.join(rest)}", "x", key[:-1] + ("a" if key[-1] != "a" else "b")):
        assert client.post(path.replace(key, forged)).status_code == 404
    assert Actor.objects.get().confirmed_at == actor.confirmed_at


# ── Leaving ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def left_mails():
    return Email.objects.filter(template="representative_left")


def test_whoever_no_longer_works_there_gives_the_profile_back_and_the_others_are_told(client, eva):
    bo, actor = make_user("bo@example.org", language="en"), old(eva, name="Mast AB")
    Representative.objects.create(actor=actor, user=bo, role=RepresentativeRole.EDITOR)
    path = link(actor, eva, "still_right_left")
    client.get(path)
    assert Representative.objects.count() == 2

    assert client.post(path).status_code == 200

    assert list(actor.representatives.values_list("user", flat=True)) == [bo.pk]
    assert [(entry.verb, entry.by) for entry in AuditEntry.objects.all()] == [("representative.leave", eva)]
    mail = left_mails().get()
    assert (mail.user, mail.kind) == (bo, EmailKind.TRANSACTIONAL)
    made = render(mail, live=read(mail))
    assert made.subject == "Eva Ek no longer represents Mast AB"
    assert "nobody owns the profile now" in made.text
    assert list(Actor.objects.ownerless()) == [actor]
    assert client.post(path).status_code == 410


def test_when_nobody_is_left_the_curators_are_told_within_their_week_and_find_it_in_their_list(client, eva):
    curator, busy = make_curator("c@example.org", language="en"), make_curator("busy@example.org")
    make_user(is_staff=True)
    sent = {"to": busy.email, "language": "en", "template": "space_silent", "kind": EmailKind.REMINDER}
    Email.objects.create(key="x", state=EmailState.SENT, sent_at=ago(2), **sent)
    actor = old(eva, name="Mast AB")
    client.post(link(actor, eva, "still_right_left"))

    mail = left_mails().get()
    assert (mail.user, mail.kind) == (curator, EmailKind.REMINDER)
    assert render(mail, live=read(mail)).subject == "Nobody looks after Mast AB any longer"
    assert list(Actor.objects.ownerless()) == [actor]

    Representative.objects.create(actor=actor, user=busy, role=RepresentativeRole.OWNER)
    with pytest.raises(NoLonger):
        read(mail)
    assert not Actor.objects.ownerless().exists()


def test_a_profile_that_nobody_ever_looked_after_has_not_lost_its_owner(eva):
    old()
    old(eva)
    assert not Actor.objects.ownerless().exists()


# ── Curators ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def curator(client):
    user = make_curator(name="Cilla")
    sign_in(client, user)
    return user


def test_the_list_can_be_narrowed_to_each_state(client, curator, eva):
    actors = {"stale": old(eva), "asked": old(eva), "unanswered": old(eva), "nobody": old()}
    asked(actors["asked"])
    asked(actors["unanswered"], days=31, times=3)
    expected = {name: {actor} for name, actor in actors.items()} | {"stale": set(actors.values()), "ownerless": set()}
    expected |= {"": set(actors.values()), "nonsense": set(actors.values())}
    for name, found in expected.items():
        page = client.get(reverse("admin:actors_actor_changelist"), {"fresh": name})
        assert set(page.context["cl"].queryset) == found, name
    counts = {row.key: row.count for row in worklists.for_curator()}
    assert {name: counts[name] for name in ("unanswered", "nobody", "ownerless")} == {
        "unanswered": 1,
        "nobody": 1,
        "ownerless": 0,
    }


def test_a_curator_asks_now_also_about_what_is_fresh(client, curator, eva):
    fresh, empty, draft = make_actor(representatives=[eva]), old(), old(eva, status=ActorStatus.DRAFT)
    chosen = {"action": "ask_selected", "_selected_action": [fresh.pk, empty.pk, draft.pk]}
    page = client.post(reverse("admin:actors_actor_changelist"), chosen, follow=True)

    assert "1 profile is asked about. People who get a mail" in page.content.decode()
    assert StillRight.objects.get().actor == fresh
    mail = mails().get()
    assert (mail.user, mail.kind, read(mail)["count"]) == (eva, EmailKind.REMINDER, 1)
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.by, entry.target_id) == ("actor.ask_if_still_right", curator, str(fresh.pk))


def test_a_curator_asks_once_more_when_the_number_is_used_up(curator, eva):
    actor = old(eva)
    asked(actor, days=31, times=3)
    assert freshness.ask_now(Actor.objects.all(), by=curator) == (1, 1)
    assert StillRight.objects.get().times == 3
    assert list(Actor.objects.asked()) == [actor]


def test_nobody_but_a_curator_asks_now(eva):
    make_actor(representatives=[eva])
    with pytest.raises(PermissionDenied):
        freshness.ask_now(Actor.objects.all(), by=eva)


# ── In public ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_profile_says_in_words_whether_it_was_confirmed(client):
    confirmed, loaded = make_actor(confirmed_at=timezone.now()), make_actor()
    month = f"{timezone.localdate():%B %Y}"
    assert f"Confirmed by the organisation {month}" in client.get(confirmed.get_absolute_url()).content.decode()
    page = client.get(loaded.get_absolute_url()).content.decode()
    assert f"Last updated {month}, not confirmed by the organisation" in page


def test_open_data_tells_the_share_that_organisations_confirmed_within_the_months(client, eva):
    make_actor(confirmed_at=ago(100))
    make_actor(confirmed_at=ago(190))
    make_actor()
    make_actor(confirmed_at=ago(1), status=ActorStatus.ARCHIVED)
    told = "1 of 3 profiles were confirmed by their organisations within the last 6 months."
    assert told in client.get(reverse("open_data")).content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_question_is_sent(eva):
    old(eva)
    freshness.ask_due()
    send_due()
    assert mails().get().state == EmailState.SENT
