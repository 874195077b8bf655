"""Talking in a real Chromium: two windows, two wordings, a session that ends, the keyboard, without scripts, axe."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from playwright.sync_api import expect

from notifications.models import Email
from platforms.actions import talk
from platforms.models import Mention, Post, SpaceMember
from tests.browser import Keyboard, axe

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = {"desk": {"width": 1280, "height": 900}, "narrow": {"width": 320, "height": 700}}


def sign_in(window, user):
    """Give the window a session of `user`, of its own."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    window.context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": window.site}])
    return window


@pytest.fixture
def window_of(open_window):
    def open_for(user, **options):
        return sign_in(open_window(**options), user)

    return open_for


def address(name, thread, *args):
    with override("en"):
        return reverse(name, args=[thread.space.slug, thread.number, *args])


def test_what_one_writes_the_other_sees_within_ten_seconds_and_keeps_their_draft(window_of, first, eva, bo):
    hers, his = window_of(eva), window_of(bo)
    hers.go(address("thread", first.thread))
    his.go(address("thread", first.thread))
    his.page.get_by_label("Write a post").fill("Half a thought")

    hers.page.get_by_label("Write a post").fill("News from **Torhamn**")
    hers.page.get_by_role("button", name="Send the post").click()

    his.page.locator("#p2").wait_for(timeout=10_000)
    assert his.page.locator("#p2 strong").inner_text() == "Torhamn"
    assert his.page.get_by_role("status").filter(has_text="1 new post").count() == 1
    assert his.page.get_by_label("Write a post").input_value() == "Half a thought"
    assert his.page.evaluate("document.activeElement.name") == "body"


def test_a_window_that_sleeps_asks_nothing_and_catches_up(window_of, first, eva, bo):
    window = window_of(bo)
    page = window.page
    page.add_init_script("Object.defineProperty(document, 'hidden', {get: () => window.asleep || false})")
    page.clock.install()
    window.go(address("thread", first.thread))
    page.evaluate("window.asleep = true; document.dispatchEvent(new Event('visibilitychange'))")
    talk.write(first.thread, by=eva, body="While you slept")
    page.clock.run_for(60_000)
    assert [url for url in window.requests if "after=" in url] == []

    page.evaluate("window.asleep = false; document.dispatchEvent(new Event('visibilitychange'))")

    page.locator("#p2").wait_for(timeout=5000)


def test_who_was_removed_is_told_and_keeps_what_they_wrote(window_of, first, bo):
    window = window_of(bo)
    window.expected = ["404"]
    page = window.page
    page.clock.install()
    window.go(address("thread", first.thread))
    page.get_by_label("Write a post").fill("My words")
    SpaceMember.objects.filter(user=bo).delete()

    page.clock.run_for(9000)

    page.get_by_text("You can no longer read this discussion").wait_for(timeout=5000)
    assert page.get_by_label("Write a post").input_value() == "My words"
    page.clock.run_for(60_000)
    assert len([url for url in window.requests if "after=" in url]) == 1


def test_two_wordings_at_once_and_both_are_shown(window_of, first, eva):
    one, two = window_of(eva), window_of(eva)
    one.go(address("post_edit", first.thread, 1))
    two.go(address("post_edit", first.thread, 1))
    one.page.get_by_label("Your post").fill("The wording of window one")
    one.press(one.page.get_by_role("button", name="Save the post"))
    two.expected = ["409"]
    two.page.get_by_label("Your post").fill("The wording of window two")
    two.page.get_by_role("button", name="Save the post").click()

    two.page.get_by_role("heading", name="The post was saved in another window").wait_for()
    expect(two.page.get_by_text("The wording of window one")).to_be_visible()
    assert axe(two.page) == []
    two.page.get_by_role("button", name="Save what I wrote").click()
    two.page.locator("#p1").wait_for()
    assert Post.objects.get().body == "The wording of window two"


@pytest.mark.parametrize("scripts", [True, False])
def test_a_session_that_ended_loses_nothing(window_of, first, bo, scripts):
    window = window_of(bo, java_script_enabled=scripts)
    page = window.page
    window.go(address("thread", first.thread))
    page.get_by_label("Write a post").fill("It took me half an hour")
    Session.objects.all().delete()

    page.get_by_role("button", name="Send the post").click()
    expect(page.get_by_text("what you wrote is still there")).to_be_visible()
    page.get_by_label("Your e-mail address").fill(bo.email)
    window.press(page.get_by_role("button", name="Sign in", exact=True))
    page.get_by_label("Code").first.fill(Email.objects.latest("pk").secret["code"])
    window.press("main form button")

    expect(page.get_by_text("You were signed out. What you wrote is still here")).to_be_visible()
    assert page.get_by_label("Write a post").input_value() == "It took me half an hour"
    page.get_by_role("button", name="Send the post").click()
    page.locator("#p2").wait_for()
    assert Post.objects.get(number=2).body == "It took me half an hour"


def test_by_keyboard_alone_one_starts_a_discussion_and_speaks_to_somebody(window_of, room, eva, bo):
    window = window_of(eva)
    with override("en"):
        window.go(reverse("threads", args=[room.slug]))
    keyboard = Keyboard(window)
    keyboard.enter("a[href$='/discussions/new/']")
    keyboard.write("#id_title", "Who measures?")
    keyboard.reach("#id_body")
    keyboard.keys.type("Hello @bo")
    window.page.get_by_role("button", name="@Bo Berg").wait_for()
    keyboard.keys.press("ArrowDown")
    keyboard.keys.press("Enter")
    assert window.page.get_by_label("Your post").input_value() == "Hello @Bo Berg "
    assert window.page.evaluate("document.activeElement.id") == "id_body"
    keyboard.keys.type("can you?")
    keyboard.enter("form.talk-form .btn")

    expect(window.page.get_by_role("heading", name="Who measures?")).to_be_visible()
    assert Mention.objects.get().user == bo
    keyboard.write("#id_body", "One more")
    keyboard.enter("#write .btn")
    assert Post.objects.count() == 2


def test_without_scripts_everything_is_there(window_of, first, eva, bo):
    window = window_of(eva, java_script_enabled=False)
    page = window.page
    window.go(address("thread", first.thread))
    page.get_by_label("Write a post").fill("@[Bo Berg] look")
    page.get_by_role("button", name="Send the post").click()
    expect(page.locator("#p2").get_by_text("@Bo Berg look")).to_be_visible()
    page.get_by_role("link", name=re.compile("Remove post 2")).click()
    page.get_by_role("button", name="Remove the post").click()
    expect(page.get_by_text("Removed by Eva Ek")).to_be_visible()
    page.get_by_role("button", name="Mail me new posts").click()
    expect(page.get_by_text("You now get new posts here by mail.")).to_be_visible()
    page.get_by_role("button", name="Close for new posts").click()
    expect(page.get_by_text("The discussion is closed and takes no more posts.")).to_be_visible()


def test_a_draft_survives_a_reload(window_of, first, bo):
    window = window_of(bo)
    window.go(address("thread", first.thread))
    window.page.get_by_label("Write a post").fill("Not yet sent")
    window.go(address("thread", first.thread))
    assert window.page.get_by_label("Write a post").input_value() == "Not yet sent"

    window.page.get_by_role("button", name="Send the post").click()
    window.page.locator("#p2").wait_for()

    assert window.page.get_by_label("Write a post").input_value() == ""
