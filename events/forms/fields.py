"""Fields of the forms of events: a moment on the clock, organisations by name, and questions as rows."""

import re
from datetime import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from actors.models import Actor
from events import times
from events.models import QuestionKind
from missions.forms.rows import printable
from web.fields import TextField
from web.text import clean_line, clean_text

FORMATS = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H.%M", "%Y-%m-%d kl. %H.%M")
MOST_QUESTIONS = 20
MOST_ORGANISERS = 20
DOING = re.compile(r"questions\.(add|up|down|remove)\.([0-9]{1,2})")
YES_NO = [("no", _("May be left empty")), ("yes", _("Must be answered"))]


class MomentField(forms.Field):
    """A day and a time as the clock on the wall shows it. A time that is left out in spring is refused; of the hour
    that comes twice in autumn the first is taken."""

    default_error_messages = {"invalid": _("Write day and time like this: 2026-12-01 09:00.")}

    def __init__(self, **kwargs):
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"})
        super().__init__(**{"widget": widget, **kwargs})

    def to_python(self, value):
        text = " ".join(printable(value or "").split())
        if not text:
            return None
        for form in FORMATS:
            try:
                found = datetime.strptime(text, form)  # noqa: DTZ007 - the zone comes next
            except ValueError:
                continue
            if not 2000 <= found.year <= 2100:
                break
            return times.at(found.replace(second=0))
        raise ValidationError(self.error_messages["invalid"], code="invalid")

    def prepare_value(self, value):
        return f"{times.local(value):%Y-%m-%dT%H:%M}" if isinstance(value, datetime) else value

    def has_changed(self, initial, data):
        return self.prepare_value(initial) != data


class ActorsField(TextField):
    """Organisations of the register, one name a line; also the last part of an organisation's address, where several
    have the same name."""

    def __init__(self, **kwargs):
        super().__init__(**{"required": False, "max_length": 3000, "widget": forms.Textarea({"rows": 3}), **kwargs})

    def prepare_value(self, value):
        return "\n".join(one.name for one in value) if isinstance(value, list | tuple) else value

    def clean(self, value):
        lines = [clean_line(line) for line in super().clean(value).splitlines()]
        names = list(dict.fromkeys(line for line in lines if line))
        if len(names) > MOST_ORGANISERS:
            raise ValidationError(_("At most %(most)s organisations."), params={"most": MOST_ORGANISERS})
        found = [self._named(name) for name in names]
        if errors := [error for error in found if isinstance(error, ValidationError)]:
            raise ValidationError(errors)
        return found

    def _named(self, name):
        rows = Actor.objects.named().filter(merged_into=None)
        here = list(rows.filter(name__iexact=name)[:2]) or list(rows.filter(slug=name[:120])[:1])
        if not here:
            words = _("No organisation in the register is called “%(name)s”. Write it among other organisers instead.")
            return ValidationError(words, code="unknown", params={"name": name})
        if len(here) > 1:
            words = _(
                "Several organisations are called “%(name)s”. Write the last part of the address of its page instead."
            )
            return ValidationError(words, code="several", params={"name": name})
        return here[0]


class Asked(dict):
    """A question as it is typed; told in words where two versions stand side by side."""

    def __repr__(self):
        return self.get("sv", "")


NAMES = ("key", "sv", "en", "kind", "options", "required")


class QuestionRows(forms.Widget):
    template_name = "events/_questions.html"

    def value_from_datadict(self, data, files, name):
        columns = {one: data.getlist(f"{name}-{one}")[: MOST_QUESTIONS + 1] for one in NAMES}
        length = max(len(values) for values in columns.values())
        return [
            Asked({one: str(values[place]) if place < len(values) else "" for one, values in columns.items()})
            for place in range(length)
        ]

    def value_omitted_from_data(self, data, files, name):
        return not any(f"{name}-{one}" in data for one in NAMES)

    def id_for_label(self, id_):
        return f"{id_}-sv-1" if id_ else id_

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        rows = list(value or [])
        context["widget"] |= {"rows": rows, "kinds": QuestionKind.choices, "needs": YES_NO}
        context["widget"] |= {"is_full": len(rows) >= MOST_QUESTIONS, "next": len(rows) + 1}
        return context


class HiddenQuestions(QuestionRows):
    template_name = "events/_questions_hidden.html"

    @property
    def is_hidden(self):
        return True


class QuestionsField(forms.Field):
    """What whoever signs up is asked; a row without words is none."""

    widget = QuestionRows
    hidden_widget = HiddenQuestions

    def __init__(self, **kwargs):
        super().__init__(required=False, **kwargs)

    def clean(self, rows):
        rows = [self._row(row) for row in rows or []]
        numbered = [(number, row) for number, row in enumerate(rows, 1) if row["sv"] or row["en"] or row["options"]]
        if errors := [error for number, row in numbered for error in self._faults(number, row)]:
            raise ValidationError(errors)
        if len(numbered) > MOST_QUESTIONS:
            raise ValidationError(_("At most %(most)s rows."), code="many", params={"most": MOST_QUESTIONS})
        return [row for _number, row in numbered]

    def _row(self, row):
        words = {one: clean_line(printable(row.get(one, ""))) for one in ("key", "sv", "en")}
        options = "\n".join(line.strip() for line in clean_text(printable(row.get("options", ""))).splitlines() if line)
        kind = row.get("kind") if row.get("kind") in QuestionKind.values else QuestionKind.TEXT.value
        needed = "yes" if row.get("required") == "yes" else "no"
        is_choice = kind == QuestionKind.CHOICE
        return Asked({**words, "kind": kind, "options": options if is_choice else "", "required": needed})

    def _faults(self, number, row):
        said = {"number": number}
        if not row["sv"]:
            yield ValidationError(_("Row %(number)s has no Swedish text."), code="required", params=said)
        if max(len(row["sv"]), len(row["en"])) > 200:
            limit = said | {"limit": 200}
            yield ValidationError(_("Row %(number)s is longer than %(limit)s characters."), code="long", params=limit)
        if row["kind"] == QuestionKind.CHOICE and len(row["options"].splitlines()) < 2:
            yield ValidationError(_("Row %(number)s needs at least two choices, one a line."), params=said)
        if len(row["options"]) > 1000:
            limit = said | {"limit": 1000}
            yield ValidationError(_("Row %(number)s is longer than %(limit)s characters."), code="long", params=limit)


def as_rows(questions):
    return [
        Asked(
            {
                "key": str(one.pk),
                "sv": one.text_sv,
                "en": one.text_en,
                "kind": one.kind,
                "options": one.options,
                "required": "yes" if one.is_required else "no",
            }
        )
        for one in questions
    ]
