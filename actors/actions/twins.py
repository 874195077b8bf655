"""Actors that may be one and the same: found by number, web domain and name; judged by a curator.

The database picks at most `CANDIDATES` rows per sign through its indexes, so that the cost does not follow the size of
the register; only those are compared by rapidfuzz.
"""

import re
from typing import NamedTuple
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from rapidfuzz import fuzz

from accounts.models import AuditEntry
from actors.models import Actor, TwinPair, TwinSearch

CANDIDATES = 20
LIKE, LIKE_IN_SAME_PLACE = 92, 84  # per cent
AS_IN_NAME = 0.4  # the share of a plain name's trigrams that a twin's name has too; only very short names have fewer
SHOWN = 4
LIVE = ("submitted", "published", "returned")
LEGAL_FORMS = re.compile(
    r"\b(?:ab|aktiebolag|hb|handelsbolag|kb|ek\.? för\.?|ideell förening|publ|ltd|inc|gmbh|as|oy)\b"
)

PICK = r"""
SELECT other.id, bool_or(by = 'number'), bool_or(by = 'domain')
FROM actors_actor me, LATERAL (
    (SELECT o.id, 'number' AS by FROM actors_actor o
     WHERE o.organisation_number <> '' AND o.organisation_number = me.organisation_number
       AND o.id <> me.id LIMIT %(cap)s)
    UNION ALL
    (SELECT o.id, 'domain' FROM actors_actor o
     WHERE me.website <> '' AND NOT o.website = ''
       AND regexp_replace(lower(o.website), '^https?://(?:www[.])?([^/:?#]+).*$', '\1')
         = regexp_replace(lower(me.website), '^https?://(?:www[.])?([^/:?#]+).*$', '\1')
       AND o.id <> me.id LIMIT %(cap)s)
    UNION ALL
    (SELECT o.id, 'name' FROM actors_actor o
     WHERE o.name %%> %(plain)s AND o.id <> me.id
     ORDER BY greatest(similarity(o.name, me.name), similarity(o.name, %(plain)s)) DESC LIMIT %(cap)s)
) other
WHERE me.id = %(id)s
GROUP BY other.id
"""


class Twin(NamedTuple):
    """Another actor that may be the same, how like the names are (per cent), and why it is thought so."""

    actor: Actor
    score: int
    same_number: bool
    same_domain: bool
    same_place: bool

    @property
    def reasons(self):
        """The signs in words, strongest first."""
        words = [_("same organisation number")] if self.same_number else []
        if self.score >= LIKE_IN_SAME_PLACE and self.same_place:
            words.append(_("name %(score)s %% like and same municipality") % {"score": self.score})
        elif self.score >= LIKE:
            words.append(_("name %(score)s %% like") % {"score": self.score})
        return [*words, _("same web domain")] if self.same_domain else words


def domain_of(website):
    """The web domain of an address, without www; "" when there is none."""
    try:
        return (urlsplit(website).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def is_of(email, domain):
    """Whether an e-mail address is of a web domain, or of a part of it."""
    host = email.rpartition("@")[2].lower()
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))


def plain_name(name):
    """A name without its legal form and punctuation, to compare by."""
    words = re.sub(r"[^\w\s]", " ", LEGAL_FORMS.sub(" ", name.casefold()))
    return " ".join(words.split()) or name.casefold()


def likeness(one, other):
    """How like two actors' names are, in per cent: the best of shown and registered names."""
    pairs = ((a, b) for a in {one.name, one.legal_name} - {""} for b in {other.name, other.legal_name} - {""})
    return round(max(fuzz.token_sort_ratio(plain_name(a), plain_name(b)) for a, b in pairs))


@transaction.atomic
def _candidates(actor):
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL pg_trgm.word_similarity_threshold = {AS_IN_NAME}")
        cursor.execute(PICK, {"id": actor.pk, "plain": plain_name(actor.name), "cap": CANDIDATES})
        return {pk: (number, domain) for pk, number, domain in cursor.fetchall()}


def ordered(one, other):
    """Two ids as the pair table keeps them."""
    return (one, other) if one < other else (other, one)


def _dismissed(actor):
    pairs = TwinPair.objects.of(actor).exclude(dismissed_at=None).values_list("first", "second")
    return {pk for pair in pairs for pk in pair} - {actor.pk}


def twins_of(actor, *, among=None):
    """The likely twins of `actor` in the register, best first; without those judged not to be the same.

    `among` is a queryset of actors that brings what the caller wants to show.
    """
    found = _candidates(actor)
    others = (Actor.objects.all() if among is None else among).filter(
        pk__in=found.keys() - _dismissed(actor), status__in=LIVE
    )
    twins = [
        Twin(
            other,
            likeness(actor, other),
            *found[other.pk],
            same_place=actor.municipality_id is not None and other.municipality_id == actor.municipality_id,
        )
        for other in others.select_related("municipality")
    ]
    likely = [twin for twin in twins if twin.reasons]
    return sorted(likely, key=lambda twin: (not twin.same_number, -twin.score, twin.actor.pk))[:SHOWN]


@transaction.atomic
def remember_twins(actor):
    """Write the likely twins of `actor` down for the work list; returns them."""
    twins = twins_of(actor)
    kept = []
    for twin in twins:
        first, second = ordered(actor.pk, twin.actor.pk)
        signs = {"score": twin.score, "same_number": twin.same_number, "same_domain": twin.same_domain}
        pair, _new = TwinPair.objects.update_or_create(first_id=first, second_id=second, defaults=signs)
        kept.append(pair.pk)
    TwinPair.objects.of(actor).filter(dismissed_at=None).exclude(pk__in=kept).delete()
    return twins


def unsearched():
    """Actors whose twins were never looked for, or not since they were changed; whoever wrote them."""
    stale = Q(twin_search=None) | Q(twin_search__at__lt=F("updated_at"))
    return Actor.objects.filter(stale, status__in=LIVE)


def search_twins(limit):
    """Remember the likely twins of at most `limit` unsearched actors; returns how many. Safe to run twice."""
    actors = list(unsearched().order_by("pk")[:limit])
    for actor in actors:
        now = timezone.now()
        with transaction.atomic():
            remember_twins(actor)
            TwinSearch.objects.update_or_create(actor=actor, defaults={"at": max(now, actor.updated_at)})
    return len(actors)


@transaction.atomic
def not_the_same(actor, other, *, by):
    """Remember that two actors are two, so that nobody is asked again."""
    if not by.has_perm("actors.curate_actor"):
        raise PermissionDenied
    first, second = ordered(actor.pk, other.pk)
    judged = {"dismissed_at": timezone.now(), "dismissed_by": by}
    pair, is_new = TwinPair.objects.get_or_create(
        first_id=first, second_id=second, defaults={"score": likeness(actor, other), **judged}
    )
    if not is_new:
        TwinPair.objects.filter(pk=pair.pk).update(**judged)
    AuditEntry.objects.record(by=by, verb="actor.not_the_same", target=actor, reason=str(other))
    return pair
