"""Making two actors one, and two again: what is chosen, what moves, and who is told.

What points at the actor that is merged is found by walking the model's relations; each says itself what happens to it
(`actors.models.merging`). Everything that is written is remembered, so that it can be undone.
"""

from typing import NamedTuple

import pghistory
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import AuditEntry, User
from actors.actions import merge_rows
from actors.actions.workflow import Changed
from actors.models import Actor, ActorStatus, Merge, RepresentativeRole
from actors.models.merging import Moves, Unites, answer, relations
from notifications.actions import queue_email

MAIL = "actor_merged"
WINNER, LOSER, BOTH = "winner", "loser", "both"
LIVE = (ActorStatus.SUBMITTED, ActorStatus.PUBLISHED, ActorStatus.RETURNED)
# What is chosen together: the choice → its columns. A number without its unit, or a code without its version, is wrong.
VALUES = {
    "name": ("name",),
    "legal_name": ("legal_name",),
    "organisation_number": ("organisation_number", "unit", "is_sole_trader"),
    "kind": ("kind",),
    "size": ("size",),
    "sni_code": ("sni_code", "sni_version"),
    "municipality": ("municipality_id", "seat_outside"),
    "latitude": ("latitude", "longitude"),
    "website": ("website", "is_website_verified"),
    "contact_email": ("contact_email",),
    **{f"{text}_{lang}": (f"{text}_{lang}",) for text in ("description", "offers", "seeks") for lang in ("sv", "en")},
    "source": ("source", "certainty"),
    "confirmed_at": ("confirmed_at",),
}
TAGS = ("areas", "themes", "competences")
OF_LOSER = ("organisation_number", "unit", "status", "status_reason", "merged_into_id", "updated_at")


class Plan(NamedTuple):
    """What a merge would do, counted: representatives, open claims and tags that come over, and the mails."""

    representatives: int
    claims: int
    tags: int
    mails: list
    needs_reason: bool


def differing(winner, loser):
    """The names of the values that have to be chosen: those that are not the same on both sides."""
    return [name for name, columns in VALUES.items() if any(getattr(winner, c) != getattr(loser, c) for c in columns)]


def default_choices(winner, loser):
    """What is ticked from the start: the value there is, else the published actor's, else the claimed one's."""
    rank = {one.pk: (one.status == ActorStatus.PUBLISHED, one.representatives.exists()) for one in (winner, loser)}
    better = LOSER if rank[loser.pk] > rank[winner.pk] else WINNER
    chosen = {}
    for name, columns in VALUES.items():
        mine, theirs = (any(getattr(one, column) for column in columns) for one in (winner, loser))
        chosen[name] = better if mine == theirs else (WINNER if mine else LOSER)
    return chosen | dict.fromkeys(TAGS, BOTH)


def who_stays(one, other):
    """Two actors as (winner, loser): the published one stays, then the claimed one, then the older."""
    pair = sorted((one, other), key=lambda a: (a.status != ActorStatus.PUBLISHED, not a.representatives.exists(), a.pk))
    return tuple(pair)


def merged_mails(winner, loser, *, name=None, text=""):
    """The mails of a merge, one for each active representative of the loser: what `queue_email` takes but the key."""
    people = User.objects.filter(represents__actor=loser, is_active=True).order_by("pk")
    context = {"actor": loser.name, "into": name or winner.name, "slug": winner.slug, "text": text}
    return [
        {
            "to": person.email,
            "user": person,
            "template": MAIL,
            "language": person.language,
            "context": {"name": person.name, **context},
        }
        for person in people
    ]


def _has_owner(actor):
    return actor.representatives.filter(role=RepresentativeRole.OWNER).exists()


def needs_reason(winner, loser):
    """Both have somebody who decides over them: taking one away must be explained."""
    return _has_owner(winner) and _has_owner(loser)


def plan(winner, loser, choices, *, text=""):
    """What merging would do, for the page that asks; writes nothing."""
    tags = 0
    for name in TAGS:
        mine, theirs = (set(getattr(one, name).values_list("pk", flat=True)) for one in (winner, loser))
        tags += len(theirs - mine) if choices.get(name) != WINNER else 0
    name = loser.name if choices.get("name") == LOSER else winner.name
    return Plan(
        loser.representatives.count(),
        loser.claims.filter(state="open").count(),
        tags,
        merged_mails(winner, loser, name=name, text=text),
        needs_reason(winner, loser),
    )


def _lock(*pks):
    rows = Actor.objects.select_for_update().filter(pk__in=pks).order_by("pk")
    found = {row.pk: row for row in rows}
    return [found[pk] for pk in pks]


def _check(winner, loser, reason, versions):
    if winner.pk == loser.pk:
        raise ValidationError(_("An actor cannot be merged into itself."), code="same")
    for row in (winner, loser):
        if row.status not in LIVE:
            text = _("“%(name)s” is %(state)s: it cannot be merged. Nothing was changed and no mail was sent.")
            params = {"name": row.name, "state": row.get_status_display()}
            raise ValidationError(text, code="state", params=params)
    for row, version in zip((winner, loser), versions or (), strict=False):
        if version is not None and row.version != version:
            raise Changed(row)
    if loser.status == ActorStatus.PUBLISHED != winner.status:
        raise ValidationError(
            _("The published one must stay, so that its address still leads somewhere."), code="public"
        )
    if not reason and needs_reason(winner, loser):
        text = _("Both have an owner. Write a reason: it is sent to those who represent the one that goes.")
        raise ValidationError(text, code="reason")


def _checked(winner, loser, choices):
    """The choices, completed; ValidationError for a name or a side that there is not."""
    wrong = [
        name
        for name, side in (choices or {}).items()
        if side not in ((WINNER, LOSER, BOTH) if name in TAGS else (WINNER, LOSER)) or name not in {*VALUES, *TAGS}
    ]
    if wrong:
        raise ValidationError(_("Choose one of the two: %(names)s."), code="choice", params={"names": ", ".join(wrong)})
    return default_choices(winner, loser) | (choices or {})


def _write(row, columns):
    """Save `columns` of a locked row as they stand, and nothing else; `updated_at` is not touched by itself."""
    Actor.objects.filter(pk=row.pk).update(**{column: getattr(row, column) for column in columns})


def _take_over(winner, loser, choices, now):
    """Choose the values; returns what was written on both, before and after."""
    taken = [column for name, columns in VALUES.items() if choices[name] == LOSER for column in columns]
    columns = [*taken, "updated_at"]
    before = {WINNER: merge_rows.values(winner, columns), LOSER: merge_rows.values(loser, OF_LOSER)}
    for column in taken:
        setattr(winner, column, getattr(loser, column))
    winner.updated_at = loser.updated_at = now
    loser.organisation_number = loser.unit = loser.status_reason = ""
    loser.status, loser.merged_into_id = ActorStatus.ARCHIVED, winner.pk
    _write(loser, OF_LOSER)  # first: it frees the number
    _write(winner, columns)
    after = {WINNER: merge_rows.values(winner, columns), LOSER: merge_rows.values(loser, OF_LOSER)}
    return {side: {"before": before[side], "after": after[side]} for side in (WINNER, LOSER)}


def _move_relations(winner, loser, choices, by):
    rows, links = [], []
    for owner, relation in relations(Actor):
        told = answer(owner, relation)
        if isinstance(told, Moves):
            rows += merge_rows.move(owner, relation, told, winner=winner, loser=loser, by=by)
        elif isinstance(told, Unites):
            side = choices.get(relation.name, BOTH) if owner is Actor else BOTH
            links.append(merge_rows.unite(relation, winner=winner, loser=loser, side=side))
        elif told is None:
            raise TypeError(f"{owner.__name__}.{relation.name} has no answer for merging")
    return {"rows": rows, "links": links}


@transaction.atomic
def merge(winner, loser, *, by, choices=None, reason="", versions=None):
    """Make `loser` a part of `winner`: values, tags, representatives and whatever else points at it; returns the Merge.

    `choices` maps names of `VALUES` to "winner" or "loser", of `TAGS` also to "both"; what is missing is as
    `default_choices` says. `versions` are the two (winner's, loser's) that the curator saw: `Changed` when one is
    newer. The loser is kept, archived and without a number. Raises PermissionDenied, or ValidationError with what
    prevents it.
    """
    if not by.has_perm("actors.curate_actor"):
        raise PermissionDenied
    reason = reason.strip()
    if winner.pk != loser.pk:
        winner, loser = _lock(winner.pk, loser.pk)
    _check(winner, loser, reason, versions)
    choices = _checked(winner, loser, choices)
    name = loser.name if choices["name"] == LOSER else winner.name
    mails = merged_mails(winner, loser, name=name, text=reason)
    made = Merge(winner=winner, loser=loser, by=by, reason=reason)
    with pghistory.context(reason="actor.merge"):
        moved = _take_over(winner, loser, choices, made.at)
        made.moved = moved | _move_relations(winner, loser, choices, by)
    winner.refresh_from_db(fields=["version"])
    made.moved["version"] = winner.version
    made.save()
    why = "\n".join(filter(None, [f"{loser.slug} → {winner.slug}", reason]))
    for row in (winner, loser):
        AuditEntry.objects.record(by=by, verb="actor.merge", target=row, reason=why)
    for mail in mails:
        queue_email(**mail, key=f"{MAIL}:{made.pk}:{mail['user'].pk}")
    return made


def _clashes(made, winner, loser):
    """What was changed since, by name: it would be lost by undoing."""
    found = []
    for side, row in ((WINNER, winner), (LOSER, loser)):
        after = dict(made.moved[side]["after"])
        after.pop("updated_at")
        now = merge_rows.values(row, after)
        found += [f"{row.name}: {row._meta.get_field(name).verbose_name}" for name in after if now[name] != after[name]]
    holders = _holders(made.moved, winner, loser)
    found += [_("the number now belongs to %(name)s") % {"name": holder} for holder in holders]
    return found + merge_rows.clashes(made.moved)


def _holders(moved, winner, loser):
    """Who has a number now that undoing would give back."""
    for side in (WINNER, LOSER):
        number, unit = (moved[side]["before"].get(name) for name in ("organisation_number", "unit"))
        others = Actor.objects.exclude(pk=loser.pk)
        if "organisation_number" in moved[WINNER]["before"]:
            others = others.exclude(pk=winner.pk)
        if number:
            yield from others.filter(organisation_number=number, unit__iexact=unit)


def _check_undo(made, winner, loser):
    if made.undone_at:
        raise ValidationError(_("This merge is already undone. Nothing was changed."), code="state")
    if not made.can_be_undone:
        raise ValidationError(_("A merge can be undone for 90 days. This one is older."), code="late")
    if winner.merged_into_id:
        text = _("“%(name)s” is merged into “%(into)s”. Undo the merge first.")
        raise ValidationError(text, code="merged", params={"name": winner, "into": winner.merged_into})
    if found := _clashes(made, winner, loser):
        text = _("It cannot be undone, because this was changed since: %(what)s. Nothing was changed.")
        raise ValidationError(text, code="clash", params={"what": "; ".join(found)})


@transaction.atomic
def undo_merge(made, *, by):
    """Make the two actors of a Merge two again, as they were; raises ValidationError that names what prevents it.

    Mails that were sent stay sent. Rows that were deleted since are not made again.
    """
    if not by.has_perm("actors.curate_actor"):
        raise PermissionDenied
    winner, loser = _lock(made.winner_id, made.loser_id)
    made = Merge.objects.select_for_update().get(pk=made.pk)
    _check_undo(made, winner, loser)
    before = {side: dict(made.moved[side]["before"]) for side in (WINNER, LOSER)}
    if winner.version != made.moved["version"]:
        before[WINNER]["updated_at"] = merge_rows.text(timezone.now())
    with pghistory.context(reason="actor.undo_merge"):
        for row, side in ((winner, WINNER), (loser, LOSER)):  # the winner first: it frees the number
            merge_rows.put(row, before[side])
            _write(row, before[side])
        merge_rows.put_back(made.moved)
    made.undone_at, made.undone_by = timezone.now(), by
    made.save(update_fields=["undone_at", "undone_by"])
    for row in (winner, loser):
        AuditEntry.objects.record(by=by, verb="actor.undo_merge", target=row, reason=f"{loser.slug} ← {winner.slug}")
    return made
