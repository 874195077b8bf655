"""What must not stand in a log."""

import json
import logging
import sys

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.models import Language
from notifications.models import Email
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
