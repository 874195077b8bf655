"""Forms of programmes, their steps, and taking part."""

from django import forms
from django.utils.translation import gettext_lazy as _

from actors.models import Actor
from events.models import Dimension, Event, StepKind
from platforms.forms.decisions import version_field
from web.fields import LineField, TextField, WebAddressField

WHICH_EVENT = _("Choose the event.")
NEEDS_A_TITLE = _("Self-study and tasks need a title.")


def rows(number):
    return forms.Textarea(attrs={"rows": number})


class Versioned(forms.Form):
    version = version_field()

    @property
    def values(self):
        """What was typed, without the version that it was typed over."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class ProgrammeForm(Versioned):
    title_sv = LineField(label=_("Title"), max_length=200)
    ability_sv = LineField(
        label=_("Ability that it raises"),
        max_length=200,
        help_text=_("What whoever has completed it can do, in one sentence."),
    )
    dimension = forms.ModelChoiceField(
        queryset=Dimension.objects.order_by("framework", "number"),
        label=_("Dimension of the self-assessment"),
        required=False,
        empty_label=_("No dimension"),
    )
    text_sv = TextField(label=_("Description"), max_length=4000, required=False, widget=rows(5))
    title_en = LineField(label=_("Title in English"), max_length=200, required=False)
    ability_en = LineField(label=_("Ability in English"), max_length=200, required=False)
    text_en = TextField(label=_("Description in English"), max_length=4000, required=False, widget=rows(5))

    field_order = ("title_sv", "ability_sv", "dimension", "text_sv", "title_en", "ability_en", "text_en", "version")

    @classmethod
    def of(cls, row, data=None):
        return cls(data, initial={name: getattr(row, name) for name in cls.base_fields})


class EventField(forms.ModelChoiceField):
    def label_from_instance(self, event):
        return f"{event.title} ({event.starts_at:%Y-%m-%d})"


class StepForm(Versioned):
    """A step; `version` is that of its programme."""

    kind = forms.ChoiceField(label=_("Kind of step"), choices=StepKind, widget=forms.RadioSelect)
    event = EventField(
        queryset=Event.objects.none(),
        label=_("Event"),
        required=False,
        empty_label=_("No event"),
        help_text=_("The step is done by coming to it."),
    )
    title_sv = LineField(label=_("Title"), max_length=200, required=False, help_text=_("Not needed for an event."))
    text_sv = TextField(label=_("What is to be done"), max_length=4000, required=False, widget=rows(4))
    link = WebAddressField(label=_("Link"), max_length=500, required=False)
    minutes = forms.IntegerField(
        label=_("How many minutes it takes"),
        required=False,
        min_value=1,
        max_value=30_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    title_en = LineField(label=_("Title in English"), max_length=200, required=False)
    text_en = TextField(label=_("What is to be done, in English"), max_length=4000, required=False, widget=rows(4))

    field_order = ("kind", "event", "title_sv", "text_sv", "link", "minutes", "title_en", "text_en", "version")

    def __init__(self, *args, event=None, **kwargs):
        super().__init__(*args, **kwargs)
        choices = Event.objects.published() | Event.objects.filter(pk=event)
        self.fields["event"].queryset = choices.order_by("-starts_at")

    @classmethod
    def of(cls, step, data=None):
        initial = {name: getattr(step, name) for name in cls.base_fields if name != "version"}
        return cls(data, initial=initial | {"version": step.programme.version}, event=step.event_id)

    def clean(self):
        data = super().clean()
        if data.get("kind") == StepKind.EVENT:
            if not data.get("event") and "event" not in self.errors:
                self.add_error("event", WHICH_EVENT)
        elif data.get("kind"):
            data["event"] = None
            if not data.get("title_sv") and "title_sv" not in self.errors:
                self.add_error("title_sv", NEEDS_A_TITLE)
        return data


class JoinProgrammeForm(forms.Form):
    actor = forms.ModelChoiceField(
        queryset=Actor.objects.none(), label=_("On behalf of"), required=False, empty_label=_("Only myself")
    )

    def __init__(self, *args, actors, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["actor"].queryset = actors


class HandInForm(forms.Form):
    words = TextField(label=_("What you hand in"), max_length=4000, widget=rows(6))


class JudgeForm(forms.Form):
    verdict = forms.ChoiceField(
        label=_("Your answer"),
        choices=[("accept", _("Accept: the step is done")), ("back", _("Send back: something is missing"))],
        widget=forms.RadioSelect,
    )
    answer = TextField(label=_("Words to the participant"), max_length=1000, required=False, widget=rows(3))

    def clean(self):
        data = super().clean()
        if data.get("verdict") == "back" and not data.get("answer") and "answer" not in self.errors:
            self.add_error("answer", _("Say what is missing."))
        return data
