"""A person's share of the outbox: the mails that went to them."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q

from accounts.mine import Part
from notifications.models import (
    DigestSetting,
    Email,
    EmailKind,
    EmailState,
    Mute,
    Notification,
    Suppression,
)

BLANK = "–"
KEPT_DAYS = 180
UNDER_WAY = (EmailState.QUEUED, EmailState.SENDING)


def _mails_of(user):
    return Email.objects.filter(Q(user=user) | Q(to__iexact=user.email))


def _iso(moment):
    return moment.isoformat() if moment else None


def _without(value, words):
    """`value` with every one of `words` blanked, however deep in lists and dicts."""
    if isinstance(value, dict):
        return {key: _without(inner, words) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without(inner, words) for inner in value]
    if isinstance(value, str):
        for word in words:
            value = value.replace(word, BLANK)
    return value


class MailPart(Part):
    """The ledger keeps that a mail went out and why; name and address leave it with the person."""

    key = "mails"
    order = 50

    def data(self, user):
        return {
            "mails": [
                {
                    "subject": mail.subject,
                    "template": mail.template,
                    "to": mail.to,
                    "state": mail.state,
                    "written": mail.created_at.isoformat(),
                    "sent": mail.sent_at.isoformat() if mail.sent_at else None,
                }
                for mail in _mails_of(user).order_by("created_at", "pk")
            ]
        }

    def close(self, user):
        """Mails about security that are on their way keep their address until they have gone."""
        words = [word for word in (user.email, user.name) if word]
        Suppression.objects.filter(address__iexact=user.email).delete()
        for mail in _mails_of(user).exclude(state__in=UNDER_WAY, kind=EmailKind.SECURITY).select_for_update():
            mail.to = f"closed-{user.pk}@account.invalid"
            mail.context, mail.secret = _without(mail.context, words), {}
            mail.subject, mail.answer = _without(mail.subject, words), ""
            mail.key = _without(mail.key, words)
            mail.state = EmailState.WITHDRAWN if mail.state == EmailState.QUEUED else mail.state
            mail.save()

    def purge(self, now):
        """Mails that came to an end more than MAIL_DAYS ago."""
        old = Email.objects.filter(created_at__lt=now - timedelta(days=settings.MAIL_DAYS))
        return old.exclude(state__in=UNDER_WAY).delete()[0]


class NoticePart(Part):
    """What the person was told, what they muted, and when their digest comes."""

    key = "notices"
    order = 40
    template = "notifications/_digest.html"

    def data(self, user):
        setting = DigestSetting.objects.filter(user=user).values("days", "hour", "most", "seen_at").first()
        told = Notification.objects.filter(user=user).order_by("at", "pk")
        return {
            "digest": setting and {**setting, "seen_at": _iso(setting["seen_at"])},
            "muted": list(Mute.objects.filter(user=user).values_list("target", flat=True)),
            "notices": [
                {"what": row.thing, "why": row.why, "at": row.at.isoformat(), "seen": _iso(row.read_at)} for row in told
            ],
        }

    def close(self, user):
        for model in (Notification, Mute, DigestSetting):
            model.objects.filter(user=user).delete()

    def purge(self, now):
        """What happened more than half a year ago."""
        return Notification.objects.filter(at__lt=now - timedelta(days=KEPT_DAYS)).delete()[0]


class StoppedPart(Part):
    """Says at the top of my page that no mail reaches the person any longer, and what to do about it."""

    key = "stopped"
    order = 1
    template = "notifications/_stopped.html"

    def page(self, user):
        return {"stopped": Suppression.objects.filter(address=user.email.lower()).first()}

    def data(self, user):
        stops = Suppression.objects.filter(address=user.email.lower()).values("address", "cause", "reason", "since")
        return {"stopped": [{**stop, "since": _iso(stop["since"])} for stop in stops]}
