"""What must not stand in a log."""

import json
import logging
import sys

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.models import Language, link_token
from notifications.models import Email
from notifications.tokens import token
from platforms.actions import talk_mail
from s3hub.logs import JsonLines, Lines
from tests.factories import make_user

ADDRESS, ANSWER = "eva@example.org", "Line\nEva Ek"


@pytest.mark.django_db
@pytest.mark.parametrize("formatter", [Lines(), JsonLines()])
def test_a_traceback_tells_the_broken_rule_and_no_values(formatter):
    make_user(ADDRESS)
    row = {"key": "x", "kind": "digest", "to": ADDRESS, "language": Language.SWEDISH, "template": None}
    told = []
    for wrong in (lambda: make_user(ADDRESS), lambda: Email.objects.create(answer=ANSWER, **row)):
        with pytest.raises(IntegrityError), transaction.atomic():
            try:
                wrong()
            except IntegrityError:
                told.append(formatter.format(logging.makeLogRecord({"msg": "broken", "exc_info": sys.exc_info()})))
                raise

    for line in told:
        assert ADDRESS not in line
        assert ANSWER.split("\n")[1] not in line
    assert "accounts_user_email_key" in told[0]
    assert "The above exception was the direct cause" in told[0]


def test_every_formatter_keeps_values_to_itself():
    made = settings.LOGGING["formatters"].values()

    assert {one.get("class") or one.get("()") for one in made} == {"s3hub.logs.Lines", "s3hub.logs.JsonLines"}
    assert issubclass(JsonLines, Lines)
    assert json.loads(JsonLines().format(logging.makeLogRecord({"msg": "Å"})))["message"] == "Å"


@pytest.mark.parametrize("formatter", [Lines(), JsonLines()])
@pytest.mark.django_db
def test_a_line_about_a_request_tells_the_shape_of_its_address_and_no_name(formatter, client, caplog):
    client.force_login(make_user(), backend="django.contrib.auth.backends.ModelBackend")
    client.get("/rum/hemliga-rummet-bcdfg/")

    (record,) = [one for one in caplog.records if one.name == "django.request"]
    line = formatter.format(record)
    assert "/rum/<slug:slug>/" in line
    assert "hemliga" not in line


@pytest.mark.parametrize("address", ["/m/{}/", "/m/{}/no/", "/m/{}", "/m/{}.", "?next=%2Fm%2F{}%2F", "<{}>"])
def test_a_key_in_an_address_stands_in_no_log_wherever_it_stands(address):
    made = (token(talk_mail.FOR_STOP, *ids) for ids in ((4711,), (4711, 12), (4711, 12, 1_795_000_000_000)))
    for key in (link_token("x", "y"), *made):
        assert key not in Lines().format(logging.makeLogRecord({"msg": "Not Found: " + address.format(key)}))
