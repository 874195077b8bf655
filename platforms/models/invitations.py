"""Ways into a space: an invitation to one address, a link for a meeting, a request."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Invitation, InvitationState, link_token, new_nonce, token_hash
from actors.models.merging import Moves
from platforms.models.space import ROLE_NAMES, Space, SpaceMember, SpaceRole, SpaceState

REMINDERS = 2
REMIND_AFTER = timedelta(days=3)


def _by_a_coordinator():
    """Whether the one who made the row still coordinates its space."""
    makers = SpaceMember.objects.coordinators().filter(space=models.OuterRef("space"), user=models.OuterRef("by"))
    return models.Exists(makers)


class SpaceInvitationQuerySet(models.QuerySet):
    def open(self):
        """Not yet answered or revoked, whether or not too old."""
        return self.filter(state=InvitationState.OPEN)

    def standing(self):
        """Open ones to an open space, from somebody who still coordinates it: all that they may lack is time."""
        return self.open().filter(_by_a_coordinator(), space__state=SpaceState.OPEN)

    def alive(self):
        """Those that still let somebody in: open, in time, to an open space, from somebody who still coordinates it."""
        return self.standing().filter(expires_at__gt=timezone.now())

    def to_remind(self):
        """Living ones without an answer that were not written to for a while, and not too often."""
        return self.alive().filter(reminders__lt=REMINDERS, sent_at__lte=timezone.now() - REMIND_AFTER)


class SpaceInvitation(Invitation):
    """One person is invited to one space, in one role, for one organisation (or none)."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="invitations", verbose_name=_("space"))
    role = models.CharField(_("role"), max_length=11, choices=SpaceRole, default=SpaceRole.MEMBER)
    on_behalf_of = models.ForeignKey(
        "actors.Actor", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("on behalf of")
    )
    forwarded_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="forwarded", verbose_name=_("passed on from")
    )

    objects = SpaceInvitationQuerySet.as_manager()
    merging = {"on_behalf_of": Moves(quietly=True)}

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-created_at", "-id"]
        default_permissions = ()
        indexes = [models.Index(fields=["space", "state"], name="invitation_of_a_space")]
        constraints = [
            models.UniqueConstraint(
                fields=["space", "email"],
                name="space_invitation_open_once",
                condition=Q(state=InvitationState.OPEN),
            )
        ]

    def __str__(self):
        return f"{self.email} → {self.space}"

    @property
    def mails(self):
        """How many mails went out: the number of the last one."""
        return self.sendings + self.reminders

    @property
    def role_name(self):
        return ROLE_NAMES[self.role]

    @property
    def masked_email(self):
        """The address for those who hold the link: enough to know one's own, too little to learn another's."""
        local, _at, domain = self.email.partition("@")
        return f"{local[0]}•••@{domain}"


class SpaceLinkQuerySet(models.QuerySet):
    def alive(self):
        """Those that still let somebody in."""
        room = {"used__lt": F("cap"), "revoked_at": None, "expires_at__gt": timezone.now()}
        return self.filter(_by_a_coordinator(), space__state=SpaceState.OPEN, **room)


class SpaceLink(models.Model):
    """A link, or its code on a screen, that lets the people of a meeting in: at most `cap`, until `expires_at`."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="links", verbose_name=_("space"))
    nonce = models.CharField(max_length=32, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    role = models.CharField(_("role"), max_length=11, choices=SpaceRole, default=SpaceRole.MEMBER)
    cap = models.PositiveSmallIntegerField(_("for at most"), default=20)
    used = models.PositiveSmallIntegerField(_("used"), default=0)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("made by")
    )
    created_at = models.DateTimeField(_("made"), default=timezone.now)
    expires_at = models.DateTimeField(_("works until"))
    revoked_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    objects = SpaceLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link for a meeting")
        verbose_name_plural = _("links for meetings")
        ordering = ["-created_at", "-id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="space_link_within_its_cap", condition=Q(used__lte=F("cap"))),
            models.CheckConstraint(name="space_link_makes_no_coordinator", condition=~Q(role=SpaceRole.COORDINATOR)),
        ]

    def __str__(self):
        return f"{self.space} {self.used}/{self.cap}"

    def save(self, **kwargs):
        if not self.nonce:
            self.nonce = new_nonce()
            self.token_hash = token_hash(self.token)
        super().save(**kwargs)

    @property
    def token(self):
        return link_token(self._meta.label_lower, self.nonce)

    @property
    def role_name(self):
        return ROLE_NAMES[self.role]

    @property
    def is_alive(self):
        return SpaceLink.objects.alive().filter(pk=self.pk).exists()


class RequestState(models.TextChoices):
    OPEN = "open", _("Waiting")
    APPROVED = "approved", _("Let in")
    REFUSED = "refused", _("Refused")


class JoinRequest(models.Model):
    """Somebody asks to join; `answers` holds question and answer as they read that day."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="requests", verbose_name=_("space"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person"))
    on_behalf_of = models.ForeignKey(
        "actors.Actor", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("on behalf of")
    )
    answers = models.JSONField(_("answers"), default=list)
    state = models.CharField(_("state"), max_length=8, choices=RequestState, default=RequestState.OPEN)
    created_at = models.DateTimeField(_("asked"), default=timezone.now)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("decided by")
    )
    reason = models.TextField(_("reason"), max_length=1000, blank=True)

    merging = {"on_behalf_of": Moves(quietly=True)}

    class Meta:
        verbose_name = _("request to join")
        verbose_name_plural = _("requests to join")
        ordering = ["created_at", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["space", "user"], name="join_request_open_once", condition=Q(state=RequestState.OPEN)
            )
        ]

    def __str__(self):
        return f"{self.user} → {self.space}"
