"""Writing the next version of a method in a real Chromium: with and without scripts, and by keyboard alone."""

import pytest
from django.urls import reverse
from django.utils.translation import override
from playwright.sync_api import expect

from missions.models import Method
from tests.browser import Keyboard
from tests.factories import make_user
from tests.missions.method_making import make_method

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def eva():
    eva = make_user("eva@example.org", name="Eva", language="en")
    make_method("coast", owners=[eva])
    return eva


def address(name, *args):
    with override("en"):
        return reverse(name, args=args)


def enter(window, client, user, path):
    client.force_login(user)
    cookie = client.cookies["session"].value
    window.context.add_cookies([{"name": "session", "value": cookie, "url": window.site}])
    window.go(path)


def gate():
    draft = Method.objects.get().versions.order_by("-number").first()
    return [(one["key"], one["en"], one["required"]) for one in draft.stages.get(slug="tema").gate]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_from_a_new_draft_over_an_edited_stage_and_the_difference_to_a_published_version(
    open_window, client, eva, scripts
):
    window = open_window(java_script_enabled=scripts)
    page = window.page
    enter(window, client, eva, address("method", "coast"))
    window.press(page.get_by_role("link", name="The next version"))
    window.press(page.get_by_role("button", name="Begin a draft"))
    window.press(page.get_by_role("link", name="1. Tema"))

    page.get_by_label("Purpose in English").fill("Choose a theme together.")
    page.get_by_role("button", name="One more – Question").click()
    expect(page.locator("#gate-row-3")).to_be_visible()
    window.settle()
    page.locator("#gate-row-3 [name=gate-sv]").fill("Är byn med?")
    page.locator("#gate-row-3 [name=gate-en]").fill("Is the village in it?")
    page.locator("#gate-row-3 select").select_option("yes")
    page.get_by_role("button", name="Up – Question 3").click()
    expect(page.locator("#gate-row-2 [name=gate-en]")).to_have_value("Is the village in it?")
    window.settle()
    page.locator("[name=reason]").fill("The village was forgotten")
    window.press(page.get_by_role("button", name="Save in the draft").last)

    expect(page.get_by_text("Is the village in it?")).to_be_visible()
    expect(page.locator("ins", has_text="together")).to_be_visible()
    expect(page.get_by_text("The village was forgotten").first).to_be_visible()
    assert gate() == [
        ("one-theme", "Is one theme chosen?", True),
        ("is-the-village-in-it", "Is the village in it?", True),
        ("liked", "Is everybody pleased?", False),
    ]
    window.press(page.get_by_role("link", name="Publish …"))
    page.get_by_label("What is new, in Swedish").fill("Byn är med")
    window.press(page.get_by_role("button", name="Publish"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Our method")
    expect(page.get_by_text("Published", exact=False).first).to_be_visible()
    assert Method.objects.get().versions.current().count() == 2


def test_by_keyboard_alone(open_window, client, eva):
    window = open_window()
    keyboard = Keyboard(window)
    enter(window, client, eva, address("method_draft", "coast"))
    keyboard.enter("main form .btn")
    keyboard.enter("#stage-tema h3 a")
    keyboard.write("[name=name_en]", "Theme and need")
    keyboard.reach("#gate-add")
    window.page.keyboard.press("Enter")
    window.page.wait_for_selector("#gate-row-3")
    window.settle()
    assert window.page.evaluate("document.activeElement.name") == "gate-sv", "the focus stands in the new row"
    window.page.keyboard.type("Är byn med?")
    keyboard.reach("#gate-row-3 select")
    window.page.keyboard.press("ArrowDown")
    keyboard.reach("[name=reason]")
    keyboard.enter()
    expect(window.page.locator(".stage-rows")).to_be_visible()
    assert [key for key, _en, _required in gate()] == ["one-theme", "liked", "ar-byn-med"]
    keyboard.enter("a.btn[href$='publish/']")
    keyboard.write("[name=news_sv]", "Byn är med")
    keyboard.enter()
    expect(window.page.locator("article.method")).to_be_visible()
