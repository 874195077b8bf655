"""The administration's own addresses."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client

from actors.models import Actor
from tests.factories import make_actor, make_curator
from tests.staff import sign_in

KEYS = ("x", "0", "9" * 30, "é/..", "1-2-3", "%00")


@pytest.mark.django_db
def test_the_way_to_a_public_page_takes_any_key_of_any_table():
    actor = make_actor()
    curator = sign_in(Client(), make_curator())
    actors = ContentType.objects.get_for_model(Actor).pk

    assert curator.get(f"/admin/r/{actors}/{actor.pk}/").status_code == 302
    for kind in (*ContentType.objects.values_list("pk", flat=True), "x", "9" * 30, "0"):
        for key in KEYS:
            assert curator.get(f"/admin/r/{kind}/{key}/").status_code in {400, 404}, (kind, key)
