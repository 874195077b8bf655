"""Searching and reading in a real Chromium: with and without scripts, and by keyboard alone."""

import pytest
from django.urls import reverse
from django.utils.translation import override
from playwright.sync_api import expect

from actors.models import Competence
from tests.factories import make_actor, make_area, make_municipality, make_theme

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def register():
    area, theme = make_area("sea", name_en="Marine technology"), make_theme("water", name_en="Water")
    skill = Competence.objects.create(slug="weld", name_sv="Svetsning", name_en="Welding")
    place = make_municipality("9001", name="Sydfjord")
    for number in range(30):
        make_actor(
            f"Harbour {number:02}",
            slug=f"harbour-{number:02}",
            kind="sme" if number % 3 else "public",
            areas=[area],
            themes=[theme],
            competences=[skill],
            municipality=place if number % 2 else None,
            certainty="low" if number == 1 else "high",
            description_en="They weld hulls and sail with whoever asks. " * 3,
            offers_en="A basin for trials",
            organisation_number="5560360793" if number == 0 else "",
            source="https://example.org/source",
        )
    make_actor("Meadow", description_en="Grass")


def address(name, *args):
    with override("en"):
        return reverse(name, args=args)


@pytest.mark.parametrize("scripts", [True, False])
def test_search_narrow_and_read(open_window, register, scripts):
    window = open_window(java_script_enabled=scripts)
    page = window.page

    window.go(address("start"))
    page.get_by_role("searchbox").fill("harbour")
    window.press(page.get_by_role("button", name="Search"))
    expect(page.get_by_role("heading", name="30 actors")).to_be_visible()

    page.get_by_label("Public body").check()
    if not scripts:
        page.get_by_role("button", name="Show the result").click()
    page.get_by_role("heading", name="10 actors").wait_for()
    assert "kind=public" in page.url
    assert "q=harbour" in page.url

    page.get_by_role("link", name="Public body").click()
    page.get_by_role("heading", name="30 actors").wait_for()
    window.press(page.get_by_role("link", name="Next"))
    assert page.locator(".hit").count() == 5
    page.go_back()
    window.press(page.get_by_role("link", name="Harbour 01"))
    expect(page.get_by_role("heading", name="Harbour 01")).to_be_visible()
    expect(page.get_by_text("Unverified").first).to_be_visible()
    window.check()


def test_narrowing_with_scripts_changes_the_result_and_keeps_the_place(open_window, register):
    window = open_window()
    page = window.page
    window.go(address("actor_list"))
    asked = len([url for url in window.requests if url.endswith(".css")])

    page.get_by_label("Public body").focus()
    page.keyboard.press("Space")
    page.get_by_role("heading", name="10 actors").wait_for()

    assert page.evaluate("document.activeElement.id") == "f-kind-public"
    assert len([url for url in window.requests if url.endswith(".css")]) == asked, "The page was loaded anew."
    page.go_back()
    page.get_by_role("heading", name="31 actors").wait_for()


def test_the_search_works_by_keyboard_alone(open_window, register):
    window = open_window()
    page = window.page
    window.go(address("actor_list"))

    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "q":
            break
    page.keyboard.type("556036-0793")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="1 actor", exact=True).wait_for()
    expect(page.get_by_text("Found in: organisation number")).to_be_visible()
