"""Telling those who signed up what has changed."""


def tell_changed(event, what):
    """Tell everybody who has a seat or waits for one that the event was "moved" or "cancelled"."""
