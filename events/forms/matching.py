"""Forms of matchmaking: the times, what a participant says of themselves, asking, and filling the schedule."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from actors.models import Competence
from events.forms.fields import MomentField
from events.models import Profile
from web.fields import LineField, TextField

MOST_COMPETENCES = 5


class TimesForm(forms.Form):
    """When people meet, how long, and at how many tables."""

    starts_at = MomentField(label=_("The first meetings begin"))
    ends_at = MomentField(label=_("The last meetings end"))
    minutes = forms.IntegerField(label=_("Minutes each"), min_value=5, max_value=120, initial=20)
    tables = forms.IntegerField(
        label=_("Tables"), min_value=1, max_value=200, initial=20, help_text=_("So many meetings at the same time.")
    )

    def __init__(self, *args, event=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.event = event

    def clean(self):
        data = super().clean()
        starts_at, ends_at = data.get("starts_at"), data.get("ends_at")
        if not (starts_at and ends_at):
            return data
        if ends_at <= starts_at:
            self.add_error("ends_at", _("The last meetings must end after the first ones begin."))
        elif self.event and (starts_at < _whole(self.event.starts_at) or ends_at > self.event.ends_at):
            self.add_error("starts_at", _("The meetings must lie within the times of the event."))
        return data


def _whole(moment):
    """The minute, as a browser sends it."""
    return moment.replace(second=0, microsecond=0)


def _competences(label):
    return forms.ModelMultipleChoiceField(
        Competence.objects.order_by("name_sv", "pk"), label=label, required=False, widget=forms.CheckboxSelectMultiple
    )


class ProfileForm(forms.Form):
    """What a participant offers and looks for: words, and competences of the common list."""

    offers = TextField(
        label=_("What do you offer?"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example: “We build sensors that stand salt water, and lend a boat.”"),
    )
    wishes = TextField(
        label=_("What do you look for?"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example: “Somebody who can read our data on algae.”"),
    )
    offered = _competences(_("Competences that you offer"))
    wished = _competences(_("Competences that you look for"))

    @classmethod
    def of(cls, registration, data=None, initial=None):
        profile = Profile.objects.filter(registration=registration).first()
        values = {"offers": profile.offers, "wishes": profile.wishes} if profile else {}
        if profile:
            values |= {"offered": list(profile.offered.all()), "wished": list(profile.wished.all())}
        form = cls(data, initial={**values, **(initial or {})})
        form.is_new = profile is None
        return form

    def _few(self, name):
        chosen = self.cleaned_data[name]
        if len(chosen) > MOST_COMPETENCES:
            words = ngettext_lazy("Choose at most %(count)s.", "Choose at most %(count)s.", MOST_COMPETENCES)
            raise ValidationError(words % {"count": MOST_COMPETENCES})
        return chosen

    def clean_offered(self):
        return self._few("offered")

    def clean_wished(self):
        return self._few("wished")

    def clean(self):
        data = super().clean()
        if not self.errors and not any(data.values()):
            raise ValidationError(_("Say something of what you offer or look for, so that others find you."))
        return data


class AskForm(forms.Form):
    """Whom to meet, and why in a line."""

    to = forms.ChoiceField(label=_("Whom do you want to meet?"))
    line = LineField(label=_("Why, in one line"), max_length=300, required=False)

    def __init__(self, *args, people=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in people}
        names = [(key, _named(person)) for key, person in self.people.items()]
        self.fields["to"].choices = [("", _("Choose")), *names]

    @property
    def other(self):
        return self.people[self.cleaned_data["to"]].registration


def _named(person):
    return f"{person.name}, {person.organisation}" if person.organisation else person.name


class FillForm(forms.Form):
    most = forms.IntegerField(label=_("At most so many meetings for each"), min_value=1, max_value=50, initial=6)
