"""Asking people to an event: an organiser's own spaces, the organisations of a partnership; each person once."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from events.actions import inviting
from events.models import Event, Registration
from notifications import live
from notifications.models import Email, Notification
from notifications.subjects import lines_of
from platforms.actions import NoEntry
from tests.events.making import make_event, make_event_keeper, make_registration
from tests.factories import make_actor, make_partnership, make_space, make_user
from tests.staff import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def eva():
    return make_user("eva@example.org", name="Eva Ek")


@pytest.fixture
def people():
    return [make_user(f"{name}@example.org", name=name.title()) for name in ("ada", "bo", "cia")]


@pytest.fixture
def space(eva, people):
    return make_space("Room", coordinator=eva, members=people[:2], observers=people[2:])


@pytest.fixture
def event(space):
    return make_event("Mätdag", slug="matdag", space=space)


def ids(people):
    return [one.pk for one in people]


def test_everybody_of_the_space_can_be_asked_and_those_chosen_are_each_once(event, space, eva, people):
    assert list(inviting.members_to_ask(event, space, eva)) == people
    assert inviting.ask_members(event, by=eva, space=space, people=ids(people[:2]), line="Come!") == 2
    assert inviting.ask_members(event, by=eva, space=space, people=ids(people), line="") == 1
    assert list(Email.objects.order_by("to").values_list("to", "template")) == [
        (one.email, "event_invitation") for one in people
    ]
    assert set(Notification.objects.values_list("user", flat=True)) == set(ids(people))
    assert not inviting.members_to_ask(event, space, eva)


@pytest.mark.parametrize("state", ["confirmed", "waiting", "offered", "left"])
@pytest.mark.parametrize("guest", [True, False])
def test_who_is_signed_up_or_has_left_is_not_asked(event, space, eva, people, state, guest):
    make_registration(event, None if guest else people[0], email=people[0].email, state=state)
    assert inviting.ask_members(event, by=eva, space=space, people=ids(people), line="") == 2
    assert not Email.objects.filter(to=people[0].email).exists()


def test_nobody_is_asked_who_is_not_in_the_space(event, space, eva):
    stranger = make_user()
    assert inviting.ask_members(event, by=eva, space=space, people=[stranger.pk], line="") == 0
    assert not Email.objects.exists()


def test_an_organiser_asks_only_spaces_that_they_are_in(event, eva):
    foreign = make_space("Foreign", members=[make_user()])
    assert foreign not in inviting.spaces(event, eva)
    with pytest.raises(ValidationError) as found:
        inviting.ask_members(event, by=eva, space=foreign, people=[], line="")
    assert found.value.code == "left"
    with pytest.raises(NoEntry):
        inviting.ask_members(event, by=make_user(), space=foreign, people=[], line="")


def test_an_event_for_a_partnership_asks_only_those_who_may_see_it(event, space, eva):
    other = make_space("Other", coordinator=eva)
    sister = make_space("Sister", coordinator=eva, partnership=space.partnership)
    assert set(inviting.spaces(event, eva)) == {space, other, sister}
    event.audience = "partnership"
    assert set(inviting.spaces(event, eva)) == {space}
    event.space = None
    assert set(inviting.spaces(event, eva)) == {space, sister}
    assert not inviting.partnerships(event, eva)


def test_of_a_partnership_organisations_are_chosen_and_their_people_asked(eva, people):
    one, two = make_actor("One", representatives=people[:2]), make_actor("Two", representatives=people[2:])
    empty = make_actor("Empty")
    together = make_partnership(members=[one, two, empty])
    event = make_event(space=make_space(coordinator=eva, partnership=together))
    assert inviting.organisations_to_ask(event, together) == [(one, 2), (two, 1)]
    stranger = make_actor(representatives=[make_user()])
    asked = inviting.ask_organisations(event, by=eva, partnership=together, actors=[one.pk, stranger.pk], line="")
    assert asked == 2
    assert inviting.organisations_to_ask(event, together) == [(two, 1)]


def test_coordinators_ask_their_own_partnership_and_staff_all_public_ones(event, eva):
    other, secret = make_partnership(), make_partnership(is_published=False)
    assert set(inviting.partnerships(event, eva)) == {event.partnership}
    found = set(inviting.partnerships(event, make_event_keeper()))
    assert {event.partnership, other} <= found and secret not in found
    with pytest.raises(ValidationError):
        inviting.ask_organisations(event, by=eva, partnership=other, actors=[], line="")


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "held"},
        {"takes_registrations": False},
        {"closes_at": timezone.now() - timedelta(seconds=1)},
        {"starts_at": timezone.now() - timedelta(hours=1)},
    ],
)
def test_nobody_is_asked_to_what_takes_nobody(event, space, eva, people, fields):
    Event.objects.update(**fields)
    with pytest.raises(ValidationError) as found:
        inviting.ask_members(event, by=eva, space=space, people=ids(people), line="")
    assert found.value.code == "shut"
    assert not Email.objects.exists()


# ── When it is sent and read ─────────────────────────────────────────────────────────────────────────────────────────
def test_the_mail_is_not_sent_to_who_has_answered_or_may_no_longer_come(event, space, eva, people):
    inviting.ask_members(event, by=eva, space=space, people=ids(people[:1]), line="Come!")
    email = Email.objects.get()
    assert live.read(email) == {"event": event, "person": "Eva Ek", "line": "Come!"}
    for spoil in (
        lambda: make_registration(event, people[0], state="left"),
        lambda: (Registration.objects.all().delete(), Event.objects.update(state="cancelled", reason="Storm")),
        lambda: Event.objects.update(state="published", audience="partnership", space=make_space()),
    ):
        spoil()
        with pytest.raises(live.NoLonger):
            live.read(email)


def test_the_notice_ends_when_the_person_has_answered(event, space, eva, people):
    inviting.ask_members(event, by=eva, space=space, people=ids(people[:2]), line="")
    rows = list(Notification.objects.order_by("user"))
    assert [line.title for line in lines_of(rows).values()] == ["Mätdag", "Mätdag"]
    make_registration(event, people[0])
    assert set(lines_of(rows)) == {rows[1].pk}
    Event.objects.update(audience="partnership", space=make_space(coordinator=people[0]))
    assert lines_of(rows) == {}


# ── The page ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_page_has_all_chosen_and_takes_who_is_left(client, event, space, eva, people):
    client.force_login(eva)
    page = reverse("event_ask", args=["matdag"]) + f"?of=space:{space.slug}"
    text = client.get(page).content.decode()
    assert text.count("checked") == 3
    assert client.post(page, {"line": ""}).content.decode().count("summary") > 0
    assert client.post(page, {"people": ids(people[1:]), "line": "Come!"}).status_code == 302
    assert set(Email.objects.values_list("to", flat=True)) == {one.email for one in people[1:]}


def test_the_page_knows_no_space_that_the_organiser_is_not_in(client, event, eva):
    foreign, sign = make_space("Foreign Room"), "partnership:nowhere"
    client.force_login(eva)
    page = reverse("event_ask", args=["matdag"])
    assert "Foreign Room" not in client.get(page).content.decode()
    for of in (f"space:{foreign.slug}", "space:nowhere", sign, "x:y", "space"):
        assert client.get(page, {"of": of}).status_code == 404
    sign_in(client, make_event_keeper())  # staff are in no space either
    assert client.get(page, {"of": f"space:{foreign.slug}"}).status_code == 404
    assert client.get(page).status_code == 200
