"""The tour through the portfolio of a mission and across missions: empty, filled, with errors, refused and answered."""

from datetime import timedelta

import pytest
from django.utils import timezone

from missions.models import Evidence, Indicator, Mission
from tests.factories import make_actor, make_area, make_space, make_theme
from tests.missions.filling import make_commitment, make_experiment, make_indicator, make_mission, make_statement
from tests.test_tour_platforms import BUTTON, ERRORS, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TODAY = timezone.localdate()
DAY = timedelta(days=1)


@pytest.fixture
def mission():
    """A mission of a space that Eva coordinates, and Per, who speaks for an organisation outside of it."""
    eva, per = person("Eva"), person("Per")
    firm = make_actor("Sjömätt", representatives=[per])
    inside = make_actor("Kommunen")
    mission = make_mission("Levande vikar", slug="vikar", space=make_space(coordinator=eva), actors=[inside])
    mission.themes.add(make_theme("hav"))
    mission.areas.add(make_area("smart"))
    mission.eva, mission.per, mission.firm, mission.inside = eva, per, firm, inside
    return mission


def fill(mission):
    statement = make_statement(mission)
    make_commitment(mission, "Mäter fem vikar", actor=mission.inside, user=mission.eva, due_on=TODAY - DAY)
    make_commitment(mission, "Räknar ålgräs", due_on=TODAY + DAY, wave=2, statement=statement)
    make_commitment(mission, "Lånar ut båten", state="done", done_on=TODAY, result="Två båtar")
    over = {"outcome": "Det gick", "learning": "Mycket", "starts_on": TODAY - 9 * DAY, "ends_on": TODAY - DAY}
    make_experiment(mission, "Frön", starts_on=TODAY + DAY)
    make_experiment(mission, "Öar", starts_on=TODAY - DAY, test="En ö", owner_actor=mission.inside, statement=statement)
    make_experiment(mission, "Glömt", ends_on=TODAY - DAY)
    for verdict in ("stop", "change", "scale"):
        make_experiment(mission, verdict, verdict=verdict, **over)
    values = [(TODAY - 90 * DAY, 12), (TODAY - 30 * DAY, 20), (TODAY, 31)]
    make_indicator(mission, "Levande vikar", is_goal=True, unit="vikar", source="Egna", values=values)
    make_indicator(mission, "Inte mätt")


def test_walk_promising(walk, mission):
    see_all_missions(walk, mission)
    walk.see("mission_portfolio", "vikar")
    offer(walk, mission)
    walk.enter(mission.eva)
    fill(mission)
    see_all_missions(walk, mission)
    walk.see("mission_portfolio", "vikar")
    walk.page.locator(".measures summary").first.click()
    walk.judge("the values of an indicator as a table")
    answer(walk, mission)
    write(walk)
    measure(walk)
    walk.enter(mission.per)
    walk.see("offer", "vikar", 1)
    walk.see("my_page")


def see_all_missions(walk, mission):
    walk.see("mission_list", query="?state=ended")
    walk.see("mission_list", query="?nowhere=1", status=400)
    make_mission("Förslag", state="candidate", themes=list(mission.themes.all()), period="2027")
    make_mission("Slut", state="ended", ended_on=TODAY, is_example=True)
    walk.see("mission_list")
    for name in ("portfolios", "open_commitments"):
        walk.see(name)
    walk.see("portfolios", query="?stage=scale")


def offer(walk, mission):
    walk.see("mission_offer", "vikar")
    walk.enter(person("Nils"))
    walk.see("mission_offer", "vikar")
    walk.enter(mission.per)
    walk.see("mission_offer", "vikar")
    walk.press(BUTTON, shows=ERRORS)
    walk.fill(text="Lånar ut en drönare", due_on=f"{TODAY + DAY}")
    walk.press(BUTTON, shows="h1")
    walk.see("mission_offer", "vikar")
    Mission.objects.filter(slug="vikar").update(state="ended", ended_on=TODAY)
    walk.see("mission_offer", "vikar")
    walk.see("offer", "vikar", 1)
    Mission.objects.filter(slug="vikar").update(state="started", ended_on=None)


def answer(walk, mission):
    walk.see("offer_answer", "vikar", 1)
    walk.press(BUTTON, shows=ERRORS)
    walk.page.locator("main [name=answer]").first.check()
    walk.press(BUTTON, shows=".messages")
    walk.see("offer_answer", "vikar", 1)


def write(walk):
    for kind in ("commitment", "experiment", "indicator"):
        walk.see("portfolio_add", "vikar", kind)
        walk.press(BUTTON, shows=ERRORS)
        walk.see("portfolio_edit", "vikar", kind, 2)
        walk.see("portfolio_remove", "vikar", kind, 2)
    walk.see("experiment_evidence", "vikar", 2)
    walk.press(BUTTON, shows=ERRORS)
    walk.fill(words="Det växer", url="https://example.org/")
    walk.press(BUTTON, shows=".proofs")
    walk.see("experiment_evidence_remove", "vikar", 2, Evidence.objects.get(experiment__number=2).pk)
    walk.see("portfolio_edit", "vikar", "indicator", 2)
    Indicator.objects.filter(number=2).update(name="Någon annans", version=2)
    walk.press(BUTTON, shows="#differences", status=409)
    for number in (2, 4):
        walk.see("commitment_finish", "vikar", number)
    walk.see("commitment_finish", "vikar", 2)
    walk.press(BUTTON, shows=ERRORS)


def measure(walk):
    for number in (1, 2):
        walk.see("indicator_values", "vikar", number)
    walk.press(BUTTON, shows=ERRORS)
    walk.see("measurement_edit", "vikar", 1, Indicator.objects.get(number=1).measurements.first().pk)
    walk.fill(value="x")
    walk.press(BUTTON, shows=ERRORS)
