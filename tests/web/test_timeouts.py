"""A question that takes too long is answered honestly, and only that one."""

import pytest
from django.db import connection
from django.db.utils import OperationalError
from django.http import HttpResponse

from web.timeouts import time_limit

pytestmark = pytest.mark.django_db(transaction=True)


def asking(*statements, milliseconds=50):
    @time_limit(milliseconds)
    def view(request):
        with connection.cursor() as cursor:
            for sql in statements:
                cursor.execute(sql)
        return HttpResponse("done")

    return view


def test_a_question_beyond_the_limit_is_answered_503(rf):
    response = asking("SELECT pg_sleep(2)")(rf.get("/"))

    assert response.status_code == 503
    assert response["Retry-After"]
    assert "no-store" in response["Cache-Control"]


def test_every_question_has_the_limit(rf):
    assert asking("SELECT 1", "SELECT pg_sleep(2)")(rf.get("/")).status_code == 503
    assert asking("SELECT pg_sleep(0.3)", "SELECT pg_sleep(0.3)", milliseconds=500)(rf.get("/")).content == b"done"


def test_the_limit_ends_with_the_view(rf):
    assert asking("SELECT 1")(rf.get("/")).content == b"done"

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.2)")


def test_other_faults_of_the_database_are_loud(rf):
    with pytest.raises(OperationalError):
        asking("DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '57P01'; END $$")(rf.get("/"))
