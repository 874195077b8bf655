"""Who speaks for an actor, and who asks to."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class RepresentativeRole(models.TextChoices):
    OWNER = "owner", _("Owner: edits the profile and decides who else may")
    EDITOR = "editor", _("Editor: edits the profile")


class RepresentativeQuerySet(models.QuerySet):
    def actors_of(self, user):
        """The ids of the actors that `user` represents, as a subquery."""
        return self.filter(user_id=user.pk).values("actor_id")


class Representative(models.Model):
    """A person who may edit an actor's profile."""

    actor = models.ForeignKey("actors.Actor", models.CASCADE, related_name="representatives", verbose_name=_("actor"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="represents", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=6, choices=RepresentativeRole, default=RepresentativeRole.EDITOR)
    since = models.DateTimeField(_("since"), default=timezone.now)

    objects = RepresentativeQuerySet.as_manager()

    class Meta:
        verbose_name = _("representative")
        verbose_name_plural = _("representatives")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["actor", "user"], name="representative_once")]

    def __str__(self):
        return f"{self.user} – {self.actor}"


class ClaimState(models.TextChoices):
    OPEN = "open", _("Waiting")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")


class Claim(models.Model):
    """A person asks to edit the profile of an actor that is already in the register."""

    actor = models.ForeignKey("actors.Actor", models.CASCADE, related_name="claims", verbose_name=_("actor"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="claims", verbose_name=_("person"))
    message = models.TextField(_("message"), max_length=1000, blank=True)
    is_domain_proven = models.BooleanField(
        _("work address is on the actor's own checked website"), default=False, editable=False
    )
    state = models.CharField(_("state"), max_length=8, choices=ClaimState, default=ClaimState.OPEN)
    created_at = models.DateTimeField(_("asked"), default=timezone.now)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    reason = models.TextField(_("reason"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["actor", "user"], name="claim_open_once", condition=Q(state=ClaimState.OPEN)
            )
        ]

    def __str__(self):
        return f"{self.user} → {self.actor}"
