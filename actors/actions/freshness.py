"""Keeping the register true: those who look after a profile are asked by mail whether it is still right.

They answer from the mail without signing in. The address in it names one person, one actor and when they were asked;
it is made when the mail goes and kept nowhere. Who may answer is judged when they do, under the actor's lock.
"""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Least
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import AuditEntry, User
from actors.actions import registration
from actors.models import Actor, ActorStatus, Representative, RepresentativeRole, StillRight
from actors.models.freshness import MOST
from actors.models.people import ASKING
from notifications import budget
from notifications.actions import queue_emails
from notifications.live import NoLonger
from notifications.models import EmailKind
from notifications.tokens import read_token, token

A_RUN = 500  # actors: a register that grew old at once is asked about over days, not in one wave
ALONE = 4_101  # the number that tells the lock of asking from others
PURPOSE = "actors.still_right"
LINK_LIFE = timedelta(days=120)
MILLISECOND = 1000
SHOWN = 300  # characters of a text in the mail
LEFT = "representative_left"
EXPIRED = gettext_lazy("The link is too old. Sign in, and answer on my page.")
NOT_YOURS = gettext_lazy("You do not represent this organisation any longer. Nothing was changed.")


# ── Asking ───────────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def ask_due():
    """Ask about profiles that may have become old, those first that were right longest ago; how many people are mailed.

    Two runs at once are one: the second finds the lock taken.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ALONE])
        if not cursor.fetchone()[0]:
            return 0
    due = Actor.objects.to_ask().order_by("known_at", "pk").values_list("pk", flat=True)
    return _ask(list(due[:A_RUN]))


@transaction.atomic
def ask_now(actors, *, by):
    """Ask about these public profiles however fresh they are: (profiles, people that are mailed).

    Raises PermissionDenied for whoever is no curator.
    """
    if not by.has_perm("actors.curate_actor"):
        raise PermissionDenied
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ALONE])
    rows = list(actors.published().filter(representatives__in=Representative.objects.to_be_asked()).distinct())
    for actor in rows:
        AuditEntry.objects.record(by=by, verb="actor.ask_if_still_right", target=actor)
    return len(rows), _ask([actor.pk for actor in rows])


def _ask(pks):
    now = timezone.now()
    _note(pks, now)
    theirs = defaultdict(list)
    people = Representative.objects.to_be_asked().filter(actor__in=pks).select_related("user")
    for one in people.order_by("user_id", "actor_id"):
        theirs[one.user].append(one.actor_id)
    first = budget.first_room([user.email for user in theirs], ASKING)
    mails = [_question(user, actors, now, first[user.email]) for user, actors in theirs.items() if user.email in first]
    queue_emails(mails)
    return len(mails)


def _note(pks, now):
    """Count that these are asked about now; a question that was answered meanwhile begins anew."""
    questions = StillRight.objects.filter(actor__in=pks)
    is_open = Q(pk__in=StillRight.objects.open().values("pk"))
    questions.update(times=Case(When(is_open, then=Least(F("times") + 1, MOST)), default=Value(1)), asked_at=now)
    StillRight.objects.bulk_create((StillRight(actor_id=pk, asked_at=now) for pk in pks), ignore_conflicts=True)


def _question(user, actors, now, due_at):
    return {
        "to": user.email,
        "user_id": user.pk,
        "language": user.language,
        "template": ASKING,
        "kind": EmailKind.REMINDER,
        "context": {"actors": actors},
        "live": "actors.still_right",
        "key": f"still-right:{user.pk}:{now.isoformat()}",
        "due_at": due_at,
    }


# ── Words, asked for when a mail is sent ─────────────────────────────────────────────────────────────────────────────
def open_questions(user):
    """What `user` is asked and may answer now, A–Ö."""
    found = StillRight.objects.open().filter(actor__representatives__user=user)
    return found.select_related("actor__municipality").order_by("actor__name_sort", "pk")


def read_question(email):
    """The profiles to ask about, with what stands in them and where to answer."""
    questions = open_questions(email.user_id).filter(actor__in=email.context["actors"])
    with translation.override(email.language):
        asked = [_asked(one, email.user_id) for one in questions]
    if not asked:
        raise NoLonger("answered, or no longer theirs to answer")
    return {"profiles": asked, "count": len(asked), "first": asked[0]["name"]}


def _asked(question, user_id):
    actor = question.actor
    return {
        "name": actor.name,
        "facts": facts(actor),
        "yes": settings.SITE_URL + answer_path(question, user_id),
        "change": settings.SITE_URL + reverse("actor_edit", args=[actor.slug]),
        "left": settings.SITE_URL + answer_path(question, user_id, "still_right_left"),
    }


def facts(actor):
    """The main facts of a profile as (name, value), in the reader's language."""
    texts = [(_("What you do"), actor.description), (_("Offers"), actor.offers), (_("Seeks"), actor.seeks)]
    found = [
        (_("Kind of actor"), actor.get_kind_display()),
        (_("Where"), actor.municipality.name if actor.municipality else actor.seat_outside),
        (_("Website"), actor.website),
        (_("Public e-mail address"), actor.contact_email),
        *((name, Truncator(text).chars(SHOWN)) for name, text in texts),
    ]
    return [(name, value or _("Nothing is written")) for name, value in found]


def answer_path(question, user_id, view="still_right"):
    asked = round(question.asked_at.timestamp() * MILLISECOND)
    return reverse(view, args=[token(PURPOSE, question.actor_id, user_id, asked)])


# ── Answering ────────────────────────────────────────────────────────────────────────────────────────────────────────
class Link(NamedTuple):
    """What the address in a mail says."""

    actor: Actor
    person: User
    asked_at: datetime

    @property
    def is_answered(self):
        confirmed_at = self.actor.confirmed_at
        return confirmed_at is not None and confirmed_at > self.asked_at


def read_link(text):
    """The Link of an address that we made; None for any other."""
    ids = read_token(PURPOSE, text)
    if ids is None:
        return None
    actor = Actor.objects.select_related("municipality").filter(pk=ids[0]).first()
    person = User.objects.filter(pk=ids[1]).first()
    if actor is None or person is None:
        return None
    return Link(actor, person, datetime.fromtimestamp(ids[2] / MILLISECOND, UTC))


def why_not(link):
    """Why nothing can be answered there now, in words; "" when it can."""
    if link.asked_at < timezone.now() - LINK_LIFE:
        return EXPIRED
    mine = Representative.objects.filter(actor=link.actor, user=link.person, user__is_active=True)
    if not mine.exists():
        return NOT_YOURS
    return "" if link.actor.status == ActorStatus.PUBLISHED else registration.NOT_PUBLISHED


def _locked(link):
    """The link with the actor as it is now, locked. Raises ValidationError when it is no longer theirs to answer."""
    link = link._replace(actor=Actor.objects.select_for_update().get(pk=link.actor.pk))
    if reason := why_not(link):
        raise ValidationError(reason)
    return link


@transaction.atomic
def say_yes(link):
    """The profile is still right; the second time, or when a colleague was quicker, nothing changes."""
    link = _locked(link)
    if not link.is_answered:
        registration.confirm(link.actor, by=link.person)


@transaction.atomic
def leave(link):
    """The person no longer works there and gives the profile back; those who remain are told, else the curators."""
    link = _locked(link)
    Representative.objects.get(actor=link.actor, user=link.person).delete()
    AuditEntry.objects.record(by=link.person, verb="representative.leave", target=link.actor)
    others = User.objects.filter(represents__actor=link.actor, is_active=True)
    if others:
        _tell(others, link, EmailKind.TRANSACTIONAL)
    else:
        curators = _curators()
        room = budget.with_room([user.email for user in curators], LEFT)
        _tell([user for user in curators if user.email in room], link, EmailKind.REMINDER)


def _curators():
    """Staff whose work list tells them too."""
    permission = "permissions__codename"
    may = Q(**{f"groups__{permission}": "curate_actor"}) | Q(**{f"user_{permission}": "curate_actor"})
    return User.objects.filter(may, is_active=True, is_staff=True).distinct().order_by("pk")


def _tell(people, link, kind):
    now = timezone.now()
    queue_emails(
        {
            "to": user.email,
            "user_id": user.pk,
            "language": user.language,
            "template": LEFT,
            "kind": kind,
            "context": {"actor": link.actor.pk, "person": link.person.pk},
            "live": "actors.left",
            "key": f"left:{link.actor.pk}:{link.person.pk}:{user.pk}:{now.isoformat()}",
        }
        for user in people
    )


def read_left(email):
    """Who gave a profile back, for those who look after it still, or for curators while nobody does."""
    actor = Actor.objects.published().filter(pk=email.context["actor"]).first()
    person = User.objects.filter(pk=email.context["person"]).first()
    if actor is None or person is None:
        raise NoLonger("the profile is not public any more")
    people = actor.representatives.all()
    is_colleague = people.filter(user=email.user_id).exists()
    if people.exists() and not is_colleague:
        raise NoLonger("not theirs, or somebody looks after the profile again")
    return {
        "actor": actor.name,
        "person": str(person),
        "is_colleague": is_colleague,
        "has_owner": people.filter(role=RepresentativeRole.OWNER).exists(),
        "actor_path": actor.get_absolute_url(),
        "admin_path": reverse("admin:actors_actor_change", args=[actor.pk]),
    }


READERS = {"actors.still_right": read_question, "actors.left": read_left}
