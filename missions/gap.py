"""The gap between what a mission needs and what it has: who in the register may fill each need, and why.

A need is judged by plain facts, and each suggestion says which of them spoke for it. One question finds the actors for
all needs of the mission together, one more finds in which of their texts the words stand.
"""

import unicodedata
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from actors.models import Actor, Area
from actors.search import WORD
from missions.actions.taking import KEEPER
from missions.models import Need
from missions.portfolio import standing
from platforms.helix import helix
from platforms.models import LEG_OF, PartnershipMember

MOST = 5  # suggestions of a need
NEAR = 3  # near misses of a need
LOOKED_AT = 12  # candidates of a need whose texts are read
FEW = 3  # with fewer suggestions than this the near misses are told too
LONG = 8  # letters from which the beginning of a word is looked for too: most long Swedish words are put together
START = 6
# What speaks for an actor, beside a word that it alone writes, which is worth 1; a word that all write is worth little.
WEIGHTS = {"named": 2.0, "start": 0.5, "area": 0.2, "here": 0.2, "leg": 0.1, "seated": 0.1}
AT_LEAST = 0.4  # whose words are worth less is no candidate
SAYS_NOTHING = frozenset(  # words of every need
    WORD.findall(
        "behöver behov expert experter hjälp kan kunna kunnig kunskap kunskaper någon person personer prova vill "
        "expertise help knowledge knows need needs people someone somebody who"
    )
)

# A word that is asked for: no stop word of either language, and a short one not as the beginning of another.
_ASKED = """numnode(to_tsquery('swedish', quote_literal(asked))) > 0
    AND numnode(to_tsquery('english', quote_literal(asked))) > 0"""
_QUERY = """CASE WHEN length(asked) < 5 THEN actors_query(ARRAY[asked, asked], true)
    ELSE actors_query(ARRAY[asked], false) END"""

_FOUND = f"""
WITH term AS (
    SELECT need, of, is_start,
        CASE WHEN is_start THEN to_tsquery('simple', quote_literal(asked) || ':*') ELSE {_QUERY} END AS query
    FROM unnest(%(needs)s::bigint[], %(words)s::text[], %(of)s::int[], %(starts)s::bool[])
        AS each(need, asked, of, is_start)
    WHERE is_start OR ({_ASKED})
), hit AS (
    SELECT term.need, term.of, term.is_start, found.id
    FROM term CROSS JOIN LATERAL (
        SELECT id FROM actors_actor WHERE status = 'published' AND search @@ term.query LIMIT 1000
    ) found
), often AS (
    SELECT need, of, is_start, count(*) AS times FROM hit GROUP BY need, of, is_start
), everybody AS MATERIALIZED ( -- else it is counted anew for each hit when few are expected
    SELECT count(*)::float AS count FROM actors_actor WHERE status = 'published'
), worth AS (
    SELECT need, of, id,
        max(
            ln(1 + everybody.count / times) / ln(1 + everybody.count) * CASE WHEN is_start THEN %(start)s ELSE 1 END
        ) AS worth
    FROM hit JOIN often USING (need, of, is_start) CROSS JOIN everybody GROUP BY need, of, id
), said AS (
    SELECT need, id, sum(worth) AS worth FROM worth GROUP BY need, id
), named AS (
    SELECT wanted.need, found.id
    FROM unnest(%(naming)s::bigint[], %(keys)s::varchar[]) AS wanted(need, key) CROSS JOIN LATERAL (
        SELECT id FROM actors_actor WHERE status = 'published' AND facets @> ARRAY[wanted.key] LIMIT 1000
    ) found
), fit AS (
    SELECT need, id, coalesce(worth, 0) AS worth, named.id IS NOT NULL AS is_named
    FROM said FULL JOIN named USING (need, id)
), scored AS (
    SELECT need, id, is_named, name_sort,
        worth + CASE WHEN is_named THEN %(named)s ELSE 0 END
        + CASE WHEN facets && %(areas)s::varchar[] THEN %(area)s ELSE 0 END
        + CASE WHEN id = ANY(%(here)s::bigint[]) THEN %(here_weight)s ELSE 0 END
        + CASE WHEN kind = ANY(%(kinds)s::varchar[]) THEN %(leg)s ELSE 0 END
        + CASE WHEN seat_outside = '' THEN %(seated)s ELSE 0 END AS score
    FROM fit JOIN actors_actor USING (id) WHERE is_named OR worth >= %(at_least)s
), placed AS (
    SELECT *, row_number() OVER (PARTITION BY need ORDER BY score DESC, name_sort, id) AS place FROM scored
)
SELECT need, id, is_named FROM placed WHERE place <= %(looked_at)s ORDER BY need, place
"""  # noqa: S608 - own words

_FORMS = f"""
SELECT asked, word FROM unnest(%s::text[], %s::text[]) AS pair(asked, word)
WHERE {_ASKED} AND (to_tsvector('sv_unaccent', word) || to_tsvector('en_unaccent', word)) @@ {_QUERY}
"""  # noqa: S608 - own words


@dataclass
class Suggestion:
    """An actor that may fill a need, or nearly, with the reasons in words."""

    actor: Actor
    reasons: list
    is_here: bool = False

    @property
    def is_outside(self):
        return bool(self.actor.seat_outside)


@dataclass
class Gap:
    """A need with its suggestions, best first, and its near misses. `is_told`: the reader may see who."""

    need: Need
    suggestions: list = field(default_factory=list)
    near: list = field(default_factory=list)
    is_told: bool = False

    @property
    def seated(self):
        return [one for one in self.suggestions if not one.is_outside]

    @property
    def outside(self):
        return [one for one in self.suggestions if one.is_outside]


@dataclass(frozen=True)
class Ground:
    """What is known of the mission: its areas by key, who takes part, and the kinds that would fill an empty leg."""

    areas: dict
    in_mission: set
    in_partnership: set
    legs: dict

    @property
    def here(self):
        return self.in_mission | self.in_partnership


def gap_of(mission, user):
    """The gaps of the mission's open needs, in order. Who may fill them is told to its people and to staff."""
    needs = list(mission.needs.open().select_related("competence").order_by("number"))
    if not needs:
        return []
    ground = ground_of(mission)
    gaps = suggest(needs, ground)
    is_told = standing(mission, user).is_inside or user.has_perm(KEEPER)
    for gap in gaps:
        gap.is_told = is_told
    return gaps


def ground_of(mission):
    """Three questions."""
    together = PartnershipMember.objects.current().filter(partnership=mission.partnership_id)
    rows = list(
        Actor.objects.filter(Q(missions=mission.pk) | Q(pk__in=together.values("actor"))).values_list("pk", "kind")
    )
    in_mission = set(mission.actors.values_list("pk", flat=True))
    empty = {leg.key: leg.name for leg in helix((kind, None) for _pk, kind in set(rows)).empty} if rows else {}
    return Ground(
        areas={f"a:{area.pk}": area.name for area in Area.objects.filter(missions=mission)},
        in_mission=in_mission,
        in_partnership={pk for pk, _kind in rows} - in_mission,
        legs={kind: empty[leg.value] for kind, leg in LEG_OF.items() if leg.value in empty},
    )


def suggest(needs, ground):
    """A gap for each need: four questions, however many there are."""
    terms = {need.pk: words_of(need) for need in needs}
    found = _found(needs, terms, ground)
    ids = {pk for rows in found.values() for pk, _named in rows}
    actors = {actor.pk: actor for actor in Actor.objects.filter(pk__in=ids)}
    spoken = _forms(actors.values(), terms)
    near = _near(ground)
    return [_gap(need, found.get(need.pk, []), actors, spoken[need.pk], near, ground) for need in needs]


def words_of(need):
    """The words to look for, each once: those of the line, and those that name the competence in either language."""
    competence = need.competence
    texts = [need.words, *((competence.name_sv, competence.name_en) if competence else ())]
    words = WORD.findall(unicodedata.normalize("NFC", " ".join(texts)).lower())
    return [word[:40] for word in dict.fromkeys(words) if len(word) > 1 and word not in SAYS_NOTHING]


def plain(word):
    """A word as the index reads it: small letters without marks."""
    return "".join(one for one in unicodedata.normalize("NFKD", word.lower()) if not unicodedata.combining(one))


def start_of(word):
    """The beginning by which a long word's relatives are found, or "" for a short word."""
    return plain(word)[:START] if len(word) >= LONG else ""


def _found(needs, terms, ground):
    """{need: [(actor, names the competence), …]}, best first."""
    asked = [(pk, word, place) for pk, words in terms.items() for place, word in enumerate(words)]
    rows = [(pk, word, place, False) for pk, word, place in asked]
    rows += [(pk, start_of(word), place, True) for pk, word, place in asked if start_of(word)]
    columns = [list(column) for column in zip(*rows, strict=True)] or [[], [], [], []]
    named = [need for need in needs if need.competence_id]
    values = dict(zip(("needs", "words", "of", "starts"), columns, strict=True)) | WEIGHTS
    values |= {"naming": [one.pk for one in named], "keys": [f"c:{one.competence_id}" for one in named]}
    values |= {"areas": list(ground.areas), "here": list(ground.here), "here_weight": WEIGHTS["here"]}
    values |= {"kinds": [str(kind) for kind in ground.legs], "at_least": AT_LEAST, "looked_at": LOOKED_AT}
    with connection.cursor() as cursor:
        cursor.execute(_FOUND, values)
        found = {}
        for need, pk, is_named in cursor.fetchall():
            found.setdefault(need, []).append((pk, is_named))
    return found


# ── The words that were found ────────────────────────────────────────────────────────────────────────────────────────
PLACES = (  # in which texts, the most telling first
    (("offers_sv", "offers_en"), lambda words: _("writes of %(words)s in what it offers") % {"words": words}),
    (("name", "legal_name"), lambda words: _("has %(words)s in its name") % {"words": words}),
    (("description_sv", "description_en"), lambda words: _("writes of %(words)s") % {"words": words}),
    (("labels",), lambda words: _("has %(words)s among its tags") % {"words": words}),
)
SEEKS = ("seeks_sv", "seeks_en")
TEXTS = (*(name for names, _said in PLACES for name in names), *SEEKS)


def _forms(actors, terms):
    """{need: the words of the texts that answer one of its words}. The stemmers are the database's, and slow: only
    words that begin alike are shown to them."""
    texts = set(WORD.findall("\n".join(getattr(actor, name) for actor in actors for name in TEXTS).lower()))
    by_start = {}
    for word in texts:
        by_start.setdefault(plain(word)[:2], []).append(word)
    asked = dict.fromkeys(word for words in terms.values() for word in words)
    pairs = [(word, other) for word in asked for other in by_start.get(plain(word)[:2], ())]
    with connection.cursor() as cursor:
        cursor.execute(_FORMS, [[one for one, _other in pairs], [other for _one, other in pairs]])
        answers = {}
        for word, other in cursor.fetchall():
            answers.setdefault(word, set()).add(other)
    for word in asked:
        if start := start_of(word):
            answers.setdefault(word, set()).update(
                one for one in by_start.get(start[:2], ()) if plain(one).startswith(start)
            )
    return {pk: set().union(*(answers.get(word, set()) for word in words)) for pk, words in terms.items()}


def _held(actor, names, spoken):
    """The words of these texts that answer the need, as they stand there, at most three."""
    found = {}
    for word in WORD.findall("\n".join(getattr(actor, name) for name in names)):
        if word.lower() in spoken:
            found.setdefault(word.lower(), word)
    return list(found.values())[:3]


def _quoted(words):
    return ", ".join(_("“%(word)s”") % {"word": word} for word in words)


# ── Reasons ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def _gap(need, rows, actors, spoken, near, ground):
    gap, taken, seeking = Gap(need), set(), []
    for pk, is_named in rows:
        actor = actors[pk]
        taken.add(pk)
        said = _said(actor, spoken, with_tags=not is_named)
        if is_named or said:
            named = [_("names the competence “%(name)s”") % {"name": need.competence}] if is_named else []
            gap.suggestions.append(Suggestion(actor, [*named, *said, *_ground(actor, ground)], pk in ground.here))
        elif words := _held(actor, SEEKS, spoken):
            reason = _("seeks %(words)s itself, and may know who has it") % {"words": _quoted(words)}
            seeking.append(Suggestion(actor, [reason], pk in ground.here))
    gap.suggestions = gap.suggestions[:MOST]
    if len(gap.suggestions) < FEW:
        others = [_near_miss(actor, need, ground) for actor in near if actor.pk not in taken]
        gap.near = [*seeking, *others][:NEAR]
    return gap


def _said(actor, spoken, *, with_tags):
    """Where the words stand. A word that was told of once is not told of again."""
    reasons, told = [], set()
    for names, said in PLACES:
        words = [word for word in _held(actor, names, spoken) if word.lower() not in told]
        if words and (names != ("labels",) or (with_tags and not reasons)):
            reasons.append(said(_quoted(words)))
            told |= {word.lower() for word in words}
    return reasons


def _ground(actor, ground):
    """What else speaks for an actor that fits."""
    reasons = [_("works in %(area)s") % {"area": name} for key, name in ground.areas.items() if key in actor.facets][:1]
    if leg := ground.legs.get(actor.kind):
        reasons.append(_("would fill the empty leg %(leg)s") % {"leg": str(leg).lower()})
    return [*reasons, *_part(actor, ground)]


def _part(actor, ground):
    if actor.pk in ground.in_mission:
        return [_("takes part in the mission already")]
    return [_("is in the partnership already")] if actor.pk in ground.in_partnership else []


def _near(ground):
    """Actors that stand near the mission, those who take part in it first."""
    if not (ground.areas or ground.here):
        return []
    rows = Actor.objects.published().filter(Q(facets__overlap=list(ground.areas)) | Q(pk__in=ground.here))
    rows = rows.filter(seat_outside="").order_by("name_sort", "pk")[:60]
    return sorted(rows, key=lambda actor: (actor.pk not in ground.here, actor.kind not in ground.legs))


def _near_miss(actor, need, ground):
    areas = [name for key, name in ground.areas.items() if key in actor.facets]
    where = _("works in %(area)s") % {"area": areas[0]} if areas else _part(actor, ground)[0]
    return Suggestion(actor, [f"{where}, {_lacks(actor, need)}"], actor.pk in ground.here)


def _lacks(actor, need):
    is_silent = "h:offers" not in actor.facets and not any(key.startswith("c:") for key in actor.facets)
    if is_silent:
        return _("but its profile does not say what it can do: ask it to complete the profile")
    if need.competence_id:
        return _("but does not name the competence “%(name)s”") % {"name": need.competence}
    return _("but its texts do not speak of this")
