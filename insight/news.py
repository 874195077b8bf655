"""News of the region by mail: what is new for anybody since the mail before, in one mail, about what its reader chose.

Two steps, as the digest of a person has (`notifications.digests`). When a moment has come, `queue_due` writes mails
without words for those for whom something is new; when a sender takes one, `read` asks what there is to tell by then.
A mail tells what happened up to SETTLED before it was due. Only once it went out its reader knows that: of one that was
withdrawn, or of which nobody knows whether it went out, everything comes in the next one.
"""

from datetime import timedelta
from functools import partial
from itertools import groupby

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation

from insight.actions import MANAGE
from insight.models import Subscription
from notifications import budget
from notifications import news as sources
from notifications.actions import queue_emails
from notifications.live import NoLonger
from notifications.models import Email, EmailKind, EmailState, Notification
from notifications.rendering import one_click
from notifications.tokens import token

TEMPLATE = "news"  # also the name of this kind of mail, for the week's budget
BATCH = 500
MOST = 8  # of each kind
SETTLED = timedelta(minutes=10)  # by then what carries a time of before has been committed
LONGEST = timedelta(days=92)  # what is older is no news
FRESH = timedelta(days=6)  # a mail that could not go for so long does not go: the next one tells the same
UNDER_WAY = (EmailState.QUEUED, EmailState.SENDING)


# ── Due ──────────────────────────────────────────────────────────────────────────────────────────────────────────────
def queue_due(now=None):
    """Queue the news whose moment has come; how many mails."""
    now, count = now or timezone.now(), 0
    while found := _queue_batch(now):
        count += found.count(True)
    return count


@transaction.atomic
def _queue_batch(now):
    """For a batch of subscriptions whose moment has come: whether each got a mail. Other runs take others."""
    due = Subscription.objects.filter(next_at__lte=now).order_by("next_at", "pk").prefetch_related("areas", "themes")
    rows = list(due.select_for_update(skip_locked=True)[:BATCH])
    free = _without_those_on_their_way(rows)
    found = _Found([(row, now) for row in free])
    told = [row for row in free if found.of(row, now)]
    room = budget.first_room([row.email for row in told], TEMPLATE)
    mailed = [row for row in told if row.email in room]
    queue_emails([_mail(row, room[row.email]) for row in mailed])
    for row in set(free) - set(told):
        row.told_until = max(row.told_until, _until(now))
    for row in mailed:
        row.mailed_for = row.next_at
    for row in rows:
        row.next_at = row.next_after(now)
    Subscription.objects.bulk_update(rows, ["told_until", "mailed_for", "next_at"])
    return [row in mailed for row in rows]


def _without_those_on_their_way(rows):
    """The subscriptions whose last mail came to an end, with what it told noted if it went out. One that is still to go
    tells what is new by then: a second one would tell the same."""
    keys = [row.key for row in rows if row.key]
    last = {mail.key: mail for mail in Email.objects.filter(key__in=keys).only("key", "state", "due_at")}
    ended = [row for row in rows if row.key not in last or last[row.key].state not in UNDER_WAY]
    for row in ended:
        if row.key in last and last[row.key].state == EmailState.SENT:
            row.told_until = max(row.told_until, _until(last[row.key].due_at))
    return ended


def _until(due_at):
    return due_at - SETTLED


def _mail(row, due_at):
    return {
        "to": row.email,
        "language": row.language,
        "template": TEMPLATE,
        "context": {"subscription": row.pk},
        "live": "insight.news",
        "kind": EmailKind.DIGEST,
        "key": f"{row.keys}{row.next_at:%Y-%m-%dT%H}",
        "due_at": due_at,
        "expires_at": due_at + FRESH,
    }


# ── What is new ──────────────────────────────────────────────────────────────────────────────────────────────────────
class _Found:
    """What is new for each of some (subscription, moment at which it is told), asked for together."""

    def __init__(self, asked):
        spans = [self._span(row, at) for row, at in asked]
        self._all, self._known = [], {}
        if spans:
            first, last = min(since for since, _until in spans), max(until for _since, until in spans)
            self._all = [(kind, news) for kind, found in sources.between(first, last) for news in found]

    @staticmethod
    def _span(row, at):
        return max(row.told_until, at - LONGEST), _until(at)

    def of(self, row, at):
        """[(kind, news)] for the reader; found once for all who chose the same and were told up to the same moment."""
        question = (row.tags, *self._span(row, at))
        if question not in self._known:
            self._known[question] = self._answer(*question)
        return self._known[question]

    def _answer(self, tags, since, until):
        return [(kind, news) for kind, news in self._all if since < news.at <= until and (not tags or tags & news.tags)]


def _told_otherwise(addresses, things):
    """{(address, thing)} of what people with these addresses have seen on the site, or are told by their own digest."""
    reached = Q(read_at__isnull=False) | Q(told_at__isnull=False) | Q(user__digest_setting__days__gt=0)
    rows = Notification.objects.filter(reached, user__email__in=addresses, thing__in=things)
    return set(rows.values_list("user__email", "thing"))


# ── Words ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def read(emails):
    """What each mail tells now, {email.pk: values or NoLonger}."""
    rows = Subscription.objects.confirmed().prefetch_related("areas", "themes")
    rows = rows.in_bulk([email.context["subscription"] for email in emails])
    due = [(email, rows[pk]) for email in emails if (pk := email.context["subscription"]) in rows]
    found = _Found([(row, email.due_at) for email, row in due])
    new = {email.pk: found.of(row, email.due_at) for email, row in due}
    things = {news.thing for told in new.values() for _kind, news in told}
    known = _told_otherwise([row.email for row in rows.values()], things) if things else set()
    shared = {}
    return {
        email.pk: _answer(email, rows.get(email.context["subscription"]), new.get(email.pk, []), known, shared)
        for email in emails
    }


def _answer(email, row, new, known, shared):
    if row is None:
        return NoLonger("the subscription was ended")
    if row.key != email.key or row.email != email.to.lower():
        return NoLonger("a later mail tells the same")
    told = [(kind, news) for kind, news in new if (row.email, news.thing) not in known]
    return partial(_words, email, row, told, shared) if told else NoLonger("nothing is new")


def _words(email, row, told, shared):
    """The values for the mail, in its reader's language; for all who are told the same the words are made once."""
    with translation.override(email.language):
        question = (email.language, tuple(news.thing for _kind, news in told))
        if question not in shared:
            shared[question] = _parts(told)
        stop = settings.SITE_URL + reverse("news_manage", args=[token(MANAGE, row.pk)])
    return {
        "parts": shared[question],
        "first": shared[question][0]["rows"][0]["title"],
        "others": len(told) - 1,
        "rhythm": row.rhythm,
        "stop": stop,
        "headers": one_click(stop, "news"),
    }


def _parts(told):
    parts = []
    for kind, pairs in groupby(told, key=lambda pair: pair[0]):
        news = [one for _kind, one in pairs]
        rows = [_line(one) for one in news[:MOST]]
        parts.append({"label": str(kind.label), "rows": rows, "more": len(news) - len(rows), "url": kind.url()})
    return parts


def _line(news):
    return {
        "title": news.title(),
        "url": news.url(),
        "text": news.text(),
        "about": news.about(),
        "at": news.at,
    }
