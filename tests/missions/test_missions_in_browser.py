"""A mission in a real Chromium: from its beginning to its start, with and without scripts, and by keyboard."""

import pytest
from playwright.sync_api import expect

from missions.models import Mission
from platforms.models import SpaceMember
from tests.browser import Keyboard
from tests.factories import make_actor, make_partnership, make_space, make_user
from tests.missions.making import make_criteria, make_mission, make_statement
from tests.missions.worlds import make_errand
from tests.platforms.test_partnerships import address
from tests.platforms.test_partnerships_in_browser import log_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cora():
    return make_user("cora@example.org", name="Cora Ek")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_coordinator_brings_a_mission_from_nothing_to_its_start(open_window, cora, scripts):
    make_criteria("bold")
    space = make_space("Living bays", partnership=make_partnership(members=[make_actor("Firm")]), coordinator=cora)
    window = log_in(open_window(java_script_enabled=scripts), cora)
    page = window.page

    window.go(address("space", space.slug))
    page.get_by_role("navigation", name="In this space").get_by_role("link", name="Missions").click()
    page.get_by_role("link", name="New mission").click()
    page.get_by_label("Name").fill("Living bays 2032")
    page.get_by_label("The goal in one sentence").fill("Five bays live in 2032.")
    page.get_by_role("button", name="Begin the mission").click()
    expect(page.get_by_role("heading", name="Before it can start")).to_be_visible()

    page.get_by_role("link", name="Goal and measure").first.click()
    for label, typed in (("Measure", "Bays with eelgrass"), ("Baseline", "1"), ("Target", "5")):
        page.get_by_label(label, exact=False).first.fill(typed)
    page.get_by_label("To be reached by").fill("2032-12-31")
    page.get_by_role("button", name="Save the goal").click()
    page.get_by_role("link", name="Judge the criteria").click()
    page.get_by_label("3 – fully").check()
    page.get_by_label("Why “Bold” has these points").fill("It matters to many.")
    page.get_by_role("button", name="Save the criteria").click()

    page.get_by_role("link", name="Add a statement").click()
    page.get_by_label("If …").fill("boats change paint")
    page.get_by_label("then …").fill("less copper leaks")
    page.get_by_role("button", name="Add the statement").click()
    page.get_by_role("link", name="Add evidence (1)").click()
    page.get_by_label("What it shows").fill("The survey says so")
    page.get_by_label("A web address").fill("example.org/survey")
    page.get_by_label("Signs speak for it").check()
    page.get_by_role("button", name="Add the evidence").click()
    page.get_by_role("button", name="Start the mission").click()
    expect(page.get_by_text("The mission has started.")).to_be_visible()
    page.get_by_role("link", name="Make it public").click()
    page.get_by_role("button", name="Make it public").click()
    expect(page.get_by_text("Everybody can read the mission now.")).to_be_visible()
    window.check()

    mission = Mission.objects.get()
    assert (mission.state, mission.is_published, mission.statements.get().confidence) == ("started", True, "indicated")


def test_a_statement_is_added_and_linked_by_keyboard_and_a_circle_is_told(open_window, cora):
    space = make_space(coordinator=cora)
    mission = make_mission(space=space)
    last = make_statement(mission, "the water clears", "eelgrass grows")
    window = log_in(open_window(), cora)
    keyboard = Keyboard(window)

    window.go(address("statement_new", mission.slug))
    keyboard.write("[name=if_text]", "boats change paint")
    keyboard.write("[name=then_text]", "the water clears")
    keyboard.reach("[name=leads_to]")
    keyboard.keys.press("Space")
    keyboard.enter("main .actions .btn")
    assert list(mission.statements.get(number=2).leads_to.all()) == [last]

    window.go(address("statement", mission.slug, 1))
    keyboard.reach("[name=leads_to]")
    keyboard.keys.press("Space")
    keyboard.enter("main .actions .btn:not(.second)")
    expect(window.page.locator(".summary")).to_contain_text("1 → 2 → 1")
    assert window.page.locator("[name=leads_to]").is_checked()


@pytest.mark.parametrize("scripts", [True, False])
def test_the_pages_of_a_partnership_and_of_an_actor_tell_of_their_missions(open_window, cora, scripts):
    make_errand(cora, make_user())
    assert SpaceMember.objects.count() == 2
    window = open_window(java_script_enabled=scripts)
    page = window.page
    for name, slug, link in (
        ("partnership", "coast", "The missions of this partnership"),
        ("actor", "firm", "The missions of the organisation"),
    ):
        window.go(address(name, slug))
        if not scripts:
            page.get_by_role("link", name=link).click()
        page.get_by_role("link", name="Living bays").click()
        expect(page.get_by_role("heading", level=1, name="Living bays")).to_be_visible()
        expect(page.get_by_text("50 % of the way")).to_be_visible()
        expect(page.get_by_text("2 pieces of evidence held by the partnership")).to_be_visible()
    window.check()
