"""Forms of the theory of change: statements, and the evidence for or against them."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from missions import things
from missions.forms.mission import OrganisationField, organisations_of, short
from missions.forms.portfolio import say_who_left
from missions.models import Confidence, Measurement
from platforms.forms.decisions import DayField, PersonField, version_field
from platforms.models import DecisionState, SpaceMember
from web.fields import LineField, TextField, WebAddressField

MOST = 200  # documents, decisions and measurements to choose from: the newest
ONE_THING = _("Choose one thing from the lists, or give a web address.")


class StatementForm(forms.Form):
    if_text = LineField(label=_("If …"), max_length=300, help_text=_("What somebody does, or what has come about."))
    then_text = LineField(label=_("then …"), max_length=300, help_text=_("What that leads to."))
    because_text = TextField(
        label=_("because …"),
        max_length=500,
        required=False,
        widget=short(3),
        help_text=_("Why it should: this is what can be tested."),
    )
    leads_to = forms.MultipleChoiceField(label=_("It leads on to"), required=False, widget=forms.CheckboxSelectMultiple)
    owner_actor = OrganisationField(
        label=_("Organisation that owns it"), help_text=_("It sees to that the statement is tested. Shown in public.")
    )
    owner = PersonField(
        User.objects.none(),
        label=_("Person to ask"),
        required=False,
        empty_label=_("Nobody yet"),
        help_text=_("Shown to the members of the space alone."),
    )
    review_on = DayField(label=_("Look at it again on"), required=False)
    version = version_field()

    def __init__(self, *args, mission, statement=None, **kwargs):
        super().__init__(*args, **kwargs)
        others = mission.statements.exclude(pk=statement.pk if statement else None).order_by("number")
        self.fields["leads_to"].choices = [
            (str(number), f"{number}. {words}") for number, words in others.values_list("number", "if_text")
        ]
        if not self.fields["leads_to"].choices:  # the first statement of all has nowhere to lead
            self.fields["leads_to"].widget = forms.MultipleHiddenInput()
        self.fields["owner_actor"].queryset = organisations_of(mission, statement and statement.owner_actor_id)
        if mission.space_id:
            writers = SpaceMember.objects.writers().filter(space=mission.space_id).values("user")
            stays = [statement.owner_id] if statement and statement.owner_id else []
            people = User.objects.filter(pk__in=writers) | User.objects.filter(pk__in=stays)
            self.fields["owner"].queryset = people.order_by("name", "pk")
            say_who_left(self.fields["owner"], mission, statement and statement.owner)
        else:
            del self.fields["owner"]

    @classmethod
    def of(cls, statement, data=None):
        plain = ("if_text", "then_text", "because_text", "owner_actor", "owner", "review_on", "version")
        initial = {name: getattr(statement, name) for name in plain}
        initial["leads_to"] = [str(one.number) for one in statement.leads_to.order_by("number")]
        return cls(data, initial=initial, mission=statement.mission, statement=statement)

    @property
    def values(self):
        return {name: value for name, value in self.cleaned_data.items() if name not in ("version", "leads_to")}

    @property
    def numbers(self):
        return [int(number) for number in self.cleaned_data["leads_to"]]


class ThingForm(forms.Form):
    """One thing that shows something, with a few words and its day."""

    words = LineField(label=_("What it shows"), max_length=300)
    is_against = forms.BooleanField(label=_("It speaks against it"), required=False)
    url = WebAddressField(label=_("A web address"), max_length=500, required=False)
    dated_on = DayField(label=_("From when it is"), initial=timezone.localdate)

    def __init__(self, *args, mission, **kwargs):
        super().__init__(*args, **kwargs)
        for name, (label, choices) in things_of(mission).items():
            if choices:
                self.fields[name] = forms.ChoiceField(
                    label=label, required=False, choices=[("", _("None of these")), *choices]
                )
        self.order_fields(["words", "is_against", *things.names()])
        first = next(name for name in self.fields if name in things.names())
        self.fields[first].help_text = "" if first == "url" else ONE_THING

    def clean(self):
        data = super().clean()
        if len(self.thing) != 1 and not self.errors:
            self.add_error("url", ONE_THING)
        return data

    @property
    def thing(self):
        """{"document": id} or the like, or {"url": address}, of what was chosen."""
        found = {name: self.cleaned_data.get(name) for name in things.names()}
        return {name: value if name == "url" else int(value) for name, value in found.items() if value}


class EvidenceForm(ThingForm):
    """What speaks for or against a statement, and how sure the statement is with it."""

    confidence = forms.ChoiceField(
        label=_("How sure is the statement now?"), choices=Confidence, widget=forms.RadioSelect
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["is_against"].label = _("It speaks against the statement")


class ExperimentEvidenceForm(ThingForm):
    """What shows how an experiment went."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["is_against"].label = _("It speaks against the hypothesis")


def things_of(mission):
    """{name of the field: (label, choices)} of what evidence can point at: documents and outcomes of the mission's own
    space, its measurements, and what other apps offer."""
    found = {}
    if mission.space_id:
        documents = mission.space.documents.filter(removed_at=None).order_by("-number")
        decisions = mission.space.decisions.filter(state=DecisionState.DECIDED).order_by("-number")
        found["document"] = _("A document of the space"), _choices(documents, str)
        found["decision"] = _("A decision of the space"), _choices(decisions, str)
    measured = Measurement.objects.filter(indicator__mission=mission).select_related("indicator").order_by("-on", "-pk")
    found["measurement"] = _("A measurement of the mission"), _choices(measured, "{0.indicator}: {0}".format)
    return found | {kind.name: (kind.label, _choices(kind.offered(mission), kind.words)) for kind in things.kinds()}


def _choices(rows, words):
    return [(str(row.pk), words(row)) for row in rows[:MOST]]
