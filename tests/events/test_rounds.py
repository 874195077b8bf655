"""Rounds of self-assessment: who may what, one answer at a time, and that nothing of a closed one changes."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation

from accounts.models import AuditEntry
from events.actions import rounds as actions
from events.models import Assessment, Judgement, Round
from missions.models import MethodRole
from notifications.live import NoLonger
from notifications.models import Email
from platforms.actions import Outdated
from tests.events.judging import close, make_assessment, make_round, make_supporter, statements_of
from tests.events.making import make_event_keeper
from tests.factories import make_actor, make_user

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
    return make_user("eva@example.org")


def said(round_, level=3, **values):
    return {"levels": {one.pk: level for one in statements_of(round_)}, "words": "", "version": 1} | values


# ── Asking ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_only_organisations_of_the_support_system_are_asked(keeper):
    helper = make_supporter()
    make_actor()
    make_supporter(status="draft")

    assert list(actions.may_be_asked()) == [helper]


def test_asking_mails_each_representative_once_however_often_it_is_done(keeper, eva):
    round_, helper = make_round(), make_supporter(representatives=[eva, make_user()])

    assert [actions.ask(round_, by=keeper, actors=[helper]) for _ in range(2)] == [1, 0]

    assert round_.assessments.get().actor == helper
    assert set(Email.objects.values_list("template", "kind")) == {("ability_asked", "transactional")}
    assert Email.objects.count() == 2


def test_the_mail_is_not_sent_to_whoever_answered_or_represents_the_organisation_no_longer(keeper, eva):
    round_, helper = make_round(), make_supporter("Almi", representatives=[eva])
    actions.ask(round_, by=keeper, actors=[helper])
    mail, assessment = Email.objects.get(), round_.assessments.get()
    assert actions.read_mail(mail)["actor"] == "Almi"

    actions.send(assessment, by=eva, **said(round_))
    with pytest.raises(NoLonger):
        actions.read_mail(mail)

    other = make_assessment(round_, make_supporter())
    mail.context = {"assessment": other.pk}
    with pytest.raises(NoLonger):
        actions.read_mail(mail)


def test_those_who_have_not_answered_are_reminded_once(keeper, eva):
    round_, bo = make_round(), make_user()
    make_assessment(round_, make_supporter(representatives=[eva]), level=2)
    make_assessment(round_, make_supporter(representatives=[bo]))

    assert actions.remind(round_, by=keeper) == 1
    assert Email.objects.get().to == bo.email
    with pytest.raises(ValidationError, match="once"):
        actions.remind(round_, by=keeper)


def test_an_organisation_is_taken_away_unless_it_has_answered(keeper):
    round_ = make_round()
    silent, answered = make_assessment(round_), make_assessment(round_, level=1)

    actions.take_away(round_, silent.actor, by=keeper)
    with pytest.raises(ValidationError):
        actions.take_away(round_, answered.actor, by=keeper)

    assert list(round_.assessments.all()) == [answered]


@pytest.mark.parametrize("act", [actions.remind, actions.close, lambda r, by: actions.ask(r, by=by, actors=[])])
def test_only_staff_who_keep_rounds_change_them(act, eva):
    with pytest.raises(PermissionDenied):
        act(make_round(), by=eva)


def test_two_who_change_a_round_at_once_do_not_overwrite_each_other(keeper):
    round_ = make_round()
    actions.change(round_, by=keeper, version=1, name_sv="Mätning ett")
    with pytest.raises(Outdated):
        actions.change(round_, by=keeper, version=1, name_sv="Mätning två")

    assert Round.objects.get().name_sv == "Mätning ett"


# ── Answering ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_answers_are_kept_as_one_goes_and_count_when_they_are_sent(eva):
    round_ = make_round()
    assessment = make_assessment(round_, make_supporter(representatives=[eva]))
    first, *_others = statements_of(round_)

    actions.save(assessment, by=eva, version=1, levels={first.pk: 4}, words="Vi har mätt")
    assessment.refresh_from_db()
    assert (assessment.version, assessment.words, assessment.sent_at) == (2, "Vi har mätt", None)
    with pytest.raises(ValidationError) as refused:
        actions.send(assessment, by=eva, version=2, levels={first.pk: 4}, words="")
    assert refused.value.messages == ["Answer all statements before you send: 3 are left."]

    actions.send(assessment, by=eva, **said(round_, version=2))
    assessment.refresh_from_db()
    assert assessment.sent_at and assessment.judgements.filter(level=3).count() == 4
    assert AuditEntry.objects.get().verb == "assessment.send"


def test_what_was_sent_can_be_changed_until_the_round_is_closed(eva, keeper):
    round_ = make_round()
    assessment = make_assessment(round_, make_supporter(representatives=[eva]), level=1)

    actions.send(assessment, by=eva, **said(round_))
    assert set(assessment.judgements.values_list("level", flat=True)) == {3}
    actions.close(round_, by=keeper)
    with pytest.raises(actions.Ended):
        actions.send(assessment, by=eva, **said(round_, 4, version=2))


def test_of_two_who_answer_for_one_organisation_the_later_is_told(eva):
    round_, bo = make_round(), make_user()
    assessment = make_assessment(round_, make_supporter(representatives=[eva, bo]))

    actions.save(assessment, by=eva, **said(round_))
    with pytest.raises(Outdated):
        actions.save(assessment, by=bo, **said(round_, 1))

    assert set(assessment.judgements.values_list("level", flat=True)) == {3}


def test_nobody_answers_for_an_organisation_that_they_do_not_represent(eva, keeper):
    assessment = make_assessment(make_round())
    for user in (eva, keeper):
        with pytest.raises(PermissionDenied):
            actions.save(assessment, by=user, version=1, levels={}, words="")


def test_nothing_is_answered_before_the_round_opens(eva):
    round_ = make_round(days=10)
    assessment = make_assessment(round_, make_supporter(representatives=[eva]))
    with pytest.raises(actions.Ended):
        actions.save(assessment, by=eva, **said(round_))


def test_an_organisation_answers_in_a_role_beside_the_whole(eva):
    round_, role = make_round(), MethodRole.objects.create(slug="leader", name_sv="Ledare")
    whole = make_assessment(round_, make_supporter(representatives=[eva]))

    made = actions.answer_in_role(whole, by=eva, role=role)
    with pytest.raises(ValidationError, match="already"):
        actions.answer_in_role(whole, by=eva, role=role)

    assert (made.actor, made.role, made.sent_at) == (whole.actor, role, None)
    assert round_.assessments.count() == 2


# ── A closed round ───────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def closed():
    round_ = make_round()
    make_assessment(round_, level=2)
    return close(round_)


def by_the_models(round_):
    assessment, statement = round_.assessments.get(), statements_of(round_)[0]
    return [
        lambda: Round.objects.update(name_sv="Annat"),
        lambda: Round.objects.update(closed_at=None),
        lambda: close(make_round()).delete(),
        lambda: make_assessment(round_),
        lambda: Assessment.objects.update(words="Annat"),
        lambda: Assessment.objects.update(actor=make_supporter()),
        lambda: assessment.delete(),
        lambda: Judgement.objects.update(level=4),
        lambda: Judgement.objects.filter(statement=statement).delete(),
    ]


@pytest.mark.parametrize("which", range(9))
def test_nothing_of_a_closed_round_changes_by_the_models(closed, which):
    with pytest.raises(IntegrityError, match="closed is never changed"), transaction.atomic():
        by_the_models(closed)[which]()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events_round SET kind = 'after'",
        "DELETE FROM events_round",
        "UPDATE events_assessment SET sent_at = NULL",
        "INSERT INTO events_judgement (assessment_id, statement_id, level) "
        "SELECT assessment_id, statement_id, 4 FROM events_judgement LIMIT 1",
        "UPDATE events_judgement SET level = 0",
        "DELETE FROM events_judgement",
    ],
)
def test_nothing_of_a_closed_round_changes_by_hand(closed, statement):
    refused = pytest.raises(IntegrityError, match="closed is never changed")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_who_wrote_it_is_forgotten_when_the_account_goes(eva):
    round_ = make_round()
    make_assessment(round_, level=2, by=eva)
    close(round_)

    eva.delete()

    assert Assessment.objects.get().by is None


def test_closing_is_once_and_for_good(keeper):
    round_ = make_round()
    actions.close(round_, by=keeper)
    for act in (actions.close, actions.remind):
        with pytest.raises(actions.Ended):
            act(round_, by=keeper)
    assert Round.objects.get().closed_at <= timezone.now()
