"""The share of programmes and self-assessment in my page, my data and closing an account."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Exists, F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse

from accounts.mine import Part
from events.actions.programmes import with_progress
from events.models import Assessment, Participant, ProgrammeStep, StepDone
from web.text import readers

ASKED = "asked"


class Line(NamedTuple):
    """A round that asks an organisation, or a programme; both are read with one question."""

    kind: str
    pk: int
    within: int  # the round or the programme
    sv: str
    en: str
    more: str  # the organisation, or the programme's slug
    at: datetime | None  # sent, or completed
    done: int
    total: int

    @property
    def title(self):
        return readers(self.sv, self.en)

    @property
    def url(self):
        if self.kind == ASKED:
            return reverse("ability_answer", args=[self.within, self.pk])
        return reverse("programme", args=[self.more])


def _asked(user):
    rows = Assessment.objects.of(user).filter(round__closed_at=None).order_by()
    names = ("pk", "round", "round__name_sv", "round__name_en", "actor__name", "sent_at")
    return rows.values_list(Value(ASKED), *names, Value(0), Value(0))


def _programmes(user):
    steps = ProgrammeStep.objects.filter(programme=OuterRef("programme")).order_by().values("programme")
    rows = with_progress(Participant.objects.filter(user=user)).order_by()
    total = Coalesce(Subquery(steps.annotate(number=Count("pk")).values("number")), 0)
    names = ("pk", "programme", "programme__title_sv", "programme__title_en", "programme__slug", "completed_at")
    return rows.values_list(Value("programme"), *names, F("number_done"), total)


class AbilityPart(Part):
    """What a person's organisations are asked, the programmes that they take part in, and what they handed in."""

    key = "ability"
    order = 9
    template = "events/_mine_ability.html"

    def page(self, user):
        return {
            "lines": sorted((Line(*row) for row in _asked(user).union(_programmes(user))), key=lambda line: line[:2])
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
