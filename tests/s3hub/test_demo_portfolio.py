"""The portfolio of the demo's mission has everything in it that a portfolio can hold, made once."""

import pytest
from django.utils import timezone

from missions.actions import promises
from missions.models import Commitment, Measurement, Mission, Verdict
from missions.portfolio import portfolio_of, series_of
from notifications.models import Notification
from platforms.models import Space
from s3hub import demo_portfolio
from tests.s3hub.test_demo_space import space  # noqa: F401 - the demo's own

pytestmark = pytest.mark.django_db


@pytest.fixture
def mission(space: Space):  # noqa: F811
    demo_portfolio.make()
    return Mission.objects.get(space=space)


def test_the_demo_portfolio_shows_every_state(mission):
    leader = mission.space.members.coordinators().get().user
    portfolio = portfolio_of(mission, leader)

    assert [wave.number for wave in portfolio.waves] == [1, 2]
    assert (portfolio.kept, portfolio.late, len(portfolio.offers)) == (1, 1, 1)
    (offer,) = portfolio.offers
    assert offer.actor.representatives.filter(user=offer.offered_by).exists(), "one that can be accepted"
    assert {one.verdict for one in portfolio.over} == set(Verdict)
    assert {one.is_planned for one in portfolio.open_experiments} == {True, False}
    measured = series_of(mission)
    goal, other = (len(series.measurements) for series in measured)
    assert goal >= 2 and other >= 4
    assert measured[0].indicator.is_goal
    assert not Measurement.objects.filter(on__gt=timezone.localdate()).exists()
    assert Notification.objects.filter(user=leader, kind=promises.OFFERED).count() == 1


def test_a_measure_of_the_goal_that_is_there_already_stays(space):  # noqa: F811
    demo_portfolio.make()
    mission = Mission.objects.get(space=space)
    assert [(one.number, one.is_goal) for one in mission.indicators.all()] == [(1, True), (2, False)]


def test_it_is_made_once_and_only_for_the_demos_own_mission(mission):
    Commitment.objects.filter(number__gt=1).delete()
    demo_portfolio.make()
    assert Commitment.objects.count() == 1
    Commitment.objects.all().delete()
    type(mission).objects.update(is_example=False)
    demo_portfolio.make()
    assert not Commitment.objects.exists()
