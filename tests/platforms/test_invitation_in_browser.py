"""From the mail to inside the space in a real Chromium: within its budget, without scripts, by keyboard, on a phone."""

import re
import time

import pytest
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import expect

from notifications import live
from notifications.models import Email
from notifications.rendering import render
from platforms.models import SpaceInvitation, SpaceMember
from tests.actors.test_register_in_browser import Person
from tests.browser import Keyboard
from tests.factories import make_actor, make_partnership, make_space, make_user, verified
from tests.platforms.doorway import ADDRESS, code_to, invite

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CLICKS, FIELDS, SECONDS = 3, 2, 60
PHONE = {"viewport": {"width": 390, "height": 844}}


@pytest.fixture
def space():
    ours = [make_actor("Havsprov AB")]
    cora = verified(make_user("cora@example.org", name="Cora Coordinator", language="en"))
    purpose = "To bring eelgrass back to five bays by 2028."
    return make_space(
        "Living Bays", partnership=make_partnership("Fresh Coast", members=ours), coordinator=cora, purpose=purpose
    )


def address_in_the_mail(to=ADDRESS):
    """The path of the link in the last invitation to `to`, as its text has it."""
    mail = Email.objects.filter(template="space_invitation", to=to).order_by("-pk")[0]
    text = render(mail, live=live.read(mail)).text
    return re.search(r"https?://[^/\s]+(/\S*/)\n", text)[1]


def sign_in(window, live_server, client, user):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    window.context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": live_server.url}])


@pytest.mark.parametrize("scripts", [True, False])
def test_from_mail_to_inside_within_the_budget(open_window, space, scripts):
    invite(space, ADDRESS, line="We need your boat.")
    window = open_window(java_script_enabled=scripts, **PHONE)
    eva, start = Person(window), time.monotonic()

    eva.clicks += 1  # the link in the mail
    window.go(address_in_the_mail())
    assert "Cora Coordinator invites you to Living Bays" in eva.page.locator("h1").inner_text()
    assert "We need your boat." in eva.page.content()
    eva.fill("Your name", "Eva Ek")
    eva.click("Join: send me a code")
    eva.fill("Code from the mail", code_to(ADDRESS))
    eva.click("Join")

    assert eva.page.locator("h1").inner_text() == "Your first ten minutes"
    assert (eva.clicks, eva.fields) == (CLICKS, FIELDS)
    assert time.monotonic() - start < SECONDS
    assert SpaceMember.objects.filter(user__email=ADDRESS, space=space).exists()
    window.go(address_in_the_mail_again(space))
    eva.click("Go to the space")
    assert eva.page.locator("h1").inner_text() == "Living Bays"


def address_in_the_mail_again(space):
    with translation.override("en"):
        return reverse("invitation", args=[SpaceInvitation.objects.get(space=space).token])


def test_somebody_with_an_account_needs_one_click(open_window, live_server, client, space):
    invite(space, ADDRESS)
    window = open_window(**PHONE)
    sign_in(window, live_server, client, verified(make_user(ADDRESS)))
    eva = Person(window)
    window.go(address_in_the_mail())

    eva.click("Join")

    assert (eva.clicks, eva.fields) == (1, 0)
    assert eva.page.locator("h1").inner_text() == "Your first ten minutes"


def test_by_keyboard_alone(open_window, space):
    invite(space, ADDRESS)
    window = open_window()
    hands = Keyboard(window)
    window.go(address_in_the_mail())
    hands.enter("[name=name]")
    expect(window.page.get_by_role("alert")).to_be_focused()
    hands.write("[name=name]", "Eva Ek")
    hands.enter()
    hands.write("[name=code]", code_to(ADDRESS))
    hands.enter()
    hands.write("[name=introduction]", "I have a boat.")
    hands.enter()

    assert SpaceMember.objects.get(user__email=ADDRESS).introduction == "I have a boat."
    assert window.page.locator("h1").inner_text() == "Living Bays"


@pytest.mark.parametrize("scripts", [True, False])
def test_whoever_is_signed_in_as_somebody_else_goes_on_with_the_same_link(
    open_window, live_server, client, space, scripts
):
    invite(space, ADDRESS)
    window = open_window(java_script_enabled=scripts)
    sign_in(window, live_server, client, verified(make_user("other@example.org", name="Otto Other")))
    person = Person(window)
    window.go(address_in_the_mail())
    person.click("Sign out and go on")
    person.fill("Your name", "Eva Ek")
    person.click("Join: send me a code")
    person.fill("Code from the mail", code_to(ADDRESS))
    person.click("Join")

    assert SpaceMember.objects.get(user__email=ADDRESS).user.name == "Eva Ek"
    assert not SpaceMember.objects.filter(user__email="other@example.org").exists()


def test_passing_on_and_saying_no(open_window, space):
    one, two = invite(space, ADDRESS, "no@example.org")
    window = open_window(**PHONE)
    eva = Person(window)
    window.go(address_in_the_mail())
    eva.click("pass it on")
    eva.fill("Your colleague's name", "Bo Bok")
    eva.fill("Your colleague's e-mail address", "bo@example.org")
    eva.click("Pass the invitation on")
    eva.fill("Code from the mail", code_to(ADDRESS))
    eva.click("Pass the invitation on")
    assert eva.page.locator("h1").inner_text() == "The invitation is passed on"
    window.go(address_in_the_mail("no@example.org"))
    eva.click("No, thank you")
    eva.choose("I have no time for it")
    eva.click("Say no")

    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.state, two.state, two.reason) == ("forwarded", "declined", "I have no time for it")
    assert SpaceInvitation.objects.get(email="bo@example.org").state == "open"


# ── A mail scanner ───────────────────────────────────────────────────────────────────────────────────────────────────
def scan(window, path):
    """What a scanner does: HEAD, GET, every link of the page, and every form as it stands, with each of its buttons."""
    window.context.request.head(window.site + path)
    window.go(path)
    links = window.page.eval_on_selector_all("main a[href^='/']", "all => all.map(a => a.getAttribute('href'))")
    for link in [path, *links]:
        window.page.goto(window.site + link)
        forms = window.page.locator("main form").count()
        for number in range(forms):
            buttons = window.page.locator("main form").nth(number).locator("button").count()
            for button in range(buttons):
                window.page.goto(window.site + link)
                found = window.page.locator("main form").nth(number).locator("button")
                if found.count() > button:
                    found.nth(button).click()
                    window.page.wait_for_load_state()


@pytest.mark.parametrize("named", [True, False])
def test_a_scanner_that_follows_links_and_sends_forms_uses_nothing_up(open_window, space, named):
    invitation = invite(space, ADDRESS)[0]
    SpaceInvitation.objects.update(name="Eva Ek" if named else "")
    before = SpaceInvitation.objects.values().get()

    scan(open_window(java_script_enabled=False), address_in_the_mail())

    assert SpaceInvitation.objects.values().get() == before
    assert SpaceMember.objects.count() == 1
    person = Person(open_window(**PHONE))
    person.window.go(address_in_the_mail())
    person.fill("Your name", "Eva Ek")
    person.click("Join: send me a code")
    person.fill("Code from the mail", code_to(ADDRESS))
    person.click("Join")
    invitation.refresh_from_db()
    assert invitation.state == "accepted"


# ── The coordinator ──────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("scripts", [True, False])
def test_a_coordinator_pastes_looks_and_sends(open_window, live_server, client, space, scripts):
    window = open_window(java_script_enabled=scripts)
    sign_in(window, live_server, client, space.members.get().user)
    cora = Person(window)
    with translation.override("en"):
        window.go(reverse("invitations", args=[space.slug]))
    cora.click("Invite")
    cora.fill("Names and addresses", "Eva Ek <eva@havsprov.example>; Bo Bok <bo@example.org>\nnobody\ncora@example.org")
    cora.fill("A personal line", "Come!")
    cora.click("See who gets a mail")
    page = cora.page.locator("main").inner_text()
    assert "2 mails to send" in page
    assert "there is no e-mail address on this line" in page
    cora.click("Change")
    assert "nobody" in cora.page.get_by_label("Names and addresses").input_value()
    cora.click("See who gets a mail")
    cora.click("Send 2 invitations")

    assert "2 invitations are on their way" in cora.page.locator("main").inner_text()
    assert "0 of 2" in cora.page.locator(".progress").inner_text()
    if scripts:
        Email.objects.update(state="sent")
        cora.page.locator(".progress").wait_for(state="detached", timeout=15_000)
