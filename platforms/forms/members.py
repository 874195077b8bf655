"""Forms about membership: one's own, somebody's, leaving, asking to join."""

from django import forms
from django.utils.translation import gettext_lazy as _

from actors.models import Actor
from platforms.models import PartnershipMember, SpaceMember, SpaceRole
from platforms.names import name_of
from web.fields import LineField, TextField


def organisations_of(partnership):
    """The organisations that somebody may stand for in the partnership's spaces: those that it names in public."""
    members = PartnershipMember.objects.current().filter(partnership=partnership)
    return Actor.objects.named().filter(pk__in=members.values("actor")).order_by("name_sort")


class OrganisationField(forms.ModelChoiceField):
    """For which organisation of the partnership, or none."""

    def __init__(self, **kwargs):
        values = {"label": _("On behalf of"), "required": False, "empty_label": _("No organisation: as oneself")}
        super().__init__(Actor.objects.none(), **{**values, **kwargs})


class PersonField(forms.ModelChoiceField):
    def label_from_instance(self, obj):
        return f"{name_of(obj.user)} ({obj.on_behalf_of})" if obj.on_behalf_of else name_of(obj.user)


def introduction():
    return LineField(
        label=_("Who are you, in a line?"),
        max_length=300,
        required=False,
        help_text=_("For example: “I measure nutrients in shallow bays, and look for boats to borrow.”"),
    )


class SelfForm(forms.Form):
    """What a member changes about themselves."""

    on_behalf_of = OrganisationField(
        help_text=_("Have you changed employer? What you wrote earlier keeps the organisation of that day.")
    )
    introduction = introduction()

    def __init__(self, *args, organisations=None, **kwargs):
        super().__init__(*args, **kwargs)
        if organisations is not None:
            self.fields["on_behalf_of"].queryset = organisations


class MemberForm(forms.Form):
    """What a coordinator changes about a member."""

    role = forms.ChoiceField(label=_("Role"), choices=SpaceRole, widget=forms.RadioSelect)
    on_behalf_of = OrganisationField()

    def __init__(self, *args, organisations=None, **kwargs):
        super().__init__(*args, **kwargs)
        if organisations is not None:
            self.fields["on_behalf_of"].queryset = organisations


class WelcomeForm(forms.Form):
    """The first visit: who one is."""

    introduction = introduction()


class LeaveForm(forms.Form):
    """Leaving: who takes over the open tasks, and who the coordination. Fields that are not needed are not shown."""

    tasks_to = PersonField(
        SpaceMember.objects.none(),
        label=_("Who takes over your open tasks?"),
        required=False,
        empty_label=_("Nobody yet: they stay without an owner"),
    )
    lead_to = PersonField(
        SpaceMember.objects.none(), label=_("Who coordinates the space after you?"), empty_label=_("Choose somebody")
    )

    def __init__(self, *args, others=None, has_tasks=True, leads_alone=True, **kwargs):
        super().__init__(*args, **kwargs)
        if others is not None:
            self.fields["tasks_to"].queryset = others.writers()
            self.fields["lead_to"].queryset = others
        if not has_tasks:
            del self.fields["tasks_to"]
        if not leads_alone:
            del self.fields["lead_to"]


class JoinForm(forms.Form):
    """Asking to join: the space's own questions, or one of ours."""

    on_behalf_of = OrganisationField()

    def __init__(self, *args, questions=(), organisations=None, **kwargs):
        super().__init__(*args, **kwargs)
        if organisations is not None:
            self.fields["on_behalf_of"].queryset = organisations
        self.questions = list(questions) or [str(_("Why do you want to join?"))]
        for number, question in enumerate(self.questions):
            widget = forms.Textarea(attrs={"rows": 3})
            self.fields[f"answer{number}"] = TextField(label=question, max_length=1000, widget=widget)
        self.order_fields([*(f"answer{number}" for number in range(len(self.questions))), "on_behalf_of"])

    @property
    def answers(self):
        """Pairs of question and answer."""
        return [(question, self.cleaned_data[f"answer{n}"]) for n, question in enumerate(self.questions)]


NO = "no"


class DecideForm(forms.Form):
    """A coordinator's answer to somebody who asks to join."""

    answer = forms.ChoiceField(
        label=_("Your answer"),
        widget=forms.RadioSelect,
        choices=[
            (SpaceRole.MEMBER, _("Let in as a member: reads, writes and decides")),
            (SpaceRole.OBSERVER, _("Let in as an observer: reads")),
            (NO, _("Say no")),
        ],
    )
    reason = TextField(
        label=_("Reason, if you say no"),
        max_length=1000,
        required=False,
        help_text=_("The person reads it in a mail."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("answer") == NO and not cleaned.get("reason"):
            self.add_error("reason", _("Say in a line why, so that the person can understand."))
        return cleaned

    @property
    def role(self):
        """The role to let the person in with; None for no."""
        answer = self.cleaned_data["answer"]
        return None if answer == NO else answer
