"""Pages of rounds: what staff read before closing, what an organisation sees of itself, and that nobody else does."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from events.models import Assessment
from tests.events.judging import close, make_assessment, make_framework, make_round, make_supporter, statements_of
from tests.events.making import make_event_keeper
from tests.factories import make_user
from tests.staff import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def as_it_was():
    with translation.override("sv"):
        yield


def client_of(user):
    client = Client()
    sign_in(client, user, second_factor=user.is_staff)
    return client


def address(name, *args):
    with translation.override("en"):
        return reverse(name, args=args)


def get(user, name, *args):
    return client_of(user).get(address(name, *args)).content.decode()


@pytest.mark.parametrize(
    ("missing", "said"),
    [(0, "The change can be told of the same 5 organisations."), (1, "No change could be told: 1 organisation that")],
)
def test_staff_read_before_closing_whether_a_change_can_be_told(missing, said):
    framework, helpers = make_framework(), [make_supporter() for _ in range(5)]
    before, after = make_round(framework), make_round(framework, "after")
    for helper in helpers:
        make_assessment(before, helper, level=1)
    close(before)
    for helper in helpers[missing:]:
        make_assessment(after, helper, level=2)

    assert said in get(make_event_keeper(), "ability_round_close", after.pk)


def test_staff_see_who_has_answered_and_not_what():
    round_, keeper = make_round(), make_event_keeper()
    helper = make_supporter("Almi")
    assessment = make_assessment(round_, helper, level=4, words="Vår hemlighet")

    page = get(keeper, "ability_round", round_.pk)
    assert "1 of 1 organisation has answered" in page and "Almi" in page and "hemlighet" not in page
    assert client_of(keeper).get(address("ability_answer", round_.pk, assessment.pk)).status_code == 404


def test_afterwards_an_organisation_sees_its_answers_beside_the_mean_of_all():
    eva = make_user()
    round_, ours = make_round(), make_supporter(representatives=[eva])
    mine = make_assessment(round_, ours, level=1)
    for _ in range(2):
        make_assessment(round_, level=4)
    close(round_)

    page = get(eva, "ability_answer", round_.pk, mine.pk)
    assert "You: 1.0" in page and "all: 3.0 (3 organisations)" in page


def test_an_organisation_sees_no_mean_of_fewer_than_three():
    eva = make_user()
    round_ = make_round()
    mine = make_assessment(round_, make_supporter(representatives=[eva]), level=1)
    make_assessment(round_, level=4)
    close(round_)

    assert "all: too few organisations to be told" in get(eva, "ability_answer", round_.pk, mine.pk)


def test_of_two_who_answer_the_later_sees_both_and_can_save_over():
    eva, bo = make_user(), make_user()
    round_ = make_round()
    assessment = make_assessment(round_, make_supporter(representatives=[eva, bo]))
    first = statements_of(round_)[0]
    url, typed = address("ability_answer", round_.pk, assessment.pk), {f"level_{first.pk}": "1", "version": "1"}
    client_of(eva).post(url, typed)

    answer = client_of(bo).post(url, typed | {f"level_{first.pk}": "4", "words": "Mina ord"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Started" in page and "A model for others" in page and "Mina ord" in page

    client_of(bo).post(url, typed | {f"level_{first.pk}": "4", "version": "2"})
    assert Assessment.objects.get().judgements.get().level == 4


def test_a_level_that_does_not_exist_is_refused():
    eva, round_ = make_user(), make_round()
    assessment = make_assessment(round_, make_supporter(representatives=[eva]))
    first = statements_of(round_)[0]

    client_of(eva).post(address("ability_answer", round_.pk, assessment.pk), {f"level_{first.pk}": "9", "version": "1"})

    assert not assessment.judgements.exists()


def test_whoever_sends_too_early_is_led_to_each_statement_without_an_answer():
    eva, round_ = make_user(), make_round()
    assessment = make_assessment(round_, make_supporter(representatives=[eva]))
    first, *others = statements_of(round_)
    typed = {f"level_{first.pk}": "1", "version": "1", "do": "send"}

    shown = client_of(eva).post(address("ability_answer", round_.pk, assessment.pk), typed)

    errors = shown.context["form"].errors
    assert set(errors) == {"__all__", *(f"level_{one.pk}" for one in others)}
    assert shown.content.decode().count(f'href="#id_level_{others[0].pk}_0"') == 1
    assert shown.context["form"][f"level_{first.pk}"].value() == "1"
