"""The digest: one mail for everything that a person has neither seen on the site nor been told of.

Two steps, each safe to repeat. When it is due, `queue_due` writes a mail without words into the outbox and moves the
person's next moment, in one transaction. When a sender takes it, `read` asks what there is to tell by then and marks
those rows with the mail; once it went out they are told. Rows of a mail of which nobody knows whether it went out are
still to be told: they come in the next one.
"""

from collections import defaultdict
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from notifications.actions import queue_emails
from notifications.live import NoLonger
from notifications.models import DigestSetting, EmailKind, EmailState, Notification, Part
from notifications.rendering import one_click
from notifications.schedule import next_due
from notifications.subjects import dates_of, lines_of
from notifications.tokens import SETTINGS, token

BATCH = 500
MOST = {Part.NEEDS: 3, Part.DECIDED: 5, Part.NEW: 7}
MOST_DATES, AHEAD = 5, timedelta(days=7)
AWAY_AFTER, AWAY_DIGESTS, AWAY_PAUSE = timedelta(days=21), 2, timedelta(days=27)
FRESH_DAYS = 7  # a digest that could not be sent for so long is not sent: the next one tells the same
# What happens anew just now, or is on its way in another digest of the same person, is left for the next: so nothing is
# told twice, nothing is marked as told that the mail does not say, and nobody waits.
MARK = """
UPDATE notifications_notification AS row SET digest_id = free.mail
FROM (
    SELECT old.id, asked.mail
    FROM notifications_notification old
    JOIN unnest(%s::bigint[], %s::bigint[], %s::timestamptz[]) AS asked (id, mail, at) USING (id, at)
    WHERE old.read_at IS NULL AND old.told_at IS NULL AND NOT EXISTS (
        SELECT FROM notifications_email WHERE id = old.digest_id AND id <> asked.mail AND state = 'sending')
    FOR UPDATE OF old SKIP LOCKED
) AS free
WHERE row.id = free.id
RETURNING row.id
"""


# ── Due ──────────────────────────────────────────────────────────────────────────────────────────────────────────────
def queue_due(now=None):
    """Queue the digests whose moment has come; how many. However late, doubled or rare the runs: each moment once."""
    now, count = now or timezone.now(), 0
    while found := _queue_batch(now):
        count += found.count(True)
    return count


@transaction.atomic
def _queue_batch(now):
    """For a batch of people whose moment has come: whether each got a mail. Other runs take other people."""
    due = DigestSetting.objects.filter(next_at__lte=now).order_by("next_at", "pk").select_related("user")
    rows = list(due.select_for_update(of=("self",), skip_locked=True)[:BATCH])
    users = [row.user_id for row in rows]
    waiting = set(Notification.objects.pending().wanted().filter(user__in=users).values_list("user_id", flat=True))
    told = {row.user_id for row in rows if row.user_id in waiting and row.user.is_active}
    queue_emails(_mail(row, now) for row in rows if row.user_id in told)
    for row in rows:
        row.silent += row.user_id in told
        row.next_at = next_due(now + AWAY_PAUSE if is_away(row, now) else now, row.days, row.hour)
    DigestSetting.objects.bulk_update(rows, ["silent", "next_at"])
    return [row.user_id in told for row in rows]


def is_away(setting, now):
    """Whether the person has not been seen for so long that a digest a month is enough."""
    is_long = setting.seen_at is None or setting.seen_at < now - AWAY_AFTER
    return setting.silent > AWAY_DIGESTS and is_long


def _mail(setting, now):
    return {
        "to": setting.user.email,
        "user_id": setting.user_id,
        "language": setting.user.language,
        "template": "digest",
        "context": {},
        "live": "notifications.digest",
        "kind": EmailKind.DIGEST,
        "key": f"digest:{setting.user_id}:{setting.next_at:%Y-%m-%dT%H}",
        "expires_at": now + timedelta(days=FRESH_DAYS),
    }


# ── Words ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def read(emails):
    """What each digest tells now, {email.pk: values or NoLonger}; its rows are marked with the mail."""
    users = [email.user_id for email in emails]
    rows = list(Notification.objects.pending().wanted().filter(user__in=users).order_by("part", "-at", "-pk"))
    settings_of = {setting.user_id: setting for setting in DigestSetting.objects.filter(user__in=users)}
    lines, by_user = lines_of(rows), defaultdict(list)
    for row in rows:
        if row.pk in lines:
            by_user[row.user_id].append(row)
    coming = dates_of(list(by_user), timezone.localdate() + AHEAD)
    # Of two digests of a person the newest tells: an older one may be too late, or for an address of before.
    theirs = {email.pk: by_user.pop(email.user_id, []) for email in sorted(emails, key=lambda one: -one.pk)}
    marked = _mark(emails, theirs)
    found = {}
    for email in emails:
        mine = [row for row in theirs[email.pk] if row.pk in marked or not _is_going(email)]
        setting = settings_of.get(email.user_id)
        if not mine:
            found[email.pk] = NoLonger("nothing is new")
        elif setting is None or not setting.days:
            found[email.pk] = NoLonger("the person wants no digest any more")
        else:
            is_away = setting.silent > AWAY_DIGESTS
            found[email.pk] = partial(words, email, mine, lines, coming.get(email.user_id, ()), is_away)
    return found


def _is_going(email):
    """False when staff look at it."""
    return email.state == EmailState.SENDING


def _mark(emails, theirs):
    """Note for each mail that goes which rows it tells; the ids of those rows that are not told by another."""
    rows = [(row.pk, email.pk, row.at) for email in emails if _is_going(email) for row in theirs[email.pk]]
    with connection.cursor() as cursor:
        cursor.execute(MARK, [list(column) for column in zip(*rows, strict=True)] or [[], [], []])
        return {pk for (pk,) in cursor.fetchall()}


def words(email, rows, lines, coming, is_away):
    """The values for the mail, in the language of its reader; every word and address made once for text and HTML."""
    with translation.override(email.language):
        parts = []
        for part in Part:
            those = [row for row in rows if row.part == part][: MOST[part]]
            told = [_told(row, lines[row.pk]) for row in those]
            parts += [{"label": str(part.label), "rows": told}] if told else []
        dates = [{**_words_of(line), "on": on} for on, line in coming[:MOST_DATES]]
        parts[-1:-1] = [{"label": _("Coming up"), "rows": dates}] if dates else []
        stop = settings.SITE_URL + reverse("digest_by_mail", args=[token(SETTINGS, email.user_id)])
        everything = settings.SITE_URL + reverse("notices")
    return {
        "parts": parts,
        "count": len(rows),
        "more": len(rows) - sum("at" in one for part in parts for one in part["rows"]),
        "needs": sum(row.part == Part.NEEDS for row in rows),
        "is_away": is_away,
        "stop": stop,
        "everything": everything,
        "headers": one_click(stop, "digest"),
    }


def _words_of(line):
    return {
        "title": line.title,
        "place": line.place,
        "text": str(line.text()),
        "action": str(line.action),
        "url": line.url(),
    }


def _told(row, line):
    why = _("You are told because %(why)s.") % {"why": row.get_why_display()}
    return {**_words_of(line), "why": why, "at": row.at}
