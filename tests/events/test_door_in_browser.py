"""The door in a real Chromium: an organiser's phone ticks, lets in and scans, with and without scripts."""

import pytest

from events.actions import door
from events.models import Registration, WalkIn
from tests.browser import Keyboard
from tests.events.making import make_event, make_registration
from tests.factories import make_space, make_user
from tests.missions.test_portfolio import address
from tests.platforms.test_partnerships_in_browser import log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def event():
    eva = make_user("eva@example.org", name="Eva")
    event = make_event("Mätdag", slug="matdag", space=make_space(coordinator=eva))
    for name in ("Ada", "Bo", "Cia"):
        make_registration(event, make_user(f"{name.lower()}@example.org", name=name))
    event.eva = eva
    return event


def came():
    return set(Registration.objects.filter(came=True).values_list("name", flat=True))


@pytest.mark.parametrize("scripts", [True, False])
def test_at_the_door_people_are_ticked_let_in_and_scanned(open_window, event, scripts):
    phone = log_in(open_window(java_script_enabled=scripts, viewport=PHONE), event.eva)
    page = phone.page
    phone.go(address("event_door", "matdag"))
    page.get_by_role("button", name="Has come – Ada").click()
    page.get_by_text("1 have come").wait_for()
    page.get_by_role("button", name="Has come – Bo").click()
    page.get_by_text("2 have come").wait_for()
    page.get_by_role("button", name="Undo – Bo").click()
    page.get_by_text("1 have come").wait_for()
    phone.settle()
    assert came() == {"Ada"}

    page.get_by_label("Name", exact=True).fill("Per Ek")
    page.get_by_label("Organisation", exact=False).last.fill("Varvet")
    page.get_by_role("button", name="Let this person in").click()
    page.get_by_text("Per Ek is let in").wait_for()
    assert WalkIn.objects.get().organisation == "Varvet"

    guest = log_in(open_window(java_script_enabled=scripts, viewport=PHONE), Registration.objects.get(name="Cia").user)
    guest.go(address("event_ticket", "matdag"))
    guest.page.locator("svg.qr").wait_for()
    cia = Registration.objects.get(name="Cia")
    code = address("event_check_in", "matdag", cia.pk, door.ticket_of(cia))
    guest.go(code)
    assert guest.page.get_by_role("button", name="Has come").count() == 0
    phone.go(code)
    page.get_by_role("button", name="Has come").click()
    page.get_by_text("Cia has come").wait_for()
    assert came() == {"Ada", "Cia"}
    phone.check(), guest.check()
    assert phone.faults == guest.faults == []


def test_the_door_by_keyboard_alone_and_the_focus_stays_in_the_list(open_window, event):
    window = log_in(open_window(), event.eva)
    window.go(address("event_door", "matdag"))
    keys = Keyboard(window)
    keys.reach("[name=came]")
    keys.keys.press("Enter")
    window.page.get_by_role("button", name="Undo – Ada").wait_for()
    window.settle()
    assert window.page.evaluate("document.activeElement.closest('.arrivals') !== null")
    assert came() == {"Ada"}
