"""`manage.py send_due_mail`: the outbox without Redis and Celery."""

from datetime import timedelta
from time import sleep

from django.core.management.base import BaseCommand

from notifications import sending


class Command(BaseCommand):
    help = "Send the mail that is due; needs the database and the mail server only."

    def add_arguments(self, parser):
        parser.add_argument("--every", type=float, metavar="SECONDS", help="keep looking, with this pause in between")
        parser.add_argument(
            "--lease",
            type=float,
            metavar="SECONDS",
            default=sending.LEASE.total_seconds(),
            help="how long a claim holds before another sender may take the mail (default: %(default)s)",
        )

    def handle(self, *, every, lease, **options):
        lease = timedelta(seconds=lease)
        while True:
            done = sending.send_due(lease=lease)
            if done or not every:
                self.stdout.write(", ".join(f"{state}: {count}" for state, count in done.items()) or "nothing due")
            if not every:
                return
            sleep(every)
