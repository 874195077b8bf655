"""Half a year of a space as a row of soundings: one bar a week, as high as that week was lively."""

from datetime import timedelta
from typing import NamedTuple

from django.db.models import Count
from django.db.models.functions import TruncWeek
from django.utils import timezone

WEEKS = 26
HEIGHT = 48


class Week(NamedTuple):
    """`begins` is its Monday; `x`, `y` and `height` place its bar in a drawing HEIGHT high, 10 wide for each week."""

    begins: object
    count: int
    x: int
    y: int
    height: int


def weeks_of(space):
    """The last half year, week by week, oldest first."""
    today = timezone.localdate()
    monday = today - timedelta(days=today.weekday())
    begins = [monday - timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1)]
    since = timezone.localtime() - timedelta(weeks=WEEKS)
    rows = space.activities.signs_of_life().filter(at__gte=since).annotate(week=TruncWeek("at")).order_by("week")
    counts = {row["week"].date(): row["n"] for row in rows.values("week").annotate(n=Count("pk"))}
    most = max(counts.values(), default=1)
    heights = [round(counts.get(day, 0) / most * HEIGHT) for day in begins]
    return [
        Week(day, counts.get(day, 0), x * 10, HEIGHT - high, high)
        for x, (day, high) in enumerate(zip(begins, heights, strict=True))
    ]
