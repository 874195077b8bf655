"""Mails about posts, and the addresses and links in them that need no signing in.

A mail carries ids; its words are fetched when it is sent (`notifications.live`), for a person who may read them then.
"""

import hashlib

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from notifications import budget, telling
from notifications.actions import queue_email, queue_emails
from notifications.live import NoLonger
from notifications.models import EmailKind, Part, Why
from notifications.rendering import one_click
from notifications.tokens import read_token, token
from platforms import presence
from platforms.actions.told import FOLLOWED, place_of, tell_closely, thing_of
from platforms.models import WRITERS, Follow, Mention, Post, Space, SpaceMember, Thread, Verb
from platforms.names import name_of

POST, ANSWER = "platforms.post", "platforms.mail_answer"
FOR_REPLY, FOR_STOP = "platforms.talk.reply", "platforms.talk.stop"


# ── Addresses ────────────────────────────────────────────────────────────────────────────────────────────────────────
def reply_address(thread_id, user_id):
    """Where an answer by mail goes; "" where this installation takes none."""
    if not settings.REPLY_DOMAIN:
        return ""
    return f"reply+{token(FOR_REPLY, thread_id, user_id)}@{settings.REPLY_DOMAIN}"


def addressed(addresses):
    """(id of the thread, id of the person) of the first of our reply addresses among `addresses`, else None."""
    for address in addresses:
        local, _at, domain = address.lower().rpartition("@")
        is_ours = bool(domain) and domain == settings.REPLY_DOMAIN and local.startswith("reply+")
        if is_ours and (found := read_token(FOR_REPLY, local.removeprefix("reply+"))):
            return found
    return None


# ── Queueing ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def tell_people(post, followers=True):
    """Tell each person who is spoken to in `post`, and each who follows its discussion; their ids.

    A mail goes to whoever is spoken to or answered, since they wrote there, and to other followers as long as their
    week has room for one; the rest find it in their digest.
    """
    spoken_to = set(Mention.objects.filter(post=post, seen_at=None).values_list("user_id", flat=True)) - {post.by_id}
    following = set(Follow.objects.filter(thread=post.thread_id).values_list("user_id", flat=True)) if followers else ()
    people = (spoken_to | set(following)) - {post.by_id}
    answered = set(Post.objects.filter(thread=post.thread_id, by__in=people).values_list("by_id", flat=True))
    personal = spoken_to | answered
    users = {user.pk: user for user in User.objects.filter(pk__in=people, is_active=True)}
    room = budget.with_room({user.email for pk, user in users.items() if pk not in personal}, FOLLOWED)
    mailed = {pk for pk, user in users.items() if pk in personal or user.email in room} - _held_back(post, spoken_to)
    _queue(post, [users[pk] for pk in sorted(mailed)], spoken_to=spoken_to, personal=personal)
    keys = {pk: _key(post, pk) for pk in mailed}
    facts = {"row": post.thread, "space_id": post.thread.space_id, "verb": Verb.POSTED, "mailed": keys}
    tell_closely(spoken_to, why=Why.SPOKEN_TO, **facts)
    tell_closely(people - spoken_to, why=Why.FOLLOWS, part=Part.NEW, **facts)
    return people


def _key(post, user_id):
    """Names the mail about a post to a person."""
    return f"talk:post:{post.pk}:{user_id}"


def _held_back(post, spoken_to):
    """Those of `spoken_to` who have muted it: they find it on the site, and it does not count as told by mail."""
    if not spoken_to:
        return set()
    return telling.without_mail(spoken_to, **_facts(post.thread), why=Why.SPOKEN_TO)


def _facts(thread):
    return {"thing": thing_of(thread), "place": place_of(thread.space_id), "kind": Verb.POSTED}


def _queue(post, users, *, spoken_to, personal):
    """Whoever has the discussion open gets the mail a little later, if they have not seen the post by then."""
    now, here = timezone.now(), presence.who_is_here(post.thread_id, [user.pk for user in users])
    queue_emails(
        {
            "to": user.email,
            "user_id": user.pk,
            "language": user.language,
            "template": FOLLOWED,
            "kind": EmailKind.TRANSACTIONAL if user.pk in personal else EmailKind.REMINDER,
            "context": {"post_id": post.pk, "is_mention": user.pk in spoken_to},
            "live": POST,
            "key": _key(post, user.pk),
            "due_at": now + presence.HERE if user.pk in here else now,
        }
        for user in users
    )


def answer(user, thread_id, reason, *, cause):
    """Tell `user` by mail what became of a mail of theirs to a discussion. `cause` names that mail: told once."""
    digest = hashlib.sha256(cause.encode()).hexdigest()
    queue_email(
        to=user.email,
        template="talk_answer",
        context={"thread_id": thread_id, "reason": reason},
        language=user.language,
        key=f"talk:answer:{reason}:{thread_id}:{user.pk}:{digest[:40]}",
        user=user,
        live=ANSWER,
    )


# ── Words, asked for when a mail is sent ─────────────────────────────────────────────────────────────────────────────
def read_post(email):
    """The words of a mail about a post. Raises NoLonger when it should not go, or not to this person."""
    post = Post.objects.filter(pk=email.context["post_id"])
    post = post.select_related("thread__space__partnership", "by", "on_behalf_of").first()
    if post is None or post.removed_at:
        raise NoLonger("the post was removed")
    user, thread = email.user, post.thread
    role = SpaceMember.objects.filter(space=thread.space_id, user=user).values_list("role", flat=True).first()
    if user is None or role is None:
        raise NoLonger("no longer a member")
    follows = Follow.objects.filter(thread=thread, user=user).exists()
    if not _is_wanted(post, user, email.context["is_mention"], follows):
        raise NoLonger("read on the web, or no longer asked for")
    why = Why.SPOKEN_TO if email.context["is_mention"] else Why.FOLLOWS
    if telling.without_mail([user.pk], **_facts(thread), why=why):
        raise NoLonger("muted")
    takes_answer = role in WRITERS and thread.space.is_open and not thread.is_closed
    return words(post, user, follows, reply_address(thread.pk, user.pk) if takes_answer else "")


def _is_wanted(post, user, is_mention, follows):
    if is_mention and Mention.objects.filter(post=post, user=user, seen_at=None).exists():
        return True
    return follows and not presence.has_read(post.thread_id, user.pk, post.number)


def words(post, user, follows, reply_to):
    thread = post.thread
    headers = {"Reply-To": reply_to, **_same_thread(thread)}
    stop = ""
    if follows:
        stop = settings.SITE_URL + reverse("follow_stop", args=[token(FOR_STOP, thread.pk, user.pk)])
        headers |= one_click(stop, f"space-{thread.space_id}")
    return {
        "who": name_of(post.by),
        "organisation": post.on_behalf_of.name if post.on_behalf_of else "",
        "space": thread.space.name,
        "thread": thread.title,
        "text": post.body,
        "html": post.html,
        "link": settings.SITE_URL + post.get_absolute_url(),
        "stop": stop,
        "takes_answer": bool(reply_to),
        "headers": {name: value for name, value in headers.items() if value},
    }


def _same_thread(thread):
    """What makes mail programs put the mails of a discussion together: all answer one mail that never was."""
    root = hashlib.sha256(f"platforms.thread:{thread.pk}:{settings.SECRET_KEY}".encode()).hexdigest()[:40]
    return dict.fromkeys(("In-Reply-To", "References"), f"<{root}@{settings.MAIL_DOMAIN}>")


def read_answer(email):
    """Subject and link of the discussion, for a person who may still read it; the reason is told in any case."""
    thread = Thread.objects.filter(pk=email.context["thread_id"], space__in=Space.objects.visible_to(email.user))
    thread = thread.select_related("space").first() if email.user else None
    if thread is None:
        return {}
    return {"thread": thread.title, "link": settings.SITE_URL + thread.get_absolute_url()}


READERS = {POST: read_post, ANSWER: read_answer}
