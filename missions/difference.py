"""How two versions of a method differ, from what they say as plain data (the fixed form of `missions.content`).

Pure: no rows, no language of a reader. The facts are whole: who has the first version and the facts can write down the
second. What a fact is about stands in its `place`, in the words of `missions.models.Change`.
"""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import NamedTuple

ITEMS = ("activities", "outputs", "gate")
LANGUAGES = ("sv", "en")


class Place(NamedTuple):
    """Where in a version: "" as stage is the method as a whole; the part is one of `Part`; the key is an item's or, in
    the part "stage", the name of a text."""

    stage: str
    part: str
    key: str = ""


@dataclass(frozen=True)
class Text:
    """One text in one language, before and after."""

    place: Place
    name: str
    language: str
    before: str
    after: str


@dataclass(frozen=True)
class Weeks:
    place: Place
    before: dict
    after: dict


@dataclass(frozen=True)
class Words:
    """A plain list of words, as roles and sources are, before and after."""

    place: Place
    before: list
    after: list

    @property
    def added(self):
        return [one for one in self.after if one not in self.before]

    @property
    def removed(self):
        return [one for one in self.before if one not in self.after]


@dataclass(frozen=True)
class Item:
    """An activity, output or question that came (no `before`), went (no `after`), changed or moved."""

    place: Place
    before: dict | None
    after: dict | None
    is_moved: bool = False

    @property
    def texts(self):
        """The words that differ, by language; of one that came or went all there are."""
        pairs = [(one, (self.before or {}).get(one, ""), (self.after or {}).get(one, "")) for one in LANGUAGES]
        return [Text(self.place, "", language, *pair) for language, *pair in pairs if pair[0] != pair[1]]

    def _other(self, name):
        pair = (self.before or {}).get(name), (self.after or {}).get(name)
        return pair if pair[0] != pair[1] else None

    @property
    def evidence_kind(self):
        """The kinds of evidence before and after, when they differ; None where the item does not stand."""
        return self._other("evidence_kind")

    @property
    def required(self):
        return self._other("required")


@dataclass(frozen=True)
class Items:
    """What differs in a list of a stage; `order` holds the keys as they stand afterwards."""

    part: str
    facts: list
    order: list


@dataclass(frozen=True)
class StageChange:
    """A stage that came (no `before`), went (no `after`), or stands in both; `moved` is its old and new place."""

    slug: str
    before: dict | None
    after: dict | None
    moved: tuple | None
    texts: list
    weeks: Weeks | None
    roles: Words | None
    items: list

    @property
    def place(self):
        return Place(self.slug, "stage")

    @property
    def is_new(self):
        return self.before is None

    @property
    def is_gone(self):
        return self.after is None

    @property
    def facts(self):
        return [*self.texts, *filter(None, (self.weeks, self.roles)), *(f for part in self.items for f in part.facts)]

    @property
    def names(self):
        return [text for text in self.texts if text.place.part == "stage"]

    @property
    def purposes(self):
        return [text for text in self.texts if text.place.part == "purpose"]

    def __bool__(self):
        return self.is_new or self.is_gone or self.moved is not None or bool(self.facts)


@dataclass(frozen=True)
class Difference:
    """`stages` holds those that differ, in the order of the second version, gone ones where they stood before."""

    texts: list
    sources: Words | None
    weeks: Weeks | None
    stages: list
    order: list

    def __bool__(self):
        return bool(self.texts or self.sources or self.weeks or self.stages)

    @property
    def places(self):
        """Every place in which something differs."""
        whole = [fact.place for fact in (*self.texts, *filter(None, (self.sources, self.weeks)))]
        inside = [fact.place for stage in self.stages for fact in stage.facts]
        return {*whole, *inside, *(stage.place for stage in self.stages if is_whole(stage))}


def is_whole(stage):
    """Whether the stage itself came, went or moved."""
    return stage.is_new or stage.is_gone or stage.moved is not None


def difference(before, after):
    """What differs between two versions of a method, both in the fixed form."""
    old, new = ({stage["slug"]: stage for stage in said["stages"]} for said in (before, after))
    moved = moved_among(list(old), list(new))
    stages = [stage_change(slug, old.get(slug), new.get(slug), is_moved=slug in moved) for slug in in_order(old, new)]
    sources = before["origin"]["sources"], after["origin"]["sources"]
    return Difference(
        texts=[
            *_texts(Place("", "stage", "name"), "name", before["name"], after["name"]),
            *_texts(Place("", "stage", "suits"), "suits", before["suits"], after["suits"]),
            *_texts(Place("", "stage", "origin"), "origin", before["origin"]["text"], after["origin"]["text"]),
        ],
        sources=Words(Place("", "stage", "sources"), *sources) if sources[0] != sources[1] else None,
        weeks=_weeks("", before, after),
        stages=[stage for stage in stages if stage],
        order=list(new),
    )


def stage_change(slug, before, after, *, is_moved=False):
    """What differs between two states of a stage; either may be missing."""
    if before is None or after is None:
        return StageChange(slug, before, after, None, [], None, None, [])
    short = ({one: stage[f"short_{one}"] for one in LANGUAGES} for stage in (before, after))
    return StageChange(
        slug=slug,
        before=before,
        after=after,
        moved=(before["order"], after["order"]) if is_moved else None,
        texts=[
            *_texts(Place(slug, "stage", "short"), "short", *short),
            *_texts(Place(slug, "stage", "name"), "name", before["name"], after["name"]),
            *_texts(Place(slug, "purpose"), "purpose", before["purpose"], after["purpose"]),
        ],
        weeks=_weeks(slug, before, after),
        roles=_roles(slug, before["roles"], after["roles"]),
        items=[found for part in ITEMS if (found := _items(slug, part, before[part], after[part])).facts],
    )


def _texts(place, name, before, after):
    return [Text(place, name, one, before[one], after[one]) for one in LANGUAGES if before[one] != after[one]]


def _weeks(stage, before, after):
    pair = before["duration_weeks"], after["duration_weeks"]
    return Weeks(Place(stage, "weeks"), *pair) if pair[0] != pair[1] else None


def _roles(stage, before, after):
    return Words(Place(stage, "roles"), before, after) if before != after else None


def _items(stage, part, before, after):
    old, new = ({item["key"]: item for item in items} for items in (before, after))
    moved = moved_among(list(old), list(new))
    facts = [
        Item(Place(stage, part, key), old.get(key), new.get(key), key in moved)
        for key in in_order(old, new)
        if old.get(key) != new.get(key) or key in moved
    ]
    return Items(part, facts, list(new))


def moved_among(before, after):
    """Those of both lists that stand in another order, as few as can be told with ease."""
    kept = [one for one in before if one in set(after)], [one for one in after if one in set(before)]
    blocks = SequenceMatcher(None, *kept, autojunk=False).get_matching_blocks()
    still = {one for block in blocks for one in kept[0][block.a : block.a + block.size]}
    return set(kept[0]) - still


def in_order(before, after):
    """The keys of both: in the order of `after`, and each that is gone behind the one it stood behind."""
    found, place = list(after), 0
    for key in before:
        if key in after:
            place = found.index(key) + 1
        else:
            found.insert(place, key)
            place += 1
    return found


# ── Word by word ─────────────────────────────────────────────────────────────────────────────────────────────────────
class Mark(NamedTuple):
    kind: str  # same, gone or new
    text: str


LITTLE_ALIKE = 0.35


def marks(before, after):
    """`before` and `after` as one text of marks; read without the new it is `before`, without the gone `after`."""
    old, new = (re.findall(r"\s+|\w+|[^\w\s]", text) for text in (before, after))
    matcher = SequenceMatcher(str.isspace, old, new, autojunk=False)
    if matcher.ratio() < LITTLE_ALIKE:
        return [Mark(kind, text) for kind, text in (("gone", before), ("new", after)) if text]
    found = []
    for what, a, b, c, d in matcher.get_opcodes():
        if what == "equal":
            found.append(Mark("same", "".join(old[a:b])))
        else:
            parts = ("gone", "".join(old[a:b])), ("new", "".join(new[c:d]))
            found += [Mark(kind, text) for kind, text in parts if text]
    return found
