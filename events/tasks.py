"""What events have done for them by the clock."""

from celery import shared_task

from events.actions import reminders, seats


@shared_task
def give_out_seats():
    """End offers that nobody took, offer the seats to the next, and remind of what starts tomorrow."""
    seats.expire_offers()
    reminders.queue_reminders()
