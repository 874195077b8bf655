"""One dimension as a picture: a dot for each round on the scale, joined where the same organisations answered."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.ability import label_of
from events.ability_words import mean_in_words
from events.models import HIGHEST, RoundKind

WIDTH, HEIGHT, EDGE, MIDDLE = 320, 52, 16, 26
DOTS = {
    RoundKind.BEFORE: '<circle class="before" cx="{x}" cy="{y}" r="8"/>',
    RoundKind.DURING: '<path class="during" d="M{x} {y}m0-7l7 7-7 7-7-7z"/>',
    RoundKind.AFTER: '<circle class="after" cx="{x}" cy="{y}" r="5"/>',
}


def picture(row, rounds):
    """The picture of a Row as SVG; "" when nothing is told. Its words say all that it shows."""
    spots = [(round_, figure) for round_, figure in zip(rounds, row.shown, strict=True) if figure]
    if not spots:
        return ""
    return format_html(
        '<svg class="rise" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}{}</svg>',
        *(WIDTH, HEIGHT, in_words(row, rounds)),
        _scale(),
        _way(spots) if row.is_compared else "",
        format_html_join("", "{}", ((_dot(round_, figure),) for round_, figure in spots)),
        _values(spots),
    )


def in_words(row, rounds):
    """What the picture shows: Direction: Before 1.2, After 2.4, the same 4 organisations."""
    spots = [(round_, figure) for round_, figure in zip(rounds, row.shown, strict=True) if figure]
    said = ", ".join(f"{label_of(round_)} {mean_in_words(figure.value)}" for round_, figure in spots)
    number = spots[-1][1].organisations
    if row.is_compared:
        of = ngettext("the same %(number)s organisation", "the same %(number)s organisations", number)
    else:
        of = _("not the same organisations") if len(spots) > 1 else ngettext(
            "%(number)s organisation", "%(number)s organisations", number
        )  # fmt: skip
    return f"{row.dimension}: {said}, {of % {'number': number}}"


def sign_of(round_):
    """The dot of a round on its own, for the legend."""
    return format_html(
        '<svg class="rise key" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">{}</svg>',
        _drawn(round_.kind, 10, 10),
    )


def _x(value):
    return EDGE + float(value) / HIGHEST * (WIDTH - 2 * EDGE)


def _scale():
    lines = "".join(f"M{_x(level):g} {MIDDLE - 10}v20" for level in range(HIGHEST + 1))
    return mark_safe(f'<path class="scale-of" d="M{EDGE} {MIDDLE}H{WIDTH - EDGE}{lines}"/>')


def _way(spots):
    first, last = spots[0][1].value, spots[-1][1].value
    return format_html('<path class="way" d="M{} {}H{}"/>', f"{_x(first):.1f}", MIDDLE, f"{_x(last):.1f}")


def _dot(round_, figure):
    return _drawn(round_.kind, _x(figure.value), MIDDLE)


def _drawn(kind, x, y):
    return mark_safe(DOTS[kind].format(x=f"{x:.1f}", y=y))


def _values(spots):
    """The first value below, the last one above: they never stand on each other."""
    text = '<text x="{}" y="{}">{}</text>'
    ends = [(spots[0][1], HEIGHT - 2)] + ([(spots[-1][1], 12)] if len(spots) > 1 else [])
    return format_html_join("", text, ((f"{_x(one.value):.1f}", y, mean_in_words(one.value)) for one, y in ends))
