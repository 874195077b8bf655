"""Why an actor is among the hits: which of its texts hold the words, with the words marked."""

from dataclasses import dataclass
from html import escape

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, Func, TextField
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from actors.search import words_value

FIELDS = {  # field → the configuration its words were indexed with
    "name": "sv_unaccent",
    "legal_name": "sv_unaccent",
    "organisation_number": "simple",
    "offers_sv": "sv_unaccent",
    "seeks_sv": "sv_unaccent",
    "description_sv": "sv_unaccent",
    "offers_en": "en_unaccent",
    "seeks_en": "en_unaccent",
    "description_en": "en_unaccent",
    "seat_outside": "sv_unaccent",
}
_OPEN, _CLOSE = "\ue000", "\ue001"


class MatchedFields(Func):
    """The names of the fields of a row that hold at least one of the words."""

    output_field = ArrayField(CharField())

    def __init__(self, words):
        super().__init__(words_value(words))

    def as_sql(self, compiler, connection, **extra):
        words, params = compiler.compile(self.source_expressions[0])
        parts = [
            f"CASE WHEN to_tsvector('{config}', actors_words(actors_actor.{name})) @@ actors_query({words}, false)"
            f" THEN '{name}' END"
            for name, config in FIELDS.items()
        ]
        return f"array_remove(ARRAY[{', '.join(parts)}], NULL)", [*params] * len(parts)


class Marked(Func):
    """A text with the words found in it between two private characters; the part around them when it is long."""

    output_field = TextField()

    def __init__(self, name, words, *, whole=False):
        super().__init__(words_value(words))
        self.name, self.whole = name, whole

    def as_sql(self, compiler, connection, **extra):
        words, params = compiler.compile(self.source_expressions[0])
        size = "HighlightAll=true" if self.whole else "MaxWords=42, MinWords=28"
        options = f"StartSel={_OPEN}, StopSel={_CLOSE}, {size}"
        column = f"actors_actor.{self.name}"
        config = FIELDS[self.name]
        return (
            f"CASE WHEN to_tsvector('{config}', actors_words({column})) @@ actors_query({words}, false)"
            f" THEN ts_headline('{config}', {column}, actors_query({words}, false), '{options}') ELSE '' END",
            [*params, *params],
        )


def mark_words(text):
    """A marked text as HTML: everything from people is escaped, the private characters become <mark>."""
    html = escape(text).replace(_OPEN, "<mark>").replace(_CLOSE, "</mark>")
    balanced = html.count("<mark>") == html.count("</mark>")
    return mark_safe(html if balanced else escape(text.replace(_OPEN, "").replace(_CLOSE, "")))


def unmarked(text):
    return text.replace(_OPEN, "").replace(_CLOSE, "")


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
TEXTS = ("description", "offers", "seeks")


@dataclass
class Hit:
    """A row of the list: the actor, its name and text as HTML, its tags, and the names of what matched."""

    actor: object
    name: str
    text: str
    tags: dict
    why: list


def with_reasons(rows, words):
    """Annotate the rows of one page with what matched, and with their texts marked."""
    texts = [f"{text}_{language}" for text in TEXTS for language in ("sv", "en")]
    return rows.annotate(
        matched=MatchedFields(words),
        marked_name=Marked("name", words, whole=True),
        **{f"marked_{name}": Marked(name, words) for name in texts},
    )


def hit(actor, vocabulary):
    """The row of a list for `actor`, whether or not it was annotated by `with_reasons`."""
    tags = vocabulary.tags_of(actor)
    if not hasattr(actor, "matched"):
        return Hit(actor, actor.name, actor.description, tags, [])
    return Hit(actor, mark_words(actor.marked_name or actor.name), _text(actor), tags, _why(actor, vocabulary))


def _text(actor):
    for text in TEXTS:
        for language in _languages():
            if marked := getattr(actor, f"marked_{text}_{language}"):
                whole = getattr(actor, f"{text}_{language}")
                return mark_words(_with_ends(marked, whole))
    return actor.description


def _languages():
    return ("en", "sv") if (get_language() or "sv").startswith("en") else ("sv", "en")


def _with_ends(marked, whole):
    plain = unmarked(marked)
    start = "" if whole.startswith(plain[:20]) else "… "
    return f"{start}{marked}{'' if whole.endswith(plain[-20:]) else ' …'}"


def _why(actor, vocabulary):
    fields = [name.removesuffix("_sv").removesuffix("_en") for name in actor.matched]
    reasons = [LABELS[name] for name in dict.fromkeys(fields)]
    return [*reasons, *(FACET_LABELS[facet] for facet in vocabulary.matching_facets(actor))]
