"""Documents of a space: each a row of versions; a version is never changed."""

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from platforms.models.space import Space
from platforms.models.talk import SAID_THEN, InSpaceQuerySet


class PrivateFiles(FileSystemStorage):
    def url(self, name):
        raise ValueError("Files of spaces have no address: a view checks the rights on each request.")


def private_files():
    """Where files of spaces lie: no address leads there, only a view that checks rights on each request."""
    return PrivateFiles(file_permissions_mode=0o600, directory_permissions_mode=0o700)


class DocumentQuerySet(InSpaceQuerySet):
    def kept(self):
        """Those that nobody has removed."""
        return self.filter(removed_at=None)


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

    objects = DocumentQuerySet.as_manager()

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


class DocumentVersionQuerySet(models.QuerySet):
    def due(self):
        """Those that are still to be scanned or drawn, and whose time has come."""
        return self.filter(due_at__lte=timezone.now())


class DocumentVersion(models.Model):
    """A file as it was uploaded (a picture without what its camera noted).

    `previews` is how many pages are drawn as pictures beside it; None: not yet tried. `due_at` is when a worker is to
    scan and draw it, also after a failed try; None: nothing is left to do.
    """

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
    due_at = models.DateTimeField(_("to be looked at"), null=True, blank=True, editable=False)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0, editable=False)

    objects = DocumentVersionQuerySet.as_manager()
    merging = {"on_behalf_of": SAID_THEN}

    class Meta:
        verbose_name = _("version of a document")
        verbose_name_plural = _("versions of documents")
        ordering = ["-number"]
        default_permissions = ()
        indexes = [models.Index(fields=["due_at"], name="document_version_due", condition=~Q(due_at=None))]
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="document_version_once")]

    def __str__(self):
        return f"{self.document} {self.number}"

    @property
    def ending(self):
        """What kind of file it is, as people say it: PDF, DOCX …"""
        return self.name.rpartition(".")[2].upper()

    @property
    def may_be_shown(self):
        """Whether pictures of it may be shown: not before the scanner has let it pass."""
        return self.scan in (Scan.CLEAN, Scan.UNSCANNED)

    def is_served_to(self, user):
        """Whether `user`, who may read the space, gets the file: nobody an infected one, others none that waits."""
        return self.may_be_shown or (self.scan == Scan.WAITING and self.by_id == user.pk)

    @property
    def pages(self):
        return range(1, (self.previews or 0) + 1) if self.may_be_shown else range(0)

    def preview_name(self, page):
        return f"{self.file.name}.{page}.webp"
