"""Forms of decisions and tasks."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from platforms.models import Answer, Deciders, Decision, DecisionState, SpaceMember, Way
from platforms.names import name_of
from web.fields import LineField, TextField

BIG = 2**31 - 1


class DayField(forms.DateField):
    """A day, with the browser's own calendar; also as people write it."""

    def __init__(self, **kwargs):
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(**{"widget": widget, "input_formats": ["%Y-%m-%d", "%d/%m %Y", "%d.%m.%Y"], **kwargs})


def version_field():
    return forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=BIG, required=False, localize=False)


class ProposalForm(forms.Form):
    title = LineField(label=_("What is to be decided"), max_length=160)
    proposal = TextField(
        label=_("The proposal"),
        max_length=5000,
        help_text=_("Write it as it is to stand if it is accepted. Lists and links in Markdown work."),
    )
    way = forms.ChoiceField(label=_("How it is decided"), choices=Way, widget=forms.RadioSelect, initial=Way.CONSENT)
    deciders = forms.ChoiceField(
        label=_("Who decides"), choices=Deciders, widget=forms.RadioSelect, initial=Deciders.MEMBERS
    )
    answer_by = DayField(label=_("Answer by"), required=False, help_text=_("It then stands among what is coming up."))
    version = version_field()

    @classmethod
    def of(cls, decision, data=None):
        names = [name for name in cls.base_fields if name != "version"]
        initial = {name: getattr(decision, name) for name in names} | {"version": decision.version}
        return cls(data, initial=initial)

    @property
    def text(self):
        """What was typed, without the version that it was typed over."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


CONSENT_WORDS = {
    Answer.YES: _("Yes, I can live with it"),
    Answer.NO: _("I object"),
    Answer.ABSTAIN: _("I abstain"),
}


class AnswerForm(forms.Form):
    answer = forms.ChoiceField(label=_("Your answer"), choices=Answer, widget=forms.RadioSelect)
    comment = TextField(label=_("Comment"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args, way=Way.VOTE, **kwargs):
        super().__init__(*args, **kwargs)
        if way == Way.CONSENT:
            self.fields["answer"].choices = list(CONSENT_WORDS.items())
            self.fields["comment"].help_text = _("If you object, say what would make it possible for you to agree.")


class RecordForm(forms.Form):
    state = forms.ChoiceField(
        label=_("Outcome"),
        choices=[choice for choice in DecisionState.choices if choice[0] != DecisionState.PROPOSED],
        widget=forms.RadioSelect,
    )
    outcome = TextField(
        label=_("The decision in words"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("As it is to be found in the log in a year: what, who, from when."),
    )
    resolution = TextField(
        label=_("How objections were dealt with"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed when somebody objects, or when the outcome is another than the answers say."),
    )
    decided_on = DayField(label=_("Date of the decision"), initial=timezone.localdate)
    present = forms.MultipleChoiceField(label=_("Who was present"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args, space, may_only_withdraw=False, **kwargs):
        super().__init__(*args, **kwargs)
        members = SpaceMember.objects.filter(space=space).select_related("user", "on_behalf_of")
        self.fields["present"].choices = sorted(
            ((str(one.user_id), member_label(one)) for one in members), key=lambda choice: choice[1].casefold()
        )
        if may_only_withdraw:
            self.fields["state"].choices = [(DecisionState.WITHDRAWN, DecisionState.WITHDRAWN.label)]
            self.fields["state"].initial = DecisionState.WITHDRAWN
            del self.fields["resolution"], self.fields["present"]

    def clean(self):
        data = super().clean()
        if data.get("state") == DecisionState.DECIDED and not data.get("outcome") and "outcome" not in self.errors:
            self.add_error("outcome", _("Write in words what was decided."))
        return data


class PersonField(forms.ModelChoiceField):
    """Somebody by name."""

    def label_from_instance(self, obj):
        return name_of(obj)


def member_label(member):
    return f"{name_of(member.user)} ({member.on_behalf_of})" if member.on_behalf_of else name_of(member.user)


class TaskForm(forms.Form):
    title = LineField(label=_("What is to be done"), max_length=160)
    owner = PersonField(User.objects.none(), label=_("Who does it"), required=False, empty_label=_("Nobody yet"))
    due_on = DayField(label=_("Done by"), required=False)
    note = TextField(label=_("Note"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    decision = forms.ModelChoiceField(
        Decision.objects.none(), label=_("Follows from"), required=False, empty_label=_("No decision")
    )
    version = version_field()

    def __init__(self, *args, space, task=None, **kwargs):
        super().__init__(*args, **kwargs)
        owners = SpaceMember.objects.writers().filter(space=space).values("user")
        stays = [task.owner_id] if task and task.owner_id else []
        self.fields["owner"].queryset = (
            User.objects.filter(pk__in=owners) | User.objects.filter(pk__in=stays)
        ).order_by("name", "pk")
        self.fields["decision"].queryset = space.decisions.exclude(state=DecisionState.WITHDRAWN)

    @classmethod
    def of(cls, task, data=None):
        names = [name for name in cls.base_fields if name != "version"]
        initial = {name: getattr(task, name) for name in names} | {"version": task.version}
        return cls(data, initial=initial, space=task.space, task=task)

    @property
    def values(self):
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}
