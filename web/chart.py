"""The region as a small sea chart, drawn on the server: no tiles, no script, the same picture for everybody.

`chart(counts, link)` draws `region.current().chart`:

    borders  a GeoJSON FeatureCollection, one feature for each municipality with `code`, `name` and `label_point`
    beyond   a list of rings [[longitude, latitude], …]: the land outside the region, drawn roughly
    sea      the name of the water in the reader's language; "" for a region without a coast
    bbox     [west, south, east, north] in degrees; computed from the borders when missing

Water is drawn only where neither a municipality nor the land beyond lies.
"""

from dataclasses import dataclass
from functools import lru_cache

from django.utils.formats import number_format
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from web import region
from web.geometry import Sheet, distance_to, frame_steps, place_labels, ring_path, spread, text_width
from web.soundings import soundings

WIDTH = 920
MARGIN = 30  # room for the graticule and its figures
CONTOURS = ((150, "c1"), (92, "c2"), (44, "c3"))  # width of the stroke along the coast, and its tone
ROSE = 46


@dataclass(frozen=True)
class Text:
    """A size of lettering: `wide` for a large picture, `narrow` for one as wide as a telephone."""

    key: str
    name: float
    count: float
    ring: float


SIZES = (Text("wide", 19, 18, 20), Text("narrow", 34, 30, 31))


@dataclass(frozen=True)
class Municipality:
    code: str
    name: str
    path: str
    at: tuple


@dataclass(frozen=True)
class Base:
    """What stays the same for every reader of a language."""

    sheet: Sheet
    under: str
    over: str
    municipalities: tuple


@dataclass(frozen=True)
class Row:
    name: str
    count: int
    url: str
    chosen: bool


@dataclass(frozen=True)
class Chart:
    """The drawing, and the same facts as a list, A–Ö, to stand beside it."""

    svg: str
    rows: list

    def __str__(self):
        return self.svg


def chart(counts, link, chosen=()):
    """Draw how many there are in each municipality.

    `counts` maps a municipality's code to a number, `link(code)` gives the address that shows them, `chosen` holds the
    codes that are filtered on now. A municipality with nothing in it has no link.
    """
    place = region.current()
    base = _base(_Source(place.drawing), get_language() or "sv")
    found = [(m, counts.get(m.code, 0), link(m.code), m.code in chosen) for m in base.municipalities]
    rows = [Row(m.name, count, url if count else "", is_chosen) for m, count, url, is_chosen in found]
    facts = ", ".join(f"{row.name} {row.count}" for row in rows)
    svg = format_html(
        '<svg viewBox="0 0 {} {}" role="group" aria-labelledby="chart-title chart-desc">'
        '<title id="chart-title">{}</title><desc id="chart-desc">{}</desc>{}{}{}{}</svg>',
        WIDTH,
        base.sheet.height,
        _("Chart of %(region)s") % {"region": place.name},
        _("How many there are in each municipality: %(facts)s.") % {"facts": facts},
        mark_safe(base.under),
        format_html_join("", "{}", ((_ground(*row),) for row in found)),
        mark_safe(base.over),
        _places(base.sheet, found),
    )
    return Chart(svg, rows)


def _ground(municipality, count, url, chosen):
    """The municipality's land; a click anywhere on it follows the link that its mark has."""
    path = format_html('<path class="ground{}" d="{}"/>', " chosen" if chosen else "", municipality.path)
    return format_html('<a href="{}" tabindex="-1" aria-hidden="true">{}</a>', url, path) if count else path


def _places(sheet, found):
    """The marks with number and name, in two sizes of lettering of which the style sheet shows one."""
    layers = []
    for text in SIZES:
        rings = [max(text.ring, text_width(str(count), text.count) * 0.62 + 8) for _m, count, _url, _chosen in found]
        spots = spread([m.at for m, *_rest in found], rings, sheet)
        labels = place_labels(spots, rings, [m.name for m, *_rest in found], text.name, sheet)
        marks = [
            _mark(text, row, spot, ring, label)
            for row, spot, ring, label in zip(found, spots, rings, labels, strict=True)
        ]
        layers.append(format_html('<g class="{}">{}</g>', text.key, format_html_join("", "{}", ((m,) for m in marks))))
    return format_html_join("", "{}", ((layer,) for layer in layers))


def _mark(text, row, spot, ring, label):
    municipality, count, url, chosen = row
    x, y, wide, radius, base = (f"{value:.1f}" for value in (*spot, ring + 6, ring, spot[1] + text.count * 0.35))
    written = number_format(count)
    drawing = format_html(
        '<circle class="ring" cx="{0}" cy="{1}" r="{2}"/><circle cx="{0}" cy="{1}" r="{3}"/>'
        '<text class="count" x="{0}" y="{4}">{5}</text>{6}',
        x,
        y,
        wide,
        radius,
        base,
        written,
        _name(municipality.name, label),
    )
    if not count:
        return format_html('<g class="place none">{}</g>', drawing)
    spoken = _("%(place)s: %(count)s") % {"place": municipality.name, "count": written}
    current = mark_safe(' aria-current="true"') if chosen else ""
    return format_html('<a class="place" href="{}"{}><title>{}</title>{}</a>', url, current, spoken, drawing)


def _name(name, at):
    return format_html('<text class="name" x="{}" y="{}">{}</text>', f"{at[0]:.1f}", f"{at[1]:.1f}", name) if at else ""


class _Source:
    """A region's drawing as a key: the same one as long as its files are not read anew."""

    def __init__(self, drawing):
        self.drawing = drawing

    def __hash__(self):
        return id(self.drawing)

    def __eq__(self, other):
        return self.drawing is other.drawing


@lru_cache(maxsize=16)
def _base(_source, _language):
    data = region.current().chart
    features = data["borders"]["features"]
    shapes = [_polygons(feature) for feature in features]
    beyond = [list(map(tuple, ring)) for ring in data.get("beyond") or []]
    sheet = Sheet.fit(data.get("bbox"), [point for rings in shapes for ring in rings for point in ring], WIDTH, MARGIN)
    land = [[sheet.xy(*point[:2]) for point in ring] for rings in shapes for ring in rings]
    around = [[sheet.xy(*point[:2]) for point in ring] for ring in beyond]
    municipalities = tuple(
        Municipality(
            str(feature["properties"]["code"]),
            feature["properties"]["name"],
            "".join(ring_path([sheet.xy(*point[:2]) for point in ring]) for ring in rings),
            sheet.xy(*feature["properties"]["label_point"]),
        )
        for feature, rings in sorted(zip(features, shapes, strict=True), key=lambda pair: pair[0]["properties"]["name"])
    )
    names = [(m.name, m.at) for m in municipalities]
    under = _water(sheet, land, around, data.get("sea") or "", names)
    return Base(sheet, under, _frame(sheet), municipalities)


def _polygons(feature):
    geometry = feature["geometry"]
    parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return [ring for polygon in parts for ring in polygon]


def _water(sheet, land, around, sea, names):
    """Everything below the municipalities: water, contours, soundings, names, the land beyond."""
    coast, rough = ("".join(map(ring_path, rings)) for rings in (land, around))
    left, right, top, bottom = sheet.inner()
    clip = f'<clipPath id="sheet"><path d="M{left} {top}H{right}V{bottom}H{left}z"/></clipPath>'
    ground = f'<rect width="{WIDTH}" height="{sheet.height}" fill="var(--{"deep" if sea else "beyond"})"/>'
    parts = [clip, f'<defs><path id="coast" d="{coast}{rough}"/></defs>', '<g clip-path="url(#sheet)">', ground]
    if sea:
        parts += [_contour(width, tone) for width, tone in CONTOURS]
        parts += _sea_signs(sheet, [*land, *around], sea, names)
    parts += [f'<path d="{rough}" fill="var(--beyond)"/>', _graticule(sheet)]
    return "".join([*parts, "</g>"])


def _contour(width, tone):
    stroke = '<use href="#coast" fill="none" stroke="var(--{})" stroke-width="{}" stroke-linejoin="round"{}/>'
    return stroke.format("edge", width + 1.3, ' stroke-opacity=".32"') + stroke.format(tone, width, "")


def _sea_signs(sheet, rings, sea, names):
    """Compass rose, the water's name, scale and soundings, each only where there is room for it at sea."""
    taken, parts = [], []
    rose = _free_spot(sheet, rings, (ROSE * 2 + 16, ROSE * 2 + 16), taken, prefer=lambda x, y: x + y)
    if rose:
        parts.append(_rose(*rose))
    kilometres = sheet.kilometres(170)
    bar = _free_spot(sheet, rings, (sheet.length(kilometres) + 80, 56), taken, prefer=lambda x, y: y * 2 - x)
    if bar:
        parts.append(_scale_bar(sheet, bar, kilometres))
    words = (text_width(sea, 44) * 1.45 + 12, 60)  # of the larger lettering
    name = _free_spot(
        sheet, rings, words, taken, prefer=lambda x, y: -abs(x - WIDTH * 0.5) * 0.4 - abs(y - sheet.height * 0.84)
    )
    if name:
        parts.append(
            f'<text class="sea" x="{name[0]:.0f}" y="{name[1] + 10:.0f}" text-anchor="middle">{escape(sea)}</text>'
        )
    taken += [(x, y, text_width(name, 19) / 2 + 6, 44) for name, (x, y) in names]
    figures = "".join(
        f'<text class="{"sounding" if (index % 3 == 0) else "sounding fine"}" x="{x:.0f}" y="{y:.0f}">{metres}'
        + (f'<tspan class="dm" dy="3">{tenths}</tspan>' if tenths else "")
        + "</text>"
        for index, (x, y, metres, tenths) in enumerate(soundings(sheet, rings, taken))
    )
    return [f"<g>{figures}</g>", *parts]


def _free_spot(sheet, rings, size, taken, prefer):
    """The middle of the best free box of `size` at sea, or None; the box is added to `taken`."""
    wide, high = size[0] / 2, size[1] / 2
    corners = [(dx * wide, dy * high) for dx in (-1, -0.5, 0, 0.5, 1) for dy in (-1, 0, 1)]
    edge = MARGIN + 12
    spots = [
        (x, y)
        for x in range(int(edge + wide), int(WIDTH - edge - wide) + 1, 14)
        for y in range(int(edge + high), int(sheet.height - edge - high) + 1, 14)
        if not any(abs(x - a) < wide + c and abs(y - b) < high + d for a, b, c, d in taken)
    ]
    for x, y in sorted(spots, key=lambda spot: prefer(*spot), reverse=True):
        if all(distance_to(rings, x + dx, y + dy, 16) >= 16 for dx, dy in corners):
            taken.append((x, y, wide, high))
            return x, y
    return None


def _rose(x, y):
    marks = "".join(
        f'<path d="M0-{ROSE}V-{36 if index % 3 == 0 else 41}" transform="rotate({index * 10})"/>' for index in range(36)
    )
    return (
        f'<g class="rose" transform="translate({x} {y})" fill="none" stroke="var(--mark)"><circle r="{ROSE}"/>'
        f'<circle r="33" stroke-width=".6"/>{marks}'
        '<path class="fill" d="M0-31 5.5 0 0 31-5.5 0Z"/><path class="fill faint" d="M-31 0 0-4 31 0 0 4Z"/>'
        f'<text y="-{ROSE + 6}">{escape(_("N"))}</text></g>'
    )


def _scale_bar(sheet, at, kilometres):
    length = sheet.length(kilometres)
    x, y = at[0] - length / 2, at[1] - 4
    step = length / 4
    boxes = "".join(
        f'<rect x="{x + index * step:.1f}" y="{y:.1f}" width="{step:.1f}" height="5" '
        f'fill="var(--{"ink" if index % 2 == 0 else "deep"})" stroke="var(--ink)" stroke-width=".8"/>'
        for index in range(4)
    )
    figures = "".join(
        f'<text x="{x + part * length:.1f}" y="{y + 22:.1f}">{escape(text)}</text>'
        for part, text in ((0, "0"), (0.5, f"{kilometres / 2:g}"), (1, f"{kilometres:g} km"))
    )
    return f'<g class="measure fine">{boxes}{figures}</g>'


def _graticule(sheet):
    """Meridians and parallels as hair lines across the sheet, at every labelled degree or part of it."""
    left, right, top, bottom = sheet.inner()
    lines = [f"M{sheet.x(degrees):.1f} {top}V{bottom}" for degrees, label in frame_steps(*sheet.longitudes()) if label]
    lines += [f"M{left} {sheet.y(degrees):.1f}H{right}" for degrees, label in frame_steps(*sheet.latitudes()) if label]
    return f'<path class="graticule" d="{"".join(lines)}"/>'


def _frame(sheet):
    """The scale border of a chart: black and white steps that are real minutes of arc, with their figures."""
    left, right, top, bottom = sheet.inner()
    parts = ['<g class="frame">']
    for inset in (0, 7, 22):
        parts.append(
            f'<rect x="{left - inset}" y="{top - inset}" width="{right - left + 2 * inset}" '
            f'height="{bottom - top + 2 * inset}"/>'
        )
    parts.append(f'<path class="steps" d="{_steps(sheet)}"/>')
    for degrees, label in frame_steps(*sheet.longitudes()):
        x = sheet.x(degrees)
        if label and left + 26 < x < right - 26:
            parts += [f'<text x="{x:.1f}" y="{y:.1f}">{label}</text>' for y in (top - 10.5, bottom + 18.5)]
    for degrees, label in frame_steps(*sheet.latitudes()):
        y = sheet.y(degrees)
        if label and top + 26 < y < bottom - 26:
            parts += [
                f'<text transform="translate({x:.1f} {y:.1f}) rotate(-90)">{label}</text>'
                for x in (left - 10.5, right + 18.5)
            ]
    return "".join([*parts, "</g>"])


def _steps(sheet):
    left, right, top, bottom = sheet.inner()
    path = []
    across = [(sheet.x(degrees), index) for index, (degrees, _label) in enumerate(frame_steps(*sheet.longitudes()))]
    for (x1, index), (x2, _next) in zip(across, [*across[1:], (right, 0)], strict=True):
        a, b = max(x1, left), min(x2, right)
        if index % 2 == 0 and b > a:
            path += [f"M{a:.1f} {y}h{b - a:.1f}v7H{a:.1f}z" for y in (top - 7, bottom)]
    down = [(sheet.y(degrees), index) for index, (degrees, _label) in enumerate(frame_steps(*sheet.latitudes()))]
    for (y1, index), (y2, _next) in zip(down, [*down[1:], (top, 0)], strict=True):
        a, b = min(y1, bottom), max(y2, top)
        if index % 2 == 0 and a > b:
            path += [f"M{x} {a:.1f}v{b - a:.1f}h7V{a:.1f}z" for x in (left - 7, right)]
    return "".join(path)
