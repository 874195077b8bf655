"""`manage.py receive_mail`: what the mail server hands over becomes a post (docs/runbook.md)."""

import logging
import os
import sys

from django.core.management.base import BaseCommand

from notifications.incoming import MOST_BYTES
from platforms.actions import mail_in
from platforms.actions.mail_in import Outcome

logger = logging.getLogger(__name__)
EXITS = {Outcome.NOBODY: os.EX_NOUSER, Outcome.UNREADABLE: os.EX_DATAERR}


class Command(BaseCommand):
    help = "Read one mail to a reply address from standard input; the exit code tells the mail server what to do."

    def add_arguments(self, parser):
        parser.add_argument("recipients", nargs="*", help="the recipients of the envelope")

    def handle(self, *, recipients, **options):
        raw = sys.stdin.buffer.read(MOST_BYTES + 1)
        try:
            outcome = mail_in.receive(raw, recipients)
        except Exception as error:  # noqa: BLE001 - the mail server tries again, and nothing of the mail is logged
            logger.error("A mail could not be taken in: %s", type(error).__name__)
            sys.exit(os.EX_TEMPFAIL)
        logger.info("A mail came in: %s", outcome.value)
        sys.exit(EXITS.get(outcome, os.EX_OK))
