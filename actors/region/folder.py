"""Everything a region's folder holds, read and checked as a whole. regions/README.md describes each file."""

from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _

from actors.models import ActorKind, Certainty, SizeClass
from actors.region import files
from actors.region.files import Faults, choice, code, degrees, number, organisation_number, slug, slugs, text, url
from web import region

CERTAINTY = choice(*Certainty.values)
NAMED = {
    "slug": slug(),
    "name_sv": text(120, True),
    "name_en": text(120, True),
}
TOLD = {"description_sv": text(2000, lines=True), "description_en": text(2000, lines=True), "source": text(500)}
AREAS = {**NAMED, "parent": slug(False), **TOLD}
THEMES = {**NAMED, **TOLD}
MUNICIPALITIES = {
    "code": code(),
    "name": text(80, True),
    "latitude": degrees(90),
    "longitude": degrees(180),
    "population": number(0, 100_000_000),
    "population_year": number(1900, 2200),
    "source": text(500),
}
ACTORS = {
    "slug": slug(limit=120),
    "name": text(200, True),
    "legal_name": text(200),
    "kind": choice(*ActorKind.values),
    "org_number": organisation_number(),
    "unit": text(80),
    "size": choice(*SizeClass.values, required=False),
    "municipality_code": code(False),
    "seat_outside": text(120),
    "scope": choice("local", "regional", "national", "international", required=False),
    "website": url(),
    "website_basis": choice("source", "unverified", required=False),
    "areas": slugs(),
    "themes": slugs(),
    "competences": slugs(),
    "description_sv": text(2000, lines=True),
    "description_en": text(2000, lines=True),
    "source": text(500, True),
    "confidence": CERTAINTY,
}
# What partnerships and missions have in common.
TOGETHER = {
    "slug": slug(),
    "name": text(200, True),
    "theme": slugs(),
    "areas": slugs(),
    "members": slugs(),
    "goal_statement": text(2000, True, lines=True),
    "goal_statement_en": text(2000, lines=True),
    "time_frame": text(120),
    "source": text(500, True),
    "note": text(2000, lines=True),
}
INDICATORS = {
    "code": text(20, True),
    "name_sv": text(300, True),
    "name_en": text(300, True),
    "unit": text(80, True),
    "kind": choice("output", "result"),
    "programme_period": text(20, True),
    "relevance": choice("core", "optional", "reference"),
    "counting_note": text(2000),
    "platform_source": text(2000),
    "source": text(500),
}


@dataclass(frozen=True)
class Table:
    """A file that a folder may leave out. `names` is what other tables call a row of it; `check(rows, made, faults)`
    looks at what no single cell can tell."""

    name: str
    columns: dict
    key: tuple
    names: str = ""
    check: object = None

    @property
    def file(self):
        return f"{self.name}.csv"

    def read(self, path, faults):
        """The rows of the file at `path`, which is there."""
        return files.read_table(path, self.columns, faults, key=self.key)


# Indicators are only checked until an app loads them.
TABLES = {
    "indicators": Table("indicators", INDICATORS, ("code", "programme_period")),
}


def register(table):
    """Let the folder have another table, or have one looked at more closely; see `AppConfig.ready`."""
    TABLES[table.name] = table


@dataclass
class Folder:
    """The checked rows of a folder, each list in the order of its file."""

    region: region.Region
    areas: list
    themes: list
    municipalities: list
    competences: list
    actors: list
    extra: dict = field(default_factory=dict)

    def rows(self, name):
        return self.extra[name] if name in self.extra else getattr(self, name)


def read_folder(path):
    """Read and check the whole folder; `FolderError` with every fault when anything is wrong."""
    path, faults = Path(path), Faults()
    try:
        here = region.load(path)
    except region.RegionError as error:
        raise files.FolderError(error.errors) from error
    read = {
        name: files.read_table(path / f"{name}.csv", columns, faults, key=key)
        for name, columns, key in (
            ("areas", AREAS, ("slug",)),
            ("themes", THEMES, ("slug",)),
            ("municipalities", MUNICIPALITIES, ("code",)),
            ("competences", NAMED, ("slug",)),
            ("actors", ACTORS, ("slug",)),
        )
    }
    made = Folder(here, **read)
    faults.stop()
    _check_strategy(made, faults)
    _check_actors(made, faults)
    _read_tables(path, made, faults)
    faults.stop()
    return made


def _check_strategy(made, faults):
    tops = {row["slug"] for row in made.areas if not row["parent"]}
    for row in made.areas:
        if row["parent"] and row["parent"] not in tops:
            faults.add("areas.csv", _("There is no such area without a parent."), line=row.line, column="parent")
    _same(faults, "region.toml", "[area.*]", set(made.region.area_hues), tops)
    _same(faults, "region.toml", "[theme.*]", set(made.region.theme_hues), {row["slug"] for row in made.themes})
    drawn = {str(f["properties"]["code"]) for f in made.region.chart["borders"]["features"]}
    _same(faults, region.BORDERS, "code", drawn, {row["code"] for row in made.municipalities})


def _same(faults, file, column, found, wanted):
    for name in sorted(wanted - found):
        faults.add(file, _("“%(name)s” is missing.") % {"name": name}, column=column)
    for name in sorted(found - wanted):
        faults.add(file, _("“%(name)s” stands in no table.") % {"name": name}, column=column)


def _known(made):
    return {
        "areas": {row["slug"] for row in made.areas},
        "themes": {row["slug"] for row in made.themes},
        "theme": {row["slug"] for row in made.themes},
        "competences": {row["slug"] for row in made.competences},
        "municipality_code": {row["code"] for row in made.municipalities},
        "members": {row["slug"] for row in made.actors},
        "lead": {row["slug"] for row in made.actors},
        "organiser": {row["slug"] for row in made.actors},
        **{
            table.names: {row["slug"] for row in made.extra.get(name, ())}
            for name, table in TABLES.items()
            if table.names
        },
    }


def _resolve(file, rows, known, faults):
    for row in rows:
        for column in known.keys() & row.values.keys():
            given = row[column] if isinstance(row[column], list | tuple) else [row[column]]
            for name in given:
                if name and name not in known[column]:
                    faults.add(file, _("There is no “%(name)s”.") % {"name": name}, line=row.line, column=column)


def _check_actors(made, faults):
    _resolve("actors.csv", made.actors, _known(made), faults)
    seen = {}
    for row in made.actors:
        held = row["org_number"], row["unit"].lower()
        if held[0] and held in seen:
            what = _("The same number and unit stand on line %(line)s.") % {"line": seen[held]}
            faults.add("actors.csv", what, line=row.line, column="org_number")
        seen.setdefault(held, row.line)


def _read_tables(path, made, faults):
    for table in TABLES.values():
        there = path / table.file
        made.extra[table.name] = table.read(there, faults) if there.exists() else []
    known = _known(made)
    for table in TABLES.values():
        rows = made.extra[table.name]
        _resolve(table.file, rows, known, faults)
        if table.check:
            table.check(rows, made, faults)
