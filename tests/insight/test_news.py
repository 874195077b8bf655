"""News by mail: what is new since the mail before, once, about what was chosen, to those who want it when it goes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.conf import settings as configured
from django.core import management
from django.core.exceptions import ValidationError
from django.db import connection, connections
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from actors import actions as register
from actors.models import Actor
from insight import actions, news
from insight.models import Rhythm, Subscription
from missions import news as news_of_missions
from missions.actions import mission as missions
from missions.models import Mission
from notifications import budget, live, sending, telling
from notifications.actions import send_again
from notifications.models import DigestSetting, Email, EmailKind, EmailState, Notification, Suppression, Why
from notifications.schedule import next_in_month
from platforms import actions as platforms
from platforms.models import Partnership
from tests.factories import (
    make_actor,
    make_area,
    make_curator,
    make_municipality,
    make_partnership,
    make_subscription,
    make_theme,
    make_user,
)
from tests.missions.making import MEASURED, make_mission

pytestmark = pytest.mark.django_db(transaction=True)
AN_HOUR, A_DAY, A_WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)


def ago(span=AN_HOUR):
    return timezone.now() - span


def new_actor(name=None, at=AN_HOUR, **fields):
    return make_actor(name, published_at=ago(at), **fields)


def new_partnership(name, *, published=AN_HOUR, started=None, **fields):
    at = ago(published)
    return make_partnership(name, **{"published_at": at, "started_at": ago(started) if started else at, **fields})


def send():
    news.queue_due()
    return sending.send_due()


def again():
    """A week has passed: everything that happened is a week older, and the next mail is due."""
    Email.objects.update(due_at=F("due_at") - A_WEEK, sent_at=F("sent_at") - A_WEEK)
    Subscription.objects.update(told_until=F("told_until") - A_WEEK, next_at=ago())
    Actor.objects.filter(published_at__isnull=False).update(published_at=F("published_at") - A_WEEK)


def text_of(taken):
    return taken.message.get_body(("plain",)).get_content()


def texts(sink):
    return [text_of(taken) for taken in sink.taken]


# ── What it tells ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_one_mail_tells_new_actors_and_partnerships_the_newest_first_with_links_to_them(sink):
    older = new_actor("Mast AB", 3 * A_DAY, municipality=make_municipality(name="Karlshamn"), description_en="Masts.")
    new_actor("Segel AB")
    new_partnership("Living bays", purpose_en="Bays that live.")
    make_subscription("eva@example.org")

    assert send() == {EmailState.SENT: 1}

    text, message = texts(sink)[0], sink.taken[0].message
    order = [
        text.index(words) for words in ("NEW IN THE REGISTER", "Segel AB", "Mast AB", "PARTNERSHIPS", "Living bays")
    ]
    assert order == sorted(order)
    assert "Small or medium-sized company · Karlshamn" in text and "Masts." in text
    assert "A new partnership" in text and "Bays that live." in text
    assert f"{configured.SITE_URL}/en/actors/{older.slug}/" in text
    assert message["Subject"] == "New: Segel AB and 2 more"
    assert message["List-Id"] == f"<news.{configured.MAIL_DOMAIN}>"
    assert text_of(sink.taken[0]).count("Segel AB") == message.get_body(("html",)).get_content().count("Segel AB") - 3


def test_what_does_not_fit_is_counted_and_led_to(sink):
    for _ in range(news.MOST + 3):
        new_actor()
    make_subscription()
    send()

    assert texts(sink)[0].count("Small or medium") == news.MOST
    assert f"And 3 more: {configured.SITE_URL}/en/actors/?sort=new" in texts(sink)[0]


@pytest.mark.parametrize("language", ["sv", "en"])
def test_it_is_written_in_the_language_of_the_subscription(sink, language):
    new_partnership("Levande vikar", name_en="Living bays", themes=[make_theme()])
    make_subscription(language=language)
    send()

    assert ("Living bays" in texts(sink)[0]) is (language == "en")
    assert sink.taken[0].message["Content-Language"] == language


def test_who_chose_hears_of_what_is_about_any_of_it_and_a_sub_area_counts_for_its_area(sink):
    sea, land, water = make_area("sea"), make_area("land"), make_theme("water")
    deep = make_area("deep", parent=sea)
    new_actor("Diver", areas=[deep])
    new_actor("Farmer", areas=[land])
    new_actor("Plumber", themes=[water])
    new_partnership("Deep together", areas=[deep])
    make_subscription("sea@example.org", areas=[sea])
    make_subscription("both@example.org", areas=[sea], themes=[water])
    make_subscription("none@example.org", areas=[make_area("sky")])
    make_subscription("all@example.org")
    send()

    names = ("Diver", "Farmer", "Plumber", "Deep together")
    heard = {taken.to[0]: {name for name in names if name in text_of(taken)} for taken in sink.taken}
    assert heard == {
        "sea@example.org": {"Diver", "Deep together"},
        "both@example.org": {"Diver", "Plumber", "Deep together"},
        "all@example.org": set(names),
    }


def test_a_partnership_is_told_when_it_becomes_public_and_again_when_it_starts(sink):
    bays = make_partnership("Bays", status="forming", is_published=False)
    Partnership.objects.filter(pk=bays.pk).update(created_at=ago(30 * A_DAY))
    assert (bays.published_at, send()) == (None, {})

    Partnership.objects.filter(pk=bays.pk).update(is_published=True)
    bays.refresh_from_db()
    assert bays.published_at and bays.started_at is None
    Partnership.objects.filter(pk=bays.pk).update(published_at=ago(9 * A_DAY))
    platforms.move(bays, "start", by=make_user(is_superuser=True))
    bays.refresh_from_db()
    assert ago(AN_HOUR) < bays.started_at
    Partnership.objects.filter(pk=bays.pk).update(started_at=ago())
    make_subscription()
    send()

    assert "The partnership has started" in texts(sink)[0]


def test_the_first_times_of_a_partnership_stay_whatever_is_saved_later():
    bays = make_partnership("Bays")
    stale = Partnership.objects.get(pk=bays.pk)
    stale.published_at = stale.started_at = None
    stale.is_published = False
    stale.status = "paused"
    stale.save()
    stale.refresh_from_db()

    assert stale.published_at and stale.started_at


def test_one_that_is_new_and_starts_in_the_same_week_is_one_line(sink):
    new_partnership("Bays", published=3 * A_DAY, started=A_DAY)
    make_subscription()
    send()

    assert texts(sink)[0].count("* Bays") == 1
    assert "has started" in texts(sink)[0]


def test_a_mission_is_told_when_it_is_public_when_it_starts_and_when_it_ends_each_once(sink):
    keeper = make_user(is_superuser=True)
    sea = make_area("sea")
    bays = make_mission("Bays", is_published=False, areas=[sea], **MEASURED)
    missions.move(bays, "start", by=keeper)
    Mission.objects.update(started_at=ago(9 * A_DAY))
    missions.publish(bays, by=keeper, is_public=True)
    Mission.objects.update(published_at=ago())
    make_subscription(areas=[sea])
    send()
    again()
    missions.end(bays, by=keeper, outcome="Three of five.", ended_on=timezone.localdate())
    missions.publish(bays, by=keeper, is_public=False)
    missions.publish(bays, by=keeper, is_public=True)
    Mission.objects.update(published_at=ago(8 * A_DAY), ended_at=ago())
    send()

    told = texts(sink)
    assert ["A new mission" in told[0], "The mission has ended" in told[1]] == [True, True]
    assert all("* Bays" in text for text in told)
    assert "A new mission" not in told[1], "what was taken back and comes again is not new"


def test_a_mission_that_starts_in_public_is_told_again_and_one_that_is_taken_back_is_not_told(sink):
    bays = make_mission("Bays", **MEASURED)
    hidden = make_mission("Hidden")
    Mission.objects.update(published_at=ago(9 * A_DAY))
    missions.move(bays, "start", by=make_user(is_superuser=True))
    Mission.objects.filter(pk=bays.pk).update(started_at=ago())
    Mission.objects.filter(pk=hidden.pk).update(published_at=ago(), is_published=False)
    make_subscription()
    send()

    assert "The mission has started" in texts(sink)[0]
    assert "Hidden" not in texts(sink)[0]


def test_a_proposal_is_told_as_one():
    translation.activate("en")
    for state, words in (("candidate", "A mission is proposed"), ("documented", "led elsewhere"), ("forming", "A new")):
        Mission.objects.all().delete()
        make_mission(state=state)
        [told] = news_of_missions.of_missions(ago(), timezone.now())
        assert words in told.text()


def test_the_moments_of_a_mission_stay_whatever_is_saved_later():
    bays = make_mission("Bays", state="started", started_on=timezone.localdate(), **MEASURED)
    stale = Mission.objects.get(pk=bays.pk)
    stale.published_at = stale.started_at = None
    stale.is_published, stale.state = False, "forming"
    stale.save()
    stale.refresh_from_db()
    assert stale.published_at
    assert stale.started_at
    Mission.objects.update(state="ended", ended_on=timezone.localdate())
    stale.refresh_from_db()
    assert stale.ended_at
    Mission.objects.update(state="forming", ended_on=None)
    stale.refresh_from_db()
    assert stale.ended_at is None, "it has not ended after all"


# ── Once ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_nothing_new_is_no_mail(sink):
    new_actor(at=9 * A_DAY)
    make_subscription()

    assert send() == {}
    assert Subscription.objects.get().next_at > timezone.now()


def test_the_next_mail_tells_only_what_came_since(sink):
    new_actor("Mast AB")
    make_subscription()
    send()
    again()
    new_actor("Segel AB")
    send()

    assert [("Mast AB" in text, "Segel AB" in text) for text in texts(sink)] == [(True, False), (False, True)]
    again()
    assert send() == {}


def test_each_is_told_what_came_since_the_last_mail_of_their_own(sink):
    new_actor("Mast AB", 5 * A_DAY)
    new_actor("Segel AB")
    make_subscription("day@example.org", told_until=ago(A_DAY))
    make_subscription("week@example.org")
    send()

    assert {taken.to[0]: "Mast AB" in text_of(taken) for taken in sink.taken} == {
        "week@example.org": True,
        "day@example.org": False,
    }


def test_who_chooses_anew_hears_of_what_comes_after_the_last_time(sink):
    sea, land = make_area("sea"), make_area("land")
    row = make_subscription(areas=[sea])
    new_actor(areas=[sea])
    send()
    again()
    new_actor("Farmer", areas=[land])
    assert send() == {}
    again()
    row.areas.set([land])

    assert send() == {}


def test_what_is_just_being_written_waits_for_the_next(sink):
    new_actor("Mast AB", timedelta(minutes=1))
    make_subscription()
    assert send() == {}

    again()
    assert send() == {EmailState.SENT: 1}


def test_however_often_and_late_the_scheduler_runs_each_moment_comes_once(sink):
    new_actor()
    make_subscription()
    for minutes in (0, 0, 1, 3000):
        news.queue_due(timezone.now() + timedelta(minutes=minutes))

    assert Email.objects.count() == 1


def test_two_schedulers_at_once_queue_each_mail_once():
    new_actor()
    for _ in range(20):
        make_subscription()
    start = Barrier(3)

    def run(_number):
        start.wait()
        try:
            return news.queue_due()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        counts = list(pool.map(run, range(3)))

    assert (sum(counts), Email.objects.count()) == (20, 20)


@pytest.mark.parametrize(
    ("ended", "expected"),
    [
        (EmailState.SENT, {}),
        (EmailState.UNKNOWN, {EmailState.SENT: 1}),
        (EmailState.FAILED, {EmailState.SENT: 1}),
        (EmailState.WITHDRAWN, {EmailState.SENT: 1}),
    ],
)
def test_what_may_not_have_arrived_comes_in_the_next_one(sink, ended, expected):
    new_actor()
    make_subscription()
    news.queue_due()
    Email.objects.update(state=ended, sent_at=timezone.now() if ended == EmailState.SENT else None)
    again()

    assert send() == expected


@pytest.mark.parametrize("state", [EmailState.QUEUED, EmailState.SENDING])
def test_as_long_as_a_mail_is_on_its_way_no_second_one_is_written(sink, state):
    new_actor()
    make_subscription()
    news.queue_due()
    Email.objects.update(state=state, lease_until=timezone.now() + AN_HOUR)
    again()

    assert news.queue_due() == 0
    assert Subscription.objects.get().next_at > timezone.now()


def test_a_mail_of_news_is_not_sent_again_by_staff_what_it_told_comes_with_the_next(sink):
    new_actor()
    make_subscription()
    sink.rcpt["reader@example.org"] = "550 5.7.1 No"
    Subscription.objects.update(email="reader@example.org")
    assert send() == {EmailState.FAILED: 1}
    with pytest.raises(ValidationError):
        send_again(Email.objects.get(), by=make_curator())


# ── Decided when it goes ─────────────────────────────────────────────────────────────────────────────────────────────
def test_what_is_not_public_any_more_is_not_told(sink):
    gone, stays = new_actor("Gone AB"), new_actor("Stays AB")
    hidden = new_partnership("Hidden")
    make_subscription()
    news.queue_due()
    register.archive(gone, by=make_curator(), reason="Closed.")
    Partnership.objects.filter(pk=hidden.pk).update(is_published=False)
    sending.send_due()

    text = texts(sink)[0]
    assert stays.name in text and "Gone AB" not in text and "Hidden" not in text


@pytest.mark.parametrize("how", ["ended", "nothing left", "address"])
def test_who_gets_it_is_decided_when_it_goes(sink, how):
    actor = new_actor()
    row = make_subscription("eva@example.org")
    news.queue_due()
    if how == "ended":
        actions.end(row)
    elif how == "address":
        Subscription.objects.update(email="new@example.org")
    else:
        register.archive(actor, by=make_curator(), reason="Closed.")
    sending.send_due()

    assert sink.taken == []
    assert Email.objects.get(key__startswith="news:").state == EmailState.WITHDRAWN


def test_a_mail_being_tried_again_when_it_is_ended_goes_nowhere(sink):
    new_actor()
    row = make_subscription("eva@example.org")
    sink.rcpt["eva@example.org"] = "452 Full"
    assert send() == {EmailState.QUEUED: 1}
    Email.objects.update(state=EmailState.SENDING, lease_until=timezone.now(), begun_at=None, due_at=timezone.now())
    actions.end(row)
    sink.rcpt.clear()

    assert sending.send_due() == {EmailState.WITHDRAWN: 1}
    assert not Email.objects.filter(to="eva@example.org").exists()


def test_an_address_that_bounces_gets_nothing_and_hears_it_all_when_it_works_again(sink):
    new_actor("Mast AB")
    make_subscription("eva@example.org")
    Suppression.objects.create(address="eva@example.org")
    assert send() == {EmailState.SUPPRESSED: 1}

    Suppression.objects.all().delete()
    again()
    assert send() == {EmailState.SENT: 1}


def test_news_that_is_a_quarter_old_is_none(sink):
    new_actor("Old AB", 100 * A_DAY)
    make_subscription(told_until=ago(200 * A_DAY))

    assert send() == {}


# ── Somebody with an account ─────────────────────────────────────────────────────────────────────────────────────────
def told(user, actor):
    telling.notify([user.pk], thing=f"actor:{actor.pk}", place="space:1", kind="posted", why=Why.MEMBER)


@pytest.mark.parametrize(
    ("digest", "seen", "is_told"), [(2, False, False), (0, False, True), (0, True, False), (2, True, False)]
)
def test_what_a_personal_digest_tells_or_the_person_has_seen_is_not_told_again(sink, digest, seen, is_told):
    eva, actor = make_user("eva@example.org", language="en"), new_actor("Mast AB")
    new_actor("Segel AB")
    told(eva, actor)
    DigestSetting.objects.update(days=digest)
    if seen:
        Notification.objects.update(read_at=timezone.now())
    make_subscription(eva.email)
    make_subscription("bo@example.org")
    send()

    heard = {taken.to[0]: "Mast AB" in text_of(taken) for taken in sink.taken}
    assert heard == {"eva@example.org": is_told, "bo@example.org": True}


def reminders(address, *days):
    for number, day in enumerate(days):
        at = ago(day * A_DAY)
        Email.objects.create(
            key=f"r{number}",
            kind=EmailKind.REMINDER,
            to=address,
            language="en",
            template="x",
            state=EmailState.SENT,
            due_at=at,
            sent_at=at,
        )


@pytest.mark.parametrize(("has_account", "days", "waits"), [(True, [3], 4), (False, [3], 0), (False, [3, 1], 4)])
def test_it_waits_until_the_week_has_room_and_nothing_is_lost(sink, has_account, days, waits):
    if has_account:
        make_user("eva@example.org")
    new_actor("Mast AB")
    make_subscription("eva@example.org")
    reminders("eva@example.org", *days)
    news.queue_due()
    mail = Email.objects.get(template="news")

    assert round((mail.due_at - timezone.now()) / A_DAY) == waits
    Email.objects.filter(pk=mail.pk).update(due_at=timezone.now())
    assert sending.send_due() == {EmailState.SENT: 1}


def test_it_counts_among_the_mails_of_the_week(sink):
    eva = make_user("eva@example.org")
    new_actor()
    make_subscription(eva.email)
    send()

    assert round((budget.first_room([eva.email], "space_silent")[eva.email] - timezone.now()) / A_DAY) == 7


def test_whoever_has_muted_everything_gets_none(sink):
    eva = make_user("eva@example.org")
    telling.set_muted(eva, "everything", muted=True)
    new_actor()
    make_subscription(eva.email)

    assert send() == {}


# ── When ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (datetime(2026, 11, 28, tzinfo=UTC), datetime(2026, 12, 1, 7, tzinfo=UTC)),
        (datetime(2026, 12, 1, 6, 59, tzinfo=UTC), datetime(2026, 12, 1, 7, tzinfo=UTC)),
        (datetime(2026, 12, 1, 7, tzinfo=UTC), datetime(2027, 1, 5, 7, tzinfo=UTC)),
        (datetime(2027, 3, 30, 7, tzinfo=UTC), datetime(2027, 4, 6, 6, tzinfo=UTC)),
    ],
)
def test_once_a_month_is_the_first_tuesday_at_eight(after, expected):
    assert next_in_month(after, 2, 8) == expected


def test_the_mail_of_the_month_tells_the_month(sink):
    new_actor("Mast AB", 25 * A_DAY)
    make_subscription(rhythm=Rhythm.MONTHLY, told_until=ago(31 * A_DAY))
    send()

    text = " ".join(texts(sink)[0].split())
    assert "once a month" in text and "Mast AB" in text
    assert timezone.localtime(Subscription.objects.get().next_at).day <= 7


def test_without_a_worker_the_command_queues_and_sends_it_too(sink):
    new_actor()
    make_subscription()
    management.call_command("send_due_mail")

    assert len(sink.taken) == 1


# ── Many ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("count", [3, 30])
def test_the_number_of_questions_does_not_follow_the_number_of_subscriptions(sink, count):
    areas = [make_area() for _ in range(3)]
    for area in areas:
        new_actor(areas=[area])
        new_partnership("Bays", areas=[area])
        make_mission("Bays", areas=[area])
    Mission.objects.update(published_at=ago())
    for number in range(count):
        make_subscription(areas=areas[number % 3 :][:1], language=("sv", "en")[number % 2])

    with CaptureQueriesContext(connection) as queueing:
        assert news.queue_due() == count
    with CaptureQueriesContext(connection) as sent:
        assert sending.send_due() == {EmailState.SENT: count}

    assert (len(queueing), len(sent)) == (20, 25), [query["sql"][:90] for query in [*queueing, *sent]]


def test_for_all_who_are_told_the_same_the_words_are_made_once(monkeypatch):
    new_actor()
    for number in range(6):
        make_subscription(language=("sv", "en")[number % 2])
    news.queue_due()
    mails, made = list(Email.objects.all()), []
    parts = news._parts
    monkeypatch.setattr(news, "_parts", lambda told: made.append(told) or parts(told))

    batch = live.Batch(mails)
    assert all(batch.read(mail)["parts"] for mail in mails)
    assert len(made) == 2
