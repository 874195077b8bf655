"""Whether profiles are still right: which may have become old, and what came of asking those who look after them."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.models.merging import Stays
from actors.models.people import Representative, RepresentativeRole

MONTH = timedelta(days=365.25) / 12
AGAIN, MOST = timedelta(days=30), 3  # asked so many times, so far apart; then it is for the curators
KNOWN_AT = Greatest("updated_at", "confirmed_at")  # when somebody last saved or confirmed the profile


def fresh_since():
    """What was known before this may have become old."""
    return timezone.now() - settings.ACTOR_FRESH_MONTHS * MONTH


class Freshness:
    """The part of the actors' queryset that tells old profiles apart. Each stale one is in exactly one of `to_ask`,
    `asked`, `unanswered` and `nobody_to_ask`."""

    def share_confirmed(self):
        """Of the public profiles: how many there are, and how many the organisation confirmed within the months."""
        is_fresh = Q(confirmed_at__gte=fresh_since())
        return self.published().aggregate(total=Count("pk"), confirmed=Count("pk", filter=is_fresh))

    def stale(self):
        """Public profiles that nobody has saved or confirmed for ACTOR_FRESH_MONTHS."""
        return self.published().annotate(known_at=KNOWN_AT).filter(known_at__lt=fresh_since())

    def to_ask(self):
        """Stale ones to ask about now: never asked since the profile was known to be right, or again by now."""
        never = Q(still_right=None) | Q(still_right__asked_at__lt=F("known_at"))
        again = Q(still_right__times__lt=MOST, still_right__asked_at__lte=timezone.now() - AGAIN)
        return self.stale().filter(_has_somebody(), never | again)

    def asked(self):
        """Stale ones that were asked about and may still be answered before it is time to ask again, or to give up."""
        waits = Q(still_right__asked_at__gt=timezone.now() - AGAIN)
        return self._with_question().filter(_has_somebody(), waits)

    def unanswered(self):
        """Stale ones that were asked about as often as is decent."""
        given_up = Q(still_right__times__gte=MOST, still_right__asked_at__lte=timezone.now() - AGAIN)
        return self._with_question().filter(_has_somebody(), given_up)

    def nobody_to_ask(self):
        return self.stale().exclude(_has_somebody())

    def _with_question(self):
        return self.stale().filter(still_right__asked_at__gte=F("known_at"))

    def ownerless(self):
        """Public ones that somebody looked after, and that have no owner now."""
        came = Representative.pgh_event_model.objects.filter(actor=OuterRef("pk"))
        owners = Representative.objects.filter(actor=OuterRef("pk"), role=RepresentativeRole.OWNER)
        return self.published().filter(Exists(came), ~Exists(owners))


def _has_somebody():
    return Exists(Representative.objects.to_be_asked().filter(actor=OuterRef("pk")))


class StillRightQuerySet(models.QuerySet):
    def open(self):
        """Those about a public profile that nobody has saved or confirmed since."""
        known = Greatest("actor__updated_at", "actor__confirmed_at")
        return self.filter(actor__status="published", asked_at__gte=known)


class StillRight(models.Model):
    """Those who look after an actor were asked whether its profile is still right; beside the actor, so that asking is
    no change of it. `times` counts since the profile was last saved or confirmed, which answers it."""

    actor = models.OneToOneField("actors.Actor", models.CASCADE, related_name="still_right", verbose_name=_("actor"))
    asked_at = models.DateTimeField(_("asked"))
    times = models.PositiveSmallIntegerField(_("how often"), default=1)

    objects = StillRightQuerySet.as_manager()
    merging = {"actor": Stays("the one that stays is asked about by itself")}

    class Meta:
        verbose_name = _("question whether it is still right")
        verbose_name_plural = _("questions whether it is still right")
        default_permissions = ()
        constraints = [models.CheckConstraint(name="still_right_times", condition=Q(times__gte=1, times__lte=MOST))]

    def __str__(self):
        return str(self.actor)
