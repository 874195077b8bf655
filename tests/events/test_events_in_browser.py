"""An event in a real Chromium: written and published by staff, found by a stranger on a telephone, moved, cancelled."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from events.models import Event, EventState
from tests.events.making import make_event_keeper
from tests.platforms.test_partnerships import address
from tests.staff import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def as_staff(window):
    """Give the window the session of somebody who keeps events and showed the second factor."""
    cookie = sign_in(Client(), make_event_keeper()).cookies["session"]
    window.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": window.site}])
    return window


@pytest.mark.parametrize("scripts", [True, False])
def test_staff_publish_an_event_that_a_stranger_finds_then_move_and_cancel_it(open_window, scripts):
    staff = as_staff(open_window(java_script_enabled=scripts))
    page, day = staff.page, timezone.localdate() + timedelta(days=20)

    staff.go(address("event_list"))
    page.get_by_role("link", name="New event").click()
    page.get_by_label("Title", exact=True).fill("Clear water")
    page.get_by_label("Starts").fill(f"{day}T09:00")
    page.get_by_label("Ends").fill(f"{day}T12:00")
    page.locator("[name=place]").fill("The old mill")
    page.get_by_label("Number of seats").fill("12")
    page.get_by_role("button", name="One more question").click()
    page.get_by_label("Question 1", exact=True).fill("Vad äter du inte?")
    page.locator("main .actions .btn").first.click()
    expect(page.get_by_text("Nobody else sees it until you publish it.")).to_be_visible()
    page.get_by_role("link", name="Publish").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("The event is public now.")).to_be_visible()
    assert Event.objects.get().questions.get().text_sv == "Vad äter du inte?"

    stranger = open_window(java_script_enabled=scripts, viewport={"width": 390, "height": 800})
    stranger.go("/en/")
    stranger.page.get_by_role("link", name="Events", exact=True).first.click()
    expect(stranger.page.get_by_role("heading", level=3, name=f"{day:%B %Y}")).to_be_visible()
    stranger.page.get_by_role("link", name="Clear water").click()
    expect(stranger.page.get_by_text(f"{day:%a} {day.day} {day:%b %Y}, 09:00–12:00")).to_be_visible()
    expect(stranger.page.get_by_text("12 seats left of 12")).to_be_visible()
    assert stranger.page.evaluate("document.documentElement.scrollWidth") <= 390

    page.get_by_role("link", name="Move", exact=True).click()
    page.get_by_label("Starts").fill(f"{day}T13:00")
    page.get_by_label("Ends").fill(f"{day}T16:00")
    page.get_by_label("Why it is moved").fill("The mill opens later.")
    page.get_by_role("button", name="Move the event").click()
    expect(page.get_by_text("The event is moved.")).to_be_visible()
    stranger.page.reload()
    expect(stranger.page.get_by_role("heading", name="The event has been moved")).to_be_visible()
    expect(stranger.page.get_by_text("The mill opens later.")).to_be_visible()

    page.get_by_role("link", name="Cancel the event").click()
    page.get_by_label("Why it is cancelled").fill("The mill has burnt down.")
    page.get_by_role("button", name="Cancel the event").click()
    expect(page.get_by_text("The event is cancelled. Everybody")).to_be_visible()
    stranger.page.reload()
    expect(stranger.page.get_by_role("heading", name="The event is cancelled")).to_be_visible()
    staff.check()

    event = Event.objects.get()
    assert (event.state, event.sequence, event.reason) == (EventState.CANCELLED, 2, "The mill has burnt down.")
