"""How a person is named to others in a space."""

from django.utils.translation import gettext as _


def name_of(user):
    """As a person is named everywhere; whoever is gone altogether like somebody who closed the account."""
    return str(user) if user else _("Closed account")
