"""What curators leave to each other: who is looking at what, and which actors were compared."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.models.merging import Stays

LOOKING = timedelta(minutes=10)  # so long after the last page view a curator counts as looking


class ReviewingManager(models.Manager):
    def look(self, actor, *, by):
        """Note that `by` has `actor` open, unless somebody else has; returns the row of whoever looks."""
        now = timezone.now()
        free = Q(until__lt=now) | Q(by=by)
        since = Case(When(by=by, until__gte=now, then=F("since")), default=now)
        if not self.filter(free, actor=actor).update(by=by, since=since, until=now + LOOKING):
            row = self.model(actor=actor, by=by, since=now, until=now + LOOKING)
            self.bulk_create([row], ignore_conflicts=True)
        return self.select_related("by").get(actor=actor)


class Reviewing(models.Model):
    """A curator has an actor's review page open. It warns the next one; it locks nothing."""

    actor = models.OneToOneField("actors.Actor", models.CASCADE, related_name="reviewing", verbose_name=_("actor"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("curator"))
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"))

    objects = ReviewingManager()
    merging = {"actor": Stays("it ends by itself within minutes")}

    class Meta:
        verbose_name = _("review under way")
        verbose_name_plural = _("reviews under way")

    def __str__(self):
        return f"{self.by} – {self.actor}"


class TwinPairQuerySet(models.QuerySet):
    def open(self):
        """Pairs that nobody has judged, of which both are waiting for review or public."""
        live = ("submitted", "published", "returned")
        return self.filter(dismissed_at=None, first__status__in=live, second__status__in=live)

    def of(self, actor):
        return self.filter(Q(first=actor) | Q(second=actor))


class TwinPair(models.Model):
    """Two actors that may be one. Once a curator says that they are not the same, that is remembered."""

    first = models.ForeignKey("actors.Actor", models.CASCADE, related_name="twins_as_first", verbose_name=_("one"))
    second = models.ForeignKey(
        "actors.Actor", models.CASCADE, related_name="twins_as_second", verbose_name=_("the other")
    )
    score = models.PositiveSmallIntegerField(_("likeness of the names, per cent"))
    same_number = models.BooleanField(_("same organisation number"), default=False)
    same_domain = models.BooleanField(_("same web domain"), default=False)
    found_at = models.DateTimeField(_("found"), default=timezone.now)
    dismissed_at = models.DateTimeField(_("judged not the same"), null=True, blank=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("judged by")
    )

    objects = TwinPairQuerySet.as_manager()
    merging = dict.fromkeys(("first", "second"), Stays("a pair is open only while both of its actors are live"))

    class Meta:
        verbose_name = _("likely twin")
        verbose_name_plural = _("likely twins")
        ordering = ["-same_number", "-score", "id"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="twin_pair_once"),
            models.CheckConstraint(name="twin_pair_in_order", condition=Q(first__lt=F("second"))),
        ]

    def __str__(self):
        return f"{self.first} – {self.second}"


class TwinSearch(models.Model):
    """When an actor's likely twins were last looked for; beside the actor, so that looking is no change of it."""

    actor = models.OneToOneField("actors.Actor", models.CASCADE, related_name="twin_search", verbose_name=_("actor"))
    at = models.DateTimeField(_("looked for twins"))

    merging = {"actor": Stays("it tells of that row only")}

    class Meta:
        verbose_name = _("search for twins")
        verbose_name_plural = _("searches for twins")

    def __str__(self):
        return str(self.actor)
