"""What a worker does with a new file: let it be scanned, draw its pages. What is due stands in the version's row."""

import logging
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from django.core.files import File
from django.db import transaction
from django.utils import timezone

from platforms import drawing, files, scanning
from platforms.models import DocumentVersion, Scan

logger = logging.getLogger(__name__)
LEASE = timedelta(minutes=5)  # well above what scanning and drawing may take
BACKOFF_MINUTES = (1, 2, 4, 8, 16, 32, 60)
RUN_SECONDS = 150
DRAWN_TRIES = 3


def look_at_due(*, seconds=RUN_SECONDS):
    """Look at what is due until nothing is left or `seconds` have passed; how many. Any number may run at once."""
    end, done = monotonic() + seconds, 0
    while monotonic() < end and (version := _claim()):
        look_at(version)
        done += 1
    return done


@transaction.atomic
def _claim():
    """Take the version that has waited longest, for as long as the lease; None when nothing is due."""
    version = DocumentVersion.objects.due().select_for_update(skip_locked=True).order_by("due_at", "pk").first()
    if version is not None:
        version.tries += 1
        version.due_at = timezone.now() + LEASE
        version.save(update_fields=["tries", "due_at"])
    return version


def look_at(version):
    """Scan the version if it waits for that, then draw it; write down what is left to do, and when."""
    try:
        if version.scan == Scan.WAITING:
            version.scan = _scanned(version)
        if version.may_be_shown and version.previews is None:
            version.previews = _drawn(version)
        version.due_at = None
    except (scanning.ScannerFailed, files.Refused, OSError) as error:
        logger.warning("Version %s could not be looked at: %s", version.pk, type(error).__name__)
        version.due_at = timezone.now() + timedelta(minutes=BACKOFF_MINUTES[min(version.tries, 7) - 1])
    version.save(update_fields=["scan", "previews", "due_at"])


def _scanned(version):
    if not scanning.is_scanned():
        return Scan.UNSCANNED
    with version.file.open() as file:
        found = scanning.scan(file.file)
    if found == Scan.INFECTED:
        logger.warning("A virus was found in version %s.", version.pk)
    return found


def _drawn(version):
    """Draw the pages and keep them beside the file; how many. What cannot be drawn after some tries has none."""
    storage = version.file.storage
    with TemporaryDirectory() as folder:
        try:
            files.draw("pages", files.DRAWN[version.content_type], version.file.path, Path(folder) / "page")
        except files.Refused:
            if version.tries < DRAWN_TRIES:
                raise
            return 0
        found = sorted(Path(folder).iterdir(), key=lambda path: int(path.name.split(".")[1]))[: drawing.MAX_PAGES]
        for number, path in enumerate(found, 1):
            storage.delete(version.preview_name(number))
            with path.open("rb") as page:
                storage.save(version.preview_name(number), File(page))
    return len(found)
