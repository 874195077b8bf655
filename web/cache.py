"""The cache, and what happens when Redis is away: nothing."""

import logging
from time import monotonic

from django.core.cache.backends.redis import RedisCache
from django.utils.crypto import salted_hmac
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

QUIET_SECONDS = 5  # a server that did not answer is not asked again for this long: one wait per request, not ten
_quiet_until = {}


def hashed(key, prefix, version):
    """The name of an entry in Redis: a keyed hash, since limits are counted by network and mail addresses."""
    return f"{prefix}:{version}:{salted_hmac('web.cache', key, algorithm='sha256').hexdigest()}"


class ForgivingRedisCache(RedisCache):
    """Redis as a cache only: a missing Redis is a cache miss, never an error."""

    def _or(self, default, call, *args, **kwargs):
        server = str(self._servers)
        if monotonic() < _quiet_until.get(server, 0):
            return default
        try:
            return call(*args, **kwargs)
        except RedisError:
            logger.warning("The cache does not answer.")
            _quiet_until[server] = monotonic() + QUIET_SECONDS
            return default

    def get(self, key, default=None, version=None):
        return self._or(default, super().get, key, default, version)

    def set(self, *args, **kwargs):
        return self._or(None, super().set, *args, **kwargs)

    def add(self, *args, **kwargs):
        return self._or(True, super().add, *args, **kwargs)

    def touch(self, *args, **kwargs):
        return self._or(False, super().touch, *args, **kwargs)

    def delete(self, *args, **kwargs):
        return self._or(False, super().delete, *args, **kwargs)

    def incr(self, *args, **kwargs):
        return self._or(1, super().incr, *args, **kwargs)

    def get_many(self, *args, **kwargs):
        return self._or({}, super().get_many, *args, **kwargs)

    def set_many(self, data, *args, **kwargs):
        return self._or(list(data), super().set_many, data, *args, **kwargs)

    def has_key(self, *args, **kwargs):
        return self._or(False, super().has_key, *args, **kwargs)
