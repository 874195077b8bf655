"""Forms of inviting, and of answering an invitation."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Language
from platforms.forms.members import OrganisationField
from platforms.forms.people import PeopleForm, lines, personal_line, table
from platforms.models import SpaceRole
from web.fields import AddressField, LineField

NOBODY = _("Write at least one address, or choose a file.")


class InviteForm(PeopleForm):
    """Whom to invite, as what and with which words."""

    people = lines(
        label=_("Names and addresses"),
        help_text=_("One on each line, for example “Eva Ek &lt;eva@example.org&gt;”, or as Outlook copies them."),
    )
    file = table(help_text=_("With a column for the name and one for the address. At most 500 rows and 200 kB."))
    role = forms.ChoiceField(label=_("As"), choices=SpaceRole, initial=SpaceRole.MEMBER, widget=forms.RadioSelect)
    on_behalf_of = OrganisationField()
    language = forms.ChoiceField(label=_("Language of the mail"), choices=Language, widget=forms.RadioSelect)
    line = personal_line()
    again = forms.BooleanField(label=_("Send again to those who are invited already"), required=False)
    declined = forms.BooleanField(label=_("Also invite those who have said no earlier"), required=False)

    nobody = NOBODY

    def __init__(self, *args, organisations=None, **kwargs):
        super().__init__(*args, **kwargs)
        if organisations is not None:
            self.fields["on_behalf_of"].queryset = organisations


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
