"""A time limit for one view's questions to the database, and a friendly answer when it is reached."""

from functools import wraps

from django.db import OperationalError, connection, transaction
from django.shortcuts import render
from psycopg.errors import QueryCanceled


def time_limit(milliseconds):
    """Answer 503 when a statement of the view takes longer than `milliseconds`."""

    def decorator(view):
        @wraps(view)
        def limited(request, *args, **kwargs):
            try:
                with transaction.atomic():
                    with connection.cursor() as cursor:
                        cursor.execute(f"SET LOCAL statement_timeout = {int(milliseconds)}")
                    return view(request, *args, **kwargs)
            except OperationalError as error:
                if not isinstance(error.__cause__, QueryCanceled):
                    raise
                return too_slow(request)

        return limited

    return decorator


def too_slow(request):
    response = render(request, "503.html", status=503)
    response.headers["Retry-After"] = "30"
    response.headers["Cache-Control"] = "no-store"
    return response
