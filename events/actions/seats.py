"""Who gets a seat."""


def fill(event):
    """Give free seats to the next in line. Runs under the event's row lock."""
