"""Programmes: events and self-study that raise a named ability, and how far each person has come."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.models.merging import Moves
from events.models.ability import Dimension
from events.models.event import Event
from web.text import in_language


class ProgrammeQuerySet(models.QuerySet):
    def published(self):
        return self.filter(is_published=True)

    def visible_to(self, user):
        return self if user.has_perm("events.change_programme") else self.published()


class Programme(models.Model):
    """Steps that raise an ability, named in words and, where it is one of a framework's, by its dimension."""

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    title_sv = models.CharField(_("title in Swedish"), max_length=200)
    title_en = models.CharField(_("title in English"), max_length=200, blank=True)
    ability_sv = models.CharField(_("ability that it raises, in Swedish"), max_length=200)
    ability_en = models.CharField(_("ability that it raises, in English"), max_length=200, blank=True)
    text_sv = models.TextField(_("text in Swedish"), max_length=4000, blank=True)
    text_en = models.TextField(_("text in English"), max_length=4000, blank=True)
    dimension = models.ForeignKey(
        Dimension, models.SET_NULL, null=True, blank=True, related_name="programmes", verbose_name=_("dimension")
    )
    is_published = models.BooleanField(_("public"), default=False)
    is_example = models.BooleanField(_("invented example"), default=False, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ["title_sv", "id"]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("programme", args=[self.slug])

    @property
    def title(self):
        return in_language(self, "title")

    @property
    def ability(self):
        return in_language(self, "ability")

    @property
    def text(self):
        return in_language(self, "text")


class StepKind(models.TextChoices):
    EVENT = "event", _("Event")
    STUDY = "study", _("Self-study")
    TASK = "task", _("Task")


class ProgrammeStep(models.Model):
    """One step. An event is done by coming to it, self-study by saying so, a task by handing in words."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="steps", verbose_name=_("programme"))
    number = models.PositiveSmallIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=5, choices=StepKind)
    event = models.ForeignKey(
        Event, models.PROTECT, null=True, blank=True, related_name="steps", verbose_name=_("event")
    )
    title_sv = models.CharField(_("title in Swedish"), max_length=200, blank=True)
    title_en = models.CharField(_("title in English"), max_length=200, blank=True)
    text_sv = models.TextField(_("text in Swedish"), max_length=4000, blank=True)
    text_en = models.TextField(_("text in English"), max_length=4000, blank=True)
    link = models.URLField(_("link"), max_length=500, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)

    class Meta:
        verbose_name = _("step of a programme")
        verbose_name_plural = _("steps of programmes")
        ordering = ["number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="programme_step_numbered"),
            models.CheckConstraint(
                name="programme_step_is_an_event_or_has_a_title",
                condition=Q(kind=StepKind.EVENT, event__isnull=False) | (~Q(kind=StepKind.EVENT) & ~Q(title_sv="")),
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def title(self):
        return str(self.event) if self.event_id else in_language(self, "title")

    @property
    def text(self):
        return in_language(self, "text")


class Participant(models.Model):
    """A person in a programme, for an organisation or for themselves."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="participants", verbose_name=_("programme"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="programmes", verbose_name=_("person")
    )
    actor = models.ForeignKey(
        "actors.Actor", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("on behalf of")
    )
    begun_at = models.DateTimeField(_("begun"), default=timezone.now)
    completed_at = models.DateTimeField(_("completed"), null=True, blank=True)

    merging = {"actor": Moves()}

    class Meta:
        verbose_name = _("participant of a programme")
        verbose_name_plural = _("participants of programmes")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["programme", "user"], name="participant_once")]

    def __str__(self):
        return f"{self.user}: {self.programme}"


class StepDone(models.Model):
    """A step that a person has done; `words` are what a task handed in, which staff accept."""

    participant = models.ForeignKey(Participant, models.CASCADE, related_name="done", verbose_name=_("participant"))
    step = models.ForeignKey(ProgrammeStep, models.CASCADE, related_name="done", verbose_name=_("step"))
    words = models.TextField(_("what was handed in"), max_length=4000, blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("accepted by"),
    )
    answer = models.TextField(_("answer"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("step done")
        verbose_name_plural = _("steps done")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["participant", "step"], name="step_done_once")]

    def __str__(self):
        return f"{self.participant_id} {self.step_id}"

    @property
    def waits(self):
        """Whether staff have not answered what was handed in."""
        return self.accepted_at is None and not self.answer
