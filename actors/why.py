"""Why an actor is among the hits: which of its texts hold the words, with the words marked."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from django.conf import settings
from django.db import connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from actors.search import WORD

TEXTS = ("description", "offers", "seeks")
FIELDS = {  # field → the configuration its words were indexed with
    "name": "sv_unaccent",
    "legal_name": "sv_unaccent",
    "seat_outside": "sv_unaccent",
    **{f"{text}_sv": "sv_unaccent" for text in TEXTS},
    **{f"{text}_en": "en_unaccent" for text in TEXTS},
}
SHOWN = 260  # characters of a long text, from a little before the first word found
BEFORE = 70

_FORMS = """
SELECT word, to_tsvector('sv_unaccent', word) @@ query, to_tsvector('en_unaccent', word) @@ query
FROM unnest(%s::text[]) word, actors_query(%s::text[], false) query
"""


def forms(rows, words):
    """The words in the texts of `rows` that are forms of `words`, by the configuration that reads them so.

    The stemmers are the database's, and they are slow: only words with the same first letter are shown to them.
    """
    texts = "\n".join(getattr(row, name) for row in rows for name in FIELDS)
    likely, letters = set(WORD.findall(texts)), {_plain(word[0]) for word in words}
    if all(letters):
        likely = {word for word in likely if _plain(word[0]) in ("", *letters)}
    with connection.cursor() as cursor:
        cursor.execute(_FORMS, [list(likely), words])
        found = cursor.fetchall()
    return {"sv_unaccent": {word for word, sv, _en in found if sv}, "en_unaccent": {w for w, _sv, en in found if en}}


@lru_cache(maxsize=1000)
def _plain(letter):
    """A first letter as the index reads it, where every stem keeps it; "" for one that may become several."""
    plain = unicodedata.normalize("NFKD", letter.lower())[0]
    return plain if plain.isascii() else ""


def spans(text, words):
    """Where in `text` those words are, as pairs of start and end."""
    if not any(word in text for word in words):
        return []
    return [found.span() for found in WORD.finditer(text) if found[0] in words]


def highlighted(text, found, start=0, end=None):
    """A part of `text` as HTML: all of it escaped, and <mark> around the words."""
    end = len(text) if end is None else end
    html, place = [], start
    for left, right in found:
        if start <= left and right <= end:
            html += [escape(text[place:left]), "<mark>", escape(text[left:right]), "</mark>"]
            place = right
    return mark_safe("".join([*html, escape(text[place:end])]))


def excerpt(text, found):
    """The part of a long text where its first word was found, cut between words."""
    if len(text) <= SHOWN + BEFORE or not found:
        return highlighted(text, found)
    start = max(0, found[0][0] - BEFORE)
    start = text.find(" ", start) + 1 if start else 0
    end = text.rfind(" ", start + 1, start + SHOWN) if start + SHOWN < len(text) else len(text)
    end = max(end, found[0][1])
    return mark_safe(("… " if start else "") + highlighted(text, found, start, end) + (" …" if end < len(text) else ""))


LABELS = {
    "name": _("name"),
    "legal_name": _("registered name"),
    "organisation_number": _("organisation number"),
    "offers": _("what they offer"),
    "seeks": _("what they seek"),
    "description": _("description"),
    "seat_outside": _("place"),
}
FACET_LABELS = {
    "kind": _("kind of actor"),
    "area": _("area"),
    "theme": _("theme"),
    "municipality": _("municipality"),
    "competence": _("competence"),
}


@dataclass
class Hit:
    """A row of the list: the actor, its name and text as HTML, its tags, and the names of what matched."""

    actor: object
    name: str
    text: str
    tags: dict
    why: list


def hit(actor, vocabulary, words=(), forms=None):
    """The row of a list for `actor`; with `words`, and their `forms` in the texts of the rows, it says what matched."""
    tags = vocabulary.tags_of(actor)
    if not words:
        return Hit(actor, actor.name, actor.description, tags, [])
    found = {name: spans(getattr(actor, name), forms[configuration]) for name, configuration in FIELDS.items()}
    name = highlighted(actor.name, found["name"])
    return Hit(actor, name, _text(actor, found), tags, _why(actor, found, vocabulary, words))


def _text(actor, found):
    languages = ("en", "sv") if (get_language() or "sv").startswith("en") else ("sv", "en")
    for name in (f"{text}_{language}" for text in TEXTS for language in languages):
        if found[name]:
            return excerpt(getattr(actor, name), found[name])
    return actor.description


def _why(actor, found, vocabulary, words):
    fields = [name.removesuffix("_sv").removesuffix("_en") for name in found if found[name]]
    if actor.organisation_number in words:
        fields.append("organisation_number")
    reasons = [LABELS[name] for name in dict.fromkeys(fields)]
    return [*reasons, *(FACET_LABELS[facet] for facet in vocabulary.matching_facets(actor))]


def row(hit):
    """A hit as the HTML of its row. Rows that are alike in every part are rendered once, and kept."""
    actor, tags, language = hit.actor, hit.tags, get_language()
    places = [tag.name for tag in tags.get("municipality", [])] or [actor.seat_outside]
    shown = (
        f"{_stem(language)}{actor.slug}/",
        conditional_escape(hit.name),
        conditional_escape(hit.text),
        actor.is_unverified,
        ", ".join(map(str, hit.why)),
        tuple(filter(None, [*(tag.name for tag in tags.get("kind", [])), *places])),
    )
    return (_row.__wrapped__ if settings.DEBUG else _row)(language, *shown)


@lru_cache(maxsize=8)
def _stem(_language):
    return reverse("actor", args=["-"]).removesuffix("-/")


@lru_cache(maxsize=2000)
def _row(_language, url, name, text, is_unverified, why, tags):
    shown = {"url": url, "name": name, "text": text, "is_unverified": is_unverified, "why": why, "tags": tags}
    return render_to_string("actors/_hit.html", shown)
