"""Soundings: the small depth figures that make water read as water. They show the idea of a chart, not real depths."""

import math

from web.geometry import distance_to

STEP = 46  # between figures, in units of the drawing
CLEAR = 17  # of land


def soundings(sheet, rings, taken):
    """(x, y, metres, tenths or "") on a loose grid at sea, deeper away from land, free of the boxes in `taken`."""
    left, right, top, bottom = sheet.inner()
    found = []
    for row, y in enumerate(range(int(top) + 18, int(bottom) - 4, STEP - 8)):
        for column, x in enumerate(range(int(left) + 10 + row % 2 * STEP // 2, int(right) - 22, STEP)):
            px, py = x + _noise(row, column) * 20, y + _noise(column, row + 9) * 18
            if px > right - 20 or py > bottom - 6 or _covered(px, py, taken):
                continue
            away = distance_to(rings, px + 7, py - 4, 140)
            if away >= CLEAR:
                found.append((px, py, *_depth(min(away, 150), _noise(row + 3, column + 5))))
    return found


def _noise(a, b):
    """A fixed number from -0.5 to 0.5 for a place in the grid."""
    return math.modf(abs(math.sin(a * 12.9898 + b * 78.233 + 1.7) * 43758.5453))[0] - 0.5


def _covered(x, y, taken):
    return any(abs(x + 7 - a) < wide + 10 and abs(y - 4 - b) < high + 8 for a, b, wide, high in taken)


def _depth(away, noise):
    metres = away * 0.3 * (1 + noise * 0.5) - 1.5
    whole = max(1, int(metres))
    return whole, str(int(metres * 10) % 10 or "") if whole < 10 else ""
