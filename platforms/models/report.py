"""What is left of a space when it ends."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from platforms.models.space import SLUG_TAIL, Space, SpaceState


def new_code():
    """It cannot be guessed: a report that is not public must not be found by counting."""
    return get_random_string(10, SLUG_TAIL)


class SpaceReportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Reports of closed spaces: the public ones, and those of the spaces that `user` may read."""
        closed = self.filter(space__state=SpaceState.CLOSED)
        return closed.filter(Q(is_public=True) | Q(space__in=Space.objects.visible_to(user)))


class SpaceReport(models.Model):
    """The closing report: drafted from the space, finished by a coordinator, fixed while the space is closed.

    `code` makes its address, which stays, also when the space is opened again and closed anew.
    """

    space = models.OneToOneField(Space, models.CASCADE, related_name="report", verbose_name=_("space"))
    code = models.CharField(_("code of its address"), max_length=12, unique=True, default=new_code, editable=False)
    title = models.CharField(_("title"), max_length=160)
    purpose = models.TextField(_("what it was for"), max_length=2000)
    members = models.TextField(_("who took part"), max_length=10000, blank=True)
    decisions = models.TextField(_("what was decided"), max_length=20000, blank=True)
    documents = models.TextField(_("documents"), max_length=20000, blank=True)
    learnings = models.TextField(_("what we learned"), max_length=5000)
    onward = models.TextField(_("where it goes on"), max_length=2000, blank=True)
    is_public = models.BooleanField(_("let anybody read the report"), default=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("written by")
    )
    at = models.DateTimeField(_("written"), default=timezone.now)

    objects = SpaceReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("closing report")
        verbose_name_plural = _("closing reports")
        ordering = ["-at", "-id"]
        default_permissions = ()

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("space_report", args=[self.code])
