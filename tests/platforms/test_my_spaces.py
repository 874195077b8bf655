"""My spaces: the signed-in start; what is new and what waits in each, whatever the number."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from platforms import my_spaces
from platforms.models import Activity, Mention, Space, SpaceMember, SpaceRole, SpaceState, Verb
from tests.actors.test_register_list import questions
from tests.factories import make_decision, make_partnership, make_space, make_task, make_user
from tests.platforms.test_overview import make_post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


@pytest.fixture
def mia():
    return make_user(name="Mia")


def look(client, user, **query):
    client.force_login(user)
    return client.get(reverse("my_spaces"), query)


def told(answer):
    return {row.space.name: (row.new, row.needs) for row in answer.context["rows"]}


def test_each_space_tells_what_is_new_and_what_waits_for_me(client, mia):
    one = make_space("One", members=[mia])
    cora = one.members.coordinators().get().user
    make_space("Not mine")
    make_space("Quiet", members=[mia])
    SpaceMember.objects.filter(user=mia).update(seen_at=timezone.now() - timedelta(days=2))
    make_decision(one)
    make_task(one, owner=mia, due_on=timezone.localdate())
    make_task(one, owner=cora, due_on=timezone.localdate())
    Mention.objects.create(post=make_post(one, cora), user=mia)
    make_post(one, cora)
    make_post(one, mia)
    Activity.objects.create(space=one, by=cora, verb=Verb.POSTED, at=timezone.now() - timedelta(days=3))

    assert told(look(client, mia)) == {"One": ("2", 3), "Quiet": ("0", 0)}


def test_more_news_than_anybody_counts_are_not_counted(client, mia):
    space = make_space("Busy", members=[mia])
    Activity.objects.bulk_create(Activity(space=space, verb=Verb.POSTED) for _ in range(150))

    assert told(look(client, mia)) == {"Busy": ("100+", 0)}
    assert my_spaces._new(list(my_spaces.of(mia)[0])) == {space.pk: my_spaces.MOST + 1}


def test_living_spaces_come_first_and_those_that_rest_are_folded_away(client, mia):
    now = timezone.now()
    make_space("Older", members=[mia], active_at=now - timedelta(days=3))
    make_space("Newer", members=[mia], active_at=now)
    make_space("Silent", members=[mia], active_at=now - timedelta(days=200))
    make_space("Paused", members=[mia], state=SpaceState.PAUSED, active_at=now - timedelta(days=1))
    make_space("Closed", members=[mia], state=SpaceState.CLOSED, closed_at=now, active_at=now - timedelta(days=300))

    answer = look(client, mia)

    assert list(told(answer)) == ["Newer", "Older"]
    assert [row.space.name for row in answer.context["folded"]] == ["Paused", "Silent", "Closed"]
    assert list(told(look(client, mia, resting="1"))) == ["Paused", "Silent", "Closed"]
    assert look(client, mia, resting="x").status_code == 400


def test_somebody_without_a_space_is_told_how_one_comes_in(client, mia):
    assert "You come in by an invitation" in look(client, mia).content.decode()


def test_signing_in_leads_to_my_spaces_or_to_my_page(client, mia):
    client.force_login(mia)
    assert client.get(reverse("home"))["Location"] == reverse("my_page")
    make_space(members=[mia])
    assert client.get(reverse("home"))["Location"] == reverse("my_spaces")


def test_the_menu_names_my_spaces_only_for_those_who_have_one(client, mia):
    link = f'href="{reverse("my_spaces")}"'
    client.force_login(mia)
    assert link not in client.get(reverse("about")).content.decode()
    make_space(members=[mia])
    assert link in client.get(reverse("about")).content.decode()
    client.logout()
    assert link not in client.get(reverse("about")).content.decode()


@pytest.mark.parametrize("spaces", [0, 1, 3])
def test_menu_permissions_and_badge_cost_at_most_four_questions(client, mia, spaces):
    for _ in range(spaces):
        make_space(members=[mia])
    client.force_login(mia)

    assert questions(lambda: client.get(reverse("about"))) == 4
    assert questions(lambda: client.get("/en/no/such/page/")) <= 5


def test_the_front_page_tells_what_needs_me_in_all_spaces(client, mia):
    space = make_space("Bays", members=[mia])
    make_decision(space, "Five bays")
    client.force_login(mia)

    html = client.get(reverse("start")).content.decode()

    assert "Five bays" in html and "Bays" in html
    SpaceMember.objects.filter(user=mia).delete()
    assert "Five bays" not in client.get(reverse("start")).content.decode()


def make_many(user, number, *, state=SpaceState.OPEN):
    """`number` spaces of `user`, each with life in it."""
    partnership = make_partnership()
    spaces = Space.objects.bulk_create(
        Space(partnership=partnership, name=f"Space {n}", slug=f"{state}-{n}-{user.pk}", state=state)
        for n in range(number)
    )
    cora = make_user()
    SpaceMember.objects.bulk_create(SpaceMember(space=space, user=user) for space in spaces)
    SpaceMember.objects.bulk_create(SpaceMember(space=s, user=cora, role=SpaceRole.COORDINATOR) for s in spaces)
    for space in spaces[:3]:
        make_decision(space, by=cora)
        make_task(space, owner=user, due_on=timezone.localdate())
    Activity.objects.bulk_create(
        Activity(space=space, by=cora, verb=Verb.POSTED) for space in spaces for _ in range(30)
    )


@pytest.mark.parametrize("number", [1, 3, 500])
def test_the_list_asks_as_much_for_many_as_for_one(client, mia, number):
    make_many(mia, number)
    make_many(mia, number, state=SpaceState.PAUSED)
    client.force_login(mia)

    assert questions(lambda: client.get(reverse("my_spaces"))) == 10
    answer = client.get(reverse("my_spaces"))
    assert len(answer.context["rows"]) == min(number, my_spaces.PAGE_SIZE)
    assert len(answer.content) <= 60_000


def test_the_figures_of_a_page_take_five_questions(mia):
    make_many(mia, 5)
    pks = list(my_spaces.of(mia)[0])
    with CaptureQueriesContext(connection) as asked:
        assert {row.new for row in my_spaces.rows_of(mia, pks)} == {"30"}
    assert len(asked) == 5
