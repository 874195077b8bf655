"""Jobs that the scheduler starts."""

from celery import shared_task

from accounts.purge import purge_now


@shared_task(ignore_result=True)
def purge():
    """Delete what has had its time: codes, tallies, sessions, accounts never used, drafts never sent."""
    purge_now()
