"""The theory of change as a picture: layers from left to right, drawn on the server from the same rows as the text."""

from dataclasses import dataclass
from textwrap import wrap

from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from missions.argument import layers
from web.signs import SIGNS

MARKS = {"assumed": "question", "indicated": "clock", "shown": "check", "refuted": "cross"}
MANY = 40  # above so many statements a box holds only its number
LETTERS, LINES = 21, 3
LINE = 15


@dataclass(frozen=True)
class Sizes:
    """Of a box, and of the room between boxes."""

    width: int
    height: int
    across: int
    down: int


LARGE, SMALL = Sizes(160, 88, 40, 22), Sizes(58, 30, 40, 10)


def picture(argument):
    """The argument as an SVG element, "" when there is nothing to draw. Its links stand as words in the outline."""
    if not argument.said:
        return ""
    sizes = LARGE if len(argument.said) <= MANY else SMALL
    places = _places(argument.links, sizes)
    width = max(x for x, _y in places.values()) + sizes.width + 8
    height = max(y for _x, y in places.values()) + sizes.height + 8
    count = len(argument.said)
    words = ngettext("%(count)s statement", "%(count)s statements", count) % {"count": count}
    return format_html(
        '<svg class="change" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-labelledby="drawn" '
        'aria-describedby="drawn-how"><title id="drawn">{}</title><desc id="drawn-how">{}</desc>{}'
        '<g class="to">{}</g>{}</svg>',
        *(width, height, width, height),
        _("How the statements lead to each other"),
        _("%(statements)s from left to right, with arrows to what they lead to. The outline says the same in words.")
        % {"statements": words},
        _definitions(argument, sizes),
        format_html_join("", '<path d="{}"/>', ((_arrow(*pair, places, sizes),) for pair in _pairs(argument.links))),
        format_html_join("", "{}", ((_box(one.statement, places, sizes),) for one in argument.said)),
    )


def signs():
    """The sign of each confidence, to be drawn wherever one is told (`<use href="#how-…">`)."""
    drawn = ((name, mark_safe(SIGNS[mark])) for name, mark in MARKS.items())
    symbols = format_html_join("", '<symbol id="how-{}" viewBox="0 0 24 24">{}</symbol>', drawn)
    return format_html("<svg hidden>{}</svg>", symbols)


def _pairs(links):
    return [(source, target) for source, onward in links.items() for target in onward]


def _late(links):
    """{number: layer}, each as near to what it leads to as it can be, so that arrows are short."""
    found = layers(links)
    for number in sorted(found, key=found.get, reverse=True):
        if links[number]:
            found[number] = min(found[one] for one in links[number]) - 1
    return found


def _places(links, sizes):
    """{number: (x, y)}, and {(source, target, layer): (x, y)} of the rows that long arrows pass through.

    In a layer everything stands as high as what comes before it stands on average.
    """
    at, before = _late(links), {number: [] for number in links}
    for source, target in _pairs(links):
        last = source
        for layer in range(at[source] + 1, at[target]):
            passed = (source, target, layer)
            at[passed], before[passed], last = layer, [last], passed
        before[target].append(last)
    columns = {}
    for each, layer in at.items():
        columns.setdefault(layer, []).append(each)
    row_height = sizes.height + sizes.down
    tallest = max(len(column) for column in columns.values()) * row_height
    found = {}
    for layer, column in sorted(columns.items()):
        column.sort(key=lambda each: _average([found[one][1] for one in before[each]]))
        start = (tallest - len(column) * row_height) // 2
        for row, each in enumerate(column):
            found[each] = (4 + layer * (sizes.width + sizes.across), 4 + start + row * row_height)
    return found


def _average(values):
    return sum(values) / len(values) if values else 0


def _definitions(argument, sizes):
    """The head of an arrow, and the box with its sign for each confidence that occurs."""
    used = sorted({one.statement.confidence for one in argument.said})
    frame = mark_safe(f'<rect width="{sizes.width}" height="{sizes.height}"/>')
    at = mark_safe(f'x="{sizes.width - 26}" y="6" width="18" height="18"')
    boxes = format_html_join(
        "",
        '<g id="box-{0}" class="box {0}">{1}<use href="#how-{0}" {2}/></g>',
        ((name, frame, at) for name in used),
    )
    head = '<marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    return format_html("<defs>{}{}</defs>", mark_safe(head + '<path d="M0 0 8 4 0 8z"/></marker>'), boxes)


def _arrow(source, target, places, sizes):
    """The path of an arrow: from the right of a box to the left of another, through the rows kept free for it."""
    between = [places[each] for each in places if isinstance(each, tuple) and each[:2] == (source, target)]
    path, (x, y) = "", places[source]
    for next_x, next_y in [*between, places[target]]:
        start, end, half = x + sizes.width, next_x, sizes.height // 2
        bend = (end - start) // 2
        path += f"{'L' if path else 'M'}{start} {y + half}C{start + bend} {y + half} {end - bend} {next_y + half}"
        path += f" {end} {next_y + half}"
        x, y = next_x, next_y
    return path


def _box(statement, places, sizes):
    x, y = places[statement.number]
    box = format_html('<use href="#box-{}" x="{}" y="{}"/>', statement.confidence, x, y)
    if sizes is SMALL:
        return format_html('{}<text x="{}" y="{}">{}</text>', box, x + 8, y + 20, statement.number)
    number = format_html('<text class="n" x="{}" y="{}">{}</text>', x + 10, y + 23, statement.number)
    return format_html("{}{}{}", box, number, _lines(statement.then_text, x + 10, y + 42))


def _lines(text, x, y):
    lines = enumerate(wrap(text, LETTERS, max_lines=LINES, placeholder=" …"))
    return format_html_join("", '<text x="{}" y="{}">{}</text>', ((x, y + LINE * place, line) for place, line in lines))
