"""Discussions: threads, posts and their earlier wordings, and who is spoken to."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.models.merging import Stays
from platforms.models.space import Space, SpaceMember

SAID_THEN = Stays("what was written on that day was written for that organisation")
LONGEST_POST = 20_000
POSTS_ON_A_PAGE = 50  # by number, so that a post's page stays the same however many come


class InSpaceQuerySet(models.QuerySet):
    """Rows that lie in a space: whoever may read the space may read them."""

    def visible_to(self, user):
        return self.filter(space__in=Space.objects.visible_to(user))


class Thread(models.Model):
    """A discussion. It has its number within the space, and moves with all its posts."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="threads", verbose_name=_("space"))
    number = models.PositiveIntegerField(_("number"))
    title = models.CharField(_("subject"), max_length=160)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("started by")
    )
    created_at = models.DateTimeField(_("started"), default=timezone.now)
    posted_at = models.DateTimeField(_("last post"), default=timezone.now)
    post_count = models.PositiveIntegerField(_("posts"), default=0)
    is_closed = models.BooleanField(_("closed for new posts"), default=False)

    objects = InSpaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("discussion")
        verbose_name_plural = _("discussions")
        ordering = ["-posted_at", "-id"]
        default_permissions = ()
        indexes = [models.Index(fields=["space", "-posted_at", "-id"], name="thread_latest")]
        constraints = [models.UniqueConstraint(fields=["space", "number"], name="thread_number_once")]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("thread", args=[self.space.slug, self.number])


def page_of_post(number):
    return (max(number, 1) - 1) // POSTS_ON_A_PAGE + 1


class Via(models.TextChoices):
    WEB = "web", _("on the web")
    MAIL = "mail", _("by mail")


class PostQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(thread__space__in=Space.objects.visible_to(user))


class Post(models.Model):
    """What somebody wrote, in Markdown; `html` is the safe rendering of `body`. A removed post is shown to nobody; the
    registrar still finds its words.

    `message_id` is that of the mail that it came by, so that a mail delivered twice is one post.
    """

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="posts", verbose_name=_("discussion"))
    number = models.PositiveIntegerField(_("number"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("who")
    )
    on_behalf_of = models.ForeignKey(
        "actors.Actor", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("on behalf of")
    )
    body = models.TextField(_("text"), max_length=LONGEST_POST)
    html = models.TextField(_("text as HTML"), editable=False, blank=True)
    via = models.CharField(_("way"), max_length=4, choices=Via, default=Via.WEB)
    message_id = models.CharField(_("Message-ID"), max_length=250, null=True, blank=True, unique=True)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    edited_at = models.DateTimeField(_("changed"), null=True, blank=True)
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("removed by")
    )
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = PostQuerySet.as_manager()
    merging = {"on_behalf_of": SAID_THEN}

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering = ["number"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["thread", "number"], name="post_number_once")]

    def __str__(self):
        return f"{self.thread} {self.number}"

    def get_absolute_url(self):
        return f"{self.thread.get_absolute_url()}?page={self.page}#p{self.number}"

    @property
    def page(self):
        return page_of_post(self.number)


class PostVersion(models.Model):
    """How a post read before it was changed."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="versions", verbose_name=_("post"))
    version = models.PositiveIntegerField(_("version"))
    body = models.TextField(_("text"), max_length=LONGEST_POST)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("changed by")
    )
    until = models.DateTimeField(_("stood until"), default=timezone.now)

    class Meta:
        verbose_name = _("earlier wording")
        verbose_name_plural = _("earlier wordings")
        ordering = ["-version"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["post", "version"], name="post_version_once")]

    def __str__(self):
        return f"{self.post} {self.version}"


class MentionQuerySet(models.QuerySet):
    def waiting_for(self, user):
        """What was said to `user`, not yet seen and not removed, in spaces that they are in now."""
        return self.unseen_by(user).filter(post__thread__space__in=SpaceMember.objects.spaces_of(user))

    def unseen_by(self, user):
        """What was said to `user`, not yet seen and not removed; whoever asks knows which spaces they are in."""
        return self.filter(user=user, seen_at=None, post__removed_at=None)


class Mention(models.Model):
    """Somebody is spoken to by name in a post; `seen_at` once they have read the discussion."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="mentions", verbose_name=_("post"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="mentions", verbose_name=_("person")
    )
    seen_at = models.DateTimeField(_("seen"), null=True, blank=True)

    objects = MentionQuerySet.as_manager()

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        ordering = ["id"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["post", "user"], name="mention_once")]

    def __str__(self):
        return f"{self.user} – {self.post}"


class Follow(models.Model):
    """Somebody wants new posts of a discussion by mail."""

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="follows", verbose_name=_("discussion"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person"))
    since = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("followed discussion")
        verbose_name_plural = _("followed discussions")
        ordering = ["id"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["thread", "user"], name="follow_once")]

    def __str__(self):
        return f"{self.user} – {self.thread}"
