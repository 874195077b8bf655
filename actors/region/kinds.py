"""How each kind of row stands in the folder and in the database, both as plain values that can be compared."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.db.models import F
from django.db.models.functions import Lower
from django.utils import timezone

from actors.models import Actor, ActorStatus, Area, Competence, Municipality, Theme

BATCH = 1000


class Standing(NamedTuple):
    """A row as it is in the database: its id, and its values in the form that the folder has them."""

    pk: int
    values: dict


@dataclass(frozen=True)
class Links:
    """A many-to-many relation to rows that have a slug."""

    relation: object

    def standing(self, key, keys):
        """{key of the row: slugs that it is linked with}; rows without links are left out."""
        near, far = self.relation.field.m2m_field_name(), self.relation.field.m2m_reverse_field_name()
        pairs = self.relation.through.objects.filter(**{f"{near}__{key}__in": keys})
        linked = defaultdict(list)
        for one, slug in pairs.values_list(f"{near}__{key}", f"{far}__slug").iterator(chunk_size=5000):
            linked[one].append(slug)
        return linked

    def add(self, wanted):
        """Insert links: `wanted` maps a row's id to the slugs of what it is linked with."""
        through, m2m = self.relation.through, self.relation.field
        ids = dict(m2m.related_model.objects.values_list("slug", "pk"))
        near, far = m2m.m2m_column_name(), m2m.m2m_reverse_name()
        through.objects.bulk_create(
            (through(**{near: pk, far: ids[slug]}) for pk, slugs in wanted.items() for slug in slugs), batch_size=BATCH
        )

    def replace(self, wanted):
        near = self.relation.field.m2m_column_name()
        self.relation.through.objects.filter(**{f"{near}__in": list(wanted)}).delete()
        self.add(wanted)


@dataclass(frozen=True)
class Kind:
    """`fields` are plain columns, `refers` foreign keys as (column, model, key of the model), `links` many-to-many.

    `stamps` are columns that take the time of a change; `renamed` says what the folder calls a field.
    """

    name: str
    rows: str
    model: type
    key: str
    fields: tuple
    refers: dict = field(default_factory=dict)
    links: dict = field(default_factory=dict)
    renamed: dict = field(default_factory=dict)
    is_ordered: bool = False
    stamps: tuple = ()

    def wanted(self, rows):
        """{key: values} of the folder's rows."""
        return {row[self.key]: self.plain(row, position) for position, row in enumerate(rows, 1)}

    def plain(self, row, position):
        names = [*self.fields, *self.refers, *self.links]
        values = {name: row.values.get(self.renamed.get(name, name), "") for name in names}
        values |= {name: list(values[name]) for name in self.links}
        if self.is_ordered:
            values["position"] = position
        return values

    def standing(self, keys):
        """{key: Standing} of the database's rows with one of `keys`."""
        names = [*self.fields, *(["position"] if self.is_ordered else [])]
        refers = {
            f"_{name}": F(f"{column.removesuffix('_id')}__{key}") for name, (column, _m, key) in self.refers.items()
        }
        found = {}
        rows = self.model.objects.filter(**{f"{self.key}__in": keys}).values("pk", self.key, *names, **refers)
        for row in rows.iterator(chunk_size=2000):
            values = {name: _comparable(row[name]) for name in names}
            values |= {name: row[f"_{name}"] or "" for name in self.refers}
            values |= {name: [] for name in self.links}
            found[row[self.key]] = Standing(row["pk"], values)
        for name, links in self.links.items():
            for key, slugs in links.standing(self.key, keys).items():
                found[key].values[name] = sorted(slugs)
        return found

    def ids_of(self, rows):
        """{name: {key: id}} of what these values of rows refer to."""
        found = {}
        for name, (_column, model, key) in self.refers.items():
            named = {row[name] for row in rows if row.get(name)}
            found[name] = dict(model.objects.filter(**{f"{key}__in": named}).values_list(key, "pk")) if named else {}
        return found

    def columns(self, values, ids_of):
        """Plain values as columns of the model."""
        made = {}
        for name, value in values.items():
            if name in self.refers:
                made[self.refers[name][0]] = ids_of[name].get(value)
            elif name not in self.links:
                made[name] = self.column(name, value)
        return made

    def column(self, name, value):
        return value

    def in_order(self, new):
        """Keys in groups: what others refer to comes first."""
        return [list(new)]

    def merged(self, wanted):
        """{key: what it was merged into}: those rows are not loaded again."""
        return {}

    def taken(self, wanted):
        """Keys whose number another row has already."""
        return {}

    def fixed(self, standing):
        """Keys of rows that stay as they are; where the folder says something else, that is reported."""
        return set()

    def made(self):
        """What a new row has besides what the folder says."""
        return {}

    def insert(self, new):
        """Rows for `new`, {key: values}. Links first (keys are checked at commit), so that each actor's search terms
        are computed once."""
        if not new:
            return
        ids = _reserve(self.model, len(new))
        made = dict(zip(new, ids, strict=True))
        for name, links in self.links.items():
            links.add({made[key]: want[name] for key, want in new.items()})
        extra = self.made()
        for group in self.in_order(new):
            ids_of = self.ids_of([new[key] for key in group])
            self.model.objects.bulk_create(
                [
                    self.model(pk=made[key], **{self.key: key}, **self.columns(new[key], ids_of), **extra)
                    for key in group
                ],
                batch_size=BATCH,
            )

    def update(self, standing, changes):
        """Write `changes`, {key: {name: value}}, into the rows of `standing`."""
        if not changes:
            return
        for name, links in self.links.items():
            wanted = {standing[key].pk: change[name] for key, change in changes.items() if name in change}
            if wanted:
                links.replace(wanted)
        plain = {key: {n: v for n, v in change.items() if n not in self.links} for key, change in changes.items()}
        names = {name for change in plain.values() for name in change}
        if not names:
            return
        ids_of = self.ids_of(plain.values())
        rows = self.model.objects.in_bulk([standing[key].pk for key, change in plain.items() if change])
        for key, change in plain.items():
            for column, value in self.columns(change, ids_of).items():
                setattr(rows[standing[key].pk], column, value)
        now = timezone.now()
        for row in rows.values():
            for column in self.stamps:
                setattr(row, column, now)
        columns = [self.refers[name][0] if name in self.refers else name for name in names]
        self.model.objects.bulk_update(rows.values(), [*columns, *self.stamps], batch_size=BATCH // 2)


def _reserve(model, count):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _comparable(value):
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


@dataclass(frozen=True)
class Areas(Kind):
    def in_order(self, new):
        return [[k for k in new if not new[k]["parent"]], [k for k in new if new[k]["parent"]]]


@dataclass(frozen=True)
class Municipalities(Kind):
    def column(self, name, value):
        return Decimal(value) if name in ("latitude", "longitude") else value


@dataclass(frozen=True)
class Actors(Kind):
    def plain(self, row, position):
        return super().plain(row, position) | {"is_website_verified": row["website_basis"] == "source"}

    def merged(self, wanted):
        rows = Actor.objects.filter(slug__in=list(wanted)).exclude(merged_into=None)
        return dict(rows.values_list("slug", "merged_into__slug"))

    def taken(self, wanted):
        by_number = {(w["organisation_number"], w["unit"].lower()): key for key, w in wanted.items()}
        held = (
            Actor.objects.filter(organisation_number__in={number for number, _unit in by_number if number})
            .values_list("organisation_number", Lower("unit"), "slug")
            .iterator(chunk_size=BATCH)
        )
        found = {by_number.get((number, unit)): slug for number, unit, slug in held}
        return {key for key, slug in found.items() if key and key != slug}

    def made(self):
        return {"status": ActorStatus.PUBLISHED, "published_at": timezone.now()}


TOLD = ("name_sv", "name_en", "description_sv", "description_en", "source")
KINDS = [
    Areas("area", "areas", Area, "slug", TOLD, {"parent": ("parent_id", Area, "slug")}, is_ordered=True),
    Kind("theme", "themes", Theme, "slug", TOLD, is_ordered=True),
    Municipalities(
        "municipality",
        "municipalities",
        Municipality,
        "code",
        ("name", "latitude", "longitude", "population", "population_year", "source"),
    ),
    Kind("competence", "competences", Competence, "slug", ("name_sv", "name_en")),
    Actors(
        "actor",
        "actors",
        Actor,
        "slug",
        (
            "name",
            "legal_name",
            "kind",
            "organisation_number",
            "unit",
            "size",
            "seat_outside",
            "website",
            "is_website_verified",
            "description_sv",
            "description_en",
            "source",
            "certainty",
        ),
        {"municipality": ("municipality_id", Municipality, "code")},
        {"areas": Links(Actor.areas), "themes": Links(Actor.themes), "competences": Links(Actor.competences)},
        {"organisation_number": "org_number", "certainty": "confidence", "municipality": "municipality_code"},
        stamps=("updated_at",),
    ),
]


def register(kind):
    """Let rows of another app be loaded too, after those that are registered already; see `AppConfig.ready`."""
    if kind.name not in {known.name for known in KINDS}:
        KINDS.append(kind)
