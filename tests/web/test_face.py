"""The face in a real browser: by keyboard, without scripts, and readable on a telephone."""

import pytest
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import expect

from tests.factories import make_actor, make_municipality, make_user
from web import region

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def some_actors():
    for feature in region.current().chart["borders"]["features"]:
        facts = feature["properties"]
        make_actor(municipality=make_municipality(facts["code"], name=facts["name"]))


def test_the_first_key_press_leads_past_the_menu(browser_page):
    browser_page.go("/en/accessibility/")
    page = browser_page.page

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_wrong_form_is_told_first_and_leads_to_the_field(open_window, scripts):
    window = open_window(java_script_enabled=scripts)
    page = window.page
    window.go("/en/contact/")

    page.get_by_label("Your e-mail address").fill("no address")
    page.get_by_role("button", name="Send the message").click()
    page.locator(".summary").wait_for()

    assert page.get_by_label("Your e-mail address").input_value() == "no address"
    assert page.locator(":focus").get_attribute("id") == "error-summary"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator(":target").get_attribute("id") == "id_message"


def test_the_marks_on_the_chart_can_be_reached_and_followed_by_keyboard(open_window, some_actors):
    window = open_window()
    with translation.override("en"):
        window.go(reverse("actor_chart"))
    page = window.page

    page.locator("svg .wide .place").first.focus()
    page.keyboard.press("Enter")

    page.wait_for_url("**municipality=*")


@pytest.mark.parametrize("width", [1280, 390])
def test_one_size_of_lettering_is_shown_at_a_time(open_window, some_actors, width):
    window = open_window(viewport={"width": width, "height": 800})
    with translation.override("en"):
        window.go(reverse("start"))

    shown = [window.page.locator(f"svg .{size} .place").first.is_visible() for size in ("wide", "narrow")]

    assert shown == ([True, False] if width == 1280 else [False, True])


def test_the_lettering_on_a_telephone_is_at_least_eleven_pixels_high(open_window, some_actors):
    window = open_window(viewport={"width": 390, "height": 800})
    with translation.override("en"):
        window.go(reverse("start"))

    sizes = window.page.evaluate(
        """[...document.querySelectorAll('svg .narrow text')].map(t =>
            parseFloat(getComputedStyle(t).fontSize) * t.ownerSVGElement.getScreenCTM().a)"""
    )

    assert min(sizes) >= 11


def test_a_person_signed_in_sees_their_own_menu(open_window, client):
    user = make_user()
    client.force_login(user)
    window = open_window()
    window.context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": window.site}])
    with translation.override("en"):
        window.go(reverse("about"))

    expect(window.page.get_by_role("button", name="Sign out")).to_be_visible()
    expect(window.page.get_by_role("link", name="My page")).to_be_visible()
