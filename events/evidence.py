"""What is known of who came to which events in a period: facts, in numbers, for reporting.

Events that are examples count only where there is nothing else: an invented one shows nothing beside a real one.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, DecimalField, ExpressionWrapper, F, Q, Sum, Value
from django.utils import timezone

from events.models import Attendance, Event, EventState


def _hours(people, hours):
    return ExpressionWrapper(F(people) * F(hours), output_field=DecimalField(max_digits=14, decimal_places=2))


HOURS = _hours("people", "hours")
LAST = date.max - timedelta(days=1)  # a period needs a day after it


@dataclass(frozen=True)
class Period:
    """Events that were held from one day to another, of one kind or all."""

    since: object
    until: object
    kind: str = ""

    def events(self):
        """The newest first; in a second query whether all of them are invented."""
        begins, ends = _begins(self.since), _begins(min(self.until, LAST) + timedelta(days=1))
        rows = Event.objects.announced().exclude(state=EventState.CANCELLED).past()
        rows = rows.filter(starts_at__gte=begins, starts_at__lt=ends)
        rows = rows.filter(kind=self.kind) if self.kind else rows
        real = rows.filter(is_example=False)
        return (real if real.exists() else rows).order_by("-starts_at", "-pk")


def _begins(day):
    return timezone.make_aware(datetime.combine(day, time.min))


def this_year():
    today = timezone.localdate()
    return today.replace(month=1, day=1), today


def with_facts(events):
    """The events with their people, organisations and hours, as columns of the facts."""
    return events.select_related("headcount").annotate(
        people=Sum("attendance__people", default=0),
        from_organisations=Count("attendance", filter=Q(attendance__actor__isnull=False)),
        person_hours=Sum(_hours("attendance__people", "attendance__hours")),
    )


def by_organisation(events):
    """Of each organisation its name, slug, events, people and hours, most people first; those of none have no name."""
    rows = Attendance.objects.filter(event__in=events.values("pk")).values(name=F("actor__name"), slug=F("actor__slug"))
    told = {"events": Count("event"), "came": Sum("people"), "person_hours": Sum(HOURS, default=Value(0))}
    return rows.annotate(**told).order_by("-came", "name")


def totals(events):
    """The sums of all of it."""
    facts = Attendance.objects.filter(event__in=events.values("pk")).aggregate(
        came=Sum("people", default=0),
        organisations=Count("actor", distinct=True),
        person_hours=Sum(HOURS, default=Value(0)),
    )
    counted = events.order_by().aggregate(
        events=Count("pk"),
        women=Sum("headcount__women", default=0),
        men=Sum("headcount__men", default=0),
        other=Sum("headcount__other", default=0),
    )
    return facts | counted
