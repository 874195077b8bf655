"""Forms of a method's draft."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from missions import content
from missions.difference import ITEMS
from missions.forms.rows import DOING, RowsField, rearranged
from missions.models import EvidenceKind, MethodRole, Proposal, Run
from web.fields import LineField, TextField
from web.region_reader import is_http_url

BIG = 2**31 - 1
ORDER = _("The most is less than the least.")


def lines(rows):
    return forms.Textarea(attrs={"rows": rows})


def weeks_field(label):
    widget = forms.NumberInput(attrs={"inputmode": "numeric"})
    return forms.IntegerField(label=label, min_value=0, max_value=1000, required=False, localize=False, widget=widget)


class WhyForm(forms.Form):
    """Why something is changed: in words, and because of which run or proposal of one."""

    reason = LineField(
        label=_("Why"),
        max_length=500,
        required=False,
        help_text=_(
            "Stands in public beside what is changed. Name no person and nothing that is said in a closed space."
        ),
    )
    because = forms.ChoiceField(label=_("Because of"), required=False)

    def __init__(self, *args, method, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.choices = because_of(method, user)
        if self.choices:
            self.fields["because"].choices = [("", _("no run")), *grouped(self.choices)]
        else:
            del self.fields["because"]

    @property
    def why(self):
        """The columns of a Change."""
        run, proposal = self.choices.get(self.cleaned_data.get("because"), (None, None))
        return {"reason": self.cleaned_data["reason"], "run": run, "proposal": proposal}


def because_of(method, user):
    """{value: (run, proposal)} of the runs by the method that `user` may see, and what they propose."""
    runs = list(Run.objects.visible_to(user).filter(method_version__method=method).select_related("mission"))
    proposals = Proposal.objects.filter(run__in=runs).select_related("run__mission")
    found = {f"run-{run.pk}": (run, None) for run in runs}
    return found | {f"proposal-{one.pk}": (one.run, one) for one in proposals}


def grouped(choices):
    runs = [(value, str(run)) for value, (run, proposal) in choices.items() if proposal is None]
    proposals = [(value, f"{one} ({run})") for value, (run, one) in choices.items() if one]
    return [(_("Runs"), runs), *([(_("Proposals"), proposals)] if proposals else [])]


class SaidForm(WhyForm):
    """What the forms of a draft share: what they were drawn from, and weeks in order."""

    weeks_min = weeks_field(_("Weeks, at least"))
    weeks_max = weeks_field(_("Weeks, at most"))
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def clean(self):
        data = super().clean()
        low, high = data.get("weeks_min"), data.get("weeks_max")
        if low is not None and high is not None and high < low:
            self.add_error("weeks_max", ORDER)
        return data

    def both(self, name):
        return {"sv": self.cleaned_data[f"{name}_sv"], "en": self.cleaned_data[f"{name}_en"]}

    @property
    def weeks(self):
        return {"min": self.cleaned_data["weeks_min"], "max": self.cleaned_data["weeks_max"]}

    @classmethod
    def kept(cls, waiting):
        """What was typed before a session ended, as initial values; {} when nothing was."""
        if not waiting:
            return {}
        waiting = MultiValueDict({name: one if isinstance(one, list) else [one] for name, one in waiting.items()})
        widgets = {name: field.widget for name, field in cls.base_fields.items()}
        return {
            name: widget.value_from_datadict(waiting, {}, name)
            for name, widget in widgets.items()
            if not widget.value_omitted_from_data(waiting, {}, name)
        }


class NewMethodForm(forms.Form):
    """A name is enough to begin; the rest is written in the draft."""

    name_sv = LineField(label=_("Name in Swedish"), max_length=120, min_length=2)
    name_en = LineField(label=_("Name in English"), max_length=120, required=False)


class TextsForm(SaidForm):
    name_sv = LineField(label=_("Name in Swedish"), max_length=120)
    name_en = LineField(label=_("Name in English"), max_length=120, required=False)
    suits_sv = TextField(label=_("When it suits, in Swedish"), max_length=1000, required=False, widget=lines(3))
    suits_en = TextField(label=_("When it suits, in English"), max_length=1000, required=False, widget=lines(3))
    origin_sv = TextField(label=_("Where it comes from, in Swedish"), max_length=2000, required=False, widget=lines(4))
    origin_en = TextField(label=_("Where it comes from, in English"), max_length=2000, required=False, widget=lines(4))
    sources = TextField(
        label=_("Sources"),
        max_length=5000,
        required=False,
        widget=lines(4),
        help_text=_("One address of the web on each line."),
    )

    def clean_sources(self):
        found = self.cleaned_data["sources"].split()
        for one in found:
            try:
                is_http_url(one)
            except ValidationError as error:
                raise ValidationError(_("“%(address)s” is no address of the web.") % {"address": one}) from error
        return found

    @property
    def said(self):
        return {
            "name": self.both("name"),
            "origin": {"text": self.both("origin"), "sources": self.cleaned_data["sources"]},
            "suits": self.both("suits"),
            "duration_weeks": self.weeks,
        }

    @staticmethod
    def values(said):
        """What a version says, as values of the form."""
        columns = content.text_columns(said)
        seen = content.stamp(content.texts_of(said))
        return columns | {"sources": "\n".join(columns["sources"]), "seen": seen}


class StageForm(SaidForm):
    name_sv = LineField(label=_("Name in Swedish"), max_length=120)
    name_en = LineField(label=_("Name in English"), max_length=120, required=False)
    short_sv = LineField(label=_("Short name in Swedish"), max_length=30, help_text=_("For the course line."))
    short_en = LineField(label=_("Short name in English"), max_length=30, required=False)
    purpose_sv = TextField(label=_("Purpose in Swedish"), max_length=1000, widget=lines(3))
    purpose_en = TextField(label=_("Purpose in English"), max_length=1000, required=False, widget=lines(3))
    activities = RowsField(label=_("Activities"), thing=_("Activity"))
    outputs = RowsField(label=_("Outputs, each with what shows it"), thing=_("Output"), more="evidence_kind")
    gate = RowsField(label=_("Questions of the gate"), thing=_("Question"), more="required")
    roles = forms.MultipleChoiceField(label=_("Roles"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["roles"].choices = [(one.slug, one.name) for one in MethodRole.objects.all()]
        kinds = [(one.slug, one.name) for one in EvidenceKind.objects.all()]
        self.fields["outputs"].take([("", _("choose …")), *kinds])

    def clean_roles(self):
        """Those that had the role before stay in their order."""
        chosen, before = self.cleaned_data["roles"], self.initial.get("roles", [])
        return [one for one in before if one in chosen] + [one for one in chosen if one not in before]

    @property
    def said(self):
        """The stage in the fixed form, without its slug and place."""
        data = self.cleaned_data
        return {
            **{name: data[name] for name in ("short_sv", "short_en", *ITEMS, "roles")},
            "name": self.both("name"),
            "purpose": self.both("purpose"),
            "duration_weeks": self.weeks,
        }

    @staticmethod
    def values(said):
        """What a stage says, as values of the form."""
        return {**content.columns(said), "seen": content.stamp(said)}

    def after(self, doing):
        """What the form holds after a button of a row was pressed; None when `doing` names no button."""
        if not (found := DOING.fullmatch(doing)):
            return None
        name, what, number = found.groups()
        values = {one: self[one].value() for one in self.fields}
        return values | {name: rearranged(values[name], what, int(number))}


class PublishForm(forms.Form):
    news_sv = LineField(
        label=_("What is new, in Swedish"),
        max_length=500,
        help_text=_("A line that stands beside the version: what it changes for those who work by it."),
    )
    news_en = LineField(label=_("What is new, in English"), max_length=500, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=BIG, required=False, localize=False)
