"""What an open discussion asks for: only what is new, cheaply, and only while one may read."""

import pytest

from platforms.actions import talk
from platforms.models import Mention, Post, Space, SpaceMember
from tests.platforms.test_threads import fill

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(client, first, bo):
    client.force_login(bo)

    def answer(after):
        return client.get(first.thread.get_absolute_url(), {"after": after})

    return answer


def test_nothing_new_is_nothing(ask, django_assert_max_num_queries):
    with django_assert_max_num_queries(5):
        answer = ask(1)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer["Cache-Control"] == "private, no-store"


def test_only_what_is_new_comes(ask, first, eva, django_assert_max_num_queries):
    talk.write(first.thread, by=eva, body="The second")
    talk.write(first.thread, by=eva, body="The third")

    with django_assert_max_num_queries(5):
        answer = ask(2).content.decode()

    assert "The third" in answer
    assert "The second" not in answer
    assert "1 new post" in answer
    assert "<html" not in answer
    assert "2 new posts" in ask(1).content.decode()


def test_what_is_written_by_others_bears_no_doings_for_me(ask, first, eva, bo):
    talk.write(first.thread, by=eva, body="Hers")
    talk.write(first.thread, by=bo, body="Mine")

    assert ask(1).content.decode().count("/change/") == 1


def test_a_flood_comes_in_portions(ask, first, eva):
    fill(first.thread, 120, eva)

    assert ask(1).content.decode().count("<li ") == 50


def test_news_that_one_is_shown_are_seen(ask, first, eva, bo):
    talk.write(first.thread, by=eva, body="@Bo Berg look")

    ask(1)

    assert not Mention.objects.waiting_for(bo).exists()


def test_who_was_removed_is_told_nothing_from_the_next_question_on(ask, first, eva, bo):
    talk.write(first.thread, by=eva, body="Secret")
    SpaceMember.objects.filter(user=bo).delete()

    assert ask(1).status_code == 404


def test_a_removed_post_is_shown_as_a_place(ask, first, eva):
    post = talk.write(first.thread, by=eva, body="Gone words")
    talk.remove(post, by=eva)

    answer = ask(1).content.decode()

    assert "Removed by Eva Ek" in answer
    assert "Gone words" not in answer


def test_a_reader_of_an_open_space_gets_news_too(client, ask, first, eva, bo):
    Space.objects.update(access="registered")
    SpaceMember.objects.filter(user=bo).delete()
    talk.write(first.thread, by=eva, body="For all")

    assert "For all" in ask(1).content.decode()
    assert Post.objects.count() == 2


@pytest.mark.parametrize("after", ["x", "-1", "99999", ""])
def test_a_strange_question_is_refused(ask, after):
    assert ask(after).status_code == 400
