"""Methods: how missions are worked with, in versions. A published version is never changed; the database holds that."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.models import Named
from platforms.models import Space
from web.text import in_language


class Described(Named):
    """A word of the method's vocabulary. All rows come from the region's folder, in its order."""

    description_sv = models.TextField(_("description in Swedish"), max_length=1000, blank=True)
    description_en = models.TextField(_("description in English"), max_length=1000, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        abstract = True
        ordering = ["position", "id"]

    @property
    def description(self):
        return in_language(self, "description")


class MethodRole(Described):
    """What somebody does in the work by a method: sponsor, process leader, problem owner …"""

    class Meta(Described.Meta):
        verbose_name = _("role in a method")
        verbose_name_plural = _("roles in methods")
        default_permissions = ()


class EvidenceKind(Described):
    """What can show that an output of a stage exists: a document, a decision, a measurement …"""

    class Meta(Described.Meta):
        verbose_name = _("kind of evidence")
        verbose_name_plural = _("kinds of evidence")
        default_permissions = ()


class Criterion(Described):
    """One of the criteria that a mission is judged by; its description is the question to answer."""

    class Meta(Described.Meta):
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        default_permissions = ()


class MethodQuerySet(models.QuerySet):
    def published(self):
        """Those that have a version which anybody may read."""
        return self.filter(pk__in=MethodVersion.objects.published().values("method"))

    def visible_to(self, user):
        """Published ones; whoever may change a method sees it from its first draft on."""
        return self.filter(Q(pk__in=self.published().values("pk")) | Q(pk__in=self.editable_by(user).values("pk")))

    def editable_by(self, user):
        """Those of which `user` may draft and publish versions: staff who keep methods, the method's owners, and who
        coordinates the space of a mission whose run by the method is over."""
        if user.has_perm("missions.change_method"):
            return self
        if not user.is_authenticated:
            return self.none()
        learnt = MethodVersion.objects.filter(
            runs__state__in=("reviewed", "closed"),
            runs__mission__space__in=Space.objects.led_by(user).values("pk"),
        )
        return self.filter(Q(owners=user.pk) | Q(pk__in=learnt.values("method"))).distinct()

    def with_latest(self):
        """With `latest_id`, the newest published version that is not retired, or None."""
        newest = MethodVersion.objects.current().filter(method=OuterRef("pk")).order_by("-number")
        return self.annotate(latest_id=Subquery(newest.values("pk")[:1]))

    def with_shown(self):
        """With `shown_id` too, the version that stands for the method: the latest, else the last that was retired."""
        last = MethodVersion.objects.published().filter(method=OuterRef("pk")).order_by("-number")
        return self.with_latest().annotate(shown_id=Coalesce("latest_id", Subquery(last.values("pk")[:1])))

    def with_numbers(self):
        """With how many versions are published, and how many runs there are of them."""
        is_published = Q(versions__published_at__isnull=False)
        return self.annotate(
            version_count=Count("versions", filter=is_published, distinct=True),
            run_count=Count("versions__runs", distinct=True),
        )


class Method(models.Model):
    """A way of working with missions. What it says stands in its versions."""

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    owners = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="methods", verbose_name=_("owners")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = MethodQuerySet.as_manager()

    class Meta:
        verbose_name = _("method")
        verbose_name_plural = _("methods")
        ordering = ["position", "id"]

    def __str__(self):
        return self.slug

    def get_absolute_url(self):
        return reverse("method", args=[self.slug])


class MethodVersionQuerySet(models.QuerySet):
    def published(self):
        return self.exclude(published_at=None)

    def drafts(self):
        return self.filter(published_at=None)

    def current(self):
        """Published and not retired: what a new run can start with."""
        return self.published().filter(retired_at=None)

    def visible_to(self, user):
        """Published ones, retired too; drafts for those who may edit the method, and who lead what it learns from."""
        mine = Q(method__in=Method.objects.editable_by(user).values("pk"))
        return self.filter(Q(published_at__isnull=False) | mine)


# What a published version says can not change; only that it is retired.
SAID = ("method", "number", "name_sv", "name_en", "origin_sv", "origin_en", "suits_sv", "suits_en", "sources")
SAID += ("weeks_min", "weeks_max", "published_at", "news_sv", "news_en")
KEPT = "A published version of a method is never changed."


def _row(record):
    columns = ", ".join(f"{record}.{name}" + ("_id" if name == "method" else "") for name in SAID)
    return f"ROW({columns})"


class MethodVersion(models.Model):
    """One version of a method: a draft until it is published, then fixed for ever.

    `news` says what is new in it. `weeks_min` and `weeks_max` are what the whole is likely to take. `version` counts
    the saves of a draft, so that two people do not overwrite each other.
    """

    method = models.ForeignKey(Method, models.PROTECT, related_name="versions", verbose_name=_("method"))
    number = models.PositiveSmallIntegerField(_("version"))
    name_sv = models.CharField(_("name in Swedish"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    origin_sv = models.TextField(_("where it comes from, in Swedish"), max_length=2000, blank=True)
    origin_en = models.TextField(_("where it comes from, in English"), max_length=2000, blank=True)
    suits_sv = models.TextField(_("when it suits, in Swedish"), max_length=1000, blank=True)
    suits_en = models.TextField(_("when it suits, in English"), max_length=1000, blank=True)
    sources = models.JSONField(_("sources"), default=list, blank=True)
    weeks_min = models.PositiveSmallIntegerField(_("weeks, at least"), null=True, blank=True)
    weeks_max = models.PositiveSmallIntegerField(_("weeks, at most"), null=True, blank=True)
    news_sv = models.TextField(_("what is new, in Swedish"), max_length=2000, blank=True)
    news_en = models.TextField(_("what is new, in English"), max_length=2000, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("drafted by")
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("published by"),
    )
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)
    version = models.PositiveIntegerField(_("saves"), default=1, editable=False)

    objects = MethodVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a method")
        verbose_name_plural = _("versions of methods")
        ordering = ["method", "-number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["method", "number"], name="method_version_once"),
            models.CheckConstraint(
                name="method_version_weeks_in_order",
                condition=Q(weeks_min=None) | Q(weeks_max=None) | Q(weeks_max__gte=F("weeks_min")),
            ),
            models.CheckConstraint(
                name="method_version_retired_after_published",
                condition=Q(retired_at=None) | Q(published_at__isnull=False, published_at__lte=F("retired_at")),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="published_is_fixed",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__published_at__isnull=False),
                func=f"""
                IF TG_OP = 'DELETE' OR {_row("NEW")} IS DISTINCT FROM {_row("OLD")} THEN
                    RAISE EXCEPTION '{KEPT}' USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
                """,
            )
        ]

    def __str__(self):
        return _("%(name)s, version %(number)s") % {"name": self.name, "number": self.number}

    def get_absolute_url(self):
        return reverse("method_version", args=[self.method.slug, self.number])

    @property
    def name(self):
        return in_language(self, "name")

    @property
    def origin(self):
        return in_language(self, "origin")

    @property
    def suits(self):
        return in_language(self, "suits")

    @property
    def news(self):
        return in_language(self, "news")

    @property
    def is_draft(self):
        return self.published_at is None

    @property
    def is_current(self):
        return self.published_at is not None and self.retired_at is None


class Stage(models.Model):
    """A stage of a version.

    `activities`, `outputs` and `gate` are lists of objects with `key`, `sv`, `en`; an output also names its
    `evidence_kind`, a question of the gate says whether it is `required`. `roles` holds slugs of MethodRole.
    The form of it is described and checked in `missions.content`.
    """

    version = models.ForeignKey(MethodVersion, models.CASCADE, related_name="stages", verbose_name=_("version"))
    position = models.PositiveSmallIntegerField(_("position"))
    slug = models.SlugField(_("slug"), max_length=40)
    short_sv = models.CharField(_("short name in Swedish"), max_length=30)
    short_en = models.CharField(_("short name in English"), max_length=30, blank=True)
    name_sv = models.CharField(_("name in Swedish"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    purpose_sv = models.TextField(_("purpose in Swedish"), max_length=1000)
    purpose_en = models.TextField(_("purpose in English"), max_length=1000, blank=True)
    activities = models.JSONField(_("activities"), default=list, blank=True)
    outputs = models.JSONField(_("expected outputs"), default=list, blank=True)
    gate = models.JSONField(_("questions of the gate"), default=list, blank=True)
    roles = models.JSONField(_("roles"), default=list, blank=True)
    weeks_min = models.PositiveSmallIntegerField(_("weeks, at least"), null=True, blank=True)
    weeks_max = models.PositiveSmallIntegerField(_("weeks, at most"), null=True, blank=True)

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ["version", "position"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["version", "slug"], name="stage_slug_once"),
            models.UniqueConstraint(
                fields=["version", "position"],
                name="stage_position_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                name="stage_weeks_in_order",
                condition=Q(weeks_min=None) | Q(weeks_max=None) | Q(weeks_max__gte=F("weeks_min")),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="published_is_fixed",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=f"""
                IF EXISTS (
                    SELECT FROM missions_methodversion
                    WHERE published_at IS NOT NULL
                      AND id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.version_id END,
                                 CASE WHEN TG_OP <> 'DELETE' THEN NEW.version_id END)
                ) THEN
                    RAISE EXCEPTION '{KEPT}' USING ERRCODE = 'check_violation';
                END IF;
                RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
                """,
            )
        ]

    def __str__(self):
        return self.short

    @property
    def short(self):
        return in_language(self, "short")

    @property
    def name(self):
        return in_language(self, "name")

    @property
    def purpose(self):
        return in_language(self, "purpose")
