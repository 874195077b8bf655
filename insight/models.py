"""Who gets news of the region by mail, with an account or without."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Language
from actors.models import Area, Theme
from notifications.schedule import ON_TUESDAY, next_due, next_in_month

HOUR = 8
UNCONFIRMED_DAYS = 7


class Rhythm(models.TextChoices):
    WEEKLY = "weekly", _("Every week, on Tuesday")
    MONTHLY = "monthly", _("Every month, on the first Tuesday")


class SubscriptionQuerySet(models.QuerySet):
    def asked(self):
        """Those of which nobody has proved yet to read the mails of the address."""
        return self.filter(confirmed_at=None)

    def confirmed(self):
        return self.filter(confirmed_at__isnull=False)

    def forgotten(self, now):
        """Asked for so long ago that no answer comes any more."""
        return self.asked().filter(asked_at__lt=now - timedelta(days=UNCONFIRMED_DAYS))


class Subscription(models.Model):
    """One address's news of the region: about what (nothing chosen is everything), how often, in which language.

    Nothing but the question goes to an address that nobody has proved to read. `told_until` is up to when the reader
    knows the news; `mailed_for` is the moment whose mail was written last, which moves `told_until` once it went out.
    `next_at` moves when the mail of its moment was written, so that late, doubled or skipped runs change nothing.
    """

    email = models.EmailField(_("address"), max_length=254)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    areas = models.ManyToManyField(Area, blank=True, related_name="+", verbose_name=_("specialisation areas"))
    themes = models.ManyToManyField(Theme, blank=True, related_name="+", verbose_name=_("themes"))
    rhythm = models.CharField(_("how often"), max_length=8, choices=Rhythm, default=Rhythm.WEEKLY)
    asked_at = models.DateTimeField(_("asked for"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    told_until = models.DateTimeField(_("told until"), null=True, blank=True)
    mailed_for = models.DateTimeField(_("last mail"), null=True, blank=True)
    next_at = models.DateTimeField(_("next mail"), null=True, blank=True, db_index=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription to news")
        verbose_name_plural = _("subscriptions to news")
        ordering = ["-asked_at", "-id"]
        default_permissions = ("view",)
        permissions = [("end_subscription", "Can end a subscription on request")]
        constraints = [
            models.CheckConstraint(name="subscription_email_is_lower_case", condition=Q(email=Lower("email"))),
            models.UniqueConstraint(
                fields=["email"], name="subscription_once", condition=Q(confirmed_at__isnull=False)
            ),
            models.UniqueConstraint(fields=["email"], name="subscription_asked_once", condition=Q(confirmed_at=None)),
            models.CheckConstraint(
                name="subscription_is_told_when_confirmed",
                condition=Q(confirmed_at=None, next_at=None)
                | Q(confirmed_at__isnull=False, told_until__isnull=False, next_at__isnull=False),
            ),
        ]

    def __str__(self):
        """Without the address, which leaves with the row: the log keeps this."""
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def tags(self):
        """The keys of what was chosen; none: everything."""
        areas = {f"a:{area.pk}" for area in self.areas.all()}
        return frozenset(areas | {f"t:{theme.pk}" for theme in self.themes.all()})

    @property
    def keys(self):
        """What the keys of all its mails begin with."""
        return f"news:{self.pk}:"

    @property
    def key(self):
        """The key of the mail that was written last: one for each moment, however often the scheduler runs."""
        return f"{self.keys}{self.mailed_for:%Y-%m-%dT%H}" if self.mailed_for else ""

    def next_after(self, moment):
        """When the next mail is due."""
        following = next_in_month if self.rhythm == Rhythm.MONTHLY else next_due
        return following(moment, ON_TUESDAY, HOUR)
