"""Asking for news by mail, saying that the address is one's own, choosing anew, ending."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.models import AuditEntry
from insight.models import Subscription
from notifications import actions as outbox
from notifications.live import NoLonger
from notifications.tokens import token

CONFIRM, MANAGE = "insight.confirm", "insight.news"  # purposes of tokens
ASKING = "insight.news_confirm"


@transaction.atomic
def subscribe(*, email, is_proven, language, areas, themes, rhythm):
    """Note the wish; it holds at once for an address that its reader has proved to read, else a mail asks them.

    What holds already for the address stays as it is until then, so that nobody changes another's news.
    """
    wish = {"language": language, "rhythm": rhythm, "asked_at": timezone.now()}
    row, _is_new = Subscription.objects.asked().update_or_create(email=email, defaults=wish)
    row.areas.set(areas)
    row.themes.set(themes)
    if is_proven:
        return confirm(row.pk)
    outbox.queue_email(
        to=email,
        template="news_confirm",
        context={"subscription": row.pk},
        language=language,
        live=ASKING,
        key=f"{row.keys}ask:{row.asked_at:%Y-%m-%dT%H:%M}",  # a double click is one mail
    )
    return row


@transaction.atomic
def confirm(pk):
    """The address is its reader's own: from now on news comes. The subscription, or None when it is there no more.

    Who has one already changes it: what older mails lead to stays good, and what was told is not told again.
    """
    row = Subscription.objects.select_for_update().filter(pk=pk).first()
    if row is None or row.confirmed_at:
        return row
    if holds := Subscription.objects.confirmed().select_for_update().filter(email=row.email).first():
        wish = {"areas": row.areas.all(), "themes": row.themes.all(), "rhythm": row.rhythm, "language": row.language}
        change(holds, **wish)
        end(row)
        return holds
    row.confirmed_at = row.told_until = timezone.now()
    row.next_at = row.next_after(row.confirmed_at)
    row.save()
    return row


@transaction.atomic
def change(subscription, *, areas, themes, rhythm, language=None):
    """Other news from now on, or as often as is said now."""
    row = Subscription.objects.select_for_update().get(pk=subscription.pk)
    row.areas.set(areas)
    row.themes.set(themes)
    row.language = language or row.language
    if row.rhythm != rhythm:
        row.rhythm = rhythm
        row.next_at = row.next_after(timezone.now())
    row.save()


@transaction.atomic
def end(subscription):
    """No more news: what is on its way is taken back, and the address leaves the subscription and its mails."""
    for row in Subscription.objects.select_for_update().filter(pk=subscription.pk):
        outbox.forget(prefix=row.keys, address=f"ended-{row.pk}@news.invalid")
        row.delete()


@transaction.atomic
def end_for(subscription, *, by):
    """Staff end it on request. Raises PermissionDenied."""
    if not by.has_perm("insight.end_subscription"):
        raise PermissionDenied
    AuditEntry.objects.record(by=by, verb="subscription.end", target=subscription)
    end(subscription)


def ask(email):
    """The words of the mail that asks whether the address is its reader's own: as long as nobody has answered."""
    row = Subscription.objects.asked().filter(pk=email.context["subscription"]).first()
    if row is None:
        raise NoLonger("the question is answered, or too old")
    return {"subscription": row, "token": token(CONFIRM, row.pk)}
