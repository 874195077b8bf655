"""The journey of a company in a real Chromium: on a phone, without scripts, by keyboard alone, within its budget."""

import pytest
from django.urls import reverse
from django.utils import translation

from actors.models import Actor, ActorStatus
from tests.actors.journeys import DETAILS, NUMBER, code_for
from tests.browser import Keyboard

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FIELDS, CLICKS = 5, 8
PHONE = {"viewport": {"width": 390, "height": 844}}


class Person:
    """Counts what a person does, as the budget does: fields that must be filled, and clicks."""

    def __init__(self, window):
        self.window, self.page = window, window.page
        self.fields = self.clicks = 0

    def fill(self, label, value):
        self.fields += 1
        self.page.get_by_label(label, exact=False).first.fill(value)

    def choose(self, label):
        self.fields += 1
        self.page.get_by_label(label).check()

    def click(self, name):
        self.clicks += 1
        self.window.press(self.page.get_by_role("button", name=name).or_(self.page.get_by_role("link", name=name)))


def start():
    with translation.override("en"):
        return reverse("registration_start")


@pytest.mark.parametrize("scripts", [True, False])
def test_from_number_to_queue_on_a_phone_within_the_budget(open_window, scripts):
    window = open_window(java_script_enabled=scripts, **PHONE)
    eva = Person(window)
    window.go(start())
    eva.fill("Organisation number or name", NUMBER)
    eva.click("Continue")
    eva.fill("Name of the organisation", DETAILS["name"])
    eva.choose("Small or medium-sized company")
    eva.fill("Your name", DETAILS["person"])
    eva.fill("Your work e-mail", DETAILS["email"])
    eva.click("Continue: send me a code")
    eva.page.get_by_label("Code from the mail").fill(code_for(DETAILS["email"]))
    eva.click("Continue")
    for _step in range(3):
        eva.click("Skip this step")
    assert DETAILS["name"] in eva.page.locator(".actor").inner_text()
    eva.click("Send for review")

    assert "Sent for review" in eva.page.locator("h1").inner_text()
    assert Actor.objects.get().status == ActorStatus.SUBMITTED
    assert (eva.fields, eva.clicks) == (FIELDS, 7)
    assert eva.clicks <= CLICKS
    eva.page.go_back()
    eva.page.go_back()
    assert eva.page.locator("h1").count() == 1
    assert window.faults == []


def test_by_keyboard_alone(open_window):
    window = open_window()
    hands = Keyboard(window)
    window.go(start())
    hands.write("[name=query]", "232100-0082")
    hands.enter()
    assert window.page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    hands.write("[name=query]", NUMBER)
    hands.enter()
    hands.write("[name=name]", DETAILS["name"])
    hands.reach("[name=kind]")
    hands.keys.press("ArrowDown")
    hands.write("[name=person]", DETAILS["person"])
    hands.write("[name=email]", DETAILS["email"])
    hands.enter()
    hands.write("[name=code]", code_for(DETAILS["email"]))
    hands.enter()
    for name in ("seek", "where", "preview"):
        hands.enter(f"a.btn[href*={name}]")
    hands.enter("main form .btn")

    assert Actor.objects.get().status == ActorStatus.SUBMITTED


def test_two_windows_keep_either(open_window):
    window = open_window(**PHONE)
    eva = Person(window)
    _to_draft(eva, window)
    address = eva.page.url
    other = window.context.new_page()
    other.goto(address)
    eva.page.get_by_label("What can you offer others? (in English)").fill("First")
    eva.click("Save and continue")
    other.get_by_label("What can you offer others? (in English)").fill("Second")
    window.expected.append("409")
    other.get_by_role("button", name="Save and continue").click()
    other.locator("#differences").wait_for()
    assert "Somebody else has saved" in other.locator("h1").inner_text()
    with other.expect_navigation():
        other.get_by_role("button", name="Save what I wrote").click()

    assert Actor.objects.get().offers_en == "Second"


def _to_draft(eva, window):
    window.go(start())
    eva.fill("Organisation number or name", NUMBER)
    eva.click("Continue")
    eva.fill("Name of the organisation", DETAILS["name"])
    eva.choose("Small or medium-sized company")
    eva.fill("Your name", DETAILS["person"])
    eva.fill("Your work e-mail", DETAILS["email"])
    eva.click("Continue: send me a code")
    eva.page.get_by_label("Code from the mail").fill(code_for(DETAILS["email"]))
    eva.click("Continue")
