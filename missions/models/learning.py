"""What a run teaches its method: the review, proposals with their votes, and why each part of a version is as it is."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.models.merging import Stays
from missions.models.method import MethodVersion
from missions.models.run import Run


class Review(models.Model):
    """One person's answers to the five questions about a run. Nobody reads them until all are in, or time is up.

    A row without `answered_at` is a question that waits for its person.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="reviews", verbose_name=_("run"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person"))
    on_behalf_of = models.ForeignKey(
        "actors.Actor", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("on behalf of")
    )
    worked = models.TextField(_("what worked well"), max_length=1000, blank=True)
    hindered = models.TextField(_("what was in the way"), max_length=1000, blank=True)
    missing = models.TextField(_("who or what was missing"), max_length=1000, blank=True)
    surprise = models.TextField(_("what surprised us"), max_length=1000, blank=True)
    change = models.TextField(_("what the method should change"), max_length=1000, blank=True)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    merging = {"on_behalf_of": Stays("what was said on that day was said for that organisation")}

    class Meta:
        verbose_name = _("answers about a run")
        verbose_name_plural = _("answers about runs")
        ordering = ["run", "id"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["run", "user"], name="review_once")]

    def __str__(self):
        return f"{self.run} – {self.user}"


class Part(models.TextChoices):
    """What of a stage a proposal is about."""

    PURPOSE = "purpose", _("Purpose")
    ACTIVITIES = "activities", _("Activities")
    OUTPUTS = "outputs", _("Outputs")
    GATE = "gate", _("Gate")
    ROLES = "roles", _("Roles")
    TIME = "weeks", _("Time")
    STAGE = "stage", _("The stage as a whole")


class ProposalState(models.TextChoices):
    OPEN = "open", _("Open")
    TAKEN = "taken", _("Taken up")
    DECLINED = "declined", _("Not taken up")


class Proposal(models.Model):
    """A change of the method that a run teaches: what, why, and the learning behind it.

    `stage` is the slug of the stage in the run's version; "" is about the method as a whole.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="proposals", verbose_name=_("run"))
    number = models.PositiveSmallIntegerField(_("number"))
    stage = models.SlugField(_("stage"), max_length=40, blank=True)
    part = models.CharField(_("what it is about"), max_length=10, choices=Part, default=Part.STAGE)
    text = models.CharField(_("what to change"), max_length=500)
    learning = models.CharField(_("what taught us this"), max_length=500)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("proposed by")
    )
    on_behalf_of = models.ForeignKey(
        "actors.Actor", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("on behalf of")
    )
    at = models.DateTimeField(_("when"), default=timezone.now)
    state = models.CharField(_("state"), max_length=8, choices=ProposalState, default=ProposalState.OPEN)
    answer = models.CharField(_("answer"), max_length=500, blank=True)

    merging = {"on_behalf_of": Stays("what was proposed on that day was proposed for that organisation")}

    class Meta:
        verbose_name = _("proposal for a method")
        verbose_name_plural = _("proposals for methods")
        ordering = ["run", "number"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="proposal_number_once")]

    def __str__(self):
        return self.text


class ProposalVote(models.Model):
    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="votes", verbose_name=_("proposal"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person"))
    is_for = models.BooleanField(_("for it"))
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("vote on a proposal")
        verbose_name_plural = _("votes on proposals")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["proposal", "user"], name="proposal_voted_once")]

    def __str__(self):
        return f"{self.proposal}: {self.is_for}"


class Change(models.Model):
    """Why something in a version is as it is: the answer of a step to "why is it like this?".

    `stage`, `part` and `key` say where; `run` is what taught it, `proposal` the words it came from. Both may be
    missing: then `reason` says why.
    """

    version = models.ForeignKey(MethodVersion, models.CASCADE, related_name="changes", verbose_name=_("version"))
    stage = models.SlugField(_("stage"), max_length=40, blank=True)
    part = models.CharField(_("what of it"), max_length=10, choices=Part, default=Part.STAGE)
    key = models.SlugField(_("which"), max_length=60, blank=True)
    run = models.ForeignKey(
        Run, models.PROTECT, null=True, blank=True, related_name="changes", verbose_name=_("because of the run")
    )
    proposal = models.ForeignKey(
        Proposal, models.PROTECT, null=True, blank=True, related_name="changes", verbose_name=_("proposal")
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("change of a method")
        verbose_name_plural = _("changes of methods")
        ordering = ["version", "id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="change_says_why", condition=Q(run__isnull=False) | Q(proposal__isnull=False) | ~Q(reason="")
            )
        ]

    def __str__(self):
        return f"{self.stage} {self.part} {self.key}"
