"""Forms of rounds of self-assessment."""

from django import forms
from django.utils.translation import gettext_lazy as _

from actors.models import Actor
from events.models import HIGHEST, AbilityStatement, Framework, RoundKind
from missions.models import MethodRole
from platforms.forms.decisions import DayField, version_field
from web.fields import LineField, TextField
from web.text import readers

ORDER = _("It closes before it opens.")
NOT_ANSWERED = _("Not answered yet.")


class RoundForm(forms.Form):
    """What a round is called and when; `version` is that of the row that the form was drawn from."""

    kind = forms.ChoiceField(label=_("When it is"), choices=RoundKind, widget=forms.RadioSelect)
    name_sv = LineField(label=_("Name"), max_length=120, help_text=_("For example: Before the project, autumn 2026."))
    opens_on = DayField(label=_("First day"))
    closes_on = DayField(
        label=_("Answer by"), help_text=_("Answers are taken until you close the round; this is the day that is told.")
    )
    name_en = LineField(label=_("Name in English"), max_length=120, required=False)
    version = version_field()

    @classmethod
    def of(cls, row, data=None):
        return cls(data, initial={name: getattr(row, name) for name in cls.base_fields})

    def clean(self):
        data = super().clean()
        if data.get("opens_on") and data.get("closes_on") and data["closes_on"] < data["opens_on"]:
            self.add_error("closes_on", ORDER)
        return data

    @property
    def values(self):
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class NewRoundForm(RoundForm):
    framework = forms.ModelChoiceField(
        queryset=Framework.objects.all(), label=_("Framework"), widget=forms.RadioSelect, empty_label=None
    )

    field_order = ("framework", "kind", "name_sv", "opens_on", "closes_on", "name_en")


class AskForm(forms.Form):
    actors = forms.ModelMultipleChoiceField(
        queryset=Actor.objects.none(),
        label=_("Organisations to ask"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Take away those who are not to be asked. A mail goes to those who represent the others."),
    )

    def __init__(self, *args, actors, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["actors"].queryset = actors
        self.initial.setdefault("actors", [one.pk for one in actors])


class AbilityForm(forms.Form):
    """All statements of the framework, each with its levels as words; none must be answered to be saved."""

    words = TextField(
        label=_("What do the answers rest on?"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Examples, documents, who was asked. Only your organisation reads it."),
    )
    version = version_field()

    def __init__(self, *args, assessment, **kwargs):
        said = dict(assessment.judgements.values_list("statement", "level")) if assessment.pk else {}
        initial = {"words": assessment.words, "version": assessment.version}
        super().__init__(*args, initial=initial | kwargs.pop("initial", {}), **kwargs)
        levels = [(str(one["value"]), readers(one["sv"], one["en"])) for one in assessment.round.framework.levels]
        rows = AbilityStatement.objects.filter(dimension__framework=assessment.round.framework_id)
        self.statements = list(rows.select_related("dimension").order_by("dimension__number", "number", "pk"))
        for one in self.statements:
            self.fields[self._name(one)] = forms.TypedChoiceField(
                label=one.text, choices=levels, coerce=int, empty_value=None, required=False, widget=forms.RadioSelect
            )
            self.initial.setdefault(self._name(one), said.get(one.pk))
        self.fields["words"] = self.fields.pop("words")

    @staticmethod
    def _name(statement):
        return f"level_{statement.pk}"

    @property
    def dimensions(self):
        """Each dimension with the fields of its statements, in order."""
        found = {}
        for one in self.statements:
            found.setdefault(one.dimension, []).append(self[self._name(one)])
        return list(found.items())

    @property
    def levels(self):
        """What was answered: ids of statements with levels."""
        said = {one.pk: self.cleaned_data.get(self._name(one)) for one in self.statements}
        return {pk: level for pk, level in said.items() if level is not None and level <= HIGHEST}

    def mark_unanswered(self):
        """Say at each statement without an answer that it has none, so that the summary leads there."""
        for one in self.statements:
            if self.cleaned_data.get(self._name(one)) is None:
                self.add_error(self._name(one), NOT_ANSWERED)


class InRoleForm(forms.Form):
    role = forms.ModelChoiceField(
        queryset=MethodRole.objects.all(), label=_("Role"), widget=forms.RadioSelect, empty_label=None
    )

    def __init__(self, *args, taken=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["role"].queryset = MethodRole.objects.exclude(pk__in=taken)
