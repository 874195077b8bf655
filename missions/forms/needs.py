"""The form of what a mission needs."""

from django import forms
from django.utils.translation import gettext_lazy as _

from actors.models import Actor, Competence
from missions.forms.portfolio import organisations_of
from platforms.forms.decisions import version_field
from web.fields import LineField

NOTHING = _("Choose a competence, or write what is needed.")


class NeedForm(forms.Form):
    words = LineField(
        label=_("What is needed, in a line"),
        max_length=200,
        required=False,
        help_text=_("As you would say it to a colleague: “somebody who can measure oxygen on the sea floor”."),
    )
    competence = forms.ModelChoiceField(
        Competence.objects.all(),
        label=_("Competence"),
        required=False,
        empty_label=_("None of these"),
        help_text=_("From the list that organisations choose from in the register."),
    )
    filled_by = forms.ModelChoiceField(
        Actor.objects.none(),
        label=_("Filled by"),
        required=False,
        empty_label=_("Nobody yet"),
        help_text=_("An organisation of the mission or of its partnership. Shown in public."),
    )
    version = version_field()

    def __init__(self, *args, mission, need=None, **kwargs):
        super().__init__(*args, **kwargs)
        if need:
            self.fields["filled_by"].queryset = organisations_of(mission, need.filled_by_id)
        else:
            del self.fields["filled_by"]

    @classmethod
    def of(cls, need, data=None):
        initial = {name: getattr(need, name) for name in ("words", "competence", "filled_by", "version")}
        return cls(data, initial=initial, mission=need.mission, need=need)

    def clean(self):
        data = super().clean()
        if not (data.get("words") or data.get("competence") or self.errors):
            self.add_error("words", NOTHING)
        return data

    @property
    def values(self):
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}
