"""Who is told of what happens in a space, and in which words: what `notifications` needs to know of spaces."""

from functools import partial

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from notifications import telling
from notifications.models import Part, Why
from notifications.subjects import Line, id_of
from platforms.models import Decision, Document, SpaceMember, Task, Thread, Verb

THINGS = {"thread": Thread, "document": Document, "decision": Decision, "task": Task}
QUIET = (Verb.JOINED, Verb.LEFT, Verb.REVIVED, Verb.FINISHED)  # nobody is called for these


def thing_of(row):
    """The name of a discussion, document, decision or task to `notifications`."""
    return f"{row._meta.model_name}:{row.pk}"


def place_of(space_id):
    return f"space:{space_id}"


def tell_members(activity, *, personal=()):
    """Tell all members of something that happened in their space; not who did it, nor those in `personal` (ids), whom
    it concerns more closely and who are told apart."""
    row = next((getattr(activity, name) for name in THINGS if getattr(activity, f"{name}_id")), None)
    if row is None or activity.verb in QUIET:
        return
    members = SpaceMember.objects.filter(space=activity.space_id).values_list("user_id", flat=True)
    part = Part.DECIDED if activity.verb == Verb.DECIDED else Part.NEW
    people = set(members) - {activity.by_id} - set(personal)
    telling.notify(people, part=part, why=Why.MEMBER, **_facts(row, activity.space_id, activity.verb))


def tell_closely(people, row, space_id, *, verb, why, part=Part.NEEDS, mailed=()):
    """Tell people (ids) of a thing that concerns them more closely than other members."""
    telling.notify(people, part=part, why=why, mailed=mailed, **_facts(row, space_id, verb))


def seen(user, *rows):
    """`user` has these things before their eyes."""
    telling.mark_read(user, *map(thing_of, rows))


def _facts(row, space_id, verb):
    return {"thing": thing_of(row), "place": place_of(space_id), "kind": verb}


# ── Words ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def reader_of(model):
    """The reader of `notifications.subjects` for a kind of thing in spaces: three questions for any number of rows."""

    def read(rows):
        found = model.objects.select_related("space").in_bulk({id_of(row) for row in rows})
        spaces, people = {thing.space_id for thing in found.values()}, {row.user_id for row in rows}
        members = SpaceMember.objects.filter(space__in=spaces, user__in=people).values_list("user_id", "space_id")
        allowed = set(members)
        return {
            row.pk: _line(row, thing)
            for row in rows
            if (thing := found.get(id_of(row))) and (row.user_id, thing.space_id) in allowed and _is_there(thing)
        }

    return read


def _is_there(thing):
    return getattr(thing, "removed_at", None) is None


def _line(row, thing):
    return Line(thing.title, thing.get_absolute_url, thing.space.name, partial(_text, row), ACTIONS.get(row.why, ""))


def _text(row):
    """What happened."""
    if row.why in CLOSE:
        return CLOSE[row.why]
    if row.kind == Verb.POSTED:
        return ngettext("%(count)s new post", "%(count)s new posts", row.count) % {"count": row.count}
    return WORDS[row.kind]


CLOSE = {
    Why.SPOKEN_TO: _("You are spoken to"),
    Why.DECIDES: _("Proposal to answer"),
    Why.OWNS: _("Task for you"),
}
ACTIONS = {
    Why.SPOKEN_TO: _("Read and answer"),
    Why.DECIDES: _("Read and answer"),
    Why.OWNS: _("To the task"),
}
WORDS = {
    Verb.STARTED: _("New discussion"),
    Verb.UPLOADED: _("New document"),
    Verb.REVISED: _("New version"),
    Verb.PROPOSED: _("New proposal"),
    Verb.DECIDED: _("The outcome is written down"),
    Verb.ASSIGNED: _("New task"),
}
READERS = {name: reader_of(model) for name, model in THINGS.items()}
