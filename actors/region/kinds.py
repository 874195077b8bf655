"""How each kind of row stands in the folder and in the database, both as plain values that can be compared."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from django.db.models import F

from actors.models import Actor, Area, Competence, Municipality, Theme


class Standing(NamedTuple):
    """A row as it is in the database: its id, and its values in the form that the folder has them."""

    pk: int
    values: dict


@dataclass(frozen=True)
class Kind:
    """`fields` are plain columns, `refers` foreign keys as (column, model, key of the model), `links` many-to-many."""

    name: str
    rows: str
    model: type
    key: str
    fields: tuple
    refers: dict = field(default_factory=dict)
    links: dict = field(default_factory=dict)
    renamed: dict = field(default_factory=dict)
    is_ordered: bool = False

    def wanted(self, rows):
        """{key: values} of the folder's rows."""
        return {row[self.key]: self._plain(row, position) for position, row in enumerate(rows, 1)}

    def _plain(self, row, position):
        names = [*self.fields, *self.refers, *self.links]
        values = {name: row.values.get(self.renamed.get(name, name), "") for name in names}
        values |= {name: list(values[name]) for name in self.links}
        if self.is_ordered:
            values["position"] = position
        if self.model is Actor:
            values["is_website_verified"] = row["website_basis"] == "source"
        return values

    def standing(self, keys):
        """{key: Standing} of the database's rows with one of `keys`."""
        names = [*self.fields, *(["position"] if self.is_ordered else [])]
        if self.model is Actor:
            names.append("is_website_verified")
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
        for name, relation in self.links.items():
            for key, slugs in self._linked(name, relation, keys).items():
                found[key].values[name] = sorted(slugs)
        return found

    def _linked(self, name, relation, keys):
        near, far = relation.field.m2m_field_name(), relation.field.m2m_reverse_field_name()
        pairs = relation.through.objects.filter(**{f"{near}__{self.key}__in": keys})
        linked = defaultdict(list)
        for key, slug in pairs.values_list(f"{near}__{self.key}", f"{far}__slug").iterator(chunk_size=5000):
            linked[key].append(slug)
        return linked

    def ids_of(self):
        """{name: {key: id}} of what rows of this kind refer to."""
        return {name: dict(model.objects.values_list(key, "pk")) for name, (_c, model, key) in self.refers.items()}

    def columns(self, values, ids_of):
        """Plain values as columns of the model."""
        made = {}
        for name, value in values.items():
            if name in self.refers:
                made[self.refers[name][0]] = ids_of[name].get(value)
            elif name not in self.links:
                made[name] = Decimal(value) if name in ("latitude", "longitude") else value
        return made

    def in_order(self, new):
        """Keys in groups: what others refer to comes first."""
        if self.model is Area:
            return [[k for k in new if not new[k]["parent"]], [k for k in new if new[k]["parent"]]]
        return [list(new)]


def _comparable(value):
    return str(value) if isinstance(value, Decimal) else value


TOLD = ("name_sv", "name_en", "description_sv", "description_en", "source")
KINDS = (
    Kind("area", "areas", Area, "slug", TOLD, {"parent": ("parent_id", Area, "slug")}, is_ordered=True),
    Kind("theme", "themes", Theme, "slug", TOLD, is_ordered=True),
    Kind(
        "municipality",
        "municipalities",
        Municipality,
        "code",
        ("name", "latitude", "longitude", "population", "population_year", "source"),
    ),
    Kind("competence", "competences", Competence, "slug", ("name_sv", "name_en")),
    Kind(
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
            "description_sv",
            "description_en",
            "source",
            "certainty",
        ),
        {"municipality": ("municipality_id", Municipality, "code")},
        {"areas": Actor.areas, "themes": Actor.themes, "competences": Actor.competences},
        {"organisation_number": "org_number", "certainty": "confidence", "municipality": "municipality_code"},
    ),
)
