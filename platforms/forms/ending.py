"""How a space is set, and how it ends."""

from django import forms
from django.utils.translation import gettext_lazy as _

from platforms.models import Space, SpaceReport
from web.fields import LineField, TextField


class SettingsForm(forms.ModelForm):
    """Name, purpose and who may enter; `version` is that of the row which the form was drawn from."""

    name = LineField(label=_("Name of the space"), max_length=120)
    purpose = TextField(
        label=_("What it is for"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    questions = TextField(
        label=_("Questions to those who ask to join"),
        help_text=_("One on each line. They are asked only when people may ask to join."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Space
        fields = ("name", "purpose", "access", "questions")
        widgets = {"access": forms.RadioSelect}
        labels = {"access": _("Who may enter")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version


class ReportForm(forms.ModelForm):
    """The closing report; with `choices` also the space in which it goes on."""

    title = LineField(label=_("Title"), max_length=160)
    purpose = TextField(label=_("What it was for"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    members = TextField(
        label=_("Who took part"),
        help_text=_("Organisations, drafted from the space. Name people only if they agree."),
        max_length=10000,
        required=False,
    )
    decisions = TextField(label=_("What was decided"), max_length=20000, required=False)
    documents = TextField(label=_("Documents"), max_length=20000, required=False)
    learnings = TextField(
        label=_("What we learned"),
        help_text=_("Two sentences are enough: what you would do again, and what not."),
        max_length=5000,
    )
    onward = TextField(
        label=_("Where it goes on"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    into = forms.ModelChoiceField(
        label=_("The space in which it goes on"), queryset=Space.objects.none(), empty_label=_("Choose a space")
    )

    class Meta:
        model = SpaceReport
        fields = ("title", "purpose", "members", "decisions", "documents", "learnings", "onward", "is_public")
        labels = {"is_public": _("Let anybody read the report")}

    field_order = ("into", *Meta.fields)

    def __init__(self, *args, choices=None, **kwargs):
        super().__init__(*args, **kwargs)
        if choices is None:
            del self.fields["into"]
        else:
            self.fields["into"].queryset = choices
