"""Rows as files: CSV for Swedish Excel, XLSX and JSON, none of which ever holds a formula."""

import csv
import json
from datetime import datetime
from functools import partial
from itertools import islice
from tempfile import TemporaryFile

from django.http import FileResponse, StreamingHttpResponse
from django.utils.text import get_valid_filename

FORMULA = ("=", "+", "-", "@", "\t", "\r")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def plain(value):
    """The text of a cell: "" for None, ISO for a time."""
    if value is None:
        return ""
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else str(value)


def harmless(value):
    """`value` as text that a spreadsheet does not run: a leading apostrophe before what would start a formula."""
    text = plain(value)
    return f"'{text}" if text.lstrip(" \n\u00a0").startswith(FORMULA) or text.startswith(FORMULA) else text


class _Line:
    """A file for csv.writer that gives each line back instead of keeping it."""

    def write(self, line):
        return line


def csv_lines(columns, rows):
    """Byte strings of a CSV file: UTF-8 with a mark for Excel, semicolons, CRLF; 200 rows at a time."""
    writer = csv.writer(_Line(), delimiter=";")
    yield ("\ufeff" + writer.writerow([harmless(column) for column in columns])).encode()
    rows = iter(rows)
    while part := list(islice(rows, 200)):
        yield "".join(writer.writerow([harmless(value) for value in row]) for row in part).encode()


def csv_response(name, columns, rows):
    return _attached(StreamingHttpResponse(csv_lines(columns, rows), content_type="text/csv; charset=utf-8"), name)


def json_lines(head, key, rows):
    """Byte strings of one JSON object: the fields of `head`, then the list `key` with one row (a dict) per line."""
    opening = json.dumps(head, ensure_ascii=False)
    yield (opening[:-1] + (", " if head else "") + json.dumps(key) + ": [").encode()
    rows, comma = iter(rows), ""
    while part := list(islice(rows, 200)):
        yield (comma + ",\n".join(json.dumps(row, ensure_ascii=False, default=plain) for row in part)).encode()
        comma = ",\n"
    yield b"]}\n"


def json_response(name, head, key, rows):
    return _attached(StreamingHttpResponse(json_lines(head, key, rows), content_type="application/json"), name)


def table_response(name, title, columns, rows):
    """CSV or a workbook, by the ending of `name`; `title` is that of the sheet."""
    if name.endswith(".csv"):
        return csv_response(name, columns, rows)
    return xlsx_response(name, str(title), columns, rows)


def xlsx_response(name, title, columns, rows):
    """A workbook with every cell forced to text, written row by row to a temporary file."""
    import openpyxl  # noqa: PLC0415 – costs every worker's start 50 ms and several MB, and few ever need it

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    cell = partial(_cell, openpyxl, sheet)
    sheet.append([cell(column) for column in columns])
    for row in rows:
        sheet.append([cell(value) for value in row])
    file = TemporaryFile()  # noqa: SIM115 – the response closes it
    book.save(file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=get_valid_filename(name), content_type=XLSX)


def _cell(openpyxl, sheet, value):
    try:
        cell = openpyxl.cell.WriteOnlyCell(sheet, value=plain(value))
    except openpyxl.utils.exceptions.IllegalCharacterError:
        printable = "".join(c for c in plain(value) if c.isprintable() or c == "\n")
        cell = openpyxl.cell.WriteOnlyCell(sheet, value=printable)
    cell.data_type = "s"
    return cell


def _attached(response, name):
    response.headers["Content-Disposition"] = f'attachment; filename="{get_valid_filename(name)}"'
    return response
