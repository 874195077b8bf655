"""A person's spaces: the living ones first, each with what is new and what waits; set-based, for one page at a time."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Q

from platforms.models import Decision, Mention, Space, SpaceMember, Task

PAGE_SIZE = 25
FOLDED = 10
SHOWN = (
    "user",
    *(f"space__{name}" for name in ("slug", "name", "state", "active_at")),
    *(f"space__partnership__{name}" for name in ("slug", "name_sv", "name_en")),
    "on_behalf_of__name",
)
MOST = 100  # more news than this is not counted

# What others did in each space since the last visit, counted up to MOST: each space costs at most so many rows.
NEW = """
SELECT member.space_id, news.number
FROM platforms_spacemember member, LATERAL (
    SELECT count(*) AS number FROM (
        SELECT 1 FROM platforms_activity activity
        WHERE activity.space_id = member.space_id
          AND activity.at > coalesce(member.seen_at, '-infinity')
          AND activity.by_id IS DISTINCT FROM member.user_id
        LIMIT %(most)s
    ) counted
) news
WHERE member.id = ANY(%(members)s)
"""


@dataclass
class Row:
    """One of a person's spaces; `new` is "100+" when there is more than anybody counts."""

    member: SpaceMember
    new: str
    needs: int

    @property
    def space(self):
        return self.member.space


def of(user):
    """Two ordered querysets of ids of memberships: in spaces that live, and in those that rest."""
    mine = SpaceMember.objects.filter(user=user).order_by("-space__active_at", "-pk")
    alive = Q(space__in=Space.objects.listed())
    return mine.filter(alive).values_list("pk", flat=True), mine.exclude(alive).values_list("pk", flat=True)


def rows_of(user, pks):
    """The memberships with these ids as Rows, in this order."""
    found = SpaceMember.objects.select_related("space__partnership", "on_behalf_of").only(*SHOWN).in_bulk(pks)
    members = [found[pk] for pk in pks if pk in found]
    spaces = [member.space_id for member in members]
    new, needs = _new(pks), _needs(user, spaces)
    return [Row(one, _counted(new.get(one.space_id, 0)), needs.get(one.space_id, 0)) for one in members]


def _counted(number):
    return f"{MOST}+" if number > MOST else str(number)


def _new(pks):
    with connection.cursor() as cursor:
        cursor.execute(NEW, {"members": list(pks), "most": MOST + 1})
        return dict(cursor.fetchall())


def _needs(user, spaces):
    """How many things wait for the person in each of these spaces."""
    waiting = (
        Decision.objects.waiting_for(user).filter(space__in=spaces).values_list("space"),
        Task.objects.soon_for(user).filter(space__in=spaces).values_list("space"),
        Mention.objects.waiting_for(user).filter(post__thread__space__in=spaces).values_list("post__thread__space"),
    )
    found = {}
    for rows in waiting:
        for space, number in rows.order_by().annotate(number=Count("pk", distinct=True)):
            found[space] = found.get(space, 0) + number
    return found
