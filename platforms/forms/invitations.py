"""Forms of inviting, and of answering an invitation."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Language
from platforms.actions import addresses
from platforms.forms.members import OrganisationField
from platforms.models import SpaceRole
from web.fields import AddressField, LineField, TextField

NOBODY = _("Write at least one address, or choose a file.")
FILE_TOO_LARGE = _("The file is larger than 200 kB. Take the names and addresses only, or divide it.")


class InviteForm(forms.Form):
    """Whom to invite, as pasted lines or a file, as what and with which words."""

    people = TextField(
        label=_("Names and addresses"),
        max_length=addresses.LONGEST_TEXT,
        required=False,
        help_text=_("One on each line, for example “Eva Ek &lt;eva@example.org&gt;”, or as Outlook copies them."),
        widget=forms.Textarea(attrs={"rows": 7, "spellcheck": "false", "autocapitalize": "none"}),
    )
    file = forms.FileField(
        label=_("Or a file (CSV)"),
        required=False,
        help_text=_("With a column for the name and one for the address. At most 500 rows and 200 kB."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
        allow_empty_file=True,
    )
    role = forms.ChoiceField(label=_("As"), choices=SpaceRole, initial=SpaceRole.MEMBER, widget=forms.RadioSelect)
    on_behalf_of = OrganisationField()
    language = forms.ChoiceField(label=_("Language of the mail"), choices=Language, widget=forms.RadioSelect)
    line = LineField(
        label=_("A personal line"),
        max_length=500,
        required=False,
        help_text=_("A mail with a word from you is answered more often."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    again = forms.BooleanField(label=_("Send again to those who are invited already"), required=False)
    declined = forms.BooleanField(label=_("Also invite those who have said no earlier"), required=False)

    def __init__(self, *args, organisations=None, **kwargs):
        super().__init__(*args, **kwargs)
        if organisations is not None:
            self.fields["on_behalf_of"].queryset = organisations

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
            self.add_error("people", NOBODY)
        return cleaned

    def _show(self, text):
        """What came in a file stands in the field from now on: a browser does not send a file twice."""
        self.data = self.data.copy()
        self.data[self.add_prefix("people")] = text


class NameForm(forms.Form):
    """A new person's name; the code goes to the invited address."""

    name = LineField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))


class NameAndAddressForm(NameForm):
    """The same where the address is not known: a link for a meeting."""

    email = AddressField(label=_("Your e-mail address"), help_text=_("We send a code there, to know that it is yours."))


WHY_NOT = (
    ("time", _("I have no time for it")),
    ("topic", _("It is not my topic")),
    ("person", _("Somebody else should be asked")),
    ("unknown", _("I do not know what this is")),
    ("other", _("Another reason")),
)


class DeclineForm(forms.Form):
    """No, thank you. A reason must be chosen: a program that sends every form it finds chooses none."""

    why = forms.ChoiceField(label=_("Why?"), choices=WHY_NOT, widget=forms.RadioSelect)
    words = LineField(label=_("In your own words"), max_length=400, required=False)

    @property
    def reason(self):
        label = str(dict(WHY_NOT)[self.cleaned_data["why"]])
        words = self.cleaned_data["words"]
        return f"{label}: {words}" if words else label


class PassOnForm(forms.Form):
    """The right colleague."""

    name = LineField(label=_("Your colleague's name"), max_length=120)
    email = AddressField(label=_("Your colleague's e-mail address"))


class LinkForm(forms.Form):
    """A link for a meeting."""

    cap = forms.IntegerField(label=_("For how many people at most?"), min_value=1, max_value=500, initial=20)
    hours = forms.ChoiceField(
        label=_("How long does it work?"),
        choices=[("2", _("2 hours")), ("8", _("8 hours")), ("24", _("24 hours")), ("168", _("A week"))],
        initial="8",
        widget=forms.RadioSelect,
    )
    role = forms.ChoiceField(
        label=_("As"),
        choices=[choice for choice in SpaceRole.choices if choice[0] != SpaceRole.COORDINATOR],
        initial=SpaceRole.MEMBER,
        widget=forms.RadioSelect,
    )
