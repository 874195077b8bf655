"""People in the administration: what those may do who may change people without being administrators."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import Permission

from accounts.models import AuditEntry, User
from tests.factories import make_curator, make_user
from tests.staff import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper(client):
    """Staff who may see and change people, signed in."""
    user = make_user("keeper@example.org", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user"]))
    sign_in(client, user)
    return user


def change(client, user, **typed):
    return client.post(
        f"/en/admin/accounts/user/{user.pk}/change/", {"name": "New", "language": "sv", "is_active": "on", **typed}
    )


def test_nobody_takes_an_account_over_by_giving_it_another_address(client, keeper):
    user = make_user("eva@example.org")

    change(client, user, email="keeper+eva@example.org")

    user.refresh_from_db()
    assert (user.email, user.name) == ("eva@example.org", "New")


def test_an_administrator_is_changed_by_administrators_only(client, keeper):
    chief = make_user("chief@example.org", is_staff=True, is_superuser=True, name="Chief")

    answer = change(client, chief, is_active="")

    chief.refresh_from_db()
    assert answer.status_code == 403
    assert (chief.is_active, chief.name) == (True, "Chief")


def test_rights_are_given_by_administrators_only(client, keeper):
    change(client, keeper, is_staff="on", is_superuser="on", groups="1")

    row = User.objects.get(pk=keeper.pk)
    assert (row.is_superuser, row.groups.count(), row.name) == (False, 0, "New")


def test_curators_are_made_by_administrators_only(client, keeper):
    make_curator()
    user, url = make_user(), "/en/admin/accounts/user/"

    client.post(url, {"action": "make_curators", "_selected_action": [user.pk]})
    assert (User.objects.get(pk=user.pk).is_staff, user.groups.count()) == (False, 0)

    keeper.user_permissions.set(Permission.objects.filter(codename="view_user"))
    page = client.get(url)
    assert user.email in page.content.decode()
    assert "make_curators" not in page.content.decode()


def test_a_second_factor_is_taken_away_with_a_line_in_the_log_and_its_secret_is_shown_to_nobody(client):
    chief, user = make_user("chief@example.org", is_staff=True, is_superuser=True), make_user("eva@example.org")
    sign_in(client, chief)
    secret = generate_totp_secret()
    lost = TOTP.activate(user, secret).instance
    url = f"/en/admin/mfa/authenticator/{lost.pk}/"

    assert secret not in client.get(f"{url}change/").content.decode()
    client.post(f"{url}delete/", {"post": "yes"})

    assert list(Authenticator.objects.filter(user=user)) == []
    entry = AuditEntry.objects.get(verb="user.take_second_factor")
    assert (entry.by, entry.target_id, entry.reason) == (chief, str(user.pk), "totp")


def test_nobody_reaches_allauths_own_tables(client):
    sign_in(client, make_user(is_staff=True, is_superuser=True))
    assert client.get("/en/admin/account/emailaddress/").status_code == 404
