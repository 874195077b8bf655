"""Signing up in a real Chromium, with and without scripts: a guest's phone, a person's two clicks, the waiting list, an
offered seat, and leaving."""

import pytest

from events.models import Registration
from notifications import live
from notifications.models import Email
from notifications.rendering import render
from tests.browser import Keyboard
from tests.events.making import make_event, make_registration
from tests.factories import make_actor, make_user, verified
from tests.missions.test_portfolio import address
from tests.platforms.test_partnerships_in_browser import log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 844}


def link_in(what):
    """The address of the seat in the newest mail that says `what`."""
    email = Email.objects.filter(context__what=what).latest("pk")
    text = render(email, live=live.read(email)).text
    return "/" + next(line for line in text.split() if "/my-seat/" in line or "/min-plats/" in line).split("/", 3)[3]


@pytest.mark.parametrize("scripts", [True, False])
def test_a_guest_waits_and_a_person_leaves_and_the_guest_takes_the_seat(open_window, scripts):
    event = make_event("Coast day", capacity=1, place="The station")
    eva = verified(make_user("eva@example.org", name="Eva", language="en"))
    make_actor("Sjömätt", representatives=[eva])

    desk = log_in(open_window(java_script_enabled=scripts), eva)
    desk.go(address("event_sign_up", event.slug))
    desk.page.get_by_role("button", name="Sign up").click()
    desk.page.get_by_role("heading", name="You have a seat").wait_for()

    phone = open_window(java_script_enabled=scripts, viewport=PHONE)
    page = phone.page
    phone.go(address("event_sign_up", event.slug))
    page.get_by_text("as number 1").wait_for()
    page.get_by_label("Your name").fill("Bo Berg")
    page.get_by_label("Your e-mail").fill("bo@example.org")
    page.get_by_label("Organisation").fill("The harbour")
    phone.check()
    page.get_by_role("button", name="Continue: send me a code").click()
    page.get_by_label("Code from the mail").fill(Email.objects.get(template="registration_code").secret["code"])
    phone.check()
    page.get_by_role("button", name="Sign up").click()
    page.get_by_role("heading", name="You are number 1 on the waiting list").wait_for()

    desk.page.get_by_role("button", name="Leave: I cannot come").click()
    desk.page.get_by_role("heading", name="You do not come").wait_for()
    desk.check()

    phone.go(link_in("offered"))
    page.get_by_role("heading", name="A seat is kept for you").wait_for()
    phone.check()
    page.get_by_role("button", name="Take the seat").click()
    page.get_by_role("heading", name="You have a seat").wait_for()
    found = Registration.objects.order_by("pk").values_list("email", "state")
    assert list(found) == [("eva@example.org", "left"), ("bo@example.org", "confirmed")]


def test_a_guest_signs_up_and_leaves_by_keyboard_alone(open_window):
    event = make_event("Coast day")
    window = open_window()
    window.go(address("event_sign_up", event.slug))
    keys = Keyboard(window)
    keys.write("[name=name]", "Bo Berg")
    keys.write("[name=email]", "bo@example.org")
    keys.enter("main form.form .btn")
    window.page.get_by_label("Code from the mail").wait_for()
    keys.write("[name=code]", Email.objects.get(template="registration_code").secret["code"])
    keys.enter("main form.form .btn")
    window.page.get_by_role("heading", name="You have a seat").wait_for()
    keys.enter("[value=leave]")
    window.page.get_by_role("heading", name="You do not come").wait_for()
    assert Registration.objects.get().state == "left"


def test_a_colleague_leaves_by_the_link_in_the_mail(open_window):
    event, eva = make_event("Coast day"), verified(make_user("eva@example.org", name="Eva"))
    make_registration(event, eva)
    desk = log_in(open_window(), eva)
    desk.go(address("event_sign_up_colleague", event.slug))
    desk.page.get_by_label("The colleague's name").fill("Bo Berg")
    desk.page.get_by_label("The colleague's e-mail").fill("bo@example.org")
    desk.page.get_by_role("button", name="Sign up the colleague").click()
    desk.page.get_by_text("Your colleague is signed up").wait_for()
    desk.check()
    phone = open_window(viewport=PHONE)
    phone.go(link_in("confirmed"))
    phone.page.get_by_text("Signed up by").wait_for()
    phone.page.get_by_role("button", name="Leave: I cannot come").click()
    phone.page.get_by_role("heading", name="You do not come").wait_for()
    assert Registration.objects.get(email="bo@example.org").state == "left"
