"""Forms about partnerships and spaces."""

from django import forms
from django.utils.translation import gettext_lazy as _

from platforms.models import Access, Space
from web.text import clean_line, clean_text


class SpaceForm(forms.Form):
    """What staff say when they open a space."""

    name = forms.CharField(
        label=_("What is the space called?"), max_length=Space._meta.get_field("name").max_length, min_length=2
    )
    purpose = forms.CharField(
        label=_("What is it for?"),
        max_length=Space._meta.get_field("purpose").max_length,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One or two sentences: what the people here are to reach together."),
    )
    access = forms.ChoiceField(
        label=_("Who may enter?"), choices=Access, initial=Access.PRIVATE, widget=forms.RadioSelect
    )

    def clean_name(self):
        name = clean_line(self.cleaned_data["name"])
        if len(name) < 2:
            raise forms.ValidationError(_("Write a name of at least two letters."))
        return name

    def clean_purpose(self):
        return clean_text(self.cleaned_data["purpose"])
