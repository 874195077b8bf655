"""What `bench.gap` runs inside Django: precision at five, hits among the first five / min(5, labelled).

Beside the suggestions stands the register's own search for the same words: as its page answers (every word, else a name
spelt like them), and with any of the words.
"""

import tomllib
from pathlib import Path

from django.db import connection

from actors.models import Actor, Competence
from actors.search import asked, matching, ranked
from missions.gap import ground_of, suggest
from missions.models import Mission, Need

LABELS = Path(__file__).with_name("gap_labels.toml")
FIRST = 5
ANY_WORD = """SELECT slug FROM actors_actor, actors_query(%s::text[], false) query
WHERE status = 'published' AND search @@ query ORDER BY ts_rank(search, query) DESC, name_sort LIMIT %s"""


def of_gap(label):
    competence = Competence.objects.get(slug=label["competence"]) if "competence" in label else None
    mission = Mission.objects.get(slug=label["mission"])
    [gap] = suggest([Need(pk=1, mission=mission, words=label["words"], competence=competence)], ground_of(mission))
    return [one.actor.slug for one in gap.suggestions]


def of_page(label):
    query = asked(label["words"])
    for exact in (True, False):
        rows = matching(Actor.objects.published(), query, exact=exact)
        if total := rows.count():
            return [actor.slug for actor in ranked(rows, query, exact=exact, total=total)[:FIRST]]
    return []


def of_any_word(label):
    with connection.cursor() as cursor:
        cursor.execute(ANY_WORD, [asked(label["words"]).words, FIRST])
        return [slug for (slug,) in cursor.fetchall()]


WAYS = {"suggestions": of_gap, "search page": of_page, "any word": of_any_word}


def precision(found, labelled):
    return len(set(found[:FIRST]) & set(labelled)) / min(FIRST, len(labelled))


def tell(*, is_wordy):
    labels = tomllib.loads(LABELS.read_text(encoding="utf-8"))["need"]
    figures = {name: [] for name in WAYS}
    for label in labels:
        for name, way in WAYS.items():
            figures[name].append(precision(way(label), label["actors"]))
        if is_wordy:
            marks = " ".join(f"{'+' if slug in label['actors'] else '-'}{slug}" for slug in of_gap(label))
            print(f"{figures['suggestions'][-1]:.2f}  {label['words']}: {marks}")
    means = ", ".join(f"{name} {sum(values) / len(values):.2f}" for name, values in figures.items())
    print(f"precision@{FIRST} over {len(labels)} needs: {means}")
