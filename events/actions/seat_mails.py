"""The mails about one's own seat: queued with ids, written when they go, to those of whom it is still so."""

from events.models import ACTIVE, EventState, Registration, RegistrationState
from notifications.actions import queue_emails
from notifications.live import NoLonger

LIVE = "events.seat"
SEAT, CHANGED, REMINDER = "event_seat", "event_changed", "event_reminder"
TEMPLATES = {"moved": CHANGED, "cancelled": CHANGED, "reminder": REMINDER}
TRUE_IN = {
    "confirmed": (RegistrationState.CONFIRMED,),
    "waiting": (RegistrationState.WAITING,),
    "offered": (RegistrationState.OFFERED,),
    "left": (RegistrationState.LEFT,),
    "lapsed": (RegistrationState.LEFT,),
    "moved": ACTIVE,
    "cancelled": ACTIVE,
    "reminder": (RegistrationState.CONFIRMED,),
}
"""What a mail says, and in which states of the registration that is so."""


def queue(rows, what, when):
    """Queue a mail to each of these people, once for what happened at `when` (a moment, or the number of the change);
    {person's id: key} of those with an account."""
    what, when = str(what), when if isinstance(when, int) else f"{when:%Y%m%d%H%M%S%f}"
    mails = {row: _mail(row, what, f"{prefix(row)}{what}:{when}") for row in rows}
    queue_emails(list(mails.values()))
    return {row.user_id: mail["key"] for row, mail in mails.items() if row.user_id}


def _mail(row, what, key):
    return {
        "to": row.address,
        "user_id": row.user_id,
        "language": row.user.language if row.user_id else row.language,
        "template": TEMPLATES.get(what, SEAT),
        "context": {"registration": row.pk, "what": what},
        "live": LIVE,
        "key": key,
        "expires_at": {"offered": row.offered_until, "reminder": row.event.starts_at}.get(what),
    }


def prefix(row):
    """How the keys of all mails about a registration begin, those about its meetings too."""
    return f"registration:{row.pk}:"


def read(email):
    """For `notifications.live`: what there is to say, if it is still so."""
    rows = Registration.objects.select_related("event", "user", "actor", "by").with_number()
    row, what = rows.filter(pk=email.context["registration"]).first(), email.context["what"]
    if row is None:
        raise NoLonger("the registration is deleted")
    _judge(row, what)
    return {"seat": row, "event": row.event, "what": what}


def _judge(row, what):
    if row.state not in TRUE_IN[what]:
        raise NoLonger("it is not so any more")
    wanted = EventState.CANCELLED if what == "cancelled" else EventState.PUBLISHED
    if row.event.state != wanted:
        raise NoLonger("the event is in another state")
    if not row.sees_event:
        raise NoLonger("the person may no longer see the event")
