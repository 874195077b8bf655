"""Forms of the portfolio: commitments, experiments, indicators and their values."""

from decimal import Decimal

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from actors.models import Actor
from missions.models import WAVES, Statement, Verdict
from missions.progress import written
from platforms.forms.decisions import DayField, PersonField, version_field
from platforms.models import PartnershipMember, SpaceMember
from web.fields import LineField, TextField

IN_FUTURE = _("The date lies in the future.")


def organisations_of(mission, *others):
    """The organisations of the mission and of its partnership, those that are in the portfolio, and `others`."""
    together = PartnershipMember.objects.current().filter(partnership=mission.partnership_id)
    near = (
        Q(pk__in=mission.actors.values("pk"))
        | Q(pk__in=together.values("actor"))
        | Q(pk__in=mission.commitments.values("actor"))
        | Q(pk__in=[one for one in (mission.owner_id, *others) if one])
    )
    return Actor.objects.named().filter(near).order_by("name_sort", "pk")


def few_rows():
    return forms.Textarea(attrs={"rows": 3})


def typed(value):
    """A number as a person would type it; anything else as it is."""
    return written(value) if isinstance(value, Decimal) else value


def say_who_left(field, mission, person):
    """The field of a person, who may stay, tells that they are no member of the mission's space any more."""
    if person and not SpaceMember.objects.filter(space=mission.space_id, user=person).exists():
        field.help_text = _("%(name)s has left the space. Choose who takes over.") % {"name": person}


class ActorField(forms.ModelChoiceField):
    def __init__(self, **kwargs):
        super().__init__(Actor.objects.none(), **kwargs)


class StatementField(forms.ModelChoiceField):
    """A statement of the mission by its number and its words, cut so that a list of them stays readable."""

    def __init__(self, **kwargs):
        values = {"required": False, "empty_label": _("No statement"), **kwargs}
        super().__init__(Statement.objects.none(), **values)

    def label_from_instance(self, obj):
        said = str(obj)
        return f"{obj.number}. {said[:100]}…" if len(said) > 100 else f"{obj.number}. {said}"


class PortfolioForm(forms.Form):
    """A form about something in the portfolio of `mission`; `thing` is the row that it changes, if any."""

    version = version_field()

    def __init__(self, *args, mission, thing=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.mission, self.thing = mission, thing
        if "statement" in self.fields:
            self.fields["statement"].queryset = mission.statements.all()

    @classmethod
    def of(cls, thing, data=None):
        names = [name for name in cls.base_fields if name != "version"]
        initial = {name: typed(getattr(thing, name)) for name in names} | {"version": thing.version}
        return cls(data, initial=initial, mission=thing.mission, thing=thing)

    @property
    def values(self):
        """What was typed, without the version that it was typed over."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class CommitmentForm(PortfolioForm):
    actor = ActorField(
        label=_("Who promises"),
        empty_label=_("Choose an organisation"),
        help_text=_("An organisation of the mission or its partnership. Others can offer to contribute themselves."),
    )
    text = LineField(label=_("What is promised"), max_length=300)
    due_on = DayField(label=_("By when"), required=False)
    wave = forms.TypedChoiceField(
        label=_("Wave"),
        coerce=int,
        choices=[(number, number) for number in range(1, WAVES + 1)],
        initial=1,
        help_text=_("The round of the portfolio it belongs to."),
    )
    user = PersonField(
        User.objects.none(),
        label=_("Person to ask"),
        required=False,
        empty_label=_("Nobody yet"),
        help_text=_("Only members see who it is. The person is reminded a week before the day."),
    )
    statement = StatementField(label=_("Statement that it serves"))
    field_order = ["actor", "text", "due_on", "wave", "user", "statement", "version"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        writers = SpaceMember.objects.writers().filter(space=self.mission.space_id).values("user")
        people, actors = Q(pk__in=writers), ()
        if self.thing:
            people, actors = people | Q(pk=self.thing.user_id), (self.thing.actor_id,)
        self.fields["user"].queryset = User.objects.filter(people).order_by("name", "pk")
        self.fields["actor"].queryset = organisations_of(self.mission, *actors)
        if not self.fields["user"].queryset.exists():
            del self.fields["user"]
        elif self.thing:
            say_who_left(self.fields["user"], self.mission, self.thing.user)

    @property
    def values(self):
        return {"user": None, **super().values}


class DoneForm(forms.Form):
    """A promise is kept."""

    done_on = DayField(label=_("Done on"), initial=timezone.localdate)
    result = LineField(
        label=_("What came of it"), max_length=500, help_text=_("One sentence that somebody outside understands.")
    )

    def clean_done_on(self):
        if self.cleaned_data["done_on"] > timezone.localdate():
            raise forms.ValidationError(IN_FUTURE)
        return self.cleaned_data["done_on"]


class ExperimentForm(PortfolioForm):
    title = LineField(label=_("Title"), max_length=160)
    hypothesis = TextField(
        label=_("Hypothesis"), max_length=1000, widget=few_rows(), help_text=_("What you believe, so that it can fail.")
    )
    test = TextField(label=_("How it is tested"), max_length=1000, required=False, widget=few_rows())
    owner_actor = ActorField(label=_("Who runs it"), required=False, empty_label=_("Nobody yet"))
    statement = StatementField(label=_("Statement that it tests"))
    starts_on = DayField(label=_("Starts"), required=False)
    ends_on = DayField(label=_("Ends"), required=False)
    outcome = TextField(label=_("Outcome"), max_length=2000, required=False, widget=few_rows())
    learning = TextField(label=_("What was learnt"), max_length=1000, required=False, widget=few_rows())
    verdict = forms.ChoiceField(
        label=_("What follows"),
        required=False,
        widget=forms.RadioSelect,
        choices=[("", _("Not decided yet")), *Verdict.choices],
        help_text=_("Needs an outcome and what was learnt."),
    )
    field_order = [
        "title", "hypothesis", "test", "owner_actor", "statement", "starts_on", "ends_on", "outcome", "learning",
        "verdict", "version",
    ]  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        stays = self.thing.owner_actor_id if self.thing else None
        self.fields["owner_actor"].queryset = organisations_of(self.mission, stays)

    def clean(self):
        data = super().clean()
        starts, ends = data.get("starts_on"), data.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _("It ends before it starts."))
        if data.get("verdict"):
            for name, words in (
                ("outcome", _("Write what came out before you say what follows.")),
                ("learning", _("Write what was learnt before you say what follows.")),
            ):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, words)
        return data


def value_field(**kwargs):
    return forms.DecimalField(max_digits=16, decimal_places=3, localize=True, **kwargs)


class IndicatorForm(PortfolioForm):
    name = LineField(label=_("What is measured"), max_length=200)
    unit = LineField(label=_("Unit"), max_length=40, required=False)
    baseline = value_field(label=_("Baseline"), required=False, help_text=_("The value before the mission began."))
    target = value_field(label=_("Target"), required=False)
    source = LineField(label=_("Where the values come from"), max_length=300, required=False)
    is_goal = forms.BooleanField(
        label=_("This measures the goal of the mission"),
        required=False,
        help_text=_("Without values of its own above, it has the baseline and target of the goal."),
    )
    field_order = ["name", "unit", "baseline", "target", "source", "is_goal", "version"]

    def clean(self):
        data = super().clean()
        baseline, target = data.get("baseline"), data.get("target")
        if baseline is not None and baseline == target:
            self.add_error("target", _("The target is the same as the baseline: nothing would have to change."))
        return data


class MeasurementForm(forms.Form):
    """The value of a day."""

    on = DayField(label=_("Day"), initial=timezone.localdate)
    value = value_field(label=_("Value"))
    note = LineField(label=_("Note"), max_length=300, required=False)

    def clean_on(self):
        if self.cleaned_data["on"] > timezone.localdate():
            raise forms.ValidationError(IN_FUTURE)
        return self.cleaned_data["on"]


class CorrectionForm(forms.Form):
    """A value that stands already; its day stays."""

    value = value_field(label=_("Value"))
    note = LineField(label=_("Note"), max_length=300, required=False, help_text=_("Why it is corrected, for example."))
