"""The outbox: every outgoing mail is a row, written in the same transaction as its cause."""

from django.conf import settings
from django.db import models
from django.db.models import Q
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
    DIGEST = "digest", _("Digest")


class Email(models.Model):
    """One mail to one address.

    `key` is unique and makes queueing idempotent; the Message-ID is made from it, so that a second copy after a crash
    is the same message for the receiver. `context` holds plain values for the template; `secret` holds codes and
    links that must not outlive the sending, and is emptied when the mail is sent (outside the demo).
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
    subject = models.CharField(_("subject"), max_length=250, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=EmailState, default=EmailState.QUEUED)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    lease_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    answer = models.TextField(_("the mail server's answer"), blank=True)
    again_of = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("sent again from")
    )

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails (ledger)")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["due_at", "id"], name="email_due", condition=Q(state=EmailState.QUEUED)),
            models.Index(fields=["lease_until"], name="email_leased", condition=Q(state=EmailState.SENDING)),
            models.Index(fields=["to"], name="email_to"),
        ]

    def __str__(self):
        return f"{self.subject or self.template} → {self.to}"


class Suppression(models.Model):
    """An address that no mail goes to any longer, and why."""

    address = models.EmailField(_("address"), max_length=254, unique=True)
    reason = models.TextField(_("why"), blank=True)
    since = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("stopped address")
        verbose_name_plural = _("stopped addresses")
        ordering = ["-since", "-id"]

    def __str__(self):
        return self.address
