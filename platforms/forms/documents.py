"""Forms of documents."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from platforms.files import ACCEPT
from web.fields import LineField


class FilesInput(forms.FileInput):
    """A plain choice of files, one or several; always a list."""

    def value_from_datadict(self, data, files, name):
        return files.getlist(name)


class FilesField(forms.Field):
    """One or several files, as a list. What is wrong with one of them is said beside its name, not here."""

    widget = FilesInput

    def __init__(self, *, several, **kwargs):
        super().__init__(error_messages={"required": _("Choose a file.")}, **kwargs)
        self.widget.attrs |= {"accept": ACCEPT, "data-megabytes": str(settings.UPLOAD_MEGABYTES)}
        if several:
            self.widget.allow_multiple_selected = True
            self.widget.attrs["multiple"] = True

    def clean(self, value):
        return super().clean(value)[:1] if not self.widget.allow_multiple_selected else super().clean(value)


class UploadForm(forms.Form):
    files = FilesField(label=_("Files"), several=True)
    note = LineField(label=_("A line about them"), max_length=300, required=False)


class VersionForm(forms.Form):
    files = FilesField(label=_("File"), several=False)
    note = LineField(label=_("What is new"), max_length=300, required=False)


class TitleForm(forms.Form):
    title = LineField(label=_("Title"), max_length=160)
