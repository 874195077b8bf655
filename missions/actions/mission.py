"""A mission's way from a candidate to its end, its goal and its criteria.

Every change begins with `enter_mission`: the space and the mission locked, the person's right judged anew. Buttons,
checks and `docs/states.md` all read `STEPS`.
"""

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accounts.models import AuditEntry
from actors.actions.following import MISSION, tell_followers
from actors.actions.workflow import Step
from missions.actions import told
from missions.models import PASS, Criterion, CriterionScore, Mission, MissionState
from platforms.actions import Frozen, NoEntry, Outdated, enter
from platforms.models import Space, SpaceState
from platforms.models.space import SLUG_TAIL

LEADS = "coordinator or staff"
STEPS = {
    "take_up": Step(_("Take up"), (MissionState.CANDIDATE,), MissionState.FORMING, LEADS),
    "start": Step(_("Start"), (MissionState.FORMING,), MissionState.STARTED, LEADS),
    "end": Step(_("End"), (MissionState.STARTED,), MissionState.ENDED, LEADS, needs_reason=True),
    "reopen": Step(_("Take up again"), (MissionState.ENDED,), MissionState.STARTED, LEADS),
}
PLAIN = (
    *("name_sv", "goal_sv", "challenge_sv", "measure_sv", "unit", "baseline", "baseline_on", "target", "due_on"),
    *("owner", "name_en", "goal_en", "challenge_en", "measure_en"),
)  # what a goal's form holds, besides themes and areas
IS_ENDED = _("The mission has ended. It can be read; to change it, take it up again.")
ALREADY = _("“%(name)s” is in the state “%(state)s” now. Nothing was changed.")
NOT_YET = _("The mission can not start yet: %(missing)s.")
NOT_CLOSED = _("The mission's space is not closed: its own people decide about the mission.")
NO_SUCH_SPACE = _("There is no open space of the mission's partnership at this address.")
IN_FUTURE = _("The date lies in the future. Give the day when it ended.")
BEFORE_START = _("That is before the day when the mission started.")


def enter_mission(mission, by, *, lead=False, ended=False):
    """Lock the mission and judge the person's right anew; the mission's row.

    In a space its writers work (`lead`: its coordinators), elsewhere staff who keep missions; `ended` lets an ended one
    pass. Raises NoEntry, PermissionDenied or Frozen. Must run in a transaction.
    """
    if mission.space_id:
        enter(mission.space, by, write=True, lead=lead)
    elif not by.has_perm("missions.change_mission"):
        raise NoEntry
    row = Mission.objects.select_for_update(of=("self",)).select_related("space").filter(pk=mission.pk).first()
    if row is None or row.space_id != mission.space_id:
        raise NoEntry
    if row.is_ended and not ended:
        raise Frozen(IS_ENDED, code="frozen")
    return row


def log(mission, verb, *, by, reason=""):
    return AuditEntry.objects.record(by=by, verb=f"mission.{verb}", target=mission, reason=reason)


# ── Beginning ────────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def begin(*, by, name, goal, themes=(), areas=(), space=None, **values):
    """Make a mission: coordinators in their `space`, staff without one. Raises NoEntry, PermissionDenied or Frozen."""
    if space:
        enter(space, by, write=True, lead=True)
        values["partnership_id"] = space.partnership_id
    elif not by.has_perm("missions.add_mission"):
        raise PermissionDenied
    values |= {"challenge_sv": values.pop("challenge", ""), "name_sv": name, "goal_sv": goal}
    mission = Mission.objects.create(slug=_new_slug(name), space=space, **values)
    mission.themes.set(themes)
    mission.areas.set(areas)
    log(mission, "add", by=by)
    told.tell_members(mission, told.NEW, by=by)
    return mission


def _new_slug(name):
    base = slugify(name)[:70].strip("-") or "mission"
    taken = Mission.objects.filter(slug=base).exists() or not _leads_to_a_mission(base)
    return f"{base}-{get_random_string(5, SLUG_TAIL)}" if taken else base


def _leads_to_a_mission(slug):
    """Whether no other page stands at the address that a mission with this slug would have, in any language."""
    for language, _name in settings.LANGUAGES:
        with override(language):
            if resolve(reverse("mission", args=[slug])).url_name != "mission":
                return False
    return True


# ── The goal and the criteria ────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def change_goal(form, *, by):
    """Save a valid GoalForm. Raises Outdated when somebody saved after it was drawn."""
    mission = enter_mission(form.instance, by)
    if mission.version != form.cleaned_data["version"]:
        raise Outdated(mission)
    for name in PLAIN:
        setattr(mission, name, form.cleaned_data[name])
    mission.version += 1
    mission.save(update_fields=[*PLAIN, "version", "updated_at"])
    mission.themes.set(form.cleaned_data["themes"])
    mission.areas.set(form.cleaned_data["areas"])
    told.tell_members(mission, told.GOAL, by=by)
    return mission


@transaction.atomic
def score(mission, *, by, version, scores):
    """Save how far the criteria are met: {criterion: (points, reason)}; what is not among them is taken away.

    Raises Outdated when the mission was saved since `version`.
    """
    mission = enter_mission(mission, by)
    if mission.version != version:
        raise Outdated(mission)
    standing = {one.criterion_id: (one.points, one.reason) for one in mission.scores.all()}
    mission.scores.exclude(criterion__in=scores).delete()
    for criterion, (points, reason) in scores.items():
        if standing.get(criterion.pk) != (points, reason):
            said = {"points": points, "reason": reason, "by": by, "at": timezone.now()}
            CriterionScore.objects.update_or_create(mission=mission, criterion=criterion, defaults=said)
    mission.version += 1
    mission.save(update_fields=["version", "updated_at"])
    told.tell_members(mission, told.GOAL, by=by)
    return mission


# ── From state to state ──────────────────────────────────────────────────────────────────────────────────────────────
def open_steps(mission):
    """The names of the steps that lead on from the mission's state: what buttons to show to who leads it."""
    return [name for name, step in STEPS.items() if mission.state in step.sources]


def missing(mission, criteria=None):
    """What a mission lacks before it can start, as sentences. `criteria`: with `points`, when they are read already."""
    lacks = [words for is_there, words in _goal_has(mission) if not is_there]
    for criterion in criteria_of(mission) if criteria is None else criteria:
        if criterion.points is None:
            lacks.append(_("“%(name)s” has not been judged") % {"name": criterion.name})
        elif criterion.points < PASS:
            said = {"name": criterion.name, "points": criterion.points, "needed": PASS}
            lacks.append(_("“%(name)s” has %(points)s of 3 points, and needs %(needed)s") % said)
    return lacks


def _goal_has(mission):
    return (
        (mission.measure_sv, _("the goal has no measure")),
        (mission.baseline is not None, _("the goal has no baseline")),
        (mission.target is not None, _("the goal has no target")),
        (mission.due_on, _("the goal has no date")),
        (not mission.due_on or mission.due_on >= timezone.localdate(), _("the day of the goal has already passed")),
    )


def criteria_of(mission):
    """All criteria in order, each with `points` and `reason` of the mission, None where it is not judged."""
    scores = CriterionScore.objects.filter(mission=mission, criterion=OuterRef("pk"))
    return list(
        Criterion.objects.annotate(
            points=Subquery(scores.values("points")[:1]), reason=Subquery(scores.values("reason")[:1])
        )
    )


def _moved(mission, step, *, by):
    """The locked mission, in a state from which `step` leads on."""
    row = enter_mission(mission, by, lead=True, ended=True)
    if row.state not in STEPS[step].sources:
        said = {"name": row.name, "state": row.get_state_display()}
        raise ValidationError(ALREADY, code="state", params=said)
    row.state = STEPS[step].target
    return row


@transaction.atomic
def move(mission, step, *, by):
    """Take a step that needs no more than a yes. Raises ValidationError in another state, or when something lacks."""
    row = _moved(mission, step, by=by)
    if row.state == MissionState.STARTED:
        if lacks := missing(row):
            raise ValidationError(NOT_YET, code="missing", params={"missing": "; ".join(map(str, lacks))})
        row.started_on, row.ended_on, row.outcome = row.started_on or timezone.localdate(), None, ""
    row.save()
    log(row, step, by=by)
    if row.state == MissionState.STARTED:
        told.tell_members(row, told.STARTED, by=by)
    return row


@transaction.atomic
def end(mission, *, by, outcome, ended_on):
    """End a mission with what came of it in words."""
    row = _moved(mission, "end", by=by)
    if ended_on > timezone.localdate():
        raise ValidationError({"ended_on": IN_FUTURE})
    if row.started_on and ended_on < row.started_on:
        raise ValidationError({"ended_on": BEFORE_START})
    row.outcome, row.ended_on = outcome, ended_on
    row.save()
    log(row, "end", by=by, reason=outcome)
    told.tell_members(row, told.ENDED, by=by)
    return row


@transaction.atomic
def relocate(mission, *, by, names):
    """Staff who keep missions move one out of a closed space, into an open one of the same partnership.

    They are in neither, so the spaces are not shown to them: `names` are the parts of the address that a coordinator
    gave them. Owners who are not in the new space are told apart there as having left. Raises PermissionDenied, or
    ValidationError by field.
    """
    if not by.has_perm("missions.change_mission"):
        raise PermissionDenied
    near = Q(pk=mission.space_id) | Q(slug__in=names, partnership=mission.partnership_id)
    spaces = list(Space.objects.select_for_update(of=("self",)).filter(near).order_by("pk"))
    row = Mission.objects.select_for_update(of=("self",)).get(pk=mission.pk)
    if not any(one.pk == row.space_id and one.state == SpaceState.CLOSED for one in spaces):
        raise ValidationError(NOT_CLOSED, code="state")
    target = next((one for one in spaces if one.pk != row.space_id and one.is_open), None)
    if target is None:
        raise ValidationError({"address": NO_SUCH_SPACE})
    row.space = target
    row.save(update_fields=["space", "updated_at"])
    log(row, "relocate", by=by)
    told.tell_members(row, told.NEW, by=by)
    return row


@transaction.atomic
def publish(mission, *, by, is_public):
    """Show the mission to everybody, or take it back: coordinators of its space, and staff who keep missions."""
    if by.has_perm("missions.change_mission"):
        row = Mission.objects.select_for_update().get(pk=mission.pk)
    else:
        row = enter_mission(mission, by, lead=True, ended=True)
    if row.is_published != is_public:
        row.is_published = is_public
        row.save(update_fields=["is_published", "updated_at"])
        log(row, "publish" if is_public else "withdraw", by=by)
        if is_public:
            tell_followers(row.actors.values_list("pk", flat=True), MISSION, by=by)
    return row
