"""Finding actors: what was asked for, who matches, and who matches best.

The database side is in migration 0003: the column `search`, the tags as keys in `facets`, and `actors_query`.
"""

import re
import unicodedata
from dataclasses import dataclass, field

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, F, FloatField, Func, TextField, Value

from actors.models import Actor
from actors.models.actor import SWEDISH_FROM, SWEDISH_TO
from actors.numbers import compact
from web.text import clean_line

MAX_WORDS = 8
MAX_WORD = 40
RANKED = 1000  # hits that are ranked; a term in half of all rows says nothing about the rest
STARTING = 100  # names that begin with what was asked for are always among the ranked

_NUMBER_WORDS = re.compile(r"^(?:org(?:anisations)?\.?\s*-?\s*(?:nr|nummer|no)\b|orgnr\b|vat\b|moms\w*)[\s.:]*", re.I)
_TEN_DIGITS = re.compile(r"^[0-9]{10}$")
_NUMBER_INSIDE = re.compile(r"(?<![0-9])(?:16)?([0-9]{6})[-–—‐‑ ]?([0-9]{4})(?![0-9])")
WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Asked:
    """What a person typed: the cleaned text, its words, and whether it looks like a personal identity number."""

    text: str = ""
    words: list = field(default_factory=list)
    is_personal: bool = False

    def __bool__(self):
        return bool(self.text)


def asked(value):
    """Read a search text; an organisation number spelt any way becomes its ten digits."""
    text = clean_line(value)
    folded = unicodedata.normalize("NFKC", text)
    number = compact(_NUMBER_WORDS.sub("", folded))
    plain = number if _TEN_DIGITS.match(number) else _NUMBER_INSIDE.sub(r"\1\2", folded)
    words = [word[:MAX_WORD] for word in WORD.findall(plain.lower())][:MAX_WORDS]
    return Asked(text, words, any(_is_personal(word) for word in words))


def _is_personal(word):
    return len(word) == 10 and word.isdigit() and word[2] in "01"


def sort_key(text):
    """The key of `text` in A–Ö order, as the column `name_sort` has it."""
    return text.lower().translate(str.maketrans(SWEDISH_FROM, SWEDISH_TO))


def words_value(words):
    return Value(words, ArrayField(TextField()))


class OnSearch(Func):
    """An expression on the column `search`, which no model field stands for; the id tells in which table."""

    def __init__(self, words):
        super().__init__(F("id"), words_value(words))

    def as_sql(self, compiler, connection, **extra):
        row, words = self.get_source_expressions()
        sql, params = compiler.compile(words)
        column = f'{compiler.quote_name_unless_alias(row.alias)}."search"'
        return self.template % {"search": column, "words": sql}, params


class Matches(OnSearch):
    """True for actors whose text holds every word; the last word may be the beginning of one."""

    template = "%(search)s @@ actors_query(%(words)s, true)"
    output_field = BooleanField()


class Rank(OnSearch):
    template = "ts_rank(%(search)s, actors_query(%(words)s, true))"
    output_field = FloatField()


class Resembles(Func):
    """True for actors whose name, or a word of it, is spelt much like the text; both operators use the index."""

    template = "(%(name)s %%%% %(text)s OR %(name)s %%%%> %(text)s)"
    output_field = BooleanField()

    def __init__(self, text):
        super().__init__(F("name"), Value(text))

    def as_sql(self, compiler, connection, **extra):
        (name, _none), (text, params) = (compiler.compile(part) for part in self.get_source_expressions())
        return self.template % {"name": name, "text": text}, [*params, *params]


class Likeness(Resembles):
    template = "greatest(similarity(%(name)s, %(text)s), word_similarity(%(text)s, %(name)s))"
    output_field = FloatField()


def matching(queryset, query, *, exact):
    """The actors that answer the search: by their words, or, when nobody has those, by a name spelt like it."""
    if not query:
        return queryset
    if query.is_personal or not query.words:
        return queryset.none()
    return queryset.filter(Matches(query.words) if exact else Resembles(query.text[:80]))


def ranked(queryset, query, *, exact, total):
    """Best match first. Of more than RANKED hits those are ranked, and those whose names begin with the text."""
    if not exact:
        return queryset.order_by(Likeness(query.text[:80]).desc(), "name_sort", "id")
    start = sort_key(query.text)
    if total > RANKED:
        starting = queryset.filter(name_sort__startswith=start)[:STARTING].values("pk")
        queryset = Actor.objects.filter(pk__in=queryset[:RANKED].values("pk").union(starting))
    begins = Func(F("name_sort"), Value(start), function="starts_with", output_field=BooleanField())
    return queryset.order_by(begins.desc(), Rank(query.words).desc(), "name_sort", "id")
