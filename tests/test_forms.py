"""Whatever is typed into any form of ours: valid, or an error in the form; never an exception.

The forms of registration and of one's account are judged in tests/actors/test_forms.py; the rest here. A form that is
in neither place fails.
"""

import ast
from importlib import import_module

import pytest
from allauth.core import context
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings as configured
from django.contrib import admin
from django.contrib.sessions.backends.db import SessionStore
from django.forms import BaseForm
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from accounts import signing_in
from accounts.forms import CloseForm, PersonForm, SignUpForm
from actors.admin.actor import ActorForm, RepresentativeForm
from actors.admin.bulk import BulkForm
from actors.admin.merging import MergeForm
from actors.admin.review import DecisionForm
from actors.forms import Places, ProfileForm
from actors.models import Actor
from events.admin import EventAdminForm
from events.forms import matching as meeting
from events.forms import registration as signing_up
from events.forms.ability import AbilityForm, InRoleForm, NewRoundForm, RoundForm
from events.forms.ability import AskForm as AskRoundForm
from events.forms.door import AskForm, CameListForm, HeadcountForm, PeriodForm, WalkInForm
from events.forms.event import CancelForm, CopyForm, EventForm, HoldForm, SeriesForm
from events.forms.event import MoveForm as MoveEventForm
from events.forms.event import StepForm as EventStepForm
from events.forms.programme import HandInForm, JoinProgrammeForm, JudgeForm, ProgrammeForm, StepForm, Versioned
from events.models import Assessment, Event, EventSeries, Question
from insight.forms import ChoiceForm, SubscribeForm
from missions.actions.runs import start_run
from missions.admin import MissionForm
from missions.forms import learning as looking_back
from missions.forms import runs as running
from missions.forms.argument import EvidenceForm, ExperimentEvidenceForm, StatementForm, ThingForm
from missions.forms.methods import NewMethodForm, PublishForm, SaidForm, StageForm, TextsForm, WhyForm
from missions.forms.mission import CriteriaForm, EndForm, GoalForm, NewMissionForm, RelocateForm
from missions.forms.needs import NeedForm
from missions.forms.offers import OfferAnswerForm, OfferForm
from missions.forms.portfolio import (
    CommitmentForm,
    CorrectionForm,
    DoneForm,
    ExperimentForm,
    IndicatorForm,
    MeasurementForm,
    PortfolioForm,
)
from missions.models import Criterion, Method, MethodRole, Mission, Run, RunStage
from notifications.contact import ContactForm
from notifications.forms import DigestForm, LiftForm
from platforms import admin as partnership_admin
from platforms.forms.decisions import AnswerForm, ProposalForm, RecordForm, TaskForm
from platforms.forms.documents import TitleForm, UploadForm, VersionForm
from platforms.forms.ending import ReportForm, SettingsForm
from platforms.forms.invitations import DeclineForm, InviteForm, LinkForm, NameAndAddressForm, NameForm, PassOnForm
from platforms.forms.members import DecideForm, JoinForm, LeaveForm, MemberForm, SelfForm, WelcomeForm
from platforms.forms.partnerships import SpaceForm
from platforms.forms.people import PeopleForm
from platforms.forms.talk import MoveForm, PostEditForm, PostForm, ThreadForm
from platforms.models import Partnership, Space
from tests.actors.test_forms import ANYTHING, MANY, PLAIN, PROFILE, answers
from tests.events.judging import make_assessment, make_round
from tests.events.making import make_event
from tests.factories import (
    make_actor,
    make_decision,
    make_document,
    make_partnership,
    make_space,
    make_task,
    make_user,
)
from tests.missions.making import make_criteria, make_indicator, make_mission, make_statement
from tests.missions.method_making import make_method, make_run
from tests.missions.running import make_version
from web.views import SampleForm

REGISTER = [
    ContactForm,
    DigestForm,
    LiftForm,
    SampleForm,
    SignUpForm,
    Places,
    DecisionForm,
    BulkForm,
    MergeForm,
    RepresentativeForm,
]
MEMBERSHIP = [SelfForm, MemberForm, WelcomeForm, LeaveForm, JoinForm, DecideForm]
INVITING = [InviteForm, NameForm, NameAndAddressForm, DeclineForm, PassOnForm, LinkForm]
WORK = [ProposalForm, AnswerForm, UploadForm, VersionForm, TitleForm]
TALK = [ThreadForm, PostForm, PostEditForm]
NEWS = [ChoiceForm, SubscribeForm]
MEETINGS = [meeting.AskForm, meeting.FillForm, meeting.TimesForm, meeting.ProfileForm]
MISSIONS = [DoneForm, MeasurementForm, CorrectionForm, OfferForm, OfferAnswerForm, GoalForm, NewMissionForm, EndForm]
MISSIONS += [RelocateForm]
OF_A_MISSION = [CommitmentForm, ExperimentForm, IndicatorForm, StatementForm, NeedForm]
OF_A_MISSION += [EvidenceForm, ExperimentEvidenceForm]
RUNS = [running.RunForm, running.OutputForm, running.SkipForm]
RUNS += [looking_back.ReviewForm, looking_back.SettleForm, looking_back.CloseForm]
OF_A_RUN = [running.OutputEvidenceForm, running.GateForm, running.RoleForm, looking_back.ProposalForm]
EVENT_PEOPLE = [WalkInForm, CameListForm, AskForm, HeadcountForm, PeriodForm]
ABILITY = [RoundForm, NewRoundForm, InRoleForm, ProgrammeForm, StepForm, HandInForm, JudgeForm]
OF_ORGANISATIONS = [AskRoundForm, JoinProgrammeForm]
OTHERS = [
    *ABILITY,
    *REGISTER,
    *MEMBERSHIP,
    *INVITING,
    *WORK,
    *TALK,
    *MISSIONS,
    *NEWS,
    *MEETINGS,
    *RUNS,
    *EVENT_PEOPLE,
    ReportForm,
    SettingsForm,
    SpaceForm,
    PublishForm,
    NewMethodForm,
]
OF_A_METHOD = [WhyForm, TextsForm, StageForm]
OF_A_SPACE = [RecordForm, TaskForm]
OF_AN_EVENT = [CopyForm, EventForm, HoldForm, MoveEventForm, SeriesForm, EventStepForm, CancelForm]
SIGNING_IN = [
    signing_in.AskForCodeForm,
    signing_in.SignInForm,
    signing_in.NewAccountForm,
    signing_in.ForgottenPasswordForm,
    signing_in.NewAddressForm,
]
KEYS = [signing_in.AddKeyForm, signing_in.EditKeyForm]
CODES = [signing_in.LoginCodeForm, signing_in.SignUpCodeForm, signing_in.ResetCodeForm]
SIGNING_UP = [signing_up.GuestForm, signing_up.PersonForm, signing_up.ColleagueForm, signing_up.SeatForm]
ABSTRACT = [
    Versioned,
    signing_up.AnswersForm,
    signing_up.ForActor,
    ProfileForm,
    SaidForm,
    PortfolioForm,
    ThingForm,
    PeopleForm,
    partnership_admin.SeenForm,
]  # their subclasses are judged
ACCOUNT = [PersonForm, CloseForm]
STAFF = [ActorForm, MissionForm, partnership_admin.PartnershipForm, partnership_admin.MemberForm]
JUDGED = {
    *PLAIN,
    *PROFILE,
    *OTHERS,
    *SIGNING_IN,
    *KEYS,
    *CODES,
    *ABSTRACT,
    *ACCOUNT,
    *STAFF,
    *OF_A_SPACE,
    *OF_A_MISSION,
    CriteriaForm,
    *OF_A_METHOD,
    *OF_A_RUN,
    *SIGNING_UP,
    *OF_ORGANISATIONS,
    AbilityForm,
    *OF_AN_EVENT,
    EventAdminForm,
    MoveForm,
}


def our_forms():
    """Every form class that a module of our apps defines."""
    for app in apps.get_app_configs():
        for path in (
            configured.BASE_DIR.glob(f"{app.label}/**/*.py") if app.path.startswith(str(configured.BASE_DIR)) else ()
        ):
            if "forms" not in path.read_text():
                continue
            names = [node.name for node in ast.parse(path.read_text()).body if isinstance(node, ast.ClassDef)]
            if not names or "migrations" in path.parts:
                continue
            module = import_module(".".join(path.relative_to(configured.BASE_DIR).with_suffix("").parts))
            for name in names:
                if isinstance(found := getattr(module, name), type) and issubclass(found, BaseForm):
                    yield found


def test_every_form_of_ours_is_judged():
    assert set(our_forms()) == JUDGED


def typed(data, names):
    query = QueryDict(mutable=True)
    for name in names:
        query.setlist(name, data.draw(st.lists(ANYTHING, max_size=2), label=name))
    return query


@pytest.mark.django_db
@pytest.mark.parametrize("form_class", OTHERS)
@MANY
@given(data=st.data())
def test_other_forms(form_class, data):
    assert answers(form_class(typed(data, form_class.base_fields)))


@pytest.mark.django_db
@pytest.mark.parametrize("form_class", OF_A_SPACE)
@MANY
@given(data=st.data())
def test_forms_of_a_space(form_class, data):
    space = Space.objects.first() or make_task(make_space()).space

    assert answers(form_class(typed(data, form_class.base_fields), space=space))


def a_mission():
    """A mission of a space with something in every list that its forms choose from."""
    if Mission.objects.exists():
        return Mission.objects.get()
    mission = make_mission(space=make_space())
    make_statement(mission)
    make_document(mission.space)
    make_decision(mission.space, state="decided", decided_on="2026-05-01")
    make_indicator(mission).measurements.create(on="2026-05-01", value=1)
    return mission


@pytest.mark.django_db
@pytest.mark.parametrize("form_class", OF_A_MISSION)
@MANY
@given(data=st.data())
def test_forms_of_a_mission(form_class, data):
    assert answers(form_class(typed(data, form_class.base_fields), mission=a_mission()))


@pytest.mark.django_db
@MANY
@given(data=st.data())
def test_the_form_of_the_criteria(data):
    criteria = list(Criterion.objects.all()) or make_criteria()
    names = ["version", *(f"{name}_{one.pk}" for one in criteria for name in ("points", "reason"))]
    assert answers(CriteriaForm(typed(data, names), criteria=criteria))


@pytest.mark.django_db
@MANY
@given(data=st.data())
def test_the_mission_form_of_the_administration(rf, data):
    mission = Mission.objects.first() or make_mission()
    request = rf.post("/")
    request.user = make_user(is_staff=True, is_superuser=True)
    form_class = admin.site.get_model_admin(Mission).get_form(request, mission, change=True)

    assert answers(form_class(typed(data, form_class.base_fields), instance=mission))


@pytest.mark.django_db
@pytest.mark.parametrize("form_class", OF_AN_EVENT)
@MANY
@given(data=st.data())
def test_forms_of_an_event(form_class, data):
    event = Event.objects.first() or make_event(series=EventSeries.objects.create(rule="FREQ=WEEKLY"), state="draft")
    about = {CopyForm: {}, EventForm: {"instance": event, "by": make_user()}}.get(form_class, {"event": event})
    rows = [f"questions-{name}" for name in ("key", "sv", "en", "kind", "options", "required")]
    form = form_class(typed(data, [*form_class(**about).fields, *rows]), **about)

    assert answers(form) or not form.fields  # the one that only confirms
    assert not form.fields or "<" in "".join(field.as_hidden() for field in form)


@pytest.mark.django_db
@MANY
@given(data=st.data())
def test_the_event_form_of_the_administration(rf, data):
    event = Event.objects.first() or make_event()
    request = rf.post("/")
    request.user = make_user(is_staff=True, is_superuser=True)
    form_class = admin.site.get_model_admin(Event).get_form(request, event, change=True)

    assert answers(form_class(typed(data, form_class.base_fields), instance=event))


ROWS = [f"{name}-{column}" for name in ("activities", "outputs", "gate") for column in ("key", "sv", "en")]
ROWS += ["outputs-evidence_kind", "gate-required"]


@pytest.mark.django_db
@pytest.mark.parametrize("form_class", OF_A_METHOD)
@MANY
@given(data=st.data())
def test_forms_of_a_method(form_class, data):
    method = Method.objects.first() or make_run(make_method().versions.get()).method_version.method
    form = form_class(typed(data, [*form_class.base_fields, *ROWS]), method=method, user=make_user())

    assert answers(form)
    assert all(field.as_hidden() for field in form if field.name in ("activities", "outputs", "gate") and field.value())


@pytest.mark.django_db
@pytest.mark.parametrize("form_class", OF_A_RUN)
@MANY
@given(data=st.data())
def test_forms_of_a_run(form_class, data):
    run = Run.objects.first() or make_a_run()
    stage = RunStage.objects.select_related("stage").first()
    role = MethodRole.objects.first() or MethodRole.objects.create(slug="leader", name_sv="Ledare")
    about = {
        running.OutputEvidenceForm: {"mission": run.mission},
        running.GateForm: {"stage": stage, "leads": True},
        running.RoleForm: {"run": run, "roles": [role], "held": []},
        looking_back.ProposalForm: {"run": run},
    }[form_class]
    names = [*form_class(**about).fields]

    assert answers(form_class(typed(data, names), **about))


@pytest.mark.django_db
@pytest.mark.parametrize("form_class", SIGNING_UP)
@MANY
@given(data=st.data())
def test_forms_of_signing_up(form_class, data):
    event = Event.objects.first() or make_event()
    if not event.questions.exists():
        for number, kind in enumerate(("text", "choice", "care"), 1):
            Question.objects.create(event=event, number=number, text_sv="?", kind=kind, options="A\nB")
    actors = list(Actor.objects.all()) or [make_actor(), make_actor()]
    about = {"questions": event.questions.all()}
    about |= {"actors": actors} if issubclass(form_class, signing_up.ForActor) else {}

    assert answers(form_class(typed(data, form_class(**about).fields), **about))


def make_a_run():
    eva = make_user()
    return start_run(make_mission(space=make_space(coordinator=eva)), by=eva, version=make_version())


@pytest.fixture
def asked(rf):
    """A request as allauth's forms look for it."""
    request = rf.post("/")
    request.session, request.user = SessionStore(), make_user()
    with context.request_context(request):
        yield request


def a_key(user):
    return Authenticator(user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "Key"})


@pytest.mark.django_db
@pytest.mark.parametrize("form_class", [*SIGNING_IN, *KEYS, *CODES])
@MANY
@given(data=st.data())
def test_forms_of_signing_in(asked, form_class, data):
    more = {"code": "ABCD-EFGH"} if form_class in CODES else {}
    more |= {"user": asked.user} if form_class is signing_in.NewAddressForm else {}
    more |= {"user": asked.user} if form_class is signing_in.AddKeyForm else {}
    more |= {"instance": a_key(asked.user)} if form_class is signing_in.EditKeyForm else {}
    more |= {"request": asked} if form_class is signing_in.SignInForm else {}
    form = form_class(
        data=typed(data, ["login", "email", "password", "remember", "code", "name", "credential"]), **more
    )

    assert answers(form)


@pytest.mark.django_db
@MANY
@given(data=st.data())
def test_the_actor_form_of_the_administration(rf, data):
    actor = Actor.objects.first() or make_actor()
    request = rf.post("/")
    request.user = make_user(is_staff=True, is_superuser=True)
    form_class = admin.site.get_model_admin(Actor).get_form(request, actor, change=True)

    assert answers(form_class(typed(data, form_class.base_fields), instance=actor))


@pytest.mark.django_db
@MANY
@given(data=st.data())
def test_the_partnership_form_of_the_administration(rf, data):
    partnership = Partnership.objects.first() or make_partnership()
    request = rf.post("/")
    request.user = make_user(is_staff=True, is_superuser=True)
    form_class = admin.site.get_model_admin(Partnership).get_form(request, partnership, change=True)

    assert answers(form_class(typed(data, form_class.base_fields), instance=partnership))


@pytest.mark.django_db
@MANY
@given(data=st.data())
def test_the_member_form_of_the_administration(rf, data):
    partnership = Partnership.objects.first() or make_partnership(members=[make_actor()])
    request = rf.post("/")
    request.user = make_user(is_staff=True, is_superuser=True)
    form_class = partnership_admin.MemberInline(Partnership, admin.site).get_formset(request, partnership).form

    assert answers(form_class(typed(data, form_class.base_fields), instance=partnership.members.first()))


@pytest.mark.django_db
@pytest.mark.parametrize("form_class", OF_ORGANISATIONS)
@MANY
@given(data=st.data())
def test_forms_that_choose_organisations(form_class, data):
    assert answers(form_class(typed(data, form_class.base_fields), actors=Actor.objects.all()))


@pytest.mark.django_db
@MANY
@given(data=st.data())
def test_the_form_of_an_assessment(data):
    assessment = Assessment.objects.first() or make_assessment(make_round())
    names = AbilityForm(assessment=assessment).fields
    form = AbilityForm(typed(data, names), assessment=assessment)

    assert answers(form)
    assert all(0 <= level <= 4 for level in (form.levels if form.is_valid() else {}).values())


@pytest.mark.django_db
@MANY
@given(data=st.data())
def test_the_form_that_moves_a_discussion(data):
    assert answers(MoveForm(typed(data, ["space"]), spaces=Space.objects.all()))
