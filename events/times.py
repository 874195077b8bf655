"""Moments as people write and read them: local time, with the two nights on which the clocks are changed."""

from datetime import UTC, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

NO_SUCH_TIME = _(
    "%(time)s on %(day)s does not exist: the clocks are put forward that night. Choose another time, for example "
    "%(instead)s."
)


def exists(naive):
    """Whether a clock on the wall ever shows this time: in spring an hour is left out."""
    return _there_and_back(naive, 0) == naive


def is_double(naive):
    """Whether a clock on the wall shows this time twice: in autumn an hour comes again."""
    first, second = (naive.replace(tzinfo=zone(), fold=fold).utcoffset() for fold in (0, 1))
    return exists(naive) and first != second


def at(naive):
    """The moment at which the clock shows this time; of two the first. Raises ValidationError where it never does."""
    if not exists(naive):
        said = {"time": clock(naive), "day": date_format(naive, "DATE_FORMAT"), "instead": clock(_after(naive))}
        raise ValidationError(NO_SUCH_TIME, code="gap", params=said)
    return naive.replace(tzinfo=zone(), fold=0)


def local(moment):
    """What the clock on the wall shows at this moment, without a zone."""
    return timezone.localtime(moment).replace(tzinfo=None, fold=0)


def midnight(day):
    """The moment at which a day begins."""
    return at(datetime.combine(day, time.min))


def clock(naive):
    """The hour and minute as people write them: 09.00, 09:00."""
    return f"{naive:%H:%M}" if get_language() == "en" else f"{naive:%H.%M}"


def zone():
    return timezone.get_default_timezone()


def _there_and_back(naive, fold):
    moment = naive.replace(tzinfo=zone(), fold=fold).astimezone(UTC)
    return moment.astimezone(zone()).replace(tzinfo=None, fold=0)


def _after(naive):
    """The same minute in the next hour that exists."""
    return naive + timedelta(hours=1)
