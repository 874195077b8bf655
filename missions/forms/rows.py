"""A list of things of a stage as numbered rows of a form: added, moved and taken away with buttons, without scripts.

Each row is a handful of fields with the same names; their order on the page is the order of the rows.
"""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from missions.content import LONGEST_KEY, MOST_ITEMS, key_of
from web.region_reader import SLUG
from web.text import clean_line

LONGEST = 300
DOING = re.compile(r"(activities|outputs|gate)\.(add|up|down|remove)\.([0-9]{1,2})")
REQUIRED = [("yes", _("required")), ("no", _("advisory"))]
NO_SWEDISH = _("Row %(number)s has no Swedish text.")
TOO_LONG = _("Row %(number)s is longer than %(limit)s characters.")
TOO_MANY = _("At most %(most)s rows.")


class Rows(forms.Widget):
    """`more` names a third field of each row: `evidence_kind` or `required`, with its choices."""

    template_name = "missions/_rows.html"

    def __init__(self, thing="", more="", **kwargs):
        super().__init__(**kwargs)
        self.thing, self.more, self.choices = thing, more, []

    @property
    def names(self):
        return ["key", "sv", "en", *([self.more] if self.more else [])]

    def value_from_datadict(self, data, files, name):
        columns = {one: data.getlist(f"{name}-{one}")[: MOST_ITEMS + 1] for one in self.names}
        length = max(len(values) for values in columns.values())
        return [
            {one: str(values[place]) if place < len(values) else "" for one, values in columns.items()}
            for place in range(length)
        ]

    def value_omitted_from_data(self, data, files, name):
        return not any(f"{name}-{one}" in data for one in self.names)

    def id_for_label(self, id_):
        return f"{id_}-sv-1" if id_ else id_

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        rows = list(value or [])
        context["widget"] |= {"rows": rows, "thing": self.thing, "more": self.more, "choices": self.choices}
        context["widget"] |= {"is_full": len(rows) >= MOST_ITEMS, "next": len(rows) + 1}
        return context


class HiddenRows(Rows):
    template_name = "missions/_rows_hidden.html"

    @property
    def is_hidden(self):
        return True


class RowsField(forms.Field):
    """A list of objects with `key`, `sv`, `en`, and what `more` names. A row without words is none."""

    def __init__(self, *, thing, more="", **kwargs):
        super().__init__(required=False, widget=Rows(thing, more), **kwargs)
        self.more, self.hidden_widget = more, lambda: HiddenRows(thing, more)
        if more == "required":
            self.take(REQUIRED)

    def __deepcopy__(self, memo):
        copied = super().__deepcopy__(memo)
        copied.widget.choices = list(self.widget.choices)
        return copied

    def take(self, choices):
        """What the third field of a row can be."""
        self.widget.choices = list(choices)

    def prepare_value(self, value):
        """Items of a stage, or rows as they were typed, as rows."""
        return [row | {"required": as_word(row["required"])} if "required" in row else row for row in value or []]

    def clean(self, rows):
        rows = [self._row(row) for row in rows or []]
        numbered = [(number, row) for number, row in enumerate(rows, 1) if row["sv"] or row["en"]]
        if errors := [error for number, row in numbered for error in self._faults(number, row)]:
            raise ValidationError(errors)
        if len(numbered) > MOST_ITEMS:
            raise ValidationError(TOO_MANY, code="many", params={"most": MOST_ITEMS})
        return keyed([row for _number, row in numbered])

    def _row(self, row):
        words = {one: clean_line(printable(row.get(one, ""))) for one in ("sv", "en")}
        found = {"key": row.get("key", ""), **words}
        return found | ({self.more: row.get(self.more, "")} if self.more else {})

    def _faults(self, number, row):
        if not row["sv"]:
            yield ValidationError(NO_SWEDISH, code="required", params={"number": number})
        if max(len(row["sv"]), len(row["en"])) > LONGEST:
            yield ValidationError(TOO_LONG, code="long", params={"number": number, "limit": LONGEST})
        if self.more and row[self.more] not in {value for value, _label in self.widget.choices}:
            yield ValidationError(_("Choose in row %(number)s."), code="choice", params={"number": number})


def printable(value):
    return str(value).encode("utf-8", "ignore").decode()


def as_word(required):
    return required if isinstance(required, str) else ("yes" if required else "no")


def keyed(rows):
    """Each row with a key of its own: that which it has, else one from its words."""
    taken = {row["key"] for row in rows}
    found, used = [], set()
    for row in rows:
        key = row["key"]
        if not SLUG.fullmatch(key) or len(key) > LONGEST_KEY or key in used:
            key = key_of(row, taken | used)
        used.add(key)
        found.append(row | {"key": key} | ({"required": row["required"] == "yes"} if "required" in row else {}))
    return found


def rearranged(rows, what, number):
    """The rows after a button was pressed: `what` is add, up, down or remove, `number` the row's."""
    rows, place = [dict(row) for row in rows or []], number - 1
    if what == "add":
        return [*rows, {"key": "", "sv": "", "en": "", "is_fresh": True}][:MOST_ITEMS]
    if place not in range(len(rows)):
        return rows
    row = rows.pop(place)
    if what != "remove":
        rows.insert(max(0, place - 1) if what == "up" else place + 1, row)
    return rows
