"""What a mission needs against who has it: suggestions and their reasons, who is told, and the way to an invitation."""

from html import unescape

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from actors.models import Competence
from missions.actions import needs
from missions.gap import gap_of, ground_of, suggest
from missions.models import Mission, MissionState, Need
from platforms.actions import Frozen, NoEntry, Outdated
from tests.factories import make_actor, make_area, make_municipality, make_partnership, make_space, make_user
from tests.missions.making import make_keeper, make_mission, make_need, make_statement
from tests.staff import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def eva():
    return make_user("eva@example.org", name="Eva Ek")


@pytest.fixture
def mission(eva):
    together = make_partnership(members=[make_actor("Partner Firm")])
    return make_mission("Living bays", space=make_space(partnership=together, coordinator=eva))


@pytest.fixture
def sensors():
    return Competence.objects.create(slug="sensors", name_sv="Givare", name_en="Sensors")


def told(gaps):
    """{actor: its reasons} of the first gap, in order."""
    return {str(one.actor): one.reasons for one in gaps[0].suggestions}


def text_of(client, name, *args, user=None):
    if user:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return unescape(answer.content.decode())


# ── Who fits, and why ────────────────────────────────────────────────────────────────────────────────────────────────
def test_each_suggestion_says_which_facts_spoke_for_it(eva, mission, sensors):
    area = make_area("tech")
    mission.areas.add(area)
    make_actor("Sjömätt", areas=[area], competences=[sensors])
    make_actor("Havslab", kind="academia", offers_sv="Vi lånar ut sensorer.")
    make_actor("Sensorbolaget")
    make_actor("Bageriet", offers_sv="Bröd och bullar.")
    make_need(mission, "sensorer i vattnet", competence=sensors)

    assert told(gap_of(mission, eva)) == {
        "Sjömätt": ["names the competence “Sensors”", "works in Tech"],
        "Havslab": ["writes of “sensorer” in what it offers", "would fill the empty leg academia"],
        "Sensorbolaget": ["has “Sensorbolaget” in its name"],
    }


def test_a_partner_goes_before_a_stranger_who_fits_as_well(eva, mission):
    partner = make_actor("Ö Partner", description_sv="Vi dyker.")
    make_actor("A Stranger", description_sv="Vi dyker.")
    mission.partnership.members.create(actor=partner)
    make_need(mission, "dyker")
    found = told(gap_of(mission, eva))
    assert list(found) == ["Ö Partner", "A Stranger"]
    assert found["Ö Partner"][-1] == "is in the partnership already"


def test_a_rare_word_weighs_more_than_a_common_one(eva, mission):
    for _ in range(6):
        make_actor(description_sv="Vatten.")
    make_actor("Z Rare", description_sv="Magnetometer.")
    make_need(mission, "vatten magnetometer")
    assert next(iter(told(gap_of(mission, eva)))) == "Z Rare"


def test_a_word_that_most_write_makes_nobody_fit(eva, mission):
    for words in ["Vi dyker."] * 12 + ["Vi bakar."] * 6:
        make_actor(description_sv=words)
    make_need(mission, "dyker")
    assert told(gap_of(mission, eva)) == {}


def test_a_relative_of_a_long_word_is_found_and_told_as_it_stands(eva, mission):
    make_actor("Dykskolan", description_sv="Centrum för undervattensteknik.")
    make_need(mission, "undervattensrobotar")
    assert told(gap_of(mission, eva)) == {"Dykskolan": ["writes of “undervattensteknik”"]}


def test_words_that_say_nothing_and_beginnings_of_short_ones_are_no_reasons(eva, mission):
    make_actor("Mätfirman", description_sv="Givare och mark.")
    make_actor("Byrån", description_sv="Marknad och reklam.")
    make_need(mission, "givare och mark")
    assert told(gap_of(mission, eva)) == {"Mätfirman": ["writes of “Givare”, “mark”"]}


def test_only_public_actors_are_suggested_and_at_most_five(eva, mission, sensors):
    make_actor("A Hidden", status="draft", description_sv="Vi dyker.")
    make_actor("A Secret", status="draft", competences=[sensors])
    for words in ["Vi dyker."] * 7 + ["Vi bakar."] * 10:
        make_actor(description_sv=words)
    make_need(mission, "dyker", competence=sensors)
    found = told(gap_of(mission, eva))
    assert len(found) == 5
    assert not {"A Hidden", "A Secret"} & set(found)


def test_who_seeks_the_same_is_a_near_miss(eva, mission):
    make_actor("Asker", seeks_sv="Vi söker magnetometer.")
    make_need(mission, "magnetometer")
    [gap] = gap_of(mission, eva)
    assert gap.suggestions == []
    assert [(str(one.actor), one.reasons) for one in gap.near] == [
        ("Asker", ["seeks “magnetometer” itself, and may know who has it"]),
        ("Partner Firm", [
            "is in the partnership already, but its profile does not say what it can do: ask it to complete the profile"
        ]),
    ]  # fmt: skip


def test_a_near_miss_says_what_it_lacks(eva, mission, sensors):
    area = make_area("tech")
    mission.areas.add(area)
    mission.partnership.members.all().delete()
    other = Competence.objects.create(slug="boats", name_sv="Båtar", name_en="Boats")
    make_actor("Silent", areas=[area])
    make_actor("Boatyard", areas=[area], competences=[other])
    make_actor("Elsewhere", areas=[make_area("wood")])
    make_actor("A Hidden", areas=[area], status="draft")
    make_actor("A Far", areas=[area], seat_outside="Oslo")
    make_need(mission, "", competence=sensors)
    [gap] = gap_of(mission, eva)
    assert [(str(one.actor), one.reasons) for one in gap.near] == [
        ("Boatyard", ["works in Tech, but does not name the competence “Sensors”"]),
        ("Silent", ["works in Tech, but its profile does not say what it can do: ask it to complete the profile"]),
    ]


def test_nobody_in_the_region_is_said_and_those_outside_are_named_apart(client, eva, mission):
    make_actor("Fjärrmätt", description_sv="Magnetometer.", seat_outside="Oslo")
    make_need(mission, "magnetometer")
    [gap] = gap_of(mission, eva)
    assert (gap.seated, [str(one.actor) for one in gap.outside]) == ([], ["Fjärrmätt"])
    assert "is known to have this." in text_of(client, "mission_needs", mission.slug, user=eva)
    make_actor("Närmätt", description_sv="Magnetometer.", municipality=make_municipality())
    assert "is known to have this." not in text_of(client, "mission_needs", mission.slug, user=eva)


def test_twelve_needs_cost_as_many_statements_as_three(client, eva, mission, sensors):
    make_actor("Sjömätt", competences=[sensors], description_sv="Vi dyker med sensorer.")
    client.force_login(eva, backend="django.contrib.auth.backends.ModelBackend")
    counts = []
    for wanted in (3, 12):
        while mission.needs.count() < wanted:
            make_need(mission, "dyker", competence=sensors)
        client.get(reverse("mission_needs", args=[mission.slug]))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(reverse("mission_needs", args=[mission.slug]))
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 20


# ── Who is told ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_public_reads_the_needs_but_not_who_may_fill_them(client, eva, mission):
    make_actor("Sjömätt", description_sv="Magnetometer.")
    make_need(mission, "magnetometer")
    said = text_of(client, "mission_needs", mission.slug)
    assert "magnetometer" in said
    assert "1 organisation in the register" in said
    assert "Sjömätt" not in said
    assert "Sjömätt" not in text_of(client, "mission_needs", mission.slug, user=make_user())
    assert "Sjömätt" in text_of(client, "mission_needs", mission.slug, user=eva)
    sign_in(client, make_keeper())
    assert "Sjömätt" in text_of(client, "mission_needs", mission.slug)


def test_open_needs_are_among_what_the_mission_does_not_know(client, mission):
    make_statement(mission)
    assert "Needs that nobody fills" not in text_of(client, "mission", mission.slug)
    make_need(mission)
    make_need(mission, filled_by=make_actor())
    said = text_of(client, "mission", mission.slug)
    assert 'Needs that nobody fills <span class="num">1</span>' in said


# ── Changing them ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_need_is_added_filled_and_removed(client, eva, mission, sensors):
    client.force_login(eva, backend="django.contrib.auth.backends.ModelBackend")
    client.post(reverse("need_new", args=[mission.slug]), {"words": "A boat", "competence": sensors.pk})
    one = Need.objects.get()
    assert (one.number, one.words, one.competence) == (1, "A boat", sensors)
    page = reverse("need", args=[mission.slug, 1])
    partner = mission.partnership.members.get().actor
    client.post(page, {"words": "A big boat", "filled_by": partner.pk, "version": 1})
    one = Need.objects.get()
    assert (one.words, one.competence, one.filled_by, one.version) == ("A big boat", None, partner, 2)
    assert gap_of(mission, eva) == []
    assert "Partner Firm" in text_of(client, "mission_needs", mission.slug)
    client.post(reverse("need_remove", args=[mission.slug, 1]))
    assert not Need.objects.exists()


def test_what_a_colleague_saved_meanwhile_is_shown_beside(client, eva, mission):
    one = make_need(mission, "A boat")
    needs.edit(one, by=eva, version=1, words="A ship")
    client.force_login(eva, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(reverse("need", args=[mission.slug, 1]), {"words": "A raft", "version": 1})
    assert answer.status_code == 409
    assert "A ship" in answer.content.decode()
    with pytest.raises(Outdated):
        needs.edit(one, by=eva, version=1, words="A raft")


def test_a_need_says_what_is_needed(client, eva, mission):
    client.force_login(eva, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(reverse("need_new", args=[mission.slug]), {"words": " "})
    assert "words" in answer.context["form"].errors
    with pytest.raises(IntegrityError):
        make_need(mission, "")


def test_who_does_not_write_in_the_space_changes_no_need(mission):
    one = make_need(mission)
    for user in (make_user(), make_keeper()):
        for change in (
            lambda user=user: needs.add(mission, by=user, words="x"),
            lambda user=user: needs.edit(one, by=user, version=1, words="x"),
            lambda user=user: needs.remove(one, by=user),
        ):
            with pytest.raises(NoEntry):
                change()


def test_a_need_of_another_mission_and_of_an_ended_one_stays(eva, mission):
    one = make_need(mission)
    Need.objects.filter(pk=one.pk).delete()
    with pytest.raises(NoEntry):
        needs.remove(one, by=eva)
    Mission.objects.filter(pk=mission.pk).update(state=MissionState.ENDED, ended_on="2026-01-01")
    with pytest.raises(Frozen):
        needs.add(mission, by=eva, words="x")


def test_a_mission_has_room_for_so_many(eva, mission, monkeypatch):
    monkeypatch.setattr(needs, "MOST", 1)
    needs.add(mission, by=eva, words="x")
    with pytest.raises(ValidationError) as error:
        needs.add(mission, by=eva, words="y")
    assert error.value.code == "full"


# ── On to an invitation ──────────────────────────────────────────────────────────────────────────────────────────────
def test_the_invitation_holds_what_the_register_shows_and_no_persons_address(client, eva, mission):
    firm = make_actor("Sjömätt", contact_email="info@example.com", representatives=[make_user("per@example.com")])
    mission.partnership.members.create(actor=firm)
    silent = make_actor("Tyst", representatives=[make_user("tyra@example.com")])
    hidden = make_actor("Dold", status="draft", contact_email="dold@example.com")
    client.force_login(eva, backend="django.contrib.auth.backends.ModelBackend")
    page = reverse("invitation_new", args=[mission.space.slug])
    said = client.get(page, {"actor": firm.slug})
    assert said.context["form"]["people"].value() == "Sjömätt <info@example.com>"
    assert said.context["form"]["on_behalf_of"].value() == firm.pk
    assert "per@example.com" not in said.content.decode()
    said = client.get(page, {"actor": silent.slug}).content.decode()
    assert "has no public address in the register" in said
    assert "tyra@example.com" not in said
    assert "dold@example.com" not in client.get(page, {"actor": hidden.slug}).content.decode()


def test_only_coordinators_are_shown_the_way_to_an_invitation(client, eva, mission):
    mia = make_user()
    mission.space.members.create(user=mia, role="member")
    make_actor("Sjömätt", description_sv="Magnetometer.", contact_email="info@example.com")
    make_need(mission, "magnetometer")
    way = reverse("invitation_new", args=[mission.space.slug])
    assert way in client_page(client, mission, eva)
    said = client_page(client, mission, mia)
    assert way not in said
    assert "mailto:info@example.com" in said


def client_page(client, mission, user):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.get(reverse("mission_needs", args=[mission.slug])).content.decode()


# ── What nobody has ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_staff_see_what_missions_look_for_and_nobody_names(client, mission, sensors):
    boats = Competence.objects.create(slug="boats", name_sv="Båtar", name_en="Boats")
    unasked = Competence.objects.create(slug="bread", name_sv="Bröd", name_en="Bread")
    make_actor("Sjömätt", competences=[boats])
    make_actor("Hidden", status="draft", competences=[sensors])
    for words in ("one", "two"):
        make_need(mission, words, competence=sensors)
    make_need(make_mission(), competence=boats)
    make_need(make_mission(state=MissionState.ENDED, ended_on="2026-01-01"), competence=boats)
    make_need(mission, competence=unasked, filled_by=make_actor())
    sign_in(client, make_keeper())
    rows = client.get(reverse("competences_wanted")).context["rows"]
    assert [(one.slug, one.asked, one.held) for one in rows] == [("sensors", 1, 0), ("boats", 1, 1)]
    client.force_login(make_user(), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("competences_wanted")).status_code == 403


def test_the_register_is_counted_once_and_not_for_each_hit():
    """Where the planner expects few hits it would count anew for each: twelve seconds in a register of 10,000."""
    mission = make_mission()
    need = make_need(mission, "Somebody who knows eelgrass")
    with CaptureQueriesContext(connection) as taken:
        suggest([need], ground_of(mission))
    [asked] = [one["sql"] for one in taken if "everybody" in one["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {asked}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "CTE everybody" in plan
