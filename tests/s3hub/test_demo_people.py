"""The demo's accounts, whose passwords are printed, go only where nobody else lives."""

import pytest

from accounts.models import User
from s3hub import demo
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_a_database_with_people_of_its_own_is_refused():
    make_user("eva@example.org")

    with pytest.raises(demo.ForeignDatabase):
        demo.refuse_foreign_database()


def test_an_empty_database_and_the_demos_own_are_taken():
    demo.refuse_foreign_database()
    demo.make_people()
    demo.make_people()

    demo.refuse_foreign_database()
    assert set(User.objects.values_list("email", flat=True)) == {person["email"] for person in demo.people()}
