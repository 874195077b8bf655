"""Programmes: who keeps them, how a step is done, when it is completed, and who sees how far others have come."""

import json

import pypdfium2
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.mine import parts
from events.actions import programmes as actions
from events.models import Attendance, Participant, Programme, ProgrammeStep, StepDone, StepKind
from events.programme_certificate import certificate_of, facts_of
from platforms.actions import Outdated
from tests.events.making import make_event, make_event_keeper, make_registration
from tests.factories import make_actor, make_user
from tests.staff import sign_in
from web import region

pytestmark = pytest.mark.django_db


def make_programme(*kinds, **fields):
    """A public programme with steps of these kinds."""
    number = Programme.objects.count() + 1
    values = {
        "slug": f"programme-{number}",
        "title_sv": f"Programme {number}",
        "ability_sv": "Leda",
        "is_published": True,
    }
    made = Programme.objects.create(**{**values, **fields})
    for place, kind in enumerate(kinds, 1):
        event = make_event(f"Meeting {place}", days=-3) if kind == StepKind.EVENT else None
        made.steps.create(number=place, kind=kind, event=event, title_sv="" if event else f"Step {place}")
    return made


@pytest.fixture(autouse=True)
def as_it_was():
    """A page in English leaves its language behind."""
    with translation.override("sv"):
        yield


@pytest.fixture
def keeper():
    return make_event_keeper()


@pytest.fixture
def eva():
    return make_user("eva@example.org", name="Eva Ek")


def client_of(user):
    client = Client()
    if user.is_staff:
        sign_in(client, user)
    else:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def address(name, *args):
    with translation.override("en"):
        return reverse(name, args=args)


def get(user, name, *args):
    return (client_of(user) if user else Client()).get(address(name, *args))


# ── Keeping ──────────────────────────────────────────────────────────────────────────────────────────────────────────
SECTION = ("event_list", "event_archive", "programme_list", "ability")


@pytest.mark.parametrize("name", SECTION)
def test_events_programmes_and_ability_lead_to_each_other_under_events_in_the_menu(name):
    html = get(None, name).content.decode()
    tabs = html[html.index('<nav class="tabs') :].partition("</nav>")[0]
    menu = html[html.index('<nav class="main') :].partition("</nav>")[0]

    assert [one for one in SECTION if f'href="{address(one)}"' in tabs] == list(SECTION)
    assert tabs.count("aria-current") == 1 and f'href="{address(name)}" aria-current="page"' in tabs
    assert f'href="{address("event_list")}" aria-current=' in menu and menu.count("aria-current") == 1


def test_a_draft_is_seen_by_staff_only_and_needs_a_step_to_become_public(keeper, eva):
    draft = actions.begin(by=keeper, title_sv="Leda missioner", ability_sv="Leda")
    assert [get(user, "programme", draft.slug).status_code for user in (None, eva, keeper)] == [404, 404, 200]
    with pytest.raises(ValidationError):
        actions.publish(draft, by=keeper)

    actions.add_step(draft, by=keeper, version=1, kind=StepKind.STUDY, title_sv="Läs")
    actions.publish(draft, by=keeper)
    assert get(None, "programme", draft.slug).status_code == 200


def test_two_programmes_of_one_title_have_addresses_of_their_own_and_none_takes_a_page(keeper):
    slugs = [actions.begin(by=keeper, title_sv=title, ability_sv="A").slug for title in ("Leda", "Leda", "New")]

    assert slugs == ["leda", "leda-2", "new-2"]


def test_of_two_who_change_a_programme_the_later_is_told(keeper):
    programme = make_programme(StepKind.STUDY)
    step = programme.steps.get()
    actions.change_step(step, by=keeper, version=1, title_sv="Läs kapitel ett")
    for act in (
        lambda: actions.change(programme, by=keeper, version=1, title_sv="B"),
        lambda: actions.change_step(step, by=keeper, version=1, title_sv="Annat"),
        lambda: actions.add_step(programme, by=keeper, version=1, kind=StepKind.STUDY, title_sv="C"),
    ):
        with pytest.raises(Outdated):
            act()


def test_somebody_elses_save_is_shown_beside_what_was_typed(keeper):
    programme = make_programme(StepKind.STUDY)
    actions.change(programme, by=keeper, version=1, title_sv="Saved by another")
    typed = {"title_sv": "Typed by me", "ability_sv": "Leda", "version": "1"}

    answer = client_of(keeper).post(address("programme_edit", programme.slug), typed)

    assert answer.status_code == 409
    assert "Saved by another" in answer.content.decode() and "Typed by me" in answer.content.decode()


def test_steps_are_moved_and_removed_and_their_numbers_have_no_holes(keeper):
    programme = make_programme(StepKind.STUDY, StepKind.TASK, StepKind.STUDY)
    first, second, third = programme.steps.all()

    actions.move_step(third, by=keeper, up=True)
    actions.move_step(first, by=keeper, up=True)
    programme.refresh_from_db()
    actions.remove_step(second, by=keeper, version=programme.version)

    assert list(programme.steps.values_list("pk", "number")) == [(first.pk, 1), (third.pk, 2)]


def test_a_step_that_somebody_has_done_stays(keeper, eva):
    programme = make_programme(StepKind.STUDY, StepKind.STUDY)
    step = programme.steps.first()
    actions.say_done(actions.join(programme, by=eva), step, by=eva)

    with pytest.raises(ValidationError):
        actions.remove_step(step, by=keeper, version=step.programme.version)


@pytest.mark.parametrize("name", ["change", "publish", "add_step"])
def test_only_staff_who_keep_programmes_change_them(name, eva):
    programme = make_programme()
    values = {} if name == "publish" else {"version": 1}
    with pytest.raises(PermissionDenied):
        getattr(actions, name)(programme, by=eva, **values)


# ── Taking part ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_person_joins_once_for_an_organisation_that_they_represent(eva):
    programme, ours, foreign = make_programme(StepKind.STUDY), make_actor(representatives=[eva]), make_actor()

    with pytest.raises(ValidationError):
        actions.join(programme, by=eva, actor=foreign)
    actions.join(programme, by=eva, actor=ours)
    actions.join(programme, by=eva)

    assert Participant.objects.get().actor is None


def test_a_hand_made_request_does_not_join_for_a_foreign_organisation(eva):
    programme, foreign = make_programme(StepKind.STUDY), make_actor()

    client_of(eva).post(address("programme_join", programme.slug), {"actor": foreign.pk})

    assert not Participant.objects.exists()


def test_nobody_joins_a_draft(eva):
    with pytest.raises(PermissionDenied):
        actions.join(make_programme(StepKind.STUDY, is_published=False), by=eva)


def test_coming_saying_so_and_an_accepted_task_complete_the_programme(eva, keeper):
    programme = make_programme(StepKind.EVENT, StepKind.STUDY, StepKind.TASK)
    meeting, study, task = programme.steps.all()
    me = actions.join(programme, by=eva)
    make_registration(meeting.event, eva, came=True)

    actions.note_attendance()
    actions.say_done(me, study, by=eva)
    done = actions.hand_in(me, task, by=eva, words="Vår plan")
    me.refresh_from_db()
    assert me.completed_at is None

    actions.judge(done, by=keeper, is_accepted=True, answer="Bra")
    me.refresh_from_db()
    assert me.completed_at is not None


def test_having_come_is_noted_when_one_joins_later_and_outlives_the_registration(eva):
    programme = make_programme(StepKind.EVENT)
    registration = make_registration(programme.steps.get().event, eva, came=True)

    me = actions.join(programme, by=eva)
    registration.delete()

    assert Participant.objects.get(pk=me.pk).completed_at is not None


@pytest.mark.parametrize("came", [None, False])
def test_being_signed_up_is_not_coming(eva, came):
    programme = make_programme(StepKind.EVENT)
    actions.join(programme, by=eva)
    make_registration(programme.steps.get().event, eva, came=came)

    actions.note_attendance()

    assert not StepDone.objects.exists()


def test_nobody_completes_a_programme_by_what_another_did(eva):
    programme, bo = make_programme(StepKind.EVENT, StepKind.STUDY), make_user()
    meeting, study = programme.steps.all()
    mine, others = actions.join(programme, by=eva), actions.join(programme, by=bo)
    make_registration(meeting.event, bo, came=True)
    actions.say_done(mine, study, by=eva)

    actions.note_attendance()

    assert not Participant.objects.filter(completed_at__isnull=False).exists()
    assert list(others.done.values_list("step", flat=True)) == [meeting.pk]


def test_a_task_that_is_sent_back_is_handed_in_anew_and_an_accepted_one_stays(eva, keeper):
    programme = make_programme(StepKind.TASK)
    me, task = actions.join(programme, by=eva), programme.steps.get()
    done = actions.hand_in(me, task, by=eva, words="Kort")
    actions.judge(done, by=keeper, is_accepted=False, answer="Mer, tack")
    assert StepDone.objects.get().answer == "Mer, tack"

    actions.hand_in(me, task, by=eva, words="Längre")
    done.refresh_from_db()
    assert (done.words, done.answer) == ("Längre", "")
    actions.judge(done, by=keeper, is_accepted=True, answer="")
    with pytest.raises(ValidationError):
        actions.hand_in(me, task, by=eva, words="Annat")


@pytest.mark.parametrize(("kind", "act"), [(StepKind.TASK, "say_done"), (StepKind.EVENT, "say_done")])
def test_a_step_is_done_in_its_own_way_only(eva, kind, act):
    programme = make_programme(kind)
    me = actions.join(programme, by=eva)
    with pytest.raises(ValidationError):
        getattr(actions, act)(me, programme.steps.get(), by=eva)


def test_nobody_acts_for_another_participant(eva, keeper):
    programme = make_programme(StepKind.STUDY)
    me = actions.join(programme, by=eva)
    for act in (
        lambda: actions.say_done(me, programme.steps.get(), by=keeper),
        lambda: actions.leave(me, by=keeper),
    ):
        with pytest.raises(PermissionDenied):
            act()


# ── Pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_names_are_seen_by_staff_and_by_those_who_represent_the_organisation(eva, keeper):
    programme, boss = make_programme(StepKind.STUDY), make_user()
    ours = make_actor("Our Firm", representatives=[eva, boss])
    actions.join(programme, by=eva, actor=ours)
    other = make_user("other@example.org", name="Olle Other")
    actions.join(programme, by=other)

    seen = {user: get(user, "programme_people", programme.slug) for user in (keeper, boss, other, make_user())}
    statuses = [answer.status_code for answer in seen.values()]
    assert statuses == [200, 200, 404, 404]
    assert "Olle Other" in seen[keeper].content.decode()
    assert "Eva Ek" in seen[boss].content.decode() and "Olle Other" not in seen[boss].content.decode()
    assert "2 participants" in get(None, "programme", programme.slug).content.decode()


def test_an_organisation_sees_how_many_of_it_came_as_it_was_counted(eva):
    programme = make_programme(StepKind.EVENT)
    ours = make_actor(representatives=[eva])
    actions.join(programme, by=eva, actor=ours)
    Attendance.objects.create(event=programme.steps.get().event, actor=ours, people=5)

    assert "5 attendances" in get(eva, "programme_people", programme.slug).content.decode()


def test_only_whoever_completed_a_programme_gets_its_certificate(eva):
    programme = make_programme(StepKind.STUDY)
    me = actions.join(programme, by=eva, actor=make_actor("Our Firm", representatives=[eva]))
    assert get(eva, "programme_certificate", programme.slug).status_code == 404

    actions.say_done(me, programme.steps.get(), by=eva)
    answer = get(eva, "programme_certificate", programme.slug)
    assert answer.status_code == 200 and answer.content.startswith(b"%PDF")
    assert get(make_user(), "programme_certificate", programme.slug).status_code == 404


def test_the_certificate_says_who_did_what_and_is_tagged(eva):
    programme = make_programme(StepKind.STUDY)
    me = actions.join(programme, by=eva, actor=make_actor("Our Firm", representatives=[eva]))
    actions.say_done(me, programme.steps.get(), by=eva)
    me.refresh_from_db()

    facts = facts_of(me)
    assert (facts["name"], facts["for"], [one["title"] for one in facts["steps"]]) == ("Eva Ek", "Our Firm", ["Step 1"])
    made = certificate_of(me)
    assert b"StructTreeRoot" in made
    [page] = pypdfium2.PdfDocument(made)
    assert region.current().emblem.text in page.get_textpage().get_text_range().replace("\r\n", " ")


def test_a_person_gets_their_data_and_closing_the_account_takes_it_away(eva):
    programme = make_programme(StepKind.TASK)
    actions.hand_in(actions.join(programme, by=eva), programme.steps.get(), by=eva, words="Min plan")
    part = next(one for one in parts() if one.key == "ability")

    assert json.loads(json.dumps(part.data(eva)))["steps_done"][0]["words"] == "Min plan"
    line = part.page(eva)["lines"][0]
    assert (line.title, line.done, line.total, line.url) == ("Programme 1", 0, 1, programme.get_absolute_url())
    part.close(eva)
    assert not StepDone.objects.exists()


@pytest.mark.parametrize("number", [1, 3])
def test_the_pages_ask_as_much_for_many_as_for_one(number, eva, django_assert_num_queries):
    for _ in range(number):
        programme = make_programme(*[StepKind.EVENT] * number)
        for _ in range(number):
            actions.join(programme, by=make_user())
    with django_assert_num_queries(1):
        get(None, "programme_list")
    with django_assert_num_queries(3):
        get(None, "programme", programme.slug)


def test_an_event_step_needs_its_event_and_others_a_title(keeper):
    programme = make_programme(StepKind.STUDY)
    url = address("programme_step_new", programme.slug)
    for typed in ({"kind": "event", "version": "1"}, {"kind": "task", "version": "1"}):
        assert client_of(keeper).post(url, typed).status_code == 200
    assert ProgrammeStep.objects.count() == 1
