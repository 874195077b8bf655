"""Matchmaking: what participants offer and wish, their meetings of two, and what came of them."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.models import Competence
from events.models.event import Event
from events.models.registration import Registration


class Matchmaking(models.Model):
    """The times of an event in which people meet by two: from, until, minutes each, at most so many tables. The numbers
    are what is kept of the meetings when the people are deleted."""

    event = models.OneToOneField(Event, models.CASCADE, related_name="matchmaking", verbose_name=_("event"))
    starts_at = models.DateTimeField(_("first meeting"))
    ends_at = models.DateTimeField(_("last meeting ends"))
    minutes = models.PositiveSmallIntegerField(
        _("minutes each"), default=20, validators=[MinValueValidator(5), MaxValueValidator(120)]
    )
    tables = models.PositiveSmallIntegerField(
        _("tables"), default=20, validators=[MinValueValidator(1), MaxValueValidator(200)]
    )
    meetings = models.PositiveIntegerField(_("meetings"), default=0, editable=False)
    asked = models.PositiveIntegerField(_("people asked what came of it"), default=0, editable=False)
    together = models.PositiveIntegerField(_("do something together"), default=0, editable=False)
    talking = models.PositiveIntegerField(_("are still talking"), default=0, editable=False)
    nothing = models.PositiveIntegerField(_("nothing came of it"), default=0, editable=False)
    counted_at = models.DateTimeField(_("people became numbers"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("matchmaking")
        verbose_name_plural = _("matchmakings")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="matchmaking_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at")))
        ]

    def __str__(self):
        return str(self.event)


class Profile(models.Model):
    """What a participant offers and wishes, for those who come to the same matchmaking."""

    registration = models.OneToOneField(
        Registration, models.CASCADE, related_name="profile", verbose_name=_("registration")
    )
    offers = models.TextField(_("what we offer"), max_length=1000, blank=True)
    wishes = models.TextField(_("what we look for"), max_length=1000, blank=True)
    offered = models.ManyToManyField(Competence, blank=True, related_name="+", verbose_name=_("competences offered"))
    wished = models.ManyToManyField(Competence, blank=True, related_name="+", verbose_name=_("competences looked for"))
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("profile for matchmaking")
        verbose_name_plural = _("profiles for matchmaking")
        default_permissions = ()

    def __str__(self):
        return self.registration.name


class MeetingState(models.TextChoices):
    ASKED = "asked", _("Asked")
    BOOKED = "booked", _("Booked")
    DECLINED = "declined", _("Declined")
    CANCELLED = "cancelled", _("Cancelled")


class Meeting(models.Model):
    """Two participants at one time and table. Who sits where at which time is held by `Seat`."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="meetings", verbose_name=_("event"))
    asker = models.ForeignKey(Registration, models.CASCADE, related_name="asked", verbose_name=_("asked by"))
    asked = models.ForeignKey(Registration, models.CASCADE, related_name="asked_for", verbose_name=_("asked"))
    state = models.CharField(_("state"), max_length=9, choices=MeetingState, default=MeetingState.ASKED)
    line = models.CharField(_("why we should meet"), max_length=300, blank=True)
    starts_at = models.DateTimeField(_("starts"), null=True, blank=True)
    table = models.PositiveSmallIntegerField(_("table"), null=True, blank=True)
    created_at = models.DateTimeField(_("asked on"), default=timezone.now)

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ["starts_at", "id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="meeting_of_two", condition=~Q(asker=F("asked"))),
            models.CheckConstraint(
                name="meeting_booked_has_time_and_table",
                condition=~Q(state=MeetingState.BOOKED) | Q(starts_at__isnull=False, table__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["event", "starts_at", "table"],
                name="meeting_table_taken_once",
                condition=Q(state=MeetingState.BOOKED),
            ),
        ]

    def __str__(self):
        return f"{self.asker_id} {self.asked_id}"


class Seat(models.Model):
    """One participant at one time: the database lets nobody sit at two tables."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="seats", verbose_name=_("meeting"))
    registration = models.ForeignKey(Registration, models.CASCADE, related_name="seats", verbose_name=_("registration"))
    starts_at = models.DateTimeField(_("starts"))

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["registration", "starts_at"], name="one_meeting_at_a_time"),
            models.UniqueConstraint(fields=["meeting", "registration"], name="seat_once_a_meeting"),
        ]

    def __str__(self):
        return f"{self.registration_id} {self.starts_at}"


class FollowUp(models.Model):
    """What one of the two said came of a meeting, thirty days later."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="follow_ups", verbose_name=_("meeting"))
    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="follow_ups", verbose_name=_("registration")
    )
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    outcome = models.CharField(
        _("what came of it"),
        max_length=9,
        blank=True,
        choices=[
            ("together", _("We do something together")),
            ("talking", _("We are still talking")),
            ("nothing", _("Nothing")),
        ],
    )

    class Meta:
        verbose_name = _("follow-up of a meeting")
        verbose_name_plural = _("follow-ups of meetings")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["meeting", "registration"], name="followed_up_once")]

    def __str__(self):
        return f"{self.meeting_id} {self.outcome}"
