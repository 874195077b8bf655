"""Writing many rows with one statement."""

import json
from functools import cache

from django.db import connection


def insert(model, rows, *, unless_there="", returning=""):
    """Insert `rows`, dicts by attribute name (`space_id`), and return the values of the column `returning`.

    One array for each column, as Django's bulk_create does for tables without JSON, and one value for a column that is
    the same in all rows: a quarter of the time. What a row leaves out is the field's default, asked for once. A row
    whose column `unless_there` has a value that stands already is left out.
    """
    if not rows:
        return []
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    given = set().union(*rows)
    if unknown := given - {field.attname for field in fields}:
        raise TypeError(f"{model.__name__} has no {', '.join(sorted(unknown))}.")
    columns = {field: _column(field, rows) for field in fields if field.attname in given}
    many = {field: column for field, column in columns.items() if any(value != column[0] for value in column)}
    one = {
        field: columns[field][0] if field in columns else _plain(field.get_default())
        for field in fields
        if field not in many
    }
    chosen = ", ".join(f"rows.{_name(field)}" if field in many else f"%s::{_kind(field)}" for field in fields)
    source = f"generate_series(1, {len(rows)})"
    if many:
        arrays = ", ".join(f"%s::{_kind(field)}[]" for field in many)
        source = f"unnest({arrays}) AS rows ({', '.join(map(_name, many))})"
    sql = f"INSERT INTO {model._meta.db_table} ({', '.join(map(_name, fields))}) SELECT {chosen} FROM {source}"  # noqa: S608 - own names
    sql += f" ON CONFLICT ({unless_there}) DO NOTHING" if unless_there else ""
    sql += f" RETURNING {returning}" if returning else ""
    with connection.cursor() as cursor:
        cursor.execute(sql, [*one.values(), *many.values()])
        return [value for (value,) in cursor.fetchall()] if returning else []


def _name(field):
    return connection.ops.quote_name(field.column)


@cache
def _kind(field):
    return field.db_type(connection).split("(")[0]


def _column(field, rows):
    default = field.get_default()
    return [_plain(row.get(field.attname, default)) for row in rows]


def _plain(value):
    return json.dumps(value) if isinstance(value, dict | list) else value
