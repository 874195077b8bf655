"""The register's share of my page, my data and closing an account."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from accounts.mine import Part
from accounts.models import AuditEntry
from actors.actions.registration import asking_key
from actors.models import Actor, ActorStatus, Claim, ClaimState, Follower, Representative, RepresentativeRole
from actors.models.history import LINKS
from notifications.models import Email

OWNER = RepresentativeRole.OWNER


def _only_mine(user):
    """Actors whose last owner is `user`."""
    others = Representative.objects.filter(actor=OuterRef("pk"), role=OWNER).exclude(user=user)
    owned = Representative.objects.filter(user=user, role=OWNER).values("actor")
    return Actor.objects.filter(pk__in=owned).exclude(Exists(others))


def _never_sent():
    return Actor.objects.filter(status=ActorStatus.DRAFT, submitted_at=None)


def _delete(drafts):
    """Delete drafts and what history kept of them; how many."""
    pks = list(drafts.values_list("pk", flat=True))
    Actor.objects.filter(pk__in=pks).delete()
    Actor.pgh_event_model.objects.filter(pgh_obj_id__in=pks).delete()
    for link in LINKS:
        link.pgh_event_model.objects.filter(actor_id__in=pks).delete()
    return len(pks)


class ActorPart(Part):
    """Organisations that a person represents, and requests to."""

    key = "actors"
    order = 10
    template = "actors/_mine.html"

    def page(self, user):
        mine = Representative.objects.filter(user=user, actor=OuterRef("pk"))
        followed = Follower.objects.filter(user=user, actor=OuterRef("pk"))
        actors = Actor.objects.annotate(is_mine=Exists(mine), is_followed=Exists(followed))
        actors = list(actors.filter(Q(is_mine=True) | Q(is_followed=True)).order_by("name_sort", "pk"))
        owned = Representative.objects.filter(user=user, role=OWNER).values("actor")
        asked_of_me = Q(actor__in=owned, state=ClaimState.OPEN) & ~Q(user=user)
        claims = Claim.objects.filter(Q(user=user) | asked_of_me).select_related("actor", "user")
        claims = list(claims.order_by("-created_at"))
        return {
            "represents": [actor for actor in actors if actor.is_mine],
            "follows": [actor for actor in actors if actor.is_followed and actor.status == ActorStatus.PUBLISHED],
            "asked": [claim for claim in reversed(claims) if claim.user_id != user.pk],
            "claims": [claim for claim in claims if claim.user_id == user.pk][:20],
            "draft_days": settings.DRAFT_DAYS,
        }

    def data(self, user):
        represents = Representative.objects.filter(user=user).select_related("actor")
        claims = Claim.objects.filter(user=user).select_related("actor")
        came_and_went = Representative.pgh_event_model.objects.filter(user=user).order_by("pgh_id")
        return {
            "came_and_went": [
                {
                    "organisation": one.actor.name,
                    "role": one.role,
                    "change": one.pgh_label,
                    "at": one.pgh_created_at.isoformat(),
                }
                for one in came_and_went.select_related("actor")
            ],
            "represents": [
                {"organisation": one.actor.name, "role": one.role, "since": one.since.isoformat()} for one in represents
            ],
            "requests": [
                {
                    "organisation": one.actor.name,
                    "message": one.message,
                    "state": one.state,
                    "asked": one.created_at.isoformat(),
                    "reason": one.reason,
                }
                for one in claims
            ],
        }

    def warnings(self, user):
        left = _only_mine(user).exclude(pk__in=_never_sent())
        texts = [
            _("%(actor)s has no other owner. The profile stays, and staff must let the next person in.")
            % {"actor": actor}
            for actor in left
        ]
        drafts = _only_mine(user).filter(pk__in=_never_sent())
        return texts + [_("The draft of %(actor)s is deleted.") % {"actor": actor} for actor in drafts]

    def close(self, user):
        _delete(_only_mine(user).filter(pk__in=_never_sent()))
        claims = Claim.objects.filter(user=user)
        for claim in claims.select_related("actor"):
            log = AuditEntry.objects.filter(target_type=claim._meta.label_lower, target_id=str(claim.pk))
            log.update(target_label=claim.actor.name, reason="")
            Email.objects.filter(key__startswith=asking_key(claim)).update(
                context={"actor": claim.actor.name, "claim": claim.pk}
            )
        claims.update(message="")
        claims.filter(state=ClaimState.OPEN).delete()
        Representative.objects.filter(user=user).delete()

    def is_used(self, users):
        has_any = Exists(Representative.objects.filter(user=OuterRef("pk")))
        return users.filter(has_any | Exists(Claim.objects.filter(user=OuterRef("pk"))))

    def purge(self, now):
        """Drafts that were started in the registration and not touched for DRAFT_DAYS."""
        old = _never_sent().filter(updated_at__lt=now - timedelta(days=settings.DRAFT_DAYS))
        return _delete(old.filter(Exists(Representative.objects.filter(actor=OuterRef("pk")))))


class FollowingPart(Part):
    """Organisations that a person wants to hear of; on my page they stand below those of `ActorPart`."""

    key = "following"
    order = 11

    def data(self, user):
        follows = Follower.objects.filter(user=user).select_related("actor").order_by("pk")
        return {"follows": [{"organisation": one.actor.name, "since": one.since.isoformat()} for one in follows]}

    def close(self, user):
        Follower.objects.filter(user=user).delete()

    def is_used(self, users):
        return users.filter(Exists(Follower.objects.filter(user=OuterRef("pk"))))
