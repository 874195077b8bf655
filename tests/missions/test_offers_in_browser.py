"""An offer in a real Chromium: a company's phone, then the coordinator's desk, with and without scripts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from missions.models import Commitment
from notifications.models import Email
from tests.browser import Keyboard
from tests.factories import make_actor, make_space, make_user
from tests.missions.filling import make_mission
from tests.missions.test_portfolio import address
from tests.platforms.test_partnerships_in_browser import log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 844}


@pytest.mark.parametrize("scripts", [True, False])
def test_a_company_offers_on_its_phone_and_the_coordinator_accepts(open_window, scripts):
    per, eva = make_user("per@example.org", name="Per"), make_user("eva@example.org", name="Eva")
    make_actor("Sjömätt", representatives=[per])
    mission = make_mission("Living bays", slug="bays", space=make_space("Bays", coordinator=eva))
    day = timezone.localdate() + timedelta(days=30)

    phone = log_in(open_window(java_script_enabled=scripts, viewport=PHONE), per)
    page = phone.page
    phone.go(address("mission_list"))
    page.get_by_role("link", name="Living bays").click()
    phone.go(address("mission_portfolio", "bays"))
    page.get_by_role("link", name="We want to contribute").click()
    page.get_by_label("What do you want to contribute?").fill("We lend a drone for two days")
    page.get_by_label("By when").fill(f"{day}")
    page.get_by_role("button", name="Send the offer").click()
    page.get_by_text("Waits for an answer").wait_for()
    phone.check()

    desk = log_in(open_window(java_script_enabled=scripts), eva)
    desk.go(address("notices"))
    desk.page.get_by_role("link", name="Read and answer").or_(
        desk.page.get_by_role("link", name="We lend a drone for two days")
    ).first.click()
    desk.page.get_by_role("heading", name="An offer to contribute").wait_for()
    desk.page.get_by_label("Accept: it becomes a promise").check()
    desk.page.get_by_label("Wave, if you accept").select_option("2")
    desk.page.get_by_role("button", name="Send the answer").click()
    desk.page.get_by_role("heading", name="Wave 2").wait_for()
    desk.page.get_by_text("We lend a drone for two days").first.wait_for()
    desk.check()

    page.reload()
    page.get_by_text("Accepted").wait_for()
    one = Commitment.objects.get()
    assert (one.state, one.wave, one.due_on, one.mission) == ("promised", 2, day, mission)
    assert Email.objects.get().template == "offer_answered"


def test_an_offer_by_keyboard_alone(open_window):
    per = make_user("per@example.org", name="Per")
    make_actor("Sjömätt", representatives=[per])
    make_mission("Living bays", slug="bays", space=make_space("Bays"))
    window = log_in(open_window(), per)
    window.go(address("mission_offer", "bays"))
    keys = Keyboard(window)
    keys.write("[name=text]", "We lend a boat")
    keys.reach("[name=due_on]")
    keys.keys.type(f"{timezone.localdate() + timedelta(days=9):%m%d%Y}")
    keys.enter("main form.form .btn")
    window.page.get_by_text("Waits for an answer").wait_for()
    assert Commitment.objects.get().text == "We lend a boat"
