"""What is queued when its moment comes: each app that has such mails says how, in its `AppConfig.ready`."""

_queues = []


def register(queue_due):
    """`queue_due()` queues what is due and returns how many mails that were; safe to run twice, and late."""
    _queues.append(queue_due)


def queue_due():
    return sum(queue() for queue in _queues)
