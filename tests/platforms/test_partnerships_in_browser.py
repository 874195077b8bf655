"""Partnerships in a real Chromium: finding, reading and accepting, with and without scripts, by keyboard."""

import pytest
from django.test import Client
from playwright.sync_api import expect

from platforms.models import AgreementAcceptance, Partnership, Space
from tests.actors.test_admin_in_browser import enter
from tests.browser import Keyboard
from tests.platforms.test_partnerships import address
from tests.platforms.worlds import make_coast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def coast():
    return make_coast()


def log_in(window, user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    cookie = client.cookies["session"]
    window.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": window.site}])
    return window


@pytest.mark.parametrize("scripts", [True, False])
def test_find_read_and_accept(open_window, coast, scripts):
    eva, _together, _boss = coast
    window = log_in(open_window(java_script_enabled=scripts), eva)
    page = window.page

    window.go(address("start"))
    page.get_by_role("navigation", name="Main menu").get_by_role("link", name="Partnerships").click()
    page.get_by_role("heading", name="3 partnerships").wait_for()
    page.get_by_label("Sea").check()
    if not scripts:
        page.get_by_role("button", name="Show the result").click()
    page.get_by_role("heading", name="1 partnership", exact=True).wait_for()
    assert "theme=hav" in page.url
    page.get_by_role("link", name="Healthy coast").click()
    page.get_by_role("link", name="Suggest somebody").wait_for()
    page.get_by_role("link", name="Read and accept").click()
    page.get_by_role("button", name="Accept for Firm").click()
    page.get_by_text("Firm has accepted version 2.").wait_for()
    window.check()

    acceptance = AgreementAcceptance.objects.get()
    assert (acceptance.member.actor.name, acceptance.agreement.version, acceptance.by) == ("Firm", 2, eva)


@pytest.mark.parametrize("scripts", [True, False])
def test_the_page_of_an_actor_tells_of_its_partnerships(open_window, coast, scripts):
    window = open_window(java_script_enabled=scripts)
    page = window.page

    window.go(address("actor", "firm"))
    if not scripts:
        page.get_by_role("link", name="The partnerships of the organisation").click()
    page.get_by_role("link", name="Healthy coast").wait_for()
    expect(page.get_by_role("link", name="Anden")).to_be_visible()


def test_it_goes_by_keyboard_alone(open_window, coast):
    eva, _together, _boss = coast
    window = log_in(open_window(), eva)
    person = Keyboard(window)

    window.go(address("partnership_list"))
    person.reach("#f-status-forming")
    window.page.keyboard.press("Space")
    window.page.get_by_role("heading", name="1 partnership", exact=True).wait_for()
    assert window.page.evaluate("document.activeElement.id") == "f-status-forming"
    window.go(address("partnership", "coast"))
    person.enter(".needs a.btn")
    person.enter(".needs button.btn")

    window.page.get_by_text("Firm has accepted version 2.").wait_for()


def test_staff_open_a_space_and_pause_a_partnership(open_window, coast):
    _eva, together, boss = coast
    window = enter(open_window(), boss)
    page = window.page

    window.go(address("partnership", "coast"))
    page.get_by_role("link", name="Open a space").click()
    page.get_by_label("What is the space called?").fill("Shallow bays")
    page.get_by_role("button", name="Open the space").click()
    page.get_by_role("heading", name="Shallow bays").wait_for()
    assert Space.objects.filter(name="Shallow bays", partnership=together).exists()
    window.go(f"/en/admin/platforms/partnership/{together.pk}/change/")
    page.get_by_role("button", name="Pause").click()
    page.get_by_text("is now paused").wait_for()

    assert Partnership.objects.get(pk=together.pk).status == "paused"
