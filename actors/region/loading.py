"""Writes a checked folder into the register: one transaction, a fixed number of statements, nothing of staff's lost.

Every field is judged by three values: what the folder says, what the row has, and what was last loaded. The folder wins
only where the row still has what was last loaded.
"""

from dataclasses import dataclass, field

import pghistory
from django.db import connection, transaction

from accounts.models import AuditEntry
from actors.models import LoadedRow
from actors.region.kinds import BATCH, KINDS


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
            report.kinds[kind.name] = _load_kind(kind, folder.rows(kind.rows))
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
    merged = kind.merged(wanted)
    wanted = {key: want for key, want in wanted.items() if key not in merged}
    standing = kind.standing(set(wanted))
    last = {row.key: row for row in LoadedRow.objects.filter(kind=kind.name)}
    outcome, new, changes, marks = Outcome(merged=merged), {}, {}, []
    taken, fixed = kind.taken(wanted), kind.fixed(standing)
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
        change, kept, loaded = judge(want, standing[key].values, row.values if row else {}, is_fixed=key in fixed)
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
    kind.insert(new)
    kind.update(standing, changes)
    LoadedRow.objects.bulk_create(
        marks,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["kind", "key"],
        update_fields=["values"],
    )
    return outcome


def judge(want, now, last, *, is_fixed=False):
    """Which fields change, which are kept because somebody edited them or the row `is_fixed`, and what counts as loaded
    from now on."""
    change, kept, loaded = {}, [], {}
    for name, value in want.items():
        if now[name] == value:
            loaded[name] = value
        elif name in last and last[name] == now[name] and not is_fixed:
            change[name] = loaded[name] = value
        else:
            kept.append(name)
            if name in last:
                loaded[name] = last[name]
    return change, kept, loaded
