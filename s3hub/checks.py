"""What is told at deploy instead of by users."""

from django.core import checks
from django.db import connections


@checks.register(checks.Tags.database)
def database_folds_swedish_letters(app_configs=None, databases=None, **kwargs):
    """A database made with the plain C locale finds neither "ÅNGLOK" for "ånglok" nor the other way round."""
    errors = []
    for alias in databases or []:
        with connections[alias].cursor() as cursor:
            cursor.execute("select lower('Å') = 'å'")
            if not cursor.fetchone()[0]:
                errors.append(
                    checks.Error(
                        "The database's locale does not fold Å to å, so that search misses Swedish words.",
                        hint="Make it anew with the locale C.UTF-8; docs/runbook.md says how.",
                        id="s3hub.E001",
                    )
                )
    return errors
