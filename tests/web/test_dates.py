"""Days and times as pages write them: in the reader's language, and in the time of the place."""

from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.utils import translation

LATE = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)  # half past midnight in Stockholm, the day after


@pytest.mark.parametrize(
    ("language", "day", "moment"),
    [
        ("sv", "ons 25 nov 2026", "ons 25 nov 2026 kl. 00.30"),
        ("en", "Wed 25 Nov 2026", "Wed 25 Nov 2026, 00:30"),
    ],
)
def test_a_time_is_told_as_the_clock_on_the_wall_shows_it(language, day, moment):
    with translation.override(language):
        said = Template("{{ at|day }}|{{ at|moment }}|{{ on|day }}").render(
            Context({"at": LATE, "on": date(2026, 11, 25)})
        )

    assert said.split("|") == [day, moment, day]
