"""Events: where and when people meet, who may come, and who asks them to."""

import uuid
from datetime import timedelta
from functools import cache

import pghistory
from django.apps import apps
from django.conf import settings
from django.contrib.postgres.fields import DateTimeRangeField
from django.contrib.postgres.indexes import GistIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, Count, F, Func, OuterRef, Q, Subquery, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from actors.models import Area, Municipality, Theme
from actors.models.merging import Unites
from missions.models import Mission
from platforms.models import Partnership, Space
from web.text import in_language


class EventKind(models.TextChoices):
    SEMINAR = "seminar", _("Seminar")
    WORKSHOP = "workshop", _("Workshop")
    TRAINING = "training", _("Training")
    MATCHMAKING = "matchmaking", _("Matchmaking")
    STUDY_VISIT = "study_visit", _("Study visit")


class EventState(models.TextChoices):
    """A moved event stays published: `moved_from` says when it was to be."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    CANCELLED = "cancelled", _("Cancelled")
    HELD = "held", _("Held")


class Audience(models.TextChoices):
    PUBLIC = "public", _("Everybody")
    REGISTERED = "registered", _("People with an account")
    PARTNERSHIP = "partnership", _("People of a partnership's spaces")


class EventSeries(models.Model):
    """Events that belong together and recur: each is a row of its own, so that each can be moved, changed or left out.

    `rule` is an RRULE (RFC 5545) without DTSTART, from which the events were made.
    """

    rule = models.CharField(_("rule"), max_length=200)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("series of events")
        verbose_name_plural = _("series of events")
        default_permissions = ()

    def __str__(self):
        return self.rule


_SINCE = """(SELECT coalesce(min(lower(span)), %s)
    FROM (SELECT tstzrange(starts_at, ends_at) AS span FROM events_event) spans WHERE span @> %s)"""


@cache
def _seated():
    """How many seats of an event are taken; the same expression in every question, since making it takes its time."""
    rows = apps.get_model("events", "Registration").objects.seated().filter(event=OuterRef("pk")).order_by()
    return Coalesce(Subquery(rows.values("event").annotate(number=Count("pk")).values("number")), 0)


class EventQuerySet(models.QuerySet):
    """Who may see and change which events is decided here, and nowhere else."""

    def announced(self):
        """Those that are no drafts."""
        return self.exclude(state=EventState.DRAFT)

    def published(self):
        """What anybody may read."""
        return self.announced().filter(audience=Audience.PUBLIC)

    def visible_to(self, user):
        """Public ones; those for people with an account; those of one's own partnerships; and what one may change."""
        if user.has_perm("events.change_event"):
            return self
        if not user.is_authenticated:
            return self.published()
        mine = Space.objects.of(user)
        inside = Q(space__in=mine.values("pk")) | Q(space=None, partnership__in=mine.values("partnership"))
        announced = Q(audience__in=[Audience.PUBLIC, Audience.REGISTERED]) | (Q(audience=Audience.PARTNERSHIP) & inside)
        led = Q(space__in=Space.objects.led_by(user).values("pk"))
        return self.filter((~Q(state=EventState.DRAFT) & announced) | led)

    def editable_by(self, user):
        """Staff change all; who leads a space changes its events."""
        if user.has_perm("events.change_event"):
            return self
        if not user.is_authenticated:
            return self.none()
        return self.filter(space__in=Space.objects.led_by(user).values("pk"))

    def coming(self, now=None):
        """What is not over. No such one starts before the first that is under way: from there the index by the start is
        read, and not through all that ever was."""
        now = now or timezone.now()
        return self.filter(ends_at__gt=now, starts_at__gte=RawSQL(_SINCE, (now, now)))  # noqa: S611 - own words

    def past(self, now=None):
        """What is over. That it has begun follows, and lets the index by the start be read from there."""
        now = now or timezone.now()
        return self.filter(ends_at__lte=now, starts_at__lt=now)

    def with_seated(self):
        """With `seated`: how many seats are taken, those that are offered to somebody included."""
        return self.annotate(seated=_seated())

    def with_free_seat(self, now=None):
        """With `has_free_seat`: whether somebody who signs up now gets a seat."""
        now = now or timezone.now()
        is_open = Q(state=EventState.PUBLISHED, takes_registrations=True, starts_at__gt=now)
        is_open &= (Q(opens_at=None) | Q(opens_at__lte=now)) & (Q(closes_at=None) | Q(closes_at__gt=now))
        return self.annotate(
            has_free_seat=Case(
                When(~is_open, then=Value(False)),
                When(capacity=None, then=Value(True)),
                When(capacity__gt=_seated(), then=Value(True)),
                default=Value(False),
            )
        )


class SignUp(models.TextChoices):
    """What signing up to an event would lead to at a moment."""

    OPEN = "open", _("Sign-up is open")
    FULL = "full", _("Full, with a waiting list")
    CLOSED_FULL = "closed_full", _("No seats left")
    EARLY = "early", _("Sign-up has not opened yet")
    LATE = "late", _("Sign-up has closed")
    BEGUN = "begun", _("It has begun")
    CANCELLED = "cancelled", _("Cancelled")
    ELSEWHERE = "elsewhere", _("No sign-up here")


@pghistory.track(exclude=["updated_at", "counted_at"])
class Event(models.Model):
    """A meeting at a time and a place. Times are stored in UTC and said in the region's time zone.

    `space` is whose coordinators keep it; without one staff do. `is_whole_day`: only the days are known, as of
    old events. The video link is for those who are signed up. `uid` and `sequence` are those of its calendar entry
    (RFC 5545): the sequence grows when time, place or state change. `version` counts saves.
    """

    slug = models.SlugField(_("slug"), max_length=90, unique=True)
    title_sv = models.CharField(_("title in Swedish"), max_length=200)
    title_en = models.CharField(_("title in English"), max_length=200, blank=True)
    text_sv = models.TextField(_("text in Swedish"), max_length=8000, blank=True)
    text_en = models.TextField(_("text in English"), max_length=8000, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=EventKind, default=EventKind.SEMINAR)
    state = models.CharField(_("state"), max_length=9, choices=EventState, default=EventState.DRAFT)
    audience = models.CharField(_("who may come"), max_length=11, choices=Audience, default=Audience.PUBLIC)
    organisers = models.ManyToManyField(
        "actors.Actor", blank=True, related_name="organised_events", verbose_name=_("organisers")
    )
    organiser_note = models.CharField(_("other organisers"), max_length=200, blank=True)
    partnership = models.ForeignKey(
        Partnership, models.PROTECT, null=True, blank=True, related_name="events", verbose_name=_("partnership")
    )
    space = models.ForeignKey(
        Space, models.PROTECT, null=True, blank=True, related_name="events", verbose_name=_("space")
    )
    mission = models.ForeignKey(
        Mission, models.PROTECT, null=True, blank=True, related_name="events", verbose_name=_("mission")
    )
    areas = models.ManyToManyField(Area, blank=True, related_name="events", verbose_name=_("specialisation areas"))
    themes = models.ManyToManyField(Theme, blank=True, related_name="events", verbose_name=_("themes"))
    municipality = models.ForeignKey(
        Municipality, models.PROTECT, null=True, blank=True, related_name="events", verbose_name=_("municipality")
    )
    place = models.CharField(pgettext_lazy("event", "place"), max_length=200, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    access_sv = models.TextField(_("how to get there and in, in Swedish"), max_length=2000, blank=True)
    access_en = models.TextField(_("how to get there and in, in English"), max_length=2000, blank=True)
    latitude = models.FloatField(
        _("latitude"), null=True, blank=True, validators=[MinValueValidator(-90), MaxValueValidator(90)]
    )
    longitude = models.FloatField(
        _("longitude"), null=True, blank=True, validators=[MinValueValidator(-180), MaxValueValidator(180)]
    )
    video_link = models.URLField(_("video link"), max_length=500, blank=True)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    is_whole_day = models.BooleanField(_("only the days are known"), default=False)
    moved_from = models.DateTimeField(_("was to start"), null=True, blank=True)
    reason = models.CharField(_("why it was cancelled or moved"), max_length=500, blank=True)
    takes_registrations = models.BooleanField(_("takes registrations here"), default=True)
    capacity = models.PositiveIntegerField(_("seats"), null=True, blank=True, validators=[MinValueValidator(1)])
    opens_at = models.DateTimeField(_("registration opens"), null=True, blank=True)
    closes_at = models.DateTimeField(_("registration closes"), null=True, blank=True)
    has_waiting_list = models.BooleanField(_("waiting list when full"), default=True)
    offer_hours = models.PositiveSmallIntegerField(
        _("hours to take a seat that became free"),
        default=24,
        validators=[MinValueValidator(1), MaxValueValidator(168)],
    )
    series = models.ForeignKey(
        EventSeries, models.SET_NULL, null=True, blank=True, related_name="events", verbose_name=_("series")
    )
    uid = models.UUIDField(_("number of the calendar entry"), default=uuid.uuid4, unique=True, editable=False)
    sequence = models.PositiveIntegerField(_("number of changes"), default=0, editable=False)
    source = models.CharField(_("source"), max_length=500, blank=True)
    confidence = models.CharField(_("certainty of the source"), max_length=6, blank=True)
    is_example = models.BooleanField(_("invented example"), default=False, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("made by")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    counted_at = models.DateTimeField(_("people became numbers"), null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    objects = EventQuerySet.as_manager()
    merging = {"organisers": Unites()}

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["starts_at", "id"]
        indexes = [
            models.Index(fields=["starts_at", "id"], name="event_start"),
            models.Index(fields=["ends_at"], name="event_end"),
            GistIndex(
                Func("starts_at", "ends_at", function="tstzrange", output_field=DateTimeRangeField()),
                name="event_under_way",
            ),
        ]
        constraints = [
            models.CheckConstraint(name="event_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"))),
            models.CheckConstraint(name="event_has_a_seat", condition=Q(capacity=None) | Q(capacity__gte=1)),
            models.CheckConstraint(
                name="event_opens_before_it_closes",
                condition=Q(opens_at=None) | Q(closes_at=None) | Q(opens_at__lt=F("closes_at")),
            ),
            models.CheckConstraint(
                name="event_for_a_partnership_names_it",
                condition=~Q(audience=Audience.PARTNERSHIP) | Q(partnership__isnull=False) | Q(space__isnull=False),
            ),
            models.CheckConstraint(
                name="event_cancelled_says_why", condition=~Q(state=EventState.CANCELLED) | ~Q(reason="")
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("event", args=[self.slug])

    @property
    def title(self):
        return in_language(self, "title")

    @property
    def text(self):
        return in_language(self, "text")

    @property
    def access(self):
        return in_language(self, "access")

    @property
    def last_moment(self):
        """Until when one can sign up: as long as is said, else until it starts."""
        return self.closes_at or self.starts_at

    @property
    def is_past(self):
        return self.ends_at <= timezone.now()

    @property
    def is_cancelled(self):
        return self.state == EventState.CANCELLED

    @property
    def hours(self):
        """How long it lasts, in hours; None when only the days are known."""
        return None if self.is_whole_day else (self.ends_at - self.starts_at).total_seconds() / 3600

    @property
    def is_draft(self):
        return self.state == EventState.DRAFT

    @property
    def first_day(self):
        return timezone.localdate(self.starts_at)

    @property
    def last_day(self):
        """The day on which it ends; one that ends at midnight ends on the day before."""
        return timezone.localdate(self.ends_at - timedelta(microseconds=1))

    def seats_left(self, seated):
        """How many seats are free when `seated` are taken; None where nobody counts."""
        return None if self.capacity is None else max(0, self.capacity - seated)

    def sign_up(self, seated, now=None):
        """What signing up leads to, when `seated` seats are taken."""
        now = now or timezone.now()
        if self.is_cancelled:
            return SignUp.CANCELLED
        if not self.takes_registrations or self.state != EventState.PUBLISHED:
            return SignUp.ELSEWHERE
        if self.starts_at <= now:
            return SignUp.BEGUN
        if self.opens_at and now < self.opens_at:
            return SignUp.EARLY
        if self.closes_at and self.closes_at <= now:
            return SignUp.LATE
        if self.seats_left(seated) == 0:
            return SignUp.FULL if self.has_waiting_list else SignUp.CLOSED_FULL
        return SignUp.OPEN
