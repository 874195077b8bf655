from django.conf import settings
from django.core.cache import cache

from tests.factories import make_actor


def test_the_cache_and_the_database_of_the_tests_answer(db):
    make_actor("Ångbåt")
    cache.set("key", "värde")

    assert cache.get("key") == "värde"


def test_no_test_rings_the_bell_of_a_demo():
    assert settings.CELERY_BROKER_URL == "memory://"
