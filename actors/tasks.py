"""What the register has done for it by the clock."""

from celery import shared_task

from actors.actions.twins import search_twins

TWIN_SEARCHES = 300  # a run; at some tens of milliseconds each it is well within the minute until the next


@shared_task
def find_twins():
    return search_twins(TWIN_SEARCHES)
