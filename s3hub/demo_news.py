"""Who gets the demo's news by mail: one mail is due at the first start, and can be read in the outbox."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from actors.models import Area, Theme
from insight.models import Subscription
from s3hub.demo import told


@transaction.atomic
def make():
    """Make what `demo.toml` tells of subscriptions; nothing when there are any."""
    if not Subscription.objects.exists():
        for row in told("subscription"):
            _make(row)


def _make(row):
    now = timezone.now()
    made = Subscription(email=row["email"], language=row["language"], rhythm=row["rhythm"])
    if row["confirmed"]:
        made.confirmed_at = made.told_until = now - timedelta(days=row["days"])
        made.next_at = now if row["is_due"] else made.next_after(now)
    made.save()
    made.areas.set(Area.objects.filter(slug__in=row["areas"]))
    made.themes.set(Theme.objects.filter(slug__in=row["themes"]))
