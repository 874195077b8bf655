"""At the same moment: answering while the round is closed, two who answer, joining twice."""

from functools import partial
from time import sleep

import pytest
from django.db import transaction

from events.actions import programmes
from events.actions import rounds as actions
from events.models import Assessment, Participant, Programme, Round, StepDone, StepKind
from notifications.models import Email
from tests.events.judging import make_assessment, make_round, make_supporter, statements_of
from tests.events.making import make_event_keeper
from tests.events.test_programmes import make_programme
from tests.factories import make_user
from tests.missions.test_at_once import at_once, slowly

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asked():
    """An assessment, and two who may answer it."""
    people = [make_user(), make_user()]
    return make_assessment(make_round(), make_supporter(representatives=people)), people


def answer(assessment, user, level):
    levels = {one.pk: level for one in statements_of(assessment.round)}
    return actions.send(assessment, by=user, version=1, levels=levels, words="")


def test_an_answer_that_comes_while_the_round_is_being_closed_waits_and_is_refused(asked):
    assessment, (eva, _bo) = asked
    keeper = make_event_keeper()

    def close():
        with transaction.atomic():
            actions.close(assessment.round, by=keeper)
            sleep(0.6)

    def late():
        sleep(0.3)
        return answer(assessment, eva, 3)

    _closed, refused = at_once(close, late)

    assert refused == "closed"
    assert Round.objects.get().closed_at and Assessment.objects.get().sent_at is None


def test_of_two_answers_at_once_one_stands_whole_and_the_other_is_told(asked):
    assessment, people = asked

    outcomes = at_once(*(partial(answer, assessment, user, level) for level, user in enumerate(people, 1)))

    assert outcomes.count("outdated") == 1
    assert len(set(assessment.judgements.values_list("level", flat=True))) == 1


def test_a_person_who_joins_twice_at_once_is_one_participant():
    eva = make_user()
    programme = Programme.objects.create(slug="p", title_sv="P", ability_sv="A", is_published=True)
    programme.steps.create(number=1, kind="study", title_sv="Läs")

    at_once(*[partial(programmes.join, programme, by=eva)] * 4)

    assert Participant.objects.count() == 1


def test_of_two_staff_who_answer_a_task_at_once_one_is_told_that_it_is_answered(monkeypatch):
    monkeypatch.setattr(programmes, "_settle", slowly(programmes._settle))
    done, _eva = task_of_eva()
    judges = [partial(programmes.judge, done, by=make_event_keeper(), is_accepted=True, answer="") for _ in range(2)]
    assert at_once(*judges).count("accepted") == 1
    assert Email.objects.count() == 1


def test_what_is_accepted_meanwhile_is_not_handed_in_anew(monkeypatch):
    monkeypatch.setattr(programmes, "_settle", slowly(programmes._settle))
    done, eva = task_of_eva()
    _judged, refused = at_once(
        partial(programmes.judge, done, by=make_event_keeper(), is_accepted=True, answer=""),
        lambda: sleep(0.1) or programmes.hand_in(done.participant, done.step, by=eva, words="Other"),
    )
    assert refused == "accepted"
    assert StepDone.objects.get().words == "Our plan"


def task_of_eva():
    """What Eva handed in, and Eva."""
    programme, eva = make_programme(StepKind.TASK), make_user()
    me = programmes.join(programme, by=eva)
    return programmes.hand_in(me, programme.steps.get(), by=eva, words="Our plan"), eva
