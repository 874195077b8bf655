"""Why an actor is among the hits: which of its texts hold the words, with the words marked."""

from dataclasses import dataclass
from functools import lru_cache
from html import escape

from django.conf import settings
from django.db.models import F, Func, TextField
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from actors.search import words_value

TEXTS = ("description", "offers", "seeks")
FIELDS = {  # field → the configuration its words were indexed with
    "name": "sv_unaccent",
    "legal_name": "sv_unaccent",
    "seat_outside": "sv_unaccent",
    **{f"{text}_sv": "sv_unaccent" for text in TEXTS},
    **{f"{text}_en": "en_unaccent" for text in TEXTS},
}
_OPEN, _CLOSE = "\ue000", "\ue001"
SHOWN = 260  # characters of a long text, from a little before the first word found
BEFORE = 70


class Marked(Func):
    """A text, as the index read it, with the words found in it between two private characters.

    Every character keeps its place, so that the marks can be moved to the text as it was written.
    """

    output_field = TextField()
    template = (
        "CASE WHEN %(text)s = '' THEN '' ELSE ts_headline('%(config)s', actors_words(%(text)s),"
        " actors_query(%(words)s, false), 'StartSel=%(open)s, StopSel=%(close)s, HighlightAll=true') END"
    )

    def __init__(self, name, words):
        super().__init__(F(name), words_value(words))
        self.config = FIELDS[name]

    def as_sql(self, compiler, connection, **extra):
        (text, _none), (words, params) = (compiler.compile(part) for part in self.get_source_expressions())
        names = {"text": text, "words": words, "config": self.config, "open": _OPEN, "close": _CLOSE}
        return self.template % names, params


def spans(marked, text):
    """Where in `text` the words are, as pairs of start and end; none when the marks cannot be trusted."""
    first, *parts = marked.split(_OPEN)
    place, found = len(first), []
    for part in parts:
        word, _close, rest = part.partition(_CLOSE)
        found.append((place, place + len(word)))
        place += len(word) + len(rest)
    return found if place == len(text) and _OPEN not in text and _CLOSE not in text else []


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


def with_reasons(rows, words):
    """Annotate the rows of one page with their texts marked."""
    return rows.annotate(**{f"marked_{name}": Marked(name, words) for name in FIELDS})


def hit(actor, vocabulary, words=()):
    """The row of a list for `actor`; with `words`, one that was annotated by `with_reasons`."""
    tags = vocabulary.tags_of(actor)
    if not words:
        return Hit(actor, actor.name, actor.description, tags, [])
    found = {name: spans(getattr(actor, f"marked_{name}"), getattr(actor, name)) for name in FIELDS}
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
