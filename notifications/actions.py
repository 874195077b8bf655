"""Writing mails into the outbox, and taking them back."""

from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from notifications import bell
from notifications.models import Email, EmailKind, EmailState
from web.text import clean_line


def queue_email(
    *,
    to,
    template,
    context,
    language,
    key,
    kind=EmailKind.TRANSACTIONAL,
    user=None,
    secret=None,
    due_at=None,
    expires_at=None,
):
    """Write one mail into the outbox, in the caller's transaction, and ring the senders when it commits.

    `template` names a folder below `templates/mail/` with subject.txt, body.txt and body.html. `context` and `secret`
    hold plain JSON values; codes and links that give access belong in `secret` (flat, name → text), which the subject
    never sees and which is emptied once the mail has gone. `key` names the cause: a second call with the same key
    returns the first row and writes nothing. With `expires_at` a mail that is late is not sent.

    Raises ValidationError when `to` is no address, TypeError when a value is not plain JSON.
    """
    to = clean_line(to)
    validate_email(to)
    values = {
        "to": to,
        "template": template,
        "context": context,
        "language": language,
        "kind": kind,
        "user": user,
        "secret": secret or {},
        "due_at": due_at or timezone.now(),
        "expires_at": expires_at,
    }
    email, is_new = Email.objects.get_or_create(key=key, defaults=values)
    if is_new:
        bell.ring_on_commit()
    return email


def withdraw(*, key):
    """Take back a mail whose cause has vanished. False when it has already gone, or is going."""
    with transaction.atomic():
        email = Email.objects.select_for_update().filter(key=key, state=EmailState.QUEUED).first()
        if email is None:
            return False
        email.end(EmailState.WITHDRAWN)
    return True
