"""Spaces: where the people of a partnership work together, and who may enter them. Decided here, and nowhere else."""

from datetime import timedelta

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from actors.models.merging import Moves, Stays
from platforms.models.partnership import Partnership

GRACE = timedelta(days=14)  # how long a silent space is still listed, while its coordinators are asked
SLUG_TAIL = "bcdfghjkmnpqrstvwxz23456789"


class Access(models.TextChoices):
    """Who learns that a space exists, and who may read it."""

    PRIVATE = "private", _("Private: only members know of it; people join by invitation")
    ASK = "ask", _("By request: its name is public, and people may ask to join; only members read")
    REGISTERED = "registered", _("Open to registered: whoever is signed in may read; members write")


class SpaceState(models.TextChoices):
    OPEN = "open", _("Open")
    PAUSED = "paused", _("Paused")
    CLOSED = "closed", _("Closed")


class SpaceRole(models.TextChoices):
    """Each does what its name says."""

    COORDINATOR = "coordinator", _("Coordinator: leads the space, invites and lets people go")
    MEMBER = "member", _("Member: reads, writes and decides")
    OBSERVER = "observer", _("Observer: reads")


WRITERS = (SpaceRole.COORDINATOR, SpaceRole.MEMBER)
ROLE_NAMES = {
    SpaceRole.COORDINATOR: _("Coordinator"),
    SpaceRole.MEMBER: _("Member"),
    SpaceRole.OBSERVER: _("Observer"),
}


class SpaceMemberQuerySet(models.QuerySet):
    def spaces_of(self, user, *roles):
        """The ids of the spaces that `user` is a member of (in one of `roles`), as a subquery."""
        mine = self.filter(user_id=user.pk)
        return (mine.filter(role__in=roles) if roles else mine).values("space_id")

    def coordinators(self):
        return self.filter(role=SpaceRole.COORDINATOR)

    def writers(self):
        return self.filter(role__in=WRITERS)


class SpaceQuerySet(models.QuerySet):
    """Who may enter, read and change which spaces. Staff have no way in of their own."""

    def of(self, user):
        """Those that `user` is a member of."""
        return self.filter(pk__in=SpaceMember.objects.spaces_of(user))

    def visible_to(self, user):
        """Those that `user` may read now; for anybody else a space is as if it did not exist."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(access=Access.REGISTERED) | Q(pk__in=SpaceMember.objects.spaces_of(user)))

    def writable_by(self, user):
        """Open ones in which `user` may write."""
        return self.filter(state=SpaceState.OPEN, pk__in=SpaceMember.objects.spaces_of(user, *WRITERS))

    def led_by(self, user):
        """Those that `user` coordinates, in whatever state."""
        return self.filter(pk__in=SpaceMember.objects.spaces_of(user, SpaceRole.COORDINATOR))

    def announced(self):
        """Open, living ones whose name everybody may know."""
        return self.listed().exclude(access=Access.PRIVATE)

    def listed(self):
        """Open ones that are not silent for longer than their limit and the grace."""
        until = ExpressionWrapper(
            F("active_at") + F("limit_days") * timedelta(days=1) + GRACE, output_field=models.DateTimeField()
        )
        return self.filter(state=SpaceState.OPEN).alias(until=until).filter(until__gt=timezone.now())

    def without_coordinator(self):
        return self.exclude(Exists(SpaceMember.objects.coordinators().filter(space=OuterRef("pk"))))


class Space(models.Model):
    """A room of a partnership.

    `active_at` is when somebody last wrote, uploaded, proposed or decided; `limit_days` is how long the space may be
    silent before its coordinators are asked whether it lives: it follows the space's own rhythm.
    """

    slug = models.SlugField(_("slug"), max_length=100, unique=True)
    partnership = models.ForeignKey(Partnership, models.PROTECT, related_name="spaces", verbose_name=_("partnership"))
    name = models.CharField(_("name"), max_length=120)
    purpose = models.TextField(_("what it is for"), max_length=1000, blank=True)
    access = models.CharField(_("who may enter"), max_length=10, choices=Access, default=Access.PRIVATE)
    questions = models.TextField(_("questions to those who ask to join, one on each line"), max_length=1000, blank=True)
    state = models.CharField(_("state"), max_length=6, choices=SpaceState, default=SpaceState.OPEN)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    active_at = models.DateTimeField(_("last activity"), default=timezone.now)
    limit_days = models.PositiveSmallIntegerField(_("days of silence before asking"), default=60)
    asked_at = models.DateTimeField(_("coordinators asked"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="merged", verbose_name=_("merged into")
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    objects = SpaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("space")
        verbose_name_plural = _("spaces")
        ordering = ["-active_at", "id"]
        permissions = [("export_space", _("Can export whole spaces as registrar"))]
        default_permissions = ("add",)
        indexes = [models.Index(fields=["state", "active_at"], name="space_pulse")]
        constraints = [
            models.CheckConstraint(
                name="space_closed_has_a_date",
                condition=(Q(state=SpaceState.CLOSED) & ~Q(closed_at=None))
                | (~Q(state=SpaceState.CLOSED) & Q(closed_at=None)),
            )
        ]

    def __str__(self):
        return self.name

    def save(self, **kwargs):
        if not self.slug:
            self.slug = new_slug(self.name)
        super().save(**kwargs)

    def get_absolute_url(self):
        return reverse("space", args=[self.slug])

    @property
    def is_open(self):
        return self.state == SpaceState.OPEN

    @property
    def question_list(self):
        return [line.strip() for line in self.questions.splitlines() if line.strip()]


def new_slug(name):
    """From the name, with a random end: whether a name is taken must not tell that a private space has it."""
    return f"{slugify(name)[:80] or 'space'}-{get_random_string(5, SLUG_TAIL)}"


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    fields=["space", "user", "role", "on_behalf_of"],
    model_name="SpaceMemberEvent",
)
class SpaceMember(models.Model):
    """Membership, and with it every right in a space: this row decides, and nothing else.

    `on_behalf_of` is the organisation that the person stands for at present; what was written earlier keeps the one of
    that day. `seen_at` is the last visit, `before_at` the one before: what is newer than that is new.
    """

    space = models.ForeignKey(Space, models.CASCADE, related_name="members", verbose_name=_("space"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=11, choices=SpaceRole, default=SpaceRole.MEMBER)
    on_behalf_of = models.ForeignKey(
        "actors.Actor", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("on behalf of")
    )
    joined_at = models.DateTimeField(_("joined"), default=timezone.now)
    seen_at = models.DateTimeField(_("last visit"), null=True, blank=True)
    before_at = models.DateTimeField(_("visit before"), null=True, blank=True)
    welcomed_at = models.DateTimeField(_("first steps done"), null=True, blank=True)
    introduction = models.CharField(_("who I am, in a line"), max_length=300, blank=True)

    objects = SpaceMemberQuerySet.as_manager()
    merging = {"on_behalf_of": Moves(quietly=True)}

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        ordering = ["joined_at", "id"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["space", "user"], name="space_member_once")]

    def __str__(self):
        return f"{self.user} – {self.space}"

    @property
    def role_name(self):
        return ROLE_NAMES[self.role]

    @property
    def may_write(self):
        return self.role in WRITERS

    @property
    def is_coordinator(self):
        return self.role == SpaceRole.COORDINATOR


class Verb(models.TextChoices):
    """What can happen in a space."""

    STARTED = "started", _("started a discussion")
    POSTED = "posted", _("wrote")
    UPLOADED = "uploaded", _("added a document")
    REVISED = "revised", _("added a new version")
    PROPOSED = "proposed", _("proposed a decision")
    DECIDED = "decided", _("recorded a decision")
    ASSIGNED = "assigned", _("added a task")
    FINISHED = "finished", _("finished a task")
    REVIVED = "revived", _("took the space up again")
    JOINED = "joined", _("joined")
    LEFT = "left", _("left")


SIGNS_OF_LIFE = tuple(verb for verb in Verb if verb not in (Verb.JOINED, Verb.LEFT))


class ActivityQuerySet(models.QuerySet):
    def signs_of_life(self):
        return self.filter(verb__in=SIGNS_OF_LIFE)


class Activity(models.Model):
    """Something that happened in a space: what is new, how alive it is, and what a digest tells are read from here."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="activities", verbose_name=_("space"))
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("who")
    )
    on_behalf_of = models.ForeignKey(
        "actors.Actor", models.SET_NULL, null=True, related_name="+", verbose_name=_("on behalf of")
    )
    verb = models.CharField(_("what"), max_length=8, choices=Verb)
    thread = models.ForeignKey("platforms.Thread", models.CASCADE, null=True, related_name="activities")
    document = models.ForeignKey("platforms.Document", models.CASCADE, null=True, related_name="activities")
    decision = models.ForeignKey("platforms.Decision", models.CASCADE, null=True, related_name="activities")
    task = models.ForeignKey("platforms.Task", models.CASCADE, null=True, related_name="activities")

    objects = ActivityQuerySet.as_manager()
    merging = {"on_behalf_of": Stays("what was done on that day was done for that organisation")}

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        ordering = ["-at", "-id"]
        default_permissions = ()
        indexes = [models.Index(fields=["space", "-at", "-id"], name="activity_of_a_space")]

    def __str__(self):
        return f"{self.by} {self.verb}"
