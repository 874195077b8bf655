"""Two people at the same moment: one number each, one offer of an organisation, one answer to it, one reminder."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from time import sleep

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from missions.actions import offers, portfolio, promises
from missions.models import Commitment, Experiment
from notifications.models import Notification
from tests.factories import make_actor, make_space, make_user
from tests.missions.filling import make_commitment, make_mission

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = timezone.localdate()


def at_once(*acts):
    """Do all of `acts` at the same moment; what each gave or raised."""
    start = Barrier(len(acts))

    def run(act):
        try:
            connection.ensure_connection()
            start.wait()
            return act()
        except ValidationError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def slowly(act):
    """`act` with time for somebody else to come in between."""

    def done(*args):
        sleep(0.3)
        return act(*args)

    return done


@pytest.fixture
def eva():
    return make_user()


@pytest.fixture
def mission(eva):
    return make_mission(space=make_space(coordinator=eva))


def test_what_is_added_at_once_gets_a_number_each():
    mission, staff = make_mission(), make_user(is_superuser=True)

    def act():
        return portfolio.add(Experiment, mission, by=staff, title="Trial", hypothesis="x").number

    assert sorted(at_once(*[act] * 6)) == [1, 2, 3, 4, 5, 6]


def test_an_organisation_offers_once_at_a_time(mission, monkeypatch):
    monkeypatch.setattr(offers, "next_number", slowly(offers.next_number))
    people = [make_user() for _ in range(4)]
    firm = make_actor(representatives=people)

    def act(per):
        return offers.offer(mission, by=per, actor=firm, text="A boat", due_on=TODAY).number

    said = at_once(*(partial(act, per) for per in people))
    assert sorted(map(str, said)) == ["1", "waits", "waits", "waits"]


def test_an_offer_is_accepted_or_withdrawn_and_never_both(mission, eva):
    per = make_user()
    one = offers.offer(mission, by=per, actor=make_actor(representatives=[per]), text="A boat", due_on=TODAY)
    said = at_once(lambda: offers.accept(one, by=eva, wave=1), lambda: offers.withdraw(one, by=per))
    assert sorted(map(str, said)) == ["None", "state"]


def test_who_is_just_losing_the_organisation_offers_nothing(mission):
    per = make_user()
    firm = make_actor(representatives=[per])
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            firm.representatives.all().delete()
            offer = partial(offers.offer, mission, by=per, actor=firm, text="A boat", due_on=TODAY)
            outcome = pool.submit(at_once, offer)
            sleep(0.5)
        assert outcome.result() == ["not_yours"]


def test_two_schedulers_call_a_promise_to_mind_once(mission, eva):
    for _ in range(3):
        make_commitment(mission, due_on=TODAY + timedelta(days=2), user=eva)
    assert sum(at_once(promises.remind, promises.remind)) == 3
    assert list(Notification.objects.values_list("count", flat=True)) == [1, 1, 1]
    assert Commitment.objects.filter(reminded=1).count() == 3
