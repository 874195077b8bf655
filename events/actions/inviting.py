"""Asking a whole space, or the organisations of a partnership, to an event: by an organiser's hand, each person once.

Whoever is signed up is left out, and whoever has left is not asked again. An organiser asks the spaces that they are in
themselves; of a partnership they choose organisations, whose people they do not see.
"""

from functools import partial

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from actors.models import Representative
from events.actions.door import enter_desk
from events.actions.keeping import log
from events.models import Audience, Event, EventState, Registration
from notifications import telling
from notifications.actions import queue_emails
from notifications.live import NoLonger
from notifications.models import Email, Part, Why
from notifications.subjects import Line, id_of
from platforms.models import Partnership, PartnershipMember, Space, SpaceMember
from web.templatetags.web import address

MAIL, LIVE = "event_invitation", "events.invitation"
KIND = "event_invitation"
MOST = 500
SHUT = _("Nobody can sign up to the event: it is over, closed or not published.")
TOO_MANY = _("At most %(most)s people at a time.") % {"most": MOST}


def takes_people(event, now=None):
    """Whether somebody who is asked now can still sign up."""
    now = now or timezone.now()
    return (
        event.state == EventState.PUBLISHED
        and event.takes_registrations
        and event.starts_at > now
        and (event.closes_at is None or event.closes_at > now)
    )


# ── Whom an organiser can ask ────────────────────────────────────────────────────────────────────────────────────────
def spaces(event, by):
    """The organiser's own spaces whose people may come to the event."""
    found = Space.objects.of(by)
    if event.audience == Audience.PARTNERSHIP:
        found = found.filter(pk=event.space_id) if event.space_id else found.filter(partnership=event.partnership_id)
    return found.order_by("name", "pk")


def partnerships(event, by):
    """Partnerships whose organisations can be asked: that of the event, for staff all that are public."""
    if event.audience == Audience.PARTNERSHIP:
        return Partnership.objects.none()  # people of its spaces come, and nobody else may see the event
    own = Q(pk=event.partnership_id)
    if by.has_perm("events.change_event"):
        own |= Q(pk__in=Partnership.objects.published().values("pk"))
    return Partnership.objects.filter(own).order_by("name_sv", "pk")


def _unasked(event, people):
    """Of `people` (users) the active ones who are neither signed up nor have left, and were not asked before."""
    there = Registration.objects.filter(Q(user=OuterRef("pk")) | Q(email=OuterRef("email")), event=event)
    keys = [_key(event.pk, pk) for pk in people.values_list("pk", flat=True)]
    asked = Email.objects.filter(key__in=keys).values("user_id")
    return people.filter(~Exists(there), is_active=True).exclude(pk__in=asked).order_by("name", "pk")


def members_to_ask(event, space, by):
    """The people of a space who can be asked, without the organiser."""
    members = SpaceMember.objects.filter(space=space).values("user")
    return _unasked(event, User.objects.filter(pk__in=members).exclude(pk=by.pk))


def organisations_to_ask(event, partnership):
    """Organisations of a partnership with people in the register: [(actor, how many can be asked)]."""
    actors = PartnershipMember.objects.current().filter(partnership=partnership).values("actor")
    rows = Representative.objects.filter(actor__in=actors, actor__status="published").select_related("actor")
    unasked = set(_unasked(event, User.objects.filter(pk__in=rows.values("user"))).values_list("pk", flat=True))
    found = {}
    for one in rows.order_by("actor__name_sort", "actor"):
        found.setdefault(one.actor, set()).update({one.user_id} & unasked)
    return [(actor, len(people)) for actor, people in found.items() if people]


def people_of(event, partnership, actors, by):
    """The people of these organisations of the partnership who can be asked."""
    current = PartnershipMember.objects.current().filter(partnership=partnership, actor__in=actors)
    rows = Representative.objects.filter(actor__in=current.values("actor"), actor__status="published")
    return _unasked(event, User.objects.filter(pk__in=rows.values("user")).exclude(pk=by.pk))


# ── Asking ───────────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def ask_members(event, *, by, space, people, line=""):
    """Ask those of `people` (ids) who are members of a space that the organiser is in; how many were."""
    row = enter_desk(event, by)
    if not spaces(row, by).filter(pk=space.pk).exists():
        raise ValidationError(_("You are no longer in the space. Nobody was asked."), code="left")
    return _ask(row, members_to_ask(row, space, by).filter(pk__in=people), by, line)


@transaction.atomic
def ask_organisations(event, *, by, partnership, actors, line=""):
    """Ask the people of these organisations (ids) of a partnership; how many were."""
    row = enter_desk(event, by)
    if not partnerships(row, by).filter(pk=partnership.pk).exists():
        raise ValidationError(_("The partnership can no longer be asked. Nobody was asked."), code="left")
    return _ask(row, people_of(row, partnership, actors, by), by, line)


def _ask(event, people, by, line):
    if not takes_people(event):
        raise ValidationError(SHUT, code="shut")
    people = list(people[: MOST + 1])
    if len(people) > MOST:
        raise ValidationError(TOO_MANY, code="many")
    queue_emails(
        {
            "to": one.email,
            "user_id": one.pk,
            "language": one.language,
            "template": MAIL,
            "context": {"event": event.pk, "by": by.pk, "line": line},
            "live": LIVE,
            "key": _key(event.pk, one.pk),
            "expires_at": event.starts_at,
        }
        for one in people
    )
    facts = {"thing": f"{KIND}:{event.pk}", "place": f"event:{event.pk}", "kind": KIND, "why": Why.SPOKEN_TO}
    mailed = {one.pk: _key(event.pk, one.pk) for one in people}
    telling.notify(mailed, part=Part.NEEDS, mailed=mailed, **facts)
    if people:
        log(event, "invite", by=by, reason=str(len(people)))
    return len(people)


def seen(user, event):
    """`user` has the event before their eyes: the notice that asked them to it is read."""
    telling.mark_read(user, f"{KIND}:{event.pk}")


def _key(event, person):
    return f"{MAIL}:{event}:{person}"


# ── What is said when it goes ────────────────────────────────────────────────────────────────────────────────────────
def mail(email):
    """For `notifications.live`: the event and who asks, while there is something to sign up to and no answer yet."""
    event = Event.objects.visible_to(email.user).filter(pk=email.context["event"]).first()
    if event is None or not takes_people(event):
        raise NoLonger("nobody can sign up to the event any more")
    if event.registrations.filter(Q(user=email.user) | Q(email=email.to.lower())).exists():
        raise NoLonger("the person has answered")
    by = User.objects.filter(pk=email.context["by"]).first()
    return {"event": event, "person": str(by) if by else "", "line": email.context["line"]}


def _path(event):
    return address("event_sign_up", event.slug) or address("event", event.slug)


def read(rows):
    """For `notifications.subjects`: invitations to events that a person can still sign up to."""
    events = Event.objects.in_bulk({id_of(row) for row in rows})
    answered = set(
        Registration.objects.filter(event__in=events, user__in={row.user_id for row in rows}).values_list(
            "user_id", "event_id"
        )
    )
    people = User.objects.in_bulk({row.user_id for row in rows})
    seen = {
        (pk, event)
        for pk, person in people.items()
        for event in Event.objects.visible_to(person).filter(pk__in=events).values_list("pk", flat=True)
    }
    found = {}
    for row in rows:
        event, key = events.get(id_of(row)), (row.user_id, id_of(row))
        if event and key in seen and key not in answered and takes_people(event):
            found[row.pk] = Line(
                event.title, partial(_path, event), "", lambda: _("You are asked to an event"), _("Sign up")
            )
    return found


READERS = {KIND: read}
MAILS = {LIVE: mail}
KINDS = {KIND: _("invitations to events")}
