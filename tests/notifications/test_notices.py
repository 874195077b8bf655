"""Who is told of what: one row for each person and thing, counted, seen, muted, and told once."""

import time
from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notifications import subjects, telling
from notifications.models import EVERYTHING, DigestSetting, Mute, Notification, Part, Why
from notifications.subjects import Line
from tests.factories import make_user
from tests.notifications.conftest import queue

pytestmark = pytest.mark.django_db


@pytest.fixture
def eva():
    return make_user("eva@example.org", language="en")


def line(number, kind):
    return Line(f"Berth {number}", lambda: f"/berth/{number}/", "The harbour", lambda: kind, "Go")


@pytest.fixture(autouse=True)
def berth(monkeypatch):
    """A kind of thing that everybody may read, but for those with an odd number above a thousand."""
    monkeypatch.setattr(subjects, "_readers", {})
    monkeypatch.setattr(subjects, "_dates", [])
    monkeypatch.setattr(subjects, "_kinds", {"moored": "boats that moor", "sailed": "boats that sail"})

    def read(rows):
        return {row.pk: line(subjects.id_of(row), row.kind) for row in rows if subjects.id_of(row) < 1000}

    subjects.register("berth", read)
    subjects.register(
        "harbour", lambda rows: {row.pk: Line("The harbour", lambda: "/", "", lambda: "") for row in rows}
    )


def tell(*people, number=1, **values):
    facts = {"thing": f"berth:{number}", "place": "harbour:1", "kind": "moored", "why": Why.MEMBER, **values}
    telling.notify([one.pk for one in people], **facts)


def test_what_happens_again_is_counted_in_one_row_and_keeps_what_matters_most(eva):
    tell(eva, part=Part.NEEDS, why=Why.SPOKEN_TO, kind="called")
    tell(eva)
    tell(eva)

    row = Notification.objects.get()
    assert (row.count, row.part, row.why, row.kind) == (3, Part.NEEDS, Why.SPOKEN_TO, "called")


@pytest.mark.parametrize("how", ["read", "told"])
def test_what_happens_after_it_was_seen_or_told_begins_anew(eva, how):
    tell(eva, part=Part.NEEDS, why=Why.SPOKEN_TO)
    now = timezone.now()
    Notification.objects.update(**{f"{how}_at": now})

    tell(eva)

    row = Notification.objects.get()
    assert (row.count, row.part, row.why, row.read_at, row.told_at) == (1, Part.NEW, Why.MEMBER, None, None)


def test_whoever_gets_a_mail_of_their_own_is_told_already(eva):
    bo = make_user()
    tell(eva, bo, mailed={eva.pk: queue(user=eva).key})

    assert set(Notification.objects.pending().values_list("user", flat=True)) == {bo.pk}
    assert Notification.objects.unread().count() == 2


@pytest.mark.parametrize("target", [EVERYTHING, "kind:moored", "harbour:1", "berth:1"])
def test_what_is_muted_is_not_told(eva, target):
    bo = make_user()
    telling.set_muted(eva, target, muted=True)
    telling.set_muted(bo, "berth:2", muted=True)
    tell(eva, bo)

    assert set(Notification.objects.values_list("user", flat=True)) == {bo.pk}
    telling.set_muted(eva, target, muted=False)
    tell(eva)
    assert Notification.objects.filter(user=eva).exists()


@pytest.mark.parametrize("target", [EVERYTHING, "kind:moored", "harbour:1", "berth:1"])
def test_what_is_said_by_name_stands_on_the_site_whatever_is_muted(eva, target):
    telling.set_muted(eva, target, muted=True)
    tell(eva, why=Why.SPOKEN_TO, part=Part.NEEDS)

    assert Notification.objects.unread().filter(user=eva).count() == 1


def test_closed_accounts_are_told_nothing_and_the_others_get_a_day_for_their_digest(eva):
    gone = make_user(is_active=False)
    tell(eva, gone)
    tell(eva)

    assert list(Notification.objects.values_list("user", flat=True)) == [eva.pk]
    assert DigestSetting.objects.get().user == eva
    assert DigestSetting.objects.get().next_at > timezone.now()


# ── The page ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def page(client, eva):
    client.force_login(eva)
    address = "/en/notices/"
    return lambda **data: client.post(address, data, follow=True) if data else client.get(address)


def test_the_bell_counts_what_is_not_seen(page, eva):
    for number in (1, 2):
        tell(eva, number=number)
    assert '<span class="count">2<' in page().content.decode()

    telling.mark_read(eva, "berth:1")
    assert '<span class="count">1<' in page().content.decode()
    telling.mark_read(eva, "berth:2")
    assert 'class="count"' not in page().content.decode().partition("<main")[0]


def test_what_a_person_may_no_longer_read_is_named_nowhere_and_counts_as_nothing(page, eva):
    tell(eva, number=2001)

    assert "Berth 2001" not in page().content.decode()
    assert not Notification.objects.unread().exists()


def test_nobody_sees_the_notices_of_others(page):
    tell(make_user(), number=7)

    assert "Berth 7" not in page().content.decode()


def test_all_are_marked_as_seen_but_not_what_came_since_the_page_was_drawn(page, eva):
    tell(eva, number=1)
    until = page().context["until"]
    tell(eva, number=2)

    page(do="read", until=until)

    assert list(Notification.objects.unread().values_list("thing", flat=True)) == ["berth:2"]


def test_a_thing_and_a_place_are_muted_and_heard_of_again(page, eva):
    tell(eva)

    page(do="mute", target="berth:1")
    assert "Berth 1" in page(do="mute", target="harbour:1").content.decode()
    assert set(Mute.objects.values_list("target", flat=True)) == {"berth:1", "harbour:1"}
    page(do="unmute", target="berth:1")
    assert Mute.objects.get().target == "harbour:1"


@pytest.mark.parametrize(
    ("target", "name"),
    [
        ("berth:1", "Berth 1 (The harbour)"),
        ("harbour:1", "The harbour"),
        ("kind:moored", "Boats that moor"),
        (EVERYTHING, "Everything"),
        ("berth:2001", "Something that is no longer there"),
    ],
)
def test_what_is_muted_is_named_and_heard_of_again(page, eva, target, name):
    tell(eva)
    telling.set_muted(eva, target, muted=True)

    html = page().content.decode()
    assert page().context["muted"] == [{"target": target, "name": name}]
    assert f"<span>{name}</span>" in html and "1 thing is muted" in html
    page(do="unmute", target=target)
    assert not Mute.objects.exists()


def offers(page):
    return [target for target, _words in page().context["rows"][0]["less"]]


def test_beside_a_notice_stands_what_can_be_muted_from_the_narrow_to_the_wide(page, eva):
    tell(eva)
    assert offers(page) == ["berth:1", "harbour:1", "kind:moored", EVERYTHING]
    for target, left in {
        "berth:1": ["harbour:1", "kind:moored", EVERYTHING],
        "harbour:1": ["kind:moored", EVERYTHING],
        "kind:moored": [EVERYTHING],
        EVERYTHING: [],
    }.items():
        page(do="mute", target=target)
        assert offers(page) == left


def test_no_kind_of_news_is_offered_beside_what_was_said_by_name(page, eva):
    tell(eva, why=Why.SPOKEN_TO)
    assert offers(page) == ["berth:1", "harbour:1", EVERYTHING]


@pytest.mark.parametrize("count", [1, 3])
def test_what_is_muted_costs_the_page_one_question_at_most(page, eva, count, django_assert_num_queries):
    """Which it asks anyway, in this register of things that asks none for its names."""
    tell(eva)
    for number in range(count):
        telling.set_muted(eva, f"berth:{number}", muted=True)
    page()

    with django_assert_num_queries(7):
        page()


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"do": "mute", "target": "berth:99"}, 404),
        ({"do": "mute", "target": "x" * 500}, 404),
        ({"do": "mute", "target": "kind:nonsense"}, 404),
        ({"do": "read", "until": "yesterday"}, 400),
        ({"do": "read", "until": "2026-01-01T00:00"}, 400),
        ({"do": "dance"}, 400),
        ({}, 400),
    ],
)
def test_a_hand_made_form_is_refused(client, eva, data, status):
    client.force_login(eva)
    assert client.post("/en/notices/", data or {"x": 1}).status_code == status
    assert not Mute.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_as_often_for_three_as_for_one(page, eva, count, django_assert_num_queries):
    for number in range(count):
        tell(eva, number=number)
    page()

    with django_assert_num_queries(7):
        page()


# ── Who is here ──────────────────────────────────────────────────────────────────────────────────────────────────────
def here(**ago):
    """Eva was last here so long ago, and has had three digests since."""
    DigestSetting.objects.update(seen_at=timezone.now() - timedelta(**ago), silent=3)


def statements(page):
    with CaptureQueriesContext(connection) as asked:
        page()
    return [query["sql"] for query in asked]


def test_being_here_is_noted_once_a_day(page, eva):
    tell(eva)
    here(hours=25)
    page()
    seen = DigestSetting.objects.get()
    page()

    assert seen.silent == 0 and seen.seen_at > timezone.now() - timedelta(minutes=1)
    assert DigestSetting.objects.get().seen_at == seen.seen_at


def test_a_page_of_the_same_day_asks_nothing_more(page, eva):
    tell(eva)
    here(hours=25)
    first, second = statements(page), statements(page)

    noted = [sql for sql in first if "UPDATE notifications_digestsetting" in sql]
    assert (len(noted), len(second)) == (1, len(first) - 1)
    here(hours=23)
    assert len(statements(page)) == len(second)
    assert DigestSetting.objects.get().silent == 3


def test_drawing_the_bell_writes_nothing(rf, eva):
    tell(eva)
    here(hours=25)
    request = rf.get("/")
    request.user = eva

    shown = Template("{% load notices %}{% unread_notices %}").render(Context({"request": request}))

    assert shown == "1"
    assert DigestSetting.objects.get().silent == 3


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_while_the_scheduler_queues_their_digest(page, eva):
    tell(eva)
    here(hours=25)
    page()
    here(hours=25)
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}) as scheduler:
        scheduler.execute("SELECT FROM notifications_digestsetting FOR UPDATE")
        began = time.monotonic()
        assert page().status_code == 200
        assert time.monotonic() - began < 1

    assert DigestSetting.objects.get().silent == 3
    page()
    assert DigestSetting.objects.get().silent == 0
