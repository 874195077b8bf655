"""The portfolio of a mission: who reads what of it, who writes it, and what it does not take."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from accounts.models import AuditEntry
from missions.actions import portfolio as actions
from missions.models import Commitment, CommitmentState, Experiment, Indicator, Mission, Reminded, Verdict
from missions.portfolio import portfolio_of
from missions.progress import Progress
from missions.series import Series
from notifications.models import Notification
from platforms.actions.rooms import Frozen, NoEntry, Outdated
from platforms.models import Space
from tests.actors.test_register_list import questions
from tests.factories import make_actor, make_decision, make_document, make_partnership, make_space, make_user
from tests.missions.filling import make_commitment, make_experiment, make_indicator, make_mission, make_statement
from tests.missions.making import make_evidence
from tests.platforms.test_partnerships import text_of

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
DAY = timedelta(days=1)


def address(name, *args):
    with override("en"):
        return reverse(name, args=args)


@pytest.fixture
def room():
    """A space with Eva, who coordinates, and Mia, a member, and Olle, who observes."""
    people = {name: make_user(f"{name}@example.org", name=name.title()) for name in ("eva", "mia", "olle")}
    firm = make_actor("Vikvakt")
    space = make_space(
        partnership=make_partnership(members=[firm]),
        coordinator=people["eva"],
        members=[people["mia"]],
        observers=[people["olle"]],
    )
    space.people, space.firm = people, firm
    return space


@pytest.fixture
def mission(room):
    return make_mission("Levande vikar", space=room, partnership=room.partnership)


def sign_in(client, user):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")


# ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_public_reads_organisations_and_members_read_people_too(client, mission, room):
    make_commitment(mission, "Lend a boat", actor=room.firm, user=room.people["mia"])
    page = address("mission_portfolio", mission.slug)

    public = text_of(client.get(page))
    assert "Lend a boat" in public
    assert "Vikvakt" in public
    assert "Mia" not in public
    sign_in(client, make_user())
    assert "Mia" not in text_of(client.get(page))
    sign_in(client, room.people["olle"])
    assert "Mia" in text_of(client.get(page))


def test_promises_stand_by_wave_and_say_whether_they_are_kept_or_late(client, mission):
    make_commitment(mission, "Later", wave=2, due_on=TODAY + DAY)
    make_commitment(mission, "Late", wave=1, due_on=TODAY - 3 * DAY)
    make_commitment(mission, "Kept", wave=1, state="done", done_on=TODAY, result="Two boats")
    make_commitment(mission, "Refused", state="declined")
    make_commitment(mission, "Taken back", state="withdrawn")
    make_commitment(mission, "Offered", state="offered")

    portfolio = portfolio_of(mission, make_user())
    assert [(wave.number, [one.text for one in wave.commitments]) for wave in portfolio.waves] == [
        (1, ["Late", "Kept"]),
        (2, ["Later"]),
    ]
    assert (portfolio.kept, portfolio.late, portfolio.offers) == (1, 1, [])
    words = text_of(client.get(address("mission_portfolio", mission.slug)))
    assert "1 of 3 kept · 1 late" in words
    assert "3 days late" in words
    assert "Two boats" in words
    for hidden in ("Refused", "Taken back", "Offered"):
        assert hidden not in words


def test_experiments_say_what_is_believed_and_what_follows(client, mission):
    make_experiment(mission, "Going", starts_on=TODAY)
    make_experiment(mission, "Soon", starts_on=TODAY + DAY)
    make_experiment(mission, "Forgotten", starts_on=TODAY - 9 * DAY, ends_on=TODAY - DAY)
    make_experiment(mission, "Over", outcome="They broke", learning="Buy dear ones", verdict="change")

    words = text_of(client.get(address("mission_portfolio", mission.slug)))
    for said in ("Going running", "Soon planned", "over, outcome missing", "Over Change", "Buy dear ones"):
        assert said in words


def test_a_series_is_a_line_with_its_levels_and_the_same_numbers_as_a_table(client, mission):
    values = [(date(2026, 1, 1), 10), (date(2026, 3, 1), 22), (date(2026, 5, 1), 30)]
    make_indicator(mission, "Bays <alive>", unit="bays", is_goal=True, values=values)

    response = client.get(address("mission_portfolio", mission.slug))
    page, words = response.content.decode(), text_of(response)
    assert 'aria-label="Bays &lt;alive&gt;: 10 on Thu 1 Jan 2026, 30 on Fri 1 May 2026, baseline 10, target 50"' in page
    assert page.count('r="3"/>') == 3
    assert "50 % of the way" in words
    assert "10 → 30 → 50 bays" in words
    assert "3 values as a table" in words


@pytest.mark.parametrize("values", [[], [(date(2026, 1, 1), 5)], [(date(2026, 1, 1), 5), (date(2026, 1, 2), 5)]])
def test_a_short_or_level_series_is_drawn_inside_its_picture(mission, values):
    indicator = make_indicator(mission, values=values)
    svg = Series(indicator, list(indicator.measurements.all())).svg()
    assert svg.count("<circle") == len(values)
    assert "nan" not in svg


@pytest.mark.parametrize(
    ("baseline", "target", "value", "percent", "words"),
    [
        (None, 5, 3, None, "The goal cannot be measured yet"),
        (0, 100, None, None, "Not measured yet"),
        (0, 3, 2, 66, "66 % of the way"),
        (0, 1000, 999, 99, "99 % of the way"),
        (100, 50, 75, 50, "50 % of the way"),
        (100, 50, 40, 120, "The target is reached"),
        (10, 50, 5, -13, "Further from the target than at the start"),
    ],
)
def test_how_far_a_mission_has_come(baseline, target, value, percent, words):
    progress = Progress(baseline, target, value)
    assert progress.percent == percent
    assert 0 <= progress.bar <= 100
    with override("en"):
        assert progress.words == words


def fill(mission, rows):
    actor, statement, user = make_actor(), make_statement(mission), make_user()
    for number in range(rows):
        make_commitment(
            mission, f"Promise {number} of something real", actor=actor, statement=statement, user=user,
            wave=number % 3 + 1, due_on=TODAY,
        )  # fmt: skip
    for number in range(rows * 2 // 3):
        make_experiment(mission, f"Trial {number}", owner_actor=actor, statement=statement, test="A" * 80)
    for number in range(min(rows, 5)):
        make_indicator(mission, f"Number {number}", values=[(TODAY - day * DAY, day) for day in range(rows // 5 + 1)])


@pytest.mark.parametrize("rows", [1, 60])
def test_the_portfolio_takes_three_questions_whatever_is_in_it(client, mission, room, rows):
    fill(mission, rows)
    mine = room.people["eva"]
    mission = Mission.objects.get(pk=mission.pk)
    assert questions(lambda: portfolio_of(mission, mine)) == 3
    page = address("mission_portfolio", mission.slug)
    # the mission, two of the portfolio, two of its values, and the evidence of experiments
    assert questions(lambda: client.get(page)) == 5 + mission.experiments.exists()
    assert len(client.get(page).content) < 100 * 1024
    sign_in(client, mine)
    client.get(page)
    assert questions(lambda: client.get(page)) <= 15
    assert len(client.get(page).content) < 100 * 1024


# ── Who writes ───────────────────────────────────────────────────────────────────────────────────────────────────────
PLAIN = {
    Commitment: {"text": "Lend a boat", "due_on": None, "wave": 1, "user": None, "statement": None},
    Experiment: {"title": "Sensors", "hypothesis": "Cheap ones will do"},
    Indicator: {"name": "Bays", "is_goal": False},
}


def values_of(model, **fields):
    values = {**PLAIN[model], **fields}
    return {"actor": make_actor(), **values} if model is Commitment else values


@pytest.mark.parametrize("model", PLAIN)
def test_members_write_and_nobody_else(mission, room, model):
    with pytest.raises(NoEntry):
        actions.add(model, mission, by=make_user(), **values_of(model))
    with pytest.raises(PermissionDenied):
        actions.add(model, mission, by=room.people["olle"], **values_of(model))
    with pytest.raises(NoEntry):  # staff keep only what has no space
        actions.add(model, mission, by=make_user(is_superuser=True), **values_of(model))
    thing = actions.add(model, mission, by=room.people["mia"], **values_of(model))
    for act in (
        lambda by: actions.edit(thing, by=by, version=1, **values_of(model)),
        lambda by: actions.remove(thing, by=by),
    ):
        with pytest.raises(NoEntry):
            act(make_user())
        with pytest.raises(PermissionDenied):
            act(room.people["olle"])
        act(room.people["mia"])
    assert list(model.objects.all()) == []


def test_staff_keep_a_mission_without_a_space():
    mission, staff = make_mission(), make_user(is_superuser=True)
    assert actions.add(Indicator, mission, by=staff, **values_of(Indicator)).number == 1
    with pytest.raises(NoEntry):
        actions.add(Indicator, mission, by=make_user(), **values_of(Indicator))


def test_nothing_is_written_when_the_mission_has_ended_or_its_space_rests(mission, room):
    one, mia = make_commitment(mission), room.people["mia"]
    type(room).objects.filter(pk=room.pk).update(state="paused")
    with pytest.raises(Frozen):
        actions.finish(one, by=mia, done_on=TODAY, result="x")
    type(room).objects.filter(pk=room.pk).update(state="open")
    Mission.objects.filter(pk=mission.pk).update(state="ended", ended_on=TODAY)
    with pytest.raises(Frozen):
        actions.finish(one, by=mia, done_on=TODAY, result="x")
    assert Commitment.objects.get().state == CommitmentState.PROMISED


def test_a_change_makes_the_mission_fresh_and_numbers_go_on(mission, room):
    Mission.objects.filter(pk=mission.pk).update(updated_at=timezone.now() - 90 * DAY)
    numbers = [
        actions.add(Experiment, mission, by=room.people["mia"], **values_of(Experiment)).number for _ in range(2)
    ]
    assert numbers == [1, 2]
    mission.refresh_from_db()
    assert mission.updated_at > timezone.now() - DAY


def test_who_saves_over_a_newer_version_is_stopped(mission, room):
    one = make_experiment(mission)
    actions.edit(one, by=room.people["mia"], version=1, **values_of(Experiment, title="First"))
    with pytest.raises(Outdated) as error:
        actions.edit(one, by=room.people["eva"], version=1, **values_of(Experiment, title="Second"))
    assert error.value.current.title == "First"


def test_the_later_of_two_people_sees_both_and_can_save_theirs(client, mission, room):
    make_indicator(mission, "Bays", target="50.5")
    sign_in(client, room.people["mia"])
    page = address("portfolio_edit", mission.slug, "indicator", 1)
    Indicator.objects.update(name="Living bays", version=2)
    response = client.post(page, {"name": "Shallow bays", "target": "50.5", "version": "1"})

    assert response.status_code == 409
    assert response.context["differences"] == [("What is measured", "Living bays", "Shallow bays")]
    client.post(page, {"name": "Shallow bays", "target": "50.5", "version": "2"})
    assert Indicator.objects.get().name == "Shallow bays"


# ── Promises ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_member_promises_through_the_form_and_the_person_hears_of_it(client, mission, room):
    statement = make_statement(mission)
    sign_in(client, room.people["eva"])
    page = address("portfolio_add", mission.slug, "commitment")
    assert client.get(page + "?statement=1").context["form"].initial == {"statement": statement}
    response = client.post(
        page,
        {
            "actor": room.firm.pk,
            "text": " Lend   a boat ",
            "due_on": TODAY,
            "wave": "2",
            "user": room.people["mia"].pk,
            "statement": statement.pk,
        },
    )

    assert response.status_code == 302
    one = Commitment.objects.get()
    assert (one.text, one.wave, one.due_on, one.user, one.actor) == (
        "Lend a boat", 2, TODAY, room.people["mia"], room.firm
    )  # fmt: skip
    assert list(Notification.objects.values_list("user", "kind", "why")) == [
        (room.people["mia"].pk, "promised", "owns")
    ]


def test_a_promise_takes_no_stranger_no_other_missions_statement_and_no_hidden_organisation(client, mission, room):
    elsewhere, hidden = make_statement(make_mission()), make_actor("Hidden", status="draft")
    mission.actors.add(hidden)
    values = values_of(Commitment, actor=room.firm)
    with pytest.raises(ValidationError) as error:
        actions.add(Commitment, mission, by=room.people["mia"], **{**values, "user": make_user()})
    assert list(error.value.message_dict) == ["user"]
    with pytest.raises(ValidationError) as error:
        actions.add(Commitment, mission, by=room.people["mia"], **{**values, "statement": elsewhere})
    assert list(error.value.message_dict) == ["statement"]
    sign_in(client, room.people["mia"])
    form = client.get(address("portfolio_add", mission.slug, "commitment")).context["form"]
    assert list(form.fields["actor"].queryset) == [room.firm]


def test_a_person_who_left_may_stay_on_a_promise_that_is_changed(mission, room):
    mia = room.people["mia"]
    one = make_commitment(mission, user=mia)
    room.members.filter(user=mia).delete()
    changed = actions.edit(one, by=room.people["eva"], version=1, **values_of(Commitment, user=mia, wave=3))
    assert (changed.user, changed.wave) == (mia, 3)


def test_members_see_who_has_left_and_are_led_to_choose_somebody_else(client, mission, room):
    mia = room.people["mia"]
    make_statement(mission, owner=mia)
    make_commitment(mission, user=mia)
    pages = [address(name, mission.slug) for name in ("mission", "mission_portfolio")]
    changes = [address("statement", mission.slug, 1), address("portfolio_edit", mission.slug, "commitment", 1)]
    sign_in(client, room.people["eva"])
    for page in pages:
        assert "has left the space" not in text_of(client.get(page))
    room.members.filter(user=mia).delete()
    for page, change in zip(pages, changes, strict=True):
        told = text_of(client.get(page))
        assert "has left the space" in told
        assert f'{change}">Choose somebody else' in client.get(page).content.decode()
        assert "Mia has left the space. Choose who takes over." in text_of(client.get(change))
    sign_in(client, make_user())
    for page in pages:
        assert "has left" not in text_of(client.get(page))


def test_a_promise_is_kept_with_what_came_of_it_and_can_be_opened_again(client, mission, room):
    one = make_commitment(mission)
    sign_in(client, room.people["mia"])
    page = address("commitment_finish", mission.slug, 1)
    assert client.post(page, {"done_on": TODAY + DAY, "result": "x"}).context["form"].errors.keys() == {"done_on"}
    assert client.post(page, {"done_on": TODAY, "result": ""}).context["form"].errors.keys() == {"result"}
    client.post(page, {"done_on": TODAY, "result": "Five bays measured"})
    one.refresh_from_db()
    assert (one.state, one.done_on, one.result) == ("done", TODAY, "Five bays measured")
    assert client.post(page, {"done_on": TODAY, "result": "Twice"}).status_code == 200  # it is kept already
    one.refresh_from_db()
    assert one.result == "Five bays measured"
    client.post(address("commitment_reopen", mission.slug, 1))
    one.refresh_from_db()
    assert (one.state, one.done_on) == ("promised", None)
    client.post(address("commitment_reopen", mission.slug, 1))
    assert "another state" in text_of(client.get(page))


def test_a_new_day_is_called_to_mind_anew(mission, room):
    one = make_commitment(mission, due_on=TODAY, reminded=Reminded.PASSED)
    values = values_of(Commitment, actor=one.actor)
    actions.edit(one, by=room.people["eva"], version=1, **{**values, "due_on": TODAY})
    one.refresh_from_db()
    assert one.reminded == Reminded.PASSED
    actions.edit(one, by=room.people["eva"], version=2, **{**values, "due_on": TODAY + DAY})
    one.refresh_from_db()
    assert one.reminded == Reminded.NOT_YET


def test_what_is_removed_stays_in_the_log(client, mission, room):
    make_commitment(mission, "Lend a boat")
    sign_in(client, room.people["mia"])
    page = address("portfolio_remove", mission.slug, "commitment", 1)
    assert "Lend a boat" in text_of(client.get(page))
    client.post(page)
    assert not Commitment.objects.exists()
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.reason, entry.by) == ("commitment.remove", "Lend a boat", room.people["mia"])


def test_offers_and_what_was_refused_are_not_changed_as_promises(client, mission, room):
    for state in ("offered", "declined", "withdrawn"):
        make_commitment(mission, state=state)
    sign_in(client, room.people["mia"])
    for number in (1, 2, 3):
        for name in ("portfolio_edit", "portfolio_remove"):
            assert client.get(address(name, mission.slug, "commitment", number)).status_code == 404
    with pytest.raises(NoEntry):
        actions.remove(Commitment.objects.first(), by=room.people["mia"])


# ── Experiments ──────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"starts_on": "2026-05-02", "ends_on": "2026-05-01"}, {"ends_on"}),
        ({"verdict": "scale"}, {"outcome", "learning"}),
        ({"verdict": "scale", "outcome": "It worked"}, {"learning"}),
        ({"verdict": "nonsense", "outcome": "x", "learning": "x"}, {"verdict"}),
        ({"hypothesis": ""}, {"hypothesis"}),
    ],
)
def test_an_experiment_takes_no_days_out_of_order_and_no_verdict_without_a_reason(client, mission, room, typed, wrong):
    sign_in(client, room.people["mia"])
    values = {"title": "Sensors", "hypothesis": "Cheap ones will do", **typed}
    response = client.post(address("portfolio_add", mission.slug, "experiment"), values)
    assert response.context["form"].errors.keys() == wrong
    assert not Experiment.objects.exists()


def test_an_experiment_gets_its_verdict(client, mission, room):
    make_experiment(mission)
    sign_in(client, room.people["mia"])
    values = {"title": "Sensors", "hypothesis": "x", "outcome": "It worked", "learning": "Much", "verdict": "scale"}
    client.post(address("portfolio_edit", mission.slug, "experiment", 1), {**values, "version": "1"})
    assert Experiment.objects.get().verdict == Verdict.SCALE


# ── Indicators ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_what_shows_an_experiment_is_added_read_by_who_may_and_taken_away(client, mission, room):
    trial, plan = make_experiment(mission, "Sensors"), make_document(room, "Plan.txt")
    sign_in(client, room.people["mia"])
    page, form = address("mission_portfolio", mission.slug), address("experiment_evidence", mission.slug, trial.number)
    said = {"words": "Cheap ones held", "dated_on": f"{TODAY}"}
    client.post(form, said)
    assert not trial.evidence.exists(), "words alone are no evidence"
    client.post(form, said | {"document": plan.pk})
    client.post(form, said | {"url": "https://example.org/", "is_against": "on", "words": "One broke"})
    assert [one.words for one in trial.evidence.order_by("pk")] == ["Cheap ones held", "One broke"]
    inside = text_of(client.get(page))
    assert "Cheap ones held" in inside
    assert "Plan" in inside
    client.logout()
    outside = text_of(client.get(page))
    assert "evidence held by the partnership" in outside
    assert "One broke" in outside
    for hidden in ("Cheap ones held", "Plan", "/remove/"):
        assert hidden not in outside
    sign_in(client, room.people["mia"])
    first = trial.evidence.order_by("pk").first()
    client.post(address("experiment_evidence_remove", mission.slug, trial.number, first.pk))
    assert [one.words for one in trial.evidence.all()] == ["One broke"]


def test_whoever_may_read_an_open_space_reads_what_shows_an_experiment(client, mission, room):
    make_evidence(make_experiment(mission), "Cheap ones held", document=make_document(room, "Plan.txt"))
    sign_in(client, make_user())
    page = address("mission_portfolio", mission.slug)
    assert "Cheap ones held" not in text_of(client.get(page))
    Space.objects.update(access="registered")
    assert "Cheap ones held" in text_of(client.get(page))
    client.logout()
    assert "Cheap ones held" not in text_of(client.get(page))


def test_an_experiment_takes_no_evidence_from_elsewhere_nor_from_who_may_not_write(mission, room):
    trial, eva = make_experiment(mission), room.people["eva"]
    other = make_space(coordinator=eva)
    elsewhere = [{"document": make_document(other).pk}, {"decision": make_decision(other).pk}, {"measurement": 1}]
    for thing in elsewhere:
        with pytest.raises(ValidationError):
            actions.attach(trial, by=eva, thing=thing, words="x")
    for person, error in ((room.people["olle"], PermissionDenied), (make_user(), NoEntry)):
        with pytest.raises(error):
            actions.attach(trial, by=person, thing={"url": "https://example.org/"}, words="x")
    proof = make_evidence(trial)
    with pytest.raises(NoEntry):
        actions.detach(proof, by=make_user())
    assert trial.evidence.count() == 1


def test_an_indicator_whose_target_is_its_baseline_is_refused_in_words(client, mission, room):
    sign_in(client, room.people["mia"])
    values = {"name": "Bays", "baseline": "5", "target": "5.0"}
    response = client.post(address("portfolio_add", mission.slug, "indicator"), values)
    assert response.context["form"].errors.keys() == {"target"}


def test_one_indicator_measures_the_goal(client, mission, room):
    make_indicator(mission, "Bays", is_goal=True)
    sign_in(client, room.people["mia"])
    page = address("portfolio_add", mission.slug, "indicator")
    response = client.post(page, {"name": "Fish", "is_goal": "on"})
    assert "“Bays” measures the goal already" in text_of(response)
    assert Indicator.objects.count() == 1
    response = client.post(
        address("portfolio_edit", mission.slug, "indicator", 1), {"name": "B", "is_goal": "on", "version": "1"}
    )
    assert response.status_code == 302


def test_a_day_has_one_value_and_a_correction_is_logged(client, mission, room):
    make_indicator(mission, "Bays")
    sign_in(client, room.people["mia"])
    page = address("indicator_values", mission.slug, 1)
    for day, value, wrong in (
        (TODAY - DAY, "12.5", None),
        (TODAY - DAY, "13", "on"),
        (TODAY + DAY, "13", "on"),
        (TODAY, "many", "value"),
    ):
        response = client.post(page, {"on": day, "value": value})
        assert (response.status_code == 302) if wrong is None else (response.context["form"].errors.keys() == {wrong})
    measurement = Indicator.objects.get().measurements.get()
    one = address("measurement_edit", mission.slug, 1, measurement.pk)
    assert client.get(one).context["form"]["value"].value() == "12.5"
    client.post(one, {"value": "13", "note": "Read wrong"})
    measurement.refresh_from_db()
    assert (measurement.value, measurement.note) == (13, "Read wrong")
    client.post(one, {"remove": "1"})
    said = [entry.reason for entry in AuditEntry.objects.order_by("pk")]
    assert said == [f"Bays, {TODAY - DAY}: 12.500 → 13", f"Bays, {TODAY - DAY}: 13.000"]
    assert not Indicator.objects.get().measurements.exists()


def test_a_value_in_swedish_is_read_with_its_comma(client, mission, room):
    make_indicator(mission)
    sign_in(client, room.people["mia"])
    with override("sv"):
        page = reverse("indicator_values", args=[mission.slug, 1])
    client.post(page, {"on": TODAY, "value": "1 234,5"})
    assert float(Indicator.objects.get().measurements.get().value) == 1234.5


def test_what_is_in_another_mission_is_not_reached_through_ones_own(client, mission, room):
    other = make_mission()
    make_indicator(mission)
    foreign = make_indicator(other, values=[(TODAY, 1)]).measurements.get()
    sign_in(client, room.people["mia"])
    assert client.get(address("measurement_edit", mission.slug, 1, foreign.pk)).status_code == 404
    assert client.get(address("portfolio_edit", other.slug, "indicator", 1)).status_code == 404


def test_the_database_keeps_order_where_no_form_stands_in_between(mission):
    for wrong in (
        lambda: make_indicator(mission, baseline=5, target=5),
        lambda: make_experiment(mission, starts_on=TODAY, ends_on=TODAY - DAY),
        lambda: make_experiment(mission, verdict="stop"),
        lambda: make_commitment(mission, state="done"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong()
