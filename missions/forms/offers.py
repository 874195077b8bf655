"""Forms of offers: making one, and answering it."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.models import Actor, Representative
from missions.actions.offers import NOT_YOURS
from missions.models import WAVES
from platforms.forms.decisions import DayField
from web.fields import LineField, TextField

YES, NO = "yes", "no"


def represented_by(user):
    """The public organisations that `user` speaks for."""
    mine = Representative.objects.actors_of(user)
    return Actor.objects.published().filter(pk__in=mine).order_by("name_sort", "pk")


class OfferForm(forms.Form):
    """Two fields; a third for who speaks for several organisations."""

    actor = forms.ModelChoiceField(
        Actor.objects.none(),
        label=_("For which organisation"),
        empty_label=None,
        error_messages={"invalid_choice": NOT_YOURS},
    )
    text = LineField(
        label=_("What do you want to contribute?"),
        max_length=300,
        help_text=_("For example: “We lend a boat with a sensor, five days in May.”"),
    )
    due_on = DayField(label=_("By when"))

    def __init__(self, *args, actors=None, **kwargs):
        super().__init__(*args, **kwargs)
        if actors is not None:
            self.fields["actor"].queryset = actors
            if len(actors) == 1:
                self.fields["actor"].initial, self.fields["actor"].widget = actors[0].pk, forms.HiddenInput()

    def clean_due_on(self):
        if self.cleaned_data["due_on"] < timezone.localdate():
            raise forms.ValidationError(_("The date has passed already."))
        return self.cleaned_data["due_on"]


class OfferAnswerForm(forms.Form):
    """Yes with a wave, or no with words."""

    answer = forms.ChoiceField(
        label=_("Your answer"),
        widget=forms.RadioSelect,
        choices=[(YES, _("Accept: it becomes a promise of the organisation")), (NO, _("No, with words"))],
    )
    wave = forms.TypedChoiceField(
        label=_("Wave, if you accept"),
        coerce=int,
        choices=[(number, number) for number in range(1, WAVES + 1)],
        help_text=_("In which order: what is in the first wave is done first."),
    )
    words = TextField(
        label=_("Words to the organisation"),
        max_length=1000,
        required=False,
        help_text=_("Needed if you say no. They come in a mail, and stand on the page of the offer."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self):
        data = super().clean()
        if data.get("answer") == NO and not data.get("words") and "words" not in self.errors:
            self.add_error("words", _("Say in a line why, so that the organisation can understand."))
        return data

    @property
    def accepts(self):
        return self.cleaned_data["answer"] == YES
