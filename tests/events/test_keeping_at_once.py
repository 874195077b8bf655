"""Two people who keep the same event at the same moment: one of them acts, the other hears why not."""

from datetime import timedelta

import pytest

from events.actions import keeping
from events.models import Event, EventSeries
from tests.events.making import make_event, make_event_keeper
from tests.missions.test_at_once import at_once, slowly

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def staff():
    user = make_event_keeper()
    user.is_superuser = True
    user.save()
    return user


@pytest.fixture
def told(monkeypatch):
    found = []
    monkeypatch.setattr(keeping, "tell_changed", lambda event, what: found.append((event.pk, what)))
    return found


def test_what_is_cancelled_twice_at_once_is_told_once(staff, told, monkeypatch):
    monkeypatch.setattr(keeping, "log", slowly_logged(keeping.log))
    event = make_event(place="Dock")

    def cancel():
        return keeping.cancel(event, by=staff, reason="Ice").state

    assert sorted(at_once(cancel, cancel)) == ["cancelled", "state"]
    assert told == [(event.pk, "cancelled")]
    assert Event.objects.get().sequence == 1


def slowly_logged(log):
    slow = slowly(lambda: None)

    def logged(*args, **kwargs):
        slow()
        return log(*args, **kwargs)

    return logged


def test_a_series_moved_from_two_ends_at_once_is_moved_twice_and_locks_nobody_out(staff, told):
    series = EventSeries.objects.create(rule="FREQ=WEEKLY")
    first, second, third = (make_event(place="Dock", series=series, days=days) for days in (30, 20, 10))

    def move(event, hours):
        by = timedelta(hours=hours)
        values = {"starts_at": event.starts_at + by, "ends_at": event.ends_at + by}
        return keeping.move(event, by=staff, reason="Snow", with_following=True, **values).pk

    # Not by equal hours: whoever comes second would then ask for what already is.
    assert set(at_once(lambda: move(third, 1), lambda: move(second, 3))) == {third.pk, second.pk}
    assert sorted(told) == sorted([(one.pk, "moved") for one in (first, second, third, first, second)])
