"""Rounds and programmes in a real Chromium: staff ask, phones answer, the public reads; a participant completes."""

import pytest
from playwright.sync_api import expect

from events.models import Participant, Programme, Round
from tests.actors.test_admin_in_browser import enter
from tests.events.judging import make_assessment, make_framework, make_supporter
from tests.events.making import make_event, make_event_keeper, make_registration
from tests.factories import make_user
from tests.platforms.test_partnerships import address
from tests.platforms.test_partnerships_in_browser import log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 844}


def begin_a_round(window, kind):
    page = window.page
    window.go(address("ability"))
    page.get_by_role("link", name="New round").click()
    page.get_by_label(kind, exact=True).check()
    page.get_by_label("Name", exact=True).fill(f"Mätning {kind}")
    page.get_by_label("First day").fill("2026-01-01")
    page.get_by_label("Answer by").fill("2030-01-01")
    page.get_by_role("button", name="Make the round").click()
    page.get_by_role("button", name="Ask them").click()
    expect(page.get_by_role("heading", name="0 of 3 organisations have answered")).to_be_visible()
    return Round.objects.get(kind=kind.lower())


def answer_by_phone(open_window, user, round_, level, *, scripts=True):
    window = log_in(open_window(java_script_enabled=scripts, viewport=PHONE), user)
    page = window.page
    window.go(address("my_page"))
    page.get_by_role("link", name=str(round_)).click()
    for box in page.get_by_label(level).all():
        box.check()
    if scripts:
        expect(page.locator(".saved")).to_have_text("Your answers are saved.")
        page.reload()
        expect(page.get_by_label(level).last).to_be_checked()
    page.get_by_role("button", name="Send the answers").click()
    expect(page.get_by_text("Thank you. Your answers are sent")).to_be_visible()
    window.check()


def close(window, round_):
    window.go(address("ability_round", round_.pk))
    window.page.get_by_role("link", name="Close the round").click()
    window.page.get_by_role("button", name="Close the round for good").click()


def test_staff_ask_two_phones_answer_and_from_three_organisations_the_public_sees_a_picture(open_window):
    make_framework()
    people = [make_user(f"p{n}@example.org") for n in range(2)]
    helpers = [make_supporter(f"Helper {n}", representatives=[user]) for n, user in enumerate(people)]
    third = make_supporter("Helper 3")
    staff = enter(open_window(), make_event_keeper("karin@example.org"))

    before = begin_a_round(staff, "Before")
    answer_by_phone(open_window, people[0], before, "Started")
    answer_by_phone(open_window, people[1], before, "Sometimes", scripts=False)
    close(staff, before)
    reader = open_window()
    reader.go(address("ability"))
    expect(reader.page.get_by_text("Too few organisations have answered")).to_be_visible()
    expect(reader.page.locator("svg.rise:not(.key)")).to_have_count(0)

    after = begin_a_round(staff, "After")
    for helper in helpers:
        make_assessment_in(after, helper)
    make_assessment_in(after, third)
    close(staff, after)
    later = open_window()  # the page is kept for a minute
    later.go(address("ability"))
    expect(later.page.get_by_role("img", name="Dimension 1: After 3.0, 3 organisations")).to_be_visible()
    for window in (staff, reader, later):
        window.check()


def make_assessment_in(round_, actor):
    round_.assessments.filter(actor=actor).delete()
    make_assessment(round_, actor, level=3)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_participant_completes_a_programme(open_window, scripts):
    eva, keeper = make_user("eva@example.org", name="Eva Ek"), make_event_keeper("karin@example.org")
    programme = Programme.objects.create(slug="p", title_sv="Leda missioner", ability_sv="Leda", is_published=True)
    event = make_event("Träff", days=-1)
    programme.steps.create(number=1, kind="event", event=event)
    programme.steps.create(number=2, kind="study", title_sv="Läs")
    programme.steps.create(number=3, kind="task", title_sv="Skriv ett mål")
    make_registration(event, eva, came=True)
    window = log_in(open_window(java_script_enabled=scripts, viewport=PHONE), eva)
    page = window.page

    window.go(address("programme_list"))
    page.get_by_role("link", name="Leda missioner").click()
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_text("1 of 3")).to_be_visible()
    page.get_by_role("button", name="I have done this").click()
    page.get_by_role("link", name="Hand in").click()
    page.get_by_label("What you hand in").fill("Fem vikar lever 2032")
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_text("Handed in, waits for an answer")).to_be_visible()

    staff = enter(open_window(), keeper)
    staff.go(address("programme_people", "p"))
    staff.page.get_by_role("link", name="Read and answer").click()
    staff.page.get_by_label("Accept: the step is done").check()
    staff.page.get_by_role("button", name="Answer").click()
    expect(staff.page.get_by_text("1 of 1 person has completed it.")).to_be_visible()

    page.reload()
    expect(page.get_by_role("heading", name="You have completed the programme")).to_be_visible()
    expect(page.get_by_role("link", name="Your certificate (PDF)")).to_be_visible()
    assert Participant.objects.get().completed_at
    for one in (window, staff):
        one.check()
