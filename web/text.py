"""Plain text from people: cleaned once, the same way everywhere."""

import re
import unicodedata

from django.utils.translation import get_language

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def clean_text(value):
    """Normalise to NFC, drop control and direction marks, unify line ends, trim."""
    text = unicodedata.normalize("NFC", value or "").replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", text).strip()


def clean_line(value):
    """The same for a single line: every run of white space becomes one space."""
    return " ".join(clean_text(value).split())


def in_language(row, field):
    """The text of `field` in the reader's language, else in the other one, else ""."""
    return readers(getattr(row, f"{field}_sv"), getattr(row, f"{field}_en"))


def readers(sv, en):
    """Of two texts the one in the reader's language, else the other one, else ""."""
    return (en or sv) if (get_language() or "sv").startswith("en") else (sv or en)
