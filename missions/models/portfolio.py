"""The portfolio of a mission: commitments in waves, experiments, and indicators with their series."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.models import Representative
from actors.models.merging import Moves
from missions.models.argument import Statement
from missions.models.mission import Mission
from missions.progress import written
from web.templatetags.web import day

WAVES = 9


class Reminded(models.IntegerChoices):
    """What people have been told of a promise's day, so that each is said once; a new day begins anew."""

    NOT_YET = 0
    NEAR = 1
    PASSED = 2


class CommitmentState(models.TextChoices):
    """An offer comes from outside and waits for the coordinators' answer."""

    OFFERED = "offered", _("Offered")
    PROMISED = "promised", _("Promised")
    DONE = "done", _("Done")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class CommitmentQuerySet(models.QuerySet):
    def open(self):
        return self.filter(state=CommitmentState.PROMISED)

    def public(self):
        """What anybody may read: promised and kept ones."""
        return self.filter(state__in=(CommitmentState.PROMISED, CommitmentState.DONE))

    def waiting(self):
        """Offers that nobody has answered."""
        return self.filter(state=CommitmentState.OFFERED)

    def offered_by(self, user):
        """Offers, in any state, that `user` made, or that an organisation made which `user` speaks for now."""
        if not user.is_authenticated:
            return self.none()
        ours = Q(offered_by__isnull=False, actor__in=Representative.objects.actors_of(user))
        return self.filter(Q(offered_by=user.pk) | ours)


class Commitment(models.Model):
    """Who promises what by when. `user` is the person to ask; only the organisation is named in public.

    `wave` is the round of the portfolio it belongs to, from 1.
    """

    mission = models.ForeignKey(Mission, models.CASCADE, related_name="commitments", verbose_name=_("mission"))
    number = models.PositiveIntegerField(_("number"))
    actor = models.ForeignKey(
        "actors.Actor", models.PROTECT, related_name="commitments", verbose_name=_("organisation")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    text = models.CharField(_("what is promised"), max_length=300)
    due_on = models.DateField(_("by"), null=True, blank=True)
    wave = models.PositiveSmallIntegerField(
        _("wave"), default=1, validators=[MinValueValidator(1), MaxValueValidator(WAVES)]
    )
    state = models.CharField(_("state"), max_length=9, choices=CommitmentState, default=CommitmentState.PROMISED)
    statement = models.ForeignKey(
        Statement,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="commitments",
        verbose_name=_("statement that it serves"),
    )
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("offered by")
    )
    answer = models.TextField(_("answer"), max_length=1000, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    done_on = models.DateField(_("done"), null=True, blank=True)
    result = models.CharField(_("what came of it"), max_length=500, blank=True)
    reminded = models.PositiveSmallIntegerField(_("reminded"), default=Reminded.NOT_YET, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    objects = CommitmentQuerySet.as_manager()
    merging = {"actor": Moves()}

    class Meta:
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        ordering = ["mission", "wave", F("due_on").asc(nulls_last=True), "number"]
        default_permissions = ()
        indexes = [models.Index(fields=["state", "due_on"], name="commitment_due")]
        constraints = [
            models.UniqueConstraint(fields=["mission", "number"], name="commitment_number_once"),
            models.CheckConstraint(name="commitment_wave_1_to_9", condition=Q(wave__gte=1, wave__lte=WAVES)),
            models.CheckConstraint(
                name="commitment_done_has_a_date",
                condition=(Q(state=CommitmentState.DONE) & Q(done_on__isnull=False))
                | (~Q(state=CommitmentState.DONE) & Q(done_on=None)),
            ),
        ]

    def __str__(self):
        return self.text

    @property
    def is_late(self):
        return self.state == CommitmentState.PROMISED and bool(self.due_on) and self.due_on < timezone.localdate()

    @property
    def days_late(self):
        return (timezone.localdate() - self.due_on).days if self.is_late else 0

    @property
    def is_done(self):
        return self.state == CommitmentState.DONE


class Verdict(models.TextChoices):
    """What an experiment leads to."""

    STOP = "stop", _("Stop")
    CHANGE = "change", _("Change")
    SCALE = "scale", _("Scale up")


class Experiment(models.Model):
    """A trial: what is believed, how it is tested, what came out, what was learnt, and what follows."""

    mission = models.ForeignKey(Mission, models.CASCADE, related_name="experiments", verbose_name=_("mission"))
    number = models.PositiveIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=160)
    hypothesis = models.TextField(_("hypothesis"), max_length=1000)
    test = models.TextField(_("how it is tested"), max_length=1000, blank=True)
    outcome = models.TextField(_("outcome"), max_length=2000, blank=True)
    learning = models.TextField(_("what was learnt"), max_length=1000, blank=True)
    verdict = models.CharField(_("what follows"), max_length=6, choices=Verdict, blank=True)
    statement = models.ForeignKey(
        Statement,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="experiments",
        verbose_name=_("statement that it tests"),
    )
    owner_actor = models.ForeignKey(
        "actors.Actor",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("organisation that runs it"),
    )
    starts_on = models.DateField(_("starts"), null=True, blank=True)
    ends_on = models.DateField(_("ends"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    merging = {"owner_actor": Moves()}

    class Meta:
        verbose_name = _("experiment")
        verbose_name_plural = _("experiments")
        ordering = ["mission", "number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["mission", "number"], name="experiment_number_once"),
            models.CheckConstraint(
                name="experiment_ends_after_it_starts",
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="experiment_verdict_rests_on_outcome_and_learning",
                condition=Q(verdict="") | (~Q(outcome="") & ~Q(learning="")),
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def is_over(self):
        return bool(self.verdict)

    @property
    def is_planned(self):
        return not self.verdict and bool(self.starts_on) and self.starts_on > timezone.localdate()

    @property
    def lacks_a_verdict(self):
        """It has ended, and nobody has written what follows."""
        return not self.verdict and bool(self.ends_on) and self.ends_on < timezone.localdate()


class Indicator(models.Model):
    """Something that is measured again and again. `is_goal` marks the measure of the goal itself."""

    mission = models.ForeignKey(Mission, models.CASCADE, related_name="indicators", verbose_name=_("mission"))
    number = models.PositiveIntegerField(_("number"))
    name = models.CharField(_("what is measured"), max_length=200)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    baseline = models.DecimalField(_("baseline"), max_digits=16, decimal_places=3, null=True, blank=True)
    target = models.DecimalField(_("target"), max_digits=16, decimal_places=3, null=True, blank=True)
    source = models.CharField(_("where the values come from"), max_length=300, blank=True)
    is_goal = models.BooleanField(_("measures the goal"), default=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["mission", "-is_goal", "number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["mission", "number"], name="indicator_number_once"),
            models.UniqueConstraint(fields=["mission"], name="indicator_one_of_the_goal", condition=Q(is_goal=True)),
            models.CheckConstraint(
                name="indicator_target_differs_from_baseline",
                condition=Q(baseline=None) | Q(target=None) | ~Q(target=F("baseline")),
            ),
        ]

    def __str__(self):
        return self.name


class Measurement(models.Model):
    """One value of an indicator's series."""

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="measurements", verbose_name=_("indicator"))
    on = models.DateField(_("day"))
    value = models.DecimalField(_("value"), max_digits=16, decimal_places=3)
    note = models.CharField(_("note"), max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("entered by")
    )
    at = models.DateTimeField(_("entered"), default=timezone.now)

    class Meta:
        verbose_name = _("measurement")
        verbose_name_plural = _("measurements")
        ordering = ["indicator", "on"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["indicator", "on"], name="measurement_once_a_day")]

    def __str__(self):
        return f"{written(self.value)} ({day(self.on, 'j M Y')})"
