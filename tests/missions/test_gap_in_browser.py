"""From what a mission needs to a sent invitation, in a real Chromium: within its budget, with and without scripts."""

import pytest
from django.urls import reverse
from django.utils import translation

from platforms.models import SpaceInvitation
from tests.actors.test_register_in_browser import Person
from tests.factories import make_actor, make_partnership, make_space, make_user, verified
from tests.missions.making import make_mission, make_need
from tests.platforms.test_invitation_in_browser import PHONE, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CLICKS = 4


@pytest.mark.parametrize("scripts", [True, False])
def test_from_a_gap_to_an_invitation_within_the_budget(open_window, live_server, client, scripts):
    cora = verified(make_user("cora@example.org", name="Cora", language="en"))
    firm = make_actor("Sjömätt", description_sv="Magnetometer.", contact_email="info@example.com")
    mission = make_mission(space=make_space(partnership=make_partnership(members=[firm]), coordinator=cora))
    make_need(mission, "Magnetometer")
    window = open_window(java_script_enabled=scripts, **PHONE)
    sign_in(window, live_server, client, cora)
    with translation.override("en"):
        window.go(reverse("mission_needs", args=[mission.slug]))
    coordinator = Person(window)
    coordinator.click("Invite Sjömätt")
    coordinator.click("See who gets a mail")
    coordinator.click("Send 1 invitation")

    invitation = SpaceInvitation.objects.get()
    assert (invitation.email, invitation.on_behalf_of, invitation.space) == ("info@example.com", firm, mission.space)
    assert coordinator.clicks <= CLICKS
