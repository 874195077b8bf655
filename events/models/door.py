"""Who came without being signed up."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.models.merging import Moves
from events.models.event import Event


class WalkIn(models.Model):
    """Somebody who came without being signed up: a name and no address, so that nothing can be sent to them.

    The row is deleted together with those of the people who signed up; until then it counts as they do.
    """

    event = models.ForeignKey(Event, models.CASCADE, related_name="walk_ins", verbose_name=_("event"))
    name = models.CharField(_("name"), max_length=120)
    organisation = models.CharField(_("organisation"), max_length=200, blank=True)
    actor = models.ForeignKey(
        "actors.Actor", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("organisation")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("let in by")
    )
    came_at = models.DateTimeField(_("came at"), default=timezone.now)

    merging = {"actor": Moves()}

    class Meta:
        verbose_name = _("person without registration")
        verbose_name_plural = _("people without registration")
        ordering = ["came_at", "id"]
        default_permissions = ()
        constraints = [models.CheckConstraint(name="walk_in_has_a_name", condition=~models.Q(name=""))]

    def __str__(self):
        return self.name
