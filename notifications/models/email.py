"""The outbox: every outgoing mail is a row, written in the same transaction as its cause."""

import hashlib
from datetime import timedelta

from django.conf import settings
from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Lower, Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Language


class EmailState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    UNKNOWN = "unknown", _("Unknown if sent")
    SUPPRESSED = "suppressed", _("Stopped: the address bounces")
    WITHDRAWN = "withdrawn", _("Withdrawn before it was sent")


class EmailKind(models.TextChoices):
    SECURITY = "security", _("Security")  # codes and warnings about the account
    TRANSACTIONAL = "transactional", _("Answer to something done")
    REMINDER = "reminder", _("Reminder")  # nobody wrote it to this person: counted (notifications.budget)
    DIGEST = "digest", _("Digest")


class EmailQuerySet(models.QuerySet):
    def due(self):
        """What a sender would take now."""
        return self.filter(state=EmailState.QUEUED, due_at__lte=timezone.now())

    def overdue(self, after=timedelta(minutes=2)):
        """What should have gone out more than `after` ago: nobody is sending."""
        return self.filter(state=EmailState.QUEUED, due_at__lt=timezone.now() - after)

    def in_trouble(self):
        """What staff should look at: not delivered, perhaps not delivered, or refused at least once."""
        ended_badly = Q(state__in=[EmailState.FAILED, EmailState.UNKNOWN, EmailState.SUPPRESSED])
        return self.filter(ended_badly | Q(state=EmailState.QUEUED, attempts__gt=0))


class Email(models.Model):
    """One mail to one address.

    `key` is unique and makes queueing idempotent; the Message-ID is made from it, so that a second copy after a crash
    is the same message for the receiver. `context` holds plain values for the template; `secret` holds codes and
    links that must not outlive the sending: its values are emptied when the mail reaches an end (outside the demo), its
    names stay. The subject never sees `secret`. A mail that is not sent before `expires_at` is not sent at all.
    `live` names who is asked for the rest of its words when it is sent (`notifications.live`): they are never stored.
    """

    key = models.CharField(_("key"), max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=EmailKind)
    to = models.EmailField(_("to"), max_length=254)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    language = models.CharField(_("language"), max_length=2, choices=Language)
    template = models.CharField(_("template"), max_length=100)
    context = models.JSONField(_("values"), default=dict, blank=True)
    secret = models.JSONField(_("codes and links"), default=dict, blank=True)
    live = models.CharField(_("asked for when sent"), max_length=40, blank=True)
    subject = models.CharField(_("subject"), max_length=250, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=EmailState, default=EmailState.QUEUED)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    expires_at = models.DateTimeField(_("of no use after"), null=True, blank=True)
    lease_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    begun_at = models.DateTimeField(_("on the line since"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    answer = models.TextField(_("the mail server's answer"), blank=True)
    again_of = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("sent again from")
    )

    objects = EmailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails (ledger)")
        ordering = ["-created_at", "-id"]
        default_permissions = ("view",)
        permissions = [("resend_email", "Can send a mail again")]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="email_latest"),
            models.Index(
                models.ExpressionWrapper(Q(kind=EmailKind.DIGEST), models.BooleanField()),
                "due_at",
                "id",
                name="email_due",
                condition=Q(state=EmailState.QUEUED),
            ),
            models.Index(fields=["lease_until"], name="email_leased", condition=Q(state=EmailState.SENDING)),
            models.Index(Upper("to"), name="email_to_any_letters"),
            models.Index(
                Lower("to"),
                name="email_counted",
                condition=Q(kind__in=[EmailKind.REMINDER, EmailKind.DIGEST]) & ~Q(live="notifications.digest"),
            ),
        ]

    def __str__(self):
        return f"{self.subject or self.template} → {self.to}"

    @property
    def message_id(self):
        """The same for every copy of the same mail; tells nothing about its cause."""
        return f"<{hashlib.sha256(self.key.encode()).hexdigest()[:40]}@{settings.MAIL_DOMAIN}>"

    def is_under_way(self):
        return self.state in (EmailState.QUEUED, EmailState.SENDING)

    def carried_what_no_longer_works(self):
        """Whether its codes are emptied or too old."""
        too_old = self.expires_at is not None and self.expires_at <= timezone.now()
        return too_old or not all(self.secret.values())

    def end(self, state, answer=""):
        """Save a state that nothing follows, and forget the codes (the demo keeps them to be read).

        Saves nothing and returns False when somebody else has tried this mail since it was read.
        """
        values = {"state": state, "answer": answer, "lease_until": None, "subject": self.subject}
        if state == EmailState.SENT:
            values["sent_at"] = timezone.now()
        if not settings.DEMO:
            values["secret"] = dict.fromkeys(self.secret, "")
        return self._save_if_ours(**values)

    def put_back(self, due_at, answer):
        """Let it be tried again at `due_at`; False as for `end`."""
        return self._save_if_ours(state=EmailState.QUEUED, due_at=due_at, answer=answer, lease_until=None)

    def give_back(self):
        """It was claimed but not tried: whoever comes next takes it, and this was no attempt."""
        return self._save_if_ours(state=EmailState.QUEUED, lease_until=None, attempts=self.attempts - 1)

    def _save_if_ours(self, **values):
        """`attempts` counts the claims, so it tells whether the claim is still ours."""
        fields = [Email._meta.get_field(name) for name in values]
        names = ", ".join(f"{field.column} = %s" for field in fields)
        ready = [
            field.get_db_prep_save(value, connection) for field, value in zip(fields, values.values(), strict=True)
        ]
        sql = f"UPDATE notifications_email SET {names} WHERE id = %s AND attempts = %s"  # noqa: S608 - own names
        with connection.cursor() as cursor:
            cursor.execute(sql, [*ready, self.pk, self.attempts])
            return cursor.rowcount == 1


class Cause(models.TextChoices):
    DEAD = "dead", _("The address takes no mail")
    COMPLAINT = "complaint", _("The reader reported a mail as unwanted")


class Suppression(models.Model):
    """An address that no mail goes to any longer, and why: `reason` is what its mail server or the provider said."""

    address = models.EmailField(_("address"), max_length=254, unique=True)
    cause = models.CharField(_("cause"), max_length=9, choices=Cause, default=Cause.DEAD)
    reason = models.TextField(_("what was said"), blank=True)
    since = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("stopped address")
        verbose_name_plural = _("stopped addresses")
        ordering = ["-since", "-id"]
        default_permissions = ("view",)
        permissions = [("lift_suppression", "Can let mail go to a stopped address again")]
        constraints = [models.CheckConstraint(name="suppression_is_lower_case", condition=Q(address=Lower("address")))]

    def __str__(self):
        return self.address
