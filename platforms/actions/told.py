"""Who is told of what happens in a space, and in which words: what `notifications` needs to know of spaces."""

from functools import partial

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from notifications import budget, telling
from notifications.models import EVERYTHING, Part, Why
from notifications.subjects import Line, id_of
from platforms.models import (
    Decision,
    DecisionAnswer,
    DecisionState,
    Document,
    Space,
    SpaceMember,
    SpaceState,
    Task,
    Thread,
    Verb,
)

THINGS = {"thread": Thread, "document": Document, "decision": Decision, "task": Task}
FOLLOWED = "talk_post"  # the mail to those who follow a discussion
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


def tell_closely(people, row, space_id, *, verb, why, part=Part.NEEDS, mailed=None):
    """Tell people (ids) of a thing that concerns them more closely than other members; `mailed` as for `notify`."""
    telling.notify(people, part=part, why=why, mailed=mailed, **_facts(row, space_id, verb))


WANTED = budget.WANTED.format(user="person.id")
LEFT = budget.LEFT.format(user="person.id", address="person.email")
# In SQL, since every page with a field for a post asks it.
REACH = f"""
SELECT count(*), count(*) FILTER (WHERE is_mailed AND NOT muted),
       count(*) FILTER (WHERE NOT is_mailed AND NOT muted AND digest)
FROM (
    SELECT EXISTS (SELECT FROM platforms_follow WHERE thread_id = %(thread)s AND user_id = member.user_id)
           AND (EXISTS (SELECT FROM platforms_post WHERE thread_id = %(thread)s AND by_id = member.user_id)
                OR {WANTED} AND {LEFT} > 0) AS is_mailed,
           EXISTS (SELECT FROM notifications_mute
                   WHERE user_id = member.user_id AND target = ANY(%(targets)s::text[])) AS muted,
           NOT EXISTS (SELECT FROM notifications_digestsetting WHERE user_id = member.user_id AND days = 0) AS digest
    FROM platforms_spacemember member JOIN accounts_user person ON person.id = member.user_id
    WHERE space_id = %(space)s AND user_id <> %(by)s
) others
"""  # noqa: S608 - own words


def reach(space, by, thread=None):
    """Whom a post will reach, before it is written: how many people, of them how many by a mail at once (they follow
    the `thread`, and wrote there or have room for a mail this week), and how many in their next digest. Those who are
    spoken to by name get a mail besides."""
    kind, thing = (Verb.POSTED, [thing_of(thread)]) if thread else (Verb.STARTED, [])
    targets = [EVERYTHING, f"kind:{kind}", place_of(space.pk), *thing]
    values = {"space": space.pk, "by": by.pk, "thread": thread and thread.pk, "targets": targets}
    values |= budget.values_for(FOLLOWED)
    with connection.cursor() as cursor:
        cursor.execute(REACH, values)
        return dict(zip(("people", "now", "later"), cursor.fetchone(), strict=True))


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


def read_spaces(rows):
    """The names of spaces that people have muted, for who may know them."""
    spaces = Space.objects.in_bulk({id_of(row) for row in rows})
    members = SpaceMember.objects.filter(space__in=spaces, user__in={row.user_id for row in rows})
    allowed = set(members.values_list("user_id", "space_id"))
    found = ((row, spaces.get(id_of(row))) for row in rows)
    return {
        row.pk: Line(space.name, space.get_absolute_url, "", lambda: "")
        for row, space in found
        if space and (row.user_id, space.pk) in allowed
    }


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


def dates(users, until):
    """For `notifications.subjects`: own tasks and open proposals that these people (ids) still have to answer."""
    found = {}
    tasks = Task.objects.open().filter(owner__in=users, due_on__lte=until, space__state=SpaceState.OPEN)
    for task in tasks.select_related("space"):
        found.setdefault(task.owner_id, []).append((task.due_on, _dated(task, _("your task"))))
    for user, decision in _asked(users, until):
        found.setdefault(user, []).append((decision.answer_by, _dated(decision, _("last day to answer"))))
    return found


def _asked(users, until):
    """(user id, decision) of open proposals with a last day up to `until`, for each of `users` still to answer."""
    theirs = SpaceMember.objects.writers().filter(user__in=users)
    days = {"answer_by__gte": timezone.localdate(), "answer_by__lte": until}
    rows = Decision.objects.filter(state=DecisionState.PROPOSED, space__state=SpaceState.OPEN, **days)
    rows = list(rows.filter(space__in=theirs.values("space")).select_related("space"))
    answered = set(DecisionAnswer.objects.filter(decision__in=rows).values_list("user_id", "decision_id"))
    members = list(theirs.filter(space__in={row.space_id for row in rows}))
    return [
        (member.user_id, row)
        for row in rows
        for member in members
        if member.space_id == row.space_id and row.is_decided_by(member) and (member.user_id, row.pk) not in answered
    ]


def _dated(thing, words):
    return Line(thing.title, thing.get_absolute_url, thing.space.name, lambda: words)


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
KINDS = {
    Verb.STARTED: _("new discussions"),
    Verb.POSTED: _("new posts"),
    Verb.UPLOADED: _("new documents"),
    Verb.REVISED: _("new versions of documents"),
    Verb.PROPOSED: _("new proposals"),
    Verb.DECIDED: _("outcomes of proposals"),
    Verb.ASSIGNED: _("new tasks"),
}
READERS = {name: reader_of(model) for name, model in THINGS.items()} | {"space": read_spaces}
