"""Telling people that something happened, and noting that they have seen it. Domain actions call this in their own
transaction, so that there is never the one without the other."""

from django.db import connection
from django.utils import timezone

from notifications.models import BY_NAME, Mute, Notification, Part, targets
from notifications.models.notice import usual_most
from notifications.schedule import first_due

# What happens again with a thing that a person has neither seen nor been told of is counted, and keeps the weightier
# part; otherwise it begins anew. People come in the order of their ids, so that two tellings never wait for each other.
TELL = """
INSERT INTO notifications_notification AS old (user_id, thing, place, kind, part, why, at, count, told_at, digest_id)
SELECT person.id, %(thing)s, %(place)s, %(kind)s, %(part)s, %(why)s, %(now)s, 1,
       CASE WHEN mail.id IS NOT NULL THEN %(now)s::timestamptz END, mail.id
FROM accounts_user person
LEFT JOIN unnest(%(mailed)s::bigint[], %(keys)s::text[]) AS own (person, key) ON own.person = person.id
LEFT JOIN notifications_email mail ON mail.key = own.key
WHERE person.id = ANY(%(people)s::bigint[]) AND person.is_active AND NOT EXISTS (
    SELECT FROM notifications_mute WHERE user_id = person.id AND target = ANY(%(targets)s::text[]))
ORDER BY person.id
ON CONFLICT (user_id, thing) DO UPDATE SET
    place = excluded.place, at = excluded.at, read_at = NULL,
    told_at = excluded.told_at, digest_id = excluded.digest_id,
    kind = CASE WHEN {waits} AND old.part < excluded.part THEN old.kind ELSE excluded.kind END,
    why = CASE WHEN {waits} AND old.part < excluded.part THEN old.why ELSE excluded.why END,
    part = CASE WHEN {waits} THEN least(old.part, excluded.part) ELSE excluded.part END,
    count = CASE WHEN {waits} THEN old.count + 1 ELSE 1 END
""".format(waits="(old.read_at IS NULL AND old.told_at IS NULL)")

SETTINGS = """
INSERT INTO notifications_digestsetting (user_id, days, hour, most, next_at, silent)
SELECT person.id, 2, 8, %(most)s, %(first)s, 0 FROM accounts_user person
WHERE person.id = ANY(%(people)s::bigint[]) AND person.is_active
  AND NOT EXISTS (SELECT FROM notifications_digestsetting WHERE user_id = person.id)
ORDER BY person.id
ON CONFLICT (user_id) DO NOTHING
"""


# In SQL, since every page of a thing says it.
SEEN = """
UPDATE notifications_notification SET read_at = %s
WHERE user_id = %s AND thing = ANY(%s::text[]) AND read_at IS NULL
"""


def notify(people, *, thing, place, kind, why, part=Part.NEW, mailed=None):
    """Tell `people` (ids) of a thing ("thread:12") in a place ("space:3"). `mailed` is {id: key of the mail} of those
    among them who get a mail of their own about it: their digest repeats it only when that mail never went. Whoever has
    muted it hears nothing, unless it is said to them by name: that stands among their notices, nothing is mailed, and
    it does not count as told."""
    people = sorted(set(people))
    if not people:
        return
    values = {"thing": thing, "place": place, "kind": kind, "part": part, "why": why, "now": timezone.now()}
    muted_by = [] if why in BY_NAME else targets(thing=thing, place=place, kind=kind, why=why)
    mailed = mailed or {}
    values |= {"people": people, "mailed": list(mailed), "keys": list(mailed.values()), "targets": muted_by}
    with connection.cursor() as cursor:
        cursor.execute(TELL, values)
        cursor.execute(SETTINGS, {"people": people, "first": first_due(), "most": usual_most()})


def tell_after_all(email):
    """The mail that was to tell it will not go: the next digest does, unless the person has seen it by then."""
    Notification.objects.filter(digest=email).update(told_at=None)


def mark_read(user, *things):
    """`user` has seen these things on the site."""
    with connection.cursor() as cursor:
        cursor.execute(SEEN, [timezone.now(), user.pk, list(things)])


def mark_all_read(user, until):
    """`user` has seen everything up to `until`, the newest that the page showed: what came since stays unread."""
    Notification.objects.filter(user=user, read_at=None, at__lte=until).update(read_at=timezone.now())


def move(thing, place):
    """A thing lies in another place now; who may read it is decided there."""
    Notification.objects.filter(thing=thing).update(place=place)


def set_muted(user, target, *, muted):
    """Hear nothing more of `target`, from now on, or hear of it again."""
    if muted:
        Mute.objects.get_or_create(user=user, target=target)
    else:
        Mute.objects.filter(user=user, target=target).delete()


def without_mail(people, **facts):
    """Of `people` (ids), those who have muted what a mail is about: its `thing`, `place`, `kind`, and `why` they would
    get it."""
    return set(Mute.objects.filter(user__in=people, target__in=targets(**facts)).values_list("user_id", flat=True))


def forget(user, place):
    """The place is closed to `user` from now on."""
    Notification.objects.filter(user=user, place=place).delete()
    Mute.objects.filter(user=user, target=place).delete()
