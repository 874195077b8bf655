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


def who_is_here(thread_id, users):
    """Those of `users` (ids) who were shown the discussion a moment ago."""
    keys = {_key(thread_id, pk): pk for pk in users}
    since = timezone.now().timestamp() - HERE.total_seconds()
    return {keys[key] for key, seen in cache.get_many(keys).items() if seen[0] > since}


def has_read(thread_id, user_id, number):
    """Whether the post was shown to `user` within the last hour; False also when nobody knows."""
    seen = cache.get(_key(thread_id, user_id))
    return bool(seen) and seen[1] >= number
