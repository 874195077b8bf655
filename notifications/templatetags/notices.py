"""The bell in the header: `{% load notices %}`."""

from django import template
from django.db import connection

register = template.Library()
MOST = 99
UNREAD = """
SELECT seen_at, (SELECT count(*) FROM (SELECT FROM notifications_notification
    WHERE user_id = %(user)s AND read_at IS NULL LIMIT %(most)s) waiting)
FROM notifications_digestsetting WHERE user_id = %(user)s
"""


@register.simple_tag(takes_context=True)
def unread_notices(context):
    """How many things the reader has not seen, "99+" at most, "" for none; one question, and none on an error page.

    The same question tells `notifications.middleware` when the reader was last here.
    """
    request = context.get("request")
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or "status" in context:
        return ""
    with connection.cursor() as cursor:
        cursor.execute(UNREAD, {"user": user.pk, "most": MOST + 1})
        found = cursor.fetchone()
    if found is None:  # told of nothing yet
        return ""
    request.last_here, count = found
    return f"{MOST}+" if count > MOST else str(count or "")
