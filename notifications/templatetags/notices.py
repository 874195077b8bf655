"""The bell in the header: `{% load notices %}`."""

from datetime import timedelta

from django import template
from django.db import connection
from django.utils import timezone

from notifications.models import DigestSetting

register = template.Library()
MOST = 99
HOUR = timedelta(hours=1)
UNREAD = """
SELECT seen_at, (SELECT count(*) FROM (SELECT FROM notifications_notification
    WHERE user_id = %(user)s AND read_at IS NULL LIMIT %(most)s) waiting)
FROM notifications_digestsetting WHERE user_id = %(user)s
"""


@register.simple_tag(takes_context=True)
def unread_notices(context):
    """How many things the reader has not seen, "99+" at most, "" for none; one question, and none on an error page.

    Notes once an hour that the person was here: to whoever stays away the digest comes more rarely.
    """
    user = getattr(context.get("request"), "user", None)
    if user is None or not user.is_authenticated or "status" in context:
        return ""
    with connection.cursor() as cursor:
        cursor.execute(UNREAD, {"user": user.pk, "most": MOST + 1})
        seen_at, count = cursor.fetchone() or (timezone.now(), 0)
    now = timezone.now()
    if seen_at is None or seen_at < now - HOUR:
        DigestSetting.objects.filter(user=user).update(seen_at=now, silent=0)
    return f"{MOST}+" if count > MOST else str(count or "")
