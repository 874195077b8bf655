"""Two participants on their phones find each other, ask, accept, and see the same time: without any script."""

import pytest

from events.models import Meeting
from notifications.models import Email
from tests.browser import Keyboard
from tests.events.making import make_matchmaking, make_meeter, make_registration
from tests.factories import make_user
from tests.missions.test_portfolio import address
from tests.platforms.test_partnerships_in_browser import log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 844}


def say(window, event, *, offers="", wishes=""):
    window.go(address("event_matching", event.slug))
    window.page.get_by_label("What do you offer?").fill(offers)
    window.page.get_by_label("What do you look for?").fill(wishes)
    window.page.get_by_role("button", name="Save").click()
    window.page.get_by_text("Saved. Now you can be found").wait_for()


@pytest.mark.parametrize("scripts", [False, True])
def test_two_on_their_phones_find_each_other_and_see_the_same_time(open_window, scripts):
    event = make_matchmaking().event
    eva, bo = make_user("eva@example.org", name="Eva"), make_user("bo@example.org", name="Bo")
    for user in (eva, bo):
        make_registration(event, user)
    options = {"java_script_enabled": scripts, "viewport": PHONE}
    first, second = log_in(open_window(**options), eva), log_in(open_window(**options), bo)

    say(second, event, offers="Givare som tål salt")
    say(first, event, wishes="En givare")
    first.page.get_by_text("writes of “Givare” in what they offer").wait_for()
    first.page.get_by_text("Ask to meet").first.click()
    first.page.get_by_label("Why, in one line").first.fill("Your sensors, our harbour")
    first.page.get_by_role("button", name="Send the question – Bo").click()
    first.page.get_by_text("Bo gets your question by mail.").wait_for()

    second.go(address("event_matching", event.slug))
    second.page.get_by_text("Your sensors, our harbour").wait_for()
    second.page.get_by_role("button", name="Accept – Eva").click()
    second.page.get_by_text("The meeting is booked").wait_for()
    first.go(address("event_matching", event.slug))
    times = [window.page.locator(".course time").inner_text() for window in (first, second)]
    assert times[0] == times[1]
    assert {mail.template for mail in Email.objects.all()} == {"meeting_asked", "meeting_news"}
    for window in (first, second):
        window.check()


def test_it_goes_by_keyboard_alone(open_window):
    event = make_matchmaking().event
    eva = make_user("eva@example.org", name="Eva")
    make_meeter(event, eva, wishes="Givare")
    make_meeter(event, offers="Givare")
    window = log_in(open_window(), eva)
    window.go(address("event_matching", event.slug))
    keys = Keyboard(window)
    keys.reach(".fits summary")
    keys.keys.press("Enter")
    keys.write(".fits [name=line]", "Your sensors")
    keys.enter(".fits button")
    assert Meeting.objects.get().line == "Your sensors"
