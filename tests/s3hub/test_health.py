from datetime import timedelta

import pytest
from django.core.checks import run_checks
from django.core.checks.registry import Tags
from django.db import connection, connections
from django.utils import timezone

from notifications.models import Email, EmailKind
from tests.conftest import connect_to


def make_due_email(**ago):
    return Email.objects.create(
        key="k", kind=EmailKind.SECURITY, to="a@example.org", language="sv", due_at=timezone.now() - timedelta(**ago)
    )


def test_all_is_well(client, db):
    response = client.get("/health/")

    assert response.status_code == 200
    assert response.json() == {"status": "ok", "database": True, "broker": True, "oldest_due_mail_seconds": 0}
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies


def test_a_missing_broker_is_told_within_two_seconds(client, db, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    began = timezone.now()

    response = client.get("/health/")

    assert response.status_code == 503
    assert response.json() == {"status": "unwell", "database": True, "broker": False, "oldest_due_mail_seconds": 0}
    assert timezone.now() - began < timedelta(seconds=2)


def test_mail_that_nobody_sends_is_told(client, db):
    make_due_email(minutes=11)

    response = client.get("/health/")

    assert response.status_code == 503
    assert 660 <= response.json()["oldest_due_mail_seconds"] < 700


def test_a_mail_that_just_became_due_is_no_alarm(client, db):
    make_due_email(minutes=1)

    assert client.get("/health/").status_code == 200


def test_a_missing_database_is_told(client, db, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "CONN_HEALTH_CHECKS", False)
    with connection.cursor() as cursor, pytest.raises(Exception, match="terminating"):
        cursor.execute("select pg_terminate_backend(pg_backend_pid())")

    response = client.get("/health/")

    assert response.status_code == 503
    assert response.json() == {"status": "unwell", "database": False, "broker": True, "oldest_due_mail_seconds": None}


def test_only_reading_is_allowed(client, db):
    assert client.post("/health/").status_code == 405


def test_the_check_passes_on_a_database_that_folds_swedish(db):
    assert [e for e in run_checks(tags=[Tags.database], databases=["default"]) if e.id == "s3hub.E001"] == []


@pytest.mark.django_db(transaction=True)
def test_a_database_of_locale_c_is_told_at_deploy():
    name = f"{connection.settings_dict['NAME']}_c"
    with connect_to("postgres", autocommit=True) as cluster:
        cluster.execute(f'drop database if exists "{name}"')
        cluster.execute(f"create database \"{name}\" encoding 'UTF8' locale 'C' template template0")
    real = connections["default"]
    connections["default"] = real.copy()
    connections["default"].settings_dict = {**real.settings_dict, "NAME": name}
    try:
        errors = run_checks(tags=[Tags.database], databases=["default"])
    finally:
        connections["default"].close()
        connections["default"] = real
        with connect_to("postgres", autocommit=True) as cluster:
            cluster.execute(f'drop database "{name}"')

    assert [error.id for error in errors] == ["s3hub.E001"]
