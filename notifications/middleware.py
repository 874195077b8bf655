"""Who is here: to whoever stays away the digest comes more rarely."""

from datetime import timedelta

from django.db import connection
from django.utils import timezone

DAY = timedelta(days=1)
# The scheduler may hold the row while it queues a digest: the next page notes it then, and nobody waits.
HERE = """
UPDATE notifications_digestsetting SET seen_at = %(now)s, silent = 0 WHERE id = (
    SELECT id FROM notifications_digestsetting
    WHERE user_id = %(user)s AND (seen_at IS NULL OR seen_at < %(before)s) FOR UPDATE SKIP LOCKED)
"""


def note_who_is_here(get_response):
    """Note once a day that a person was here. When they last were is known of the pages with a bell, which reads it
    together with its count (`last_here` of the request): so nothing is asked for it, and a page only reads."""

    def middleware(request):
        response = get_response(request)
        now = timezone.now()
        last = getattr(request, "last_here", now)
        if last is None or last < now - DAY:
            with connection.cursor() as cursor:
                cursor.execute(HERE, {"user": request.user.pk, "now": now, "before": now - DAY})
        return response

    return middleware
