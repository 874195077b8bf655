"""What is kept only for a while."""

import logging
from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts import mine
from accounts.models import AuditEntry, EmailProof, Tally, User

logger = logging.getLogger(__name__)


def _never_used(now):
    """Accounts that nobody signed in to, that are not staff, and that no app and no log line needs."""
    old = now - timedelta(days=settings.DRAFT_DAYS)
    users = User.objects.filter(last_login=None, joined_at__lt=old, is_staff=False, is_superuser=False)
    users = users.filter(anonymised_at=None).exclude(Exists(AuditEntry.objects.filter(by=OuterRef("pk"))))
    unused = users
    for (
        part
    ) in mine.parts():  # each is asked of the same people: asked of what is left, the query would double each time
        unused = unused.exclude(pk__in=part.is_used(users).values("pk"))
    return unused


def purge_now(now=None):
    """Delete everything due; returns how many rows of each kind. A second run finds nothing."""
    now = now or timezone.now()
    gone = {part.key: part.purge(now) for part in mine.parts()}
    gone["codes"] = EmailProof.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()[0]
    gone["tallies"] = Tally.objects.filter(ends_at__lt=now).delete()[0]
    gone["sessions"] = Session.objects.filter(expire_date__lt=now).delete()[0]
    gone["accounts"] = _never_used(now).delete()[0]
    logger.info("Purged: %s", gone)
    return gone
