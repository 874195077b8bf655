"""Who is told of what: one row for each person and thing, counted, seen, muted, and told once."""

import pytest
from django.utils import timezone

from notifications import subjects, telling
from notifications.models import EVERYTHING, DigestSetting, Mute, Notification, Part, Why
from notifications.subjects import Line
from tests.factories import make_user

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

    def read(rows):
        return {row.pk: line(subjects.id_of(row), row.kind) for row in rows if subjects.id_of(row) < 1000}

    subjects.register("berth", read)


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
    tell(eva, bo, mailed=[eva.pk])

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
    ("data", "status"),
    [
        ({"do": "mute", "target": "berth:99"}, 404),
        ({"do": "mute", "target": "x" * 500}, 404),
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


def test_being_here_is_noted_once_an_hour(page, eva):
    tell(eva)
    DigestSetting.objects.update(silent=3)
    page()
    seen = DigestSetting.objects.get()
    page()

    assert (seen.silent, DigestSetting.objects.get().seen_at) == (0, seen.seen_at)
