"""The overview: what needs me, what is new, what is coming; bounded whatever the size of the space."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override

from platforms.actions import decisions, note_visit, tell
from platforms.models import (
    Activity,
    Answer,
    Deciders,
    DecisionState,
    JoinRequest,
    Mention,
    Post,
    SpaceMember,
    Thread,
    Verb,
)
from platforms.overview import needs_everywhere
from tests.actors.test_register_list import questions
from tests.factories import make_actor, make_decision, make_document, make_space, make_task, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


@pytest.fixture
def people():
    return [make_user(name=name) for name in ("Cora", "Mia", "Otto")]


@pytest.fixture
def space(people):
    return make_space("Bays", coordinator=people[0], members=[people[1]], observers=[people[2]])


def day(number):
    return timezone.localdate() + timedelta(days=number)


def member(space, user):
    return SpaceMember.objects.select_related("user", "on_behalf_of", "space").get(space=space, user=user)


def visited(space, user, days):
    """`user` was here `days` ago, and comes now."""
    then = timezone.now() - timedelta(days=days)
    SpaceMember.objects.filter(space=space, user=user).update(seen_at=then, before_at=None)


def make_post(space, user, thread=None, body="Who owns the buoys?", verb=Verb.POSTED):
    if thread is None:
        thread = Thread.objects.create(space=space, number=space.threads.count() + 1, title="Buoys", by=user)
    number = thread.posts.count() + 1
    post = Post.objects.create(thread=thread, number=number, by=user, body=body, html=f"<p>{body}</p>")
    tell(member(space, user), verb, thread=thread)
    return post


def page(client, space, user):
    client.force_login(user)
    answer = client.get(space.get_absolute_url())
    assert answer.status_code == 200
    return answer


def titles(overview):
    return [(need.kind, str(getattr(need.row, "title", need.number))) for need in overview.needs]


# ── Needs you ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_what_needs_me_stands_first_by_date(client, space, people):
    make_decision(space, "Undated")
    make_decision(space, "Dated", answer_by=day(3))
    make_decision(space, "Led", deciders=Deciders.COORDINATORS)
    answered = make_decision(space, "Answered")
    decisions.answer(answered, by=people[1], answer=Answer.YES)
    make_task(space, "Late", owner=people[1], due_on=day(-2))
    make_task(space, "Far", owner=people[1], due_on=day(10))
    make_task(space, "Hers", owner=people[0], due_on=day(-9))
    Mention.objects.create(post=make_post(space, people[0]), user=people[1])

    overview = page(client, space, people[1]).context["overview"]

    assert titles(overview) == [("task", "Late"), ("decision", "Dated"), ("decision", "Undated"), ("mention", "0")]


def test_at_most_five_stand_there_and_the_rest_is_counted(client, space, people):
    for number in range(7):
        make_decision(space, f"Decision {number}")

    answer = page(client, space, people[1])

    assert len(answer.context["overview"].needs) == 5
    assert "and 2 more" in answer.content.decode()


def test_an_observer_is_asked_for_nothing_but_where_somebody_speaks_to_them(client, space, people):
    make_decision(space)
    post = make_post(space, people[0])
    Mention.objects.create(post=post, user=people[2])
    Mention.objects.create(post=make_post(space, people[0]), user=people[2], seen_at=timezone.now())

    assert [need.row for need in page(client, space, people[2]).context["overview"].needs] == [post]


def test_a_coordinator_is_told_who_asks_to_join_and_nobody_else_is(client, space, people):
    JoinRequest.objects.create(space=space, user=make_user())

    assert "1 person asks to join" in page(client, space, people[0]).content.decode()
    assert "asks to join" not in page(client, space, people[1]).content.decode()


# ── New since last time ──────────────────────────────────────────────────────────────────────────────────────────────
def test_what_others_did_since_the_last_visit_is_grouped_newest_first(client, space, people):
    old = make_post(space, people[0])
    Activity.objects.update(at=timezone.now() - timedelta(days=9))
    visited(space, people[1], days=2)
    for _ in range(3):
        make_post(space, people[0], old.thread, body="It can be <b>me</b> & you")
    document = make_document(space, "Survey.txt", note="With sources")
    make_post(space, people[1], body="My own words")

    overview = page(client, space, people[1]).context["overview"]

    assert [(one.kind, one.subject, one.number) for one in overview.news] == [
        ("document", document, 1),
        ("thread", old.thread, 3),
    ]
    assert overview.news[1].excerpt == "It can be me & you"
    assert overview.news[0].excerpt == "With sources"


def test_at_most_fifteen_stand_there_and_the_rest_is_counted(client, space, people):
    for _ in range(17):
        make_post(space, people[0])

    answer = page(client, space, people[1])

    assert len(answer.context["overview"].news) == 15
    assert "The rest: 2 more" in answer.content.decode()


def test_what_is_new_stays_new_for_the_whole_visit(client, space, people):
    visited(space, people[1], days=2)
    make_post(space, people[0])
    Activity.objects.update(at=timezone.now() - timedelta(days=1))

    for _look in range(2):
        assert len(page(client, space, people[1]).context["overview"].news) == 1

    one = member(space, people[1])
    one.seen_at -= timedelta(hours=2)
    note_visit(one)
    assert page(client, space, people[1]).context["overview"].news == []


def test_a_removed_post_and_a_removed_document_are_not_quoted(client, space, people):
    post = make_post(space, people[0], body="Canary")
    post.removed_at = timezone.now()
    post.save()
    document = make_document(space, "Kanin.txt")
    document.removed_at = timezone.now()
    document.save()

    html = page(client, space, people[1]).content.decode()

    assert "Buoys" in html and "Canary" not in html and "Kanin" not in html


def test_who_came_and_went_is_one_line(client, space, people):
    for _ in range(3):
        tell(member(space, people[2]), Verb.JOINED)

    assert "3 changes among the members" in page(client, space, people[1]).content.decode()


def test_the_first_visit_says_how_to_begin_to_those_who_may_write(client, space, people):
    html = page(client, space, people[1]).content.decode()
    assert "It begins here" in html and "Propose a decision" in html
    html = page(client, space, people[2]).content.decode()
    assert "It begins here" in html and "Propose a decision" not in html


# ── Beside ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_what_is_coming_and_what_was_decided_stand_beside(client, space, people):
    make_decision(space, "Soon", answer_by=day(5))
    make_decision(space, "Too far", answer_by=day(30))
    make_decision(space, "Made", state=DecisionState.DECIDED, decided_on=day(-3))
    make_decision(space, "Long ago", state=DecisionState.DECIDED, decided_on=day(-99))
    make_task(space, "Task", due_on=day(2))

    overview = page(client, space, people[1]).context["overview"]

    assert [row.title for _date, _kind, row in overview.coming] == ["Task", "Soon"]
    assert [row.title for row in overview.decided] == ["Made"]


def test_the_four_legs_show_who_is_missing(client, space, people):
    academy, firm = make_actor(kind="academia"), make_actor(kind="sme")
    SpaceMember.objects.filter(user__in=people[:2]).update(on_behalf_of=academy)
    SpaceMember.objects.filter(user=people[2]).update(on_behalf_of=firm)

    overview = page(client, space, people[1]).context["overview"]

    assert [(leg.key, leg.count, leg.share) for leg in overview.legs] == [
        ("academia", 1, 100), ("business", 1, 100), ("public", 0, 0), ("civil", 0, 0),
    ]  # fmt: skip
    assert overview.member_count == 3


def test_a_reader_of_an_open_space_sees_it_without_what_needs_anybody(client, people):
    space = make_space("Open", access="registered", coordinator=people[0])
    make_decision(space, "Visible", answer_by=day(2))
    reader = make_user()
    Mention.objects.create(post=make_post(space, people[0]), user=reader)

    answer = page(client, space, reader)

    assert answer.context["overview"].needs == []
    assert "Visible" in answer.content.decode()


# ── Size ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def fill(space, people, posts):
    """A life: many people, posts in many discussions, documents, decisions, tasks, mentions, requests."""
    more = [make_user() for _ in range(people)]
    actors = [make_actor() for _ in range(min(people, 20))]
    SpaceMember.objects.bulk_create(
        SpaceMember(space=space, user=user, on_behalf_of=actors[n % len(actors)]) for n, user in enumerate(more)
    )
    before = space.threads.count()
    threads = Thread.objects.bulk_create(
        Thread(space=space, number=before + n + 1, title=f"Discussion {n}", by=more[0])
        for n in range(max(posts // 40, 1))
    )
    made = Post.objects.bulk_create(
        Post(thread=threads[n % len(threads)], number=n, by=more[n % people], body="x " * 200, html="<p>" + "x " * 200)
        for n in range(posts)
    )
    Activity.objects.bulk_create(
        Activity(space=space, by=post.by, verb=Verb.POSTED, thread=post.thread) for post in made
    )
    mia = space.members.order_by("pk")[1].user
    Mention.objects.bulk_create(Mention(post=post, user=mia) for post in made[: max(posts // 10, 1)])
    for n in range(max(people // 10, 1)):
        make_decision(space, f"Open {n}", answer_by=day(n % 10))
        make_decision(space, f"Made {n}", state=DecisionState.DECIDED, decided_on=day(-1))
        make_task(space, f"Task {n}", owner=mia, due_on=day(n % 9 - 3))
        JoinRequest.objects.create(space=space, user=make_user())


@pytest.mark.parametrize("person", [0, 1])
def test_the_page_asks_as_much_for_many_as_for_one_and_stays_small(client, people, space, person):
    asked = {}
    for size in ((1, 1), (3, 3), (20, 50), (200, 2000)):
        fill(space, *size)
        client.force_login(people[person])
        SpaceMember.objects.filter(user=people[person]).update(
            seen_at=timezone.now() - timedelta(days=9), before_at=None
        )
        asked[size] = questions(lambda: client.get(space.get_absolute_url()))

    answer = client.get(space.get_absolute_url())
    assert len(set(asked.values())) == 1 and asked[1, 1] <= 15, asked
    assert len(answer.content) <= 60_000


# ── Everywhere ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_what_needs_me_anywhere_stops_where_my_membership_does(space, people):
    other = make_space("Other", coordinator=people[1])
    make_decision(space, "Here")
    make_task(other, "There", owner=people[1], due_on=day(1))
    Mention.objects.create(post=make_post(space, people[0]), user=people[1])
    assert [need.kind for need in needs_everywhere(people[1])] == ["task", "decision", "mention"]

    SpaceMember.objects.filter(space=space, user=people[1]).delete()

    assert [need.row.title for need in needs_everywhere(people[1])] == ["There"]
