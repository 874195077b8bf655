"""What people are told: one row for each person and thing, when the digest comes, and what is muted."""

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Concat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.models.email import Email
from notifications.schedule import ON_TUESDAY, first_due

EVERYTHING = "everything"


def usual_most():
    return settings.MAILS_A_WEEK


class Part(models.TextChoices):
    """Where in a digest it stands, and how much it matters: the order of the values is that of the alphabet."""

    NEEDS = "a_needs", _("Needs you")
    DECIDED = "b_decided", _("Decided")
    NEW = "c_new", _("New")


class Why(models.TextChoices):
    """Why this person is told. Each is said beside the line."""

    SPOKEN_TO = "spoken_to", _("you are spoken to")
    DECIDES = "decides", _("you have a say in it")
    OWNS = "owns", _("the task is yours")
    FOLLOWS = "follows", _("you follow the discussion")
    FOLLOWS_ACTOR = "follows_actor", _("you follow the organisation")
    MEMBER = "member", _("you are a member of the space")
    COMES = "comes", _("you are signed up")


# Said to a person by name: it stands on the site whatever they have muted, and no kind of news holds it back.
BY_NAME = (Why.SPOKEN_TO,)


def targets(*, thing, place, kind, why):
    """What a person can mute so that no mail tells them of it."""
    return [EVERYTHING, place, thing] if why in BY_NAME else [EVERYTHING, f"kind:{kind}", place, thing]


class NotificationQuerySet(models.QuerySet):
    def unread(self):
        return self.filter(read_at=None)

    def pending(self):
        """What the next digest tells: neither read on the site nor told by mail since it last happened."""
        return self.filter(read_at=None, told_at=None)

    def wanted(self):
        """Without what their person has muted, as `targets` says for one: no mail tells it."""
        mutes = Mute.objects.filter(user=OuterRef("user"))
        whole = mutes.filter(target__in=[EVERYTHING, OuterRef("place"), OuterRef("thing")])
        of_kind = mutes.filter(target=Concat(Value("kind:"), OuterRef("kind")))
        return self.filter(~Exists(whole), Q(why__in=BY_NAME) | ~Exists(of_kind))


class Notification(models.Model):
    """Something happened with a thing (`thing`, "thread:12") in a place (`place`, "space:3") that concerns a person.

    What happens again with the same thing is the same row: newer, counted, unread again. The row holds ids only; its
    words are asked for when it is shown (`notifications.subjects`), for a person who may read them then. `told_at` is
    when a mail told it, or was queued to tell it alone; `digest` is the mail that is to tell it, of which it may not be
    known yet whether it went out.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications", verbose_name=_("person")
    )
    thing = models.CharField(_("what"), max_length=40)
    place = models.CharField(_("where"), max_length=40)
    kind = models.CharField(_("kind"), max_length=20)
    part = models.CharField(_("part of the digest"), max_length=10, choices=Part)
    why = models.CharField(_("why"), max_length=20, choices=Why)
    at = models.DateTimeField(_("when"), default=timezone.now)
    count = models.PositiveIntegerField(_("how often since it was seen"), default=1)
    read_at = models.DateTimeField(_("seen"), null=True, blank=True)
    told_at = models.DateTimeField(_("told by mail"), null=True, blank=True)
    digest = models.ForeignKey(Email, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("mail"))

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-at", "-id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["user", "-at", "-id"], name="notification_latest"),
            models.Index(fields=["user"], name="notification_pending", condition=Q(read_at=None, told_at=None)),
            models.Index(fields=["place"], name="notification_place"),
        ]
        constraints = [models.UniqueConstraint(fields=["user", "thing"], name="notification_once")]

    def __str__(self):
        return f"{self.user_id} {self.thing}"


class DigestSetting(models.Model):
    """When a person's digest comes. `days` has a bit for each day of the week, Monday first; none is never.

    `next_at` is the next moment at which it is due. It moves only when the digest of that moment has been written into
    the outbox, so that late, doubled or skipped runs change nothing; None means never. `most` is for digests and
    reminders together (`notifications.budget`). `silent` counts the digests since the person was last seen.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="digest_setting", verbose_name=_("person")
    )
    days = models.PositiveSmallIntegerField(_("days"), default=ON_TUESDAY, validators=[MaxValueValidator(127)])
    hour = models.PositiveSmallIntegerField(_("hour"), default=8, validators=[MaxValueValidator(23)])
    most = models.PositiveSmallIntegerField(_("mails a week at most"), default=usual_most)
    next_at = models.DateTimeField(_("next"), null=True, default=first_due, db_index=True)
    seen_at = models.DateTimeField(_("last seen"), null=True, blank=True)
    silent = models.PositiveSmallIntegerField(_("digests since then"), default=0)

    class Meta:
        verbose_name = _("digest setting")
        verbose_name_plural = _("digest settings")
        default_permissions = ()

    def __str__(self):
        return f"{self.user_id} {self.days}"


class Mute(models.Model):
    """Something that a person wants to hear nothing of: a thing, a place, "kind:…", or EVERYTHING."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mutes", verbose_name=_("person"))
    target = models.CharField(_("what"), max_length=40)
    since = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("muted")
        verbose_name_plural = _("muted")
        ordering = ["-since", "-id"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "target"], name="mute_once")]

    def __str__(self):
        return f"{self.user_id} {self.target}"
