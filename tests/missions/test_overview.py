"""All missions at once: what is listed how, what a file holds, and what stands across missions."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.actors.test_register_list import questions
from tests.factories import make_actor, make_area, make_space, make_theme, make_user
from tests.missions.filling import make_commitment, make_experiment, make_indicator, make_mission
from tests.missions.test_portfolio import address, sign_in
from tests.platforms.test_partnerships import text_of

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
DAY = timedelta(days=1)


def get(client, name, *args, **query):
    return client.get(address(name, *args), query)


def listed(client, **query):
    response = get(client, "mission_list", **query)
    assert response.status_code == 200
    return [row.mission.name for row in response.context["rows"]]


def test_what_is_under_way_stands_first_and_proposals_look_like_proposals(client):
    for name, state in (("C", "candidate"), ("D", "documented"), ("F", "forming"), ("Ö", "started"), ("Å", "started")):
        make_mission(name, state=state)
    make_mission("E", state="ended", ended_on=TODAY)
    make_mission("Hidden", is_published=False)

    assert listed(client) == ["Å", "Ö", "F", "D", "C", "E"]
    page = get(client, "mission_list")
    assert "Only proposals: nobody has decided on these." in text_of(page)
    assert page.content.decode().count("mission-row candidate") == 1


def test_a_mission_before_it_is_public_is_listed_for_its_people_and_stands_in_no_file(client):
    eva = make_user()
    make_mission("Hidden", is_published=False, space=make_space(coordinator=eva))
    make_mission("Public")
    sign_in(client, eva)
    assert listed(client) == ["Hidden", "Public"]
    assert [row["name"] for row in exported(client)] == ["Public"]
    assert "Hidden" not in get(client, "mission_feed").content.decode()


def test_facets_narrow_and_count_as_if_they_were_not_chosen(client):
    sea, top = make_theme("sea"), make_area("industry")
    part = make_area("marine", parent=top)
    make_mission("A", themes=[sea], areas=[part], level="region")
    make_mission("B", themes=[sea], areas=[top, part], state="candidate")
    make_mission("C", level="eu")

    assert listed(client, theme="sea") == ["A", "B"]
    assert listed(client, area="industry") == ["A", "B"]
    assert listed(client, area="marine", state="candidate") == ["B"]
    assert listed(client, level=["eu", "region"]) == ["A", "C"]
    counts = {
        group["name"]: {option["value"]: option["count"] for option in group["options"] if option["count"]}
        for group in get(client, "mission_list", state="candidate").context["groups"]
    }
    assert counts == {
        "state": {"started": 2, "candidate": 1},
        "theme": {"sea": 1},
        "area": {"industry": 1, "marine": 1},
        "level": {"partnership": 1},
    }


@pytest.mark.parametrize("query", [{"nowhere": "1"}, {"theme": "x"}, {"state": "over"}, {"level": "x"}, {"page": "0"}])
@pytest.mark.parametrize("name", ["mission_list", "mission_feed"])
def test_an_address_that_nobody_can_answer_is_refused_with_a_way_on(client, name, query):
    response = get(client, name, **query)
    assert response.status_code == 400
    assert f'href="{address("mission_list")}"' in response.content.decode()


def test_an_empty_list_says_what_will_stand_there(client):
    assert "No mission is public yet" in text_of(get(client, "mission_list"))
    make_mission()
    assert "No mission fits" in text_of(get(client, "mission_list", state="ended"))
    for name in ("portfolios", "open_commitments"):
        assert "To the missions" in text_of(get(client, name))


def test_a_long_list_has_pages(client, monkeypatch):
    monkeypatch.setattr("missions.views.overview.PAGE_SIZE", 2)
    for name in "ABC":
        make_mission(name)
    assert (listed(client), listed(client, page="2")) == (["A", "B"], ["C"])
    assert get(client, "mission_list", page="3").status_code == 404


def test_a_row_says_how_far_how_fresh_and_what_is_open(client):
    mission = make_mission("A")
    make_indicator(mission, "Other", values=[(TODAY, 1)])
    make_indicator(mission, is_goal=True, values=[(TODAY - 9 * DAY, 15), (TODAY - 3 * DAY, 20)])
    for state in ({}, {}, {"state": "offered"}, {"state": "done", "done_on": TODAY}):
        make_commitment(mission, **state)
    make_mission("B")
    make_mission("C", state="forming")

    found = get(client, "mission_list")
    rows = {row.mission.name: row for row in found.context["rows"]}
    assert (rows["A"].progress.percent, rows["A"].mission.measured_on, rows["A"].mission.open_promises) == (
        25,
        TODAY,
        2,
    )
    words = text_of(found)
    for said in ("25 % of the way 25 % 10 → 20 → 50", "2 open promises", "Not measured yet", "cannot be measured yet"):
        assert said in words


def exported(client, **query):
    response = get(client, "mission_export", "json", **query)
    return json.loads(b"".join(response.streaming_content))["missions"]


def test_files_hold_what_the_list_shows(client):
    theme = make_theme("sea")
    mission = make_mission("A", themes=[theme], source="=SUM(1)")
    make_indicator(mission, is_goal=True, values=[(TODAY, 30)])
    make_mission("B", state="candidate")

    row = exported(client, theme="sea")[0]
    assert {key: row[key] for key in ("name", "state", "themes", "percent", "latest", "target")} == {
        "name": "A", "state": "started", "themes": ["sea"], "percent": 50, "latest": "30.000", "target": "50.000",
    }  # fmt: skip
    text = b"".join(get(client, "mission_export", "csv").streaming_content).decode("utf-8-sig").splitlines()
    assert [line.split(";")[0] for line in text] == ["Name", "A", "B"]
    assert ";'=SUM(1);" in text[1]
    assert ";Candidate;" in text[2]
    assert get(client, "mission_export", "xlsx")["Content-Type"].endswith("spreadsheetml.sheet")
    assert get(client, "mission_export", "pdf").status_code == 404


def test_the_feed_tells_what_changed_last(client):
    make_mission("A <b>")
    make_mission("B", state="candidate")
    body = get(client, "mission_feed", state="started").content.decode()
    assert "A &lt;b&gt;" in body
    assert "<title>B" not in body


# ── Across missions ──────────────────────────────────────────────────────────────────────────────────────────────────
def trials(client, **query):
    return [one.title for one in get(client, "portfolios", **query).context["page"].rows]


def test_experiments_of_all_missions_stand_by_what_follows_from_them(client):
    mission, over = make_mission(), {"outcome": "x", "learning": "x"}
    make_experiment(mission, "Running", starts_on=TODAY)
    make_experiment(mission, "Planned", starts_on=TODAY + DAY)
    for verdict in ("stop", "scale"):
        make_experiment(make_mission(), verdict, verdict=verdict, **over)
    make_experiment(make_mission(is_published=False), "Hidden")

    assert set(trials(client)) == {"Running", "Planned", "stop", "scale"}
    assert set(trials(client)[:2]) == {"Running", "Planned"}
    for stage, titles in (("running", ["Running"]), ("planned", ["Planned"]), ("scale", ["scale"]), ("change", [])):
        assert trials(client, stage=stage) == titles
    assert get(client, "portfolios", stage="nowhere").status_code == 400


def promises(client):
    return [one.text for one in get(client, "open_commitments").context["page"].rows]


def test_open_promises_stand_by_day_with_ones_own_first_and_name_no_people(client):
    mia, per = make_user(name="Mia Mask"), make_user()
    mission = make_mission(space=make_space(members=[mia]))
    firm = make_actor(representatives=[per])
    make_commitment(mission, "Late", due_on=TODAY - DAY)
    make_commitment(mission, "Mias", due_on=TODAY + DAY, user=mia)
    make_commitment(mission, "Firms", actor=firm)
    make_commitment(mission, "Done", state="done", done_on=TODAY)
    make_commitment(mission, "Offer", state="offered")
    make_commitment(make_mission(is_published=False), "Hidden")
    make_commitment(make_mission(state="ended", ended_on=TODAY), "Over")

    assert promises(client) == ["Late", "Mias", "Firms"]
    for user, first in ((mia, "Mias"), (per, "Firms")):
        sign_in(client, user)
        assert promises(client)[0] == first
        assert "Mia Mask" not in text_of(get(client, "open_commitments")).replace("My page (Mia Mask)", "")


@pytest.mark.parametrize("rows", [3, 30])
def test_no_page_costs_more_for_many_rows(client, rows):
    theme, area = make_theme(), make_area(parent=make_area())
    for number in range(rows):
        mission = make_mission(themes=[theme], areas=[area], state=("started", "candidate")[number % 2])
        make_indicator(mission, is_goal=True, values=[(TODAY, 20), (TODAY - DAY, 12)])
        make_commitment(mission)
        make_experiment(mission, owner_actor=make_actor())

    costs = {name: questions(lambda name=name: get(client, name)) for name in ("mission_list", "portfolios")}
    costs["open_commitments"] = questions(lambda: get(client, "open_commitments"))
    costs["files"] = questions(lambda: exported(client))
    assert costs == {"mission_list": 11, "portfolios": 1, "open_commitments": 1, "files": 5}
