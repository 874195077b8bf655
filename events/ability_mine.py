"""The share of programmes and self-assessment in my page, my data and closing an account."""

from django.db.models import Count, Exists, OuterRef, Subquery

from accounts.mine import Part
from events.actions.programmes import with_progress
from events.models import Assessment, Participant, ProgrammeStep, StepDone


class AbilityPart(Part):
    """What a person's organisations are asked, the programmes that they take part in, and what they handed in."""

    key = "ability"
    order = 9
    template = "events/_mine_ability.html"

    def page(self, user):
        asked = Assessment.objects.of(user).filter(round__closed_at=None)
        steps = ProgrammeStep.objects.filter(programme=OuterRef("programme")).order_by().values("programme")
        mine = with_progress(Participant.objects.filter(user=user)).annotate(
            number_of_steps=Subquery(steps.annotate(number=Count("pk")).values("number"))
        )
        return {
            "asked": asked.select_related("round", "actor", "role"),
            "programmes": mine.select_related("programme").order_by("begun_at", "pk"),
        }

    def data(self, user):
        mine = Participant.objects.filter(user=user).select_related("programme", "actor").order_by("pk")
        done = StepDone.objects.filter(participant__user=user).select_related("step__event", "step__programme")
        written = Assessment.objects.filter(by=user).select_related("round", "actor").order_by("pk")
        return {
            "programmes": [
                {
                    "programme": one.programme.title_sv,
                    "for": str(one.actor or ""),
                    "begun": one.begun_at.isoformat(),
                    "completed": one.completed_at.isoformat() if one.completed_at else None,
                }
                for one in mine
            ],
            "steps_done": [
                {"step": one.step.title, "words": one.words, "answer": one.answer, "at": one.at.isoformat()}
                for one in done.order_by("pk")
            ],
            "assessments_last_written": [{"round": str(one.round), "for": str(one.actor)} for one in written],
        }

    def close(self, user):
        """The person's way through programmes goes; what an organisation said of itself is the organisation's."""
        Participant.objects.filter(user=user).delete()

    def is_used(self, users):
        learning = Participant.objects.filter(user=OuterRef("pk"))
        wrote = Assessment.objects.filter(by=OuterRef("pk"))
        accepted = StepDone.objects.filter(accepted_by=OuterRef("pk"))
        return users.filter(Exists(learning) | Exists(wrote) | Exists(accepted))
