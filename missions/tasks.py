"""What missions have done for them by the clock."""

from celery import shared_task

from missions.actions import promises


@shared_task
def remind_of_promises():
    """Call to mind what is promised for the coming week, and what is late."""
    return promises.remind()
