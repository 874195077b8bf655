"""News by mail as a share of my data, of closing an account, and of what is kept only for a while."""

from django.utils.translation import gettext as _

from accounts.mine import Part
from insight.actions import end
from insight.models import Subscription


class NewsPart(Part):
    """What goes to the person's address; ended with the account, since the address leaves the hub."""

    key = "news"
    order = 45

    def data(self, user):
        rows = Subscription.objects.filter(email=user.email).prefetch_related("areas", "themes")
        return {
            "news": [
                {
                    "address": row.email,
                    "language": row.language,
                    "rhythm": row.rhythm,
                    "areas": [area.slug for area in row.areas.all()],
                    "themes": [theme.slug for theme in row.themes.all()],
                    "asked": row.asked_at.isoformat(),
                    "confirmed": row.confirmed_at.isoformat() if row.confirmed_at else None,
                }
                for row in rows
            ]
        }

    def warnings(self, user):
        if not Subscription.objects.filter(email=user.email).exists():
            return []
        return [_("News by mail to your address ends. You can ask for it again without an account.")]

    def close(self, user):
        _end_all(Subscription.objects.filter(email=user.email))

    def purge(self, now):
        """What nobody said yes to."""
        return _end_all(Subscription.objects.forgotten(now))


def _end_all(rows):
    """End each; how many."""
    found = list(rows)
    for row in found:
        end(row)
    return len(found)
