"""Forms about what a run teaches: the five questions, a proposal, settling it, closing the run."""

from django import forms
from django.utils.translation import gettext_lazy as _

from missions.forms.mission import short
from missions.models import Part, ProposalState, Review
from web.fields import LineField, TextField

SETTLED = [(ProposalState.TAKEN, _("Take it up")), (ProposalState.DECLINED, _("Not take it up"))]
QUESTIONS = {
    "worked": _("What worked well?"),
    "hindered": _("What was in the way?"),
    "missing": _("Who or what was missing?"),
    "surprise": _("What surprised you?"),
    "change": _("What should the method change?"),
}


class ReviewForm(forms.Form):
    """Five questions, four minutes; one answer is enough."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, question in QUESTIONS.items():
            limit = Review._meta.get_field(name).max_length
            self.fields[name] = TextField(label=question, max_length=limit, required=False, widget=short(3))


class ProposalForm(forms.Form):
    stage = forms.ChoiceField(label=_("Which stage is it about?"), required=False)
    part = forms.ChoiceField(label=_("What of it?"), choices=Part, initial=Part.STAGE)
    text = TextField(label=_("What should change?"), max_length=500, widget=short(3))
    learning = TextField(
        label=_("What taught you this?"), max_length=500, widget=short(3),
        help_text=_("It stands beside the changed part of the method, and answers why it is like that."),
    )  # fmt: skip

    def __init__(self, *args, run, **kwargs):
        super().__init__(*args, **kwargs)
        stages = run.stages.select_related("stage").order_by("position")
        named = [(row.stage.slug, f"{row.position}. {row.stage.name}") for row in stages]
        self.fields["stage"].choices = [("", _("The method as a whole")), *named]


class SettleForm(forms.Form):
    state = forms.ChoiceField(label=_("What becomes of it?"), choices=SETTLED, widget=forms.RadioSelect)
    answer = LineField(
        label=_("Our answer"), max_length=500, required=False, help_text=_("Needed when it is not taken up.")
    )


class CloseForm(forms.Form):
    outcome = TextField(
        label=_("What did the run come to?"), max_length=2000, widget=short(6),
        help_text=_("It stands in public, and in the report on the method."),
    )  # fmt: skip
