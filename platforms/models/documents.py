"""Documents of a space: each a row of versions; a version is never changed."""

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from platforms.models.space import Space
from platforms.models.talk import SAID_THEN, InSpaceQuerySet


def private_files():
    """Where files of spaces lie: no address leads there, only a view that checks rights on each request."""
    return FileSystemStorage(location=settings.MEDIA_ROOT, base_url=None)


class Document(models.Model):
    space = models.ForeignKey(Space, models.CASCADE, related_name="documents", verbose_name=_("space"))
    number = models.PositiveIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=160)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("added by")
    )
    created_at = models.DateTimeField(_("added"), default=timezone.now)
    updated_at = models.DateTimeField(_("last version"), default=timezone.now)
    latest = models.PositiveIntegerField(_("latest version"), default=0)
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("removed by")
    )

    objects = InSpaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["-updated_at", "-id"]
        default_permissions = ()
        indexes = [models.Index(fields=["space", "-updated_at", "-id"], name="document_latest")]
        constraints = [models.UniqueConstraint(fields=["space", "number"], name="document_number_once")]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("document", args=[self.space.slug, self.number])


class Scan(models.TextChoices):
    """What the virus scanner said; without a scanner a file is `unscanned` and says so."""

    UNSCANNED = "unscanned", _("Not scanned for viruses")
    WAITING = "waiting", _("Being scanned for viruses")
    CLEAN = "clean", _("No virus found")
    INFECTED = "infected", _("Stopped: a virus was found")


class DocumentVersion(models.Model):
    """A file as it was uploaded. `previews` is how many pages are drawn as pictures beside it; None: not yet tried."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="versions", verbose_name=_("document"))
    number = models.PositiveIntegerField(_("version"))
    file = models.FileField(_("file"), storage=private_files, max_length=200)
    name = models.CharField(_("name of the file"), max_length=160)
    content_type = models.CharField(_("kind of file"), max_length=100)
    size = models.PositiveBigIntegerField(_("bytes"))
    sha256 = models.CharField(_("checksum (SHA-256)"), max_length=64)
    note = models.CharField(_("what is new"), max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("who")
    )
    on_behalf_of = models.ForeignKey(
        "actors.Actor", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("on behalf of")
    )
    at = models.DateTimeField(_("when"), default=timezone.now)
    scan = models.CharField(_("virus scan"), max_length=9, choices=Scan, default=Scan.UNSCANNED)
    previews = models.PositiveSmallIntegerField(_("pages shown"), null=True, blank=True)

    merging = {"on_behalf_of": SAID_THEN}

    class Meta:
        verbose_name = _("version of a document")
        verbose_name_plural = _("versions of documents")
        ordering = ["-number"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="document_version_once")]

    def __str__(self):
        return f"{self.document} {self.number}"
