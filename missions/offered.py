"""The missions' share of my page, my data and closing an account: offers, promises, and what was entered."""

from django.db.models import Exists, OuterRef, Q

from accounts.mine import Part
from missions.models import Commitment, CommitmentState, Measurement, Mission
from missions.portfolio import offers_of


def _seen(user, commitments):
    """The ids of the missions of these that `user` may read now."""
    ids = {one.mission_id for one in commitments}
    return set(Mission.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()


class OfferPart(Part):
    """What a person's organisations offered to missions, and the promises that name the person."""

    key = "offers"
    order = 8
    template = "missions/_mine.html"

    def page(self, user):
        offers = list(offers_of(user)[:10])
        seen = _seen(user, offers)
        for one in offers:
            one.is_told = one.mission_id in seen
        return {"offers": offers}

    def data(self, user):
        rows = Commitment.objects.filter(Q(user=user) | Q(offered_by=user)).select_related("mission", "actor")
        seen = _seen(user, rows)
        return {
            "promises": [
                {
                    "mission": one.mission.name if one.mission_id in seen else None,
                    "for": one.actor.name,
                    "text": one.text,
                    "by": one.due_on and one.due_on.isoformat(),
                    "state": one.state,
                    "answer": one.answer if one.offered_by_id == user.pk else "",
                }
                for one in rows.order_by("created_at", "pk")
            ],
            "values_entered": Measurement.objects.filter(by=user).count(),
        }

    def close(self, user):
        """Offers that wait go with the person; a promise stays its organisation's, without a name."""
        waiting = Commitment.objects.waiting().filter(offered_by=user)
        waiting.update(state=CommitmentState.WITHDRAWN)
        Commitment.objects.filter(user=user).update(user=None)
        Commitment.objects.filter(offered_by=user).update(offered_by=None)

    def is_used(self, users):
        me = OuterRef("pk")
        traces = (
            Commitment.objects.filter(user=me),
            Commitment.objects.filter(offered_by=me),
            Measurement.objects.filter(by=me),
        )
        found = Q()
        for rows in traces:
            found |= Q(Exists(rows))
        return users.filter(found)
