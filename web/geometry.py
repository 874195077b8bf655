"""Plane geometry for the chart: a sheet with a projection, distances to land, and marks that do not touch."""

import math
from dataclasses import dataclass

DEGREE_KM = 111.32
LETTER = 0.5  # mean width of a condensed letter, as a part of its size


@dataclass(frozen=True)
class Sheet:
    """A chart's paper: an equirectangular projection true at its middle latitude, in user units of the drawing."""

    west: float
    north: float
    east: float
    south: float
    scale: float
    width: int
    height: int
    margin: int

    @classmethod
    def fit(cls, bbox, points, width, margin):
        """The sheet of `width` that shows `bbox` [west, south, east, north], or all of `points` with some room."""
        if not bbox:
            longitudes, latitudes = [point[0] for point in points], [point[1] for point in points]
            room = 0.04 * (max(longitudes) - min(longitudes))
            bbox = (min(longitudes) - room, min(latitudes) - room, max(longitudes) + room, max(latitudes) + room)
        west, south, east, north = bbox
        scale = (width - 2 * margin) / (east - west)
        stretch = 1 / math.cos(math.radians((south + north) / 2))
        height = round((north - south) * scale * stretch) + 2 * margin
        return cls(west, north, east, south, scale, width, height, margin)

    @property
    def stretch(self):
        return 1 / math.cos(math.radians((self.south + self.north) / 2))

    def x(self, longitude):
        return self.margin + (longitude - self.west) * self.scale

    def y(self, latitude):
        return self.margin + (self.north - latitude) * self.scale * self.stretch

    def xy(self, longitude, latitude):
        return self.x(longitude), self.y(latitude)

    def inner(self):
        """left, right, top, bottom of the drawing inside the frame."""
        return self.margin, self.width - self.margin, self.margin, self.height - self.margin

    def longitudes(self):
        return self.west, self.east

    def latitudes(self):
        return self.south, self.north

    def length(self, kilometres):
        """How long so many kilometres are on the sheet."""
        return kilometres / DEGREE_KM * self.scale * self.stretch

    def kilometres(self, units):
        """The roundest number of kilometres that is at most `units` long on the sheet."""
        fits = [km for km in (1, 2, 5, 10, 20, 50, 100, 200, 500) if self.length(km) <= units]
        return fits[-1] if fits else 1


def frame_steps(low, high):
    """The frame's steps from `low` to `high` degrees: (degrees, label or "") with 8 to 30 even steps."""
    step = next((m for m in (1, 2, 5, 10, 15, 30, 60, 120) if (high - low) * 60 / m <= 30), 300)
    every = {1: 5, 2: 10, 5: 15, 10: 30, 15: 60, 30: 60, 60: 120}.get(step, step * 2)
    minutes = range(math.floor(low * 60 / step) * step, math.ceil(high * 60), step)
    return [(m / 60, _degrees(m) if m % every == 0 else "") for m in minutes]


def _degrees(minutes):
    degrees, rest = divmod(abs(minutes), 60)
    return f"{degrees}°{rest:02}′"


def ring_path(points):
    """A closed SVG path with relative steps of a tenth of a unit; points that fall together are left out."""
    rounded = [(round(x * 10), round(y * 10)) for x, y in points]
    parts = [f"M{rounded[0][0] / 10:g} {rounded[0][1] / 10:g}l"]
    (x0, y0), first = rounded[0], True
    for x, y in rounded[1:]:
        dx, dy = x - x0, y - y0
        if abs(dx) + abs(dy) < 5:
            continue
        across, down = _short(dx), _short(dy)
        parts.append(("" if first or across.startswith("-") else " ") + across)
        parts.append(("" if down.startswith("-") else " ") + down)
        x0, y0, first = x, y, False
    return "".join(parts) + "z"


def _short(tenths):
    return f"{tenths / 10:g}".replace("0.", ".", 1) if abs(tenths) < 10 else f"{tenths / 10:g}"


def inside(rings, x, y):
    """Whether the point lies within one of the rings."""
    return any(_inside_ring(ring, x, y) for ring in rings)


def _inside_ring(ring, x, y):
    hit = False
    (x1, y1) = ring[-1]
    for x2, y2 in ring:
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            hit = not hit
        x1, y1 = x2, y2
    return hit


def distance_to(rings, x, y, enough=math.inf):
    """The distance from the point to the nearest ring, 0 within one; it stops looking for less than `enough`."""
    if inside(rings, x, y):
        return 0.0
    return min((_to_segment(x, y, a, b) for ring in rings for a, b in _near(ring, x, y, enough)), default=math.inf)


def _near(ring, x, y, reach):
    a = ring[-1]
    for b in ring:
        if (
            min(a[0], b[0]) - reach <= x <= max(a[0], b[0]) + reach
            and min(a[1], b[1]) - reach <= y <= max(a[1], b[1]) + reach
        ):
            yield a, b
        a = b


def _to_segment(x, y, a, b):
    dx, dy = b[0] - a[0], b[1] - a[1]
    square = dx * dx + dy * dy
    t = max(0.0, min(1.0, ((x - a[0]) * dx + (y - a[1]) * dy) / square)) if square else 0.0
    return math.hypot(x - a[0] - t * dx, y - a[1] - t * dy)


def text_width(text, size):
    """A safe guess of how wide `text` is in the condensed face at `size`."""
    return len(text) * size * LETTER


def spread(points, radii, sheet, rounds=60):
    """Move circles apart until none touches another, each as little as needed and inside the frame."""
    spots = [list(point) for point in points]
    left, right, top, bottom = sheet.inner()
    for _round in range(rounds):
        moved = False
        for i in range(len(spots)):
            for j in range(i):
                moved |= _push(spots[i], spots[j], radii[i] + radii[j] + 8)
        for spot, radius in zip(spots, radii, strict=True):
            spot[0] = min(max(spot[0], left + radius + 4), right - radius - 4)
            spot[1] = min(max(spot[1], top + radius + 4), bottom - radius - 4)
        if not moved:
            break
    return [tuple(spot) for spot in spots]


def _push(a, b, wanted):
    dx, dy = a[0] - b[0], a[1] - b[1]
    apart = math.hypot(dx, dy)
    if apart >= wanted:
        return False
    ux, uy = (dx / apart, dy / apart) if apart > 0.01 else (1.0, 0.0)
    half = (wanted - apart) / 2 + 0.01
    a[0], a[1], b[0], b[1] = a[0] + ux * half, a[1] + uy * half, b[0] - ux * half, b[1] - uy * half
    return True


def place_labels(spots, radii, names, size, sheet):
    """Where each name stands (middle of its base line), so that nothing touches; None where there is no room."""
    taken = [(x - r, y - r, x + r, y + r) for (x, y), r in zip(spots, radii, strict=True)]
    places = [None] * len(spots)
    for index in sorted(range(len(spots)), key=lambda i: -len(names[i])):
        wide = text_width(names[index], size) + 6
        for x, base in _candidates(spots[index], radii[index], wide, size):
            box = (x - wide / 2, base - size * 0.85, x + wide / 2, base + size * 0.25)
            if _within(box, sheet) and not any(_touch(box, other) for other in taken):
                taken.append(box)
                places[index] = (x, base)
                break
    return places


def _candidates(spot, radius, wide, size):
    x, y = spot
    above, below, side = y - radius - size * 0.35, y + radius + size * 0.95, radius + wide / 2 + 2
    yield from ((x, above), (x, below), (x + side, y + size * 0.35), (x - side, y + size * 0.35))
    for part in (0.35, -0.35, 0.7, -0.7):
        yield x + part * wide, above
        yield x + part * wide, below


def _within(box, sheet):
    left, right, top, bottom = sheet.inner()
    return box[0] > left + 3 and box[1] > top + 3 and box[2] < right - 3 and box[3] < bottom - 3


def _touch(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
