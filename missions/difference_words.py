"""A difference of two versions as people read it: parts with a heading, lines with their words marked, and why."""

from dataclasses import dataclass, field
from itertools import groupby

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from missions.difference import LANGUAGES, Item, Mark, Text, Weeks, difference, marks, stage_change
from missions.models import EvidenceKind, MethodRole
from missions.templatetags.methods import in_weeks
from web.text import readers

TEXTS = {
    "name": _("Name"),
    "short": _("Short name"),
    "purpose": _("Purpose"),
    "suits": _("When it suits"),
    "origin": _("Where it comes from"),
}
ONE = {"activities": _("Activity"), "outputs": _("Output"), "gate": _("Question of the gate")}
SPOKEN = {"sv": _("Swedish"), "en": _("English")}
REQUIRED = {True: _("required"), False: _("advisory")}
ADDED, REMOVED = pgettext_lazy("difference", "added"), pgettext_lazy("difference", "removed")
CHANGED, MOVED = pgettext_lazy("difference", "changed"), pgettext_lazy("difference", "moved")
NO_STAGE = {
    "short_sv": "",
    "short_en": "",
    "name": {"sv": "", "en": ""},
    "purpose": {"sv": "", "en": ""},
    "activities": [],
    "outputs": [],
    "gate": [],
    "duration_weeks": {"min": None, "max": None},
    "roles": [],
}


@dataclass
class Line:
    """One change: what it is about, what happened to it, its words by language; `notes`: (name, marks)."""

    label: str
    what: str
    place: object
    texts: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    because: list = field(default_factory=list)


@dataclass
class Section:
    heading: str
    what: str = ""
    moved: str = ""
    place: object = None
    lines: list = field(default_factory=list)
    because: list = field(default_factory=list)


class Teller:
    """Knows the names of roles and kinds of evidence, and why things are as they are (`missions.lineage`)."""

    def __init__(self, why=None):
        self.why = why or {}
        self.roles = {one.slug: one.name for one in MethodRole.objects.all()}
        self.kinds = {one.slug: one.name for one in EvidenceKind.objects.all()}

    def sections(self, before, after):
        """What differs between two versions in the fixed form."""
        found = difference(before, after)
        whole = self.texts(found.texts)
        whole += [self.words(_("Sources"), found.sources)] if found.sources else []
        whole += [self.weeks(found.weeks)] if found.weeks else []
        sections = [Section(_("The method as a whole"), lines=whole)] if whole else []
        return sections + [self.stage(change) for change in found.stages]

    def stage(self, change):
        is_new, is_gone = change.is_new, change.is_gone
        name = (change.before if is_gone else change.after)["name"]
        facts = change if not (is_new or is_gone) else self._all_of(change)
        return Section(
            heading=readers(name["sv"], name["en"]),
            what=_("New stage") if is_new else _("Stage removed") if is_gone else "",
            moved=_("moved from place %(old)s to place %(new)s") % dict(zip(("old", "new"), change.moved, strict=True))
            if change.moved
            else "",
            place=change.place,
            lines=self.lines(facts),
            because=self.why.get(change.place, []),
        )

    def _all_of(self, change):
        """Everything that a stage brought when it came, or took away when it went."""
        return stage_change(change.slug, change.before or NO_STAGE, change.after or NO_STAGE)

    def lines(self, change):
        lines = self.texts(change.texts)
        lines += [self.item(fact) for part in change.items for fact in part.facts]
        lines += [self.words(_("Roles"), change.roles, self.roles)] if change.roles else []
        return lines + ([self.weeks(change.weeks)] if change.weeks else [])

    def _line(self, label, what, fact, **more):
        return Line(label, what, fact.place, because=self.why.get(fact.place, []), **more)

    def texts(self, facts):
        """A line for each text, with both languages when it differs in both."""
        return [self.text(list(same)) for _place, same in groupby(facts, lambda fact: fact.place)]

    def text(self, facts: list[Text]):
        is_new, is_gone = not any(one.before for one in facts), not any(one.after for one in facts)
        what = ADDED if is_new else REMOVED if is_gone else CHANGED
        texts = [spoken(one.language, one.before, one.after) for one in facts]
        return self._line(TEXTS[facts[0].name], what, facts[0], texts=texts)

    def weeks(self, fact: Weeks):
        pair = [
            (kind, in_weeks(said["min"], said["max"])) for kind, said in (("gone", fact.before), ("new", fact.after))
        ]
        return self._line(_("Time"), CHANGED, fact, notes=[("", [Mark(kind, time) for kind, time in pair if time])])

    def words(self, label, fact, names=None):
        names = names or {}
        gone = [Mark("gone", names.get(one, one)) for one in fact.removed]
        new = [Mark("new", names.get(one, one)) for one in fact.added]
        what = CHANGED if gone or new else _("in another order")
        return self._line(label, what, fact, notes=[("", [one]) for one in gone + new])

    def item(self, fact: Item):
        if fact.before is None or fact.after is None:
            what = ADDED if fact.before is None else REMOVED
        else:
            what = MOVED if fact.is_moved and fact.before == fact.after else CHANGED
        texts = [spoken(text.language, text.before, text.after) for text in fact.texts] or unchanged(fact.after)
        return self._line(ONE[fact.place.part], what, fact, texts=texts, notes=self._notes(fact))

    def _notes(self, fact):
        notes = []
        if fact.evidence_kind:
            shown = [Mark(kind, self.kinds.get(one, one)) for kind, one in _pair(fact.evidence_kind)]
            notes.append((_("Shown by"), shown))
        if fact.required:
            asked = [Mark(kind, str(REQUIRED[one])) for kind, one in _pair(fact.required)]
            notes.append((_("At the gate"), asked))
        return notes


def _pair(values):
    return [(kind, one) for kind, one in zip(("gone", "new"), values, strict=True) if one is not None]


def spoken(language, before, after):
    """A text of one language with its marks."""
    return {"language": language, "name": SPOKEN[language], "marks": marks(before, after)}


def unchanged(item):
    """The words of an item of which something else changed, in the reader's language."""
    words = readers(item["sv"], item["en"])
    return [spoken(one, words, words) for one in LANGUAGES if item[one] == words][:1]
