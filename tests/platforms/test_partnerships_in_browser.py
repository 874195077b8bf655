"""Partnerships in a real Chromium: finding, reading and accepting, with and without scripts, by keyboard."""

import pytest
from django.test import Client

from actors.models import ActorKind
from platforms import actions
from platforms.models import AgreementAcceptance, Partnership, PartnershipMember, Space
from tests.actors.test_admin_in_browser import enter
from tests.browser import Keyboard, axe, scrolls_sideways
from tests.factories import make_actor, make_area, make_partnership, make_space, make_theme, make_user
from tests.platforms.test_partnerships import address

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def coast():
    """A partnership with everything on its page, Eva who speaks for one of its organisations, and two others."""
    eva = make_user("eva@example.org", name="Eva Ek")
    theme, top = make_theme("hav", name_sv="Hav", name_en="Sea"), make_area("smart", name_en="Smart industry")
    area = make_area("marine", name_en="Marine technology", parent=top)
    firm = make_actor("Firm", slug="firm", representatives=[eva])
    lead = make_actor("Municipality", kind=ActorKind.PUBLIC)
    together = make_partnership(
        "Frisk kust",
        slug="coast",
        name_en="Healthy coast",
        purpose_en="Half of the bays have living sea floors by 2032.",
        members=[firm, lead, make_actor("University", kind="academia"), make_actor("Park", kind="support")],
        themes=[theme],
        areas=[area],
        lead=lead,
        period="2026–2032",
        other_members="Everybody along the coast",
        source="https://example.org/a-long-address-of-a-source-that-has-to-be-broken",
        certainty="low",
        note="Read in November.",
        is_example=True,
    )
    PartnershipMember.objects.filter(partnership=together, actor=firm).update(is_new=True)
    boss = make_user("boss@example.org", is_staff=True, is_superuser=True)
    for text in ("# What we want\n\nTo share.", "# What we want\n\nTo share *openly*."):
        actions.add_agreement(together, by=boss, text_sv=text, dated_on=None)
    make_space("Living bays", partnership=together, access="ask", purpose="We plan the measurements.")
    make_partnership("Anden", slug="other", status="forming", members=[firm])
    make_partnership("Tredje", slug="third", status="closed")
    return eva, together, boss


def log_in(window, user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    cookie = client.cookies["session"]
    window.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": window.site}])
    return window


@pytest.mark.parametrize("scripts", [True, False])
def test_find_read_and_accept(open_window, coast, scripts):
    eva, _together, _boss = coast
    window = log_in(open_window(java_script_enabled=scripts), eva)
    page = window.page

    window.go(address("start"))
    page.get_by_role("navigation", name="Main menu").get_by_role("link", name="Partnerships").click()
    page.get_by_role("heading", name="3 partnerships").wait_for()
    page.get_by_label("Sea").check()
    if not scripts:
        page.get_by_role("button", name="Show the result").click()
    page.get_by_role("heading", name="1 partnership", exact=True).wait_for()
    assert "theme=hav" in page.url
    page.get_by_role("link", name="Healthy coast").click()
    page.get_by_role("link", name="Suggest somebody").wait_for()
    page.get_by_role("link", name="Read and accept").click()
    page.get_by_role("button", name="Accept for Firm").click()
    page.get_by_text("Firm has accepted version 2.").wait_for()
    window.check()

    acceptance = AgreementAcceptance.objects.get()
    assert (acceptance.member.actor.name, acceptance.agreement.version, acceptance.by) == ("Firm", 2, eva)


@pytest.mark.parametrize("scripts", [True, False])
def test_the_page_of_an_actor_tells_of_its_partnerships(open_window, coast, scripts):
    window = open_window(java_script_enabled=scripts)
    page = window.page

    window.go(address("actor", "firm"))
    if not scripts:
        page.get_by_role("link", name="The partnerships of the organisation").click()
    page.get_by_role("link", name="Healthy coast").wait_for()
    assert page.get_by_role("link", name="Anden").is_visible()


def test_it_goes_by_keyboard_alone(open_window, coast):
    eva, _together, _boss = coast
    window = log_in(open_window(), eva)
    person = Keyboard(window)

    window.go(address("partnership_list"))
    person.reach("#f-status-forming")
    window.page.keyboard.press("Space")
    window.page.get_by_role("heading", name="1 partnership", exact=True).wait_for()
    assert window.page.evaluate("document.activeElement.id") == "f-status-forming"
    window.go(address("partnership", "coast"))
    person.enter(".needs a.btn")
    person.enter(".needs button.btn")

    window.page.get_by_text("Firm has accepted version 2.").wait_for()


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark"), (1280, "dark"), (320, "light")])
def test_no_page_has_a_barrier(open_window, coast, language, width, scheme):
    _eva, _together, boss = coast
    window = enter(open_window(viewport={"width": width, "height": 900}, color_scheme=scheme), boss)
    window.expected = ["400"]
    words = ("partnerships", "agreement", "actors", "open-a-space") if language else WORDS
    base = f"{language}/{words[0]}"
    found = {}
    for path in (
        f"{language}/",
        f"{base}/",
        f"{base}/?status=paused",
        f"{base}/?nowhere=1",
        f"{base}/coast/",
        f"{base}/third/",
        f"{base}/coast/{words[1]}/1/",
        f"{base}/coast/{words[1]}/2/",
        f"{base}/coast/{words[3]}/",
        f"{language}/{words[2]}/firm/",
        f"{language}/{words[2]}/firm/{words[0]}/",
    ):
        assert window.go(path).status in {200, 400}, path
        if faults := axe(window.page) + (["sideways"] if scrolls_sideways(window.page) else []):
            found[path] = faults
    assert found == {}
    window.go(f"{base}/coast/{words[3]}/")
    window.page.locator("form.form button.btn").click()
    window.page.locator("#error-summary").wait_for()
    assert axe(window.page) == []


WORDS = ("partnerskap", "avtal", "aktorer", "oppna-ett-rum")


@pytest.mark.parametrize(("width", "language"), [(1280, ""), (320, "/en")])
def test_the_administration_of_partnerships_has_no_barrier(open_window, coast, width, language):
    _eva, together, boss = coast
    window = enter(open_window(viewport={"width": width, "height": 900}), boss)
    window.expected.append("Applying inline style")  # axe's own reading of an imported style sheet
    base = f"{language}/admin/platforms/partnership"
    for path in (f"{base}/", f"{base}/{together.pk}/change/", f"{base}/add/"):
        assert window.go(path).status == 200, path
        assert axe(window.page) == [], path
        assert not scrolls_sideways(window.page), path
    window.page.locator("#members-group .add-row a, #members-group a.addlink").first.click()
    window.page.locator("#members-0 .select2-selection__rendered").wait_for()
    assert axe(window.page) == []


def test_staff_open_a_space_and_pause_a_partnership(open_window, coast):
    _eva, together, boss = coast
    window = enter(open_window(), boss)
    page = window.page

    window.go(address("partnership", "coast"))
    page.get_by_role("link", name="Open a space").click()
    page.get_by_label("What is the space called?").fill("Shallow bays")
    page.get_by_role("button", name="Open the space").click()
    page.get_by_role("heading", name="Shallow bays").wait_for()
    assert Space.objects.filter(name="Shallow bays", partnership=together).exists()
    window.go(f"/en/admin/platforms/partnership/{together.pk}/change/")
    page.get_by_role("button", name="Pause").click()
    page.get_by_text("is now paused").wait_for()

    assert Partnership.objects.get(pk=together.pk).status == "paused"
