"""Who follows an actor: they are told of it in their digest."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.models.merging import Moves


class Follower(models.Model):
    """A person who wants to hear what a published actor does."""

    actor = models.ForeignKey("actors.Actor", models.CASCADE, related_name="followers", verbose_name=_("actor"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="follows_actors", verbose_name=_("person")
    )
    since = models.DateTimeField(_("since"), default=timezone.now)

    merging = {"actor": Moves(one_per=("user_id",))}

    class Meta:
        verbose_name = _("follower of an actor")
        verbose_name_plural = _("followers of actors")
        ordering = ["id"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["actor", "user"], name="actor_followed_once")]

    def __str__(self):
        return f"{self.user_id} {self.actor_id}"
