"""The tour through what missions need: every page of it, empty, filled, with errors and removed."""

import pytest

from actors.models import Competence
from tests.factories import make_actor, make_area, make_space, make_user, verified
from tests.missions.making import make_keeper, make_mission

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BUTTON = "main form.form .btn"


def choose(walk, name, row):
    walk.page.locator(f"[name={name}]").select_option(str(row.pk) if row else "")


def test_walk_needs(walk):
    eva = verified(make_user("eva@example.org", name="Eva Berg"))
    area = make_area("tech")
    mission = make_mission("Grunda vikar", slug="vikar", space=make_space(coordinator=eva), areas=[area])
    sensors = Competence.objects.create(slug="sensors", name_sv="Givare", name_en="Sensors")
    partner = make_actor("Sjömätt", competences=[sensors], certainty="low")
    mission.partnership.members.create(actor=partner)
    make_actor("Fjärrlab", description_sv="Givare.", description_en="Givare.", seat_outside="Oslo")
    make_actor("Tyst", areas=[area])
    walk.enter(eva)
    walk.see("mission_needs", "vikar")
    walk.see("need_new", "vikar")
    walk.press(BUTTON, shows=".summary")
    walk.fill(words="Givare som tål salt")
    choose(walk, "competence", sensors)
    walk.press(BUTTON, shows=".gap .fits")
    walk.see("need", "vikar", 1)
    walk.fill(words="Magnetometer")
    choose(walk, "competence", None)
    walk.press(BUTTON, shows=".gap .nobody")
    walk.see("need_remove", "vikar", 1)
    walk.see("need", "vikar", 1)
    choose(walk, "filled_by", partner)
    walk.press(BUTTON, shows="#filled")
    mission.needs.create(number=2, competence=sensors)
    walk.enter(verified(make_keeper("karin@example.org")))
    walk.see("competences_wanted")
