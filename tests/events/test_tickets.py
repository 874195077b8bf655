"""What a participant has of an event: a ticket, the others who want to be seen, a certificate."""

import re
from datetime import timedelta

import pypdfium2
import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from events.certificate import certificate_of, facts_of
from events.models import Event, Registration
from tests.events.making import make_event, make_event_keeper, make_registration
from tests.factories import make_actor, make_municipality, make_space, make_user
from tests.staff import sign_in
from web import region

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    return make_event("Mätdag", slug="matdag", place="Hamnen")


@pytest.fixture
def bo(event):
    return make_registration(event, make_user("bo@example.org", name="Bo Berg"))


@pytest.fixture
def guest(event):
    return make_registration(event, email="guest@example.org", name="Gun Gäst")


def pages(registration):
    """The addresses of a participant's pages: signed in, and by the link of a mail."""
    names = ("event_ticket", "event_others", "event_certificate")
    yield from (reverse(name, args=[registration.event.slug]) for name in names)
    yield from (reverse(f"{name}_by_link", args=[registration.token]) for name in names)


# ── Tickets ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_person_and_a_guest_each_have_a_ticket_with_a_code(client, bo, guest):
    assert '<svg class="qr"' in client.get(reverse("event_ticket_by_link", args=[guest.token])).content.decode()
    client.force_login(bo.user)
    text = client.get(reverse("event_ticket", args=["matdag"])).content.decode()
    assert '<svg class="qr"' in text and "Bo Berg" in text and "Gun" not in text


@pytest.mark.parametrize("state", ["waiting", "offered"])
def test_who_has_no_seat_has_no_code(client, event, state):
    one = make_registration(event, state=state)
    client.force_login(one.user)
    assert '<svg class="qr"' not in client.get(reverse("event_ticket", args=["matdag"])).content.decode()


def test_a_cancelled_event_has_no_tickets(client, bo):
    Event.objects.update(state="cancelled", reason="Storm")
    client.force_login(bo.user)
    text = client.get(reverse("event_ticket", args=["matdag"])).content.decode()
    assert '<svg class="qr"' not in text and "inställt" in text


def test_who_left_or_never_came_in_has_none_of_the_pages(client, event, bo):
    Registration.objects.filter(pk=bo.pk).update(state="left", came=True)
    Event.objects.update(starts_at=event.starts_at.replace(year=2020), ends_at=event.ends_at.replace(year=2020))
    for user in (bo.user, make_user()):
        client.force_login(user)
        assert {client.get(page).status_code for page in pages(bo)} == {404}
    client.logout()
    for name in ("event_ticket", "event_others", "event_certificate"):
        assert client.get(reverse(f"{name}_by_link", args=["x" * 32])).status_code == 404


def test_pages_whose_address_is_a_key_are_kept_by_nobody(client, guest):
    for name in ("event_ticket", "event_others"):
        answer = client.get(reverse(f"{name}_by_link", args=[guest.token]))
        assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("private, no-store", "strict-origin")
        assert answer["X-Robots-Tag"] == "noindex, nofollow"


# ── The others ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_participants_see_those_who_want_to_be_seen_and_only_their_names(client, event, bo):
    make_registration(event, email="seen@example.org", name="Siv Synlig", is_listed=True, organisation="Varvet")
    make_registration(event, email="hid@example.org", name="Dold Dag")
    make_registration(event, email="waits@example.org", name="Vera Väntar", state="waiting", is_listed=True)
    make_registration(make_event(), email="e@example.org", name="Elsewhere", is_listed=True)
    client.force_login(bo.user)
    text = client.get(reverse("event_others", args=["matdag"])).content.decode()
    assert "Siv Synlig" in text and "Varvet" in text and "Och 1 person" in text
    for hidden in ("Dold", "Vera", "Elsewhere", "seen@example.org"):
        assert hidden not in text


def test_being_seen_is_ones_own_choice_with_an_account_and_without(client, event, bo, guest):
    page = reverse("event_others_by_link", args=[guest.token])
    client.post(page, {"seen": "yes"})
    assert set(Registration.objects.filter(is_listed=True)) == {guest}
    client.post(page, {"seen": "no"})
    client.force_login(bo.user)
    client.post(reverse("event_others", args=["matdag"]), {"seen": "yes"})
    assert set(Registration.objects.filter(is_listed=True)) == {bo}


@pytest.mark.parametrize("state", ["waiting", "offered"])
def test_who_has_no_seat_sees_nobody(client, event, state):
    one = make_registration(event, state=state)
    client.force_login(one.user)
    assert client.get(reverse("event_others", args=["matdag"])).status_code == 404


# ── Certificates ─────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def held():
    town = make_municipality(name="Sjöstad")
    nine = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=1)
    event = make_event("Kurs", slug="kurs", starts_at=nine, kind="training", place="Hamnen", municipality=town)
    event.organisers.add(make_actor("Sjömätt"))
    return event


def test_who_came_gets_a_tagged_pdf_and_nobody_else(client, held):
    came = make_registration(held, make_user(name="Bo Berg"), came=True)
    guest = make_registration(held, email="g@example.org", came=True)
    page = reverse("event_certificate", args=["kurs"])
    for answer in (
        client.get(reverse("event_certificate_by_link", args=[guest.token])),
        (client.force_login(came.user), client.get(page))[1],
    ):
        assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
        assert b"/StructTreeRoot" in answer.content
    for registration in (make_registration(held), make_registration(held, came=False)):
        client.force_login(registration.user)
        assert client.get(page).status_code == 404


def test_there_is_no_certificate_before_the_end_nor_of_what_was_cancelled(client, event, bo, held):
    Registration.objects.update(came=True)
    late = make_registration(held, bo.user, came=True)
    client.force_login(bo.user)
    assert client.get(reverse("event_certificate", args=["matdag"])).status_code == 404
    Event.objects.filter(pk=held.pk).update(state="cancelled", reason="Storm")
    assert client.get(reverse("event_certificate", args=["kurs"])).status_code == 404
    assert late.came


def test_a_certificate_says_who_what_when_how_long_where_and_by_whose_money(held):
    one = make_registration(held, email="bo@example.org", name="Bo Berg", organisation="Varvet", came=True)
    with override("en"):
        facts, made, emblem = facts_of(one), certificate_of(one), region.current().emblem.text
    said = {row["label"]: row["text"] for row in facts["rows"]}
    assert (facts["name"], facts["organisation"]) == ("Bo Berg", "Varvet")
    assert (said["Length"], said["Where"], said["Organiser"]) == ("2 hours", "Hamnen, Sjöstad", "Sjömätt")
    assert said["Event"] == "Kurs (training)"
    [page] = pypdfium2.PdfDocument(made)
    assert emblem in page.get_textpage().get_text_range().replace("\r\n", " ")
    assert any(thing.type == pypdfium2.raw.FPDF_PAGEOBJ_PATH for thing in page.get_objects()), "the flag"
    with override("sv"):
        (when,) = (row["text"] for row in facts_of(one)["rows"] if row["label"] == "När")
    assert re.search(r", \d\d\.\d\d–\d\d\.\d\d$", when)


def test_an_organiser_gets_the_certificate_of_one_person(client, held):
    came, not_here = make_registration(held, name="Bo Berg", came=True), make_registration(held)
    sign_in(client, make_event_keeper())
    assert client.get(reverse("event_certificate_of", args=["kurs", came.pk])).status_code == 200
    assert client.get(reverse("event_certificate_of", args=["kurs", not_here.pk])).status_code == 404
    for user in (came.user, make_space().members.get().user):
        client.force_login(user)
        assert client.get(reverse("event_certificate_of", args=["kurs", came.pk])).status_code == 404


def test_words_of_people_are_no_source_for_the_typesetter(held):

    one = make_registration(held, name="#panic() $ ] *", organisation='#read("/etc/passwd")', came=True)
    assert certificate_of(one).startswith(b"%PDF")
