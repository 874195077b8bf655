"""The worker's side of the outbox."""

from time import monotonic

from celery import shared_task

from notifications import bell, clock, sending
from notifications.models import Email


@shared_task
def send_due_mail():
    """Send what is due. Runs on the bell and every half minute; takes a long queue in turns."""
    end = monotonic() + sending.RUN_SECONDS
    sending.send_due()
    if monotonic() >= end and Email.objects.due().exists():
        bell.ring()


@shared_task
def queue_due_digests():
    """Queue the digests whose moment has come, and the news, and ring for them."""
    if clock.queue_due():
        bell.ring()
