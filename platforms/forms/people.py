"""A list of people in a form: pasted lines, or a file."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from platforms.actions import addresses
from web.fields import LineField, TextField

FILE_TOO_LARGE = _("The file is larger than 200 kB. Take the names and addresses only, or divide it.")


def lines(**words):
    """The field to paste into."""
    box = forms.Textarea(attrs={"rows": 7, "spellcheck": "false", "autocapitalize": "none"})
    return TextField(max_length=addresses.LONGEST_TEXT, required=False, widget=box, **words)


def table(**words):
    """The field for a file."""
    box = forms.FileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"})
    return forms.FileField(label=_("Or a file (CSV)"), required=False, widget=box, allow_empty_file=True, **words)


def personal_line():
    """What whoever asks these people writes to them."""
    return LineField(
        label=_("A personal line"),
        max_length=500,
        required=False,
        help_text=_("A mail with a word from you is answered more often."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class PeopleForm(forms.Form):
    """A form with `people = lines(…)` and `file = table(…)`: `found` is what `addresses.read` made of both.

    `nobody` says what is wrong when that is nothing.
    """

    nobody = ""

    def clean_file(self):
        """The text of the file; never more of it is read than it may have."""
        file = self.cleaned_data["file"]
        if not file:
            return ""
        if file.size > addresses.LONGEST_TEXT:
            raise ValidationError(FILE_TOO_LARGE)
        return addresses.decoded(file.read(addresses.LONGEST_TEXT))

    def clean(self):
        cleaned = super().clean()
        text = "\n".join(part for part in (cleaned.get("people"), cleaned.get("file")) if part)
        cleaned["people"], cleaned["file"] = text, None
        self.found = []
        if "people" in self.errors or "file" in self.errors:
            return cleaned
        self._show(text)
        try:
            self.found = addresses.read(text)
        except addresses.TooMany as error:
            self.add_error("people", error)
            return cleaned
        if not self.found:
            self.add_error("people", self.nobody)
        return cleaned

    def _show(self, text):
        """What came in a file stands in the field from now on: a browser does not send a file twice."""
        self.data = self.data.copy()
        self.data[self.add_prefix("people")] = text
