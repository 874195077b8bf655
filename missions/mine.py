"""The missions' share of my data, closing an account and the purge."""

from django.db.models import Exists, OuterRef

from accounts.mine import Part
from missions.models import CriterionScore, Evidence, Mission, Statement


class MissionPart(Part):
    """What a person owns, judged and proved in missions. A mission is named only while the person may read it."""

    key = "missions"
    order = 6

    def data(self, user):
        named = dict(Mission.objects.visible_to(user).values_list("pk", "name_sv"))
        owned = Statement.objects.filter(owner=user).order_by("pk")
        scores = CriterionScore.objects.filter(by=user).select_related("criterion").order_by("pk")
        evidence = Evidence.objects.filter(by=user).order_by("pk")
        return {
            "statements": [
                {"mission": named.get(one.mission_id), "statement": str(one) if one.mission_id in named else None}
                for one in owned
            ],
            "judged": [
                {
                    "mission": named.get(one.mission_id),
                    "criterion": one.criterion.name_sv,
                    "points": one.points,
                    "reason": one.reason,
                    "at": one.at.isoformat(),
                }
                for one in scores
            ],
            "evidence": [
                {"mission": named.get(one.mission_id), "words": one.words, "on": one.dated_on.isoformat()}
                for one in evidence
            ],
        }

    def close(self, user):
        """What nobody answers for any more stands among the statements without an owner."""
        Statement.objects.filter(owner=user).update(owner=None)

    def is_used(self, users):
        owned = Statement.objects.filter(owner=OuterRef("pk"))
        judged = CriterionScore.objects.filter(by=OuterRef("pk"))
        proved = Evidence.objects.filter(by=OuterRef("pk"))
        return users.filter(Exists(owned) | Exists(judged) | Exists(proved))
