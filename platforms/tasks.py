"""What spaces have done for them by the clock."""

from celery import shared_task

from platforms.actions import pulse


@shared_task
def feel_pulse():
    """Ask where it has become silent, and let rest what gave no answer."""
    pulse.ask_silent()
    pulse.let_rest()
