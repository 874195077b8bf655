"""Tasks of programmes: staff are told that one waits, whoever handed it in that it is answered, each while it is so."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from events.actions import programmes as actions
from events.actions import task_news
from events.models import StepKind
from notifications import live, subjects
from notifications.live import NoLonger
from notifications.models import Email, EmailKind, Mute, Notification, Part, Why
from tests.events.making import make_event_keeper
from tests.events.test_programmes import client_of, make_programme
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def keeper():
    return make_event_keeper()


@pytest.fixture
def eva():
    return make_user("eva@example.org", name="Eva Ek")


@pytest.fixture
def handed_in(eva, keeper):
    programme = make_programme(StepKind.TASK)
    return actions.hand_in(actions.join(programme, by=eva), programme.steps.get(), by=eva, words="Vår plan")


def told(user):
    """{kind: (part, why, the line that they may read or None)} of the notices of a person."""
    rows = list(Notification.objects.filter(user=user))
    lines = subjects.lines_of(rows)
    return {row.kind: (row.part, row.why, lines.get(row.pk)) for row in rows}


def test_staff_find_what_is_handed_in_among_their_notices_and_get_no_mail_of_its_own(handed_in, keeper, eva):
    part, why, line = told(keeper)["task_handed_in"]
    assert (part, why) == (Part.NEEDS, Why.DECIDES)
    assert (line.title, str(line.place), str(line.text())) == ("Step 1", "Programme 1", "A task is handed in")
    assert line.url().endswith(f"/{handed_in.pk}/")
    assert not Email.objects.exists() and not told(eva)
    assert Notification.objects.pending().get().user == keeper


def test_whoever_keeps_programmes_and_hands_in_is_not_told_of_it(keeper):
    programme = make_programme(StepKind.TASK)
    actions.hand_in(actions.join(programme, by=keeper), programme.steps.get(), by=keeper, words="x")
    assert not Notification.objects.exists()


@pytest.mark.parametrize(
    ("is_accepted", "kind", "part"), [(True, "task_accepted", Part.DECIDED), (False, "task_returned", Part.NEEDS)]
)
def test_whoever_handed_it_in_gets_a_mail_and_a_notice_with_the_answer(handed_in, keeper, eva, is_accepted, kind, part):
    actions.judge(handed_in, by=keeper, is_accepted=is_accepted, answer="Bra")

    assert told(eva)[kind][:2] == (part, Why.SPOKEN_TO)
    assert told(eva)[kind][2].url().endswith("#step-1")
    mail = Email.objects.get()
    assert (mail.to, mail.template, mail.kind) == (eva.email, "task_answered", EmailKind.TRANSACTIONAL)
    assert "Bra" not in str(mail.context)
    assert live.read(mail)["done"].answer == "Bra"
    assert not Notification.objects.filter(user=eva).pending().exists()  # its mail tells it


def test_a_task_that_is_answered_waits_for_no_other_of_staff(handed_in, keeper):
    other = make_event_keeper()
    actions.judge(handed_in, by=keeper, is_accepted=True, answer="")
    assert told(other).get("task_handed_in", (0, 0, None))[2] is None


def test_an_answer_is_told_to_nobody_after_it_was_handed_in_anew(handed_in, keeper, eva):
    actions.judge(handed_in, by=keeper, is_accepted=False, answer="Mer")
    actions.hand_in(handed_in.participant, handed_in.step, by=eva, words="Mer")
    with pytest.raises(NoLonger):
        live.read(Email.objects.get())
    assert told(eva)["task_returned"][2] is None
    assert told(keeper)["task_handed_in"][2]


def test_whoever_leaves_or_is_staff_no_longer_is_told_nothing(handed_in, keeper, eva):
    keeper.user_permissions.clear()
    assert told(keeper)["task_handed_in"][2] is None
    actions.judge(handed_in, by=make_user(is_superuser=True), is_accepted=True, answer="")
    actions.leave(handed_in.participant, by=eva)
    assert not told(eva)
    with pytest.raises(NoLonger):
        live.read(Email.objects.get())


def test_nobody_reads_the_notice_of_another(handed_in, keeper, eva):
    actions.judge(handed_in, by=keeper, is_accepted=True, answer="Bra")
    Notification.objects.filter(user=eva).update(user=make_user())
    assert subjects.lines_of(Notification.objects.filter(kind="task_accepted")) == {}


def test_a_mail_tells_the_answer_to_nobody_else(handed_in, keeper):
    actions.judge(handed_in, by=keeper, is_accepted=True, answer="Bra")
    bo = make_user()
    Email.objects.update(user=bo, to=bo.email)
    with pytest.raises(NoLonger):
        live.read(Email.objects.get())


def test_what_is_looked_at_is_read(handed_in, keeper, eva):
    programme = handed_in.step.programme
    client_of(keeper).get(f"{programme.get_absolute_url()}tasks/{handed_in.pk}/")
    assert Notification.objects.get().read_at
    actions.judge(handed_in, by=keeper, is_accepted=True, answer="Bra")
    client_of(eva).get(programme.get_absolute_url())
    assert Notification.objects.get(user=eva).read_at


def test_a_programme_can_be_muted_by_its_name(handed_in, keeper):
    mute = Mute.objects.create(user=keeper, target=f"programme:{handed_in.step.programme_id}")
    mute.thing = mute.target
    assert subjects.lines_of([mute])[mute.pk].title == "Programme 1"
    assert str(subjects.kind_name("kind:task_handed_in")) == "tasks that are handed in"


@pytest.mark.parametrize("number", [1, 3])
def test_notices_are_read_with_as_many_questions_for_many_as_for_one(number, keeper):
    for _ in range(number):
        programme, user = make_programme(StepKind.TASK), make_user()
        done = actions.hand_in(actions.join(programme, by=user), programme.steps.get(), by=user, words="x")
        actions.judge(done, by=make_user(is_superuser=True), is_accepted=True, answer="")
    rows = list(Notification.objects.all())
    with CaptureQueriesContext(connection) as context:
        task_news.read_tasks(rows)
    assert len(context) == 2
