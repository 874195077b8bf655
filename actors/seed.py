"""A synthetic register: as many believable actors as one asks for, the same ones for the same seed.

Areas, themes, competences and municipalities are read from the database, so any loaded region will do. Every synthetic
actor says so in its source text, and `clear` finds them by it.
"""

import tomllib
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random

import pgtrigger
from django.db import connection, transaction
from django.utils.text import slugify

from actors.models import Actor, ActorStatus, Area, Certainty, Competence, Municipality, Theme
from actors.models.history import LINKS

MARK = "Synthetic register"
# The share of all actors, in ten thousandths, that has each word in its Swedish description.
PLANTED = {"samverkan": 9400, "tillverkning": 1800, "tryckkärl": 280, "blåstång": 110, "mareograf": 1}
# Each planted word meets each row by its own stride, so that they fall independently of one another.
STRIDES = (7919, 6367, 4051, 2657, 9973)
# Nine digits, the third at least 2, in series that limited companies, authorities and associations have not been given.
NUMBER_SERIES = {"academia": "20", "sme": "55", "industry": "55", "support": "76", "public": "22", "civil": "84"}
KIND_SHARES = {"academia": 2, "sme": 74, "industry": 8, "support": 4, "public": 4, "civil": 8}
STATUS_SHARES = {"published": 9700, "submitted": 120, "draft": 100, "returned": 40, "archived": 40}
SIZE_SHARES = {"micro": 62, "small": 25, "medium": 9, "large": 2, "": 2}
EPOCH = datetime(2026, 11, 1, tzinfo=UTC)
WORDS = tomllib.loads((Path(__file__).parent / "seed_words.toml").read_text())
NO_EVENTS = (
    *("actors.Actor:insert_insert", "actors.Actor:update_update"),
    *(f"{kept._meta.label}:{trigger}" for kept in LINKS for trigger in ("added_insert", "removed_delete")),
)


def check_digit(nine):
    """The Luhn digit that ends an organisation number of which `nine` are the first nine digits."""
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(nine))
    return str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def organisation_number(kind, index):
    """A valid number for the actor `index`; two indexes below four million never share one."""
    body = 2_000_000 + index * 7919 % 4_000_000
    nine = f"{NUMBER_SERIES[kind]}{body}"
    return nine + check_digit(nine)


@cache
def word_list(name):
    return WORDS[name].split()


class Vocabulary:
    """Words whose frequency falls with their rank (Zipf), drawn many at a time."""

    def __init__(self, ranked):
        self.words = ranked
        self.weights = list(accumulate(1 / (rank + 2.7) for rank in range(len(ranked))))

    def draw(self, random, count):
        return random.choices(self.words, cum_weights=self.weights, k=count)


def swedish():
    compounds = [head + tail for tail in word_list("tails_sv") for head in word_list("heads_sv")]
    Random(1).shuffle(compounds)
    return Vocabulary([*word_list("fillers_sv"), *word_list("common_sv"), *compounds])


def weighted(shares):
    return {"population": list(shares), "cum_weights": list(accumulate(shares.values()))}


class Writer:
    """Makes the rows: `actor(index)` in order, then the links of each kind in order."""

    def __init__(self, seed, *, municipalities, taken=()):
        self.random = Random(f"{seed}:actors")
        self.source = f"{MARK}, seed {seed}"
        self.offset = self.random.randrange(10_000)
        self.municipalities = municipalities
        self.taken = set(taken)
        self.sv, self.en = swedish(), Vocabulary(word_list("common_en"))
        self.kinds, self.sizes = weighted(KIND_SHARES), weighted(SIZE_SHARES)
        self.statuses = weighted(STATUS_SHARES)

    def pick(self, choice):
        return self.random.choices(**choice)[0]

    def name(self, kind):
        draw = self.random.choice
        tail = draw(word_list("tails_sv"))
        trade = draw(word_list("heads_sv")).capitalize() + tail
        form = draw(WORDS["forms"][kind])
        return f"{draw(word_list('surnames'))}{draw(word_list('endings'))} {trade} {form}"

    def sentence(self, vocabulary, count):
        return " ".join(vocabulary.draw(self.random, count)).capitalize() + "."

    def description(self, index):
        place = index + self.offset
        drawn = self.sv.draw(self.random, 16 + self.random.randrange(16))
        for (word, share), stride in zip(PLANTED.items(), STRIDES, strict=True):
            if place * stride % 10_000 < share:
                drawn.insert(self.random.randrange(len(drawn)), word)
        return " ".join(drawn).capitalize() + "."

    def number(self, kind, index):
        """Nine in ten have a number; one in fifty is a sole trader and has none."""
        number = organisation_number(kind, index)
        return "" if index % 10 == 7 or index % 50 == 3 or number in self.taken else number

    def place(self):
        if not self.municipalities or self.random.random() < 0.04:
            return {"municipality_id": None, "latitude": None, "longitude": None}
        pk, latitude, longitude = self.pick(self.municipalities)
        gauss = self.random.gauss
        return {
            "municipality_id": pk,
            "latitude": round(float(latitude) + gauss(0, 0.03), 5),
            "longitude": round(float(longitude) + gauss(0, 0.05), 5),
        }

    def texts(self, index):
        chance = self.random.random
        return {
            "description_sv": self.description(index),
            "description_en": self.sentence(self.en, 14) if chance() < 0.5 else "",
            "offers_sv": self.sentence(self.sv, 8) if chance() < 0.6 else "",
            "offers_en": self.sentence(self.en, 8) if chance() < 0.2 else "",
            "seeks_sv": self.sentence(self.sv, 6) if chance() < 0.4 else "",
            "seeks_en": self.sentence(self.en, 6) if chance() < 0.15 else "",
        }

    def actor(self, index):
        """The values of one actor, by column."""
        kind, status = self.pick(self.kinds), self.pick(self.statuses)
        name = self.name(kind)
        slug = f"{slugify(name)[:100]}-{index}"
        written = EPOCH - timedelta(minutes=self.random.randrange(1_500_000))
        published = written + timedelta(days=3) if status in (ActorStatus.PUBLISHED, ActorStatus.ARCHIVED) else None
        has_site = self.random.random() < 0.8
        return {
            "name": name,
            "legal_name": name if index % 3 else "",
            "slug": slug,
            "kind": kind,
            "organisation_number": self.number(kind, index),
            "is_sole_trader": index % 50 == 3,
            "size": self.pick(self.sizes),
            "sni_code": f"{self.random.randrange(1, 99):02}{self.random.randrange(1000):03}",
            "sni_version": "2025",
            "website": f"https://{slug}.example/" if has_site else "",
            "is_website_verified": has_site and index % 2 == 0,
            "contact_email": f"info@{slug[:40].strip('-')}.example" if has_site else "",
            "source": self.source,
            "certainty": Certainty.LOW if index % 25 == 11 else Certainty.HIGH,
            "confirmed_at": written,
            "status": status,
            "submitted_at": None if status == ActorStatus.DRAFT else written,
            "published_at": published,
            "created_at": written,
            "updated_at": published or written,
            **self.place(),
            **self.texts(index),
        }


def municipality_choice():
    """Municipalities with their weight: the number of residents, or one each when a region does not tell."""
    rows = list(Municipality.objects.order_by("code").values_list("pk", "latitude", "longitude", "population"))
    if not rows:
        return None
    return weighted({(pk, latitude, longitude): people or 1 for pk, latitude, longitude, people in rows})


def links(number, name, targets, count, *, mean):
    """Pairs (index, target) with `mean` targets an actor, the first targets more often than the last ones."""
    if not targets:
        return
    random, vocabulary = Random(f"{number}:{name}"), Vocabulary(targets)
    for index in range(count):
        for target in set(vocabulary.draw(random, int(mean + random.random()))):
            yield index, target


def _reserve(cursor, count):
    """The first of `count` ids that nobody else gets."""
    cursor.execute("LOCK TABLE actors_actor IN SHARE ROW EXCLUSIVE MODE")
    cursor.execute("SELECT pg_get_serial_sequence('actors_actor', 'id')")
    (sequence,) = cursor.fetchone()
    cursor.execute("SELECT nextval(%s)", [sequence])
    (first,) = cursor.fetchone()
    cursor.execute("SELECT setval(%s, %s)", [sequence, first + count])
    return first


def _columns():
    return [field for field in Actor._meta.concrete_fields if not field.generated and not field.primary_key]


def _copy_actors(cursor, writer, first, count):
    fields = _columns()
    defaults = {field.column: field.get_default() for field in fields}
    names = ", ".join(f'"{field.column}"' for field in fields)
    with cursor.copy(f"COPY actors_actor (id, {names}) FROM STDIN") as copy:
        for index in range(count):
            copy.write_row((first + index, *(defaults | writer.actor(index)).values()))


def _copy_links(cursor, number, first, count):
    tags = ((Actor.areas, Area, 1.3), (Actor.themes, Theme, 0.6), (Actor.competences, Competence, 1.5))
    for relation, model, mean in tags:
        through, field = relation.through, relation.field
        columns = f"{field.m2m_column_name()}, {field.m2m_reverse_name()}"
        targets = list(model.objects.order_by("slug").values_list("pk", flat=True))
        with cursor.copy(f"COPY {through._meta.db_table} ({columns}) FROM STDIN") as copy:
            for index, target in links(number, field.name, targets, count, mean=mean):
                copy.write_row((first + index, target))


def seed(count, number):
    """Replace all synthetic actors by `count` new ones, in one transaction and without history. Returns `count`."""
    with transaction.atomic(), pgtrigger.ignore(*NO_EVENTS), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        _clear(cursor)
        taken = Actor.objects.exclude(organisation_number="").values_list("organisation_number", flat=True)
        writer = Writer(number, municipalities=municipality_choice(), taken=taken)
        first = _reserve(cursor, count)
        # Links first (keys are checked at commit): each actor's terms are then computed once, not four times.
        _copy_links(cursor, number, first, count)
        _copy_actors(cursor, writer, first, count)
    tidy()
    return count


def _clear(cursor):
    """Actors first (keys are checked at commit), so that no trigger computes the terms of a row that is going away."""
    cursor.execute("DELETE FROM actors_actor WHERE starts_with(source, %s) RETURNING id", [MARK])
    gone = [pk for (pk,) in cursor.fetchall()]
    for relation in Actor._meta.get_fields(include_hidden=True):
        if gone and relation.auto_created and relation.one_to_many and relation.field.db_constraint:
            table, column = relation.related_model._meta.db_table, relation.field.column
            cursor.execute(f'DELETE FROM "{table}" WHERE "{column}" = ANY(%s)', [gone])
    return len(gone)


def clear():
    """Remove every synthetic actor and what hangs on it. Returns how many there were."""
    with transaction.atomic(), pgtrigger.ignore(*NO_EVENTS), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        return _clear(cursor)


def tidy():
    """Let the planner know the new sizes and the text index its pending words, as autovacuum would within minutes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', '0', %s)", [connection.in_atomic_block])
        cursor.execute("ANALYZE actors_actor" if connection.in_atomic_block else "VACUUM (ANALYZE) actors_actor")
