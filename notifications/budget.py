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

# SQL for columns with a person's id and their address: how many may go out in a week besides the digest (an address
# without an account has none), those that did, and how many are left.
ALLOWED = """
CASE WHEN {user} IS NULL THEN %(usual)s
     ELSE coalesce((SELECT most - length(replace(days::int::bit(7)::text, '0', ''))
                    FROM notifications_digestsetting WHERE user_id = {user}), %(usual)s - 1) END
"""
TAKEN = f"""
FROM notifications_email
WHERE lower("to") = {{address}} AND {COUNTED} AND {STANDS} AND coalesce(sent_at, due_at) > %(since)s
"""
LEFT = f"({ALLOWED} - (SELECT count(*) {TAKEN}))"
WANTED = """NOT EXISTS (SELECT FROM notifications_mute
                WHERE user_id = {user} AND target IN ('everything', %(unwanted)s))"""
LOCK = """
SELECT pg_advisory_xact_lock(%s, key)
FROM (SELECT DISTINCT hashtext(address) AS key FROM unnest(%s::text[]) AS asked (address) ORDER BY key) AS keys
"""
OURS = 4_100  # the number that tells our locks from those of others
ASK = f"""
SELECT asked.address, {ALLOWED.format(user="person.id")},
       ARRAY(SELECT coalesce(sent_at, due_at) {TAKEN.format(address="asked.address")} ORDER BY 1)
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
    return {address for address, allowed, taken in _ask(addresses, template) if len(taken) < allowed}


def first_room(addresses, template):
    """{address: the first moment at which a reminder of this kind may go}, for what no digest tells instead: it waits
    for its turn, which comes once a week even for whoever has a digest on as many days as they want mails. Whoever
    wants none of this kind is not in it."""
    now = timezone.now()
    return {address: _first(max(allowed, 1), taken, now) for address, allowed, taken in _ask(addresses, template)}


def _first(allowed, taken, now):
    return now if len(taken) < allowed else max(now, taken[-allowed] + WEEK)


def _ask(addresses, template):
    """(address, how many are allowed in a week, when those that count went or are due) for each that wants any."""
    addresses = sorted(set(addresses))
    if not addresses:
        return []
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [OURS, addresses])
        cursor.execute(ASK, {**values_for(template), "addresses": addresses})
        return cursor.fetchall()
