"""Decisions and tasks of a space."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from platforms.models.space import Space, SpaceMember, SpaceRole
from platforms.models.talk import SAID_THEN, InSpaceQuerySet

SOON = timedelta(days=7)


class Way(models.TextChoices):
    """How a decision is made."""

    CONSENT = "consent", _("Consent: it stands when nobody objects")
    VOTE = "vote", _("Vote: more yes than no")


class Deciders(models.TextChoices):
    MEMBERS = "members", _("All members")
    COORDINATORS = "coordinators", _("The coordinators")


class DecisionState(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    DECIDED = "decided", pgettext_lazy("a proposal", "Decided")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", pgettext_lazy("a proposal", "Withdrawn")


class DecisionQuerySet(InSpaceQuerySet):
    def waiting_for(self, user):
        """Proposals in open spaces that `user` has a say in and has not answered."""
        led = SpaceMember.objects.spaces_of(user, SpaceRole.COORDINATOR)
        say = Q(deciders=Deciders.MEMBERS) | Q(space__in=led)
        answered = DecisionAnswer.objects.filter(decision=OuterRef("pk"), user_id=user.pk)
        writable = Space.objects.writable_by(user).values("pk")
        return self.filter(say, ~Exists(answered), state=DecisionState.PROPOSED, space__in=writable)


class Decision(models.Model):
    """A proposal and what became of it. Its text is fixed once somebody has answered; `outcome` comes at the end.

    `resolution` says how objections were dealt with, or why the outcome is another than the answers say.
    """

    space = models.ForeignKey(Space, models.CASCADE, related_name="decisions", verbose_name=_("space"))
    number = models.PositiveIntegerField(_("number"))
    title = models.CharField(_("what is to be decided"), max_length=160)
    proposal = models.TextField(_("proposal"), max_length=5000)
    way = models.CharField(_("how it is decided"), max_length=7, choices=Way, default=Way.CONSENT)
    deciders = models.CharField(_("who decides"), max_length=12, choices=Deciders, default=Deciders.MEMBERS)
    answer_by = models.DateField(_("answer by"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("proposed by")
    )
    on_behalf_of = models.ForeignKey(
        "actors.Actor", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("on behalf of")
    )
    created_at = models.DateTimeField(_("proposed"), default=timezone.now)
    state = models.CharField(_("state"), max_length=9, choices=DecisionState, default=DecisionState.PROPOSED)
    outcome = models.TextField(_("outcome in words"), max_length=2000, blank=True)
    resolution = models.TextField(_("how objections were dealt with"), max_length=2000, blank=True)
    decided_on = models.DateField(_("date of the decision"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("recorded by")
    )
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = DecisionQuerySet.as_manager()
    merging = {"on_behalf_of": SAID_THEN}

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["-number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["space", "number"], name="decision_number_once"),
            models.CheckConstraint(
                name="decision_has_a_date",
                condition=~Q(state__in=[DecisionState.DECIDED, DecisionState.REJECTED]) | ~Q(decided_on=None),
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("decision", args=[self.space.slug, self.number])

    @property
    def is_open(self):
        return self.state == DecisionState.PROPOSED

    def deciding_members(self):
        """The members who have a say in it now."""
        members = SpaceMember.objects.filter(space=self.space_id)
        return members.coordinators() if self.deciders == Deciders.COORDINATORS else members.writers()

    def is_decided_by(self, member):
        """Whether `member` (or None) has a say in it."""
        if member is None:
            return False
        return member.is_coordinator if self.deciders == Deciders.COORDINATORS else member.may_write


class Answer(models.TextChoices):
    """Under consent yes means "I can live with it" and no is an objection."""

    YES = "yes", _("Yes")
    NO = "no", _("No")
    ABSTAIN = "abstain", _("I abstain")


class DecisionAnswer(models.Model):
    decision = models.ForeignKey(Decision, models.CASCADE, related_name="answers", verbose_name=_("decision"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person"))
    on_behalf_of = models.ForeignKey(
        "actors.Actor", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("on behalf of")
    )
    answer = models.CharField(_("answer"), max_length=7, choices=Answer)
    comment = models.TextField(_("comment"), max_length=1000, blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)

    merging = {"on_behalf_of": SAID_THEN}

    class Meta:
        verbose_name = _("answer to a proposal")
        verbose_name_plural = _("answers to proposals")
        ordering = ["at", "id"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["decision", "user"], name="decision_answer_once")]

    def __str__(self):
        return f"{self.user} {self.answer}"


class Presence(models.Model):
    """Who was there when a decision was made; `name` stands as it was that day."""

    decision = models.ForeignKey(Decision, models.CASCADE, related_name="presences", verbose_name=_("decision"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("person")
    )
    name = models.CharField(_("name"), max_length=120)
    on_behalf_of = models.ForeignKey(
        "actors.Actor", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("on behalf of")
    )

    merging = {"on_behalf_of": SAID_THEN}

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        ordering = ["name", "id"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["decision", "user"], name="presence_once")]

    def __str__(self):
        return self.name


class TaskQuerySet(InSpaceQuerySet):
    def open(self):
        return self.filter(done_at=None)

    def soon_for(self, user):
        """Open tasks of `user` in open spaces that are late, or due within a week."""
        until = timezone.localdate() + SOON
        return self.open().filter(owner_id=user.pk, due_on__lte=until, space__in=Space.objects.writable_by(user))


class Task(models.Model):
    """Something that one person does by a date."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="tasks", verbose_name=_("space"))
    number = models.PositiveIntegerField(_("number"))
    title = models.CharField(_("what is to be done"), max_length=160)
    note = models.TextField(_("note"), max_length=2000, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="tasks",
        verbose_name=_("who does it"),
    )
    due_on = models.DateField(_("by"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("added by")
    )
    decision = models.ForeignKey(
        Decision, models.SET_NULL, null=True, blank=True, related_name="tasks", verbose_name=_("follows from")
    )
    created_at = models.DateTimeField(_("added"), default=timezone.now)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("done by")
    )
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering = ["due_on", "number"]
        default_permissions = ()
        indexes = [models.Index(fields=["owner", "due_on"], name="task_open", condition=Q(done_at=None))]
        constraints = [models.UniqueConstraint(fields=["space", "number"], name="task_number_once")]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("task_edit", args=[self.space.slug, self.number])

    @property
    def is_done(self):
        return self.done_at is not None

    @property
    def days_late(self):
        """How many days ago it should have been done; 0 when it is not late."""
        if self.is_done or self.due_on is None:
            return 0
        return max((timezone.localdate() - self.due_on).days, 0)
