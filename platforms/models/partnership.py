"""Partnerships: actors gathered around a theme, in public, and the agreement that each organisation accepts."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.models import ActorKind, Area, Certainty, Representative, Theme
from actors.models.merging import Moves
from web.text import in_language


class PartnershipStatus(models.TextChoices):
    FORMING = "forming", _("Forming")
    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    CLOSED = "closed", _("Closed")


UNDER_WAY = (PartnershipStatus.FORMING, PartnershipStatus.ACTIVE)


class Leg(models.TextChoices):
    """The four legs of the quadruple helix."""

    ACADEMIA = "academia", _("Academia")
    BUSINESS = "business", _("Business")
    PUBLIC = "public", _("Public sector")
    CIVIL = "civil", _("Civil society")


# A support organisation is an intermediary: it fills no leg by itself.
LEG_OF = {
    ActorKind.ACADEMIA: Leg.ACADEMIA,
    ActorKind.SME: Leg.BUSINESS,
    ActorKind.INDUSTRY: Leg.BUSINESS,
    ActorKind.PUBLIC: Leg.PUBLIC,
    ActorKind.CIVIL: Leg.CIVIL,
}


FIRST_TIMES = """
NEW.published_at := coalesce(NEW.published_at, OLD.published_at, CASE WHEN NEW.is_published THEN now() END);
NEW.started_at := coalesce(NEW.started_at, OLD.started_at, CASE WHEN NEW.status = 'active' THEN now() END);
RETURN NEW;
"""


class PartnershipQuerySet(models.QuerySet):
    def published(self):
        return self.filter(is_published=True)

    def under_way(self):
        return self.filter(status__in=UNDER_WAY)

    def visible_to(self, user):
        """Published partnerships; whoever may change partnerships sees those that are being prepared, too."""
        if user.has_perm("platforms.change_partnership"):
            return self
        return self.published()


class Partnership(models.Model):
    """Actors that work together on a theme.

    `is_result` says that the data, not we, name it a result of the project behind the hub. `period` is the time frame
    as the source words it. `is_example` marks what the demo invents.
    """

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    name_sv = models.CharField(_("name in Swedish"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    purpose_sv = models.TextField(_("purpose in Swedish"), max_length=2000)
    purpose_en = models.TextField(_("purpose in English"), max_length=2000, blank=True)
    status = models.CharField(_("status"), max_length=8, choices=PartnershipStatus, default=PartnershipStatus.FORMING)
    kind = models.SlugField(_("kind"), max_length=40, blank=True)
    themes = models.ManyToManyField(Theme, blank=True, related_name="partnerships", verbose_name=_("themes"))
    areas = models.ManyToManyField(
        Area, blank=True, related_name="partnerships", verbose_name=_("specialisation areas")
    )
    lead = models.ForeignKey(
        "actors.Actor", models.PROTECT, null=True, blank=True, related_name="leads", verbose_name=_("lead actor")
    )
    period = models.CharField(_("period in words"), max_length=120, blank=True)
    starts_on = models.DateField(_("starts"), null=True, blank=True)
    ends_on = models.DateField(_("ends"), null=True, blank=True)
    other_members = models.TextField(_("members that are not in the register"), max_length=1000, blank=True)
    source = models.CharField(_("source"), max_length=500, blank=True)
    certainty = models.CharField(_("certainty"), max_length=6, choices=Certainty, default=Certainty.HIGH)
    note = models.TextField(_("note"), max_length=2000, blank=True)
    is_published = models.BooleanField(_("public"), default=False)
    is_result = models.BooleanField(_("result of the project, according to the source"), default=False)
    is_example = models.BooleanField(_("invented example"), default=False, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    published_at = models.DateTimeField(_("public since"), null=True, blank=True, editable=False)
    started_at = models.DateTimeField(_("started"), null=True, blank=True, editable=False)

    objects = PartnershipQuerySet.as_manager()
    merging = {"lead": Moves()}

    class Meta:
        verbose_name = _("partnership")
        verbose_name_plural = _("partnerships")
        ordering = ["name_sv", "id"]
        triggers = [
            # When it first was public and first was active, whoever writes: forms, imports, actions.
            pgtrigger.Trigger(
                name="first_times",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=FIRST_TIMES,
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="partnership_ends_after_it_starts",
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("partnership", args=[self.slug])

    @property
    def name(self):
        return in_language(self, "name")

    @property
    def purpose(self):
        return in_language(self, "purpose")

    @property
    def is_unverified(self):
        return self.certainty == Certainty.LOW


class PartnershipRole(models.TextChoices):
    LEAD = "lead", _("Lead")
    PARTNER = "partner", _("Partner")
    ASSOCIATED = "associated", _("Associated")


class PartnershipMemberQuerySet(models.QuerySet):
    def current(self):
        return self.filter(left_on=None)

    def represented_by(self, user):
        """Those whose organisation `user` speaks for."""
        return self.filter(actor__in=Representative.objects.actors_of(user))


class PartnershipMember(models.Model):
    """An organisation in a partnership. `is_new` says whether it is new to such cooperation; None: not known."""

    partnership = models.ForeignKey(Partnership, models.CASCADE, related_name="members", verbose_name=_("partnership"))
    actor = models.ForeignKey(
        "actors.Actor", models.PROTECT, related_name="partnerships", verbose_name=_("organisation")
    )
    role = models.CharField(_("role"), max_length=10, choices=PartnershipRole, default=PartnershipRole.PARTNER)
    is_new = models.BooleanField(_("new to such cooperation"), null=True, blank=True)
    joined_on = models.DateField(_("joined"), null=True, blank=True)
    left_on = models.DateField(_("left"), null=True, blank=True)

    objects = PartnershipMemberQuerySet.as_manager()
    merging = {
        "actor": Moves(
            where={"left_on": None}, one_per=("partnership_id",), rank=("role", tuple(PartnershipRole.values))
        )
    }

    class Meta:
        verbose_name = _("member organisation")
        verbose_name_plural = _("member organisations")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["partnership", "actor"], name="partnership_member_once", condition=Q(left_on=None)
            )
        ]

    def __str__(self):
        return f"{self.actor} – {self.partnership}"

    @property
    def leg(self):
        """The leg of the quadruple helix that the organisation fills, or None."""
        return LEG_OF.get(self.actor.kind)


class Agreement(models.Model):
    """One version of the text that the organisations of a partnership accept; a new text is a new version."""

    partnership = models.ForeignKey(
        Partnership, models.CASCADE, related_name="agreements", verbose_name=_("partnership")
    )
    version = models.PositiveSmallIntegerField(_("version"))
    dated_on = models.DateField(_("date"), default=timezone.localdate)
    text_sv = models.TextField(_("text in Swedish"), max_length=20000)
    text_en = models.TextField(_("text in English"), max_length=20000, blank=True)

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ["partnership", "-version"]
        constraints = [models.UniqueConstraint(fields=["partnership", "version"], name="agreement_version_once")]

    def __str__(self):
        return f"{self.partnership} {self.version}"

    def get_absolute_url(self):
        return reverse("partnership_agreement", args=[self.partnership.slug, self.version])

    @property
    def text(self):
        return in_language(self, "text")


class AgreementAcceptance(models.Model):
    """An organisation accepted a version of the agreement; who did it for the organisation, and when."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="acceptances", verbose_name=_("agreement"))
    member = models.ForeignKey(
        PartnershipMember, models.CASCADE, related_name="acceptances", verbose_name=_("member organisation")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("who")
    )
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("acceptance of an agreement")
        verbose_name_plural = _("acceptances of agreements")
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["agreement", "member"], name="agreement_accepted_once")]

    def __str__(self):
        return f"{self.member} – {self.agreement.version}"
