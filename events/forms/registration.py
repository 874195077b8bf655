"""Signing up: three fields for a guest, hardly any for a person with an account, and what the event asks."""

from django import forms
from django.db import connection
from django.utils.translation import gettext_lazy as _

from actors.forms import Discreet, person_name
from actors.models import Actor, Representative
from actors.numbers import forbid_personal_number
from events.models import QuestionKind
from web.fields import AddressField, LineField, TextField

CARE_HELP = _("You choose whether to answer. Only the organisers read it, and it is deleted 7 days after the event.")


def spoken_for(user):
    """The public organisations that `user` speaks for."""
    mine = Representative.objects.actors_of(user)
    return Actor.objects.published().filter(pk__in=mine).order_by("name_sort", "pk").only("name")


_ASKED = """SELECT EXISTS (SELECT FROM events_question WHERE event_id = %s),
    EXISTS (SELECT FROM actors_representative WHERE user_id = %s)"""


def asked_of(event, user):
    """What the event asks `user`, and the organisations that they may come for. Many events ask nothing, and most
    people speak for nobody: one short question tells, in place of two long ones."""
    with connection.cursor() as cursor:
        cursor.execute(_ASKED, [event.pk, user.pk])
        asks, speaks = cursor.fetchone()
    return {"questions": event.questions.all() if asks else (), "actors": spoken_for(user) if speaks else ()}


def organisation(**more):
    return LineField(
        label=_("Organisation"),
        max_length=200,
        required=False,
        validators=[forbid_personal_number],
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        **more,
    )


def field_of(question):
    """The field in which a question of the event is answered. What is asked of food and access nobody must answer."""
    facts = {"label": question.text, "required": question.is_required and question.kind != QuestionKind.CARE}
    if question.kind == QuestionKind.CHOICE:
        options = [line.strip() for line in question.options.splitlines() if line.strip()]
        return forms.ChoiceField(choices=[("", "–"), *((option, option) for option in options)], **facts)
    care = {"help_text": CARE_HELP} if question.kind == QuestionKind.CARE else {}
    widget = forms.Textarea(attrs={"rows": 2})
    return TextField(max_length=2000, widget=widget, validators=[forbid_personal_number], **facts, **care)


class AnswersForm(Discreet, forms.Form):
    """What the event asks of whoever signs up: a field for each question."""

    def __init__(self, *args, questions=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.asked = {f"question_{question.number}": question for question in questions}
        for name, question in self.asked.items():
            self.fields[name] = field_of(question)

    @property
    def answers(self):
        """{id of the question: words}"""
        return {question.pk: self.cleaned_data[name] for name, question in self.asked.items()}


class GuestForm(AnswersForm):
    """For somebody without an account."""

    name = person_name()
    email = AddressField(label=_("Your e-mail"), help_text=_("We send a code there, to know that it is yours."))
    organisation = organisation(help_text=_("Leave it empty if you come for yourself."))


class ForActor(AnswersForm):
    """With a choice among the organisations (`actors`) that somebody speaks for; else they write its name."""

    actor = forms.TypedChoiceField(label=_("On behalf of"), required=False, coerce=int, empty_value=None)
    organisation = organisation(help_text=_("Leave it empty if you come for yourself."))

    def __init__(self, *args, actors=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.actors = {actor.pk: actor for actor in actors}
        if not self.actors:
            del self.fields["actor"]
            return
        choices = [(pk, actor.name) for pk, actor in self.actors.items()]
        self.fields["actor"].choices = [*choices, ("", _("Another organisation, or myself"))]
        self.fields["actor"].initial = choices[0][0]
        self.fields["organisation"].label = _("Name of the other organisation")

    @property
    def on_behalf_of(self):
        actor = self.actors.get(self.cleaned_data.get("actor"))
        return {"actor": actor, "organisation": "" if actor else self.cleaned_data["organisation"]}


class PersonForm(ForActor):
    """For somebody who is signed in; the name only when we do not know it."""

    name = person_name()
    field_order = ["name", "actor", "organisation"]

    def __init__(self, *args, user=None, **kwargs):
        super().__init__(*args, **kwargs)
        if user is not None and user.name:
            del self.fields["name"]


class ColleagueForm(ForActor):
    """Somebody who is signed in signs up a colleague: without what only the colleague can answer."""

    name = LineField(label=_("The colleague's name"), max_length=120, validators=[forbid_personal_number])
    email = AddressField(
        label=_("The colleague's e-mail"),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "inputmode": "email", "autocapitalize": "none"}),
        help_text=_("The colleague gets a mail, and can leave with its link."),
    )
    field_order = ["name", "email", "actor", "organisation"]


class SeatForm(AnswersForm):
    """What one can change of one's own registration; not for which organisation of the register one comes."""

    organisation = organisation()
    is_listed = forms.BooleanField(label=_("Show my name and organisation to the others who come"), required=False)

    def __init__(self, *args, for_actor=False, **kwargs):
        super().__init__(*args, **kwargs)
        if for_actor:
            del self.fields["organisation"]
