"""How many mails a person gets in a week that nobody wrote to them: at most `DigestSetting.most`, digest included.

A mail about the account, an answer, a mention and an invitation are personal and outside of it. Whoever is about to
queue a reminder asks here, in the same transaction. The person's own digest has its days kept free; what goes out
besides is counted, whoever queued it. Two askers for one address wait for each other, so that both never get the last.
"""

from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from notifications import wishes

WEEK = timedelta(days=7)

# The mails that count beside a person's own digest. `email_counted` is the index for it.
COUNTED = "kind IN ('reminder', 'digest') AND live <> 'notifications.digest'"
STANDS = "state IN ('queued', 'sending', 'sent', 'unknown')"

# How many more may go out besides the digest; for SQL with columns for a person's id and their address. An address
# without an account has no digest.
LEFT = f"""
(CASE WHEN {{user}} IS NULL THEN %(usual)s
      ELSE coalesce((SELECT most - length(replace(days::int::bit(7)::text, '0', ''))
                     FROM notifications_digestsetting WHERE user_id = {{user}}), %(usual)s - 1) END
 - (SELECT count(*) FROM notifications_email WHERE lower("to") = {{address}} AND {COUNTED} AND {STANDS}
    AND coalesce(sent_at, due_at) > %(since)s))
"""  # noqa: S608 - own words
WANTED = """NOT EXISTS (SELECT FROM notifications_mute
                WHERE user_id = {user} AND target IN ('everything', %(unwanted)s))"""
LOCK = """
SELECT pg_advisory_xact_lock(%s, key)
FROM (SELECT DISTINCT hashtext(address) AS key FROM unnest(%s::text[]) AS asked (address) ORDER BY key) AS keys
"""
OURS = 4_100  # the number that tells our locks from those of others
ASK = f"""
SELECT asked.address, {LEFT.format(user="person.id", address="asked.address")},
       ARRAY(SELECT coalesce(sent_at, due_at) FROM notifications_email
             WHERE lower("to") = asked.address AND {COUNTED} AND {STANDS} AND coalesce(sent_at, due_at) > %(since)s
             ORDER BY 1)
FROM unnest(%(addresses)s::text[]) AS asked (address) LEFT JOIN accounts_user person ON person.email = asked.address
WHERE {WANTED.format(user="person.id")}
"""  # noqa: S608 - own words


def values_for(template):
    """The values for `LEFT` and `WANTED`."""
    since = timezone.now() - WEEK
    return {"usual": settings.MAILS_A_WEEK, "since": since, "unwanted": wishes.target(template)}


def with_room(addresses, template):
    """Of `addresses` (in small letters) those to which a reminder of this kind may go now, a set. Until the transaction
    ends nobody else is told so."""
    return {address for address, left, _taken in _ask(addresses, template) if left > 0}


def first_room(addresses, template):
    """{address: the first moment at which a reminder of this kind may go}, for what no digest tells instead: it waits
    for its turn, which comes once a week even for whoever has a digest on as many days as they want mails. Whoever
    wants none of this kind is not in it."""
    now = timezone.now()
    return {address: _first(left, taken, now) for address, left, taken in _ask(addresses, template)}


def _first(left, taken, now):
    if left > 0 or not taken:
        return now
    most = max(left + len(taken), 1)
    return max(now, taken[-most] + WEEK)


def _ask(addresses, template):
    addresses = sorted(set(addresses))
    if not addresses:
        return []
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [OURS, addresses])
        cursor.execute(ASK, {**values_for(template), "addresses": addresses})
        return cursor.fetchall()
