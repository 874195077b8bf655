"""What belongs to a person, told by the app that owns it.

Apps to the right of this one register a `Part` in their `AppConfig.ready`; my page, my data, closing an account and the
purge walk the parts. So accounts never imports them.
"""


class Part:
    """One app's share. Subclass it and answer what applies; every answer has an empty default."""

    key = ""
    order = 100
    template = ""  # a piece of my page; gets `part` with what `page` returns

    def page(self, user):
        """Values for `template`."""
        return {}

    def data(self, user):
        """Everything kept about `user`, as plain JSON values; nothing about anyone else."""
        return {}

    def warnings(self, user):
        """What closing the account would leave behind, one sentence each."""
        return []

    def close(self, user):
        """Take the person out; runs in the transaction that closes the account, while name and address still stand."""

    def is_used(self, users):
        """Of `users` (a queryset), those who have something here: their accounts are not purged."""
        return users.none()

    def purge(self, now):
        """Delete what has had its time; how many rows. Safe to run twice."""
        return 0


_parts = {}


def register(part):
    """Add an app's part; a second one with the same key takes its place."""
    _parts[part.key] = part


def parts():
    """Every part, in the order of my page."""
    return sorted(_parts.values(), key=lambda part: (part.order, part.key))
