"""How many mails a week a person gets that nobody wrote to them, and how they say that they want none of a kind."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.conf import settings as configured
from django.db import connections, transaction
from django.urls import reverse
from django.utils import timezone

from notifications import budget, telling, wishes
from notifications.actions import queue_emails
from notifications.models import DigestSetting, Email, EmailKind, EmailState, Mute
from notifications.rendering import render
from notifications.sending import send_due
from notifications.tokens import SETTINGS, token
from platforms.actions import pulse, talk
from platforms.actions.told import FOLLOWED, reach
from tests.factories import make_space, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def eva():
    return make_user("eva@example.org", name="Eva Ek", language="en")


def went(to, days=0, *, kind=EmailKind.REMINDER, live="", state=EmailState.SENT, number=1):
    """`number` mails that went to `to` so many days ago."""
    moment = timezone.now() - timedelta(days=days)
    Email.objects.bulk_create(
        Email(
            key=f"test:{to}:{Email.objects.count()}:{one}",
            kind=kind,
            to=to,
            language="en",
            template="space_silent",
            live=live,
            state=state,
            due_at=moment,
            sent_at=moment if state == EmailState.SENT else None,
        )
        for one in range(number)
    )


def has_room(user):
    with transaction.atomic():
        return bool(budget.with_room([user.email], FOLLOWED))


@pytest.mark.parametrize(
    ("setting", "sent", "expected"),
    [
        (None, 0, True),  # a digest on Tuesdays, of two mails a week: one is left
        (None, 1, False),
        ({"days": 0}, 1, True),
        ({"days": 0}, 2, False),
        ({"days": 127}, 0, False),
        ({"days": 127, "most": 8}, 0, True),
        ({"days": 2, "most": 5}, 3, True),
        ({"days": 2, "most": 5}, 4, False),
        ({"days": 127, "most": 999}, 400, True),
    ],
)
def test_the_digest_keeps_its_days_and_the_rest_is_for_reminders(eva, setting, sent, expected):
    if setting:
        DigestSetting.objects.create(user=eva, **setting)
    went(eva.email, number=sent)
    assert has_room(eva) is expected


def test_what_counts_is_what_nobody_wrote_to_the_person_and_went_out_within_a_week(eva):
    went("EVA@example.org", kind=EmailKind.TRANSACTIONAL)
    went("EVA@example.org", kind=EmailKind.DIGEST, live="notifications.digest")
    went("EVA@example.org", days=8)
    went("EVA@example.org", state=EmailState.WITHDRAWN)
    went("bo@example.org")
    assert has_room(eva)
    went("EVA@example.org", kind=EmailKind.DIGEST, live="insight.news")
    assert not has_room(eva)


def test_an_address_without_an_account_has_no_digest_and_two_of_them():
    went("new@example.org")
    assert budget.with_room(["new@example.org"], FOLLOWED) == {"new@example.org"}
    went("new@example.org")
    assert budget.with_room(["new@example.org"], FOLLOWED) == set()


@pytest.mark.parametrize(
    ("setting", "sent", "expected"),
    [
        ({}, [], 0),
        ({}, [2], 5),
        ({}, [5, 2], 5),
        ({"days": 0}, [5, 2], 2),
        ({"days": 127}, [], 0),
        ({"days": 127}, [3], 4),
    ],
)
def test_what_no_digest_tells_waits_for_its_turn(eva, setting, sent, expected):
    DigestSetting.objects.create(user=eva, **setting)
    for days in sent:
        went(eva.email, days=days)
    waits = budget.first_room([eva.email], "space_silent")[eva.email] - timezone.now()
    assert round(waits / timedelta(days=1)) == expected


@pytest.mark.parametrize("target", ["everything", wishes.target(FOLLOWED)])
def test_whoever_wants_none_of_a_kind_has_no_room_for_it(eva, target):
    telling.set_muted(eva, target, muted=True)
    assert not has_room(eva)
    assert budget.first_room([eva.email], FOLLOWED) == {}
    assert bool(budget.first_room([eva.email], "space_silent")) is (target != "everything")


@pytest.mark.django_db(transaction=True)
def test_two_at_once_never_both_get_the_last_one(eva):
    start = Barrier(4)

    def ask(number):
        start.wait()
        with transaction.atomic():
            room = budget.with_room([eva.email], FOLLOWED)
            values = {"language": "en", "template": FOLLOWED, "kind": EmailKind.REMINDER, "context": {}}
            queue_emails({"to": one, "key": f"last:{number}", **values} for one in room)
        connections.close_all()

    for _round in range(5):
        Email.objects.all().delete()
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(ask, range(4)))
        assert Email.objects.count() == 1


# ── What happens in a space ──────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def people(eva):
    return [
        eva,
        *(make_user(f"{name}@example.org", name=f"{name.title()} Ek", language="en") for name in ("bo", "ulf")),
    ]


@pytest.fixture
def space(people):
    return make_space("Bays", coordinator=people[0], members=people[1:])


def mails_of(user):
    return list(Email.objects.filter(user=user, template=FOLLOWED).order_by("pk").values_list("kind", flat=True))


def test_a_follower_gets_what_the_week_has_room_for_and_finds_the_rest_in_the_digest(space, people):
    eva, bo, _ulf = people
    thread = talk.start(space, by=eva, title="Water", body="Hello").thread
    talk.follow(thread, by=bo, wanted=True)
    assert reach(space, eva, thread) == {"people": 2, "now": 1, "later": 1}
    for number in range(3):
        talk.write(thread, by=eva, body=f"News {number}")

    assert mails_of(bo) == [EmailKind.REMINDER]
    assert bo.notifications.pending().get().count == 2
    assert reach(space, eva, thread) == {"people": 2, "now": 0, "later": 2}


def test_an_answer_to_who_wrote_and_a_word_to_who_is_named_are_personal(space, people):
    eva, bo, _ulf = people
    thread = talk.start(space, by=bo, title="Water", body="Who knows?").thread
    talk.follow(thread, by=bo, wanted=True)
    for number in range(3):
        talk.write(thread, by=eva, body=f"Answer {number}")
    talk.start(space, by=eva, title="Wind", body="@Bo Ek look")

    assert mails_of(bo) == [EmailKind.TRANSACTIONAL] * 4
    assert has_room(bo)


def test_a_question_about_a_silent_space_waits_for_its_turn(space, people):
    eva = people[0]
    went(eva.email, days=3)
    later = timezone.now() + timedelta(days=100)
    type(space).objects.update(active_at=later - timedelta(days=100))
    pulse.ask_silent(later)
    mail = Email.objects.get(user=eva, template="space_silent")
    assert mail.kind == EmailKind.REMINDER
    assert timedelta(days=3.9) < mail.due_at - timezone.now() < timedelta(days=4.1)


# ── Saying no ────────────────────────────────────────────────────────────────────────────────────────────────────────
def reminder(user, template="space_silent"):
    values = {"to": user.email, "user_id": user.pk, "language": "en", "context": {}, "kind": EmailKind.REMINDER}
    queue_emails([{"template": template, "key": f"reminder:{user.pk}", "live": "", **values}])
    return Email.objects.get(key=f"reminder:{user.pk}")


@pytest.mark.django_db(transaction=True)
def test_a_mail_on_its_way_is_withdrawn_when_its_kind_is_not_wanted_any_more(eva):
    mail = reminder(eva)
    wishes.stop(eva, "space_silent")
    send_due()
    mail.refresh_from_db()
    assert (mail.state, mail.answer) == (EmailState.WITHDRAWN, "the person wants no such mails any more")


def test_the_link_in_a_mail_ends_its_kind_without_signing_in_and_looking_changes_nothing(client, eva):
    with_link = reverse("mail_stop", args=[token(SETTINGS, eva.pk), FOLLOWED])
    for ask in (client.get, client.head):
        assert ask(with_link).status_code == 200
    assert not Mute.objects.exists()

    answer = client.post(with_link, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert wishes.unwanted(eva) == {FOLLOWED}
    assert not answer.cookies
    assert client.get(reverse("mail_stop", args=[token(SETTINGS, eva.pk), "digest"])).status_code == 404
    assert client.post(with_link.replace(f"{eva.pk:x}-", f"{eva.pk + 1:x}-")).status_code == 404


def test_kinds_and_number_are_chosen_on_the_page_and_a_click_on_stop_keeps_them(client, eva):
    page = reverse("digest_by_mail", args=[token(SETTINGS, eva.pk)])
    client.post(page, {"often": "daily", "hour": "7", "most": "5", "kinds": ["space_silent"]})
    setting = DigestSetting.objects.get(user=eva)
    others = {kind for kind, _label in wishes.kinds()} - {"space_silent"}
    assert (setting.days, setting.most, wishes.unwanted(eva)) == (127, 5, others)

    client.post(page, {"List-Unsubscribe": "One-Click"})
    setting.refresh_from_db()
    assert (setting.days, setting.most, wishes.unwanted(eva)) == (0, 5, others)

    client.post(page, {"often": "never", "hour": "8", "most": "999", "kinds": [*others, "space_silent"]})
    assert wishes.unwanted(eva) == set()


def test_a_number_that_is_not_offered_is_refused_in_words(client, eva):
    page = reverse("digest_by_mail", args=[token(SETTINGS, eva.pk)])
    answer = client.post(page, {"often": "daily", "hour": "7", "most": "-1", "kinds": ["nothing"]})
    assert set(answer.context["form"].errors) == {"most", "kinds"}
    assert not DigestSetting.objects.filter(days=127).exists()


def test_a_reminder_carries_the_way_to_end_its_kind_in_its_language_and_a_personal_mail_does_not(eva):
    mail = Email(kind=EmailKind.REMINDER, user=eva, to=eva.email, language="en", template="space_silent", key="one")
    made = render(mail, live={"space_path": "/", "pulse_path": "/"})
    link = f"{configured.SITE_URL}/en/digest/{token(SETTINGS, eva.pk)}/space_silent/"
    assert made.headers["List-Unsubscribe"] == f"<{link}>"
    assert made.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in made.text
    assert link in made.html

    mail.kind = EmailKind.TRANSACTIONAL
    assert render(mail, live={"space_path": "/", "pulse_path": "/"}).headers == {}


def test_a_kind_of_mail_that_is_not_wanted_is_not_among_what_is_muted(client, eva):
    wishes.stop(eva, FOLLOWED)
    client.force_login(eva)
    assert client.get(reverse("notices")).context["muted"] == []
