"""Who is told of what happens to a mission, and in which words: the members of its space, once for each mission."""

from datetime import timedelta
from functools import partial

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from missions.models import Mission, Review, Run, RunState
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
    REVIEW: _("Five questions about a run to answer"),
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
TIME_TO_ANSWER = timedelta(days=14)  # for the five questions about a run


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


def ask(people, run):
    """Ask `people` (ids) the five questions about a run."""
    facts = {"thing": f"run:{run.pk}", "place": place_of(run.mission.space_id)}
    telling.notify(people, kind=REVIEW, why=Why.DECIDES, part=Part.NEEDS, **facts)


def asked(user, run):
    """`user` has the questions before their eyes."""
    telling.mark_read(user, f"run:{run.pk}")


def read_runs(rows):
    """For `notifications.subjects`: the questions about runs, for who is a member and has not answered yet."""
    runs = Run.objects.filter(state=RunState.REVIEWED).select_related("mission__space")
    found = runs.in_bulk({id_of(row) for row in rows})
    waiting = {(one.user_id, one.run_id) for one in waiting_reviews({row.user_id for row in rows})}
    return {
        row.pk: _question(run) for row in rows if (run := found.get(id_of(row))) and (row.user_id, run.pk) in waiting
    }


def waiting_reviews(people):
    """The reviews that these people (ids) still have to answer, as members of the mission's space."""
    members = SpaceMember.objects.writers().filter(space=OuterRef("run__mission__space"), user=OuterRef("user"))
    rows = Review.objects.filter(user__in=people, answered_at=None, run__state=RunState.REVIEWED)
    return rows.filter(Exists(members)).select_related("run__mission__space")


def _question(run):
    mission = run.mission
    url = partial(reverse, "run_review", args=[mission.slug, run.number])
    return Line(mission.name, url, mission.space.name, lambda: WORDS[REVIEW], _("Answer five questions"))


def dates(users, until):
    """For `notifications.subjects`: the last day to answer the questions about a run."""
    found = {}
    for one in waiting_reviews(users):
        last = timezone.localdate(one.asked_at + TIME_TO_ANSWER)
        if timezone.localdate() <= last <= until:
            found.setdefault(one.user_id, []).append((last, _question(one.run)))
    return found


READERS = {"mission": read_missions, "run": read_runs}
