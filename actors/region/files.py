"""Tables of a region's folder, read with limits; every fault is noted with file, line and column."""

import csv
import io
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from actors import numbers
from web.region_reader import SLUG, is_http_url
from web.text import clean_line, clean_text

MAX_BYTES = 40 * 1024 * 1024
MAX_ROWS = 50_000
MAX_ERRORS = 200
MANY = ";"


class FolderError(Exception):
    """The folder cannot be loaded; `errors` holds one line per fault."""

    def __init__(self, errors):
        self.errors = list(errors)
        super().__init__("\n".join(self.errors))


class Faults:
    """Faults in the order they were found; reading stops at MAX_ERRORS."""

    def __init__(self):
        self.lines = []

    def add(self, file, what, *, line=None, column=None):
        place = [file]
        if line:
            place.append(_("line %(line)s") % {"line": line})
        if column:
            place.append(_("column %(column)s") % {"column": column})
        self.lines.append(f"{', '.join(place)}: {what}")
        if len(self.lines) >= MAX_ERRORS:
            self.stop()

    def stop(self):
        if self.lines:
            raise FolderError(self.lines)


@dataclass(frozen=True)
class Column:
    """How a cell is read: `read(text)` gives the value or raises ValidationError."""

    read: object
    required: bool = False
    empty: object = ""


def text(limit, required=False, *, lines=False):
    def read(value):
        cleaned = clean_text(value) if lines else clean_line(value)
        if len(cleaned) > limit:
            raise ValidationError(_("Longer than %(limit)s characters.") % {"limit": limit})
        numbers.forbid_personal_number(cleaned)
        return cleaned

    return Column(read, required)


def slug(required=True, limit=80):
    def read(value):
        if not SLUG.fullmatch(value) or len(value) > limit:
            raise ValidationError(_("Must be small letters a–z, figures and single hyphens."))
        return value

    return Column(read, required)


def code(required=True):
    def read(value):
        if not re.fullmatch(r"[0-9A-Za-z-]{1,10}", value):
            raise ValidationError(_("Must be a code of at most ten letters and figures."))
        return value

    return Column(read, required)


def slugs():
    return Column(
        lambda value: sorted({slug().read(part.strip()) for part in value.split(MANY) if part.strip()}), empty=()
    )


def choice(*allowed, required=True):
    def read(value):
        if value not in allowed:
            raise ValidationError(_("Must be one of: %(choices)s.") % {"choices": ", ".join(c for c in allowed if c)})
        return value

    return Column(read, required)


def url():
    def read(value):
        if len(value) > 300:
            raise ValidationError(_("Longer than %(limit)s characters.") % {"limit": 300})
        try:
            is_http_url(value)
        except ValidationError:
            raise ValidationError(_("Must be an address that begins with http:// or https://.")) from None
        return value

    return Column(read)


def day(required=False):
    def read(value):
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            raise ValidationError(_("Must be a day such as 2026-11-23.")) from None

    return Column(read, required)


def number(low, high):
    def read(value):
        if not re.fullmatch(r"[0-9]{1,9}", value) or not low <= int(value) <= high:
            raise ValidationError(_("Must be a whole number from %(low)s to %(high)s.") % {"low": low, "high": high})
        return int(value)

    return Column(read, empty=None)


def degrees(limit):
    def read(value):
        try:
            found = Decimal(value)
        except InvalidOperation:
            found = Decimal("NaN")
        if not found.is_finite() or abs(found) > limit:
            raise ValidationError(_("Must be degrees from −%(limit)s to %(limit)s.") % {"limit": limit})
        return str(found.quantize(Decimal("0.00001")))

    return Column(read, required=True)


def organisation_number():
    def read(value):
        if numbers.looks_personal(value):
            raise ValidationError(
                _("A sole trader's number is a personal identity number. Leave it out; it must not be stored.")
            )
        return numbers.parse(value)

    return Column(read)


@dataclass(frozen=True)
class Row:
    line: int
    values: dict

    def __getitem__(self, name):
        return self.values[name]


def read_bytes(path, faults, *, limit=MAX_BYTES):
    """The file's bytes, or None and a noted fault; never more than `limit`."""
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError:
        faults.add(path.name, _("The file cannot be read."))
        return None
    if len(data) > limit:
        faults.add(path.name, _("The file is larger than %(size)s bytes.") % {"size": limit})
        return None
    return data


def read_table(path, columns, faults, *, key=None, max_rows=MAX_ROWS):
    """The rows of a CSV file in UTF-8. `key` names the columns that together may occur only once."""
    data = read_bytes(path, faults)
    if data is None:
        return []
    try:
        content = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        faults.add(path.name, _("The file is not UTF-8."), line=data[: error.start].count(b"\n") + 1)
        return []
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
    rows, seen = [], {}
    try:
        header = [name.strip() for name in next(reader, [])]
        if not _header_fits(path.name, header, columns, faults):
            return []
        before = reader.line_num
        for cells in reader:
            line, before = before + 1, reader.line_num
            if len(rows) >= max_rows:
                faults.add(path.name, _("More than %(rows)s rows.") % {"rows": max_rows}, line=line)
                break
            if any(cells):
                rows.append(_row(path.name, line, header, cells, columns, faults))
                _once(path.name, rows[-1], key, seen, faults)
    except csv.Error as error:
        faults.add(path.name, _("The table is broken: %(error)s.") % {"error": error}, line=reader.line_num)
    return rows


def _header_fits(file, header, columns, faults):
    missing = [name for name, column in columns.items() if column.required and name not in header]
    for name in missing:
        faults.add(file, _("The column is missing."), line=1, column=name)
    strange = [name for index, name in enumerate(header) if name not in columns or name in header[:index]]
    for name in strange:
        faults.add(file, _("The column is not known, or stands there twice."), line=1, column=name[:40] or "?")
    return not (missing or strange)


def _row(file, line, header, cells, columns, faults):
    if len(cells) != len(header):
        given = {"found": len(cells), "wanted": len(header)}
        faults.add(file, _("%(found)s cells, but the heading has %(wanted)s.") % given, line=line)
    texts = dict(zip(header, (cell.strip() for cell in cells), strict=False))
    values = {}
    for name, column in columns.items():
        values[name] = column.empty
        if not texts.get(name):
            if column.required:
                faults.add(file, _("Must be filled in."), line=line, column=name)
            continue
        try:
            values[name] = column.read(texts[name])
        except ValidationError as error:
            faults.add(file, " ".join(error.messages), line=line, column=name)
    return Row(line, values)


def _once(file, row, key, seen, faults):
    if not key:
        return
    value = tuple(str(row[name]).lower() for name in key)
    if value[0] and value in seen:
        faults.add(file, _("Stands on line %(line)s already.") % {"line": seen[value]}, line=row.line, column=key[0])
    seen.setdefault(value, row.line)
