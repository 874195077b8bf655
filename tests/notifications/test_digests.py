"""The digest: everything that was neither seen nor told, once, to those who may know it when it goes out."""

import threading
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as configured
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notifications import digests, live, sending, subjects, telling, wishes
from notifications.models import DigestSetting, Email, EmailKind, EmailState, Notification, Part, Why
from notifications.tokens import SETTINGS, token
from tests.factories import make_user
from tests.notifications.conftest import queue
from tests.notifications.test_killed import wait_until
from tests.notifications.test_notices import berth, tell  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db(transaction=True)
TUESDAY = datetime(2026, 11, 24, 8, tzinfo=ZoneInfo("Europe/Stockholm"))


@pytest.fixture
def eva():
    return make_user("eva@example.org", language="en")


def due(*people, now=TUESDAY):
    """The digest of these people is due at `now`."""
    for one in people:
        DigestSetting.objects.update_or_create(user=one, defaults={"next_at": now})


def send(now=TUESDAY):
    digests.queue_due(now)
    Email.objects.filter(state=EmailState.QUEUED).update(due_at=timezone.now())
    return sending.send_due()


def text_of(taken):
    return taken.message.get_body(("plain",)).get_content()


def test_one_mail_tells_it_all_newest_first_with_why_and_where(sink, eva):
    tell(eva, number=1)
    tell(eva, number=2)
    tell(eva, number=3, part=Part.NEEDS, why=Why.SPOKEN_TO)
    tell(eva, number=4, part=Part.DECIDED)
    due(eva)

    assert send() == {EmailState.SENT: 1}

    text = text_of(sink.taken[0])
    order = [text.index(words) for words in ("NEEDS YOU", "Berth 3", "DECIDED", "Berth 4", "NEW", "Berth 2", "Berth 1")]
    assert order == sorted(order)
    assert "You are told because you are spoken to." in text and "The harbour" in text
    assert f"{configured.SITE_URL}/berth/3/" in text
    assert sink.taken[0].message["Subject"] == "1 thing waits for you"
    assert not Notification.objects.pending().exists()
    assert Notification.objects.unread().count() == 4


def test_what_does_not_fit_is_counted(sink, eva):
    for number in range(12):
        tell(eva, number=number)
    due(eva)
    send()

    assert text_of(sink.taken[0]).count("Berth") == digests.MOST[Part.NEW]
    assert "And 5 more" in text_of(sink.taken[0])


def test_nothing_new_is_no_mail(sink, eva):
    due(eva)
    assert send() == {}
    tell(eva)
    telling.mark_read(eva, "berth:1")
    due(eva)
    assert send() == {}
    assert DigestSetting.objects.get().next_at == TUESDAY + timedelta(days=7)


@pytest.mark.parametrize("how", ["read", "muted place", "may not", "never", "closed"])
def test_who_gets_it_is_decided_when_it_goes_out(sink, eva, how, monkeypatch):
    tell(eva)
    due(eva)
    digests.queue_due(TUESDAY)
    if how == "read":
        telling.mark_read(eva, "berth:1")
    elif how == "muted place":
        telling.set_muted(eva, "harbour:1", muted=True)
    elif how == "never":
        DigestSetting.objects.update(days=0, next_at=None)
    elif how == "may not":
        monkeypatch.setattr(subjects, "_readers", {"berth": lambda rows: {}})
    else:
        eva.is_active = False
        eva.save()

    assert send() == {EmailState.WITHDRAWN: 1}
    assert sink.taken == []


@pytest.mark.parametrize(("target", "sent"), [("everything", 0), ("harbour:1", 0), ("berth:1", 0), ("kind:moored", 1)])
def test_what_is_said_by_name_is_mailed_unless_the_thing_the_place_or_everything_is_muted(sink, eva, target, sent):
    telling.set_muted(eva, target, muted=True)
    tell(eva, why=Why.SPOKEN_TO)
    due(eva)
    send()

    assert len(sink.taken) == sent


@pytest.mark.parametrize("target", ["everything", "harbour:1", "berth:1", "kind:moored"])
def test_whoever_has_muted_all_that_is_new_gets_no_digest_and_none_is_counted(sink, eva, target):
    tell(eva)
    telling.set_muted(eva, target, muted=True)
    telling.set_muted(make_user(), "everything", muted=True)
    due(eva)

    assert digests.queue_due(TUESDAY) == 0
    assert DigestSetting.objects.get().silent == 0
    assert Notification.objects.pending().count() == 1


def test_however_often_and_late_the_scheduler_runs_each_moment_comes_once(sink, eva):
    tell(eva)
    due(eva)
    for minutes in (0, 0, 1, 3000):
        digests.queue_due(TUESDAY + timedelta(minutes=minutes))

    assert Email.objects.count() == 1
    assert DigestSetting.objects.get().next_at == TUESDAY + timedelta(days=7)


def test_what_happens_while_it_is_on_its_way_comes_in_the_next(sink, eva):
    tell(eva, number=1)
    due(eva)
    digests.queue_due(TUESDAY)
    (mail,) = sending.claim_digests()
    digests.read([mail])
    tell(eva, number=1)  # between reading and the server's answer

    sending._next_slice({mail.pk: "250"}, [])

    assert Notification.objects.pending().count() == 1


def test_looking_at_a_digest_changes_nothing(eva):
    tell(eva)
    due(eva)
    digests.queue_due(TUESDAY)
    live.read(Email.objects.get())

    assert Notification.objects.get().digest is None


def test_a_digest_in_doubt_is_never_sent_again_and_its_things_come_in_the_next(sink, eva):
    tell(eva)
    due(eva)
    sink.data["eva@example.org"] = "take and drop"
    assert send() == {EmailState.UNKNOWN: 1}

    sink.data.clear()
    due(eva, now=TUESDAY + timedelta(days=7))
    assert send(TUESDAY + timedelta(days=7)) == {EmailState.SENT: 1}
    assert "Berth 1" in text_of(sink.taken[-1])


def test_a_server_that_says_later_gets_it_later(sink, eva):
    tell(eva)
    due(eva)
    sink.rcpt["eva@example.org"] = "452 Full"
    assert send() == {EmailState.QUEUED: 1}
    assert Notification.objects.pending().count() == 1
    sink.rcpt.clear()
    assert send() == {EmailState.SENT: 1}


def test_whoever_stays_away_gets_one_a_month_that_says_so(sink, eva):
    now, sent = TUESDAY, []
    due(eva)
    for _week in range(16):
        tell(eva)
        if send(now):
            sent.append(now)
        now += timedelta(days=7)

    weeks = [(later - earlier).days // 7 for earlier, later in pairwise(sent)]
    assert weeks == [1, 1, 4, 4, 4]
    assert "Since you left" in sink.taken[-1].message["Subject"]
    assert "Since you left" not in sink.taken[0].message["Subject"]


@pytest.mark.parametrize("count", [1, 3, 60])
def test_the_number_of_questions_does_not_follow_the_number_of_digests(sink, count, monkeypatch):
    monkeypatch.setattr(live, "FRESH", 60)  # a busy machine would ask again
    people = [make_user(f"p{n}@example.org", language="sv" if n % 2 else "en") for n in range(count)]
    for number in range(3):
        tell(*people, number=number)
    due(*people)

    with CaptureQueriesContext(connection) as asked:
        assert send() == {EmailState.SENT: count}

    assert len(asked) == 27, [query["sql"][:80] for query in asked]
    assert len(sink.ids()) == count


def test_of_a_dead_sender_only_the_slice_on_the_line_is_in_doubt(sink, settings, monkeypatch):
    monkeypatch.setattr(sending, "SLICE", 2)
    settings.MAIL_LEASE = 0
    people = [make_user() for _ in range(6)]
    tell(*people)
    due(*people)
    digests.queue_due(TUESDAY)
    Email.objects.update(due_at=timezone.now())
    batch = sending.claim_digests()
    digests.read(batch)
    sending._next_slice({}, batch[:2])
    sending._next_slice({mail.pk: "250" for mail in batch[:2]}, batch[2:4])  # and then it dies

    settings.MAIL_LEASE = 60
    sending.send_due()

    ended = [Email.objects.get(pk=mail.pk).state for mail in batch]
    assert ended == [EmailState.SENT] * 2 + [EmailState.UNKNOWN] * 2 + [EmailState.SENT] * 2
    assert set(Notification.objects.pending().values_list("user", flat=True)) == {mail.user_id for mail in batch[2:4]}


@pytest.mark.parametrize("how", ["refused", "unwanted", "muted"])
def test_what_a_mail_of_its_own_never_told_comes_in_the_digest(sink, eva, how, monkeypatch):
    mail = queue(eva.email, user=eva, kind=EmailKind.REMINDER, live="asked" if how == "muted" else "")
    tell(eva, mailed={eva.pk: mail.key})
    if how == "refused":
        sink.data[eva.email] = "554 5.7.1 Looks like spam"
    elif how == "unwanted":
        wishes.stop(eva, mail.template)
    else:
        monkeypatch.setitem(live._readers, "asked", muted)
    assert not Notification.objects.pending().exists()
    sending.send_due()

    sink.data.clear()
    due(eva)
    assert send() == {EmailState.SENT: 1}
    assert "Berth 1" in text_of(sink.taken[0])


def muted(email):
    raise live.NoLonger("muted")


@pytest.mark.parametrize("ending", ["sent", "unknown"])
def test_what_a_mail_of_its_own_told_or_may_have_told_is_not_repeated(sink, eva, ending):
    mail = queue(eva.email, user=eva)
    tell(eva, mailed={eva.pk: mail.key})
    if ending == "unknown":
        sink.data[eva.email] = "take and drop"
    sending.send_due()

    assert not Notification.objects.pending().exists()


# ── Two at once ──────────────────────────────────────────────────────────────────────────────────────────────────────
def two_digests(person):
    """The digests of two days, since the mail server was away on the first."""
    for day in (TUESDAY, TUESDAY + timedelta(days=1)):
        due(person, now=day)
        digests.queue_due(day)
    Email.objects.update(due_at=timezone.now())


def test_two_digests_of_a_person_with_two_senders_tell_each_thing_once(sink, eva, monkeypatch):
    tell(eva)
    two_digests(eva)
    monkeypatch.setattr(sending, "DIGESTS", 1)
    batches = [sending.claim_digests(), sending.claim_digests()]

    told = [digests.read(batch)[batch[0].pk] for batch in batches]

    assert [isinstance(one, live.NoLonger) for one in told] == [False, True]


def test_two_digests_of_a_person_with_one_slow_sender_tell_each_thing_once(sink, eva, monkeypatch):
    monkeypatch.setattr(live, "FRESH", -1)  # asked anew before each mail
    tell(eva)
    two_digests(eva)

    assert sending.send_due() == {EmailState.SENT: 1, EmailState.WITHDRAWN: 1}
    assert len(sink.taken) == 1


def test_of_two_digests_the_one_that_is_not_too_late_tells(sink, eva):
    tell(eva)
    two_digests(eva)
    Email.objects.filter(pk=Email.objects.earliest("pk").pk).update(expires_at=timezone.now())

    assert sending.send_due() == {EmailState.SENT: 1, EmailState.WITHDRAWN: 1}


def test_what_happens_while_the_words_are_made_comes_in_the_next(sink, eva, monkeypatch):
    tell(eva)
    due(eva)
    digests.queue_due(TUESDAY)
    reader = subjects._readers["berth"]

    def busy(rows):
        found = reader(rows)
        tell(eva)
        return found

    monkeypatch.setitem(subjects._readers, "berth", busy)
    send()

    assert Notification.objects.pending().count() == 1


def test_what_somebody_is_just_writing_is_not_waited_for(sink, eva):
    tell(eva, number=1)
    tell(eva, number=2)
    due(eva)
    with transaction.atomic():
        tell(eva, number=2)
        other_line(send)

    assert "Berth 1" in text_of(sink.taken[0]) and "Berth 2" not in text_of(sink.taken[0])
    assert list(Notification.objects.pending().values_list("thing", "count")) == [("berth:2", 2)]


def test_what_went_out_stays_sent_when_its_lease_ends_in_that_moment(sink, eva, settings):
    settings.MAIL_LEASE = 0
    tell(eva)
    due(eva)
    digests.queue_due(TUESDAY)
    (mail,) = sending.claim_digests()
    digests.read([mail])
    sending._next_slice({}, [mail])
    with transaction.atomic():
        sending._next_slice({mail.pk: "250"}, [])
        judge = threading.Thread(target=in_thread, args=[sending.recover])
        judge.start()
        wait_until(is_waiting, 5, "the wait of the other")
    judge.join()

    assert Email.objects.get().state == EmailState.SENT


@pytest.mark.parametrize("order", [1, -1])
def test_writing_down_what_went_out_and_telling_anew_never_block_each_other(sink, eva, order):
    bo = make_user()
    for person in (eva, bo)[::order]:
        tell(person)
        due(person)
        digests.queue_due(TUESDAY)
    mails = sorted(sending.claim_digests(), key=lambda mail: mail.pk)
    digests.read(mails)
    for person in (eva, bo)[::order]:  # lies in the table in this order now
        Notification.objects.filter(user=person).update(place="harbour:2")
    sending._next_slice({}, mails)
    with transaction.atomic():
        tell(eva)
        sender = threading.Thread(
            target=in_thread, args=[partial(sending._next_slice, {m.pk: "250" for m in mails}, [])]
        )
        sender.start()
        wait_until(is_waiting, 5, "the wait of the other")
        tell(bo)
    sender.join()

    assert set(Email.objects.values_list("state", flat=True)) == {EmailState.SENT}
    assert Notification.objects.pending().count() == 2


def in_thread(act):
    try:
        act()
    finally:
        connection.close()


def other_line(act):
    """Do it over another line to the database, and wait for it."""
    thread = threading.Thread(target=in_thread, args=[act])
    thread.start()
    thread.join()


def is_waiting():
    """Whether somebody waits for what this line has locked."""
    waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
    with connection.cursor() as cursor:
        cursor.execute(waits)
        return cursor.fetchone()[0]


# ── Choosing ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_mail_leads_to_its_settings_and_one_click_ends_it_without_signing_in(sink, eva, client):
    tell(eva)
    due(eva)
    send()
    message = sink.taken[0].message
    address = message["List-Unsubscribe"].strip("<>").removeprefix(configured.SITE_URL)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    for method in (client.get, client.head):
        assert method(address).status_code == 200
    assert DigestSetting.objects.get().days == 2

    strict = type(client)(enforce_csrf_checks=True)
    assert strict.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert (DigestSetting.objects.get().days, DigestSetting.objects.get().next_at) == (0, None)
    tell(eva, number=2)
    digests.queue_due(TUESDAY + timedelta(days=60))
    assert Email.objects.filter(kind=EmailKind.DIGEST).count() == 1


@pytest.mark.parametrize("signed_in", [True, False])
def test_one_click_ends_the_digest_of_the_mails_reader_whatever_cookies_come_along(eva, client, signed_in):
    bo = make_user("bo@example.org")
    due(eva, bo)
    if signed_in:
        client.force_login(bo)
    client.cookies["csrf"] = "s" * 32

    answer = client.post(f"/en/digest/{token(SETTINGS, eva.pk)}/", {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert dict(DigestSetting.objects.values_list("user", "days")) == {eva.pk: 0, bo.pk: 2}


@pytest.mark.parametrize(
    ("data", "days"),
    [
        ({"often": "daily", "hour": 6}, 127),
        ({"often": "weekly", "hour": 6, "weekdays": [0]}, 2),
        ({"often": "chosen", "hour": 6, "weekdays": [0, 4]}, 17),
        ({"often": "never", "hour": 6}, 0),
    ],
)
def test_the_days_are_chosen_with_and_without_signing_in(eva, client, data, days):
    data = {**data, "most": 2}
    assert client.post(f"/en/digest/{token(SETTINGS, eva.pk)}/", data).status_code == 200
    assert (DigestSetting.objects.get().days, DigestSetting.objects.get().hour) == (days, 6)

    DigestSetting.objects.all().delete()
    client.force_login(eva)
    assert client.post("/en/notices/digest/", data).status_code == 302
    setting = DigestSetting.objects.get()
    assert (setting.days, setting.hour, setting.next_at is None) == (days, 6, not days)


@pytest.mark.parametrize(
    "data", [{"often": "chosen", "hour": 8}, {"often": "hourly", "hour": 8}, {"often": "daily", "hour": 24}, {}]
)
def test_what_cannot_be_is_said_and_changes_nothing(eva, client, data):
    client.force_login(eva)
    answer = client.post("/en/notices/digest/", data)

    assert answer.status_code == 200 and answer.context["form"].errors
    assert not DigestSetting.objects.exclude(days=2).exists()


@pytest.mark.parametrize("made", ["1-aaaaaaaaaaaaaaaaaaaaaaaaaa", "x", "ffffffffffffffff-" + "a" * 26])
def test_a_link_that_we_did_not_make_leads_nowhere(eva, client, made):
    assert client.post(f"/en/digest/{made}/", {"List-Unsubscribe": "One-Click"}).status_code == 404
    other = token("something else", eva.pk)
    assert client.get(f"/en/digest/{other}/").status_code == 404
