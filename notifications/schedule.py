"""When a digest is due: on chosen days of the week at an hour of the reader's clock.

Pure functions of a moment, so that they can be asked about any day: a local time that a daylight-saving night skips
comes an hour later, one that it repeats is meant the first time.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

EVERY_DAY = 0b1111111
ON_TUESDAY = 0b0000010
A_WEEK = 7


def next_due(after, days, hour, zone=None):
    """The first moment later than `after` (aware) that is `hour` o'clock on one of `days`; None when there are none."""
    if not days & EVERY_DAY:
        return None
    zone = ZoneInfo(zone or settings.TIME_ZONE)
    day = after.astimezone(zone).date()
    for _step in range(A_WEEK + 1):
        if days >> day.weekday() & 1 and (moment := _moment(day, hour, zone)) > after:
            return moment
        day += timedelta(days=1)
    raise AssertionError("A week has every day.")


def next_in_month(after, days, hour):
    """The first moment later than `after` that is `hour` o'clock on the first such day of a month."""
    moment = next_due(after, days, hour)
    while timezone.localtime(moment).day > A_WEEK:
        moment = next_due(moment, days, hour)
    return moment


def _moment(day, hour, zone):
    """`hour` o'clock on `day` in UTC. fold=0: of a repeated hour the first; a skipped one is read with the offset
    before the change, which is the hour after it."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=zone).astimezone(UTC)


def first_due():
    """When the digest of somebody who has chosen nothing comes first."""
    return next_due(timezone.now(), ON_TUESDAY, 8)
