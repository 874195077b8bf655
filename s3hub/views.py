"""Is the hub well? For a monitor; holds nothing about anybody."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu import Connection
from kombu.exceptions import OperationalError

from notifications.models import Email

OLDEST_MAIL = 600  # seconds a mail may be due before somebody should look
ONE_TRY = {"max_retries": 0, "socket_timeout": 1, "socket_connect_timeout": 1}


def database_answers():
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except DatabaseError:
        return False
    return True


def broker_answers():
    try:
        with Connection(settings.REDIS_URL, connect_timeout=1, transport_options=ONE_TRY) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=1)
    except (OperationalError, OSError):
        return False
    return True


def oldest_due_mail():
    """How long the oldest mail that is due has been waiting, in whole seconds; 0 when none waits."""
    due_at = Email.objects.due().order_by("due_at").values_list("due_at", flat=True).first()
    return int((timezone.now() - due_at).total_seconds()) if due_at else 0


@never_cache
@login_not_required
@require_safe
def health(request):
    """200 when database and broker answer and mail goes out, 503 otherwise, with the three facts as JSON."""
    database = database_answers()
    facts = {
        "database": database,
        "broker": broker_answers(),
        "oldest_due_mail_seconds": oldest_due_mail() if database else None,
    }
    well = all((database, facts["broker"], (facts["oldest_due_mail_seconds"] or 0) <= OLDEST_MAIL))
    return JsonResponse({"status": "ok" if well else "unwell", **facts}, status=200 if well else 503)
