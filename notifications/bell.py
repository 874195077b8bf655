"""The doorbell: tells a worker that mail is due. Nothing is lost when it does not ring; the scheduler looks anyway."""

import logging
from time import monotonic

from celery import current_app
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.utils.translation import gettext as _
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from notifications.models import Email

logger = logging.getLogger(__name__)

TASK = "notifications.tasks.send_due_mail"
ONE_TRY = {"max_retries": 0, "socket_timeout": 0.7, "socket_connect_timeout": 0.7}
QUIET_SECONDS = 10  # after a failure nobody waits for the broker again for this long

_quiet_until = 0.0


def broker():
    return settings.CELERY_BROKER_URL


def ring_on_commit():
    """Ring once when the running transaction commits, however many mails it writes."""
    connection = transaction.get_connection()
    if not any(function is ring for _, function, _ in connection.run_on_commit):
        transaction.on_commit(ring, robust=True)


def ring(task=TASK):
    """Tell the workers that something is due: mail, or what another task looks for. True when the broker took it.

    Waits a second and a half at most, with a connection of its own: the shared one waits 15 s for an answer, and
    does not declare the queue again after the broker has lost its data.
    """
    global _quiet_until
    if _is_quiet():
        return False
    try:
        options = {"connect_timeout": 0.7, "transport_options": ONE_TRY}
        with current_app.connection_for_write(broker(), **options) as connection:
            current_app.send_task(task, connection=connection, retry=False, expires=60)
    except (KombuError, RedisError, OSError):
        logger.warning("The broker does not answer; what is due waits for the scheduler.")
        _quiet_until = monotonic() + QUIET_SECONDS
        return False
    _quiet_until = 0.0
    return True


def mail_may_wait():
    """Whether to tell the person that their mail may take a while: the bell is dead, or nobody answers it."""
    return _is_quiet() or Email.objects.overdue().exists()


def tell_if_mail_may_wait(request):
    """Say so on the next page, after a mail was queued: what is saved needs not be sent again."""
    if mail_may_wait():
        text = _("The mail may take some minutes to arrive. What you sent is saved: you need not send it again.")
        messages.warning(request, text)


def _is_quiet():
    return monotonic() < _quiet_until
