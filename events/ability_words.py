"""What the page of the ability says in words and figures: the same sentences on the page, as text and in files."""

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from events.ability import label_of
from events.models import FEWEST

COLUMNS = ("part", "what", "when", "group", "organisations", "value")


def title():
    return _("Did the ability rise, and on what evidence?")


def verdict(ability):
    """The answer in one or two sentences."""
    if not ability.is_told:
        return too_few()
    count = ability.risen
    if not count["all"]:
        return _("Nothing can be said of a change yet: it takes two rounds that the same organisations answered.")
    row = next(row for row in ability.whole.rows if row.is_compared)
    spots = [(round_, one) for round_, one in zip(ability.rounds, row.same, strict=True) if one]
    facts = {"up": count["up"], "all": count["all"], "number": spots[-1][1].organisations}
    facts |= {"first": label_of(spots[0][0]).lower(), "last": label_of(spots[-1][0]).lower()}
    said = _(
        "It rose in %(up)s of %(all)s dimensions, from “%(first)s” to “%(last)s”, "
        "for the same %(number)s organisations."
    )
    return said % facts


def too_few():
    return _("Too few organisations have answered: figures are told from %(fewest)s organisations.") % {
        "fewest": FEWEST
    }


def mean_in_words(value):
    """Always with its decimal: 2,0 beside 2,1."""
    return number_format(value, 1)


def change_in_words(row):
    change = row.change
    if change is None:
        return _("no comparison")
    if change == 0:
        return pgettext("ability", "unchanged")
    words = _("rose by %(points)s") if change > 0 else _("fell by %(points)s")
    return words % {"points": mean_in_words(abs(change))}


def method_in_words():
    """How it is counted, one sentence each."""
    return [
        _("Organisations of the support system judge themselves, statement by statement, from 0 to 4."),
        _("A figure is the mean of the organisations' own means. Each organisation weighs the same."),
        _("Figures are told from %(fewest)s organisations, and never so that a difference tells of fewer.")
        % {"fewest": FEWEST},
        _("A change is told only of the same organisations in both rounds."),
        _("Means below 0.3 and above 3.7 are told as these, so that nobody's answer can be read from them."),
        _("A round that is closed never changes; the database holds that."),
    ]


def part_name(part):
    return str(part.role) if part.role else _("The organisations as a whole")


def gap_name(gap):
    begin = label_of(gap.source)
    if gap.target is None:
        return _("Since “%(name)s” was closed") % {"name": begin}
    return _("From “%(first)s” to “%(last)s”") % {"first": begin, "last": label_of(gap.target)}


def gap_days(gap):
    if gap.end is None:
        return _("from %(day)s") % {"day": date_format(gap.start, "j F Y")}
    return " – ".join(date_format(one, "j F Y") for one in (gap.start, gap.end))


def evidence_rows(gap):
    """(what, number) of what was done in a gap; nothing is left out, so that 0 is said as well."""
    return [
        (_("Trainings and workshops with organisations of the support system"), len(gap.trainings)),
        (_("Organisations that took part"), len(gap.trained)),
        (_("Participants"), gap.people),
        (_("Hours of training, all participants together"), round(gap.hours)),
        (_("People who completed a programme"), gap.completed),
        (_("Runs of a method begun"), gap.begun),
        (_("Stages of runs passed"), gap.passed),
        (_("Runs closed"), gap.closed),
        (_("Organisations that lead a run or hold a role in one"), len(gap.leading)),
    ]


# ── Figures ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def headings():
    return [_("Part"), _("What"), _("When"), _("Group"), _("Organisations"), _("Value")]


def figures(ability, gaps):
    """Every number that the page shows, one a row, as COLUMNS."""
    for part in ability.parts:
        for row in part.rows:
            for group, cells in ((_("all who answered"), row.all), (_("the same organisations"), row.same)):
                for round_, cell in zip(ability.rounds, cells, strict=bool(cells)):
                    if cell:
                        yield [part_name(part), str(row.dimension), str(round_), group, cell.organisations, cell.value]
    for gap in gaps:
        for what, number in evidence_rows(gap):
            yield [_("What was done"), what, f"{gap_name(gap)}, {gap_days(gap)}", "", "", number]


# ── Text ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def as_text(ability, gaps, *, marks):
    """All of it as text; with `marks` as Markdown."""
    lines = _Lines(marks)
    lines.heading(1, title())
    if ability.is_invented:
        lines.plain(invented())
    lines.plain(verdict(ability))
    for part in ability.parts:
        if part.is_told:
            lines.heading(2, part_name(part))
            for row in part.rows:
                if row.is_told:
                    lines.point(_row_in_words(row, ability.rounds))
    lines.heading(2, _("What was done between the rounds"))
    for gap in gaps:
        lines.heading(3, f"{gap_name(gap)} ({gap_days(gap)})")
        for what, number in evidence_rows(gap):
            lines.point(f"{what}: {number}")
    lines.heading(2, _("How it is counted"))
    for words in method_in_words():
        lines.point(words)
    return str(lines)


def invented():
    return _("Invented example: these answers were never given. They show what the page can hold.")


def _row_in_words(row, rounds):
    parts = []
    for group, cells in ((_("all who answered"), row.all), (_("the same organisations"), row.same)):
        said = [
            f"{label_of(round_)} {mean_in_words(cell.value)} ({_organisations(cell.organisations)})"
            for round_, cell in zip(rounds, cells, strict=bool(cells))
            if cell
        ]
        if said:
            parts.append(f"{group}: {', '.join(said)}")
    return f"{row.dimension}: {'; '.join(parts)}. {change_in_words(row).capitalize()}."


def _organisations(number):
    return ngettext("%(number)s organisation", "%(number)s organisations", number) % {"number": number}


class _Lines:
    def __init__(self, marks):
        self.marks, self.lines = marks, []

    def heading(self, level, text):
        self.lines += ["", f"{'#' * level} {text}" if self.marks else text, ""]
        if not self.marks:
            self.lines[-1:] = ["=-·"[level - 1] * len(text), ""]

    def plain(self, text):
        self.lines += [text, ""]

    def point(self, text):
        self.lines.append(f"- {text}")

    def __str__(self):
        return "\n".join(self.lines).strip() + "\n"
