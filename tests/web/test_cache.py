"""What stands in Redis."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from tests.factories import make_user, verified


@pytest.mark.django_db
def test_redis_holds_no_addresses_in_the_names_of_its_entries(client):
    verified(make_user("eva@example.org"))
    client.post(reverse("account_login"), {"login": "eva@example.org", "password": "wrong"}, REMOTE_ADDR="192.0.2.7")

    redis = cache._cache.get_client(None)
    names = [name.decode() for name in redis.keys("*")]

    assert names
    assert not any("192.0.2.7" in name or "eva" in name for name in names)
