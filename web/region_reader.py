"""Reads one TOML file key by key; every fault is collected as a line that names file and key."""

import math
import re

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email

from web.signs import SIGNS
from web.text import clean_text

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
MAX_LINES = 60
# The grounds that a coloured sign or word may stand on (static/css/tokens.css: paper, land, shoal, deep).
GROUNDS = {
    "light": ("#FBF8F1", "#F3E9CE", "#DCEBF2", "#FFFFFF"),
    "dark": ("#0C1A24", "#1C2A2A", "#12303F", "#0A141C"),
}
ENOUGH = 4.5  # WCAG 2.2, 1.4.3
is_http_url = URLValidator(schemes=["http", "https"])


def luminance(colour):
    """Relative luminance of #RRGGBB, 0 to 1 (WCAG 2.2)."""
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


class Reader:
    def __init__(self, file, data):
        self.file, self.data = file, data
        self.errors, self.read = [], set()

    def wrong(self, key, what):
        self.errors.append(f"{self.file}: {key}: {what}")

    def value(self, key, kind, required):
        """The value at the dotted `key` when it is of `kind`, else None and a noted fault."""
        self.read.add(key)
        found = self.data
        for part in key.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        if found is None and required:
            self.wrong(key, "is missing")
        elif found is not None and not isinstance(found, kind):
            self.wrong(key, f"must be {kind.__name__}, not {type(found).__name__}")
            return None
        return found

    def line(self, key, limit=300, required=True):
        text = self.value(key, str, required) or ""
        if required and not text.strip() and not self.errors_of(key):
            self.wrong(key, "is empty")
        if len(text) > limit:
            self.wrong(key, f"is longer than {limit} characters")
        return clean_text(text)

    def errors_of(self, key):
        return [error for error in self.errors if error.startswith(f"{self.file}: {key}:")]

    def words(self, key, limit, required=True):
        """{"sv": …, "en": …}; both languages must be there when one is."""
        if self.value(key, dict, required) is None:
            return {}
        return {language: self.line(f"{key}.{language}", limit) for language in ("sv", "en")}

    def texts(self, at, **limits):
        prefix = f"{at}." if at else ""
        return {name: self.words(prefix + name, limit) for name, limit in limits.items()}

    def lines(self, key):
        found = self.value(key, list, required=True) or []
        if len(found) > MAX_LINES or not all(isinstance(text, str) and 0 < len(text) <= 200 for text in found):
            self.wrong(key, f"must be at most {MAX_LINES} texts of 1 to 200 characters")
            return []
        return [clean_text(text) for text in found]

    def _checked(self, key, required, check, what):
        text = self.line(key, required=required)
        if text:
            try:
                check(text)
            except ValidationError:
                self.wrong(key, what)
        return text

    def url(self, key, required=True):
        return self._checked(key, required, is_http_url, "must be an address that begins with http:// or https://")

    def email(self, key, required=True):
        return self._checked(key, required, validate_email, "is no e-mail address")

    def slug(self, key):
        text = self.line(key, 60)
        if text and not SLUG.fullmatch(text):
            self.wrong(key, "must be small letters, figures and single hyphens")
        return text

    def keys(self, key):
        return list(self.value(key, dict, required=True) or {})

    def slugs(self, key):
        """The keys of a table, those that are slugs; the others are faults."""
        found = self.keys(key)
        for name in found:
            if not SLUG.fullmatch(name) or len(name) > 80:
                self.wrong(f"{key}.{name}", "must be small letters, figures and single hyphens")
        return [name for name in found if SLUG.fullmatch(name) and len(name) <= 80]

    def one_of(self, key, choices):
        text = self.line(key)
        if text and text not in choices:
            self.wrong(key, f"must be one of {', '.join(choices)}")
        return text

    def sign(self, key):
        text = self.line(key)
        if text and text not in SIGNS:
            self.wrong(key, f"there is no sign “{text[:40]}”")
        return text

    def colour(self, key, scheme):
        """#RRGGBB with enough contrast on every ground of the scheme."""
        text = self.line(key)
        if not COLOUR.fullmatch(text):
            if text:
                self.wrong(key, "must be a colour such as #0E4A63")
            return "#000000"
        weakest = min(contrast(text, ground) for ground in GROUNDS[scheme])
        if weakest < ENOUGH:
            self.wrong(key, f"has a contrast of {weakest:.2f}:1 on a {scheme} ground; at least {ENOUGH}:1 is needed")
        return text.upper()

    def rings(self, key, limit):
        found = self.value(key, list, required=False) or []
        good = all(isinstance(ring, list) and len(ring) >= 3 and all(map(is_point, ring)) for ring in found)
        if not good or sum(map(len, found)) > limit:
            self.wrong(key, f"must be rings of at least three [longitude, latitude], {limit} points in all")
            return []
        return found

    def box(self, key):
        found = self.value(key, list, required=False)
        if found is None:
            return None
        if (
            len(found) != 4
            or not (is_point(found[:2]) and is_point(found[2:]))
            or not (found[0] < found[2] and found[1] < found[3])
        ):
            self.wrong(key, "must be [west, south, east, north] in degrees")
            return None
        return found

    def refuse_unread(self):
        """A key that nothing asked for is a slip of the pen."""
        for key in _leaves(self.data):
            if not any(key == known or key.startswith(f"{known}.") for known in self.read if known not in TABLES):
                self.wrong(key, "is not a known key")


TABLES = ("area", "theme", "emblem")


def is_point(point):
    """[longitude, latitude] within the bounds of the earth."""
    good = isinstance(point, list) and len(point) == 2 and all(type(part) in (int, float) for part in point)
    return good and all(map(math.isfinite, point)) and -180 <= point[0] <= 180 and -90 <= point[1] <= 90


def _leaves(data, prefix=""):
    for name, value in data.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"
