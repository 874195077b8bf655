"""Who comes to an event: signed up, waiting, offered a seat, and whether they came."""

from django.conf import settings
from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Keyed, Language
from actors.models.merging import Moves
from events.models.event import Audience, Event
from platforms.models import Space, SpaceMember
from web.text import in_language


class QuestionKind(models.TextChoices):
    """What is asked about food and access is deleted a week after the event."""

    TEXT = "text", _("Words")
    CHOICE = "choice", _("One of several")
    CARE = "care", _("Food and access needs")


class Question(models.Model):
    """Something that whoever signs up is asked. `options` are the choices, one a line."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="questions", verbose_name=_("event"))
    number = models.PositiveSmallIntegerField(_("number"))
    text_sv = models.CharField(_("question in Swedish"), max_length=200)
    text_en = models.CharField(_("question in English"), max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=6, choices=QuestionKind, default=QuestionKind.TEXT)
    options = models.TextField(_("choices, one a line"), max_length=1000, blank=True)
    is_required = models.BooleanField(_("must be answered"), default=False)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["event", "number"], name="event_question_numbered"),
            models.CheckConstraint(
                name="event_choice_has_options", condition=~Q(kind=QuestionKind.CHOICE) | ~Q(options="")
            ),
        ]

    def __str__(self):
        return self.text

    @property
    def text(self):
        return in_language(self, "text")


class RegistrationState(models.TextChoices):
    """`offered`: a seat is kept for this person until `offered_until`."""

    CONFIRMED = "confirmed", _("Has a seat")
    WAITING = "waiting", _("On the waiting list")
    OFFERED = "offered", _("Has been offered a seat")
    LEFT = "left", _("Does not come")


SEATED = (RegistrationState.CONFIRMED, RegistrationState.OFFERED)
ACTIVE = (*SEATED, RegistrationState.WAITING)


class RegistrationQuerySet(models.QuerySet):
    def seated(self):
        """Who takes up a seat: a seat that is offered is kept."""
        return self.filter(state__in=SEATED)

    def confirmed(self):
        return self.filter(state=RegistrationState.CONFIRMED)

    def active(self):
        return self.filter(state__in=ACTIVE)

    def waiting(self):
        """The waiting list, the next first."""
        return self.filter(state=RegistrationState.WAITING).order_by("waits_since", "id")

    def of(self, user):
        """Those of a person."""
        return self.filter(user=user) if user.is_authenticated else self.none()

    def outside(self, event):
        """Those of people for whom the event is not, as it is now."""
        if event.audience == Audience.PUBLIC:
            return self.none()
        if event.audience == Audience.REGISTERED:
            return self.filter(user=None)
        spaces = Space.objects.filter(
            **{"pk": event.space_id} if event.space_id else {"partnership": event.partnership_id}
        )
        return self.exclude(user__in=SpaceMember.objects.filter(space__in=spaces.values("pk")).values("user"))

    def with_number(self):
        """Adds `ahead`, how many stand before each on the waiting list."""
        before = Q(waits_since__lt=OuterRef("waits_since")) | Q(
            waits_since=OuterRef("waits_since"), pk__lt=OuterRef("pk")
        )
        rows = Registration.objects.filter(before, event=OuterRef("event"), state=RegistrationState.WAITING)
        counted = rows.order_by().values("event").annotate(count=Count("pk")).values("count")
        return self.annotate(ahead=Coalesce(Subquery(counted), 0))


class Registration(Keyed):
    """One person at one event, once: whoever leaves and comes back is the same row. A guest has no account.

    `by` signed up a colleague. The key is the guest's link. `is_listed` is the person's own choice
    to be seen by the others. `came` is None until somebody says.
    """

    event = models.ForeignKey(Event, models.CASCADE, related_name="registrations", verbose_name=_("event"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="registrations",
        verbose_name=_("person"),
    )
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail address"), max_length=254)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.SWEDISH)
    actor = models.ForeignKey(
        "actors.Actor", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("on behalf of")
    )
    organisation = models.CharField(_("organisation"), max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("signed up by"),
    )
    state = models.CharField(_("state"), max_length=9, choices=RegistrationState)
    waits_since = models.DateTimeField(_("waits since"), null=True, blank=True)
    offered_until = models.DateTimeField(_("seat is kept until"), null=True, blank=True)
    is_listed = models.BooleanField(_("seen by the other participants"), default=False)
    came = models.BooleanField(_("came"), null=True, blank=True)
    came_at = models.DateTimeField(_("came at"), null=True, blank=True)
    created_at = models.DateTimeField(_("signed up"), default=timezone.now)
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True, editable=False)

    objects = RegistrationQuerySet.as_manager()
    merging = {"actor": Moves()}

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        ordering = ["created_at", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["event", "email"], name="registered_once"),
            models.CheckConstraint(
                name="registration_address_in_lower_case", condition=Q(email=models.functions.Lower("email"))
            ),
            models.CheckConstraint(
                name="registration_waits_since",
                condition=~Q(state=RegistrationState.WAITING) | Q(waits_since__isnull=False),
            ),
            models.CheckConstraint(
                name="registration_offered_until",
                condition=~Q(state=RegistrationState.OFFERED) | Q(offered_until__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["event", "state", "waits_since", "id"], name="registration_queue")]

    def __str__(self):
        return f"{self.name}: {self.event}"

    @property
    def is_active(self):
        return self.state in ACTIVE

    @property
    def number(self):
        """The place on the waiting list, the next is 1; asked for, unless `with_number` has."""
        ahead = getattr(self, "ahead", None)
        if ahead is None:
            ahead = type(self).objects.with_number().values_list("ahead", flat=True).get(pk=self.pk)
        return ahead + 1

    @property
    def sees_event(self):
        """Whether the person may still see the event; a guest only one that is public."""
        if self.event.audience == Audience.PUBLIC:
            return True
        return self.user_id is not None and Event.objects.visible_to(self.user).filter(pk=self.event_id).exists()

    @property
    def address(self):
        """Where its mails go: a person's own address, as it is now."""
        return self.user.email if self.user_id else self.email


class Answer(models.Model):
    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="answers", verbose_name=_("registration")
    )
    question = models.ForeignKey(Question, models.CASCADE, related_name="answers", verbose_name=_("question"))
    text = models.TextField(_("answer"), max_length=2000)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["registration", "question"], name="event_question_answered_once")
        ]

    def __str__(self):
        return self.text[:80]


class Attendance(models.Model):
    """How many came from an organisation: a fact that outlives the people's rows. One row for those without one."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="attendance", verbose_name=_("event"))
    actor = models.ForeignKey(
        "actors.Actor", models.PROTECT, null=True, blank=True, related_name="attendance", verbose_name=_("organisation")
    )
    people = models.PositiveIntegerField(_("people"))
    hours = models.DecimalField(_("hours each"), max_digits=6, decimal_places=2, null=True, blank=True)

    merging = {"actor": Moves(one_per=("event_id",), sums=("people",))}

    class Meta:
        verbose_name = _("attendance of an organisation")
        verbose_name_plural = _("attendance of organisations")
        ordering = ["event", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["event", "actor"], nulls_distinct=False, name="attendance_once"),
            models.CheckConstraint(name="attendance_of_somebody", condition=Q(people__gte=1)),
        ]

    def __str__(self):
        return f"{self.actor or ''} {self.people}"


class Headcount(models.Model):
    """How many came, by sex, in numbers that somebody counted: never from names."""

    event = models.OneToOneField(Event, models.CASCADE, related_name="headcount", verbose_name=_("event"))
    women = models.PositiveIntegerField(_("women"), default=0)
    men = models.PositiveIntegerField(_("men"), default=0)
    other = models.PositiveIntegerField(_("other, or not stated"), default=0)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("counted by")
    )
    at = models.DateTimeField(_("counted"), default=timezone.now)

    class Meta:
        verbose_name = _("headcount")
        verbose_name_plural = _("headcounts")
        default_permissions = ()

    def __str__(self):
        return f"{self.women + self.men + self.other}"

    @property
    def total(self):
        return self.women + self.men + self.other
