"""When a digest is due: on any day of any year, once, on the reader's clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from notifications.schedule import EVERY_DAY, ON_TUESDAY, next_due

STOCKHOLM = ZoneInfo("Europe/Stockholm")
START, END = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (2020, 2041))
moments = st.integers(START, END).map(lambda second: datetime.fromtimestamp(second, UTC))
clocks = st.tuples(st.integers(1, EVERY_DAY), st.integers(0, 23))


def local(*when):
    return datetime(*when, tzinfo=STOCKHOLM)


def test_tuesday_at_eight():
    assert next_due(local(2026, 11, 24, 7, 59), ON_TUESDAY, 8) == local(2026, 11, 24, 8)
    assert next_due(local(2026, 11, 24, 8), ON_TUESDAY, 8) == local(2026, 12, 1, 8)
    assert next_due(local(2026, 11, 25, 12), ON_TUESDAY, 8) == local(2026, 12, 1, 8)


def test_no_days_are_never():
    assert next_due(local(2026, 11, 24), 0, 8) is None


@effort(max_examples=300, deadline=None)
@given(after=moments, clock=clocks)
def test_the_next_moment_is_later_within_a_week_and_on_a_chosen_day_at_the_chosen_hour(after, clock):
    days, hour = clock

    due = next_due(after, days, hour)

    there = due.astimezone(STOCKHOLM)
    assert after < due <= after + timedelta(days=7, hours=1)
    assert days >> there.weekday() & 1
    skipped = there.hour == 3 and hour == 2  # the hour that a night in March leaves out
    assert (there.minute, there.second) == (0, 0) and (there.hour == hour or skipped)


@effort(max_examples=200, deadline=None)
@given(after=moments, clock=clocks, step=st.timedeltas(timedelta(seconds=1), timedelta(days=7)))
def test_asking_later_leaves_no_moment_out(after, clock, step):
    """Whoever asks between two moments is told the later of them, not one after it."""
    days, hour = clock
    due = next_due(after, days, hour)

    assert next_due(min(after + step, due - timedelta(seconds=1)), days, hour) == due


@pytest.mark.parametrize("day", [(2027, 3, 28), (2027, 10, 31)], ids=["a day of 23 hours", "a day of 25 hours"])
@pytest.mark.parametrize("hour", [0, 1, 2, 3, 8])
def test_on_the_days_of_daylight_saving_each_minute_finds_each_digest_once(day, hour):
    days = [local(*day) + timedelta(days=number) for number in (-1, 0, 1, 2)]  # midnights on the clock
    now, end = days[0].astimezone(UTC), days[-1].astimezone(UTC)
    due, sent = next_due(now, EVERY_DAY, hour), []
    while now < end:
        if due <= now:
            sent.append(due.astimezone(STOCKHOLM).date())
            due = next_due(now, EVERY_DAY, hour)
        now += timedelta(minutes=1)

    assert sent == [each.date() for each in days[1 if hour == 0 else 0 : -1]]
