"""Who should meet whom, and when: suggestions with their reasons, and a schedule without clashes.

A pair is judged by what one offers and the other looks for, in both directions: a competence that both name, and words
that few write, worth the more the fewer do. Each fact is told as a reason. A schedule is filled time by time: for each
time the pairs are taken greedily, those who asked first, then those who can give each other something, then the best
others, and pairs are exchanged for others as long as that makes the time worth more (paths of up to three pairs). The
same people give the same schedule. It is not the best of all schedules, but no clash can come of it.
"""

import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from math import log

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from actors.search import WORD
from events.models import Meeting, MeetingState, Profile, RegistrationState

MOST = 8  # suggestions that a person sees
NAMED, LONG, START = 2.0, 8, 6  # what a named competence is worth; long words count by their beginning, as in gaps
TOLD = 3  # words of one reason
ASKED, MUTUAL = 100.0, 10.0  # what comes before anything else when a schedule is filled
ROUNDS = 20  # of exchanging in one time: it ends by itself long before
SAYS_NOTHING = frozenset(
    WORD.findall(
        "alla andra att av bland blir bra bör dem den det detta din ditt där eller en er ert ett finns från för få gör "
        "ha han har hej hitta hjälp hos hur här inom inte med men mer mot måste ni nya någon något några när och också "
        "om oss på samt sig sin ska som söker till under upp ut utan vad vara vi vid vill vår vårt våra även är över "
        "erbjuder behöver kan "
        "about also and any are all can find for from has have help how into its more need needs new not offer offers "
        "other our out seek seeks someone that the their them these they this want what who will with you your"
    )
)


# ── Times ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def slots_of(matchmaking):
    """When meetings can begin."""
    each = timedelta(minutes=matchmaking.minutes)
    number = max(0, (matchmaking.ends_at - matchmaking.starts_at) // each)
    return [matchmaking.starts_at + each * place for place in range(number)]


# ── Who takes part ───────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(eq=False)
class Person:
    """Somebody with a seat who has said what they offer and look for. Words are known by how they are counted."""

    profile: Profile
    offered: dict = field(default_factory=dict)  # competence id → competence
    wished: dict = field(default_factory=dict)

    @property
    def pk(self):
        return self.profile.registration_id

    @property
    def registration(self):
        return self.profile.registration

    @property
    def name(self):
        return self.registration.name

    @cached_property
    def organisation(self):
        return organisation_of(self.registration)

    @cached_property
    def offers(self):
        return words_of(self.profile.offers)

    @cached_property
    def wishes(self):
        return words_of(self.profile.wishes)


def organisation_of(registration):
    return registration.actor.name if registration.actor_id else registration.organisation


def people_of(event):
    """Everybody who can be met at the event, in the order of their names. Three questions."""
    rows = Profile.objects.filter(registration__event=event, registration__state=RegistrationState.CONFIRMED)
    rows = rows.select_related("registration__actor").prefetch_related("offered", "wished")
    return [
        Person(row, {one.pk: one for one in row.offered.all()}, {one.pk: one for one in row.wished.all()})
        for row in rows.order_by("registration__name", "registration_id")
    ]


def key_of(word):
    """A word without marks and, when it is long, without its end: most long Swedish words are put together."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", word.lower()) if not unicodedata.combining(one))
    return plain[:START] if len(plain) >= LONG else plain


def words_of(text):
    """{key: the word as it stands there} of the words that say something."""
    found = {}
    for word in WORD.findall(unicodedata.normalize("NFC", text)):
        if len(word) > 2 and word.lower() not in SAYS_NOTHING and not word.isdigit():
            found.setdefault(key_of(word), word)
    return found


class Worth:
    """What a word is worth among these people: 1 when one person writes it, little when all do."""

    def __init__(self, people):
        self.people = len(people)
        self.times = Counter(key for person in people for key in {*person.offers, *person.wishes})

    def __getitem__(self, key):
        times = max(1, self.times[key] - 1)  # one of the two writes it in any case
        return log(1 + self.people / times) / log(1 + self.people)


# ── Fitting ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def gives(giver, taker, worth):
    """(worth, competences, words) of what one offers and the other looks for."""
    named = [one for pk, one in giver.offered.items() if pk in taker.wished]
    shared = [key for key in giver.offers if key in taker.wishes]
    shared.sort(key=lambda key: (-worth[key], key))
    return NAMED * len(named) + sum(worth[key] for key in shared), named, shared


def is_same(first, second):
    """Two of one organisation need no table to meet."""
    if first.registration.actor_id and first.registration.actor_id == second.registration.actor_id:
        return True
    return bool(first.organisation) and first.organisation.casefold() == second.organisation.casefold()


@dataclass
class Suggestion:
    person: Person
    score: float
    reasons: list


def suggest(me, people, *, without=()):
    """Whom `me` should meet, best first. `without` are ids of registrations."""
    worth, found = Worth(people), []
    for other in people:
        if other.pk == me.pk or other.pk in without or is_same(me, other):
            continue
        theirs, mine = gives(other, me, worth), gives(me, other, worth)
        if score := theirs[0] + mine[0]:
            found.append(Suggestion(other, score + min(theirs[0], mine[0]), _reasons(other, me, theirs, mine)))
    return sorted(found, key=lambda one: (-one.score, one.person.name, one.person.pk))[:MOST]


def _reasons(other, me, theirs, mine):
    (_one, named, shared), (_two, their_named, their_shared) = theirs, mine
    found = [_("offers the competence “%(name)s”, which you look for") % {"name": one} for one in named]
    if shared:
        found.append(_("writes of %(words)s in what they offer; you look for it") % _quoted(other.offers, shared))
    found += [_("looks for the competence “%(name)s”, which you offer") % {"name": one} for one in their_named]
    if their_shared:
        words = _quoted(other.wishes, their_shared)
        found.append(_("writes of %(words)s in what they look for; you offer it") % words)
    return found


def _quoted(words, keys):
    return {"words": ", ".join(_("“%(word)s”") % {"word": words[key]} for key in keys[:TOLD])}


def met_before(registration, people):
    """Ids of those among `people` with whom this person sat at a table at another event."""
    if not registration.user_id:
        return set()
    user, users = registration.user_id, {person.registration.user_id: person.pk for person in people}
    rows = Meeting.objects.filter(Q(asker__user=user) | Q(asked__user=user), state=MeetingState.BOOKED)
    rows = rows.filter(starts_at__lt=timezone.now()).exclude(event=registration.event_id)
    pairs = rows.values_list("asker__user", "asked__user")
    return {users[one] for pair in pairs for one in pair if one in users and one and one != user}


# ── A whole schedule ─────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Planned:
    first: int
    second: int
    slot: object
    table: int


def pairs_of(people, *, asked=frozenset(), without=frozenset()):
    """{(lower id, higher id): worth} of everybody who should meet. `asked` are pairs of whom one has asked the other,
    `without` those who must not be put together."""
    worth, found = Worth(people), {}
    people = sorted(people, key=lambda person: person.pk)
    for place, first in enumerate(people):
        for second in people[place + 1 :]:
            pair = (first.pk, second.pk)
            if pair in without:
                continue
            one, two = gives(first, second, worth)[0], gives(second, first, worth)[0]
            score = (ASKED if pair in asked else 0) + (MUTUAL if one and two else 0) + one + two
            if score and (pair in asked or not is_same(first, second)):
                found[pair] = score
    return found


def plan(pairs, slots, *, tables, most, taken=(), seated=None, counts=None):
    """The meetings to add, as Planned. `taken` are (slot, table) in use, `seated` {slot: ids that sit already},
    `counts` {id: meetings already}. Nobody gets more than `most`."""
    counts, left, found = Counter(counts or {}), dict(pairs), []
    used = defaultdict(set)
    for slot, table in taken:
        used[slot].add(table)
    for slot in slots:
        free = [table for table in range(1, tables + 1) if table not in used[slot]]
        busy = (seated or {}).get(slot, set())
        edges = {
            pair: worth / (1 + counts[pair[0]] + counts[pair[1]])  # who has few meetings comes first
            for pair, worth in left.items()
            if not busy & {*pair} and max(counts[pair[0]], counts[pair[1]]) < most
        }
        chosen = sorted(matched(edges), key=lambda pair: (-edges[pair], pair))[: len(free)]
        for table, pair in zip(free, chosen, strict=False):
            found.append(Planned(*pair, slot, table))
            counts.update(pair)
            del left[pair]
    return found


def matched(edges):
    """Pairs of `edges` {(a, b): worth} in which nobody stands twice, worth much together."""
    order = sorted(edges, key=lambda pair: (-edges[pair], pair))
    mate = {}
    for first, second in order:
        if first not in mate and second not in mate:
            mate[first], mate[second] = second, first
    near = defaultdict(list)
    for pair in order:
        near[pair[0]].append(pair[1])
        near[pair[1]].append(pair[0])
    for _round in range(ROUNDS):
        if not any([_exchange(pair, edges, mate, near) for pair in _pairs(mate)]):
            break
    return _pairs(mate)


def _pairs(mate):
    return sorted((one, other) for one, other in mate.items() if one < other)


def _exchange(pair, edges, mate, near):
    """Put two pairs in place of one when their others are free and that is worth more; whether it was."""
    first, second = pair
    if mate.get(first) != second:
        return False
    best = (edges[pair], None)
    for one, other in ((first, second), (second, first)):
        left = next((who for who in near[one] if who not in mate), None)
        right = next((who for who in near[other] if who not in mate and who != left), None)
        if left is None or right is None:
            continue
        worth = edges[min(one, left), max(one, left)] + edges[min(other, right), max(other, right)]
        if worth > best[0]:
            best = (worth, (one, left, other, right))
    if best[1] is None:
        return False
    one, left, other, right = best[1]
    mate.update({one: left, left: one, other: right, right: other})
    return True
