"""Writes a checked folder into the register: one transaction, a fixed number of statements, nothing of staff's lost.

Every field is judged by three values: what the folder says, what the row has, and what was last loaded. The folder wins
only where the row still has what was last loaded.
"""

from dataclasses import dataclass, field

import pghistory
from django.db import connection, transaction
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models import AuditEntry
from actors.models import Actor, ActorStatus, LoadedRow
from actors.region.kinds import KINDS

BATCH = 1000


@dataclass
class Outcome:
    """What happened to the rows of one kind. `kept` maps a key to the fields that the folder did not change,
    `merged` the key of an actor that staff merged to the one it was merged into: it is not loaded."""

    new: list = field(default_factory=list)
    changed: list = field(default_factory=list)
    same: list = field(default_factory=list)
    kept: dict = field(default_factory=dict)
    gone: list = field(default_factory=list)
    merged: dict = field(default_factory=dict)
    removed: list = field(default_factory=list)

    @property
    def writes(self):
        return len(self.new) + len(self.changed)


@dataclass
class Report:
    """An `Outcome` for each kind, in the order of loading."""

    kinds: dict = field(default_factory=dict)

    @property
    def writes(self):
        return sum(outcome.writes for outcome in self.kinds.values())


def load(folder, *, by=None):
    """Load what `read_folder` gave; returns a Report. `by` is the User who did it, None for the system."""
    report = Report()
    with transaction.atomic(), pghistory.context(reason="region.load", region=folder.region.key):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('region.load'))")
        for kind in KINDS:
            report.kinds[kind.name] = _load_kind(kind, getattr(folder, kind.rows))
        if report.writes:
            _note(folder, report, by)
    return report


def _note(folder, report, by):
    counts = ", ".join(
        f"{name}: {len(done.new)} + {len(done.changed)} ~ {len(done.kept)} !" for name, done in report.kinds.items()
    )
    mark, _is_new = LoadedRow.objects.get_or_create(kind="region", key=folder.region.key)
    AuditEntry.objects.record(by=by, verb="region.load", target=mark, reason=counts)


def _load_kind(kind, rows):
    wanted = kind.wanted(rows)
    merged = _merged(wanted) if kind.model is Actor else {}
    wanted = {key: want for key, want in wanted.items() if key not in merged}
    standing = kind.standing(set(wanted))
    last = {row.key: row for row in LoadedRow.objects.filter(kind=kind.name)}
    outcome, new, changes, marks = Outcome(merged=merged), {}, {}, []
    taken = _taken_numbers(wanted) if kind.model is Actor else {}
    for key, want in wanted.items():
        row = last.get(key)
        if key not in standing:
            if row:
                outcome.removed.append(key)
            elif key in taken:
                outcome.kept[key] = ["organisation_number"]
            else:
                outcome.new.append(key)
                new[key] = want
                marks.append(LoadedRow(kind=kind.name, key=key, values=want))
            continue
        change, kept, loaded = judge(want, standing[key].values, row.values if row else {})
        if "organisation_number" in change and key in taken:
            kept.append("organisation_number")
            change.pop("organisation_number")
            loaded.pop("organisation_number", None)
        if change:
            changes[key] = change
            outcome.changed.append(key)
        elif not kept:
            outcome.same.append(key)
        if kept:
            outcome.kept[key] = kept
        if row is None or loaded != row.values:
            marks.append(LoadedRow(pk=row.pk if row else None, kind=kind.name, key=key, values=loaded))
    outcome.gone = sorted(last.keys() - wanted.keys() - merged.keys())
    _insert(kind, new)
    _update(kind, standing, changes)
    LoadedRow.objects.bulk_create(
        marks,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["kind", "key"],
        update_fields=["values"],
    )
    return outcome


def judge(want, now, last):
    """Which fields change, which are kept because somebody edited them, and what counts as loaded from now on."""
    change, kept, loaded = {}, [], {}
    for name, value in want.items():
        if now[name] == value:
            loaded[name] = value
        elif name in last and last[name] == now[name]:
            change[name] = loaded[name] = value
        else:
            kept.append(name)
            if name in last:
                loaded[name] = last[name]
    return change, kept, loaded


def _merged(wanted):
    """{key: what it was merged into}: a merged actor is not loaded again."""
    rows = Actor.objects.filter(slug__in=list(wanted)).exclude(merged_into=None)
    return dict(rows.values_list("slug", "merged_into__slug"))


def _taken_numbers(wanted):
    """Keys whose organisation number and unit another actor has already."""
    by_number = {(w["organisation_number"], w["unit"].lower()): key for key, w in wanted.items()}
    held = (
        Actor.objects.filter(organisation_number__in={number for number, _unit in by_number if number})
        .values_list("organisation_number", Lower("unit"), "slug")
        .iterator(chunk_size=BATCH)
    )
    found = {by_number.get((number, unit)): slug for number, unit, slug in held}
    return {key for key, slug in found.items() if key and key != slug}


def _insert(kind, new):
    """Links first (keys are checked at commit), so that each actor's search terms are computed once."""
    if not new:
        return
    ids = _reserve(kind.model, len(new))
    made = dict(zip(new, ids, strict=True))
    for name, relation in kind.links.items():
        _link(relation, {made[key]: want[name] for key, want in new.items()})
    now = timezone.now()
    extra = {"status": ActorStatus.PUBLISHED, "published_at": now} if kind.model is Actor else {}
    for group in kind.in_order(new):
        ids_of = kind.ids_of()
        kind.model.objects.bulk_create(
            [kind.model(pk=made[key], **{kind.key: key}, **kind.columns(new[key], ids_of), **extra) for key in group],
            batch_size=BATCH,
        )


def _reserve(model, count):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _link(relation, wanted):
    """Insert links: `wanted` maps a row's id to the keys of what it is linked with."""
    through, m2m = relation.through, relation.field
    ids = dict(m2m.related_model.objects.values_list("slug", "pk"))
    near, far = m2m.m2m_column_name(), m2m.m2m_reverse_name()
    through.objects.bulk_create(
        (through(**{near: pk, far: ids[slug]}) for pk, slugs in wanted.items() for slug in slugs), batch_size=BATCH
    )


def _update(kind, standing, changes):
    if not changes:
        return
    for name, relation in kind.links.items():
        wanted = {standing[key].pk: change[name] for key, change in changes.items() if name in change}
        if wanted:
            near = relation.field.m2m_column_name()
            relation.through.objects.filter(**{f"{near}__in": list(wanted)}).delete()
            _link(relation, wanted)
    plain = {key: {n: v for n, v in change.items() if n not in kind.links} for key, change in changes.items()}
    names = {name for change in plain.values() for name in change}
    if not names:
        return
    ids_of = kind.ids_of()
    rows = kind.model.objects.in_bulk([standing[key].pk for key, change in plain.items() if change])
    for key, change in plain.items():
        for column, value in kind.columns(change, ids_of).items():
            setattr(rows[standing[key].pk], column, value)
    columns = [kind.refers[name][0] if name in kind.refers else name for name in names]
    if kind.model is Actor:
        columns.append("updated_at")
        for row in rows.values():
            row.updated_at = timezone.now()
    kind.model.objects.bulk_update(rows.values(), columns, batch_size=BATCH // 2)
