"""Who is told of what happens to a mission, and in which words: the members of its space, once for each mission."""

from functools import partial

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from missions.models import Mission
from notifications import telling
from notifications.models import Part, Why
from notifications.subjects import Line, id_of
from platforms.actions.told import place_of
from platforms.models import Space, SpaceMember

NEW, GOAL, ARGUED, STARTED, ENDED = (
    *("mission_new", "mission_goal", "mission_argued", "mission_started", "mission_ended"),
)
RUN, GATE, REVIEW, PROPOSED = "mission_run", "mission_gate", "mission_review", "mission_proposed"
WORDS = {
    NEW: _("New mission"),
    GOAL: _("The goal or the criteria were changed"),
    STARTED: _("The mission has started"),
    ENDED: _("The mission has ended"),
    RUN: _("A run began, moved to another version or was closed"),
    GATE: _("A gate was decided about"),
    REVIEW: _("Five questions about the run to answer"),
    PROPOSED: _("New proposal for the method"),
}
KINDS = {
    NEW: _("new missions"),
    GOAL: _("changed goals of missions"),
    ARGUED: _("changes in theories of change"),
    STARTED: _("missions that start"),
    ENDED: _("missions that end"),
    RUN: _("runs that begin, move or close"),
    GATE: _("decisions at gates"),
    REVIEW: _("questions about runs"),
    PROPOSED: _("proposals for methods"),
}
DECIDED = (STARTED, ENDED, GATE)


def thing_of(mission):
    """The name of a mission to `notifications`."""
    return f"mission:{mission.pk}"


def tell_members(mission, kind, *, by):
    """Tell the other members of the mission's space, and note that the space lives. Must run in a transaction."""
    if not mission.space_id:
        return
    Space.objects.filter(pk=mission.space_id).update(active_at=timezone.now(), asked_at=None)
    people = SpaceMember.objects.filter(space=mission.space_id).exclude(user=by).values_list("user_id", flat=True)
    part = Part.DECIDED if kind in DECIDED else Part.NEW
    place = place_of(mission.space_id)
    telling.notify(people, thing=thing_of(mission), place=place, kind=kind, why=Why.MEMBER, part=part)


def seen(user, mission):
    """`user` has the mission before their eyes."""
    telling.mark_read(user, thing_of(mission))


def read_missions(rows):
    """For `notifications.subjects`: missions in words, for who is a member of their space now."""
    found = Mission.objects.select_related("space").in_bulk({id_of(row) for row in rows})
    spaces, people = {mission.space_id for mission in found.values()}, {row.user_id for row in rows}
    members = SpaceMember.objects.filter(space__in=spaces, user__in=people).values_list("user_id", "space_id")
    allowed = set(members)
    return {
        row.pk: Line(mission.name, mission.get_absolute_url, mission.space.name, partial(_text, row))
        for row in rows
        if (mission := found.get(id_of(row))) and (row.user_id, mission.space_id) in allowed
    }


def _text(row):
    """What happened."""
    if row.kind == ARGUED:
        words = ngettext(
            "%(count)s change in the theory of change", "%(count)s changes in the theory of change", row.count
        )
        return words % {"count": row.count}
    return WORDS[row.kind]


READERS = {"mission": read_missions}
