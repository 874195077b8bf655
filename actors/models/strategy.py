"""What the region's smart specialisation strategy names. All rows come from the region's folder."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from web.text import in_language


class Named(models.Model):
    """Something with a slug and a name in both languages; English falls back to Swedish."""

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    name_sv = models.CharField(_("name in Swedish"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)

    class Meta:
        abstract = True

    def __str__(self):
        return self.name

    @property
    def name(self):
        return in_language(self, "name")


class Area(Named):
    """A specialisation area, or a sub-area when it has a parent."""

    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="subareas", verbose_name=_("part of")
    )
    description_sv = models.TextField(_("description in Swedish"), max_length=2000, blank=True)
    description_en = models.TextField(_("description in English"), max_length=2000, blank=True)
    source = models.CharField(_("source"), max_length=500, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("specialisation area")
        verbose_name_plural = _("specialisation areas")
        ordering = ["position", "id"]

    @property
    def description(self):
        return in_language(self, "description")


class Theme(Named):
    """A theme that missions work on."""

    description_sv = models.TextField(_("description in Swedish"), max_length=2000, blank=True)
    description_en = models.TextField(_("description in English"), max_length=2000, blank=True)
    source = models.CharField(_("source"), max_length=500, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        ordering = ["position", "id"]

    @property
    def description(self):
        return in_language(self, "description")


class Competence(Named):
    """Something that an actor knows or can do, picked from a common list."""

    class Meta:
        verbose_name = _("competence")
        verbose_name_plural = _("competences")
        ordering = ["name_sv", "id"]


class Municipality(models.Model):
    """A municipality of the region, with its official code and the place to mark on the chart."""

    code = models.CharField(_("code"), max_length=10, unique=True)
    name = models.CharField(_("name"), max_length=80)
    latitude = models.DecimalField(_("latitude"), max_digits=8, decimal_places=5)
    longitude = models.DecimalField(_("longitude"), max_digits=8, decimal_places=5)
    population = models.PositiveIntegerField(_("residents"), null=True, blank=True)
    population_year = models.PositiveSmallIntegerField(_("residents in the year"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("municipality")
        verbose_name_plural = _("municipalities")
        ordering = ["name", "id"]

    def __str__(self):
        return self.name
