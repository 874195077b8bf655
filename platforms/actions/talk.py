"""Discussions: starting, writing, changing, removing, closing, moving, following."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEntry
from notifications import telling
from platforms.actions import mentions
from platforms.actions.rooms import COORDINATORS_ONLY, NoEntry, Outdated, enter, next_number, tell
from platforms.actions.talk_mail import tell_people
from platforms.actions.told import place_of, seen, thing_of
from platforms.models import Activity, Follow, Mention, Post, PostVersion, Thread, Verb, Via
from web import markdown

MOST_POSTS = 5000
CLOSED = _("The discussion is closed and takes no more posts. Start a new one, or ask a coordinator to open it again.")
FULL = _("The discussion has reached its limit of posts. Start a new one, and point to this one.")
REMOVED = _("The post has been removed and cannot be changed.")
ONLY_OWN = _("Only the person who wrote a post can change it.")
HERE_ALREADY = _("The discussion is in that space already.")


class Closed(ValidationError):
    """The discussion takes nothing more; the message says why."""


def _locked(thread, space):
    """The thread's row as it is now in `space`; NoEntry when it has moved or gone."""
    row = Thread.objects.select_for_update().filter(pk=thread.pk, space=space).first()
    if row is None:
        raise NoEntry
    row.space = space
    return row


def _must_take_posts(thread):
    if thread.is_closed:
        raise Closed(CLOSED, code="closed")
    if thread.post_count >= MOST_POSTS:
        raise Closed(FULL, code="full")


def _add_post(thread, member, body, via=Via.WEB, message_id=None):
    """The post, with `unclear`: names in it that mean nobody because several have them; and who gets a mail (ids)."""
    labels = mentions.labels_of(thread.space)
    now = timezone.now()
    post = Post.objects.create(
        thread=thread,
        number=thread.post_count + 1,
        by=member.user,
        on_behalf_of=member.on_behalf_of,
        body=body,
        html=markdown.render(mentions.without_brackets(body, labels)),
        via=via,
        message_id=message_id,
        created_at=now,
    )
    thread.post_count, thread.posted_at = post.number, now
    thread.save(update_fields=["post_count", "posted_at"])
    _speak_to(post, mentions.find(body, labels))
    return post, tell_people(post)


def _speak_to(post, named):
    """Make the post's mentions those of its present wording."""
    people = named.people - {post.by_id}
    Mention.objects.filter(post=post).exclude(user__in=people).delete()
    Mention.objects.bulk_create([Mention(post=post, user_id=pk) for pk in sorted(people)], ignore_conflicts=True)
    post.unclear = named.unclear


@transaction.atomic
def start(space, *, by, title, body):
    """Start a discussion with its first post, and return that post. Raises as `enter` does."""
    row, member = enter(space, by, write=True)
    thread = Thread.objects.create(space=row, number=next_number(row.threads), title=title, by=by)
    post, told = _add_post(thread, member, body)
    tell(member, Verb.STARTED, thread=thread, personal=told)
    return post


@transaction.atomic
def write(thread, *, by, body, via=Via.WEB, message_id=None):
    """Add a post at the end; one that came by the same mail before is returned. Raises as `enter` does, and Closed."""
    row, member = enter(thread.space, by, write=True)
    if message_id and (earlier := Post.objects.filter(message_id=message_id).first()):
        return earlier
    thread = _locked(thread, row)
    _must_take_posts(thread)
    post, told = _add_post(thread, member, body, via, message_id)
    tell(member, Verb.POSTED, thread=thread, personal=told)
    return post


def _locked_post(post, thread):
    row = Post.objects.select_for_update(of=("self",)).get(pk=post.pk)
    row.thread = thread
    return row


@transaction.atomic
def edit(post, *, by, body, version):
    """Change one's own post; the wording before is kept. Raises Outdated with the row when it is not `version` now."""
    row, _member = enter(post.thread.space, by, write=True)
    thread = _locked(post.thread, row)
    post = _locked_post(post, thread)
    if post.by_id != by.pk:
        raise Closed(ONLY_OWN, code="not_own")
    if post.removed_at:
        raise Closed(REMOVED, code="removed")
    if thread.is_closed:
        raise Closed(CLOSED, code="closed")
    if post.version != version:
        raise Outdated(post)
    if post.body != body:
        _reword(post, body, by, mentions.labels_of(row))
    return post


def _reword(post, body, by, labels):
    now = timezone.now()
    PostVersion.objects.create(post=post, version=post.version, body=post.body, by=by, until=now)
    post.body, post.html = body, markdown.render(mentions.without_brackets(body, labels))
    post.version, post.edited_at = post.version + 1, now
    post.save(update_fields=["body", "html", "version", "edited_at"])
    _speak_to(post, mentions.find(body, labels))
    tell_people(post, followers=False)


@transaction.atomic
def remove(post, *, by):
    """Take a post out of sight, earlier wordings too; its place stays. One's own, or any as coordinator.

    The words are kept for the registrar: what has become a public record is not destroyed by a click.
    """
    row, member = enter(post.thread.space, by)
    thread = _locked(post.thread, row)
    post = _locked_post(post, thread)
    is_own = post.by_id == by.pk and member.may_write
    if not (is_own or member.is_coordinator):
        raise Closed(ONLY_OWN if member.may_write else COORDINATORS_ONLY, code="not_own")
    if post.removed_at:
        return post
    post.mentions.all().delete()
    post.removed_at, post.removed_by, post.version = timezone.now(), by, post.version + 1
    post.save(update_fields=["removed_at", "removed_by", "version"])
    if not is_own:
        AuditEntry.objects.record(by=by, verb="space.remove_post", target=row.partnership)
    return post


@transaction.atomic
def set_closed(thread, *, by, closed):
    """Close a discussion for new posts, or open it again: a coordinator, or who started it and still writes."""
    row, member = enter(thread.space, by, write=True)
    thread = _locked(thread, row)
    if not (member.is_coordinator or thread.by_id == by.pk):
        raise Closed(COORDINATORS_ONLY, code="not_own")
    thread.is_closed = closed
    thread.save(update_fields=["is_closed"])
    return thread


@transaction.atomic
def move(thread, *, by, to):
    """Move a discussion with all that belongs to it to another space that `by` coordinates too; its number is new.

    Who may read it is from then on decided there. Spaces are locked in the order of their ids, so that two moves
    between the same spaces do not wait for each other.
    """
    if to.pk == thread.space_id:
        raise Closed(HERE_ALREADY, code="same")
    rooms = {
        space.pk: enter(space, by, lead=True)[0] for space in sorted([thread.space, to], key=lambda space: space.pk)
    }
    old, new = rooms[thread.space_id], rooms[to.pk]
    thread = _locked(thread, old)
    thread.space, thread.number = new, next_number(new.threads)
    thread.save(update_fields=["space", "number"])
    Activity.objects.filter(thread=thread).update(space=new)
    telling.move(thing_of(thread), place_of(new.pk))
    AuditEntry.objects.record(by=by, verb="space.move_thread", target=old.partnership)
    return thread


@transaction.atomic
def follow(thread, *, by, wanted):
    """Get new posts of a discussion by mail, or no longer. Reading is enough; also in a space that is frozen."""
    row, _member = enter(thread.space, by, frozen=True)
    thread = _locked(thread, row)
    if wanted:
        Follow.objects.get_or_create(thread=thread, user=by)
    else:
        stop_following(thread.pk, by.pk)


def stop_following(thread_id, user_id):
    """Whoever has the link from the mail may do this, whether or not they may still read."""
    Follow.objects.filter(thread=thread_id, user=user_id).delete()


def mark_seen(thread, user, *, mentions=True):
    """`user` has the discussion before their eyes: what was said to them there has reached them. `mentions` False:
    they are not spoken to in what they see."""
    if mentions:
        Mention.objects.filter(user=user, post__thread=thread, seen_at=None).update(seen_at=timezone.now())
    seen(user, thread)
