"""Two actors made one, and all that is needed to make them two again."""

from datetime import timedelta

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.models.merging import Stays

UNDO = timedelta(days=90)


class Merge(models.Model):
    """`loser` was merged into `winner`. `moved` is what was written, before and after (`actors.actions.merge`)."""

    winner = models.ForeignKey(
        "actors.Actor", models.PROTECT, related_name="merges_won", verbose_name=_("the one that stays")
    )
    loser = models.ForeignKey(
        "actors.Actor", models.PROTECT, related_name="merges_lost", verbose_name=_("the one merged into it")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("who")
    )
    at = models.DateTimeField(_("when"), default=timezone.now)
    reason = models.TextField(_("reason"), max_length=1000, blank=True)
    moved = models.JSONField(_("what was moved"), default=dict, encoder=DjangoJSONEncoder)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("undone by")
    )

    merging = {
        "winner": Stays("an earlier merge is undone on the actor that it was made with"),
        "loser": Stays("a record of what was done"),
    }

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering = ["-at", "-id"]

    def __str__(self):
        return f"{self.loser} → {self.winner}"

    @property
    def until(self):
        """The last moment at which it can be undone."""
        return self.at + UNDO

    @property
    def can_be_undone(self):
        return self.undone_at is None and timezone.now() <= self.until
