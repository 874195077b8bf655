"""The tags that narrow the register, and how many actors have each.

A tag's key is what the column `Actor.facets` holds: a letter for the facet and what names the tag, as in "k:sme".
"""

import time
from array import array
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from actors.models import ActorKind, SizeClass
from actors.search import sort_key
from web.text import in_language

LETTERS = {"kind": "k", "area": "a", "theme": "t", "municipality": "m", "size": "z", "has": "h", "competence": "c"}
FACETS = {letter: facet for facet, letter in LETTERS.items()}
COUNTED = ("kind", "area", "theme", "municipality", "size", "has")
HAS = (("offers", _("Offers something")), ("seeks", _("Seeks something")))
CANDIDATES = 5000  # hits that are looked at for the counts; beyond that a count is "at least"
REMEMBERED = 60  # seconds that the counts of a result are kept whose size is not told anyway


@dataclass(frozen=True)
class Tag:
    """A value of a facet, as the address (`value`), the database (`key`) and the reader (`name`) know it."""

    facet: str
    key: str
    value: str
    name_sv: str
    name_en: str = ""
    parent: str = ""
    position: int = 0
    is_matched: bool = False

    @cached_property
    def name(self):
        """The name in the language in which the vocabulary was read."""
        return str(in_language(self, "name"))


@dataclass
class Vocabulary:
    """Every tag there is, in order."""

    tags: dict = field(default_factory=dict)

    def of(self, facet):
        return [tag for tag in self.tags.values() if tag.facet == facet]

    def choices(self, facet):
        return [(tag.value, tag.name) for tag in self.of(facet)]

    def keys(self, facet, values):
        return [tag.key for tag in self.of(facet) if tag.value in values]

    def tags_of(self, actor):
        """The tags of an actor by facet, each in the vocabulary's order."""
        mine, by_facet = set(actor.facets), {}
        for key, tag in self.tags.items():
            if key in mine:
                by_facet.setdefault(tag.facet, []).append(tag)
        return by_facet

    def matching_facets(self, actor):
        """The facets in which a tag of the actor holds a word of the search."""
        tags = (self.tags[key] for key in actor.facets if key in self.tags)
        return list(dict.fromkeys(tag.facet for tag in tags if tag.is_matched))


_HIT = """(to_tsvector('sv_unaccent', actors_words(name_sv)) || to_tsvector('en_unaccent', actors_words(name_en)))
    @@ actors_query(%(words)s::text[], false)"""
_READ = f"""
WITH tags AS (
    SELECT 'a' AS letter, id, slug, name_sv, name_en, parent_id, position::int AS position FROM actors_area
    UNION ALL SELECT 't', id, slug, name_sv, name_en, NULL, position FROM actors_theme
    UNION ALL SELECT 'm', id, code, name, name, NULL, 0 FROM actors_municipality
    UNION ALL SELECT 'k', 0, kind, actors_kind_words(kind), '', NULL, 0 FROM unnest(%(kinds)s::text[]) kind
    UNION ALL SELECT 'c', id, slug, name_sv, name_en, NULL, 0 FROM actors_competence
)
SELECT *, {_HIT} AS is_matched FROM tags
WHERE letter <> 'c' OR %(all)s OR {_HIT} OR slug = ANY(%(competences)s::text[])
"""  # noqa: S608 – both parts are constants


def read_vocabulary(query, competences=(), *, every_competence=False):
    """All tags, by one question to the database.

    Of the competences, which may be many, only those that are named or hold a word of the search, unless all are asked.
    """
    values = {
        "words": query.words,
        "kinds": ActorKind.values,
        "competences": list(competences),
        "all": every_competence,
    }
    with connection.cursor() as cursor:
        cursor.execute(_READ, values)
        rows = cursor.fetchall()
    return Vocabulary(_in_order(tuple(rows), get_language()))


# Not EXISTS: for a word that nobody has, the planner would read the whole table to find the first row.
_FOUND = """SELECT count(*) FROM (
    SELECT FROM actors_actor WHERE status = 'published' AND search @@ actors_query(%s::text[], true) LIMIT 1001
) found
"""


def is_found(words):
    """Whether any published actor holds all the words; true when there are none."""
    if not words:
        return True
    with connection.cursor() as cursor:
        cursor.execute(_FOUND, [words])
        return cursor.fetchone()[0] > 0


@lru_cache(maxsize=20)
def _in_order(rows, _language):
    named = [_tag(row) for row in rows if row[0] in "atmc"]
    matched = {row[2] for row in rows if row[0] == "k" and row[-1]}
    tags = [
        *(Tag("kind", f"k:{v}", v, label, label, is_matched=v in matched) for v, label in ActorKind.choices),
        *_families([tag for tag in named if tag.facet == "area"]),
        *sorted((tag for tag in named if tag.facet != "area"), key=lambda tag: (tag.position, sort_key(tag.name))),
        *(Tag("size", f"z:{value}", value, label, label) for value, label in SizeClass.choices),
        *(Tag("has", f"h:{value}", value, label, label) for value, label in HAS),
    ]
    return {tag.key: tag for tag in tags}


def _tag(row):
    letter, pk, slug, name_sv, name_en, parent, position, is_matched = row
    facet = FACETS[letter]
    key = f"{letter}:{pk}"
    return Tag(facet, key, slug, name_sv, name_en, f"{letter}:{parent}" if parent else "", position, is_matched)


def _families(areas):
    """Each area followed by its sub-areas."""
    tops = sorted((tag for tag in areas if not tag.parent), key=lambda tag: (tag.position, tag.key))
    for top in tops:
        yield top
        yield from sorted((tag for tag in areas if tag.parent == top.key), key=lambda tag: (tag.position, tag.key))


# ── How many ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass
class Counts:
    """How many actors a result has, and how many of them have each tag.

    Above settings.COUNT_CAP a number is not told; when only the first CANDIDATES hits were looked at, a number below
    the cap is a least number.
    """

    total: int = 0
    by_key: dict = field(default_factory=dict)

    @property
    def is_partial(self):
        return self.total > CANDIDATES

    @property
    def is_capped(self):
        return self.total > settings.COUNT_CAP

    @property
    def shown(self):
        """The number of hits that is told: at most settings.COUNT_CAP."""
        return min(self.total, settings.COUNT_CAP)

    def of(self, key):
        """The number for a tag, and whether there may be more."""
        number = self.by_key.get(key, 0)
        return min(number, settings.COUNT_CAP), number > settings.COUNT_CAP or self.is_partial


_remembered = {}


def count(results):
    """Count each named result (a queryset, and the letters of the facets to count) in one statement."""
    parts, params = [], []
    for name, (queryset, letters) in results.items():
        try:
            sql, values = queryset.order_by().values_list("facets")[: CANDIDATES + 1].query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append((name, sql, sorted(letters)))
        params.append(values)
    counts = {name: Counts() for name in results}
    for name, key, number in _rows(parts, params) if parts else ():
        if key:
            counts[name].by_key[key] = number
        else:
            counts[name].total = number
    return counts


def _rows(parts, params):
    hits = ", ".join(f"hits{i} AS MATERIALIZED ({sql})" for i, (_name, sql, _letters) in enumerate(parts))
    counted = " UNION ALL ".join(_COUNT.format(i=i) for i in range(len(parts)))
    values = [value for part in params for value in part]
    values += [value for name, _sql, letters in parts for value in (name, name, letters)]
    sql, values = f"WITH {hits} {counted}", tuple(map(_hashable, values))
    return _recall((sql, values)) or _ask(sql, values)


_COUNT = """SELECT %s, '', count(*) FROM hits{i}
UNION ALL SELECT %s, key, count(*) FROM (SELECT unnest(facets) AS key FROM hits{i}) keys
WHERE left(key, 1) = ANY(%s) GROUP BY key"""


def _hashable(value):
    return tuple(value) if isinstance(value, list) else value


def _ask(sql, values):
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(value) if isinstance(value, tuple) else value for value in values])
        rows = cursor.fetchall()
    if _is_large(rows):
        _remember((sql, values), rows)
    return rows


def _is_large(rows):
    """Whether a result is so large that its number is not told, and that counting it anew is worth avoiding."""
    return any(not key and number > settings.COUNT_CAP for _name, key, number in rows)


def _recall(question):
    until, rows = _remembered.get(question, (0, ()))
    return rows if until > time.monotonic() and _is_large(rows) else None


def kept_ids(queryset):
    """The ids of an ordered queryset, asked for once in REMEMBERED seconds: for results whose size is not told."""
    sql, values = queryset.query.sql_with_params()
    question = (sql, tuple(map(_hashable, values)))
    until, ids = _remembered.get(question, (0, ()))
    if until <= time.monotonic():
        ids = array("q", queryset)
        _remember(question, ids)
    return ids


def _remember(question, rows):
    if len(_remembered) >= 500:
        _remembered.clear()
    _remembered[question] = (time.monotonic() + REMEMBERED, rows)
