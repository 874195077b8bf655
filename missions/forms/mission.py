"""Forms of a mission: its goal, its criteria, and how it begins and ends."""

import re
from decimal import Decimal

from django import forms
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from actors.models import Actor, Area, Theme
from missions.actions.mission import PLAIN
from missions.models import MOST_POINTS, Mission, MissionState
from missions.templatetags.missions import POINTS
from platforms.forms.decisions import DayField, version_field
from platforms.models import Partnership
from web.fields import LineField, TextField

SAME = _("The target is the same as the baseline: then there is nothing to reach.")
ORDER = _("The goal is to be reached after the day of the baseline.")
STAYS = _("The mission is under way, so this can not be left empty.")
THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d*)?")
NEEDED_WHEN_STARTED = ("measure_sv", "baseline", "target", "due_on")


def short(rows):
    return forms.Textarea(attrs={"rows": rows})


class AmountField(forms.DecimalField):
    """A measured value as people write it: with a comma or a point, thousands apart or not."""

    widget = forms.TextInput(attrs={"inputmode": "decimal"})

    def __init__(self, **kwargs):
        super().__init__(**{"max_digits": 16, "decimal_places": 3, "required": False, **kwargs})

    def to_python(self, value):
        text = "".join(str(value or "").split())
        if get_language() == "en" and THOUSANDS.fullmatch(text):
            text = text.replace(",", "")
        return super().to_python(text.replace(",", "."))

    def prepare_value(self, value):
        if not isinstance(value, Decimal):
            return value
        return number_format(Decimal(f"{value.normalize():f}"), use_l10n=True)


class OrganisationField(forms.ModelChoiceField):
    def __init__(self, **kwargs):
        super().__init__(queryset=Actor.objects.none(), required=False, empty_label=_("Nobody yet"), **kwargs)


def organisations_of(mission, *stays):
    """The organisations that can own something in a mission: its own and its partnership's, by name, and `stays`."""
    named = Actor.objects.named().filter(merged_into=None)
    near = named.filter(missions=mission.pk) if mission.pk else named.none()
    if mission.partnership_id:
        near |= named.filter(partnerships__partnership=mission.partnership_id, partnerships__left_on=None)
    ids = set(near.values_list("pk", flat=True)) | {one for one in stays if one}
    return Actor.objects.filter(pk__in=ids).order_by("name", "pk")


class GoalForm(forms.ModelForm):
    """What the mission is to reach, and how that is seen; `version` is that of the row that the form was drawn from."""

    name_sv = LineField(label=_("Name"), max_length=200)
    goal_sv = TextField(
        label=_("The goal in one sentence"),
        max_length=500,
        widget=short(3),
        help_text=_("Who does or has what, by when, that is not so today?"),
    )
    challenge_sv = TextField(label=_("The challenge"), max_length=2000, required=False, widget=short(4))
    measure_sv = LineField(
        label=_("Measure"), max_length=200, required=False, help_text=_("What is counted or measured, and where.")
    )
    unit = LineField(label=_("Unit"), max_length=40, required=False)
    baseline = AmountField(label=_("Baseline"))
    baseline_on = DayField(label=_("Day of the baseline"), required=False)
    target = AmountField(label=_("Target"))
    due_on = DayField(label=_("To be reached by"), required=False)
    owner = OrganisationField(label=_("Organisation that owns the mission"))
    name_en = LineField(label=_("Name in English"), max_length=200, required=False)
    goal_en = TextField(label=_("The goal in English"), max_length=500, required=False, widget=short(3))
    challenge_en = TextField(label=_("The challenge in English"), max_length=2000, required=False, widget=short(4))
    measure_en = LineField(label=_("Measure in English"), max_length=200, required=False)
    version = version_field()

    class Meta:
        model = Mission
        fields = (*PLAIN, "themes", "areas")
        widgets = {"themes": forms.CheckboxSelectMultiple, "areas": forms.CheckboxSelectMultiple}
        labels = {"themes": _("Themes"), "areas": _("Specialisation areas")}

    field_order = (*PLAIN[:10], "themes", "areas", *PLAIN[10:])

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = organisations_of(self.instance, self.instance.owner_id)
        self.initial["version"] = self.instance.version

    def clean(self):
        data = super().clean()
        baseline, target = data.get("baseline"), data.get("target")
        if baseline is not None and baseline == target:
            self.add_error("target", SAME)
        if data.get("baseline_on") and data.get("due_on") and data["due_on"] <= data["baseline_on"]:
            self.add_error("due_on", ORDER)
        if self.instance.state == MissionState.STARTED:
            for name in NEEDED_WHEN_STARTED:
                if name not in self.errors and data.get(name) in (None, ""):
                    self.add_error(name, STAYS)
        return data


class NewMissionForm(forms.Form):
    """Eight fields at most; the rest is written on the mission's own page."""

    name = LineField(label=_("Name"), max_length=200, min_length=2)
    goal = TextField(
        label=_("The goal in one sentence"),
        max_length=500,
        widget=short(3),
        help_text=_("Who does or has what, by when, that is not so today? It can be sharpened later."),
    )
    challenge = TextField(label=_("The challenge"), max_length=2000, required=False, widget=short(4))
    themes = forms.ModelMultipleChoiceField(
        Theme.objects.all(), label=_("Themes"), required=False, widget=forms.CheckboxSelectMultiple
    )
    areas = forms.ModelMultipleChoiceField(
        Area.objects.all(), label=_("Specialisation areas"), required=False, widget=forms.CheckboxSelectMultiple
    )
    partnership = forms.ModelChoiceField(
        Partnership.objects.none(), label=_("Partnership"), required=False, empty_label=_("None yet")
    )
    owner = OrganisationField(label=_("Organisation that owns the mission"))
    due_on = DayField(label=_("To be reached by"), required=False)

    def __init__(self, *args, space=None, partnerships=None, **kwargs):
        """In a `space` the partnership is known, and the owner is one of its organisations; staff choose among
        `partnerships` and name the owner later."""
        super().__init__(*args, **kwargs)
        if space is None:
            del self.fields["owner"]
            self.fields["partnership"].queryset = Partnership.objects.none() if partnerships is None else partnerships
        else:
            del self.fields["partnership"]
            self.fields["owner"].queryset = organisations_of(Mission(partnership_id=space.partnership_id))


class CriteriaForm(forms.Form):
    """How far the mission meets each criterion, and why: all on one page."""

    version = version_field()

    def __init__(self, *args, criteria, **kwargs):
        super().__init__(*args, **kwargs)
        self.criteria = criteria
        choices = [(str(points), f"{points} – {POINTS[points]}") for points in range(MOST_POINTS + 1)]
        for criterion in criteria:
            self.fields[f"points_{criterion.pk}"] = forms.ChoiceField(
                label=criterion.name,
                help_text=criterion.description,
                choices=choices,
                required=False,
                widget=forms.RadioSelect,
            )
            self.fields[f"reason_{criterion.pk}"] = TextField(
                label=_("Why “%(name)s” has these points") % {"name": criterion.name},
                max_length=500,
                required=False,
                widget=short(2),
            )

    @classmethod
    def of(cls, mission, criteria, data=None):
        initial = {"version": mission.version}
        for score in mission.scores.all():
            initial[f"points_{score.criterion_id}"] = str(score.points)
            initial[f"reason_{score.criterion_id}"] = score.reason
        return cls(data, criteria=criteria, initial=initial)

    def clean(self):
        data = super().clean()
        for criterion in self.criteria:
            points, reason = (f"{name}_{criterion.pk}" for name in ("points", "reason"))
            if reason in self.errors or points in self.errors:
                continue
            if data.get(points) and not data.get(reason):
                self.add_error(reason, _("Give a reason, so that others can follow the judgement."))
            if data.get(reason) and not data.get(points):
                self.add_error(points, _("Choose how far the criterion is met."))
        return data

    @property
    def scores(self):
        """{criterion: (points, reason)} of those that were judged."""
        data = self.cleaned_data
        return {
            one: (int(data[f"points_{one.pk}"]), data[f"reason_{one.pk}"])
            for one in self.criteria
            if data[f"points_{one.pk}"]
        }


class EndForm(forms.Form):
    outcome = TextField(
        label=_("What came of it"),
        max_length=2000,
        help_text=_("Was the goal reached, and how is that known? What is better now, and what is not?"),
    )
    ended_on = DayField(label=_("Ended on"), initial=timezone.localdate)


class RelocateForm(forms.Form):
    """To which space a mission moves, by the address that its coordinator sees."""

    address = LineField(
        label=_("Address of the new space"),
        max_length=300,
        help_text=_("A coordinator of that space finds it in the address bar, and gives it to you."),
    )

    @property
    def names(self):
        """The parts of what was typed: an address, a path, or the end of one."""
        return [part for part in self.cleaned_data["address"].split("/") if part]
