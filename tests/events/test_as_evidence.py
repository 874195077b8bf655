"""An event shows something in a mission: which ones can be chosen, and who learns which event it was."""

import json
from html import unescape

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from events.models import Audience, Event, EventState
from missions.actions import argument, portfolio, runs
from missions.models import Evidence, OutputEvidence, StageState
from missions.public_record import missions_of
from platforms.models import Space
from tests.events.making import make_event
from tests.factories import make_space, make_user
from tests.missions.filling import make_experiment
from tests.missions.making import make_evidence, make_mission, make_statement
from tests.missions.running import make_version

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
INNER = {"audience": Audience.PARTNERSHIP, "state": EventState.HELD, "days": -3}
HELD = "vidence held by the partnership"


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def eva():
    return make_user("eva@example.org", name="Eva Ek")


@pytest.fixture
def mission(eva):
    return make_mission("Living Bays", space=make_space("Room", coordinator=eva))


@pytest.fixture
def stage(mission, eva):
    run = runs.start_run(mission, by=eva, version=make_version())
    stage = run.stages.get(state=StageState.OPEN)
    stage.run = run
    return stage


def read(client, name, *args, user=None):
    client.logout()
    if user:
        client.force_login(user, backend=BACKEND)
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def offered(client, mission, user):
    """The events that the form for evidence of the mission's stage lets `user` choose."""
    client.force_login(user, backend=BACKEND)
    answer = client.get(reverse("stage_evidence", args=[mission.slug, 1, "ett", "ett-out"]))
    field = answer.context["form"].fields.get("event")
    return [int(value) for value, _words in field.choices if value] if field else []


def test_events_that_have_begun_and_that_the_people_of_the_space_may_see_are_offered(client, mission, stage, eva):
    partnership = mission.space.partnership
    assert offered(client, mission, eva) == []
    seen = [
        make_event("Public day", days=-1, state=EventState.HELD),
        make_event("For people with an account", days=-2, audience=Audience.REGISTERED),
        make_event("Ours", space=mission.space, **INNER),
        make_event("Of all in the partnership", partnership=partnership, **INNER | {"days": -4}),
    ]
    make_event("Not yet", days=1)
    make_event("Cancelled", days=-1, state=EventState.CANCELLED, reason="Snow")
    make_event("Draft", days=-1, state=EventState.DRAFT)
    make_event("Of another space", space=make_space("Other", partnership=partnership), **INNER)
    make_event("Of another partnership", partnership=make_space("Far").partnership, **INNER)
    assert offered(client, mission, eva) == [event.pk for event in seen]


def test_an_event_shows_an_output_a_statement_and_an_experiment(client, mission, stage, eva):
    event = make_event("Walk along the bay", days=-1, state=EventState.HELD)
    statement, experiment = make_statement(mission), make_experiment(mission)
    client.force_login(eva, backend=BACKEND)
    said = {"words": "It was seen", "dated_on": "2026-05-01", "event": event.pk}
    slug = mission.slug
    for name, args, more in (
        ("stage_evidence", [slug, 1, "ett", "ett-out"], {}),
        ("evidence_new", [slug, statement.number], {"confidence": "shown"}),
        ("experiment_evidence", [slug, experiment.number], {}),
    ):
        answer = client.post(reverse(name, args=args), said | more)
        assert answer.status_code == 302, unescape(answer.content.decode())
    things = [
        *Evidence.objects.values_list("thing", flat=True),
        *OutputEvidence.objects.values_list("thing", flat=True),
    ]
    assert things == [f"event:{event.pk}"] * 3
    for page in (("run_stage", 1, "ett"), ("mission",), ("mission_portfolio",), ("statement", statement.number)):
        user = eva if page[0] == "statement" else None
        assert f'href="{event.get_absolute_url()}">Walk along the bay – ' in read(
            client, page[0], slug, *page[1:], user=user
        ), page


def test_two_things_at_once_are_refused_and_nothing_typed_is_lost(client, mission, stage, eva):
    event = make_event("Walk", days=-1)
    client.force_login(eva, backend=BACKEND)
    said = {"words": "My words", "event": event.pk, "url": "https://example.org/"}
    answer = client.post(reverse("stage_evidence", args=[mission.slug, 1, "ett", "ett-out"]), said)
    page = unescape(answer.content.decode())
    assert "Choose one thing from the lists, or give a web address." in page
    assert 'value="My words"' in page
    assert f'<option value="{event.pk}" selected' in page
    assert not OutputEvidence.objects.exists()


@pytest.mark.parametrize("changed", [{"state": EventState.DRAFT}, {"audience": Audience.PARTNERSHIP}])
def test_an_event_that_went_out_of_sight_meanwhile_can_not_be_chosen(mission, stage, eva, changed):
    event = make_event("Walk", days=-1, space=make_space("Other"))
    Event.objects.filter(pk=event.pk).update(**changed)
    thing = {"event": event.pk}
    for act in (
        lambda: runs.attach(stage, "ett-out", by=eva, thing=thing),
        lambda: portfolio.attach(make_experiment(mission), by=eva, thing=thing, words="x"),
        lambda: argument.prove(make_statement(mission), by=eva, thing=thing, words="x", confidence="shown"),
    ):
        with pytest.raises(ValidationError) as error:
            act()
        assert error.value.message_dict == {"event": ["That can not be chosen any more."]}


def test_strangers_learn_only_that_the_partnership_holds_evidence(client, mission, stage, eva):
    event = make_event("Secret Meeting", space=mission.space, **INNER)
    runs.attach(stage, "ett-out", by=eva, thing={"event": event.pk}, words="secret words")
    statement = make_statement(mission)
    make_evidence(statement, "secret proof", thing=f"event:{event.pk}")
    make_evidence(make_experiment(mission), "secret proof", thing=f"event:{event.pk}")
    pages = (("run_stage", 1, "ett"), ("mission",), ("mission_portfolio",))
    for name, *args in pages:
        for user in (None, make_user()):
            page = read(client, name, mission.slug, *args, user=user)
            assert HELD in page, name
            assert "ecret" not in page, name
            assert event.slug not in page, name
        assert "Secret Meeting" in read(client, name, mission.slug, *args, user=eva)


def test_an_event_of_the_space_that_the_mission_has_left_is_held_back_from_its_people(client, mission, eva):
    event = make_event("Secret Meeting", space=mission.space, **INNER)
    statement = make_statement(mission)
    make_evidence(statement, "It was seen", thing=f"event:{event.pk}")
    Space.objects.filter(pk=mission.space_id).update(partnership=make_space("Far").partnership)
    Event.objects.filter(pk=event.pk).update(space=make_space("Other"))
    page = read(client, "statement", mission.slug, statement.number, user=eva)
    assert "lies in another space" in page
    assert "Secret Meeting" not in page


def test_an_event_that_is_a_draft_again_is_told_to_nobody(client, mission, eva):
    event = make_event("Secret Meeting", days=-1)
    statement = make_statement(mission)
    make_evidence(statement, "It was seen", thing=f"event:{event.pk}")
    assert "Secret Meeting" in read(client, "mission", mission.slug)
    Event.objects.filter(pk=event.pk).update(state=EventState.DRAFT)
    assert "Secret Meeting" not in read(client, "mission", mission.slug)
    assert "Secret Meeting" not in read(client, "statement", mission.slug, statement.number, user=eva)


def test_the_registrar_gets_the_event_by_name(mission, stage, eva):
    event = make_event("Walk along the bay", space=mission.space, **INNER)
    runs.attach(stage, "ett-out", by=eva, thing={"event": event.pk})
    make_evidence(make_statement(mission), thing=f"event:{event.pk}")
    make_evidence(make_statement(mission), thing="event:999999")
    kept = json.dumps(missions_of(mission.space), default=str, ensure_ascii=False)
    assert kept.count("Walk along the bay – ") == 2
    assert "event:999999" in kept


def test_many_events_as_evidence_cost_one_question(client, mission, stage, eva):
    statement = make_statement(mission)
    pages = (("run_stage", 1, "ett"), ("mission",), ("mission_portfolio",))

    def asked(name, *args):
        with CaptureQueriesContext(connection) as caught:
            read(client, name, mission.slug, *args)
        return len(caught)

    def add(number):
        for _each in range(number):
            event = make_event(days=-1)
            make_evidence(statement, thing=f"event:{event.pk}")
            make_evidence(make_experiment(mission), thing=f"event:{event.pk}")
            runs.attach(stage, "ett-out", by=eva, thing={"event": event.pk})

    add(1)
    few = [asked(*page) for page in pages]
    add(5)
    assert [asked(*page) for page in pages] == few


@pytest.mark.parametrize("thing", ["event", "event:", "event:x", "event:0", "Event:1", "event:1 "])
def test_the_database_refuses_what_is_no_thing(mission, thing):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_evidence(make_statement(mission), thing=thing)
