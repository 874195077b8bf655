"""What the register has done for it by the clock."""

from celery import shared_task

from actors.actions import freshness
from actors.actions.twins import search_twins

TWIN_SEARCHES = 150  # a run, each minute: one takes 17 ms among 10,000 actors, 280 ms among 100,000


@shared_task
def find_twins():
    return search_twins(TWIN_SEARCHES)


@shared_task
def ask_if_still_right():
    return freshness.ask_due()
