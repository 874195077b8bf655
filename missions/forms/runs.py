"""Forms of a run: choosing a version, outputs and their evidence, the gate, leaving out a stage, roles."""

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from missions.forms.argument import ThingForm
from missions.forms.mission import OrganisationField, organisations_of, short
from missions.models import GateVerdict, Method, MethodVersion, Said
from platforms.forms.decisions import PersonField
from platforms.models import SpaceMember
from web.fields import LineField, TextField
from web.text import readers


class VersionField(forms.ModelChoiceField):
    """A version to work by, with the words that say when it suits."""

    def label_from_instance(self, version):
        return format_html('{}<br><span class="soft small">{}</span>', version, version.suits)


class RunForm(forms.Form):
    version = VersionField(
        queryset=None,
        label=_("Method"),
        widget=forms.RadioSelect,
        empty_label=None,
        help_text=_("The run keeps this version, whatever becomes of the method."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        newest = Method.objects.with_latest().values("latest_id")
        rows = MethodVersion.objects.filter(pk__in=newest).order_by("method__position", "method")
        self.fields["version"].queryset = rows


class OutputForm(forms.Form):
    """One output in words; `version` is the save it was drawn from, 0 before the first. A page has one for each output:
    they differ in their ids, and each is sent to an address of its own."""

    text = TextField(label=_("In words"), max_length=5000, required=False, widget=short(5))
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    def __init__(self, *args, output=None, key="", **kwargs):
        said = {"text": output.text, "version": output.version} if output else {"text": "", "version": 0}
        super().__init__(*args, initial=said, auto_id=f"id_{key}_%s", **kwargs)


class OutputEvidenceForm(ThingForm):
    """One thing that shows an output; it may speak for itself."""

    is_against = dated_on = None
    words = LineField(label=_("What it shows"), max_length=300, required=False)


class GateForm(forms.Form):
    """The questions of a stage's gate, and what is decided. Who does not lead answers questions only."""

    verdict = forms.ChoiceField(label=_("Decision"), choices=GateVerdict, widget=forms.RadioSelect)
    reason = TextField(
        label=_("Reason"), max_length=500, required=False, widget=short(3),
        help_text=_("Needed to adjust or to stop. Everybody who may see the mission reads it."),
    )  # fmt: skip
    learning = LineField(
        label=_("What did you learn in this stage?"), max_length=300, required=False,
        help_text=_("One line. Everybody who may see the mission reads it, and it stands in the report on the method."),
    )  # fmt: skip

    def __init__(self, *args, stage, leads, **kwargs):
        answers = {answer.key: answer for answer in stage.answers.all()}
        super().__init__(*args, **kwargs)
        self.questions = []
        for question in stage.stage.gate:
            answer = answers.get(question["key"])
            self._ask(question, answer)
        if not leads:
            for name in ("verdict", "reason", "learning"):
                del self.fields[name]
        self.order_fields([name for name in self.fields if name not in ("verdict", "reason", "learning")])

    def _ask(self, question, answer):
        key = question["key"]
        label = readers(question["sv"], question["en"])
        if not question["required"]:
            label = _("%(question)s (advisory)") % {"question": label}
        self.fields[f"said_{key}"] = forms.ChoiceField(
            label=label, choices=Said, widget=forms.RadioSelect, required=False, initial=answer and answer.answer
        )
        self.fields[f"note_{key}"] = LineField(
            label=_("Note"), max_length=500, required=False, initial=answer and answer.note
        )
        self.questions.append(key)

    @property
    def answers(self):
        said = self.cleaned_data
        return {key: (said.get(f"said_{key}", ""), said.get(f"note_{key}", "")) for key in self.questions}

    @property
    def outcome(self):
        return {name: self.cleaned_data[name] for name in ("verdict", "reason", "learning")}


class SkipForm(forms.Form):
    reason = TextField(
        label=_("Why is this stage left out?"), max_length=500, widget=short(3),
        help_text=_("It stands in the run, and in the report on the method."),
    )  # fmt: skip


class RoleForm(forms.Form):
    """Who has the roles of the method's version: a person of the space, or an organisation, for each."""

    def __init__(self, *args, run, roles, held, **kwargs):
        super().__init__(*args, **kwargs)
        self.roles = roles
        members = SpaceMember.objects.filter(space=run.mission.space_id).values("user")
        people = User.objects.filter(pk__in=members).order_by("name", "pk")
        for role in roles:
            mine = [one for one in held if one.role_id == role.pk]
            actor = next((one.actor_id for one in mine if one.actor_id), None)
            if run.mission.space_id:
                self.fields[f"user_{role.pk}"] = PersonField(
                    people,
                    label=_("%(role)s: person") % {"role": role.name},
                    required=False,
                    empty_label=_("Nobody yet"),
                    help_text=role.description,
                    initial=next((one.user_id for one in mine if one.user_id), None),
                )
            field = OrganisationField(label=_("%(role)s: organisation") % {"role": role.name})
            field.queryset, field.initial = organisations_of(run.mission, actor), actor
            self.fields[f"actor_{role.pk}"] = field

    @property
    def holders(self):
        said = self.cleaned_data

        def of(name):
            return [said[name]] if said.get(name) else []

        return {role: (of(f"user_{role.pk}"), of(f"actor_{role.pk}")) for role in self.roles}
