"""Forms of the door, of asking people, and of what is counted afterwards."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from events.models import EventKind
from platforms.forms.decisions import DayField
from platforms.forms.people import PeopleForm, lines, personal_line, table
from web.fields import LineField

NOBODY = _("Write at least one name or address, or choose a file.")


class WalkInForm(forms.Form):
    """Somebody who came without being signed up."""

    name = LineField(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    organisation = LineField(
        label=_("Organisation"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class CameListForm(PeopleForm):
    """A list of who came."""

    people = lines(label=_("Names or addresses"), help_text=_("One on each line. An address is surer than a name."))
    file = table(help_text=_("For example the list of participants of a video meeting. At most 500 rows and 200 kB."))
    nobody = NOBODY


class AskForm(forms.Form):
    """Whom of a space or a partnership to ask, and with which words. All are chosen from the start."""

    people = forms.TypedMultipleChoiceField(
        label=_("Who is asked"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    line = personal_line()

    def __init__(self, *args, people=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["people"].choices = people
        self.fields["people"].initial = [pk for pk, _label in people]

    def clean_people(self):
        if not self.cleaned_data["people"]:
            raise ValidationError(_("Choose at least one."))
        return self.cleaned_data["people"]


def _number(label, **more):
    return forms.IntegerField(label=label, min_value=0, max_value=100_000, initial=0, **more)


class HeadcountForm(forms.Form):
    """How many came, by sex, as somebody counted: never from names."""

    women = _number(_("Women"))
    men = _number(_("Men"))
    other = _number(_("Other, or not stated"))
    is_sure = forms.BooleanField(label=_("More people came than anybody ticked: the numbers are right"), required=False)


class PeriodForm(forms.Form):
    """Which events the evidence is about."""

    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("To"), required=False)
    kind = forms.ChoiceField(label=_("Kind of event"), required=False, choices=[("", _("All")), *EventKind.choices])

    def clean(self):
        cleaned = super().clean()
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", _("The period ends before it begins."))
        return cleaned
