"""Methods in the administration: only who owns them and their order; and the group of those who keep them."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.models import AuditEntry
from missions import content
from missions.models import Method
from tests.factories import make_user
from tests.missions.method_making import make_method
from tests.staff import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper(client):
    user = make_user(is_staff=True)
    user.groups.add(Group.objects.get(name="mission_keepers"))
    sign_in(client, user)
    return user


def address(method):
    return reverse("admin:missions_method_change", args=[method.pk])


def test_keepers_give_a_method_its_owners_and_its_place_and_change_nothing_else(client, keeper):
    method, eva = make_method("metod-a"), make_user(name="Eva")
    before = content.read_version(method.versions.get())

    answer = client.post(address(method), {"position": 7, "owners": [eva.pk], "slug": "annan"})

    assert answer.status_code == 302
    method.refresh_from_db()
    assert (method.slug, method.position, list(method.owners.all())) == ("metod-a", 7, [eva])
    assert content.read_version(method.versions.get()) == before
    assert list(AuditEntry.objects.values_list("verb", "reason")) == [("method.owners", "Eva")]


def test_keepers_find_people_by_name_to_make_them_owners(client, keeper):
    make_user(name="Eva Ek")
    query = {"app_label": "missions", "model_name": "method", "field_name": "owners", "term": "Eva"}
    assert "Eva Ek" in client.get(reverse("admin:autocomplete"), query).json()["results"][0]["text"]


def test_an_owner_changes_the_method_without_being_staff_and_staff_without_owning_it(client, keeper):
    eva, method = make_user(), make_method("metod-a")
    assert list(Method.objects.editable_by(eva)) == []
    method.owners.add(eva)
    assert list(Method.objects.editable_by(eva)) == [method]
    assert client.get(reverse("method_draft", args=["metod-a"])).status_code == 200


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_costs_as_much_for_one_as_for_three(client, keeper, django_assert_num_queries, many):
    for _number in range(many):
        make_method(owners=[make_user()])
    client.get(reverse("admin:missions_method_changelist"))
    with django_assert_num_queries(9):
        client.get(reverse("admin:missions_method_changelist"))
