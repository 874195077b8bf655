"""The ability of the support system, before and after: frameworks as data, rounds, and what organisations answered."""

import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.models import Representative
from actors.models.merging import Stays
from missions.models import MethodRole
from web.text import in_language

HIGHEST = 4
FEWEST = 3  # organisations behind a number that is shown
KEPT = "A round of self-assessment that is closed is never changed."


def _fixed(closed):
    """A trigger on rows of a round: none comes, changes or goes once the round is closed. `closed` is SQL that finds a
    closed round of ROW (NEW or OLD)."""
    return pgtrigger.Trigger(
        name="closed_is_fixed",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"""
        IF (TG_OP <> 'INSERT' AND EXISTS ({closed.replace("ROW", "OLD")}))
           OR (TG_OP <> 'DELETE' AND EXISTS ({closed.replace("ROW", "NEW")})) THEN
            IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'by_id' = to_jsonb(OLD) - 'by_id' THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION '{KEPT}' USING ERRCODE = 'check_violation';
        END IF;
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        """,
    )


class Framework(models.Model):
    """Dimensions of an ability with the statements by which it is judged, loaded from the region's folder."""

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    name_sv = models.CharField(_("name in Swedish"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    levels = models.JSONField(_("levels"), default=list)  # [{"value": 0, "sv": …, "en": …}, …]
    sources = models.JSONField(_("sources"), default=list, blank=True)

    class Meta:
        verbose_name = _("framework")
        verbose_name_plural = _("frameworks")
        ordering = ["slug"]

    def __str__(self):
        return self.name

    @property
    def name(self):
        return in_language(self, "name")


class Dimension(models.Model):
    framework = models.ForeignKey(Framework, models.CASCADE, related_name="dimensions", verbose_name=_("framework"))
    slug = models.SlugField(_("slug"), max_length=80)
    number = models.PositiveSmallIntegerField(_("number"))
    name_sv = models.CharField(_("name in Swedish"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("dimension")
        verbose_name_plural = _("dimensions")
        ordering = ["framework", "number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["framework", "slug"], name="dimension_once"),
        ]

    def __str__(self):
        return self.name

    @property
    def name(self):
        return in_language(self, "name")


class AbilityStatement(models.Model):
    """A sentence that an organisation says how far it holds, 0 to 4."""

    dimension = models.ForeignKey(Dimension, models.CASCADE, related_name="statements", verbose_name=_("dimension"))
    slug = models.SlugField(_("slug"), max_length=80)
    number = models.PositiveSmallIntegerField(_("number"))
    text_sv = models.CharField(_("statement in Swedish"), max_length=300)
    text_en = models.CharField(_("statement in English"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("statement of a framework")
        verbose_name_plural = _("statements of a framework")
        ordering = ["dimension", "number"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["dimension", "slug"], name="ability_statement_once")]

    def __str__(self):
        return self.text

    @property
    def text(self):
        return in_language(self, "text")


class RoundKind(models.TextChoices):
    BEFORE = "before", _("Before")
    DURING = "during", _("During")
    AFTER = "after", _("After")


class RoundQuerySet(models.QuerySet):
    def open(self):
        return self.filter(closed_at=None)

    def closed(self):
        return self.exclude(closed_at=None)

    def visible_to(self, user):
        """Staff who keep rounds see all; others those that ask an organisation which they represent."""
        if user.has_perm("events.change_round"):
            return self
        mine = Assessment.objects.of(user).values("round")
        return self.filter(pk__in=mine)


class Round(models.Model):
    """A time at which organisations judge themselves. It is closed by staff; afterwards nothing of it changes: the
    database holds that. `version` counts saves."""

    framework = models.ForeignKey(Framework, models.PROTECT, related_name="rounds", verbose_name=_("framework"))
    kind = models.CharField(_("kind"), max_length=6, choices=RoundKind)
    name_sv = models.CharField(_("name in Swedish"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    opens_on = models.DateField(_("opens"))
    closes_on = models.DateField(_("closes"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    is_example = models.BooleanField(_("invented example"), default=False, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("round of self-assessment")
        verbose_name_plural = _("rounds of self-assessment")
        ordering = ["opens_on", "id"]
        constraints = [
            models.CheckConstraint(name="round_closes_after_it_opens", condition=Q(closes_on__gte=F("opens_on")))
        ]
        triggers = [
            pgtrigger.Trigger(
                name="closed_is_fixed",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__closed_at__isnull=False),
                func=f"RAISE EXCEPTION '{KEPT}' USING ERRCODE = 'check_violation';",
            )
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("ability_round", args=[self.pk])

    @property
    def is_open(self):
        """Whether answers are taken now: from its first day until staff close it."""
        return self.closed_at is None and self.opens_on <= timezone.localdate()

    @property
    def name(self):
        return in_language(self, "name")


class AssessmentQuerySet(models.QuerySet):
    def of(self, user):
        """Those of organisations that a person represents. Nobody else reads what an organisation says of itself: staff
        see who has answered, everybody the sums."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(actor__in=Representative.objects.actors_of(user))

    def sent(self):
        return self.exclude(sent_at=None)


class Assessment(models.Model):
    """What one organisation says of itself in one round: as a whole, or in one role. It counts once it is sent."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="assessments", verbose_name=_("round"))
    actor = models.ForeignKey(
        "actors.Actor", models.PROTECT, related_name="assessments", verbose_name=_("organisation")
    )
    role = models.ForeignKey(
        MethodRole, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("role")
    )
    words = models.TextField(_("on what this rests"), max_length=2000, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("written by")
    )
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    objects = AssessmentQuerySet.as_manager()
    merging = {"actor": Stays("what an organisation said of itself is its own, and of a closed round nothing changes")}

    class Meta:
        verbose_name = _("self-assessment")
        verbose_name_plural = _("self-assessments")
        ordering = ["round", "actor", "id"]
        default_permissions = ()
        triggers = [
            _fixed("SELECT FROM events_round WHERE id = ROW.round_id AND closed_at IS NOT NULL"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "actor", "role"], nulls_distinct=False, name="assessed_once_a_round"
            )
        ]

    def __str__(self):
        return f"{self.actor}: {self.round}"

    def get_absolute_url(self):
        return reverse("ability_answer", args=[self.round_id, self.pk])


class Judgement(models.Model):
    """How far one statement holds for one organisation."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="judgements", verbose_name=_("assessment"))
    statement = models.ForeignKey(AbilityStatement, models.PROTECT, related_name="+", verbose_name=_("statement"))
    level = models.PositiveSmallIntegerField(_("level"), validators=[MaxValueValidator(HIGHEST)])

    class Meta:
        verbose_name = _("judgement")
        verbose_name_plural = _("judgements")
        default_permissions = ()
        triggers = [
            _fixed(
                "SELECT FROM events_assessment a JOIN events_round r ON r.id = a.round_id "
                "WHERE a.id = ROW.assessment_id AND r.closed_at IS NOT NULL"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "statement"], name="judged_once"),
            models.CheckConstraint(name="judgement_0_to_4", condition=Q(level__lte=HIGHEST)),
        ]

    def __str__(self):
        return f"{self.level}"
