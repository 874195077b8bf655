"""Missions: the challenge, the goal that can be measured, and the criteria that the goal is judged by."""

import pgtrigger
from django.apps import apps
from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.models import Area, Theme
from actors.models.merging import Moves, Unites
from missions.models.method import Criterion
from platforms.models import Partnership, Space
from web.text import in_language

PASS = 2  # points of three that each criterion must have before a mission starts
MOST_POINTS = 3


class MissionState(models.TextChoices):
    """A candidate is only a proposal. A documented mission is told of by its source and led elsewhere."""

    CANDIDATE = "candidate", _("Candidate")
    DOCUMENTED = "documented", _("Documented")
    FORMING = "forming", _("Being formulated")
    STARTED = "started", _("Under way")
    ENDED = "ended", _("Ended")


class Level(models.TextChoices):
    EU = "eu", _("European Union")
    NATIONAL = "national", _("National")
    REGION = "region", _("Region")
    PARTNERSHIP = "partnership", _("Partnership")


# When something became so in the hub, which is when it is told; taken back and given again, it is not told again.
MOMENTS = """
NEW.published_at := coalesce(NEW.published_at, OLD.published_at, CASE WHEN NEW.is_published THEN now() END);
NEW.started_at := coalesce(NEW.started_at, OLD.started_at, CASE WHEN NEW.state = 'started' THEN now() END);
NEW.ended_at := CASE WHEN NEW.state = 'ended' THEN coalesce(NEW.ended_at, OLD.ended_at, now()) END;
RETURN NEW;
"""


class MissionQuerySet(models.QuerySet):
    """Who may see and change which missions. Its space's people work on it; staff keep those without a space."""

    def published(self):
        return self.filter(is_published=True)

    def visible_to(self, user):
        """Public ones; people of a mission's space, and staff who keep missions, see it before it is public."""
        if user.has_perm("missions.change_mission"):
            return self
        if not user.is_authenticated:
            return self.published()
        return self.filter(Q(is_published=True) | Q(space__in=Space.objects.of(user).values("pk")))

    def editable_by(self, user):
        """Those whose argument and portfolio `user` may change now."""
        writable = Q(space__in=Space.objects.writable_by(user).values("pk")) if user.is_authenticated else Q(pk=None)
        if user.has_perm("missions.change_mission"):
            return self.filter(writable | Q(space=None))
        return self.filter(writable)

    def led_by(self, user):
        """Those that `user` may start, end and decide about: coordinators of the space; staff where there is none."""
        leads = Q(space__in=Space.objects.led_by(user).values("pk")) if user.is_authenticated else Q(pk=None)
        if user.has_perm("missions.change_mission"):
            return self.filter(leads | Q(space=None))
        return self.filter(leads)

    def under_way(self):
        return self.filter(state=MissionState.STARTED)

    def with_latest_value(self):
        """With `value` and `value_on`, the newest measurement of the goal itself, or None."""
        measured = apps.get_model("missions", "Measurement").objects
        rows = measured.filter(indicator__mission=OuterRef("pk"), indicator__is_goal=True).order_by("-on")
        return self.annotate(value=Subquery(rows.values("value")[:1]), value_on=Subquery(rows.values("on")[:1]))

    def with_open_needs(self):
        """With `open_needs`: how much it needs that nobody fills yet."""
        rows = apps.get_model("missions", "Need").objects.open().filter(mission=OuterRef("pk")).order_by()
        counted = rows.values("mission").annotate(count=Count("pk")).values("count")
        return self.annotate(open_needs=Coalesce(Subquery(counted), 0))


class Mission(models.Model):
    """A mission as an argument that can be tried: its goal has a measure, a baseline, a target and a date.

    `space` is where its people work; who is a member there may edit it. `period` is the time frame as the source words
    it, `measure_note` the measures that a source names in words. `version` counts saves of the goal.
    """

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    name_sv = models.CharField(_("name in Swedish"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    challenge_sv = models.TextField(_("challenge in Swedish"), max_length=2000, blank=True)
    challenge_en = models.TextField(_("challenge in English"), max_length=2000, blank=True)
    goal_sv = models.TextField(_("goal in one sentence, in Swedish"), max_length=500)
    goal_en = models.TextField(_("goal in one sentence, in English"), max_length=500, blank=True)
    measure_sv = models.CharField(_("measure in Swedish"), max_length=200, blank=True)
    measure_en = models.CharField(_("measure in English"), max_length=200, blank=True)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    baseline = models.DecimalField(_("baseline"), max_digits=16, decimal_places=3, null=True, blank=True)
    baseline_on = models.DateField(_("day of the baseline"), null=True, blank=True)
    target = models.DecimalField(_("target"), max_digits=16, decimal_places=3, null=True, blank=True)
    due_on = models.DateField(_("to be reached by"), null=True, blank=True)
    level = models.CharField(_("level"), max_length=11, choices=Level, default=Level.PARTNERSHIP)
    state = models.CharField(_("state"), max_length=10, choices=MissionState, default=MissionState.FORMING)
    themes = models.ManyToManyField(Theme, blank=True, related_name="missions", verbose_name=_("themes"))
    areas = models.ManyToManyField(Area, blank=True, related_name="missions", verbose_name=_("specialisation areas"))
    actors = models.ManyToManyField(
        "actors.Actor", blank=True, related_name="missions", verbose_name=_("organisations")
    )
    owner = models.ForeignKey(
        "actors.Actor", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    partnership = models.ForeignKey(
        Partnership, models.PROTECT, null=True, blank=True, related_name="missions", verbose_name=_("partnership")
    )
    space = models.ForeignKey(
        Space, models.PROTECT, null=True, blank=True, related_name="missions", verbose_name=_("space")
    )
    period = models.CharField(_("period in words"), max_length=120, blank=True)
    measure_note = models.TextField(_("measures in words"), max_length=1000, blank=True)
    source = models.CharField(_("source"), max_length=500, blank=True)
    note = models.TextField(_("note"), max_length=2000, blank=True)
    is_published = models.BooleanField(_("public"), default=False)
    is_example = models.BooleanField(_("invented example"), default=False, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    started_on = models.DateField(_("started"), null=True, blank=True)
    ended_on = models.DateField(_("ended"), null=True, blank=True)
    outcome = models.TextField(_("outcome in words"), max_length=2000, blank=True)
    published_at = models.DateTimeField(_("public since"), null=True, blank=True, editable=False)
    started_at = models.DateTimeField(_("start entered"), null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(_("end entered"), null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    objects = MissionQuerySet.as_manager()
    merging = {"owner": Moves(), "actors": Unites()}

    class Meta:
        verbose_name = _("mission")
        verbose_name_plural = _("missions")
        ordering = ["name_sv", "id"]
        constraints = [
            models.CheckConstraint(
                name="mission_target_differs_from_baseline",
                condition=Q(baseline=None) | Q(target=None) | ~Q(target=F("baseline")),
            ),
            models.CheckConstraint(
                name="mission_due_after_baseline",
                condition=Q(baseline_on=None) | Q(due_on=None) | Q(due_on__gt=F("baseline_on")),
            ),
            models.CheckConstraint(
                name="mission_started_has_measure_baseline_and_date",
                condition=~Q(state=MissionState.STARTED)
                | (
                    ~Q(measure_sv="")
                    & Q(baseline__isnull=False)
                    & Q(target__isnull=False)
                    & Q(due_on__isnull=False)
                    & Q(started_on__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="mission_ended_has_a_date",
                condition=~Q(state=MissionState.ENDED) | Q(ended_on__isnull=False),
            ),
        ]

        triggers = [
            pgtrigger.Trigger(
                name="moments",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=MOMENTS,
            )
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("mission", args=[self.slug])

    @property
    def name(self):
        return in_language(self, "name")

    @property
    def challenge(self):
        return in_language(self, "challenge")

    @property
    def goal(self):
        return in_language(self, "goal")

    @property
    def measure(self):
        return in_language(self, "measure")

    @property
    def is_candidate(self):
        return self.state == MissionState.CANDIDATE

    @property
    def is_documented(self):
        return self.state == MissionState.DOCUMENTED

    @property
    def is_ended(self):
        return self.state == MissionState.ENDED

    @property
    def has_a_measurable_goal(self):
        return bool(self.measure_sv) and None not in (self.baseline, self.target, self.due_on)

    @property
    def how_far(self):
        """Per cent of the way from the baseline to the target, by the newest value (`with_latest_value`), or None."""
        value = getattr(self, "value", None)
        if None in (value, self.baseline, self.target):
            return None
        share = 100 * (value - self.baseline) / (self.target - self.baseline)
        return max(0, min(100, round(share)))


class CriterionScore(models.Model):
    """How far a mission meets a criterion, 0 to 3, and why."""

    mission = models.ForeignKey(Mission, models.CASCADE, related_name="scores", verbose_name=_("mission"))
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+", verbose_name=_("criterion"))
    points = models.PositiveSmallIntegerField(_("points"), validators=[MaxValueValidator(MOST_POINTS)])
    reason = models.CharField(_("reason"), max_length=500)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("who")
    )
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("score of a criterion")
        verbose_name_plural = _("scores of criteria")
        ordering = ["criterion__position"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["mission", "criterion"], name="criterion_scored_once"),
            models.CheckConstraint(name="criterion_points_0_to_3", condition=Q(points__lte=MOST_POINTS)),
        ]

    def __str__(self):
        return f"{self.criterion}: {self.points}"

    @property
    def passes(self):
        return self.points >= PASS
