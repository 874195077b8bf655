"""How a person is named to others in a space."""

from django.utils.translation import gettext as _


def name_of(user):
    """The person's name; never the whole address, which is theirs to give."""
    if user is None or user.anonymised_at:
        return _("Closed account")
    return user.name or user.email.partition("@")[0]
