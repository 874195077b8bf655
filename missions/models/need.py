"""What a mission needs and does not have yet."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.models.merging import Moves
from missions.models.mission import Mission


class NeedQuerySet(models.QuerySet):
    def open(self):
        return self.filter(filled_by=None)


class Need(models.Model):
    """Something that somebody must know or be able to do: a competence of the common list, words, or both."""

    mission = models.ForeignKey(Mission, models.CASCADE, related_name="needs", verbose_name=_("mission"))
    number = models.PositiveIntegerField(_("number"))
    competence = models.ForeignKey(
        "actors.Competence",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="needs",
        verbose_name=_("competence"),
    )
    words = models.CharField(_("what is needed, in a line"), max_length=200, blank=True)
    filled_by = models.ForeignKey(
        "actors.Actor", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("filled by")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    objects = NeedQuerySet.as_manager()
    merging = {"filled_by": Moves()}

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        ordering = ["mission", "number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["mission", "number"], name="need_number_once"),
            models.CheckConstraint(name="need_says_what", condition=Q(competence__isnull=False) | ~Q(words="")),
        ]

    def __str__(self):
        return self.words or str(self.competence)
