"""A time limit for one view's questions to the database, and a friendly answer when it is reached."""

from functools import wraps

from django.db import OperationalError, connection
from django.shortcuts import render
from psycopg.errors import QueryCanceled


def time_limit(milliseconds):
    """Answer 503 when a statement of the view takes longer than `milliseconds`."""

    def decorator(view):
        @wraps(view)
        def limited(request, *args, **kwargs):
            try:
                with connection.execute_wrapper(_limited(milliseconds)):
                    return view(request, *args, **kwargs)
            except OperationalError as error:
                if not isinstance(error.__cause__, QueryCanceled):
                    raise
                return too_slow(request)

        return limited

    return decorator


def _limited(milliseconds):
    """Sends the limit along with each statement: no transaction, and no journey of its own. Not for server cursors."""
    limit = f"SET LOCAL statement_timeout = {int(milliseconds)}; "

    def execute_within(execute, sql, params, many, context):
        done = execute(limit + sql, params, many, context)
        context["cursor"].nextset()
        return done

    return execute_within


def too_slow(request):
    response = render(request, "503.html", status=503)
    response.headers["Retry-After"] = "30"
    response.headers["Cache-Control"] = "no-store"
    return response
