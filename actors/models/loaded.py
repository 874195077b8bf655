"""What the region's folder last said about a row, so that the next load can tell staff's edits from its own."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LoadedRow(models.Model):
    """A row as it was last loaded: a field that still has its value here has not been edited since."""

    kind = models.CharField(_("kind of row"), max_length=20)
    key = models.CharField(_("key"), max_length=120)
    values = models.JSONField(_("values"), default=dict)

    class Meta:
        verbose_name = _("loaded row")
        verbose_name_plural = _("loaded rows")
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="loaded_row_once")]

    def __str__(self):
        return f"{self.kind} {self.key}"
