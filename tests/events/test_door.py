"""The door: whoever keeps an event ticks who came, by hand, by ticket and by list; nobody else can, or sees who."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from events.actions import door, keeping
from events.models import Attendance, Event, Question, QuestionKind, Registration, WalkIn
from platforms.actions import Frozen, NoEntry
from platforms.actions.addresses import read
from platforms.models import Space, SpaceState
from tests.events.making import make_event, make_registration
from tests.factories import make_actor, make_space, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def eva():
    return make_user("eva@example.org", name="Eva")


@pytest.fixture
def event(eva):
    return make_event("Mätdag", slug="matdag", space=make_space(coordinator=eva))


def entered(client, user):
    client.force_login(user)
    return client


def test_a_tick_says_that_somebody_came_and_when_and_can_be_taken_back(event, eva):
    bo = make_registration(event)

    door.tick(event, bo.pk, by=eva)
    bo.refresh_from_db()
    first = bo.came_at
    door.tick(event, bo.pk, by=eva)
    bo.refresh_from_db()
    assert (bo.came, bo.came_at) == (True, first)

    door.tick(event, bo.pk, by=eva, came=False)
    bo.refresh_from_db()
    assert (bo.came, bo.came_at) == (None, None)


def test_who_came_is_ticked_after_the_space_has_closed_but_the_event_is_kept_no_more(event, eva):
    bo = make_registration(event)
    Space.objects.update(state=SpaceState.CLOSED, closed_at=timezone.now())
    assert door.tick(event, bo.pk, by=eva)
    with pytest.raises(Frozen):
        keeping.hold(event, by=eva)


@pytest.mark.parametrize("who", ["member", "other", "stranger"])
def test_only_who_keeps_the_event_ticks_and_lets_in(event, who):
    member, other = make_user(), make_user()
    event.space.members.create(user=member, role="member")
    make_space(coordinator=other)
    user = {"member": member, "other": other, "stranger": make_user()}[who]
    bo = make_registration(event)

    for act in (
        lambda: door.tick(event, bo.pk, by=user),
        lambda: door.let_in(event, by=user, name="Per"),
        lambda: door.tick_all(event, read(bo.email), by=user),
    ):
        with pytest.raises(NoEntry):
            act()
    assert not WalkIn.objects.exists() and not Registration.objects.filter(came=True).exists()


def test_somebody_of_another_event_is_not_ticked_at_this_one(event, eva):
    elsewhere = make_registration(make_event())
    with pytest.raises(NoEntry):
        door.tick(event, elsewhere.pk, by=eva)


@pytest.mark.parametrize("fields", [{"state": "cancelled", "reason": "Storm"}, {"state": "draft"}])
def test_nobody_comes_to_an_event_that_does_not_take_place(event, eva, fields):
    bo = make_registration(event)
    Event.objects.filter(pk=event.pk).update(**fields)
    with pytest.raises(Frozen):
        door.tick(event, bo.pk, by=eva)


def test_what_is_counted_stays(event, eva):
    bo = make_registration(event)
    Event.objects.filter(pk=event.pk).update(counted_at=timezone.now())
    with pytest.raises(Frozen):
        door.tick(event, bo.pk, by=eva)
    with pytest.raises(Frozen):
        door.let_in(event, by=eva, name="Per")


def test_who_is_let_in_counts_for_the_organisation_of_that_name(event, eva):
    wapro = make_actor("Wapro")
    make_actor("Twin"), make_actor("Twin")
    names = {"wapro": wapro, "Twin": None, "Somewhere else": None, "": None}
    assert {one: door.let_in(event, by=eva, name="Per", organisation=one).actor for one in names} == names


# ── Pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────
PAGES = ("event_people", "event_door", "event_came_list", "event_ask", "event_afterwards")


@pytest.mark.parametrize("name", PAGES)
def test_the_desk_is_for_who_keeps_the_event(client, event, eva, name):
    bo = make_registration(event, name="Bo Berg", is_listed=True).user
    other = make_space().members.get().user
    assert entered(client, eva).get(reverse(name, args=["matdag"])).status_code == 200
    for user in (bo, other, make_user()):
        assert entered(client, user).get(reverse(name, args=["matdag"])).status_code == 404


def test_a_press_at_the_door_ticks_and_another_takes_it_back(client, event, eva):
    bo = make_registration(event, email="bo@example.org")
    url = reverse("event_tick", args=["matdag"])

    answer = entered(client, eva).post(url, {"came": bo.pk})
    assert answer.url == reverse("event_door", args=["matdag"]) + f"#p{bo.pk}"
    assert Registration.objects.get().came
    client.post(url + "?q=bo", {"not_came": bo.pk})
    assert Registration.objects.get().came is None


@pytest.mark.parametrize("data", [{}, {"came": "x"}, {"came": "-1"}, {"came": "²"}, {"came": "9" * 30}])
def test_a_press_made_by_hand_is_refused(client, event, eva, data):
    assert entered(client, eva).post(reverse("event_tick", args=["matdag"]), data).status_code == 400


def test_who_was_not_signed_up_is_let_in_and_taken_back(client, event, eva):
    page = reverse("event_door", args=["matdag"])
    entered(client, eva).post(page, {"name": "Per Ek", "organisation": "Sjömätt"})
    one = WalkIn.objects.get()
    assert (one.name, one.organisation, one.by) == ("Per Ek", "Sjömätt", eva)
    client.post(reverse("event_tick", args=["matdag"]), {"not_let_in": one.pk})
    assert not WalkIn.objects.exists()


def test_the_door_finds_people_by_name_and_organisation(client, event, eva):
    make_registration(event, email="a@example.org", name="Anna Ask", organisation="Hamnen")
    make_registration(event, email="b@example.org", name="Bo Berg", actor=make_actor("Sjömätt"))
    for words, name, not_there in (("ask", "Anna Ask", "Bo Berg"), ("sjömätt", "Bo Berg", "Anna Ask")):
        text = entered(client, eva).get(reverse("event_door", args=["matdag"]), {"q": words}).content.decode()
        assert name in text and not_there not in text


def test_pages_ask_as_often_for_three_people_as_for_one(client, event, eva):
    question = Question.objects.create(event=event, number=1, text_sv="Mat?", kind=QuestionKind.CARE)
    entered(client, eva)
    counts = []
    for number in (1, 3):
        while event.registrations.count() < number:
            one = make_registration(event, email=f"{event.registrations.count()}@example.org", actor=make_actor())
            one.answers.create(question=question, text="Vegan")
        for name in ("event_people", "event_door"):
            with CaptureQueriesContext(connection) as captured:
                client.get(reverse(name, args=["matdag"]))
            counts.append(len(captured))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 15


def test_answers_are_read_by_organisers_alone(client, event, eva):
    question = Question.objects.create(event=event, number=1, text_sv="Mat?", kind=QuestionKind.CARE)
    bo, per = make_registration(event, is_listed=True), make_registration(event, is_listed=True)
    bo.answers.create(question=question, text="Sesamallergi")

    assert "Sesamallergi" in entered(client, eva).get(reverse("event_people", args=["matdag"])).content.decode()
    export = client.get(reverse("event_people_export", args=["matdag", "csv"])).getvalue().decode()
    assert "Sesamallergi" in export and "Mat?" in export
    entered(client, per.user)
    for name in ("event_ticket", "event_others"):
        assert "Sesamallergi" not in client.get(reverse(name, args=["matdag"])).content.decode()
    assert client.get(reverse("event_people_export", args=["matdag", "csv"])).status_code == 404


def test_the_list_as_a_file_holds_everybody_and_no_formula_and_the_log_says_who_took_it(client, event, eva):
    make_registration(event, email="a@example.org", name="=cmd()", organisation="Hamnen", came=True)
    WalkIn.objects.create(event=event, name="Per")
    lines = entered(client, eva).get(reverse("event_people_export", args=["matdag", "csv"])).getvalue().decode()
    assert "'=cmd()" in lines and "Per" in lines
    assert client.get(reverse("event_people_export", args=["matdag", "xlsx"])).status_code == 200
    assert client.get(reverse("event_people_export", args=["matdag", "pdf"])).status_code == 404
    assert set(AuditEntry.objects.values_list("verb", "by", "reason")) == {
        ("event.export_people", eva.pk, "csv"),
        ("event.export_people", eva.pk, "xlsx"),
    }


# ── The code of a ticket ─────────────────────────────────────────────────────────────────────────────────────────────
def check_in(registration, ticket=None):
    parts = [registration.event.slug, registration.pk, ticket or door.ticket_of(registration)]
    return reverse("event_check_in", args=parts)


def test_an_organiser_opens_the_code_and_ticks_with_one_press(client, event, eva):
    bo = make_registration(event, name="Bo Berg")
    page = entered(client, eva).get(check_in(bo))
    assert "Bo Berg" in page.content.decode() and bo.came is None
    client.post(check_in(bo))
    assert Registration.objects.get().came


@pytest.mark.parametrize("who", ["anonymous", "holder", "other"])
def test_the_code_shows_anybody_else_nothing_but_the_event(client, event, who):
    bo = make_registration(event, name="Bo Berg", organisation="Hamnen")
    other = make_space().members.get().user
    if who != "anonymous":
        client.force_login({"holder": bo.user, "other": other}[who])
    right, wrong = client.get(check_in(bo)), client.get(check_in(bo, "no"))
    assert right.status_code == wrong.status_code == 200
    for text in (right.content.decode(), wrong.content.decode()):
        assert "Mätdag" in text and "Hamnen" not in text
        assert who == "holder" or "Bo Berg" not in text
    assert client.post(check_in(bo)).status_code == 404
    assert Registration.objects.get().came is None


def test_a_code_of_an_event_that_the_reader_may_not_see_is_no_page(client, eva):
    event = make_event(space=make_space(coordinator=eva), audience="partnership")
    assert client.get(check_in(make_registration(event))).status_code == 404


def test_a_wrong_code_ticks_nobody(client, event, eva):
    bo, per = make_registration(event), make_registration(event)
    page = entered(client, eva).get(check_in(bo, door.ticket_of(per)))
    assert bo.name not in page.content.decode()
    assert client.post(check_in(bo, door.ticket_of(per))).status_code == 404
    assert client.post(check_in(bo, "å")).status_code == 404
    assert not Registration.objects.filter(came=True).exists()


# ── A list ───────────────────────────────────────────────────────────────────────────────────────────────────────────
LIST = """Namn;E-post
Anna Ask;anna@example.org
bo berg
Bo Berg
Eva Ek
Nobody
x@example.org
"""


@pytest.fixture
def four(event):
    make_registration(event, email="anna@example.org", name="Anna A")
    make_registration(event, email="bo@example.org", name="Bo  Berg")
    make_registration(event, email="eva1@example.org", name="Eva Ek")
    make_registration(event, email="eva2@example.org", name="Eva Ek")
    return event


def test_a_list_is_understood_by_address_and_by_a_name_that_one_person_has(four):
    found = [(one.said, one.found.name) for one in door.matched(four, read(LIST))]
    assert found == [
        ("Anna Ask", "NEW"),
        ("bo berg", "NEW"),
        ("Bo Berg", "TWICE"),
        ("Eva Ek", "SEVERAL"),
        ("Nobody", "NOBODY"),
        ("x@example.org", "NOBODY"),
    ]


def test_a_list_is_shown_before_anybody_is_ticked(client, four, eva):
    page = reverse("event_came_list", args=["matdag"])
    look = entered(client, eva).post(page, {"people": LIST, "do": "look"})
    assert look.status_code == 200
    assert not Registration.objects.filter(came=True).exists()
    client.post(page, {"people": LIST, "do": "tick"})
    assert set(Registration.objects.filter(came=True).values_list("email", flat=True)) == {
        "anna@example.org",
        "bo@example.org",
    }


@pytest.mark.parametrize("people", ["", "\n;;\n", "a\n" * 600, "x" * 300_000])
def test_a_list_that_cannot_be_read_says_so_and_is_kept(client, event, eva, people):
    answer = entered(client, eva).post(reverse("event_came_list", args=["matdag"]), {"people": people, "do": "tick"})
    assert answer.status_code == 200 and "summary" in answer.content.decode()


def test_what_stood_in_a_file_stands_in_the_field_when_the_list_is_to_be_mended(client, event, eva):
    page, file = reverse("event_came_list", args=["matdag"]), SimpleUploadedFile("x.csv", b"Ada Adler\n" * 501)
    answer = entered(client, eva).post(page, {"file": file, "do": "look"})
    assert answer.content.decode().count("Ada Adler") == 501


def test_the_database_keeps_walk_ins_named_and_facts_of_somebody(event):
    for make in (
        lambda: WalkIn.objects.create(event=event, name=""),
        lambda: Attendance.objects.create(event=event, people=0),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            make()
