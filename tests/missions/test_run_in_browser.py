"""A run in a real Chromium: from the theme to the next version of the method, with little administration; two who write
at once, a session that ends, and a stage by keyboard alone."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from playwright.sync_api import expect

from actors.region import load
from actors.region.folder import read_folder
from missions.actions import runs
from missions.models import Method, Output, Run, StageState
from notifications.models import Email
from platforms.models import SpaceMember
from tests.actors.test_load_region import FIRST_REGION
from tests.browser import Keyboard
from tests.factories import make_actor, make_document, make_space, make_user
from tests.missions.making import make_mission
from tests.missions.running import make_version

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST_CLICKS = 4  # of administration in a stage: what is not work, evidence or an answer


@pytest.fixture
def eva():
    return make_user("eva@example.org", name="Eva Ek", language="en")


@pytest.fixture
def bo():
    bo = make_user("bo@example.org", name="Bo Berg", language="en")
    EmailAddress.objects.create(user=bo, email=bo.email, verified=True, primary=True)
    return bo


@pytest.fixture
def mission(eva, bo):
    space = make_space("Living bays", coordinator=eva)
    SpaceMember.objects.create(space=space, user=bo, on_behalf_of=make_actor("Coast Lab"))
    make_document(space, "Needs.txt", by=eva)
    return make_mission("Living bays", space=space)


def address(name, *args):
    with override("en"):
        return reverse(name, args=args)


def enter(window, user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    window.context.clear_cookies()
    window.context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": window.site}])


class Hand:
    """Works through a run with the mouse; `clicks` counts those of administration since the last stage."""

    def __init__(self, window):
        self.window, self.page, self.clicks = window, window.page, 0

    def administer(self, role, name):
        self.clicks += 1
        self.window.press(self.page.get_by_role(role, name=name, exact=True).first)

    def say_yes(self):
        for one in self.page.locator("[name^=said_][value=yes]").all():
            one.check()

    def decide(self, verdict, **words):
        """Answer and decide, from the page of the stage; the next stage opens by itself."""
        self.administer("link", "Answer and decide")
        self.say_yes()
        self.clicks += 1
        self.page.locator(f"[name=verdict][value={verdict}]").check()
        for name, text in words.items():
            self.page.locator(f"[name={name}]").fill(text)
        self.administer("button", "Write down the decision")
        assert self.clicks <= MOST_CLICKS, f"{self.clicks} clicks of administration in a stage"
        self.clicks = 0


def test_a_whole_run_of_the_pilot_method_teaches_its_next_version(open_window, mission, eva, bo):
    load(read_folder(FIRST_REGION))
    window = open_window()
    enter(window, eva)
    begin(window, mission)
    hand = Hand(window)
    work_in_the_first_stage(hand)
    hand.decide("go", learning="The boat club had maps")
    hand.decide("adjust", reason="Nobody from civil society is in it")
    hand.decide("go", learning="Ask associations first")
    leave_out(hand, "It was mapped in spring")
    by_keyboard(window)
    for number in range(5, 9):
        expect(window.page.get_by_text(f"stage {number} of 8", exact=False)).to_be_visible()
        hand.decide("go", learning=f"Lesson {number}")
    run = Run.objects.get()
    states = list(run.stages.order_by("position").values_list("state", flat=True))
    assert states == ["passed", "passed", "skipped", *["passed"] * 5]
    look_back(window, run, eva, bo)
    write_the_next_version(window)
    read_why(window)


def begin(window, mission):
    window.go(address("runs", mission.slug))
    window.press(window.page.get_by_role("link", name="Start a run"))
    window.page.get_by_label("Blekinge mission pilot").check()
    window.press(window.page.get_by_role("button", name="Start the run"))
    window.press(window.page.get_by_role("link", name="Work in this stage"))


def work_in_the_first_stage(hand):
    window, page = hand.window, hand.page
    window.press("button.tick")
    output = page.locator(".brought").first
    output.locator("textarea").fill("Twelve bays, three of them shallow")
    expect(output.locator(".saved")).to_contain_text("Saved")
    window.settle()
    window.press(output.get_by_role("link", name="Add evidence"))
    page.get_by_label("A document of the space").select_option(index=1)
    window.press(page.get_by_role("button", name="Add the evidence"))
    expect(page.locator(".shown-by")).to_contain_text("Needs")


def leave_out(hand, reason):
    hand.administer("link", "Leave out this stage")
    hand.page.locator("[name=reason]").fill(reason)
    hand.administer("button", "Leave it out")
    assert hand.clicks <= MOST_CLICKS
    hand.clicks = 0


def by_keyboard(window):
    """The fourth stage without a mouse: something done, and on."""
    keyboard, page = Keyboard(window), window.page
    keyboard.enter("button.tick")
    expect(page.locator("button.tick .sign")).to_have_count(1)
    keyboard.enter("a.btn[href$='/gate/']")
    for name in {one.get_attribute("name") for one in page.locator("[name^=said_]").all()}:
        keyboard.reach(f"[name={name}]")
        page.keyboard.press("Space")
    keyboard.reach("[name=verdict]")
    page.keyboard.press("Space")
    keyboard.write("[name=learning]", "Short goals hold")
    keyboard.enter()


def look_back(window, run, eva, bo):
    page = window.page
    window.press(page.get_by_role("link", name="Answer five questions"))
    page.get_by_label("What worked well?").fill("The maps")
    window.press(page.get_by_role("button", name="Save my answers"))
    enter(window, bo)
    window.go(address("notices"))
    window.press(page.locator("li", has_text="Five questions about a run").get_by_role("link").first)
    page.get_by_label("What should the method change?").fill("Ask associations first")
    window.press(page.get_by_role("button", name="Save my answers"))
    expect(page.get_by_text("The maps")).to_be_visible()
    window.press(page.get_by_role("link", name="Propose a change of the method"))
    page.get_by_label("Which stage is it about?").select_option("tema")
    page.get_by_label("What of it?").select_option("purpose")
    page.get_by_label("What should change?").fill("Begin with the associations")
    page.get_by_label("What taught you this?").fill("The boat club had maps")
    window.press(page.get_by_role("button", name="Put the proposal"))
    enter(window, eva)
    window.go(address("run_learning", run.mission.slug, run.number))
    window.press(page.get_by_role("button", name="For – Begin"))
    expect(page.get_by_text("1 for, 0 against")).to_be_visible()
    window.press(page.get_by_role("link", name="Answer the proposal"))
    page.get_by_label("Take it up", exact=True).check()
    window.press(page.get_by_role("button", name="Save the answer"))
    window.press(page.get_by_role("link", name="Close the run"))
    page.get_by_label("What did the run come to?").fill("Three bays have a plan")
    window.press(page.get_by_role("button", name="Close the run"))
    expect(page.get_by_text("Three bays have a plan")).to_be_visible()


def write_the_next_version(window):
    page, pilot = window.page, Method.objects.get(slug="missionspilot")
    window.press(page.get_by_role("link", name="What people said, and what they proposed"))
    window.press(page.get_by_role("link", name="To the method, to write its next version"))
    window.press(page.get_by_role("button", name="Begin a draft"))
    window.press("#stage-tema h3 a")
    page.get_by_label("Purpose in English").fill("Ask the associations, then choose theme and need.")
    page.locator("[name=reason]").fill("Associations know the place")
    page.locator("[name=because]").select_option(label="Begin with the associations (Living bays, run 1)")
    window.press(page.get_by_role("button", name="Save in the draft").last)
    window.press(page.get_by_role("link", name="Publish …"))
    page.get_by_label("What is new, in Swedish").fill("Frågar föreningarna först")
    window.press(page.get_by_role("button", name="Publish"))
    expect(page.get_by_text("Version 2 is published.")).to_be_visible()
    change = pilot.versions.get(number=2).changes.get()
    assert (change.run.number, change.proposal.text) == (1, "Begin with the associations")


def read_why(window):
    """Anybody reads why the stage is like this, who proposed it, and that the method was tried."""
    page = window.page
    window.context.clear_cookies()
    window.go(address("method", "missionspilot"))
    page.locator("#tema .because summary").click()
    why = page.locator("#tema .reasons")
    for words in ("The boat club had maps", "Associations know the place", "Living bays, run 1", "Coast Lab"):
        expect(why).to_contain_text(words)
    window.press(page.get_by_role("link", name="Report: developed, carried out and tested"))
    expect(page.locator(".claims .ok")).to_have_count(3)
    expect(page.locator(".claims")).to_contain_text("1 change taught by a run")


# ── Nothing that is written is lost ──────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def stage(mission, eva):
    run = runs.start_run(mission, by=eva, version=make_version())
    stage = run.stages.select_related("stage").get(state=StageState.OPEN)
    stage.run = run
    return stage


def page_of(stage):
    return address("run_stage", stage.run.mission.slug, stage.run.number, stage.stage.slug)


def test_the_later_of_two_who_write_at_once_is_told_and_keeps_the_words(open_window, stage, eva, bo):
    first, second = open_window(), open_window()
    second.expected.append("409")
    for window, user in ((first, eva), (second, bo)):
        enter(window, user)
        window.go(page_of(stage))
    first.page.locator(".brought textarea").fill("Words of Eva")
    expect(first.page.locator(".saved")).to_contain_text("Saved")
    second.page.locator(".brought textarea").fill("Words of Bo")
    expect(second.page.locator(".saved")).to_have_text("Somebody else has saved")
    assert Output.objects.get().text == "Words of Eva"

    second.page.get_by_role("button", name="Save", exact=True).click()
    table = second.page.get_by_role("region", name="Somebody else has saved")
    expect(table).to_contain_text("Words of Eva")
    expect(table).to_contain_text("Words of Bo")
    second.press(second.page.get_by_role("button", name="Save what I wrote"))
    assert Output.objects.get().text == "Words of Bo"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_what_is_written_outlives_the_session(open_window, stage, bo, scripts):
    window = open_window(java_script_enabled=scripts)
    page = window.page
    enter(window, bo)
    window.go(page_of(stage))
    Session.objects.all().delete()
    page.locator(".brought textarea").fill("An hour of thought")
    if scripts:
        expect(page.locator(".saved")).to_have_text("Sign in")
        window.settle()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_label("Your e-mail address").fill(bo.email)
    window.press(page.get_by_role("button", name="Sign in", exact=True))
    page.get_by_label("Code").first.fill(Email.objects.latest("pk").secret["code"])
    window.press("main form button")

    expect(page.locator("main textarea")).to_have_value("An hour of thought")
    window.press(page.get_by_role("button", name="Save", exact=True))
    assert Output.objects.get().text == "An hour of thought"
