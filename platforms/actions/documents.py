"""Documents: adding one, a new version, another title, taking one away. The files themselves are kept as record."""

from contextlib import contextmanager

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEntry
from notifications import bell
from platforms import files
from platforms.actions.rooms import enter, next_number, tell
from platforms.models import Document, DocumentVersion, Scan, Verb
from platforms.scanning import is_scanned

TASK = "platforms.tasks.look_at_files"
NOT_YOURS = _("Only the person who added the document, or a coordinator, can do this.")
REMOVED = _("The document has been removed.")
SAME_FILE = _("This is the very file that is here already, as version %(number)s. Nothing was added.")


@contextmanager
def _taken_back_on_failure(storage):
    """A list for the names of files that are written: they are deleted when the block, or its commit, fails."""
    names = []
    try:
        with transaction.atomic():
            yield names
    except BaseException:
        for name in names:
            storage.delete(name)
        raise


def add(space, *, by, sound, note=""):
    """Put a file into a space as a new document."""
    with _taken_back_on_failure(_storage()) as written:
        row, member = enter(space, by, write=True)
        document = Document.objects.create(
            space=row, number=next_number(row.documents), title=sound.name.rpartition(".")[0][:160], by=by
        )
        _add_version(document, member, sound, note, written)
        tell(member, Verb.UPLOADED, document=document)
    return document


def revise(document, *, by, sound, note=""):
    """Put a new version on top of a document; the earlier ones stay. Raises ValidationError."""
    with _taken_back_on_failure(_storage()) as written:
        member, document = _locked(document, by)
        newest = document.versions.first()
        if newest is not None and newest.sha256 == sound.sha256:
            raise ValidationError(SAME_FILE, code="same", params={"number": newest.number})
        _add_version(document, member, sound, note, written)
        tell(member, Verb.REVISED, document=document)
    return document


def _storage():
    return DocumentVersion._meta.get_field("file").storage


def _locked(document, by):
    """Enter the document's space to write; (the membership, the document as it is now). Raises as `enter` does."""
    row, member = enter(document.space, by, write=True)
    document = row.documents.get(pk=document.pk)
    document.space = row
    if document.removed_at:
        raise ValidationError(REMOVED, code="removed")
    return member, document


def _add_version(document, member, sound, note, written):
    name = _storage().save(f"spaces/{document.space_id}/{get_random_string(32)}", File(sound.content))
    written.append(name)
    document.latest += 1
    document.updated_at = timezone.now()
    document.save(update_fields=["latest", "updated_at"])
    scan = Scan.WAITING if is_scanned() else Scan.UNSCANNED
    previews = None if sound.content_type in files.DRAWN else 0
    version = DocumentVersion.objects.create(
        document=document,
        number=document.latest,
        file=name,
        name=sound.name,
        content_type=sound.content_type,
        size=sound.size,
        sha256=sound.sha256,
        note=note,
        by=member.user,
        on_behalf_of=member.on_behalf_of,
        scan=scan,
        previews=previews,
        due_at=timezone.now() if scan == Scan.WAITING or previews is None else None,
    )
    if version.due_at:
        transaction.on_commit(lambda: bell.ring(TASK), robust=True)
    return version


@transaction.atomic
def rename(document, *, by, title):
    """Give a document another title; the names of its files stay."""
    _member, document = _locked(document, by)
    document.title = title
    document.save(update_fields=["title"])


@transaction.atomic
def remove(document, *, by):
    """Take a document out of the lists. What happened to it stays in the log, and its files in the record."""
    member, document = _locked(document, by)
    if not may_remove(document, member):
        raise PermissionDenied(NOT_YOURS)
    document.removed_at, document.removed_by = timezone.now(), by
    document.save(update_fields=["removed_at", "removed_by"])
    AuditEntry.objects.record(by=by, verb="space.remove_document", target=document.space.partnership)


def may_remove(document, member):
    return member.is_coordinator or document.by_id == member.user_id
