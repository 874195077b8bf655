"""The worker's side of spaces."""

from celery import shared_task

from platforms.actions import inspection


@shared_task
def look_at_files():
    """Scan and draw what is due. Runs on the bell, and every half minute."""
    return inspection.look_at_due()
