"""One post: its wording and earlier ones, two windows at once, and taking it away."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from platforms.actions import Outdated, talk
from platforms.models import Post, PostVersion, SpaceMember, SpaceRole, Thread
from tests.platforms.talking import url

pytestmark = pytest.mark.django_db


def test_a_change_keeps_the_wording_before(client, first, eva, bo):
    client.force_login(eva)

    answer = client.post(url("post_edit", first.thread, 1), {"body": "Who owns *them*?", "version": "1"})

    first.refresh_from_db()
    assert answer.url == first.get_absolute_url()
    assert (first.body, first.html, first.version) == ("Who owns *them*?", "<p>Who owns <em>them</em>?</p>\n", 2)
    earlier = PostVersion.objects.get()
    assert (earlier.body, earlier.version, earlier.by) == ("After the project, **who**?", 1, eva)
    client.force_login(bo)
    history = client.get(url("post_history", first.thread, 1)).content.decode()
    assert "After the project, **who**?" in history
    assert "changed" in client.get(first.thread.get_absolute_url()).content.decode()


def test_the_second_of_two_windows_gets_both_wordings_and_can_keep_either(client, first, eva):
    client.force_login(eva)
    path = url("post_edit", first.thread, 1)
    client.post(path, {"body": "The first window", "version": "1"})

    page = client.post(path, {"body": "The second window", "version": "1"})

    text = page.content.decode()
    assert page.status_code == 409
    assert "The first window" in text
    assert "The second window" in text
    assert Post.objects.get().body == "The first window"
    assert client.post(path, {"body": "The second window", "version": "2"}).status_code == 302
    assert Post.objects.get().body == "The second window"
    assert PostVersion.objects.count() == 2


def test_nothing_changed_is_no_new_version(first, eva):
    talk.edit(first, by=eva, body=first.body, version=1)
    assert not PostVersion.objects.exists()


def test_nobody_changes_what_somebody_else_wrote(client, room, first, bo):
    SpaceMember.objects.filter(user=bo).update(role=SpaceRole.COORDINATOR)
    client.force_login(bo)

    assert client.get(url("post_edit", first.thread, 1)).status_code == 404
    assert client.post(url("post_edit", first.thread, 1), {"body": "Mine", "version": "1"}).status_code == 404
    with pytest.raises(talk.Closed):
        talk.edit(first, by=bo, body="Mine", version=1)


def test_a_post_in_a_closed_discussion_stays_and_the_words_typed_are_shown(client, first, eva):
    Thread.objects.update(is_closed=True)
    client.force_login(eva)

    page = client.post(url("post_edit", first.thread, 1), {"body": "My new words", "version": "1"})

    assert page.status_code == 200
    assert "My new words" in page.content.decode()
    assert Post.objects.get().version == 1


def test_removing_takes_the_words_and_keeps_the_place(client, room, first, eva):
    talk.edit(first, by=eva, body="New and secret", version=1)
    talk.write(first.thread, by=eva, body="The second")
    client.force_login(eva)
    assert "New and secret" in client.get(url("post_remove", first.thread, 1)).content.decode()

    client.post(url("post_remove", first.thread, 1))

    page = client.get(first.thread.get_absolute_url()).content.decode()
    assert "Removed by Eva Ek" in page
    assert "New and secret" not in page
    assert 'id="p1"' in page
    assert 'id="p2"' in page
    assert PostVersion.objects.exists()  # for the registrar only
    for name in ("post_edit", "post_history", "post_remove"):
        assert client.get(url(name, first.thread, 1)).status_code == 404
    with pytest.raises(talk.Closed):
        talk.edit(first, by=eva, body="Back", version=first.version)
    assert not AuditEntry.objects.exists()


def test_a_coordinator_removes_any_post_and_it_is_logged_without_words(room, first, eva, bo):
    post = talk.write(first.thread, by=bo, body="Something unkind")

    talk.remove(post, by=eva)

    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.by, entry.reason) == ("space.remove_post", eva, "")
    assert "Bays" not in entry.target_label


def test_a_member_removes_their_own_only_and_an_observer_none(client, room, first, bo):
    own = talk.write(first.thread, by=bo, body="Mine")
    client.force_login(bo)
    assert client.post(url("post_remove", first.thread, 1)).status_code == 404
    with pytest.raises(talk.Closed):
        talk.remove(first, by=bo)
    SpaceMember.objects.filter(user=bo).update(role=SpaceRole.OBSERVER)

    client.post(url("post_remove", first.thread, own.number))

    assert not Post.objects.exclude(removed_at=None).exists()


@pytest.mark.parametrize(
    ("body", "never"),
    [
        ("<script>alert(1)</script>", "<script>alert"),
        ("[x](javascript:alert(1))", 'href="javascript'),
        ("![x](https://evil.example/p.png)", 'evil.example/p.png">'),
        ('<img src=x onerror="x">', "<img src=x"),
        ("</ol></main><h1>Take over</h1>", "<h1>Take over"),
    ],
)
def test_hostile_markdown_is_text(client, first, eva, body, never):
    client.force_login(eva)
    client.post(first.thread.get_absolute_url(), {"body": body})

    assert never not in client.get(first.thread.get_absolute_url()).content.decode()
    assert Post.objects.count() == 2


def test_a_post_has_an_address_that_stays_when_many_come(first, eva):
    address = first.get_absolute_url()
    assert address == f"{reverse('thread', args=[first.thread.space.slug, 1])}?page=1#p1"
    assert Post(thread=first.thread, number=51).get_absolute_url().endswith("?page=2#p51")


def test_a_person_without_a_name_is_not_shown_by_their_address(client, room, first, bo):
    bo.name = ""
    bo.save()
    talk.write(first.thread, by=bo, body="x")
    client.force_login(bo)

    page = client.get(first.thread.get_absolute_url()).content.decode()

    assert "My page" in page
    assert "bo@example.org" not in page


def test_a_closed_account_keeps_its_posts_without_its_name(client, first, eva, bo):
    talk.write(first.thread, by=bo, body="Still here")
    bo.name, bo.anonymised_at = "", timezone.now()
    bo.save()
    client.force_login(eva)

    page = client.get(first.thread.get_absolute_url()).content.decode()

    assert "Still here" in page
    assert "Closed account" in page


@pytest.mark.django_db(transaction=True)
def test_posts_written_at_the_same_moment_each_get_a_number(first, eva, bo):
    def write(number):
        try:
            return talk.write(first.thread, by=eva if number % 2 else bo, body=f"Nr {number}").number
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        numbers = sorted(pool.map(write, range(16)))

    assert numbers == list(range(2, 18))
    assert Thread.objects.get().post_count == 17


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_at_the_same_moment_one_is_told(first, eva):
    windows = {text: Post.objects.select_related("thread__space").get() for text in "abcd"}

    def change(text):
        try:
            talk.edit(windows[text], by=eva, body=text, version=1)
            return "saved"
        except Outdated:
            return "told"
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(change, "abcd"))

    assert answers == ["saved", "told", "told", "told"]
