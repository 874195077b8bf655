"""What events have done for them by the clock."""

from celery import shared_task

from events.actions import reminders, seats


@shared_task
def give_out_seats():
    """End offers that nobody took, give on the seats of who may no longer come, and remind of what starts tomorrow."""
    seats.expire_offers()
    reminders.queue_reminders()
    seats.let_go()
