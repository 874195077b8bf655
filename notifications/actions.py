"""Writing mails into the outbox, taking them back, sending them again."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import AuditEntry
from notifications import bell
from notifications.models import Email, EmailKind, EmailState, Suppression
from web import bulk
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
    live="",
    due_at=None,
    expires_at=None,
):
    """Write one mail into the outbox, in the caller's transaction, and ring the senders when it commits.

    `template` names a folder below `templates/mail/` with subject.txt, body.txt and body.html. `context` and `secret`
    hold plain JSON values; codes and links that give access belong in `secret` (flat, name → text), which the subject
    never sees and which is emptied once the mail has gone. `key` names the cause: a second call with the same key
    returns the first row and writes nothing. With `expires_at` a mail that is late is not sent. `live` names a reader
    of `notifications.live`, which is asked when the mail goes out: for words that must not be kept here, and whether
    it is still to go.

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
        "live": live,
        "due_at": due_at or timezone.now(),
        "expires_at": expires_at,
    }
    return _write(key, values)


def queue_emails(mails):
    """Write many mails with one statement; each is a dict of what `queue_email` takes (`user_id` for the person), with
    an address that is known to be one. A key that stands already is left as it is."""
    now = timezone.now()
    rows = [{"kind": EmailKind.TRANSACTIONAL, "due_at": now, "created_at": now, **mail} for mail in mails]
    if rows:
        bulk.insert(Email, rows, unless_there="key")
        bell.ring_on_commit()


def _write(key, values):
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


@transaction.atomic
def forget(*, prefix, address):
    """Take back the mails whose keys begin with `prefix`, and put `address`, which is nobody's, in place of theirs."""
    mails = Email.objects.filter(key__startswith=prefix)
    mails.filter(state=EmailState.QUEUED).update(state=EmailState.WITHDRAWN, lease_until=None)
    mails.update(to=address, answer="")


@transaction.atomic
def send_again(email, *, by):
    """Queue a copy of a mail that came to an end and return it; ValidationError says why it cannot be sent again."""
    email = Email.objects.select_for_update().get(pk=email.pk)
    copies = Email.objects.filter(again_of=email)
    if reason := _why_not_again(email, copies):
        raise ValidationError(reason)
    same = ("to", "template", "context", "secret", "live", "language", "kind", "user", "expires_at")
    values = {name: getattr(email, name) for name in same}
    copy = _write(f"again:{email.pk}:{copies.count() + 1}", {**values, "again_of": email})
    AuditEntry.objects.record(by=by, verb="email.send_again", target=email)
    return copy


def _why_not_again(email, copies):
    if email.is_under_way() or any(copy.is_under_way() for copy in copies):
        return _("It is already on its way.")
    if email.kind == EmailKind.DIGEST:
        return _("A digest is not sent twice: what it told and has not been read comes with the next one.")
    if email.user and not email.user.is_active:
        return _("The account is closed.")
    if email.state == EmailState.WITHDRAWN:
        return _("It was withdrawn: its cause is gone.")
    if email.carried_what_no_longer_works():
        return _("It carried a code or a link that no longer works. Ask the person to request a new one.")
    if Suppression.objects.filter(address=email.to.lower()).exists():
        return _("The address is stopped. Let mail go to it again first.")
    return ""


@transaction.atomic
def lift(suppression, *, by, reason):
    """Let mail go to a stopped address again. What was stopped meanwhile stays stopped; it can be sent again."""
    AuditEntry.objects.record(by=by, verb="suppression.lift", target=suppression, reason=reason)
    suppression.delete()
