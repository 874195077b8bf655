"""Who hears of the commitments of a mission, and in which words: what `notifications` needs to know of missions."""

from datetime import timedelta
from functools import partial

from django.contrib.auth.backends import ModelBackend
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from actors.models import Representative
from missions.actions.taking import KEEPER
from missions.models import Commitment, CommitmentState, MissionState, Reminded, Statement
from notifications import telling
from notifications.live import NoLonger
from notifications.models import Part, Why
from notifications.subjects import Line, id_of
from platforms.models import SpaceMember

BEFORE = timedelta(days=7)  # so long before its day a promise is called to mind
OFFERED, PROMISED, NEAR, PASSED = "offered", "promised", "due", "late"
ANSWERS = (CommitmentState.PROMISED, CommitmentState.DONE, CommitmentState.DECLINED)


def keepers():
    """The staff who keep the missions that have no space."""
    return ModelBackend().with_perm(KEEPER)


def leaders(mission):
    """The ids of who decides about the mission."""
    if mission.space_id is None:
        return set(keepers().values_list("pk", flat=True))
    members = SpaceMember.objects.coordinators().filter(space=mission.space_id)
    return set(members.values_list("user_id", flat=True))


def tell_leaders(commitment, kind=OFFERED, *, besides=()):
    people = leaders(commitment.mission) - set(besides)
    telling.notify(people, kind=kind, why=Why.DECIDES, part=Part.NEEDS, **_facts(commitment))


def tell_person(commitment, kind=PROMISED, *, by=None):
    """Tell the person whose promise it is, unless it was they who wrote it."""
    person = commitment.user_id
    if person and (by is None or person != by.pk):
        telling.notify({person}, kind=kind, why=Why.OWNS, part=Part.NEEDS, **_facts(commitment))


def _facts(commitment):
    return {"thing": f"commitment:{commitment.pk}", "place": f"mission:{commitment.mission_id}"}


def seen(user, commitments):
    """`user` has these before their eyes."""
    if commitments:
        telling.mark_read(user, *(f"commitment:{one.pk}" for one in commitments))


# ── Reminding ────────────────────────────────────────────────────────────────────────────────────────────────────────
def due(today):
    """Open promises whose day is near or has passed, of which that has not been said."""
    near = Q(due_on__gte=today, due_on__lte=today + BEFORE, reminded__lt=Reminded.NEAR)
    passed = Q(due_on__lt=today, reminded__lt=Reminded.PASSED)
    return Commitment.objects.open().exclude(mission__state=MissionState.ENDED).filter(near | passed)


def remind(today=None):
    """Call to mind what is due within a week, and what is late, once each; how many were."""
    today = today or timezone.localdate()
    return sum(_remind(pk, today) for pk in due(today).order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _remind(pk, today):
    row = due(today).filter(pk=pk).select_for_update(of=("self",)).select_related("mission").first()
    if row is None:
        return False
    row.reminded = Reminded.PASSED if row.due_on < today else Reminded.NEAR
    row.save(update_fields=["reminded"])
    kind = PASSED if row.reminded == Reminded.PASSED else NEAR
    person = {row.user_id} if (row.user_id, row.pk) in concerned([row], {row.user_id}) else set()
    telling.notify(person, kind=kind, why=Why.OWNS, part=Part.NEEDS, **_facts(row))
    tell_leaders(row, kind, besides=person)
    return True


# ── Who may hear, and the words ──────────────────────────────────────────────────────────────────────────────────────
def concerned(commitments, people):
    """{(person, commitment)} (ids) of whose promise it is, while they are a member of the mission's space or speak for
    the organisation that promised it in public."""
    members = SpaceMember.objects.filter(space__in={one.mission.space_id for one in commitments}, user__in=people)
    speakers = Representative.objects.filter(actor__in={one.actor_id for one in commitments}, user__in=people)
    members, speakers = (
        set(members.values_list("user_id", "space_id")),
        set(speakers.values_list("user_id", "actor_id")),
    )
    return {
        (one.user_id, one.pk)
        for one in commitments
        if (one.user_id, one.mission.space_id) in members
        or (one.mission.is_published and (one.user_id, one.actor_id) in speakers)
    }


def _led(missions, people):
    """{(person, mission)} (ids) of who decides about which of these missions now."""
    leads = SpaceMember.objects.coordinators().filter(space__in={one.space_id for one in missions}, user__in=people)
    leads = set(leads.values_list("user_id", "space_id"))
    spaceless = any(one.space_id is None for one in missions)
    staff = set(keepers().filter(pk__in=people).values_list("pk", flat=True)) if spaceless else set()
    return {
        (person, one.pk)
        for one in missions
        for person in people
        if (person in staff if one.space_id is None else (person, one.space_id) in leads)
    }


def read_commitments(rows):
    """The reader of `notifications.subjects`: three or four questions for any number of rows."""
    found = Commitment.objects.select_related("mission", "actor").in_bulk({id_of(row) for row in rows})
    people = {row.user_id for row in rows}
    theirs = concerned(list(found.values()), people)
    led = _led({one.mission for one in found.values()}, people)
    return {
        row.pk: _line(row, one)
        for row in rows
        if (one := found.get(id_of(row)))
        and _is_so(row, one)
        and ((row.user_id, one.pk) in theirs or (row.user_id, one.mission_id) in led)
    }


def _is_so(row, commitment):
    """Whether what the row tells is still so: an offer waits, a promise is open, in a mission that goes on."""
    wanted = CommitmentState.OFFERED if row.kind == OFFERED else CommitmentState.PROMISED
    return commitment.state == wanted and commitment.mission.state != MissionState.ENDED


def _line(row, one):
    return Line(one.text, partial(address, one), name_of(one.mission), lambda: WORDS[row.kind], ACTIONS[row.kind])


def name_of(mission):
    """The mission's name, in the language of whoever reads it."""
    return lazy(lambda: mission.name, str)()


def address(commitment):
    if commitment.state == CommitmentState.OFFERED:
        return reverse("offer_answer", args=[commitment.mission.slug, commitment.number])
    return f"{reverse('mission_portfolio', args=[commitment.mission.slug])}#c{commitment.number}"


def dates(users, until):
    """For `notifications.subjects`: open promises of these people (ids), and statements of theirs to look at again."""
    found = {}
    rows = Commitment.objects.open().exclude(mission__state=MissionState.ENDED).filter(due_on__lte=until)
    rows = list(rows.filter(user__in=users).select_related("mission"))
    theirs = concerned(rows, set(users)) if rows else set()
    for one in rows:
        if (one.user_id, one.pk) in theirs:
            line = Line(one.text, partial(address, one), name_of(one.mission), lambda: _("your promise"))
            found.setdefault(one.user_id, []).append((one.due_on, line))
    for one in _to_look_at(users, until):
        line = Line(str(one), one.mission.get_absolute_url, name_of(one.mission), lambda: _("to be looked at again"))
        found.setdefault(one.owner_id, []).append((one.review_on, line))
    return found


def _to_look_at(users, until):
    """Statements that one of `users` owns, as a member of the mission's space, and is to look at by then."""
    rows = Statement.objects.filter(owner__in=users, review_on__lte=until).exclude(mission__state=MissionState.ENDED)
    rows = list(rows.select_related("mission"))
    members = SpaceMember.objects.filter(space__in={one.mission.space_id for one in rows}, user__in=users)
    members = set(members.values_list("user_id", "space_id")) if rows else set()
    return [one for one in rows if (one.owner_id, one.mission.space_id) in members]


def offer_answered(email):
    """To whoever made an offer: what became of it. Asked for when the mail is sent."""
    rows = Commitment.objects.select_related("mission", "actor").filter(offered_by=email.user_id, state__in=ANSWERS)
    found = rows.filter(pk=email.context["commitment"]).first() if email.user_id else None
    if found is None or not found.mission.is_published:
        raise NoLonger("the offer or its mission is gone")
    return {"commitment": found, "mission": found.mission, "accepted": found.state != CommitmentState.DECLINED}


WORDS = {
    OFFERED: _("An organisation offers to contribute"),
    PROMISED: _("You are named as the person to ask about this promise"),
    NEAR: _("The day of this promise is near"),
    PASSED: _("The day of this promise has passed"),
}
ACTIONS = {
    OFFERED: _("Read and answer"),
    PROMISED: _("To the portfolio"),
    NEAR: _("To the portfolio"),
    PASSED: _("To the portfolio"),
}
KINDS = {
    OFFERED: _("offers to contribute to missions"),
    PROMISED: _("promises that name me"),
    NEAR: _("promises whose day is near"),
    PASSED: _("promises whose day has passed"),
}
READERS = {"commitment": read_commitments}
MAILS = {"missions.offer": offer_answered}
