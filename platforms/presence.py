"""Who has a discussion open just now, and how far they have read. In the cache only: forgetting costs one mail more."""

from datetime import timedelta

from django.core.cache import cache
from django.utils import timezone

HERE = timedelta(minutes=2)
REMEMBERED = 3600  # seconds


def _key(thread_id, user_id):
    return f"talk.here:{thread_id}:{user_id}"


def note(thread_id, user_id, number):
    """`user` has just been shown the posts up to `number`."""
    cache.set(_key(thread_id, user_id), [timezone.now().timestamp(), number], REMEMBERED)


def is_here(thread_id, user_id):
    seen = cache.get(_key(thread_id, user_id))
    return bool(seen) and timezone.now().timestamp() - seen[0] < HERE.total_seconds()


def has_read(thread_id, user_id, number):
    """Whether the post was shown to `user` within the last hour; False also when nobody knows."""
    seen = cache.get(_key(thread_id, user_id))
    return bool(seen) and seen[1] >= number
