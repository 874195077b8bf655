"""Following an actor, and telling those who do of what it does."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from actors.models import Actor, Follower
from notifications import telling
from notifications.models import Why
from notifications.subjects import Line, id_of

PROFILE, PARTNERSHIP, MISSION, EVENT = ("actor_profile", "actor_partnership", "actor_mission", "actor_event")
TOLD_OF = ("name", "description_sv", "description_en", "offers_sv", "offers_en", "seeks_sv", "seeks_en")
WORDS = {
    PROFILE: _("What it does, offers or seeks has changed"),
    PARTNERSHIP: _("Takes part in a new partnership"),
    MISSION: _("Takes part in a new mission"),
    EVENT: _("Invites to a new event"),
}
KINDS = {
    PROFILE: _("changes in profiles"),
    PARTNERSHIP: _("partnerships of organisations"),
    MISSION: _("missions of organisations"),
    EVENT: _("events of organisations"),
}


def thing_of(actor_id):
    """The name of an actor to `notifications`."""
    return f"actor:{actor_id}"


def follow(actor, *, by, wanted):
    """Follow a published actor, or end it; the same twice changes nothing."""
    if wanted:
        Follower.objects.get_or_create(actor=actor, user=by)
    else:
        Follower.objects.filter(actor=actor, user=by).delete()


def tell_followers(actors, kind, *, by=None):
    """Tell those who follow one of `actors` (ids) of something that everybody may know; not `by`, who did it."""
    people = {}
    for actor, user in Follower.objects.filter(actor__in=actors).values_list("actor_id", "user_id").order_by("pk"):
        people.setdefault(actor, set()).add(user)
    for actor in sorted(people):
        who = people[actor] - {by and by.pk}
        telling.notify(who, thing=thing_of(actor), place=thing_of(actor), kind=kind, why=Why.FOLLOWS_ACTOR)


def seen(user, actor):
    """`user` has the actor before their eyes."""
    telling.mark_read(user, thing_of(actor.pk))


def read_actors(rows):
    """For `notifications.subjects`: actors in words, for who still follows them, while they are public."""
    found = Actor.objects.published().in_bulk({id_of(row) for row in rows})
    pairs = Follower.objects.filter(actor__in=found, user__in={row.user_id for row in rows})
    follows = set(pairs.values_list("user_id", "actor_id"))
    return {
        row.pk: Line(actor.name, actor.get_absolute_url, actor.get_kind_display(), partial(WORDS.get, row.kind, ""))
        for row in rows
        if (actor := found.get(id_of(row))) and (row.user_id, actor.pk) in follows
    }
