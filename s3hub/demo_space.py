"""The demo's invented partnership, and its space with life and a mission in it: told in the region's folder, made once.

Rows are written as they would stand after weeks of work, so that no mail of today is part of it, but for the question
whether profiles are still right.
"""

import io
from datetime import timedelta
from math import ceil

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from PIL import Image, ImageDraw, ImageFont

from accounts.models import User
from actors.actions import freshness
from actors.models import (
    Actor,
    ActorStatus,
    Area,
    Certainty,
    Municipality,
    Representative,
    RepresentativeRole,
    StillRight,
    Theme,
)
from actors.models.freshness import AGAIN
from notifications.models import Notification, Why
from platforms import files
from platforms.actions import documents
from platforms.actions.told import place_of, tell_closely, tell_members, thing_of
from platforms.models import (
    Activity,
    Agreement,
    AgreementAcceptance,
    Decision,
    DecisionAnswer,
    DecisionState,
    Document,
    Mention,
    Partnership,
    PartnershipMember,
    Post,
    Presence,
    Space,
    SpaceInvitation,
    SpaceMember,
    Task,
    Thread,
    Verb,
)
from s3hub import demo_mission
from s3hub.demo import told
from web import markdown

INVENTED = "Påhittat exempel för demon"
A4 = (827, 1169)  # at 100 points an inch
LETTERS = settings.BASE_DIR / "static/vendor/ibm-plex-5.3.0/ibm-plex-sans-latin-400-normal.woff2"


def ago(days):
    """So long ago, in the order of `days`; more than a day ago, people worked between eight and six."""
    if days < 1:
        return timezone.now() - timedelta(days=days)
    whole = ceil(days)
    worked = timedelta(hours=8 + 9 * (whole - days), minutes=whole * 17 % 45)
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=whole) + worked


def day(ahead):
    return timezone.localdate() + timedelta(days=ahead)


@transaction.atomic
def make():
    """Make what `demo.toml` tells of partnerships and spaces; nothing when it was made before."""
    for row in told("organisation"):
        if not Actor.objects.filter(slug=row["slug"]).exists():
            _make_organisation(dict(row))
    freshness.ask_due()
    for row in told("partnership"):
        if not Partnership.objects.filter(slug=row["slug"]).exists():
            partnership = _make_partnership(dict(row))
            for space in told("space"):
                if space["partnership"] == partnership.slug:
                    Room(partnership, space).fill()


def _make_organisation(row):
    """`old`: for how many days it was neither saved nor confirmed; `asked`: how often its people were asked in vain."""
    themes, email = row.pop("themes", []), row.pop("represented_by", "")
    old, asked = row.pop("old", 0), row.pop("asked", 0)
    municipality = Municipality.objects.filter(code=row.pop("municipality", "")).first()
    actor = Actor.objects.create(
        **row,
        municipality=municipality,
        source=INVENTED,
        certainty=Certainty.MEDIUM,
        status=ActorStatus.PUBLISHED,
        published_at=ago(90),
    )
    actor.themes.set(Theme.objects.filter(slug__in=themes))
    for user in User.objects.filter(email=email):
        Representative.objects.create(actor=actor, user=user, role=RepresentativeRole.OWNER)
    if old:
        Actor.objects.filter(pk=actor.pk).update(confirmed_at=ago(old), updated_at=ago(old))
    if asked:
        StillRight.objects.create(actor=actor, asked_at=timezone.now() - AGAIN, times=asked)


def _make_partnership(row):
    themes, areas, members, agreements = (row.pop(name) for name in ("themes", "areas", "members", "agreements"))
    row["lead"] = Actor.objects.get(slug=row["lead"])
    times = {"published_at": ago(60), "started_at": ago(60)}
    partnership = Partnership.objects.create(**row, **times, source=INVENTED, is_published=True, is_example=True)
    partnership.themes.set(Theme.objects.filter(slug__in=themes))
    partnership.areas.set(Area.objects.filter(slug__in=areas))
    for member in members:
        actor = Actor.objects.get(slug=member["actor"])
        PartnershipMember.objects.create(partnership=partnership, actor=actor, is_new=member["is_new"])
    for version, agreement in enumerate(agreements, 1):
        _make_agreement(partnership, version, agreement)
    return partnership


def _make_agreement(partnership, version, row):
    agreement = Agreement.objects.create(
        partnership=partnership,
        version=version,
        dated_on=day(-row["days"]),
        text_sv=row["text_sv"].strip(),
        text_en=row["text_en"].strip(),
    )
    for member in partnership.members.filter(actor__slug__in=row["accepted"]):
        AgreementAcceptance.objects.create(agreement=agreement, member=member, at=ago(row["days"] - 2))


class Room:
    """One space of the demo while it is filled; `members` are its memberships by e-mail address."""

    def __init__(self, partnership, row):
        self.row, self.members = row, {}
        self.space = Space.objects.create(
            partnership=partnership,
            name=row["name"],
            purpose=row["purpose"],
            access=row["access"],
            questions=row["questions"],
            created_at=ago(row["days"]),
        )

    def fill(self):
        for person in self.row["people"]:
            self._join(person)
        for number, thread in enumerate(self.row.get("thread", ()), 1):
            self._talk(number, thread)
        for document in self.row.get("document", ()):
            self._upload(document)
        for number, decision in enumerate(self.row.get("decision", ()), 1):
            self._decide(number, decision)
        for number, task in enumerate(self.row.get("task", ()), 1):
            self._assign(number, task)
        for invitation in self.row.get("invitation", ()):
            self._invite(invitation)
        for mission in self.row.get("mission", ()):
            demo_mission.make(self.space, {email: one.user for email, one in self.members.items()}, mission)
        self._order_by_time()
        self._notify()
        last = Activity.objects.signs_of_life().filter(space=self.space).order_by("-at").first()
        if last:
            Space.objects.filter(pk=self.space.pk).update(active_at=last.at)

    def _join(self, row):
        user = User.objects.filter(email=row["email"]).first() or _make_user(row)
        member = SpaceMember.objects.create(
            space=self.space,
            user=user,
            role=row["role"],
            on_behalf_of=Actor.objects.filter(slug=row.get("actor", "")).first(),
            joined_at=ago(row["days"]),
            seen_at=ago(row["seen"]),
            before_at=ago(row["seen"] + 7),
            welcomed_at=ago(row["days"]),
            introduction=row["introduction"],
        )
        self.members[user.email] = member
        self._tell(member, Verb.JOINED, row["days"])

    def _order_by_time(self):
        """Number what happened as it would have been numbered had it happened then."""
        rows = list(self.space.activities.order_by("at"))
        self.space.activities.all().delete()
        for row in rows:
            row.pk = None
        Activity.objects.bulk_create(rows)

    def _notify(self):
        """Tell the members of it all again, in order; what they had before their eyes on their last visit is seen."""
        Notification.objects.filter(place=place_of(self.space.pk)).delete()
        for activity in self.space.activities.order_by("at", "pk"):
            tell_members(activity)
            thing = activity.thread or activity.document or activity.decision or activity.task
            if thing:
                Notification.objects.filter(thing=thing_of(thing)).update(at=activity.at)
        for member in self.members.values():
            mine = Notification.objects.filter(user=member.user, place=place_of(self.space.pk))
            mine.filter(at__lte=member.seen_at).update(read_at=member.seen_at)
        for mention in Mention.objects.filter(post__thread__space=self.space, seen_at=None).select_related(
            "post__thread"
        ):
            self._call({mention.user_id}, mention.post.thread, Verb.POSTED, Why.SPOKEN_TO, mention.post.created_at)
        for decision in self.space.decisions.filter(state=DecisionState.PROPOSED):
            answered = decision.answers.values("user")
            asked = decision.deciding_members().exclude(user__in=answered).exclude(user=decision.by)
            people = set(asked.values_list("user_id", flat=True))
            self._call(people, decision, Verb.PROPOSED, Why.DECIDES, decision.created_at)

    def _call(self, people, thing, verb, why, at):
        tell_closely(people, thing, self.space.pk, verb=verb, why=why)
        Notification.objects.filter(thing=thing_of(thing), user__in=people).update(at=at)

    def _tell(self, member, verb, days, **what):
        Activity.objects.create(
            space=self.space, at=ago(days), by=member.user, on_behalf_of=member.on_behalf_of, verb=verb, **what
        )

    def _talk(self, number, row):
        posts = row["posts"]
        thread = Thread.objects.create(
            space=self.space,
            number=number,
            title=row["title"],
            by=self.members[posts[0]["by"]].user,
            created_at=ago(posts[0]["days"]),
            posted_at=ago(posts[-1]["days"]),
            post_count=len(posts),
        )
        for place, said in enumerate(posts, 1):
            member = self.members[said["by"]]
            post = Post.objects.create(
                thread=thread,
                number=place,
                by=member.user,
                on_behalf_of=member.on_behalf_of,
                body=said["text"],
                html=markdown.render(said["text"]),
                created_at=ago(said["days"]),
            )
            for email in said.get("mentions", ()):
                Mention.objects.create(post=post, user=self.members[email].user)
            self._tell(member, Verb.POSTED if place > 1 else Verb.STARTED, said["days"], thread=thread)

    def _upload(self, row):
        """A document through the door that every upload takes, then put back in time."""
        document = None
        for version in row["versions"]:
            member = self.members[version["by"]]
            upload = SimpleUploadedFile(row["name"], _content(row["name"], version["text"]))
            with files.judged(upload) as sound:
                if document is None:
                    document = documents.add(self.space, by=member.user, sound=sound)
                else:
                    documents.revise(document, by=member.user, sound=sound, note=version.get("note", ""))
            at = ago(version["days"])
            document.versions.filter(number=document.versions.count()).update(at=at)
            Activity.objects.filter(pk=document.activities.latest("pk").pk).update(at=at)
            Document.objects.filter(pk=document.pk).update(title=row["title"], updated_at=at)

    def _decide(self, number, row):
        member = self.members[row["by"]]
        decided = row.get("decided")
        decision = Decision.objects.create(
            space=self.space,
            number=number,
            title=row["title"],
            proposal=row["proposal"],
            by=member.user,
            on_behalf_of=member.on_behalf_of,
            created_at=ago(row["days"]),
            answer_by=day(row["answer_by"]) if "answer_by" in row else None,
            state=row["state"],
            outcome=row.get("outcome", ""),
            decided_on=day(-decided) if decided else None,
            decided_by=member.user if decided else None,
        )
        self._tell(member, Verb.PROPOSED, row["days"], decision=decision)
        for answer in row["answers"]:
            self._answer(decision, answer)
        for email in row.get("present", ()):
            one = self.members[email]
            Presence.objects.create(decision=decision, user=one.user, name=one.user.name, on_behalf_of=one.on_behalf_of)
        if decision.state == DecisionState.DECIDED:
            self._tell(member, Verb.DECIDED, decided, decision=decision)

    def _answer(self, decision, row):
        member = self.members[row["by"]]
        DecisionAnswer.objects.create(
            decision=decision,
            user=member.user,
            on_behalf_of=member.on_behalf_of,
            answer=row["answer"],
            comment=row.get("comment", ""),
            at=ago(row["days"]),
        )

    def _assign(self, number, row):
        by, owner, done = self.members[row["by"]], self.members[row["owner"]], row.get("done")
        task = Task.objects.create(
            space=self.space,
            number=number,
            title=row["title"],
            owner=owner.user,
            by=by.user,
            created_at=ago(row["days"]),
            due_on=day(row["due"]),
            done_at=ago(done) if done else None,
            done_by=owner.user if done else None,
        )
        self._tell(by, Verb.ASSIGNED, row["days"], task=task)
        if done:
            self._tell(owner, Verb.FINISHED, done, task=task)

    def _invite(self, row):
        sent = ago(row["days"])
        SpaceInvitation.objects.create(
            space=self.space,
            email=row["email"],
            name=row["name"],
            by=self.members[row["by"]].user,
            role=row["role"],
            line=row["line"],
            created_at=sent,
            sent_at=sent,
            expires_at=sent + timedelta(days=7),
        )


def _content(name, text):
    """The bytes of a file of the demo: text as it is, or drawn on the page of a PDF."""
    if not name.endswith(".pdf"):
        return text.encode()
    page, sheet = io.BytesIO(), Image.new("RGB", A4, "white")
    ImageDraw.Draw(sheet).multiline_text((90, 100), text, "black", ImageFont.truetype(LETTERS, 24), spacing=14)
    sheet.save(page, "PDF", resolution=100)
    return page.getvalue()


def _make_user(row):
    """Somebody invented who never signs in: the account has no password, and nobody reads the address."""
    user = User.objects.create_user(row["email"], name=row["name"])
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user
