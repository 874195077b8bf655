"""Discussions of a space: who reads, starts, closes and moves them."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from platforms.actions import NoEntry, talk
from platforms.models import Activity, Follow, Mention, Post, Space, SpaceMember, SpaceRole, SpaceState, Thread, Verb
from tests.factories import make_space, make_user
from tests.platforms.talking import url

pytestmark = pytest.mark.django_db


def address(room, name="threads"):
    return reverse(name, args=[room.slug])


def fill(thread, count, by, **fields):
    """`count` more posts, written as one statement."""
    start = thread.post_count
    posts = [
        Post(thread=thread, number=start + n, by=by, body=f"Post {n}", html=f"<p>Post {n}</p>", **fields)
        for n in range(1, count + 1)
    ]
    Post.objects.bulk_create(posts)
    last = fields.get("created_at", timezone.now())
    Thread.objects.filter(pk=thread.pk).update(post_count=start + count, posted_at=last)


def test_a_member_starts_a_discussion_for_their_organisation(client, room, eva):
    client.force_login(eva)

    answer = client.post(address(room, "thread_new"), {"title": " Who  owns? ", "body": "**Hej**"})

    thread = room.threads.get()
    post = thread.posts.get()
    assert answer.url == thread.get_absolute_url()
    assert (thread.title, thread.number, thread.post_count, thread.by) == ("Who owns?", 1, 1, eva)
    assert (post.number, post.body, post.html) == (1, "**Hej**", "<p><strong>Hej</strong></p>\n")
    assert post.on_behalf_of.name == "Bay Works"
    assert Activity.objects.get().verb == Verb.STARTED
    page = client.get(answer.url).content.decode()
    assert "Bay Works" in page
    assert "may be a public record" in page


def test_what_a_post_was_written_for_stays_when_the_person_changes_organisation(client, first, room, eva):
    SpaceMember.objects.filter(user=eva).update(on_behalf_of=None)
    first.refresh_from_db()
    assert first.on_behalf_of.name == "Bay Works"


@pytest.mark.parametrize("values", [{"title": "", "body": "Kept words"}, {"title": "x" * 161, "body": "Kept words"}])
def test_a_faulty_form_keeps_what_was_typed(client, room, eva, values):
    client.force_login(eva)

    page = client.post(address(room, "thread_new"), values)

    assert page.status_code == 200
    assert "Kept words" in page.content.decode()
    assert not room.threads.exists()


def test_observers_read_and_do_not_write(client, room, first):
    observer = make_user()
    SpaceMember.objects.create(space=room, user=observer, role=SpaceRole.OBSERVER)
    client.force_login(observer)
    page = client.get(first.thread.get_absolute_url())
    assert "Who owns the buoys?" in page.content.decode()
    assert 'id="write"' not in page.content.decode()

    answer = client.post(first.thread.get_absolute_url(), {"body": "My long considered words"})

    assert Post.objects.count() == 1
    assert answer.status_code == 200
    assert "My long considered words" in answer.content.decode()
    assert "As an observer" in answer.content.decode()


def test_an_outsider_finds_nothing(client, first, room):
    client.force_login(make_user())
    thread = first.thread
    for path in (address(room), thread.get_absolute_url(), thread.get_absolute_url() + "?after=0"):
        assert client.get(path).status_code == 404
        assert client.post(path, {"body": "x"}).status_code in (404, 405)
    assert client.post(url("thread_follow", thread), {"follow": "1"}).status_code == 404


def test_a_registered_reader_reads_an_open_space_and_does_not_write(client, first, room):
    Space.objects.update(access="registered")
    client.force_login(make_user())

    assert client.get(first.thread.get_absolute_url()).status_code == 200
    assert client.post(first.thread.get_absolute_url(), {"body": "x"}).status_code == 404
    assert client.post(url("thread_follow", first.thread), {"follow": "1"}).status_code == 404
    assert (Post.objects.count(), Follow.objects.count()) == (1, 0)


@pytest.mark.parametrize("state", [SpaceState.PAUSED, SpaceState.CLOSED])
def test_a_frozen_space_takes_no_posts_and_loses_no_words(client, first, room, bo, state):
    Space.objects.update(state=state, closed_at=timezone.now() if state == SpaceState.CLOSED else None)
    client.force_login(bo)

    answer = client.post(first.thread.get_absolute_url(), {"body": "Typed before it froze"})

    assert answer.status_code == 200
    assert "Typed before it froze" in answer.content.decode()
    assert Post.objects.count() == 1


def test_a_closed_discussion_takes_no_posts_until_it_is_opened(client, first, eva, bo):
    client.force_login(eva)
    client.post(url("thread_close", first.thread), {"closed": "1"})
    client.force_login(bo)
    answer = client.post(first.thread.get_absolute_url(), {"body": "Too late"})
    assert "Too late" in answer.content.decode()
    assert "closed and takes no more posts" in answer.content.decode()
    client.post(url("thread_close", first.thread))
    assert Thread.objects.get().is_closed

    client.force_login(eva)
    client.post(url("thread_close", first.thread))

    assert not Thread.objects.get().is_closed
    assert Post.objects.count() == 1


def test_who_started_a_discussion_may_close_it(room, bo):
    post = talk.start(room, by=bo, title="Mine", body="x")

    assert talk.set_closed(post.thread, by=bo, closed=True).is_closed


def test_a_discussion_has_a_limit(first, eva):
    Thread.objects.update(post_count=talk.MOST_POSTS)

    with pytest.raises(talk.Closed):
        talk.write(first.thread, by=eva, body="One more")


def test_the_list_is_by_last_post_and_marks_what_is_new(client, room, eva, bo):
    old = talk.start(room, by=eva, title="Older", body="x").thread
    talk.start(room, by=eva, title="Newer", body="x")
    SpaceMember.objects.filter(user=bo).update(seen_at=timezone.now(), before_at=timezone.now())
    talk.write(old, by=eva, body="A new one")
    client.force_login(bo)

    rows = client.get(address(room)).context["rows"]

    assert [(row["thread"].title, row["is_new"], row["last"].number) for row in rows] == [
        ("Older", True, 2),
        ("Newer", False, 1),
    ]


def test_ones_own_posts_are_not_new(client, room, bo):
    SpaceMember.objects.filter(user=bo).update(seen_at=timezone.now(), before_at=timezone.now() - timedelta(days=1))
    talk.start(room, by=bo, title="Mine", body="x")
    client.force_login(bo)

    assert [row["is_new"] for row in client.get(address(room)).context["rows"]] == [False]


def test_the_list_has_25_on_a_page(client, room, eva):
    for number in range(27):
        talk.start(room, by=eva, title=f"Thread {number}", body="x")
    client.force_login(eva)

    assert len(client.get(address(room)).context["rows"]) == 25
    assert len(client.get(address(room), {"page": 2}).context["rows"]) == 2
    assert client.get(address(room), {"page": 3}).status_code == 404


@pytest.mark.parametrize("query", ["foo=1", "page=0", "page=x", "page=1&page=2", "page=101", "page=²", "after=-1"])
def test_an_address_nobody_links_to_is_refused(client, room, first, eva, query):
    client.force_login(eva)

    assert client.get(f"{address(room)}?{query}").status_code == 400
    assert client.get(f"{first.thread.get_absolute_url()}?{query}").status_code == 400


def test_a_discussion_costs_the_same_for_50_posts_and_for_2000(client, room, first, eva, bo):
    client.force_login(bo)
    path = first.thread.get_absolute_url()
    fill(first.thread, 49, eva)
    client.get(path)
    few = queries(client, path)
    first.thread.refresh_from_db()
    fill(first.thread, 1950, eva)

    many = queries(client, path)

    assert few == many <= 15


def test_the_list_costs_the_same_for_one_and_for_three(client, room, eva, bo):
    client.force_login(bo)
    talk.start(room, by=eva, title="One", body="x")
    client.get(address(room))
    one = queries(client, address(room))
    for title in ("Two", "Three"):
        talk.start(room, by=eva, title=title, body="x")

    assert queries(client, address(room)) == one <= 15


def queries(client, path):
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


def test_a_reader_lands_on_the_page_of_the_first_new_post(client, room, first, eva, bo):
    old = timezone.now() - timedelta(days=3)
    Post.objects.update(created_at=old)
    fill(first.thread, 59, eva, created_at=old)
    first.thread.refresh_from_db()
    fill(first.thread, 60, eva)
    SpaceMember.objects.filter(user=bo).update(seen_at=timezone.now(), before_at=old + timedelta(days=1))
    client.force_login(bo)

    page = client.get(first.thread.get_absolute_url())

    assert (page.context["first_new"], page.context["page"].number) == (61, 2)
    page = client.get(first.thread.get_absolute_url(), {"page": 3})
    assert [post.number for post in page.context["posts"]] == list(range(101, 121))


def test_a_coordinator_of_both_moves_a_discussion_with_all_that_belongs_to_it(client, room, first, eva, bo):
    other = make_space("Deep Water", coordinator=eva)
    talk.start(other, by=eva, title="There already", body="x")
    post = talk.write(first.thread, by=eva, body="@Bo Berg what do you think?")
    talk.follow(first.thread, by=bo, wanted=True)
    client.force_login(eva)
    before = first.thread.get_absolute_url()

    answer = client.post(url("thread_move", first.thread), {"space": other.slug})

    thread = Thread.objects.get(pk=first.thread.pk)
    assert (thread.space, thread.number, thread.posts.count()) == (other, 2, 2)
    assert answer.url == thread.get_absolute_url()
    assert set(Activity.objects.filter(thread=thread).values_list("space", flat=True)) == {other.pk}
    assert Mention.objects.get(post=post).user == bo
    assert not Mention.objects.waiting_for(bo).exists()
    assert client.get(before).status_code == 404
    client.force_login(bo)
    assert client.get(thread.get_absolute_url()).status_code == 404
    entry = AuditEntry.objects.get(verb="space.move_thread")
    assert "Bays" not in entry.target_label + entry.reason


def test_nobody_moves_a_discussion_to_a_space_that_they_do_not_coordinate(client, room, first, eva, bo):
    foreign, member_only = make_space("Foreign"), make_space("Member only", members=[eva])
    client.force_login(eva)
    for space in (foreign, member_only, room):
        answer = client.post(url("thread_move", first.thread), {"space": space.slug})
        assert answer.status_code == 200
        assert answer.context["form"].errors
    for space in (foreign, member_only):
        with pytest.raises((NoEntry, PermissionDenied)):
            talk.move(first.thread, by=eva, to=space)
    client.force_login(bo)
    assert client.get(url("thread_move", first.thread)).status_code == 404
    assert Thread.objects.get(pk=first.thread.pk).space == room


def test_a_number_of_another_space_leads_nowhere(client, room, first, eva):
    other = make_space("Other", coordinator=eva)
    client.force_login(eva)

    for name, args in (("thread", []), ("thread_follow", []), ("post_edit", [1]), ("post_remove", [1])):
        assert client.get(reverse(name, args=[other.slug, first.thread.number, *args])).status_code == 404
    huge = reverse("thread", args=[room.slug, 10**30])
    assert client.get(huge).status_code == 404
