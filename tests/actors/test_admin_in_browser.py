"""The administration in a real Chromium: by keyboard, and without scripts."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from actors import actions
from actors.models import Actor
from notifications.models import Email
from tests.factories import make_actor, make_curator, make_municipality, make_user
from tests.staff import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def enter(window, user):
    """Give the window the session of a curator who showed the second factor."""
    client = sign_in(Client(), user)
    cookie = client.cookies["session"]
    window.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": window.site}])
    return window


def queue_of(count):
    place = make_municipality()
    twin = make_actor("Mast AB", municipality=place, description_sv="Vi bygger. " * 40)
    for number in range(count):
        actor = make_actor(
            "Mast Aktiebolag" if number == 0 else f"Actor {number} med ett mycket långt namn i Sverige AB",
            municipality=place,
            representatives=[make_user()],
            status="draft",
            website="https://mast.example",
        )
        actions.submit(actor, by=actor.representatives.get().user)
        Actor.objects.filter(pk=actor.pk).update(submitted_at=timezone.now() - timedelta(hours=9 - number))
    return twin, list(Actor.objects.filter(status="submitted").order_by("submitted_at"))


def test_the_queue_is_worked_off_by_keyboard_in_a_key_each(open_window):
    _twin, waiting = queue_of(3)
    window = enter(open_window(), make_curator())
    page = window.page
    window.go("/en/admin/")
    page.get_by_role("link", name="Start with the oldest").press("Enter")

    page.wait_for_url("**/review/")
    page.keyboard.press("Alt+n")
    page.wait_for_url(f"**/{waiting[1].pk}/review/")
    page.keyboard.press("Alt+p")
    page.wait_for_url(f"**/{waiting[2].pk}/review/")
    page.keyboard.press("Alt+r")
    page.locator("#choice-return_for_changes textarea").fill("Say what you offer.")
    page.locator("#mails-return_for_changes", has_text="Say what you offer.").wait_for()
    page.locator("#choice-return_for_changes button").first.press("Enter")
    page.wait_for_url(f"**/{waiting[0].pk}/review/")

    assert [Actor.objects.get(pk=actor.pk).status for actor in waiting] == ["submitted", "published", "returned"]
    assert Email.objects.count() == 2
    window.check()
    assert window.faults == []


def test_without_scripts_the_mail_is_shown_and_sent(open_window):
    _twin, waiting = queue_of(1)
    window = enter(open_window(java_script_enabled=False), make_curator())
    page = window.page
    window.go(f"/en/admin/actors/actor/{waiting[0].pk}/review/")
    page.fill("#text-publish", "So glad!")
    window.press(page.get_by_role("button", name="Show the mail with my words").first)

    assert "So glad!" in page.locator("#mails-publish").inner_text()
    window.press("#choice-publish button")
    assert Email.objects.get().context["text"] == "So glad!"
