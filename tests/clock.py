"""A clock that is set and moved by hand: what the code, and the statements it asks with, take for now."""

import re
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from unittest.mock import patch

from django.apps import apps
from django.db import connection
from django.utils import timezone

TICK = timedelta(milliseconds=1)
NOW = re.compile(r"\bnow\(\)")


class Clock:
    """`at` moves by a tick whenever somebody looks, so that nothing happens in the same moment as something else."""

    def __init__(self, at):
        self.at = at

    def now(self):
        self.at += TICK
        return self.at

    def move(self, **how_far):
        self.at += timedelta(**how_far)

    def in_statements(self, execute, sql, *rest):
        return execute(NOW.sub(lambda _now: f"'{self.now().isoformat()}'::timestamptz", sql), *rest)


@contextmanager
def moved_clock(at):
    """A `Clock` for this thread and its line to the database; rows are dated by it as well."""
    clock, real = Clock(at), timezone.now
    dated = [field for model in apps.get_models() for field in model._meta.concrete_fields if field.default is real]
    with ExitStack() as stack:
        stack.enter_context(patch.object(timezone, "now", clock.now))
        for field in dated:
            stack.enter_context(patch.object(field, "_get_default", clock.now))
        stack.enter_context(connection.execute_wrapper(clock.in_statements))
        yield clock
