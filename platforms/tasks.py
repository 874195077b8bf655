"""What spaces have done for them by the clock, and by the worker."""

from celery import shared_task

from platforms.actions import inspection, pulse


@shared_task
def feel_pulse():
    """Ask where it has become silent, and let rest what gave no answer."""
    pulse.ask_silent()
    pulse.let_rest()


@shared_task
def look_at_files():
    """Scan and draw what is due. Runs on the bell, and every half minute."""
    return inspection.look_at_due()
