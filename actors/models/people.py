"""Who speaks for an actor, and who asks to."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from actors.models.merging import Moves
from notifications import wishes
from notifications.models import EVERYTHING, Mute, Suppression

ASKING = "actor_still_right"  # the mail that asks whether a profile is still right


class RepresentativeRole(models.TextChoices):
    OWNER = "owner", _("Owner: edits the profile and decides who else may")
    EDITOR = "editor", _("Editor: edits the profile")


class RepresentativeQuerySet(models.QuerySet):
    def actors_of(self, user):
        """The ids of the actors that `user` represents, as a subquery."""
        return self.filter(user_id=user.pk).values("actor_id")

    def to_be_asked(self):
        """Those whom a mail can ask whether the profile is still right: it reaches them, and they want such mails."""
        mutes = Mute.objects.filter(user=OuterRef("user"), target__in=[EVERYTHING, wishes.target(ASKING)])
        stopped = Suppression.objects.filter(address=OuterRef("user__email"))
        return self.filter(~Exists(mutes), ~Exists(stopped), user__is_active=True)


class Representative(models.Model):
    """A person who may edit an actor's profile."""

    actor = models.ForeignKey("actors.Actor", models.CASCADE, related_name="representatives", verbose_name=_("actor"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="represents", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=6, choices=RepresentativeRole, default=RepresentativeRole.EDITOR)
    since = models.DateTimeField(_("since"), default=timezone.now)

    objects = RepresentativeQuerySet.as_manager()
    merging = {
        "actor": Moves(
            one_per=("user_id",), rank=("role", (RepresentativeRole.OWNER.value, RepresentativeRole.EDITOR.value))
        )
    }

    class Meta:
        verbose_name = _("representative")
        verbose_name_plural = _("representatives")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["actor", "user"], name="representative_once")]

    def __str__(self):
        return f"{self.user} – {self.actor}"


class ClaimState(models.TextChoices):
    OPEN = "open", _("Waiting")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")


class Turn(models.IntegerChoices):
    """Who is to answer an open claim. Staff come first, and among them what an owner has let lie."""

    LATE = 0, _("Staff decide: no owner has answered within five working days")
    STAFF = 1, _("Staff decide: nobody owns the profile")
    OWNER = 2, _("An owner has been asked")
    NOBODY = 3, _("Decided")


STAFF_TURNS = (Turn.LATE, Turn.STAFF)
OWNERS_ANSWER_WITHIN = 5  # working days, as the mails and pages promise


def working_days_before(moment, days):
    """The moment `days` working days (Monday to Friday) before `moment`."""
    while days:
        days -= moment.weekday() < 5
        moment -= timedelta(days=1)
    return moment


class ClaimQuerySet(models.QuerySet):
    def with_turn(self):
        """Each with `turn`, a value of Turn."""
        owners = Representative.objects.filter(actor=OuterRef("actor"), role=RepresentativeRole.OWNER)
        late = working_days_before(timezone.localtime(), OWNERS_ANSWER_WITHIN)
        return self.annotate(
            turn=Case(
                When(~Q(state=ClaimState.OPEN), then=Value(Turn.NOBODY)),
                When(~Exists(owners), then=Value(Turn.STAFF)),
                When(created_at__lte=late, then=Value(Turn.LATE)),
                default=Value(Turn.OWNER),
                output_field=models.IntegerField(),
            )
        )

    def for_staff(self):
        """Open claims that staff are to decide now, in the order in which they need somebody."""
        return self.with_turn().filter(turn__in=STAFF_TURNS).order_by("turn", "created_at", "pk")


class Claim(models.Model):
    """A person asks to edit the profile of an actor that is already in the register."""

    actor = models.ForeignKey("actors.Actor", models.CASCADE, related_name="claims", verbose_name=_("actor"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="claims", verbose_name=_("person"))
    message = models.TextField(_("message"), max_length=1000, blank=True)
    is_domain_proven = models.BooleanField(
        _("work address is on the actor's own checked website"), default=False, editable=False
    )
    state = models.CharField(_("state"), max_length=8, choices=ClaimState, default=ClaimState.OPEN)
    created_at = models.DateTimeField(_("asked"), default=timezone.now)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    reason = models.TextField(_("reason"), max_length=1000, blank=True)

    objects = ClaimQuerySet.as_manager()
    merging = {"actor": Moves(where={"state": ClaimState.OPEN.value}, one_per=("user_id",), ends="end_as_double")}

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["actor", "user"], name="claim_open_once", condition=Q(state=ClaimState.OPEN)
            )
        ]

    def __str__(self):
        return f"{self.user} → {self.actor}"

    def end_as_double(self, *, by):
        """The same person asks for the actor that this one is merged into: one question is enough."""
        self.state, self.decided_at, self.decided_by = ClaimState.REFUSED, timezone.now(), by
        self.reason = gettext(
            "The profile was merged with another one that you also asked for. That request still waits."
        )
