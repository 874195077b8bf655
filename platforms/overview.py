"""What one person finds on entering a space: what needs them, what is new, what is coming, who is here.

Each part is one question to the database, whose cost is bounded whatever the size of the space.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from types import SimpleNamespace

from django.db import connection
from django.db.models import Case, Count, F, OuterRef, Q, Subquery, When
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import strip_tags
from django.utils.text import Truncator

from accounts.models import User
from platforms.helix import legs
from platforms.models import (
    Decision,
    DecisionAnswer,
    DecisionState,
    Document,
    Mention,
    RequestState,
    SpaceMember,
    Task,
    Thread,
    Verb,
)
from platforms.models.decisions import SOON
from platforms.models.partnership import LEG_OF

TASK = ("space", "number", "title", "due_on", "done_at", "owner__name", "owner__email", "owner__anonymised_at")
NEEDS, NEWS, MEMBERS, COMING, DECIDED = 5, 15, 12, 6, 3
MOST_GROUPS = 100
AHEAD, LATELY = timedelta(days=14), timedelta(days=60)
AT_ONCE = 60  # rows of one kind that are looked at
END_OF_BLOCK = re.compile(r"</(?:p|li|h\d|td|th|blockquote|pre)>|<br")
SUBJECTS = {"thread": Thread, "document": Document, "decision": Decision, "task": Task}

# What others did in a space since `since`, by the thing that they did it with: the latest of each, with who and what,
# and how many such things there are (counted up to `most`). One statement, because the page is opened all day.
LATEST = """
WITH things AS (
    SELECT max(activity.id) AS last, count(*) AS number
    FROM platforms_activity activity LEFT JOIN platforms_document document ON document.id = activity.document_id
    WHERE activity.space_id = %(space)s AND document.removed_at IS NULL
      AND activity.by_id IS DISTINCT FROM %(reader)s AND activity.at > coalesce(%(since)s::timestamptz, '-infinity')
    GROUP BY activity.thread_id, activity.document_id, activity.decision_id, activity.task_id
    ORDER BY last DESC LIMIT %(most)s
), latest AS (
    SELECT last, number, count(*) OVER () AS groups FROM things ORDER BY last DESC LIMIT %(shown)s
)
SELECT latest.number, latest.groups, activity.verb, activity.at, activity.by_id AS "by",
       person.name, person.email, person.anonymised_at, actor.name AS organisation,
       coalesce(subject.kind, 'people') AS kind, subject.id AS subject, subject.number AS subject_number,
       subject.title, subject.latest AS version, subject.state, subject.words
FROM latest
JOIN platforms_activity activity ON activity.id = latest.last
LEFT JOIN accounts_user person ON person.id = activity.by_id
LEFT JOIN actors_actor actor ON actor.id = activity.on_behalf_of_id
LEFT JOIN LATERAL (
    SELECT 'thread' AS kind, id, number, title, NULL AS latest, NULL AS state, (
        SELECT left(html, 500) FROM platforms_post
        WHERE thread_id = platforms_thread.id AND removed_at IS NULL ORDER BY number DESC LIMIT 1
    ) AS words FROM platforms_thread WHERE id = activity.thread_id
    UNION ALL
    SELECT 'document', id, number, title, latest, NULL, (
        SELECT note FROM platforms_documentversion
        WHERE document_id = platforms_document.id ORDER BY number DESC LIMIT 1
    ) FROM platforms_document WHERE id = activity.document_id
    UNION ALL
    SELECT 'decision', id, number, title, NULL, state, outcome FROM platforms_decision WHERE id = activity.decision_id
    UNION ALL
    SELECT 'task', id, number, title, NULL, NULL, NULL FROM platforms_task WHERE id = activity.task_id
) subject ON true
ORDER BY latest.last DESC
"""

MEMBERS_SQL = """
SELECT member.role, person.name, person.email, person.anonymised_at, actor.name AS organisation,
       (SELECT count(*) FROM platforms_joinrequest WHERE space_id = %(space)s AND state = %(open)s) AS waiting
FROM platforms_spacemember member
JOIN accounts_user person ON person.id = member.user_id
LEFT JOIN actors_actor actor ON actor.id = member.on_behalf_of_id
WHERE member.space_id = %(space)s ORDER BY member.role, member.joined_at, member.id LIMIT %(most)s
"""


@dataclass
class Need:
    """Something that waits for the person: `kind` picks the words; `on` is when it is due, for the order."""

    kind: str
    row: object = None
    on: object = None
    number: int = 0

    @property
    def space(self):
        return self.row.thread.space if self.kind == "mention" else self.row.space


@dataclass
class News:
    """What others did with one discussion, document, decision or task since the last visit: `number` things, of which
    `verb`, `at`, `by` and `organisation` tell the latest. `kind` is one of SUBJECTS, or "people" for who came and left;
    `words` are the beginning of the latest post (as HTML), the note to the version, or the outcome."""

    kind: str
    subject: object
    number: int
    verb: str
    at: datetime
    by: User | None
    organisation: str
    words: str

    @property
    def deed(self):
        return Verb(self.verb).label

    @property
    def excerpt(self):
        """The words as the beginning of a plain text."""
        html = self.words
        if self.kind == "thread":
            html = html[: html.rindex("<")] if html.rfind("<") > html.rfind(">") else html
            html = unescape(strip_tags(END_OF_BLOCK.sub(r" \g<0>", html)))
        return Truncator(" ".join(html.split())).chars(160)


@dataclass
class Overview:
    """The parts of the page, each asked for once."""

    room: object
    today: object = field(default_factory=timezone.localdate)

    # ── needs you ────────────────────────────────────────────────────────────────────────────────────────────────────
    @cached_property
    def decisions(self):
        """Proposals that are open, and what was decided lately; `answered` says whether the person has answered."""
        lately = Q(state=DecisionState.DECIDED, decided_on__gte=self.today - LATELY)
        rows = self.room.space.decisions.filter(Q(state=DecisionState.PROPOSED) | lately)
        mine = DecisionAnswer.objects.filter(decision=OuterRef("pk"), user=self.room.user)
        rows = rows.annotate(answered=Subquery(mine.values("answer")[:1]))
        return self._here(rows.order_by(F("decided_on").desc(nulls_first=True), "answer_by", "-number")[:AT_ONCE])

    @cached_property
    def tasks(self):
        """Open tasks that are late or due soon: mine, and everybody's that have a date."""
        rows = self.room.space.tasks.open().filter(due_on__lte=self.today + AHEAD).select_related("owner").only(*TASK)
        return self._here(mine_first(rows, self.room.user).order_by("-mine", "due_on", "number")[:AT_ONCE])

    def _here(self, rows):
        """The rows, each knowing the space without asking again."""
        rows = list(rows)
        for row in rows:
            row.space = self.room.space
        return rows

    @cached_property
    def all_needs(self):
        if not self.room.may_write:
            return self._mentioned()
        waiting = [
            Need("decision", one, one.answer_by)
            for one in self.decisions
            if one.is_open and one.answered is None and one.is_decided_by(self.room.member)
        ]
        until = self.today + SOON
        own = [Need("task", one, one.due_on) for one in self.tasks if self.is_mine(one) and one.due_on <= until]
        dated = sorted(waiting + own, key=lambda need: (need.on is None, need.on or self.today))
        return dated + self._mentioned() + self._led()

    def is_mine(self, task):
        return task.owner_id == self.room.user.pk

    def _mentioned(self):
        """Discussions in which somebody speaks to the person, who has not looked yet."""
        if self.room.member is None:
            return []
        found = Mention.objects.unseen_by(self.room.user).filter(post__thread__space=self.room.space)
        pks = list(found.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
        rows = Mention.objects.filter(pk__in=pks).select_related("post__thread", "post__by").order_by("pk")
        by_thread = {row.post.thread_id: row.post for row in rows}
        self._here(post.thread for post in by_thread.values())
        return [Need("mention", post) for post in by_thread.values()]

    def _led(self):
        """What waits for a coordinator: people who ask to join."""
        if not self.room.leads:
            return []
        number = self.members[0].waiting
        return [Need("requests", number=number)] if number else []

    @property
    def needs(self):
        return self.all_needs[:NEEDS]

    @property
    def more_needs(self):
        return len(self.all_needs) - len(self.needs)

    # ── new since last time ──────────────────────────────────────────────────────────────────────────────────────────
    @property
    def since(self):
        """The visit before this one; None on the first, and for a reader who is no member."""
        return self.room.member.before_at if self.room.member else None

    @cached_property
    def _latest(self):
        """The rows of LATEST, each with the name of its column."""
        values = {"space": self.room.space.pk, "reader": self.room.user.pk, "since": self.since}
        return _rows(LATEST, values | {"most": MOST_GROUPS, "shown": NEWS})

    @cached_property
    def news(self):
        return [self._news(row) for row in self._latest]

    def _news(self, row):
        subject, extra = None, {"document": {"latest": row.version}, "decision": {"state": row.state}}
        if row.kind in SUBJECTS:
            fields = {"pk": row.subject, "number": row.subject_number, "title": row.title, "space": self.room.space}
            subject = SUBJECTS[row.kind](**fields, **extra.get(row.kind, {}))
        by = User(pk=row.by, name=row.name, email=row.email, anonymised_at=row.anonymised_at) if row.by else None
        return News(row.kind, subject, row.number, row.verb, row.at, by, row.organisation, row.words or "")

    @property
    def more_news(self):
        return self._latest[0].groups - len(self._latest) if self._latest else 0

    # ── beside ───────────────────────────────────────────────────────────────────────────────────────────────────────
    @cached_property
    def coming(self):
        """(date, kind, row) of what is due within a fortnight."""
        answers = [
            (one.answer_by, "decision", one)
            for one in self.decisions
            if one.is_open and one.answer_by and self.today <= one.answer_by <= self.today + AHEAD
        ]
        tasks = [(one.due_on, "task", one) for one in self.tasks if one.due_on >= self.today]
        return sorted(answers + tasks, key=lambda one: (one[0], one[1], one[2].pk))[:COMING]

    @property
    def decided(self):
        return [one for one in self.decisions if one.state == DecisionState.DECIDED][:DECIDED]

    @cached_property
    def kinds(self):
        rows = SpaceMember.objects.filter(space=self.room.space).values("on_behalf_of__kind").order_by()
        return list(rows.annotate(people=Count("pk"), organisations=Count("on_behalf_of", distinct=True)))

    @property
    def member_count(self):
        return sum(row["people"] for row in self.kinds)

    @property
    def legs(self):
        """The legs of the quadruple helix that the members' organisations fill, as the helix is drawn."""
        filled = Counter()
        for row in self.kinds:
            if leg := LEG_OF.get(row["on_behalf_of__kind"]):
                filled[leg] += row["organisations"]
        return legs(filled)

    @cached_property
    def members(self):
        """The first of the members; each row also knows how many people wait to join."""
        found = _rows(MEMBERS_SQL, {"space": self.room.space.pk, "most": MEMBERS, "open": RequestState.OPEN})
        for row in found:
            row.user = User(name=row.name, email=row.email, anonymised_at=row.anonymised_at)
        return found

    @property
    def more_members(self):
        return self.member_count - len(self.members)


def _rows(sql, values):
    """The rows of a statement, each with the names of its columns."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        names = [column.name for column in cursor.description]
        return [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def mine_first(tasks, user):
    """`tasks` with `mine` to order by."""
    return tasks.alias(mine=Case(When(owner=user.pk, then=1), default=0))


# ── Over all spaces of a person ──────────────────────────────────────────────────────────────────────────────────────
def needs_everywhere(user):
    """What waits for `user` in all open spaces, at most NEEDS: by date, mentions last."""
    until = timezone.localdate() + SOON
    decisions = (
        Decision.objects.waiting_for(user)
        .select_related("space")
        .order_by(F("answer_by").asc(nulls_last=True), "pk")[:NEEDS]
    )
    tasks = Task.objects.soon_for(user).select_related("space").order_by("due_on", "pk")[:NEEDS]
    mentions = (
        Mention.objects.waiting_for(user).select_related("post__thread__space", "post__by").order_by("-pk")[:NEEDS]
    )
    dated = [Need("decision", one, one.answer_by) for one in decisions]
    dated += [Need("task", one, one.due_on) for one in tasks]
    dated.sort(key=lambda need: (need.on is None, need.on or until))
    return (dated + [Need("mention", one.post) for one in mentions])[:NEEDS]
