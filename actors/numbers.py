"""Swedish organisation numbers, in every spelling people use.

Ten digits; the third is at least 2 (lag 1974:174 om identitetsbeteckning för juridiska personer m.fl.).
A third digit of 0 or 1 is the month of a personal identity number: a sole trader's, which is never kept.
"""

import re
import unicodedata
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum import luhn

SEPARATORS = re.compile(r"[\s\-.‐‑‒–—―−+/]+")
SHAPE = re.compile(r"^(?:SE)?[0-9]+$")
WITH_CENTURY = re.compile(r"^(?:18|19|20)[0-9]{2}[01][0-9]{7}$")
PERSONAL = re.compile(r"(?<![0-9])(?:18|19|20)?([0-9]{2})([01][0-9])([0-9]{2})[-+−–‐‑ ]?([0-9]{4})(?![0-9])")
COORDINATION = 60  # added to the day of a coordination number (samordningsnummer)

TEN_DIGITS = _("The organisation number must have ten digits, for example 232100-0081.")
WRONG = _("The organisation number is not right. Check the digits.")
IS_PERSONAL = _(
    "This looks like a personal identity number. Do you run a sole proprietorship? "
    "Choose “Sole trader”; the number is never stored."
)
HIDE_PERSONAL = _("There seems to be a personal identity number in the text. Remove it; it must not be stored.")


def compact(text):
    """The number without separators, in ASCII: full-width digits, `SE…01` and the century prefix `16` are undone."""
    plain = SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()
    if re.fullmatch(r"SE[0-9]{12}", plain) and plain.endswith("01"):
        return plain[2:-2]
    if re.fullmatch(r"16[0-9]{10}", plain):
        return plain[2:]
    return plain


def looks_like_number(text):
    """True when `text` is meant as a number and not as a name: only digits, at least six of them."""
    plain = compact(text)
    return bool(SHAPE.match(plain)) and len(plain.removeprefix("SE")) >= 6


def looks_personal(text):
    """True when `text` could be a personal identity number, also a mistyped one: such a value is not shown again."""
    digits = compact(text).removeprefix("SE")
    return bool(WITH_CENTURY.match(digits)) or (len(digits) >= 6 and digits.isdigit() and digits[2] in "01")


def parse(text):
    """The ten digits of an organisation number; ValidationError with what is wrong and the way out."""
    digits = compact(text)
    if looks_personal(text):
        raise ValidationError(IS_PERSONAL, code="personal")
    if not re.fullmatch(r"[0-9]{10}", digits):
        raise ValidationError(TEN_DIGITS, code="length")
    if not luhn.is_valid(digits):
        raise ValidationError(WRONG, code="checksum")
    return digits


def written(digits):
    """`2321000081` as people write it: 232100-0081."""
    return f"{digits[:6]}-{digits[6:]}" if digits else ""


def _is_date(year, month, day):
    day = int(day)
    try:
        return bool(date(2000 + int(year), int(month), day - COORDINATION if day > COORDINATION else day))
    except ValueError:
        return False


def _is_personal(match):
    year, month, day, last = match.groups()
    return _is_date(year, month, day) and luhn.is_valid(year + month + day + last)


def holds_personal_number(text):
    """True when a date and four digits with a right check digit stand in `text`."""
    return any(_is_personal(match) for match in PERSONAL.finditer(unicodedata.normalize("NFKC", text)))


def without_personal_numbers(text):
    """`text` for showing again what was typed: personal identity numbers are taken out, also a mistyped one alone."""
    if looks_like_number(text) and looks_personal(text):
        return ""
    if not holds_personal_number(text):
        return text
    plain = unicodedata.normalize("NFKC", text)
    return PERSONAL.sub(lambda match: "" if _is_personal(match) else match.group(), plain)


def forbid_personal_number(text):
    """Validator for lines that are stored: a personal identity number in them is refused."""
    if holds_personal_number(text):
        raise ValidationError(HIDE_PERSONAL, code="personal")
